//! Refresh tokens: digests, each with its grant's key wrapped under the token itself.
//!
//! The refresh tokens of one grant are a family; every change locks the grant first
//! ([`grants::lock`](crate::grants::lock)). A replaced token keeps its successor for a minute, sealed under itself, so
//! that its client can be given the same one again. Whether a token may still be used is decided above
//! ([`model::RefreshTimes`]).

use crypto::Digest;
use model::{ApplicationId, DomainId, GrantId, RefreshTimes, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO refresh_tokens
    (tenant_id, token_digest, grant_id, wrapped_key, replaced_at, created_at, expires_at, cnf)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const FIND: &str = "SELECT grants.id, grants.application_id, grants.domain_id, grants.revoked_at,
    refresh_tokens.wrapped_key, refresh_tokens.sealed_successor, grants.sealed_claims,
    refresh_tokens.replaced_at, refresh_tokens.retired_at, refresh_tokens.expires_at,
    COALESCE(refresh_tokens.cnf, grants.cnf)
    FROM refresh_tokens JOIN grants
    ON grants.tenant_id = refresh_tokens.tenant_id AND grants.id = refresh_tokens.grant_id
    WHERE refresh_tokens.tenant_id = $1 AND refresh_tokens.token_digest = $2";
const REPLACE: &str = "UPDATE refresh_tokens SET replaced_at = $1, sealed_successor = $2
    WHERE tenant_id = $3 AND token_digest = $4 AND replaced_at IS NULL";
pub(crate) const SWEEP: &str = "DELETE FROM refresh_tokens WHERE (tenant_id, token_digest) IN
    (SELECT tenant_id, token_digest FROM refresh_tokens
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
pub(crate) const SWEEP_SUCCESSORS: &str =
    "UPDATE refresh_tokens SET sealed_successor = NULL WHERE (tenant_id, token_digest) IN
    (SELECT tenant_id, token_digest FROM refresh_tokens
    WHERE replaced_at <= $1 AND sealed_successor IS NOT NULL ORDER BY replaced_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, REPLACE, SWEEP, SWEEP_SUCCESSORS];

/// A refresh token's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// SHA-256 of the token.
    pub token_digest: Digest,
    /// What it renews.
    pub grant_id: GrantId,
    /// The grant's key, wrapped under the token.
    pub wrapped_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its times; the end is that of the whole family.
    pub times: RefreshTimes,
    /// The key that it is bound to (RFC 7800), as JSON; `None`: a bearer token.
    pub cnf: Option<String>,
}

/// A refresh token in whatever state it is, with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundToken {
    /// What it renews.
    pub grant_id: GrantId,
    /// Who was granted.
    pub application_id: ApplicationId,
    /// Where the login was: refuse the token on another domain.
    pub domain_id: DomainId,
    /// When everything from this grant was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The grant's key, wrapped under the token.
    pub wrapped_key: Vec<u8>,
    /// The token that replaced it, sealed under it, while it may be given again.
    pub sealed_successor: Option<Vec<u8>>,
    /// The claims, sealed under that key.
    pub sealed_claims: Vec<u8>,
    /// Its times.
    pub times: RefreshTimes,
    /// The key that it, or else its grant, is bound to (RFC 7800), as JSON; `None`: a bearer token.
    pub cnf: Option<String>,
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the token is there already.
pub fn insert(tx: &mut WriteTx<'_>, token: &RefreshToken) -> Result<(), StoreError> {
    let values = [
        token.tenant_id.into(),
        (&token.token_digest).into(),
        token.grant_id.into(),
        (&token.wrapped_key).into(),
        token.times.replaced_at.into(),
        token.created_at.into(),
        token.times.expires_at.into(),
        token.cnf.as_deref().into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds a token in whatever state it is.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    token_digest: &Digest,
) -> Result<Option<FoundToken>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), token_digest.into()])?.map(read).transpose()
}

/// Notes that a token was given a successor, and keeps that one, sealed under the token; the first time counts.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn replace(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    token_digest: &Digest,
    sealed_successor: &Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.put(REPLACE, &[now.into(), sealed_successor.into(), tenant_id.into(), token_digest.into()])
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

/// Forgets at most `limit` successors that are not given again since the grace of [`model::REFRESH_GRACE`] is over, the
/// oldest first, whosever they are. The operator's.
///
/// # Errors
/// As [`remove_expired`].
pub(crate) fn forget_successors(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP_SUCCESSORS, &[now.before(model::REFRESH_GRACE).into(), limit.into()])
}

fn read(row: Row) -> Result<FoundToken, StoreError> {
    let mut row = row.of("refresh_tokens");
    Ok(FoundToken {
        grant_id: row.id("id", GrantId::parse)?,
        application_id: row.id("application_id", ApplicationId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        revoked_at: row.maybe_time("revoked_at")?,
        wrapped_key: row.bytes("wrapped_key")?,
        sealed_successor: row.maybe_bytes("sealed_successor")?,
        sealed_claims: row.bytes("sealed_claims")?,
        times: RefreshTimes {
            replaced_at: row.maybe_time("replaced_at")?,
            retired_at: row.maybe_time("retired_at")?,
            expires_at: row.time("expires_at")?,
        },
        cnf: row.maybe_text("cnf")?,
    })
}
