//! Refreshing: new tokens from a login that was.
//!
//! One write locks the grant, looks at the token again and inserts what it gives; signing comes after it. A token
//! that had been replaced kills its family, and that is committed.

use crypto::Digest;
use model::{ApplicationId, RefreshUse, TenantId, Timestamp};
use oidc::{Scope, Scopes, TokenParams, TokenResponse};
use store::{
    StoreError, WriteTx, access_tokens, grants,
    login_events::Kind,
    refresh_tokens::{self, FoundToken},
};
use texts::Cause;

use super::{
    authorization_code::is_offline,
    client::{Client, Jti, assertion_reused},
};
use crate::{
    InternalError, Issuer, Provider, Refusal, RequestContext,
    mint::{
        Given, Mint, MintedRefresh, Presented, mint_access_token, mint_refresh_token, open_grant,
        open_successor, seal_successor, signing_key, token_response,
    },
    permitted::permitted_grant,
    refusal::refuse,
};

/// How the write ended; every variant is committed.
enum Refreshed {
    /// The new tokens are good.
    Done,
    /// The new access token is good; the token had been replaced a moment ago, by the successor that is sealed here.
    Again(Vec<u8>),
    /// The token is not good any more; used again after its grace, neither is its family.
    Dead,
    /// The assertion had been used before; nothing else was looked at.
    AssertionReused,
}

/// What is to be written, decided before the write.
struct Renewal {
    tenant: TenantId,
    application: ApplicationId,
    presented: Digest,
    access: access_tokens::AccessToken,
    /// A public application's token is replaced: the new row, and the new token sealed under the presented one.
    successor: Option<(refresh_tokens::RefreshToken, Vec<u8>)>,
    jti: Option<Jti>,
}

fn renew(tx: &mut WriteTx<'_>, it: &Renewal, now: Timestamp) -> Result<Refreshed, StoreError> {
    if !Jti::spend(it.jti.as_ref(), tx, it.tenant)? {
        return Ok(Refreshed::AssertionReused);
    }
    let (tenant, grant) = (it.tenant, it.access.grant_id);
    let live = grants::lock(tx, tenant, grant)?;
    let found = refresh_tokens::find(tx, tenant, &it.presented)?;
    let Some(found) = found.filter(|found| live && found.application_id == it.application) else {
        return Ok(Refreshed::Dead);
    };
    let refreshed = match (found.times.judge(now), found.sealed_successor) {
        (RefreshUse::Good, _) => Refreshed::Done,
        (RefreshUse::Replaced, Some(successor)) => Refreshed::Again(successor),
        // A node of an earlier version replaced it, and kept no successor.
        (RefreshUse::Replaced, None) | (RefreshUse::Expired, _) => return Ok(Refreshed::Dead),
        (RefreshUse::Reused, _) => {
            grants::revoke(tx, tenant, grant, now)?;
            return Ok(Refreshed::Dead);
        }
    };
    if let (Refreshed::Done, Some((successor, sealed))) = (&refreshed, &it.successor) {
        refresh_tokens::replace(tx, tenant, &it.presented, sealed, now)?;
        refresh_tokens::insert(tx, successor)?;
    }
    grants::extend(tx, tenant, grant, it.access.expires_at)?;
    access_tokens::insert(tx, &it.access)?;
    Ok(refreshed)
}

/// The scopes of the new tokens (RFC 6749 §6): those that were granted, or fewer; `None` when more are asked for.
fn narrowed(granted: Scopes, asked: Option<&str>) -> Option<Scopes> {
    let Some(asked) = asked else { return Some(granted) };
    let known = asked.split(' ').filter(|word| !word.is_empty()).all(|word| Scope::parse(word).is_some());
    let asked = Scopes::parse(asked);
    (known && granted.has_all(asked)).then_some(asked)
}

impl Provider {
    /// Gives new tokens for a refresh token.
    ///
    /// Spec: RFC 6749 §6, OpenID Connect Core 1.0 §12.2
    /// <https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse>
    pub(crate) async fn refresh(
        &self,
        issuer: &Issuer,
        client: &Client,
        request: &TokenParams,
        context: &RequestContext,
    ) -> Result<TokenResponse, Refusal> {
        let Some(token) = request.refresh_token.as_deref() else {
            return Err(self.refuse_client(issuer, client, Cause::RefreshTokenMissing).await);
        };
        let (tenant, presented, now) = (issuer.tenant, Digest::of(token.as_bytes()), context.now);
        let found = self.store.read(move |tx| refresh_tokens::find(tx, tenant, &presented)).await?;
        let own =
            |it: &FoundToken| it.domain_id == issuer.domain && it.application_id == client.application.id;
        let opened = found.filter(own).and_then(|it| {
            let (grant, key) = open_grant(issuer, &Presented::refresh_token(token, &it))?;
            let permitted = permitted_grant(issuer, &client.application, grant.clone())?;
            is_offline(&permitted, &client.application).then_some((it, grant, key))
        });
        let Some((found, grant, key)) = opened else {
            self.spend_assertion(issuer, client).await?;
            return Err(bad_token());
        };
        // A token that gives the next one would otherwise go round as fast as anybody likes.
        self.admit_person(issuer, &grant.subject, context)?;
        let Some(scopes) = narrowed(grant.scopes, request.scope.as_deref()) else {
            return Err(self.refuse_client(issuer, client, Cause::ScopeWider).await);
        };
        let scope = (scopes != grant.scopes).then(|| scopes.to_text());
        let Some(mut grant) = permitted_grant(issuer, &client.application, grant.narrowed(scopes)) else {
            return Err(self.refuse_client(issuer, client, Cause::RefreshTokenInvalid).await);
        };
        // OpenID Connect Core 1.0 §12.2: "it SHOULD NOT have a nonce Claim".
        grant.nonce = None;
        if grant.scopes.has(Scope::Openid) {
            signing_key(issuer, &client.application, now)?;
        }
        let mint = Mint { issuer, application: &client.application, random: &self.random, now };
        let access = mint_access_token(mint, found.grant_id, &key, scope);
        let is_public = client.application.settings.is_public();
        let successor =
            is_public.then(|| mint_refresh_token(mint, found.grant_id, &key, found.times.expires_at));
        let sealed = |it: &MintedRefresh| seal_successor(issuer, &self.random, token, &it.token);
        let renewal = Renewal {
            tenant,
            application: client.application.id,
            presented,
            access: access.row,
            successor: successor.as_ref().map(|it| (it.row.clone(), sealed(it))),
            jti: client.jti,
        };
        let successor =
            match self.store.write(move |tx| renew(tx, &renewal, now)).await? {
                Refreshed::Done => successor.map(|it| it.token),
                Refreshed::Again(sealed) => {
                    let opened = open_successor(issuer, token, &sealed);
                    Some(opened.ok_or_else(|| {
                        InternalError::new("the successor of a refresh token does not open")
                    })?)
                }
                Refreshed::Dead => return Err(bad_token()),
                Refreshed::AssertionReused => return Err(assertion_reused()),
            };
        self.note_given(mint, &grant, Kind::Refreshed, context);
        let given =
            Given { access_token: &access.token, refresh_token: successor.as_ref(), is_refresh: true };
        Ok(token_response(mint, &grant, &given)?)
    }
}

const fn bad_token() -> Refusal {
    refuse(Cause::RefreshTokenInvalid)
}
