//! Live checks of identity sources: counted before anything is asked, and what was found is kept.

use std::time::Duration;

use authority::{Permission, Permit};
use crypto::Digest;
use model::{Action, CheckLine, Timestamp, check_wait};
use serde_json::json;
use store::{
    WriteTx,
    identity_sources::IdentitySource,
    source_checks::{self, SourceCheck},
};

use crate::Refusal;

/// Notes that a check of a source begins, before anything is asked of its eID. `row`: as found in this write, which holds it
/// until the end: so checks are counted over all nodes.
///
/// # Errors
/// [`Refusal::TooManyChecks`] with the time to wait; [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn begin(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: &IdentitySource,
    now: Timestamp,
) -> Result<SourceCheck, Refusal> {
    let tenant = permit.tenant(Permission::CheckSources)?;
    let before = source_checks::list(tx, tenant.id, row.id)?;
    let begun: Vec<Timestamp> = before.iter().map(|it| it.checked_at).collect();
    if let Some(wait) = check_wait(&begun, now) {
        return Err(Refusal::TooManyChecks(whole_seconds(wait)));
    }
    let check = SourceCheck {
        tenant_id: tenant.id,
        source_id: row.id,
        number: before.first().map_or(0, |it| it.number) + 1,
        checked_at: now,
        checked_by: tenant.caller().actor.to_string(),
        credentials_digest: row.sealed_credentials.as_deref().map(Digest::of),
        findings: None,
    };
    source_checks::append(tx, &check)?;
    let object = format!("identity_source {}", row.id);
    let details = json!({"check": check.number, "environment": row.environment.as_str()});
    permit.record(Action::SourceChecked, object, &details, now).append(tx)?;
    Ok(check)
}

/// Keeps what a check found.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn finish(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    check: &SourceCheck,
    lines: &[CheckLine],
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::CheckSources)?;
    let findings = serde_json::to_string(lines).unwrap_or_default();
    Ok(source_checks::save(tx, (tenant.id, check.source_id), check.number, &findings)?)
}

/// Rounded up, so that nobody comes a moment too early.
const fn whole_seconds(wait: Duration) -> Duration {
    let more = if wait.subsec_nanos() > 0 { 1 } else { 0 };
    Duration::from_secs(wait.as_secs() + more)
}
