//! Signing at a provider, behind a link of an order: there, and back in the same browser.

use axum::response::Response;
use console::{Permit, Refusal};
use crypto::same_bytes;
use ordering::{LinkView, SigningReturned};

use super::opened::{opened, spent};
use crate::{
    console::{
        answer::without_cookie,
        pending::{Pending, PendingPurpose, keep_pending, over},
        visit::Visit,
    },
    cookies::CONSOLE_SIGN_IN,
    respond::page::{going_on_by_itself, see_other},
};

/// Brings the documents to the provider, and the person after them.
pub(super) async fn begun(visit: &Visit, link: &LinkView, permit: &Permit) -> Result<Response, Refusal> {
    let (id, code) = (link.person.id, visit.param("code").to_owned());
    let purpose = PendingPurpose::Signing { link: id, code, random: [0; 32], reference: String::new() };
    let mut pending = Pending::new(visit, purpose, "/".to_owned());
    let return_to = format!("{}/order-signed?state={}", visit.site.origin(), pending.state);
    let begun = visit.site.orders.begin_signing(permit, (id, return_to), visit.now()).await?;
    pending.purpose = PendingPurpose::Signing {
        link: id,
        code: visit.param("code").to_owned(),
        random: begun.random,
        reference: begun.at.reference,
    };
    let mut response = see_other(&begun.at.address);
    keep_pending(visit, &mut response, &pending);
    Ok(going_on_by_itself(response, pages::Frame::default(), visit.locale))
}

/// `GET /order-signed`: the browser is back from the provider. Only the one that went there, and once.
pub(in crate::console) async fn returned(visit: Visit) -> Result<Response, Refusal> {
    let pending = visit.pending.as_deref().and_then(Pending::parse);
    let pending = pending.filter(|it| same_bytes(it.state.as_bytes(), visit.query.get("state").as_bytes()));
    let Some(PendingPurpose::Signing { link, code, random, reference }) = pending.map(|it| it.purpose) else {
        return Ok(over(&visit, &spent()));
    };
    let finished = async {
        let (_, permit) = opened(&visit, link, &code).await?;
        let returned = SigningReturned { random, reference };
        visit.site.orders.finish_signing(&permit, (link, returned), visit.now()).await
    };
    let response = match finished.await {
        Ok(Some(_)) => see_other(&format!("/order/{link}/{code}")),
        Ok(None) => see_other(&format!("/order/{link}/{code}?not-signed")),
        Err(refusal) => over(&visit, &refusal),
    };
    Ok(without_cookie(response, &visit, CONSOLE_SIGN_IN))
}
