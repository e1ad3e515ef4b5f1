//! Live checks of identity sources: the last few of each, so that they can be counted and shown.

use crypto::Digest;
use model::{IdentitySourceId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

/// How many of a source are kept.
const KEPT: i64 = 20;

const INSERT: &str = "INSERT INTO source_checks
    (tenant_id, source_id, number, checked_at, checked_by, credentials_digest, findings)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST: &str = "SELECT tenant_id, source_id, number, checked_at, checked_by, credentials_digest, findings
    FROM source_checks WHERE tenant_id = $1 AND source_id = $2 ORDER BY number DESC LIMIT 20";
const SAVE: &str = "UPDATE source_checks SET findings = $1
    WHERE tenant_id = $2 AND source_id = $3 AND number = $4";
const REMOVE: &str = "DELETE FROM source_checks WHERE tenant_id = $1 AND source_id = $2 AND number <= $3";

pub(crate) const ALL: &[&str] = &[INSERT, LIST, SAVE, REMOVE];

/// A check's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCheck {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of which source.
    pub source_id: IdentitySourceId,
    /// Counts the checks of the source, from 1.
    pub number: i64,
    /// When it began.
    pub checked_at: Timestamp,
    /// Who began it, as in audit events.
    pub checked_by: String,
    /// Of the sealed credentials that were checked; `None` where there were none.
    pub credentials_digest: Option<Digest>,
    /// JSON that `model` reads: a list of lines. `None` until it has ended.
    pub findings: Option<String>,
}

/// Adds a check, and removes those of the source that are not among its last 20. The caller holds the source's row, so that
/// no two have the same number.
///
/// # Errors
/// [`StoreError::Conflict`] when the number is taken.
pub fn append(tx: &mut WriteTx<'_>, check: &SourceCheck) -> Result<(), StoreError> {
    let values = [
        check.tenant_id.into(),
        check.source_id.into(),
        check.number.into(),
        check.checked_at.into(),
        (&check.checked_by).into(),
        check.credentials_digest.as_ref().into(),
        check.findings.as_deref().into(),
    ];
    tx.execute(INSERT, &values)?;
    let last = check.number - KEPT;
    tx.execute(REMOVE, &[check.tenant_id.into(), check.source_id.into(), last.into()]).map(drop)
}

/// Lists the checks of a source, the newest first; at most 20.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    source_id: IdentitySourceId,
) -> Result<Vec<SourceCheck>, StoreError> {
    tx.list(LIST, &[tenant_id.into(), source_id.into()])?.into_iter().map(read).collect()
}

/// Saves what a check found; of one that was removed meanwhile, nothing.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(
    tx: &mut WriteTx<'_>,
    (tenant_id, source_id): (TenantId, IdentitySourceId),
    number: i64,
    findings: &str,
) -> Result<(), StoreError> {
    let values = [findings.into(), tenant_id.into(), source_id.into(), number.into()];
    tx.execute(SAVE, &values).map(drop)
}

fn read(row: Row) -> Result<SourceCheck, StoreError> {
    let mut row = row.of("source_checks");
    Ok(SourceCheck {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        source_id: row.id("source_id", IdentitySourceId::parse)?,
        number: row.int("number")?,
        checked_at: row.time("checked_at")?,
        checked_by: row.text("checked_by")?,
        credentials_digest: row.maybe_digest("credentials_digest")?,
        findings: row.maybe_text("findings")?,
    })
}
