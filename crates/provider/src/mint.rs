//! The one mint: a finished login becomes a code, a redeemed code becomes tokens.
//!
//! Claims about the person lie in the database only encrypted under a content key of their own; that key lies
//! there only wrapped under the code, later under the access and refresh tokens. Somebody who has the database, the master
//! key and all backups still cannot read them.

use std::time::Duration;

use authority::SealedColumn;
use crypto::{Digest, Random, SealKey, Secret};
use model::{Grant, GrantId, IdTokenResponse, Payload, RefreshTimes, Timestamp, signs_now};
use oidc::{Scope, TokenResponse};
use serde_json::{Value, json};
use store::{access_tokens, grants, refresh_tokens};

use crate::{
    Application, InternalError, Issuer, answers,
    issuer::Key,
    sealed_layout::{pack, unpack},
};

/// A code lives this long.
const CODE_FOR: Duration = Duration::from_secs(60);

/// Wraps a content key under a bearer secret of a grant.
fn wrapping_key(secret: &str) -> SealKey {
    SealKey::derive(secret.as_bytes(), "grant content key")
}

fn wrap(issuer: &Issuer, random: &Random, grant: GrantId, secret: &str, key: &SealKey) -> Vec<u8> {
    let place = issuer.context(&SealedColumn::GrantKey(grant));
    wrapping_key(secret).seal(random, &place, key.expose())
}

fn unwrap(issuer: &Issuer, grant: GrantId, secret: &str, wrapped: &[u8]) -> Option<SealKey> {
    let place = issuer.context(&SealedColumn::GrantKey(grant));
    SealKey::from_slice(wrapping_key(secret).open(&place, wrapped).ok()?.expose())
}

/// A code and the row that stands for it.
pub(crate) struct MintedCode {
    pub(crate) code: Secret<String>,
    pub(crate) row: grants::Grant,
}

/// What everything is minted with.
#[derive(Clone, Copy)]
pub(crate) struct Mint<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) application: &'a Application,
    pub(crate) random: &'a Random,
    pub(crate) now: Timestamp,
}

/// Makes a code for a grant; nothing is written yet.
pub(crate) fn mint_code(mint: Mint<'_>, grant: &Grant) -> Result<MintedCode, InternalError> {
    let Mint { issuer, application, random, now } = mint;
    let id = GrantId::new(random, now);
    let code = random.token();
    let key = SealKey::generate(random);
    let plain = pack(grant)?;
    let place = issuer.context(&SealedColumn::GrantClaims(id));
    let row = grants::Grant {
        id,
        tenant_id: issuer.tenant,
        domain_id: issuer.domain,
        application_id: application.id,
        code_digest: Digest::of(code.expose().as_bytes()),
        code_expires_at: now.after(CODE_FOR),
        code_used_at: None,
        revoked_at: None,
        sealed_claims: key.seal(random, &place, plain.expose()),
        code_wrapped_key: Some(wrap(issuer, random, id, code.expose(), &key)),
        created_at: now,
        expires_at: now.after(CODE_FOR),
        cnf: None,
    };
    Ok(MintedCode { code, row })
}

/// A code or token that somebody presents, with what its rows have.
pub(crate) struct Presented<'a> {
    pub(crate) grant: GrantId,
    pub(crate) secret: &'a str,
    pub(crate) wrapped_key: &'a [u8],
    pub(crate) sealed_claims: &'a [u8],
    pub(crate) cnf: Option<&'a str>,
}

impl<'a> Presented<'a> {
    /// A code; `None` when it is spent or its grant revoked.
    pub(crate) fn code(secret: &'a str, row: &'a grants::Grant) -> Option<Self> {
        let (wrapped_key, sealed_claims) = (row.code_wrapped_key.as_deref()?, &row.sealed_claims);
        Some(Self { grant: row.id, secret, wrapped_key, sealed_claims, cnf: row.cnf.as_deref() })
    }

