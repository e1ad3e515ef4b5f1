//! Spent values: what may be used once, remembered until it would be refused anyway.

use crypto::Digest;
use model::{TenantId, Timestamp};

use crate::{StoreError, WriteTx, sql::Statements as _};

const CONSUME: &str = "INSERT INTO spent_values (tenant_id, kind, value_digest, expires_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, kind, value_digest) DO NOTHING RETURNING expires_at";
pub(crate) const SWEEP: &str = "DELETE FROM spent_values WHERE (tenant_id, kind, value_digest) IN
    (SELECT tenant_id, kind, value_digest FROM spent_values
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[CONSUME, SWEEP];

/// Spends a value: `true` for the one caller that came first.
///
/// `kind`: what it is (`upstream_state`, `client_assertion`), so that equal digests of two kinds differ.
/// `expires_at`: from when on the value is refused for its age; until then it stays spent.
///
/// # Errors
/// [`StoreError`]: what happened around it; treat the value as spent.
pub fn consume(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    kind: &str,
    value_digest: &Digest,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let values = [tenant_id.into(), kind.into(), value_digest.into(), expires_at.into()];
    Ok(tx.find(CONSUME, &values)?.is_some())
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}
