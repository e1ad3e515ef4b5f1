//! An administrator's link begins a login in an application's place (docs/adr/0038).

use authority::TrialKey;
use model::{TrialLogin, TrialReturn};
use oidc::{AuthorizationParams, AuthorizationResponse, ResponseMode, ReturnAddress};
use store::{login_events::Kind, trials};
use texts::Cause;

use super::{
    LoginResponse,
    begin::{Arrival, Understood},
    request::{Endpoint, Input, understand},
    trial_answer::{error_outcome, trial_step},
};
use crate::{
    Application, BrowserRequest, Provider, Refusal, Shown,
    event_queue::Event,
    refusal::{code_of, refuse_page},
};

impl Provider {
    /// Begins the login of a trial. The link may be opened again, until there is an answer.
    ///
    /// # Errors
    /// [`Refusal::Page`] for a trial that does not exist or is over; [`Refusal::TooMany`].
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
        let returns = row.returns_to.map(|to| TrialReturn { to, key: self.random.bytes() });
        let trial = TrialLogin { key: key.bytes(), returns };
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
        let mut wanted = match understand(Endpoint::Trial, input, redirect_uri) {
            Ok(wanted) => wanted,
            Err((cause, _)) => return self.refuse_trial(request, &application, (&trial, cause)).await,
        };
        wanted.trial = Some(trial);
        self.start(request, Understood { application, wanted, parked: None }, Arrival::Get).await
    }

    /// Answers a trial that asks for what the application may not have, as the application would have been answered.
    async fn refuse_trial(
        &self,
        request: BrowserRequest<'_>,
        application: &Application,
        (trial, cause): (&TrialLogin, Cause),
    ) -> Result<LoginResponse, Refusal> {
        let BrowserRequest { issuer, context, .. } = request;
        let description = format!("{} (trace {})", cause.description(), context.trace);
        let back = ReturnAddress { redirect_uri: String::new(), mode: ResponseMode::Query, state: None };
        let answer = AuthorizationResponse::error(back, code_of(cause), description, issuer.url());
        let row = self.trial_row(issuer, (trial, context.trace), error_outcome(&answer, cause))?;
        let (tenant, now) = (issuer.tenant, context.now);
        if !self.store.write(move |tx| row.write(tx, tenant, now)).await? {
            return Err(refuse_page(Cause::TrialGone));
        }
        let event =
            Event { application: Some(application), cause: Some(cause), ..Event::of(Kind::TrialEnded) };
        self.note(issuer, event, context);
        let shown = Shown { is_trial: true, ..application.shown(issuer) };
        Ok(LoginResponse::page(trial_step(trial, shown)))
    }
}