    pub(crate) fn access_token(secret: &'a str, row: &'a access_tokens::LiveToken) -> Self {
        let (wrapped_key, sealed_claims) = (&row.wrapped_key, &row.sealed_claims);
        Self { grant: row.grant_id, secret, wrapped_key, sealed_claims, cnf: row.cnf.as_deref() }
    }

    pub(crate) fn refresh_token(secret: &'a str, row: &'a refresh_tokens::FoundToken) -> Self {
        let (wrapped_key, sealed_claims) = (&row.wrapped_key, &row.sealed_claims);
        Self { grant: row.grant_id, secret, wrapped_key, sealed_claims, cnf: row.cnf.as_deref() }
    }
}

/// Opens a grant with a code or token of it; `None` when it is not one, or is bound to a key: no proof of possession is
/// read yet (RFC 9449, RFC 8705), and a bound token is not a bearer token.
pub(crate) fn open_grant(issuer: &Issuer, presented: &Presented<'_>) -> Option<(Grant, SealKey)> {
    if presented.cnf.is_some() {
        return None;
    }
    let key = unwrap(issuer, presented.grant, presented.secret, presented.wrapped_key)?;
    let place = issuer.context(&SealedColumn::GrantClaims(presented.grant));
    let plain = key.open(&place, presented.sealed_claims).ok()?;
    Some((unpack(plain.expose())?, key))
}

/// A token and the row that stands for it.
pub(crate) struct Minted<R> {
    pub(crate) token: Secret<String>,
    pub(crate) row: R,
}

/// An access token of a grant.
pub(crate) type MintedAccess = Minted<access_tokens::AccessToken>;
/// A refresh token of a grant.
pub(crate) type MintedRefresh = Minted<refresh_tokens::RefreshToken>;

/// Makes an access token that opens the grant's claims; nothing is written yet. `scope`: what it is narrowed to.
pub(crate) fn mint_access_token(
    mint: Mint<'_>,
    grant: GrantId,
    key: &SealKey,
    scope: Option<String>,
) -> MintedAccess {
    let Mint { issuer, application, random, now } = mint;
    let token = random.token();
    let row = access_tokens::AccessToken {
        tenant_id: issuer.tenant,
        token_digest: Digest::of(token.expose().as_bytes()),
        grant_id: grant,
        wrapped_key: wrap(issuer, random, grant, token.expose(), key),
        scope,
        created_at: now,
        expires_at: now.after(application.settings.lifetimes().access_token_for),
        cnf: None,
    };
    Minted { token, row }
}

/// Makes a refresh token that opens the grant's claims; nothing is written yet.
pub(crate) fn mint_refresh_token(
    mint: Mint<'_>,
    grant: GrantId,
    key: &SealKey,
    expires_at: Timestamp,
) -> MintedRefresh {
    let Mint { issuer, random, now, .. } = mint;
    let token = random.token();
    let row = refresh_tokens::RefreshToken {
        tenant_id: issuer.tenant,
        token_digest: Digest::of(token.expose().as_bytes()),
        grant_id: grant,
        wrapped_key: wrap(issuer, random, grant, token.expose(), key),
        created_at: now,
        times: RefreshTimes::until(expires_at),
        cnf: None,
    };
    Minted { token, row }
}

fn successor_place(issuer: &Issuer, presented: &str) -> (SealKey, Vec<u8>) {
    let digest = Digest::of(presented.as_bytes());
    let place = issuer.context(&SealedColumn::RefreshSuccessor(&digest));
    (SealKey::derive(presented.as_bytes(), "refresh token successor"), place)
}

/// Seals a successor under the token that it replaces, so that only its holder gets it again.
pub(crate) fn seal_successor(
    issuer: &Issuer,
    random: &Random,
    presented: &str,
    successor: &Secret<String>,
) -> Vec<u8> {
    let (key, place) = successor_place(issuer, presented);
    key.seal(random, &place, successor.expose().as_bytes())
}

