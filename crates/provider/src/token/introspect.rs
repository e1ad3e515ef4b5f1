//! What a token is worth, for the resource server that received it.
//!
//! Spec: RFC 7662 <https://www.rfc-editor.org/rfc/rfc7662#section-2>

use crypto::Digest;
use model::{ApplicationId, Grant, RefreshUse, Timestamp};
use oidc::Scopes;
use serde_json::{Value, json};
use store::{access_tokens, refresh_tokens};
use texts::Cause;

use super::{authorization_code::is_offline, client::Client};
use crate::{
    Application, ClientRequest, Issuer, Provider, Refusal, RequestContext,
    mint::{Presented, open_grant},
    permitted::permitted_grant,
    refusal::refuse,
};

/// A live token, whichever kind it is of, as the store has it.
struct Found {
    grant: model::GrantId,
    application: ApplicationId,
    wrapped_key: Vec<u8>,
    sealed_claims: Vec<u8>,
    scope: Option<String>,
    cnf: Option<String>,
    expires_at: Timestamp,
    is_access_token: bool,
}

impl Provider {
    /// Says what a token is worth. A client sees its own tokens, a resource server the access tokens of the whole
    /// domain. Any other or invalid token is reported as inactive.
    ///
    /// # Errors
    /// [`Refusal::OAuth`] for a client that is not one, or cannot prove it; [`Refusal::TooMany`]; others are our own
    /// trouble.
    pub async fn introspect(&self, issuer: &Issuer, request: &ClientRequest<'_>) -> Result<Value, Refusal> {
        let (token, context) = (request.params.get("token"), request.context);
        let answer = async |client: &Client| self.introspect_token(issuer, client, token, context).await;
        self.let_in(issuer, request, answer).await
    }

    async fn introspect_token(
        &self,
        issuer: &Issuer,
        client: &Client,
        token: Option<&str>,
        context: &RequestContext,
    ) -> Result<Value, Refusal> {
        if client.application.settings.is_public() {
            return Err(refuse(Cause::ClientMayNotIntrospect));
        }
        self.spend_assertion(issuer, client).await?;
        let token = token.ok_or_else(|| refuse(Cause::TokenParameterMissing))?;
        let inactive = json!({"active": false});
        let Some(found) = self.find_token(issuer, token, context.now).await? else { return Ok(inactive) };
        let asker = &client.application;
        // A refresh token is not for a resource server, which would take it for an access token.
        let may_see = asker.settings.may_introspect && found.is_access_token;
        if found.application != asker.id && !may_see {
            return Ok(inactive);
        }
        let application = match self.application_by_id(issuer, found.application, context).await {
            Err(Refusal::NotFound) => return Ok(inactive),
            other => other?,
        };
        let opened = open_grant(
            issuer,
            &Presented {
                grant: found.grant,
                secret: token,
                wrapped_key: &found.wrapped_key,
                sealed_claims: &found.sealed_claims,
                cnf: found.cnf.as_deref(),
            },
        );
        let permitted = opened.and_then(|(grant, _)| permitted_grant(issuer, &application, grant));
        // A refresh token is only good where refresh tokens are.
        let permitted = permitted.filter(|grant| found.is_access_token || is_offline(grant, &application));
        Ok(permitted.map_or(inactive, |grant| active(issuer, &application, &grant, &found)))
    }

    async fn find_token(
        &self,
        issuer: &Issuer,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Found>, Refusal> {
        let (tenant, domain, digest) = (issuer.tenant, issuer.domain, Digest::of(token.as_bytes()));
        let found = self.store.read(move |tx| {
            let access = access_tokens::find_live(tx, tenant, &digest, now)?;
            if let Some(it) = access.filter(|it| it.domain_id == domain) {
                return Ok(Some(Found {
                    grant: it.grant_id,
                    application: it.application_id,
                    wrapped_key: it.wrapped_key,
                    sealed_claims: it.sealed_claims,
                    scope: it.scope,
                    cnf: it.cnf,
                    expires_at: it.expires_at,
                    is_access_token: true,
                }));
            }
            let refresh = refresh_tokens::find(tx, tenant, &digest)?.filter(|it| {
                it.domain_id == domain && it.revoked_at.is_none() && it.times.judge(now) == RefreshUse::Good
            });
            Ok::<_, store::StoreError>(refresh.map(|it| Found {
                grant: it.grant_id,
                application: it.application_id,
                wrapped_key: it.wrapped_key,
                sealed_claims: it.sealed_claims,
                scope: None,
                cnf: it.cnf,
                expires_at: it.times.expires_at,
                is_access_token: false,
            }))
        });
        Ok(found.await?)
    }
}

/// Spec: RFC 7662 §2.2; `acr` and `auth_time`: RFC 9470 §6.2
fn active(issuer: &Issuer, application: &Application, grant: &Grant, found: &Found) -> Value {
    let scopes =
        found.scope.as_deref().map_or(grant.scopes, |narrowed| grant.scopes.both(Scopes::parse(narrowed)));
    let mut answer = json!({
        "active": true,
        "iss": issuer.url(),
        "sub": grant.subject,
        "client_id": application.client_id,
        "scope": scopes.to_text(),
        "exp": found.expires_at.seconds(),
        "acr": grant.acr.as_str(),
        "auth_time": grant.proof.authenticated_at.seconds(),
        "token_type": "Bearer",
    });
    // A refresh token has no type.
    if !found.is_access_token
        && let Value::Object(members) = &mut answer
    {
        members.remove("token_type");
    }
    answer
}
