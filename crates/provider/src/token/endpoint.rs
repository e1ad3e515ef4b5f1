//! The pipeline: 1 who is the client, 2 which grant, 3 redeem in one write, 4 sign.

use oidc::{ClientCredentials, MalformedCredentials, TokenParams, TokenResponse};
use store::login_events::Kind;
use texts::Cause;

use super::client::Client;
use crate::{
    ClientRequest, Issuer, Provider, Refusal, Refused, RequestContext, admission::Doing, event_queue::Event,
    refusal::refuse,
};

impl Provider {
    /// Answers a token request.
    ///
    /// # Errors
    /// [`Refusal::OAuth`] as RFC 6749 §5.2 has it; [`Refusal::TooMany`]; others are our own trouble.
    pub async fn token(
        &self,
        issuer: &Issuer,
        request: &ClientRequest<'_>,
    ) -> Result<TokenResponse, Refusal> {
        let answer = async |client: &Client| self.answer_token(issuer, client, request).await;
        self.let_in(issuer, request, answer).await
    }

    async fn answer_token(
        &self,
        issuer: &Issuer,
        client: &Client,
        request: &ClientRequest<'_>,
    ) -> Result<TokenResponse, Refusal> {
        let (params, context) = (TokenParams::pick(request.params), request.context);
        match params.grant_type.as_deref() {
            Some("authorization_code") => self.redeem_code(issuer, client, &params, context).await,
            Some("refresh_token") => self.refresh(issuer, client, &params, context).await,
            Some(_) => Err(self.refuse_client(issuer, client, Cause::GrantTypeUnsupported).await),
            None => Err(self.refuse_client(issuer, client, Cause::GrantTypeMissing).await),
        }
    }

    /// Lets a client in at one of the endpoints that are for applications and has its request answered; notes and counts
    /// what was refused.
    pub(crate) async fn let_in<T>(
        &self,
        issuer: &Issuer,
        request: &ClientRequest<'_>,
        answer: impl AsyncFnOnce(&Client) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut answered = match self.enter(issuer, request).await {
            Ok(client) => answer(&client).await.map_err(|refusal| refusal.of(&client.application.client_id)),
            Err(refusal) => Err(refusal),
        };
        if let Err(Refusal::OAuth(refused)) = &mut answered {
            self.note_refused(issuer, refused, request.context).await?;
        }
        answered
    }

    async fn enter(&self, issuer: &Issuer, request: &ClientRequest<'_>) -> Result<Client, Refusal> {
        // "Request and response parameters MUST NOT be included more than once." (RFC 6749 §3.2)
        let ClientRequest { params, authorization, context, .. } = *request;
        if params.has_registered_duplicate() {
            return Err(refuse(Cause::ParameterRepeated));
        }
        let credentials = ClientCredentials::pick(authorization, params).map_err(|error| {
            refuse(match error {
                MalformedCredentials::Several => Cause::CredentialsContradict,
                MalformedCredentials::Header => Cause::CredentialsNotBasic,
                MalformedCredentials::Missing => Cause::CredentialsMissing,
            })
        })?;
        let client = self.authenticate(issuer, &credentials, context).await?;
        // Anybody can call themselves a public client, and must not use up what is its own.
        if !client.application.settings.is_public() {
            self.admit_client(issuer, (&client.application, Doing::Redeeming), context)?;
        }
        Ok(client)
    }

    async fn note_refused(
        &self,
        issuer: &Issuer,
        refused: &mut Refused,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let application = match &refused.client_id {
            Some(client_id) => self.application(issuer, client_id, context).await.ok(),
            None => None,
        };
        // Who has proved to be a client is not limited by its address: there may be thousands of people behind it.
        if application.as_ref().is_none_or(|it| it.settings.is_public()) {
            self.admit_address(context)?;
        }
        let details = refused.details.as_deref();
        // Who somebody claims to be: named for the operator, and nothing else follows from it.
        let claimed = match details.and_then(|it| it.application.as_ref()) {
            Some((client_id, _)) => self.application(issuer, client_id, context).await.ok(),
            None => None,
        };
        let event = Event {
            application: application.as_deref().or(claimed.as_deref()),
            cause: Some(refused.cause),
            details: details.map(|it| &it.kept),
            ..Event::of(Kind::TokenRefused)
        };
        self.note(issuer, event, context);
        refused.is_noted = true;
        Ok(())
    }
}