/// Opens what [`seal_successor`] sealed.
pub(crate) fn open_successor(issuer: &Issuer, presented: &str, sealed: &[u8]) -> Option<Secret<String>> {
    let (key, place) = successor_place(issuer, presented);
    let plain = key.open(&place, sealed).ok()?;
    std::str::from_utf8(plain.expose()).ok().map(|it| Secret::new(it.to_owned()))
}

/// The protocol claims and the person's, as they stand in the ID token; `access_token` is the one that comes with it.
pub(crate) fn id_token_claims(
    issuer: &Issuer,
    application: &Application,
    grant: &Grant,
    access_token: &Secret<String>,
    now: Timestamp,
) -> Payload {
    let settings = &application.settings;
    if settings.is_compatible() {
        let issued = answers::issued(issuer, application);
        let times = (now, settings.lifetimes().id_token_for);
        return model::compatible::id_token(grant, &issued, settings.slim_id_token, times);
    }
    let mut claims = model::release(grant, application.settings.slim_id_token).id_token;
    let expires = now.after(application.settings.lifetimes().id_token_for);
    let protocol = json!({
        "iss": issuer.url(),
        "sub": grant.subject,
        "aud": application.client_id,
        "exp": expires.seconds(),
        "iat": now.seconds(),
        "auth_time": grant.proof.authenticated_at.seconds(),
        "acr": grant.acr.as_str(),
        "sid": grant.session_id,
    });
    if let Value::Object(protocol) = protocol {
        claims.extend(protocol);
    }
    if !grant.proof.amr.is_empty() {
        claims.insert("amr".to_owned(), json!(grant.proof.amr));
    }
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    let at_hash = crypto::at_hash(settings.algorithm(), access_token.expose());
    claims.insert("at_hash".to_owned(), json!(at_hash));
    claims.into()
}

/// The key that signs this application's ID tokens now.
pub(crate) fn signing_key<'a>(
    issuer: &'a Issuer,
    application: &Application,
    now: Timestamp,
) -> Result<&'a Key, InternalError> {
    let algorithm = application.settings.algorithm();
    let usable = issuer.keys.iter().filter(|key| key.algorithm == algorithm && signs_now(&key.times, now));
    let key = usable.max_by_key(|key| key.times.active_at);
    key.ok_or_else(|| InternalError::new(format!("no active {} key", algorithm.as_str())))
}

/// The tokens that an answer gives.
pub(crate) struct Given<'a> {
    pub(crate) access_token: &'a Secret<String>,
    pub(crate) refresh_token: Option<&'a Secret<String>>,
    /// They are given for a refresh token, not for a code.
    pub(crate) is_refresh: bool,
}

/// Signs and puts together the answer of the token endpoint. Everything has been committed by now.
pub(crate) fn token_response(
    mint: Mint<'_>,
    grant: &Grant,
    given: &Given<'_>,
) -> Result<TokenResponse, InternalError> {
    let Mint { issuer, application, random, now } = mint;
    let Given { access_token, refresh_token, is_refresh } = *given;
    let id_token = if grant.scopes.has(Scope::Openid) {
        let key = signing_key(issuer, application, now)?;
        let claims = id_token_claims(issuer, application, grant, access_token, now);
        let token = answers::signed(key, &claims)?;
        let is_encrypted = application.settings.id_token_response == IdTokenResponse::SignedAndEncryptedJwt;
        Some(if is_encrypted { answers::encrypted(application, random, &token)? } else { token })
    } else {
        None
    };
    Ok(TokenResponse {
        access_token: access_token.expose().clone(),
        token_type: "Bearer",
        expires_in: answers::expires_in(&application.settings, is_refresh),
        refresh_token: refresh_token.map(|it| it.expose().clone()),
        id_token,
        scope: (!application.settings.is_compatible()).then(|| grant.scopes.to_text()),
    })
}
