//! The pipeline: 1 who is the client, 2 which grant, 3 redeem in one write, 4 sign.

use oidc::{ClientCredentials, MalformedCredentials, Params, TokenParams, TokenResponse};
use store::login_events::Kind;
use texts::Cause;

use super::client::Client;
use crate::{
    Issuer, Provider, Refusal, Refused, RequestContext, admission::Doing, event_queue::Event, refusal::refuse,
};

impl Provider {
    /// Answers a token request. `authorization`: the header, when there is one.
    ///
    /// # Errors
    /// [`Refusal::OAuth`] as RFC 6749 §5.2 has it; [`Refusal::TooMany`]; others are our own trouble.
    pub async fn token(
        &self,
        issuer: &Issuer,
        authorization: Option<&str>,
        params: &Params,
        context: &RequestContext,
    ) -> Result<TokenResponse, Refusal> {
        let answer = async |client: &Client| self.answer_token(issuer, client, params, context).await;
        self.let_in(issuer, (authorization, params), context, answer).await
    }

    async fn answer_token(
        &self,
        issuer: &Issuer,
        client: &Client,
        params: &Params,
        context: &RequestContext,
    ) -> Result<TokenResponse, Refusal> {
        let request = TokenParams::pick(params);
        match request.grant_type.as_deref() {
            Some("authorization_code") => self.redeem_code(issuer, client, &request, context).await,
            Some("refresh_token") => self.refresh(issuer, client, &request, context).await,
            Some(_) => Err(self.refuse_client(issuer, client, Cause::GrantTypeUnsupported).await),
            None => Err(self.refuse_client(issuer, client, Cause::GrantTypeMissing).await),
        }
    }

    /// Lets a client in at one of the endpoints that are for applications and has its request answered; notes and counts
    /// what was refused.
    pub(crate) async fn let_in<T>(
        &self,
        issuer: &Issuer,
        (authorization, params): (Option<&str>, &Params),
        context: &RequestContext,
        answer: impl AsyncFnOnce(&Client) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let answered = match self.enter(issuer, authorization, params, context).await {
            Ok(client) => answer(&client).await.map_err(|refusal| refusal.of(&client.application.client_id)),
            Err(refusal) => Err(refusal),
        };
        if let Err(Refusal::OAuth(refused)) = &answered {
            self.note_refused(issuer, refused, context).await?;
        }
        answered
    }

    async fn enter(
        &self,
        issuer: &Issuer,
        authorization: Option<&str>,
        params: &Params,
        context: &RequestContext,
    ) -> Result<Client, Refusal> {
        // "Request and response parameters MUST NOT be included more than once." (RFC 6749 §3.2)
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
        refused: &Refused,
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
        let event = Event {
            kind: Kind::TokenRefused,
            application: application.as_deref(),
            login: None,
            eid: None,
            cause: Some(refused.cause),
        };
        self.note(issuer, event, context);
        Ok(())
    }
}
