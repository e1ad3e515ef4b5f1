//! Kept answers: what a form of a login was answered, for a minute, in case the form is sent twice. The key to the answer
//! is in the login's cookie.

use crypto::Digest;
use model::{DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO kept_answers
    (tenant_id, form_digest, domain_id, sealed_answer, expires_at) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT tenant_id, form_digest, domain_id, sealed_answer, expires_at
    FROM kept_answers WHERE tenant_id = $1 AND form_digest = $2 AND expires_at > $3";
pub(crate) const SWEEP: &str = "DELETE FROM kept_answers WHERE (tenant_id, form_digest) IN
    (SELECT tenant_id, form_digest FROM kept_answers WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, SWEEP];

/// A kept answer's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// SHA-256 of what the cookie has.
    pub form_digest: Digest,
    /// Where the form was sent.
    pub domain_id: DomainId,
    /// The answer, sealed under a key in the cookie.
    pub sealed_answer: Vec<u8>,
    /// From when on it is not given again.
    pub expires_at: Timestamp,
}

/// Keeps an answer, in the write that spends what the form costs.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the form was answered before.
pub fn insert(tx: &mut WriteTx<'_>, answer: &KeptAnswer) -> Result<(), StoreError> {
    let values = [
        answer.tenant_id.into(),
        (&answer.form_digest).into(),
        answer.domain_id.into(),
        (&answer.sealed_answer).into(),
        answer.expires_at.into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds an answer that may be given again.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    form_digest: &Digest,
    now: Timestamp,
) -> Result<Option<KeptAnswer>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), form_digest.into(), now.into()])?.map(read).transpose()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<KeptAnswer, StoreError> {
    let mut row = row.of("kept_answers");
    Ok(KeptAnswer {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        form_digest: row.digest("form_digest")?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        sealed_answer: row.bytes("sealed_answer")?,
        expires_at: row.time("expires_at")?,
    })
}
