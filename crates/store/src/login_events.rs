//! Login events: what happened in logins, step by step, until they expire. No names of people, no claims.

use model::{ApplicationId, DomainId, LoginEventId, ORDER_DESK_APPLICATION, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};

const INSERT: &str = "INSERT INTO login_events
    (id, tenant_id, domain_id, application_id, login, trace, kind, eid, cause, happened_at, expires_at, sealed_details)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const LIST_BY_LOGIN: &str =
    "SELECT id, tenant_id, domain_id, application_id, login, trace, kind, eid, cause, happened_at, expires_at,
    sealed_details FROM login_events WHERE tenant_id = $1 AND login = $2 ORDER BY id LIMIT 200";
const LIST: &str =
    "SELECT id, tenant_id, domain_id, application_id, login, trace, kind, eid, cause, happened_at, expires_at,
    sealed_details FROM login_events WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
/// The operator's: a trace says nothing of the tenant.
pub(crate) const LIST_BY_TRACE: &str =
    "SELECT id, tenant_id, domain_id, application_id, login, trace, kind, eid, cause, happened_at, expires_at,
    sealed_details FROM login_events WHERE trace >= $1 AND trace < $2 ORDER BY trace, tenant_id, id LIMIT 200";
const LIST_LATEST: &str =
    "SELECT id, tenant_id, domain_id, application_id, login, trace, kind, eid, cause, happened_at, expires_at,
    sealed_details FROM login_events WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

const FIND_COMPLETED: &str =
    "SELECT id FROM login_events WHERE tenant_id = $1 AND id >= $2 AND domain_id = $3 AND eid = $4
    AND kind = 'completed' AND happened_at >= $5 AND (application_id IS NULL OR application_id <> $6)
    ORDER BY id LIMIT 1";

const EXTEND: &str = "UPDATE login_events SET expires_at = $1
    WHERE tenant_id = $2 AND login = $3 AND expires_at < $1";
pub(crate) const SWEEP: &str = "DELETE FROM login_events WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM login_events WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] =
    &[INSERT, LIST_BY_LOGIN, LIST, LIST_BY_TRACE, LIST_LATEST, FIND_COMPLETED, EXTEND, SWEEP];

words! {
    /// What happened.
    Kind {
        /// An application's request was accepted.
        Started = "started",
        /// An administrator tries a login in an application's place.
        TrialStarted = "trial-started",
        /// An application's request was refused.
        RequestRefused = "request-refused",
        /// The person went to the eID.
        SentToEid = "sent-to-eid",
        /// The eID proved who the person is.
        Proved = "proved",
        /// The person cancelled, or did not consent.
        Declined = "declined",
        /// Something went wrong, and the person was shown so.
        Trouble = "trouble",
        /// The application was given a code.
        Completed = "completed",
        /// The application was given a code for a session that the browser had already.
        CompletedFromSession = "completed-from-session",
        /// A trial was answered; nothing went to the application.
        TrialEnded = "trial-ended",
        /// The application was given an error.
        Failed = "failed",
        /// The application redeemed the code.
        Redeemed = "redeemed",
        /// The application refreshed its tokens.
        Refreshed = "refreshed",
        /// A request for tokens was refused.
        TokenRefused = "token-refused",
        /// A browser session was ended by logging out.
        LoggedOut = "logged-out",
    }
}

/// A login event's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginEvent {
    /// Its id; later ones sort after.
    pub id: LoginEventId,
    /// Whose it is; [`model::INSTALLATION`] where no domain was asked for.
    pub tenant_id: TenantId,
    /// Where it happened; all zeros where that was no domain.
    pub domain_id: DomainId,
    /// For which application, when it is known.
    pub application_id: Option<ApplicationId>,
    /// The login's name; all events of a login share it.
    pub login: Option<String>,
    /// The request in which it happened.
    pub trace: String,
    /// What happened.
    pub kind: Kind,
    /// At which eID.
    pub eid: Option<String>,
    /// Why, as the catalogue of errors names it.
    pub cause: Option<String>,
    /// When.
    pub happened_at: Timestamp,
    /// From when on it is swept away.
    pub expires_at: Timestamp,
    /// What else the operator is told ([`model::EventDetails`]), sealed.
    pub sealed_details: Option<Vec<u8>>,
}

