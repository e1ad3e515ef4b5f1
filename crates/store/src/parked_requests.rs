//! Parked requests: authorization requests that wait under a digest until a browser comes for them.

use crypto::Digest;
use model::{DomainId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    sql::Statements as _,
    value::{Row, words},
};

const INSERT: &str = "INSERT INTO parked_requests
    (tenant_id, request_digest, domain_id, origin, sealed_request, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT tenant_id, request_digest, domain_id, origin, sealed_request, expires_at
    FROM parked_requests WHERE tenant_id = $1 AND request_digest = $2 AND expires_at > $3";
const CONSUME: &str =
    "DELETE FROM parked_requests WHERE tenant_id = $1 AND request_digest = $2 AND expires_at > $3
    RETURNING tenant_id, request_digest, domain_id, origin, sealed_request, expires_at";
const PRESENT: &str = "UPDATE parked_requests SET origin = $1, expires_at = $2
    WHERE tenant_id = $3 AND request_digest = $4 AND domain_id = $5 AND origin = $6 AND expires_at > $7
    RETURNING tenant_id, request_digest, domain_id, origin, sealed_request, expires_at";
pub(crate) const SWEEP: &str = "DELETE FROM parked_requests WHERE (tenant_id, request_digest) IN
    (SELECT tenant_id, request_digest FROM parked_requests
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, CONSUME, PRESENT, SWEEP];

words! {
    /// How a request came to be parked.
    Origin {
        /// A POST to the authorization endpoint.
        Post = "post",
        /// Too large for a cookie.
        Overflow = "overflow",
        /// Pushed by its client: the only one that satisfies "PAR required".
        Par = "par",
        /// Pushed, and taken up by a browser: by now it belongs to that browser's login.
        Presented = "presented",
    }
}

/// A parked request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedRequest {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Digest of the reference that the browser brings.
    pub request_digest: Digest,
    /// Where it was received.
    pub domain_id: DomainId,
    /// How it was received.
    pub origin: Origin,
    /// The request, sealed.
    pub sealed_request: Vec<u8>,
    /// From when on it is gone.
    pub expires_at: Timestamp,
}

/// Parks a request.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the reference was used before.
pub fn insert(tx: &mut WriteTx<'_>, request: &ParkedRequest) -> Result<(), StoreError> {
    let values = [
        request.tenant_id.into(),
        (&request.request_digest).into(),
        request.domain_id.into(),
        request.origin.into(),
        (&request.sealed_request).into(),
        request.expires_at.into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds a request that has not expired and leaves it there.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    request_digest: &Digest,
    now: Timestamp,
) -> Result<Option<ParkedRequest>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), request_digest.into(), now.into()])?.map(read).transpose()
}

/// Takes a request that has not expired: `Some` for the one caller that came first.
///
/// # Errors
/// [`StoreError`]: what happened around it; treat the request as gone.
pub fn consume(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    request_digest: &Digest,
    now: Timestamp,
) -> Result<Option<ParkedRequest>, StoreError> {
    tx.find(CONSUME, &[tenant_id.into(), request_digest.into(), now.into()])?.map(read).transpose()
}

/// Takes up a pushed request for a login that ends at `ends_at`: `Some` for the one caller that came first.
///
/// # Errors
/// [`StoreError`]: what happened around it; treat the request as gone.
pub fn present(
    tx: &mut WriteTx<'_>,
    (tenant_id, domain_id): (TenantId, DomainId),
    request_digest: &Digest,
    (ends_at, now): (Timestamp, Timestamp),
) -> Result<Option<ParkedRequest>, StoreError> {
    let values = [
        Origin::Presented.into(),
        ends_at.into(),
        tenant_id.into(),
        request_digest.into(),
        domain_id.into(),
        Origin::Par.into(),
        now.into(),
    ];
    tx.find(PRESENT, &values)?.map(read).transpose()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<ParkedRequest, StoreError> {
    let mut row = row.of("parked_requests");
    Ok(ParkedRequest {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        request_digest: row.digest("request_digest")?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        origin: row.word("origin", Origin::parse)?,
        sealed_request: row.bytes("sealed_request")?,
        expires_at: row.time("expires_at")?,
    })
}
