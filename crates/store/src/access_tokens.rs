//! Access tokens: digests, each with its grant's key wrapped under the token itself.

use crypto::Digest;
use model::{ApplicationId, DomainId, GrantId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO access_tokens
    (tenant_id, token_digest, grant_id, wrapped_key, scope, created_at, expires_at, cnf)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const FIND_LIVE: &str =
    "SELECT grants.id, grants.application_id, grants.domain_id, access_tokens.wrapped_key,
    access_tokens.scope, grants.sealed_claims, access_tokens.expires_at,
    COALESCE(access_tokens.cnf, grants.cnf)
    FROM access_tokens JOIN grants
    ON grants.tenant_id = access_tokens.tenant_id AND grants.id = access_tokens.grant_id
    WHERE access_tokens.tenant_id = $1 AND access_tokens.token_digest = $2 AND access_tokens.expires_at > $3
    AND grants.revoked_at IS NULL";
const REMOVE: &str = "DELETE FROM access_tokens WHERE tenant_id = $1 AND token_digest = $2";
pub(crate) const SWEEP: &str = "DELETE FROM access_tokens WHERE (tenant_id, token_digest) IN
    (SELECT tenant_id, token_digest FROM access_tokens
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND_LIVE, REMOVE, SWEEP];

/// An access token's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// SHA-256 of the token.
    pub token_digest: Digest,
    /// What it gives access to.
    pub grant_id: GrantId,
    /// The grant's key, wrapped under the token.
    pub wrapped_key: Vec<u8>,
    /// The scopes that it is narrowed to; `None`: all that were granted.
    pub scope: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// The key that it is bound to (RFC 7800), as JSON; `None`: a bearer token.
    pub cnf: Option<String>,
}

/// A token that may be used, with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveToken {
    /// What it gives access to.
    pub grant_id: GrantId,
    /// Who was granted.
    pub application_id: ApplicationId,
    /// Where the login was: refuse the token on another domain.
    pub domain_id: DomainId,
    /// The grant's key, wrapped under the token.
    pub wrapped_key: Vec<u8>,
    /// The scopes that it is narrowed to; `None`: all that were granted.
    pub scope: Option<String>,
    /// The claims, sealed under that key.
    pub sealed_claims: Vec<u8>,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// The key that it, or else its grant, is bound to (RFC 7800), as JSON; `None`: a bearer token.
    pub cnf: Option<String>,
}

/// Adds a token. Consume its code, or whatever it is made from, in the same write.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the token is there already.
pub fn insert(tx: &mut WriteTx<'_>, token: &AccessToken) -> Result<(), StoreError> {
    let values = [
        token.tenant_id.into(),
        (&token.token_digest).into(),
        token.grant_id.into(),
        (&token.wrapped_key).into(),
        token.scope.as_deref().into(),
        token.created_at.into(),
        token.expires_at.into(),
        token.cnf.as_deref().into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds a token that has neither expired nor been revoked with its grant.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_live(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    token_digest: &Digest,
    now: Timestamp,
) -> Result<Option<LiveToken>, StoreError> {
    tx.find(FIND_LIVE, &[tenant_id.into(), token_digest.into(), now.into()])?.map(read).transpose()
}

/// Removes a token; again and for an unknown one it does nothing.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, token_digest: &Digest) -> Result<(), StoreError> {
    tx.put(REMOVE, &[tenant_id.into(), token_digest.into()])
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<LiveToken, StoreError> {
    let mut row = row.of("access_tokens");
    Ok(LiveToken {
        grant_id: row.id("grant_id", GrantId::parse)?,
        application_id: row.id("application_id", ApplicationId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        wrapped_key: row.bytes("wrapped_key")?,
        scope: row.maybe_text("scope")?,
        sealed_claims: row.bytes("sealed_claims")?,
        expires_at: row.time("expires_at")?,
        cnf: row.maybe_text("cnf")?,
    })
}
