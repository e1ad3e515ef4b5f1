//! An application gives a token back.
//!
//! Spec: RFC 7009 <https://www.rfc-editor.org/rfc/rfc7009#section-2>

use crypto::Digest;
use oidc::Params;
use store::{StoreError, access_tokens, grants, refresh_tokens};
use texts::Cause;

use super::client::{Client, Jti, assertion_reused};
use crate::{Issuer, Provider, Refusal, RequestContext};

impl Provider {
    /// Revokes a token: an access token alone, a refresh token with all that came from the same login. Another
    /// client's token, and one that is none, stay as they are, and nobody is told.
    ///
    /// # Errors
    /// [`Refusal::OAuth`] as RFC 7009 §2.2.1 has it; [`Refusal::TooMany`]; others are our own trouble.
    pub async fn revoke(
        &self,
        issuer: &Issuer,
        authorization: Option<&str>,
        params: &Params,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let answer =
            async |client: &Client| self.revoke_token(issuer, client, params.get("token"), context).await;
        self.let_in(issuer, (authorization, params), context, answer).await
    }

    async fn revoke_token(
        &self,
        issuer: &Issuer,
        client: &Client,
        token: Option<&str>,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let Some(token) = token else {
            return Err(self.refuse_client(issuer, client, Cause::TokenParameterMissing).await);
        };
        let (tenant, domain, application) = (issuer.tenant, issuer.domain, client.application.id);
        let (digest, now, jti) = (Digest::of(token.as_bytes()), context.now, client.jti);
        // Anybody can call themselves a public client, and every revocation takes a turn at the database's writer.
        if client.application.settings.is_public() {
            self.admit_address(context)?;
        }
        let revoking = self.store.write(move |tx| {
            if !Jti::spend(jti.as_ref(), tx, tenant)? {
                return Ok(false);
            }
            let own = |of: (_, _)| of == (domain, application);
            let refresh = refresh_tokens::find(tx, tenant, &digest)?;
            if let Some(found) = refresh.filter(|it| own((it.domain_id, it.application_id))) {
                grants::revoke(tx, tenant, found.grant_id, now)?;
            }
            let access = access_tokens::find_live(tx, tenant, &digest, now)?;
            if access.is_some_and(|it| own((it.domain_id, it.application_id))) {
                access_tokens::remove(tx, tenant, &digest)?;
            }
            Ok::<_, StoreError>(true)
        });
        if revoking.await? { Ok(()) } else { Err(assertion_reused()) }
    }
}
