//! Logins that approve a submission of an order: begun, and good once.

use crypto::Digest;
use model::{LinkId, OrderId, TenantId, Timestamp};

use crate::{StoreError, WriteTx, sql::Statements as _, value::Row};

const INSERT: &str = "INSERT INTO approval_requests
    (tenant_id, request_digest, order_id, person_id, document_digest, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const SPEND: &str =
    "DELETE FROM approval_requests WHERE tenant_id = $1 AND request_digest = $2 AND expires_at > $3
    RETURNING tenant_id, request_digest, order_id, person_id, document_digest, expires_at";
pub(crate) const SWEEP: &str = "DELETE FROM approval_requests WHERE (tenant_id, request_digest) IN
    (SELECT tenant_id, request_digest FROM approval_requests WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, SPEND, SWEEP];

/// A request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// Whose order it is.
    pub tenant_id: TenantId,
    /// SHA-256 of the random bytes that the nonce is made with.
    pub request_digest: Digest,
    /// Which order.
    pub order_id: OrderId,
    /// Who approves.
    pub person_id: LinkId,
    /// What they approve.
    pub document_digest: Digest,
    /// From when on it is over.
    pub expires_at: Timestamp,
}

/// Adds a request.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, it: &ApprovalRequest) -> Result<(), StoreError> {
    let values = [
        it.tenant_id.into(),
        (&it.request_digest).into(),
        it.order_id.into(),
        it.person_id.into(),
        (&it.document_digest).into(),
        it.expires_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Spends a request; `None` when there is none, or no longer.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn spend(
    tx: &mut WriteTx<'_>,
    (tenant_id, request): (TenantId, &Digest),
    now: Timestamp,
) -> Result<Option<ApprovalRequest>, StoreError> {
    tx.find(SPEND, &[tenant_id.into(), request.into(), now.into()])?.map(read).transpose()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<ApprovalRequest, StoreError> {
    let mut row = row.of("approval_requests");
    Ok(ApprovalRequest {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        request_digest: row.digest("request_digest")?,
        order_id: row.id("order_id", OrderId::parse)?,
        person_id: row.id("person_id", LinkId::parse)?,
        document_digest: row.digest("document_digest")?,
        expires_at: row.time("expires_at")?,
    })
}
