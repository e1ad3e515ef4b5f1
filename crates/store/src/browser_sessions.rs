//! Browser sessions: people who proved themselves a while ago. What they proved opens with their cookie only.

use crypto::Digest;
use model::{DomainId, SessionId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements as _, value::Row};

const INSERT: &str = "INSERT INTO browser_sessions
    (tenant_id, session_digest, id, domain_id, eid, subject, sealed_proof,
    created_at, used_at, ends_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const FIND: &str = "SELECT tenant_id, session_digest, id, domain_id, eid, subject, sealed_proof,
    created_at, used_at, ends_at, expires_at
    FROM browser_sessions WHERE tenant_id = $1 AND session_digest = $2 AND expires_at > $3";
const USE: &str = "UPDATE browser_sessions SET used_at = $1,
    expires_at = CASE WHEN ends_at < $2 THEN ends_at ELSE $2 END
    WHERE tenant_id = $3 AND session_digest = $4 AND expires_at > $1 RETURNING tenant_id";
const LIST: &str = "SELECT tenant_id, session_digest, id, domain_id, eid, subject, sealed_proof,
    created_at, used_at, ends_at, expires_at
    FROM browser_sessions WHERE tenant_id = $1 AND domain_id = $2 AND expires_at > $3 AND id > $4
    ORDER BY id LIMIT $5";
const REMOVE: &str = "DELETE FROM browser_sessions WHERE tenant_id = $1 AND session_digest = $2
    RETURNING tenant_id, id";
const REMOVE_BY_ID: &str = "DELETE FROM browser_sessions WHERE tenant_id = $1 AND id = $2";
const REMOVE_BY_SUBJECT: &str = "DELETE FROM browser_sessions WHERE tenant_id = $1 AND subject = $2";
pub(crate) const SWEEP: &str = "DELETE FROM browser_sessions WHERE (tenant_id, session_digest) IN
    (SELECT tenant_id, session_digest FROM browser_sessions
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, USE, LIST, REMOVE, REMOVE_BY_ID, REMOVE_BY_SUBJECT, SWEEP];

/// A browser session's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// SHA-256 of what is in the cookie.
    pub session_digest: Digest,
    /// Its public id.
    pub id: SessionId,
    /// Where it holds.
    pub domain_id: DomainId,
    /// With which eID it was made.
    pub eid: String,
    /// The tenant's pseudonym for the person.
    pub subject: String,
    /// The proof, sealed under a key that only the cookie gives.
    pub sealed_proof: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last answered a request.
    pub used_at: Timestamp,
    /// The absolute limit.
    pub ends_at: Timestamp,
    /// From when on it is not accepted: the idle limit, or the absolute one if that comes first.
    pub expires_at: Timestamp,
}

/// Adds a session.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when its secret was used before.
pub fn insert(tx: &mut WriteTx<'_>, session: &BrowserSession) -> Result<(), StoreError> {
    let values = [
        session.tenant_id.into(),
        (&session.session_digest).into(),
        session.id.into(),
        session.domain_id.into(),
        (&session.eid).into(),
        (&session.subject).into(),
        (&session.sealed_proof).into(),
        session.created_at.into(),
        session.used_at.into(),
        session.ends_at.into(),
        session.expires_at.into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds a session that still lives.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<BrowserSession>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), digest.into(), now.into()])?.map(read).transpose()
}

/// Notes that a session answers a request: `true` if it still lives. It then lives until `idle_until`, but never
/// past its absolute limit.
///
/// # Errors
/// [`StoreError`]: what happened around it; give nothing out.
pub fn touch(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    digest: &Digest,
    idle_until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = [now.into(), idle_until.into(), tenant_id.into(), digest.into()];
    Ok(tx.find(USE, &values)?.is_some())
}

/// Lists at most `limit` living sessions of a domain by id, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    (tenant_id, domain_id): (TenantId, DomainId),
    after: Option<SessionId>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<BrowserSession>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let values = [tenant_id.into(), domain_id.into(), now.into(), (&after).into(), limit.into()];
    tx.list(LIST, &values)?.into_iter().map(read).collect()
}

/// Ends the session of a cookie; gives its id if there was one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    digest: &Digest,
) -> Result<Option<SessionId>, StoreError> {
    let row = tx.find(REMOVE, &[tenant_id.into(), digest.into()])?;
    row.map(|row| {
        let mut row = row.of("browser_sessions");
        row.text("tenant_id")?;
        row.id("id", SessionId::parse)
    })
    .transpose()
}

/// Ends a session by its public id; gives how many there were.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_id(tx: &mut WriteTx<'_>, tenant_id: TenantId, id: SessionId) -> Result<u64, StoreError> {
    tx.execute(REMOVE_BY_ID, &[tenant_id.into(), id.into()])
}

/// Ends all sessions of a person; gives how many there were.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_subject(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    subject: &str,
) -> Result<u64, StoreError> {
    tx.execute(REMOVE_BY_SUBJECT, &[tenant_id.into(), subject.into()])
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<BrowserSession, StoreError> {
    let mut row = row.of("browser_sessions");
    Ok(BrowserSession {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        session_digest: row.digest("session_digest")?,
        id: row.id("id", SessionId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        eid: row.text("eid")?,
        subject: row.text("subject")?,
        sealed_proof: row.bytes("sealed_proof")?,
        created_at: row.time("created_at")?,
        used_at: row.time("used_at")?,
        ends_at: row.time("ends_at")?,
        expires_at: row.time("expires_at")?,
    })
}
