//! An administrator's link begins a login in an application's place (docs/adr/0038).

use authority::TrialKey;
use oidc::AuthorizationParams;
use store::trials;
use texts::Cause;

use super::{
    LoginResponse,
    begin::{Arrival, Understood},
    request::{Endpoint, Input, understand},
};
use crate::{BrowserRequest, Provider, Refusal, refusal::refuse_page};

impl Provider {
    /// Begins the login of a trial. The link may be opened again, until there is an answer.
    ///
    /// # Errors
    /// [`Refusal::Page`] for a trial that does not exist, is over, or asks for what the application may not have;
    /// [`Refusal::TooMany`].
    pub async fn begin_trial(
        &self,
        request: BrowserRequest<'_>,
        key: &str,
    ) -> Result<LoginResponse, Refusal> {
        let BrowserRequest { issuer, context, .. } = request;
        let gone = || refuse_page(Cause::TrialGone);
        self.admit_address(context)?;
        let key = TrialKey::parse(key).ok_or_else(gone)?;
        let (tenant, digest, now) = (issuer.tenant, key.digest(), context.now);
        let row = self.store.read(move |tx| trials::find(tx, tenant, &digest, now)).await?;
        let row = row.filter(|it| it.domain_id == issuer.domain && it.sealed_answer.is_none());
        let row = row.ok_or_else(gone)?;
        let application = match self.application_by_id(issuer, row.application_id, context).await {
            Err(Refusal::NotFound) => return Err(gone()),
            other => other?,
        };
        let params = AuthorizationParams {
            client_id: Some(application.client_id.clone()),
            response_type: Some("code".to_owned()),
            scope: Some(row.scope),
            acr_values: row.acr_values,
            // What the application must send. There is no code, so nobody needs the verifier.
            nonce: Some(self.random.token().expose().clone()),
            code_challenge: Some(self.random.token().expose().clone()),
            code_challenge_method: Some("S256".to_owned()),
            ..AuthorizationParams::default()
        };
        let input = Input { issuer, application: &application, params: &params, context };
        let redirect_uri = format!("{}/trial", issuer.url());
        let mut wanted = understand(Endpoint::Trial, input, redirect_uri).map_err(|(cause, _)| {
            self.note_refusal(request, &application, cause);
            refuse_page(cause).of(&application.client_id)
        })?;
        wanted.trial = Some(key.bytes());
        self.start(request, Understood { application, wanted, parked: None }, Arrival::Get).await
    }
}
