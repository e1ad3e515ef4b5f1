//! What the registers answered about companies, kept for the tenant that asked.

use std::time::Duration;

use model::{TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

/// How long an answer can be shown while the registers cannot be asked.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const SAVE: &str = "INSERT INTO registry_answers (tenant_id, number, sealed_answer, read_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, number) DO UPDATE SET sealed_answer = excluded.sealed_answer, read_at = excluded.read_at";
const FIND: &str = "SELECT tenant_id, number, sealed_answer, read_at FROM registry_answers
    WHERE tenant_id = $1 AND number = $2";
pub(crate) const SWEEP: &str = "DELETE FROM registry_answers WHERE (tenant_id, number) IN
    (SELECT tenant_id, number FROM registry_answers WHERE read_at <= $1 ORDER BY read_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[SAVE, FIND, SWEEP];

/// The row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRegistryAnswer {
    /// Who asked.
    pub tenant_id: TenantId,
    /// About which company: nine digits.
    pub number: String,
    /// What was read from the answer.
    pub sealed_answer: Vec<u8>,
    /// When it was read.
    pub read_at: Timestamp,
}

/// Keeps an answer in place of the one that there was.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, it: &KeptRegistryAnswer) -> Result<(), StoreError> {
    tx.put(SAVE, &[it.tenant_id.into(), (&it.number).into(), (&it.sealed_answer).into(), it.read_at.into()])
}

/// Finds what was answered last about a company.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    number: &str,
) -> Result<Option<KeptRegistryAnswer>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), number.into()])?.map(read).transpose()
}

/// Removes at most `limit` answers that are too old to be shown, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.before(KEPT_FOR).into(), limit.into()])
}

fn read(row: Row) -> Result<KeptRegistryAnswer, StoreError> {
    let mut row = row.of("registry_answers");
    Ok(KeptRegistryAnswer {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        number: row.text("number")?,
        sealed_answer: row.bytes("sealed_answer")?,
        read_at: row.time("read_at")?,
    })
}
