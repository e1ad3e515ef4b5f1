//! The claims behind an access token.
//!
//! Spec: OpenID Connect Core 1.0 §5.3 <https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>

use crypto::Digest;
use serde_json::{Map, Value};
use store::access_tokens;
use texts::Cause;

use crate::{Call, Issuer, Provider, Refusal, mint::open_grant, refusal::refuse};

/// The answer, and whose it is.
#[derive(Clone, Debug)]
pub struct Userinfo {
    /// The claims; `sub` is always among them.
    pub claims: Map<String, Value>,
    /// The application that the token was given to.
    pub client_id: String,
}

impl Provider {
    /// Gives the claims that a live access token opens.
    ///
    /// # Errors
    /// `invalid_token` for anything that is not a live token of this domain; `insufficient_scope` without
    /// `openid`. [`Refusal::TooMany`] where an address presents too many of those.
    pub async fn userinfo(&self, issuer: &Issuer, token: &str, call: &Call) -> Result<Userinfo, Refusal> {
        let answer = self.find_userinfo(issuer, token, call).await;
        if matches!(&answer, Err(Refusal::OAuth(_))) {
            self.admit_address(call)?;
        }
        answer
    }

    async fn find_userinfo(&self, issuer: &Issuer, token: &str, call: &Call) -> Result<Userinfo, Refusal> {
        let invalid = || refuse(Cause::TokenInvalid);
        if token.len() != 43 {
            return Err(invalid());
        }
        let (tenant, digest, now) = (issuer.tenant, Digest::of(token.as_bytes()), call.now);
        let live = self.store.read(move |tx| access_tokens::find_live(tx, tenant, &digest, now)).await?;
        let live = live.filter(|it| it.domain_id == issuer.domain).ok_or_else(invalid)?;
        let application = match self.application_by_id(issuer, live.application_id, call).await {
            Err(Refusal::NotFound) => return Err(invalid()),
            other => other?,
        };
        let (mut grant, _) = open_grant(issuer, live.grant_id, token, &live.wrapped_key, &live.sealed_claims)
            .ok_or_else(invalid)?;
        if let Some(scope) = &live.scope {
            grant.scopes = oidc::Scopes::parse(scope);
        }
        if !application.settings.accepts(grant.proof.eid, grant.proof.level) {
            return Err(invalid());
        }
        if !grant.scopes.has(oidc::Scope::Openid) {
            return Err(refuse(Cause::ScopeInsufficient).of(&application.client_id));
        }
        let released = model::release(&grant, application.settings.slim_id_token);
        Ok(Userinfo { claims: released.userinfo, client_id: application.client_id.clone() })
    }
}
