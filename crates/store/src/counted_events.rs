//! Events of logins that proved no person and came too fast to be kept one by one: one row for each cause and hour.

use model::{DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, login_events::Kind, value::Row};

const COUNT: &str =
    "INSERT INTO counted_events (tenant_id, domain_id, kind, cause, began_at, events, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, domain_id, kind, cause, began_at)
    DO UPDATE SET events = counted_events.events + excluded.events";
/// The operator's: how much of an installation's events was counted only.
pub(crate) const LIST_SINCE: &str = "SELECT tenant_id, domain_id, kind, cause, began_at, events, expires_at
    FROM counted_events WHERE began_at >= $1 ORDER BY began_at LIMIT 1000";
pub(crate) const SWEEP: &str =
    "DELETE FROM counted_events WHERE (tenant_id, domain_id, kind, cause, began_at) IN
    (SELECT tenant_id, domain_id, kind, cause, began_at FROM counted_events
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[COUNT, LIST_SINCE, SWEEP];

/// A row: how many events of a kind and cause there were at a domain in an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedEvents {
    /// Whose they are.
    pub tenant_id: TenantId,
    /// Where they happened.
    pub domain_id: DomainId,
    /// What happened.
    pub kind: Kind,
    /// Why, as the catalogue of errors names it; empty where there is no cause.
    pub cause: String,
    /// The beginning of the hour.
    pub began_at: Timestamp,
    /// How many.
    pub events: u32,
    /// From when on the row is swept away.
    pub expires_at: Timestamp,
}

/// Adds to the count of an hour.
///
/// # Errors
/// [`StoreError`], perhaps only from the write itself.
pub fn count(tx: &mut WriteTx<'_>, counted: &CountedEvents) -> Result<(), StoreError> {
    let values = [
        counted.tenant_id.into(),
        counted.domain_id.into(),
        counted.kind.into(),
        (&counted.cause).into(),
        counted.began_at.into(),
        counted.events.into(),
        counted.expires_at.into(),
    ];
    tx.put(COUNT, &values)
}

/// Lists the counts of hours that began at `since` or later, whosever they are; at most 1,000. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_since(tx: &mut impl Tx, since: Timestamp) -> Result<Vec<CountedEvents>, StoreError> {
    tx.list(LIST_SINCE, &[since.into()])?.into_iter().map(read).collect()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<CountedEvents, StoreError> {
    let mut row = row.of("counted_events");
    Ok(CountedEvents {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        kind: row.word("kind", Kind::parse)?,
        cause: row.text("cause")?,
        began_at: row.time("began_at")?,
        events: u32::try_from(row.int("events")?).unwrap_or(u32::MAX),
        expires_at: row.time("expires_at")?,
    })
}
