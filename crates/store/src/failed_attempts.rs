//! Failed attempts to prove something, counted over all nodes until they expire.

use std::time::Duration;

use crypto::Digest;
use model::{TenantId, Timestamp};

use crate::{StoreError, WriteTx, sql::Statements as _};

const COUNT: &str = "INSERT INTO failed_attempts (tenant_id, kind, key_digest, failures, expires_at)
    VALUES ($1, $2, $3, 1, $4) ON CONFLICT (tenant_id, kind, key_digest) DO UPDATE SET
    failures = CASE WHEN failed_attempts.expires_at > $5 AND failed_attempts.expires_at <= $6
    THEN failed_attempts.failures + 1 ELSE 1 END,
    expires_at = CASE WHEN failed_attempts.expires_at > $5 AND failed_attempts.expires_at <= $6
    THEN failed_attempts.expires_at ELSE $4 END
    RETURNING kind, failures, expires_at";
pub(crate) const SWEEP: &str = "DELETE FROM failed_attempts WHERE (tenant_id, kind, key_digest) IN
    (SELECT tenant_id, kind, key_digest FROM failed_attempts
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[COUNT, SWEEP];

/// How much further ahead another node may have put the end of a span; more, and its clock was set back since.
const DIFFERENCE: Duration = Duration::from_secs(60);

/// Counts one more failure; gives how many there are in this span, and when it ends.
///
/// `kind`: what was tried. `key_digest`: by whom. `expires_at`: the span's end if this failure begins one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn count(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    (kind, key_digest): (&str, &Digest),
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(u32, Timestamp), StoreError> {
    let furthest = expires_at.after(DIFFERENCE);
    let values =
        [tenant_id.into(), kind.into(), key_digest.into(), expires_at.into(), now.into(), furthest.into()];
    let mut row = tx.one(COUNT, &values)?.of("failed_attempts");
    row.text("kind")?;
    let failures = u32::try_from(row.int("failures")?).unwrap_or(u32::MAX);
    Ok((failures, row.time("expires_at")?))
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}