/// Adds an event.
///
/// # Errors
/// [`StoreError`], perhaps only from the write itself.
pub fn append(tx: &mut WriteTx<'_>, event: &LoginEvent) -> Result<(), StoreError> {
    let values = [
        event.id.into(),
        event.tenant_id.into(),
        event.domain_id.into(),
        event.application_id.into(),
        event.login.as_ref().into(),
        (&event.trace).into(),
        event.kind.into(),
        event.eid.as_ref().into(),
        event.cause.as_ref().into(),
        event.happened_at.into(),
        event.expires_at.into(),
        event.sealed_details.as_ref().into(),
    ];
    tx.put(INSERT, &values)
}

/// Keeps the events of a login at least until `expires_at`: it has proved a person.
///
/// # Errors
/// [`StoreError`], perhaps only from the write itself.
pub fn extend(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    login: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.put(EXTEND, &[expires_at.into(), tenant_id.into(), login.into()])
}

impl Kind {
    /// Says whether somebody has proved who they are by then, so that not anybody can cause such an event.
    pub const fn has_proof(self) -> bool {
        match self {
            Self::Proved
            | Self::Completed
            | Self::CompletedFromSession
            | Self::Redeemed
            | Self::Refreshed
            | Self::LoggedOut => true,
            Self::Started
            | Self::TrialStarted
            | Self::TrialEnded
            | Self::RequestRefused
            | Self::SentToEid
            | Self::Declined
            | Self::Trouble
            | Self::Failed
            | Self::TokenRefused => false,
        }
    }
}

/// Lists the events of a login in their order; at most 200.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_by_login(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    login: &str,
) -> Result<Vec<LoginEvent>, StoreError> {
    tx.list(LIST_BY_LOGIN, &[tenant_id.into(), login.into()])?.into_iter().map(read).collect()
}

/// Lists at most `limit` events of a tenant in their order, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    after: Option<LoginEventId>,
    limit: u32,
) -> Result<Vec<LoginEvent>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.list(LIST, &[tenant_id.into(), (&after).into(), limit.into()])?.into_iter().map(read).collect()
}

/// Lists the events of the requests whose trace begins so, of every tenant; at most 200. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_by_trace(tx: &mut impl Tx, trace: &str) -> Result<Vec<LoginEvent>, StoreError> {
    // Traces have hexadecimal digits only, so every one that begins so lies before the next letter.
    let end = format!("{trace}g");
    tx.list(LIST_BY_TRACE, &[trace.into(), (&end).into()])?.into_iter().map(read).collect()
}

/// Lists the latest events of a tenant that are older than `before`, the last one first; at most `limit`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_latest(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    before: Option<LoginEventId>,
    limit: u32,
) -> Result<Vec<LoginEvent>, StoreError> {
    let before = before.unwrap_or(LoginEventId::from_bytes([0xff; 16]));
    tx.list(LIST_LATEST, &[tenant_id.into(), before.into(), limit.into()])?.into_iter().map(read).collect()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<LoginEvent, StoreError> {
    let mut row = row.of("login_events");
    Ok(LoginEvent {
        id: row.id("id", LoginEventId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        application_id: row.maybe_id("application_id", ApplicationId::parse)?,
        login: row.maybe_text("login")?,
        trace: row.text("trace")?,
        kind: row.word("kind", Kind::parse)?,
        eid: row.maybe_text("eid")?,
        cause: row.maybe_text("cause")?,
        happened_at: row.time("happened_at")?,
        expires_at: row.time("expires_at")?,
        sealed_details: row.maybe_bytes("sealed_details")?,
    })
}

/// Says whether an application was given a code for a login with this eID at the domain since then. Trials do not count.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn was_completed(
    tx: &mut impl Tx,
    (tenant_id, domain_id): (TenantId, DomainId),
    eid: &str,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let from = LoginEventId::first_of(since);
    let values = [
        tenant_id.into(),
        from.into(),
        domain_id.into(),
        eid.into(),
        since.into(),
        ORDER_DESK_APPLICATION.into(),
    ];
    Ok(tx.find(FIND_COMPLETED, &values)?.is_some())
}
