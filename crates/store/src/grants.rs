//! Grants: what a login gave an application, from the code until the last token has expired.
//!
//! Claims are sealed under a key of the grant's own, which is wrapped under each live secret of it and under
//! nothing else: 1 `insert` with the code's wrapping; 2 `find_by_code` gives it back, and the caller wraps the
//! key under the access token; 3 `consume_code` spends the code and forgets its wrapping, in the same write as
//! [`access_tokens::insert`](crate::access_tokens::insert). A spent grant stays until `expires_at`, so that a
//! second use of its code is seen.

use crypto::Digest;
use model::{ApplicationId, DomainId, GrantId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements as _, value::Row};

const INSERT: &str = "INSERT INTO grants
    (id, tenant_id, domain_id, application_id, code_digest, code_expires_at, code_used_at, revoked_at,
    sealed_claims, code_wrapped_key, created_at, expires_at, cnf)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const FIND_BY_CODE: &str = "SELECT id, tenant_id, domain_id, application_id, code_digest, code_expires_at,
    code_used_at, revoked_at, sealed_claims, code_wrapped_key, created_at, expires_at, cnf
    FROM grants WHERE tenant_id = $1 AND code_digest = $2";
const CONSUME_CODE: &str = "UPDATE grants SET code_used_at = $1, code_wrapped_key = NULL,
    expires_at = CASE WHEN expires_at < $2 THEN $2 ELSE expires_at END
    WHERE tenant_id = $3 AND code_digest = $4
    AND code_used_at IS NULL AND revoked_at IS NULL AND code_expires_at > $1
    RETURNING id";
const REVOKE: &str = "UPDATE grants SET revoked_at = $1, code_wrapped_key = NULL
    WHERE tenant_id = $2 AND id = $3 AND revoked_at IS NULL";

const LOCK: &str = "SELECT revoked_at FROM grants WHERE tenant_id = $1 AND id = $2";
const EXTEND: &str = "UPDATE grants SET expires_at = $1 WHERE tenant_id = $2 AND id = $3 AND expires_at < $1";
pub(crate) const SWEEP: &str = "DELETE FROM grants WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM grants WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND_BY_CODE, CONSUME_CODE, REVOKE, LOCK, EXTEND, SWEEP];

/// A grant's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Where the login was.
    pub domain_id: DomainId,
    /// Who was granted.
    pub application_id: ApplicationId,
    /// SHA-256 of the code.
    pub code_digest: Digest,
    /// From when on the code is refused.
    pub code_expires_at: Timestamp,
    /// When the code was spent.
    pub code_used_at: Option<Timestamp>,
    /// When everything from this grant was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The claims, sealed under the grant's own key.
    pub sealed_claims: Vec<u8>,
    /// That key, wrapped under the code; gone when the code is spent or the grant revoked.
    pub code_wrapped_key: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on nothing of it can be used; the sweep then removes it.
    pub expires_at: Timestamp,
    /// The key that the code is bound to (RFC 7800), as JSON; `None`: not bound.
    pub cnf: Option<String>,
}

/// Adds a grant.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the tenant has this code already.
pub fn insert(tx: &mut WriteTx<'_>, grant: &Grant) -> Result<(), StoreError> {
    let values = [
        grant.id.into(),
        grant.tenant_id.into(),
        grant.domain_id.into(),
        grant.application_id.into(),
        (&grant.code_digest).into(),
        grant.code_expires_at.into(),
        grant.code_used_at.into(),
        grant.revoked_at.into(),
        (&grant.sealed_claims).into(),
        grant.code_wrapped_key.as_ref().into(),
        grant.created_at.into(),
        grant.expires_at.into(),
        grant.cnf.as_deref().into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds the grant of a code in whatever state it is; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_code(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    code_digest: &Digest,
) -> Result<Option<Grant>, StoreError> {
    tx.find_for_change(FIND_BY_CODE, &[tenant_id.into(), code_digest.into()])?.map(read).transpose()
}

/// Spends a code that is neither spent, revoked nor expired: `Some` for the one caller that came first.
///
/// `expires_at`: when the last token from it expires; the grant stays at least until then.
///
/// # Errors
/// [`StoreError`]: what happened around it; hand out no token.
pub fn consume_code(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    code_digest: &Digest,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Option<GrantId>, StoreError> {
    let values = [now.into(), expires_at.into(), tenant_id.into(), code_digest.into()];
    let row = tx.find(CONSUME_CODE, &values)?;
    row.map(|row| row.of("grants").id("id", GrantId::parse)).transpose()
}

/// Revokes a grant and so every token from it; again and for an unknown one it does nothing.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn revoke(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    id: GrantId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.put(REVOKE, &[now.into(), tenant_id.into(), id.into()])
}

/// Keeps everybody else from a grant and its tokens until the write ends: `true` when it is there and not revoked.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn lock(tx: &mut WriteTx<'_>, tenant_id: TenantId, id: GrantId) -> Result<bool, StoreError> {
    let row = tx.find_for_change(LOCK, &[tenant_id.into(), id.into()])?;
    let revoked = row.map(|row| row.of("grants").maybe_time("revoked_at")).transpose()?;
    Ok(revoked.is_some_and(|it| it.is_none()))
}

/// Keeps a grant at least until `expires_at`, because a token from it lives as long.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn extend(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    id: GrantId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.put(EXTEND, &[expires_at.into(), tenant_id.into(), id.into()])
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<Grant, StoreError> {
    let mut row = row.of("grants");
    Ok(Grant {
        id: row.id("id", GrantId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        application_id: row.id("application_id", ApplicationId::parse)?,
        code_digest: row.digest("code_digest")?,
        code_expires_at: row.time("code_expires_at")?,
        code_used_at: row.maybe_time("code_used_at")?,
        revoked_at: row.maybe_time("revoked_at")?,
        sealed_claims: row.bytes("sealed_claims")?,
        code_wrapped_key: row.maybe_bytes("code_wrapped_key")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        cnf: row.maybe_text("cnf")?,
    })
}
