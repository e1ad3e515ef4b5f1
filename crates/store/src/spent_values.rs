//! Spent values: what may be used once, remembered until it would be refused anyway.

use crypto::Digest;
use model::{TenantId, Timestamp};

use crate::{StoreError, WriteTx, sql::Statements as _};

const CONSUME: &str = "INSERT INTO spent_values (tenant_id, kind, value_digest, expires_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, kind, value_digest) DO NOTHING RETURNING expires_at";

pub(crate) const ALL: &[&str] = &[CONSUME];

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
