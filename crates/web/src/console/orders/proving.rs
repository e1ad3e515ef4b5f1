//! The way to a login for an order: at the console's own domain, or with the people of the sandbox at the test domain of a sandbox order.

use axum::response::Response;
use console::{OWN_CLIENT, Refusal};
use crypto::{Digest, b64};
use model::{OrderAnswers, TenantId};
use oidc::AuthorizationParams;
use provider::{ORDER_DESK, Refusal as ProviderRefusal};
use texts::AdminMessage;

use crate::{
    console::{
        pending::{Pending, keep_pending},
        visit::Visit,
    },
    respond::page::{going_on_by_itself, see_other},
};

/// What a login for an order is asked for.
pub(super) struct Asked {
    /// Which eIDs, at which levels.
    pub(super) acr_values: String,
    /// What an approval is bound to.
    pub(super) binding: Option<[u8; 32]>,
}

fn params(visit: &Visit, pending: &Pending, asked: &Asked) -> AuthorizationParams {
    let client = if pending.at.is_some() { ORDER_DESK } else { OWN_CLIENT };
    AuthorizationParams {
        client_id: Some(client.to_owned()),
        redirect_uri: Some(visit.site.address.callback()),
        response_type: Some("code".to_owned()),
        scope: Some("openid profile eid_subject".to_owned()),
        acr_values: Some(asked.acr_values.clone()),
        prompt: Some("login".to_owned()),
        state: Some(pending.state.clone()),
        nonce: Some(pending.nonce.clone()),
        code_challenge: Some(b64::encode(Digest::of(pending.verifier.as_bytes()).as_bytes())),
        code_challenge_method: Some("S256".to_owned()),
        ui_locales: Some(visit.locale.as_str().to_owned()),
        ..AuthorizationParams::default()
    }
}

/// Whose order a login is for.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) tenant: TenantId,
    pub(super) answers: &'a OrderAnswers,
}

/// Whether a login was at the place of those who approve, confirm, answer or receive: the console's own domain, or the test domain of a sandbox
/// order. `at`: where it was, as the browser's cookie has it, which the browser can write as it likes; the code was redeemed there.
pub(super) async fn was_there(visit: &Visit, of: Of<'_>, at: Option<&str>) -> bool {
    let expected = of.answers.is_sandbox.then_some(of.answers.host.as_str());
    match (expected, at) {
        (None, None) => true,
        (Some(expected), Some(at)) if expected == at => {
            let issuer = visit.site.provider.issuer(at, &visit.context).await;
            issuer.is_ok_and(|it| it.belongs_to(of.tenant))
        }
        _ => false,
    }
}

/// Begins the login of an order with these answers, and sends the browser there.
pub(super) async fn way(
    visit: &Visit,
    of: Of<'_>,
    mut pending: Pending,
    asked: Asked,
) -> Result<Response, Refusal> {
    pending.at = of.answers.is_sandbox.then(|| of.answers.host.clone());
    let host = pending.at.as_ref().unwrap_or(&visit.site.address.host);
    let params = params(visit, &pending, &asked);
    let pushed = async {
        let issuer = visit.site.provider.issuer(host, &visit.context).await?;
        // The host of a test domain may have become another tenant's.
        if pending.at.is_some() && !issuer.belongs_to(of.tenant) {
            return Err(ProviderRefusal::NotFound);
        }
        let pushed = visit.site.provider.push_own(&issuer, &params, asked.binding, &visit.context).await?;
        Ok::<_, ProviderRefusal>((issuer, pushed))
    };
    let (issuer, pushed) = pushed.await.map_err(|refusal| {
        tracing::warn!(trace = %visit.trace(), cause = refusal.cause().id(), "a login for an order could not begin");
        Refusal::Invalid(AdminMessage::ConsoleNotConfigured.into())
    })?;
    let client = params.client_id.as_deref().unwrap_or_default();
    let query = [("client_id", client), ("request_uri", pushed.request_uri.as_str())];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let at = if pending.at.is_some() { issuer.url() } else { "" };
    let mut response = see_other(&format!("{at}/oauth2/authorize?{query}"));
    keep_pending(visit, &mut response, &pending);
    Ok(going_on_by_itself(response, pages::Frame::default(), visit.locale))
}
