//! Confirming a phone, behind a link of an order: a code is sent, and typed in the same browser.

use axum::response::Response;
use console::{Permit, Refusal};
use ordering::{LinkView, TypedCode};
use texts::AdminMessage;

use super::{
    links::page_of,
    opened::found,
    phone::{base, browser_of, browser_or_new, keep_browser},
};
use crate::{
    console::{answer::refused_form, pending::over, visit::Visit},
    respond::page::see_other,
};

/// The page again, or with what was wrong.
async fn answered(
    visit: &Visit,
    (link, permit): (&LinkView, &Permit),
    outcome: Result<(), Refusal>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(()) => Ok(see_other(&base(visit))),
        Err(refusal @ Refusal::Invalid(_)) => {
            let page = page_of(visit, (link, permit), Some(&refusal)).await?;
            Ok(refused_form(visit, &refusal, page))
        }
        Err(other) => Err(other),
    }
}

/// `POST /order/{id}/{code}/phone`
pub(in crate::console) async fn send(visit: Visit) -> Result<Response, Refusal> {
    let (link, permit) = match found(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let browser = browser_or_new(&visit);
    let sent = visit.site.orders.send_phone_code(&permit, (link.person.id, &browser), visit.now()).await;
    let mut response = answered(&visit, (&link, &permit), sent).await?;
    keep_browser(&visit, &mut response, &browser);
    Ok(response)
}

/// `POST /order/{id}/{code}/phone-code`
pub(in crate::console) async fn confirm(visit: Visit) -> Result<Response, Refusal> {
    let (link, permit) = match found(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let confirmed = async {
        let over = || Refusal::Invalid(AdminMessage::OrderPhoneCodeOver.at("phone_code"));
        let browser = browser_of(&visit).ok_or_else(over)?;
        let typed = TypedCode { person: link.person.id, browser, code: visit.form.get("phone_code") };
        visit.site.orders.confirm_phone(&permit, typed, visit.now()).await
    };
    answered(&visit, (&link, &permit), confirmed.await).await
}
