//! The sweep: has every noun remove what has expired, of all tenants, a bounded number of rows at a time. The operator's.

use model::Timestamp;

use crate::{
    StoreError, WriteTx, access_tokens, approval_requests, awaiting_consents, browser_sessions,
    console_sessions, counted_events, eid_orders, entry_links, failed_attempts, grants, invitations,
    kept_answers, letters, login_events, order_people, order_secrets, parked_requests, phone_codes, plans,
    refresh_tokens, registry_answers, section_links, source_generations, spent_values, trials,
};

/// What one noun removes, or forgets in rows that stay.
struct Part {
    /// The table, or what is forgotten.
    name: &'static str,
    needs: Needs,
    remove: fn(&mut WriteTx<'_>, Timestamp, u32) -> Result<u64, StoreError>,
}

/// What the clock must be for rows to go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Trusted: without the row something would be accepted twice, or what lives would end.
    TrustedClock,
    /// Anything: without the row something is only refused, or not told any more.
    AnyClock,
}

const fn part(
    name: &'static str,
    needs: Needs,
    remove: fn(&mut WriteTx<'_>, Timestamp, u32) -> Result<u64, StoreError>,
) -> Part {
    Part { name, needs, remove }
}

const PARTS: &[Part] = &[
    part("spent_values", Needs::TrustedClock, spent_values::remove_expired),
    part("parked_requests", Needs::AnyClock, parked_requests::remove_expired),
    part("awaiting_consents", Needs::AnyClock, awaiting_consents::remove_expired),
    part("eid_orders", Needs::AnyClock, eid_orders::remove_expired),
    part("approval_requests", Needs::AnyClock, approval_requests::remove_expired),
    // Without the row somebody is sent more codes than are allowed.
    part("phone_codes", Needs::TrustedClock, phone_codes::remove_expired),
    part("order_people", Needs::TrustedClock, order_people::remove_replaced),
    part("order_secrets", Needs::TrustedClock, order_secrets::remove_expired),
    part("registry_answers", Needs::AnyClock, registry_answers::remove_expired),
    part("section_links", Needs::AnyClock, section_links::remove_expired),
    part("kept_answers", Needs::AnyClock, kept_answers::remove_expired),
    part("trials", Needs::AnyClock, trials::remove_expired),
    part("source_generations", Needs::TrustedClock, source_generations::remove_expired),
    part("access_tokens", Needs::TrustedClock, access_tokens::remove_expired),
    part("refresh_tokens", Needs::TrustedClock, refresh_tokens::remove_expired),
    part("successors", Needs::AnyClock, refresh_tokens::forget_successors),
    part("grants", Needs::TrustedClock, grants::remove_expired),
    part("login_events", Needs::AnyClock, login_events::remove_expired),
    part("counted_events", Needs::AnyClock, counted_events::remove_expired),
    part("browser_sessions", Needs::TrustedClock, browser_sessions::remove_expired),
    part("failed_attempts", Needs::AnyClock, failed_attempts::remove_expired),
    part("letters", Needs::TrustedClock, letters::remove_expired),
    part("invitations", Needs::TrustedClock, invitations::remove_expired),
    part("console_sessions", Needs::AnyClock, console_sessions::remove_expired),
    part("entry_links", Needs::AnyClock, entry_links::remove_expired),
    part("plan_contents", Needs::AnyClock, plans::forget_contents),
    part("plans", Needs::AnyClock, plans::remove_expired),
];

/// How many rows a sweep removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed(Vec<(&'static str, u64)>);

impl Removed {
    /// Gives the tables of which something went (`successors`: replaced refresh tokens whose successor was forgotten, `plan_contents`: plans
    /// whose content was), with
    /// the number of rows, in the order of the sweep.
    pub fn counts(&self) -> &[(&'static str, u64)] {
        &self.0
    }

    /// Counts all of them; 0 when there was nothing left to do.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

/// Removes at most `limit` expired rows of each table, the oldest first, and successors that are not given again. Only
/// while the clock can be trusted ([`model::ClockWatch::may_forget_spent`]): what is spent could otherwise be spent again,
/// and what lives would go.
///
/// Call it again while a table gave `limit`. On SQLite everybody's writes wait for it: 200 rows are a few
/// milliseconds, 1,000 a few tens.
///
/// # Errors
/// [`StoreError::Busy`] when another node sweeps: leave it to that one.
pub fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<Removed, StoreError> {
    remove(tx, PARTS.iter(), (now, limit))
}

/// Removes at most `limit` expired rows of the tables on which no acceptance depends: login events, counts of failures,
/// and what is only refused without them: kept answers, parked requests, consents that wait and plans. Whatever the clock
/// has done.
///
/// # Errors
/// As [`remove_expired`].
pub fn remove_expired_records(
    tx: &mut WriteTx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Removed, StoreError> {
    remove(tx, PARTS.iter().filter(|part| part.needs == Needs::AnyClock), (now, limit))
}

fn remove(
    tx: &mut WriteTx<'_>,
    parts: impl Iterator<Item = &'static Part>,
    (now, limit): (Timestamp, u32),
) -> Result<Removed, StoreError> {
    let mut removed = Vec::new();
    for part in parts {
        let count = (part.remove)(tx, now, limit)?;
        if count > 0 {
            removed.push((part.name, count));
        }
    }
    Ok(Removed(removed))
}
