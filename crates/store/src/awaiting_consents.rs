//! Awaiting consents: proved persons who read the consent page. The key to the proof is in their cookie.

use crypto::Digest;
use model::{DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements as _, value::Row};

const INSERT: &str = "INSERT INTO awaiting_consents
    (tenant_id, consent_digest, domain_id, sealed_proof, expires_at) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT tenant_id, consent_digest, domain_id, sealed_proof, expires_at
    FROM awaiting_consents WHERE tenant_id = $1 AND consent_digest = $2 AND expires_at > $3";
const CONSUME: &str =
    "DELETE FROM awaiting_consents WHERE tenant_id = $1 AND consent_digest = $2 AND expires_at > $3
    RETURNING tenant_id, consent_digest, domain_id, sealed_proof, expires_at";
pub(crate) const SWEEP: &str = "DELETE FROM awaiting_consents WHERE (tenant_id, consent_digest) IN
    (SELECT tenant_id, consent_digest FROM awaiting_consents
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, CONSUME, SWEEP];

/// An awaiting consent's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitingConsent {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Digest of the reference in the cookie.
    pub consent_digest: Digest,
    /// Where the person waits.
    pub domain_id: DomainId,
    /// The proof, sealed under a key in the cookie.
    pub sealed_proof: Vec<u8>,
    /// From when on it is gone.
    pub expires_at: Timestamp,
}

/// Keeps a proof until its person has decided.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the reference was used before.
pub fn insert(tx: &mut WriteTx<'_>, consent: &AwaitingConsent) -> Result<(), StoreError> {
    let values = [
        consent.tenant_id.into(),
        (&consent.consent_digest).into(),
        consent.domain_id.into(),
        (&consent.sealed_proof).into(),
        consent.expires_at.into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds a proof that has not expired and leaves it there.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    consent_digest: &Digest,
    now: Timestamp,
) -> Result<Option<AwaitingConsent>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), consent_digest.into(), now.into()])?.map(read).transpose()
}

/// Takes a proof that has not expired: `Some` for the one caller that came first.
///
/// # Errors
/// [`StoreError`]: what happened around it; treat the proof as gone.
pub fn consume(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    consent_digest: &Digest,
    now: Timestamp,
) -> Result<Option<AwaitingConsent>, StoreError> {
    tx.find(CONSUME, &[tenant_id.into(), consent_digest.into(), now.into()])?.map(read).transpose()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<AwaitingConsent, StoreError> {
    let mut row = row.of("awaiting_consents");
    Ok(AwaitingConsent {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        consent_digest: row.digest("consent_digest")?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        sealed_proof: row.bytes("sealed_proof")?,
        expires_at: row.time("expires_at")?,
    })
}
