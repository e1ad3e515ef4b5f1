//! The claims behind an access token.
//!
//! Spec: OpenID Connect Core 1.0 §5.3 <https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>

use crypto::Digest;
use model::{Grant, Payload, Timestamp, UserinfoResponse};
use store::access_tokens;
use texts::Cause;

use crate::{
    Application, InternalError, Issuer, Provider, Refusal, RequestContext, answers,
    mint::{Presented, open_grant, signing_key},
    permitted::permitted_grant,
    refusal::refuse,
};

/// What is answered.
#[derive(Clone, Debug)]
pub enum UserinfoBody {
    /// The claims; `sub` is always among them.
    Json(Payload),
    /// The claims in a signed token, perhaps inside an encrypted one.
    Jwt(String),
}

/// The answer, and whose it is.
#[derive(Clone, Debug)]
pub struct Userinfo {
    /// What is answered.
    pub body: UserinfoBody,
    /// The application that the token was given to.
    pub client_id: String,
}

/// The claims about the person, as the application's profile has them.
pub(crate) fn userinfo_claims(application: &Application, grant: &Grant) -> Payload {
    let settings = &application.settings;
    if settings.is_compatible() {
        model::compatible::userinfo(grant, &settings.compatible)
    } else {
        model::release(grant, settings.slim_id_token).userinfo.into()
    }
}

impl Provider {
    /// Gives the claims that a live access token opens.
    ///
    /// # Errors
    /// `invalid_token` for anything that is not a live token of this domain; `insufficient_scope` without
    /// `openid`. [`Refusal::TooMany`] where an address presents too many of those.
    pub async fn userinfo(
        &self,
        issuer: &Issuer,
        token: &str,
        context: &RequestContext,
    ) -> Result<Userinfo, Refusal> {
        let answer = self.find_userinfo(issuer, token, context).await;
        if matches!(&answer, Err(Refusal::OAuth(_))) {
            self.admit_address(context)?;
        }
        answer
    }

    async fn find_userinfo(
        &self,
        issuer: &Issuer,
        token: &str,
        context: &RequestContext,
    ) -> Result<Userinfo, Refusal> {
        let invalid = || refuse(Cause::TokenInvalid);
        if token.len() != 43 {
            return Err(invalid());
        }
        let (tenant, digest, now) = (issuer.tenant, Digest::of(token.as_bytes()), context.now);
        let live = self.store.read(move |tx| access_tokens::find_live(tx, tenant, &digest, now)).await?;
        let live = live.filter(|it| it.domain_id == issuer.domain).ok_or_else(invalid)?;
        let application = match self.application_by_id(issuer, live.application_id, context).await {
            Err(Refusal::NotFound) => return Err(invalid()),
            other => other?,
        };
        let presented = Presented::access_token(token, &live);
        let (grant, _) = open_grant(issuer, &presented).ok_or_else(invalid)?;
        let grant = match &live.scope {
            Some(scope) => grant.narrowed(oidc::Scopes::parse(scope)),
            None => grant,
        };
        let grant = permitted_grant(issuer, &application, grant).ok_or_else(invalid)?;
        if !grant.scopes.has(oidc::Scope::Openid) {
            return Err(refuse(Cause::ScopeInsufficient).of(&application.client_id));
        }
        if application.settings.userinfo_response == UserinfoResponse::FromTokenEndpoint {
            return Err(refuse(Cause::UserinfoIsOff).of(&application.client_id));
        }
        let body = self.userinfo_body(issuer, &application, &grant, context.now)?;
        Ok(Userinfo { body, client_id: application.client_id.clone() })
    }

    /// Spec: OpenID Connect Core 1.0 §5.3.2: signed, the answer has `iss` and `aud`; encrypted, it is signed first.
    fn userinfo_body(
        &self,
        issuer: &Issuer,
        application: &Application,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<UserinfoBody, InternalError> {
        let settings = &application.settings;
        let is_plain = settings.userinfo_response == UserinfoResponse::PlainJson;
        let mut claims = Payload::default();
        if !is_plain {
            claims.push("iss", issuer.url());
            claims.push("aud", application.client_id.as_str());
        }
        claims.extend(userinfo_claims(application, grant));
        if is_plain {
            return Ok(UserinfoBody::Json(claims));
        }
        let token = answers::signed(signing_key(issuer, application, now)?, &claims)?;
        let is_encrypted = settings.userinfo_response == UserinfoResponse::SignedAndEncryptedJwt;
        let token = if is_encrypted { answers::encrypted(application, &self.random, &token)? } else { token };
        Ok(UserinfoBody::Jwt(token))
    }
}
