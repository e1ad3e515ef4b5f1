//! The sweep: removes what has expired, of all tenants, a bounded number of rows at a time. The operator's.

use model::Timestamp;

use crate::{StoreError, WriteTx};

const SPENT_VALUES: &str = "DELETE FROM spent_values WHERE (tenant_id, kind, value_digest) IN
    (SELECT tenant_id, kind, value_digest FROM spent_values
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const PARKED_REQUESTS: &str = "DELETE FROM parked_requests WHERE (tenant_id, request_digest) IN
    (SELECT tenant_id, request_digest FROM parked_requests
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const AWAITING_CONSENTS: &str = "DELETE FROM awaiting_consents WHERE (tenant_id, consent_digest) IN
    (SELECT tenant_id, consent_digest FROM awaiting_consents
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const KEPT_ANSWERS: &str = "DELETE FROM kept_answers WHERE (tenant_id, form_digest) IN
    (SELECT tenant_id, form_digest FROM kept_answers WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const ACCESS_TOKENS: &str = "DELETE FROM access_tokens WHERE (tenant_id, token_digest) IN
    (SELECT tenant_id, token_digest FROM access_tokens
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const REFRESH_TOKENS: &str = "DELETE FROM refresh_tokens WHERE (tenant_id, token_digest) IN
    (SELECT tenant_id, token_digest FROM refresh_tokens
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
/// After the grace of [`model::REFRESH_GRACE`] a successor is not given again.
const SUCCESSORS: &str =
    "UPDATE refresh_tokens SET sealed_successor = NULL WHERE (tenant_id, token_digest) IN
    (SELECT tenant_id, token_digest FROM refresh_tokens
    WHERE replaced_at <= $1 AND sealed_successor IS NOT NULL ORDER BY replaced_at LIMIT $2)";
const GRANTS: &str = "DELETE FROM grants WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM grants WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

const LOGIN_EVENTS: &str = "DELETE FROM login_events WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM login_events WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const COUNTED_EVENTS: &str =
    "DELETE FROM counted_events WHERE (tenant_id, domain_id, kind, cause, began_at) IN
    (SELECT tenant_id, domain_id, kind, cause, began_at FROM counted_events
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const BROWSER_SESSIONS: &str = "DELETE FROM browser_sessions WHERE (tenant_id, session_digest) IN
    (SELECT tenant_id, session_digest FROM browser_sessions
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const FAILED_ATTEMPTS: &str = "DELETE FROM failed_attempts WHERE (tenant_id, kind, key_digest) IN
    (SELECT tenant_id, kind, key_digest FROM failed_attempts
    WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[
    SPENT_VALUES,
    PARKED_REQUESTS,
    AWAITING_CONSENTS,
    KEPT_ANSWERS,
    ACCESS_TOKENS,
    REFRESH_TOKENS,
    SUCCESSORS,
    GRANTS,
    LOGIN_EVENTS,
    COUNTED_EVENTS,
    BROWSER_SESSIONS,
    FAILED_ATTEMPTS,
];

/// How many rows a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Of `spent_values`.
    pub spent_values: u64,
    /// Of `parked_requests`.
    pub parked_requests: u64,
    /// Of `awaiting_consents`.
    pub awaiting_consents: u64,
    /// Of `kept_answers`.
    pub kept_answers: u64,
    /// Of `access_tokens`.
    pub access_tokens: u64,
    /// Of `refresh_tokens`.
    pub refresh_tokens: u64,
    /// Replaced refresh tokens whose successor was forgotten.
    pub successors: u64,
    /// Of `grants`.
    pub grants: u64,
    /// Of `login_events`.
    pub login_events: u64,
    /// Of `counted_events`.
    pub counted_events: u64,
    /// Of `browser_sessions`.
    pub browser_sessions: u64,
    /// Of `failed_attempts`.
    pub failed_attempts: u64,
}

impl Removed {
    /// Counts all of them; 0 when there was nothing left to do.
    pub const fn total(&self) -> u64 {
        self.spent_values
            + self.parked_requests
            + self.awaiting_consents
            + self.kept_answers
            + self.access_tokens
            + self.refresh_tokens
            + self.successors
            + self.grants
            + self.login_events
            + self.counted_events
            + self.browser_sessions
            + self.failed_attempts
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
    let values = [now.into(), limit.into()];
    let grace_ended = now.before(model::REFRESH_GRACE);
    Ok(Removed {
        spent_values: tx.execute(SPENT_VALUES, &values)?,
        parked_requests: tx.execute(PARKED_REQUESTS, &values)?,
        awaiting_consents: tx.execute(AWAITING_CONSENTS, &values)?,
        kept_answers: tx.execute(KEPT_ANSWERS, &values)?,
        access_tokens: tx.execute(ACCESS_TOKENS, &values)?,
        refresh_tokens: tx.execute(REFRESH_TOKENS, &values)?,
        successors: tx.execute(SUCCESSORS, &[grace_ended.into(), limit.into()])?,
        grants: tx.execute(GRANTS, &values)?,
        login_events: tx.execute(LOGIN_EVENTS, &values)?,
        counted_events: tx.execute(COUNTED_EVENTS, &values)?,
        browser_sessions: tx.execute(BROWSER_SESSIONS, &values)?,
        failed_attempts: tx.execute(FAILED_ATTEMPTS, &values)?,
    })
}

/// Removes at most `limit` expired rows of the tables on which no acceptance depends: login events, counts of failures,
/// and what is given again for a minute, which is only refused without them. Whatever the clock has done.
///
/// # Errors
/// As [`remove_expired`].
pub fn remove_expired_records(
    tx: &mut WriteTx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Removed, StoreError> {
    let values = [now.into(), limit.into()];
    let grace_ended = now.before(model::REFRESH_GRACE);
    Ok(Removed {
        kept_answers: tx.execute(KEPT_ANSWERS, &values)?,
        successors: tx.execute(SUCCESSORS, &[grace_ended.into(), limit.into()])?,
        login_events: tx.execute(LOGIN_EVENTS, &values)?,
        counted_events: tx.execute(COUNTED_EVENTS, &values)?,
        failed_attempts: tx.execute(FAILED_ATTEMPTS, &values)?,
        ..Removed::default()
    })
}
