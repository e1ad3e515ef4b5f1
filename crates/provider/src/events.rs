//! What happens in logins, noted for whoever must explain it later.
//!
//! What a login's own write can carry travels with it. The rest waits in a bounded queue that a worker empties every
//! second; when it is full, events are dropped and counted: a flood of refusals must not become a flood of writes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crypto::{Digest, Random};
use model::{ApplicationId, Eid, LoginEventId, TenantId, Timestamp};
use store::{
    StoreError, client_secrets,
    login_events::{self, Kind, LoginEvent},
};
use texts::Cause;

use crate::{Application, Call, Issuer, Provider, Refusal, Settings, authorize::Work};

/// How many events may wait.
const MOST: usize = 10_000;
/// How many of those may be refusals of requests, which anybody can cause.
const MOST_REFUSALS: usize = 200;
/// How many are written at once, so that no login waits long behind them.
const AT_ONCE: usize = 500;
/// How exactly the last use of a secret is known.
const HOUR: std::time::Duration = std::time::Duration::from_secs(60 * 60);

type Used = HashMap<[u8; 32], (TenantId, ApplicationId, Timestamp)>;

/// What waits to be written.
#[derive(Default)]
pub(crate) struct Notes {
    events: Vec<LoginEvent>,
    refusals: usize,
    used_secrets: Used,
    dropped: u64,
}

/// The queue.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Notes>);

impl Noted {
    fn lock(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an event is about, beside when and where.
#[derive(Clone, Copy)]
pub(crate) struct Event<'a> {
    pub(crate) kind: Kind,
    pub(crate) application: Option<&'a Application>,
    pub(crate) login: Option<&'a str>,
    pub(crate) eid: Option<Eid>,
    pub(crate) cause: Option<Cause>,
}

/// Makes an event's row.
pub(crate) fn row(
    issuer: &Issuer,
    event: Event<'_>,
    (settings, random): (&Settings, &Random),
    call: &Call,
) -> LoginEvent {
    LoginEvent {
        id: LoginEventId::new(random, call.now),
        tenant_id: issuer.tenant,
        domain_id: issuer.domain,
        application_id: event.application.map(|it| it.id),
        login: event.login.map(str::to_owned),
        trace: call.trace.to_string(),
        kind: event.kind,
        eid: event.eid.map(|it| it.as_str().to_owned()),
        cause: event.cause.map(|it| it.id().to_owned()),
        happened_at: call.now,
        expires_at: call.now.after(settings.login_events_kept_for),
    }
}

impl Work<'_> {
    /// An event of this login.
    pub(crate) fn event(&self, kind: Kind, eid: Option<Eid>, cause: Option<Cause>) -> Event<'_> {
        Event { kind, application: Some(&self.application), login: Some(&self.name), eid, cause }
    }
}

impl Provider {
    /// Makes the row of an event that a write will carry.
    pub(crate) fn event_row(&self, issuer: &Issuer, event: Event<'_>, call: &Call) -> LoginEvent {
        row(issuer, event, (&self.settings, &self.random), call)
    }

    /// Notes an event that no write carries.
    pub(crate) fn note(&self, issuer: &Issuer, event: Event<'_>, call: &Call) {
        let row = self.event_row(issuer, event, call);
        let is_refusal = matches!(event.kind, Kind::RequestRefused | Kind::TokenRefused);
        let mut notes = self.noted.lock();
        if notes.events.len() >= MOST || (is_refusal && notes.refusals >= MOST_REFUSALS) {
            notes.dropped += 1;
            return;
        }
        notes.refusals += usize::from(is_refusal);
        notes.events.push(row);
    }

    /// Notes an event of a login that is being worked on.
    pub(crate) fn note_of(&self, work: &Work<'_>, kind: Kind, eid: Option<Eid>, cause: Option<Cause>) {
        self.note(work.issuer, work.event(kind, eid, cause), work.call);
    }

    /// Notes that a client secret was used, unless that is known to the hour.
    pub(crate) fn note_secret(
        &self,
        issuer: &Issuer,
        application: &Application,
        (digest, last): (&Digest, Option<Timestamp>),
        now: Timestamp,
    ) {
        if last.is_some_and(|last| now < last.after(HOUR)) {
            return;
        }
        let mut notes = self.noted.lock();
        if notes.used_secrets.len() < MOST {
            notes.used_secrets.insert(*digest.as_bytes(), (issuer.tenant, application.id, now));
        }
    }

    /// Writes what was noted; run it every second, and once at the end. Gives how many events were written. What could
    /// not be written is dropped and counted.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn write_events(&self) -> Result<usize, Refusal> {
        let (events, used) = {
            let mut notes = self.noted.lock();
            notes.refusals = 0;
            (std::mem::take(&mut notes.events), std::mem::take(&mut notes.used_secrets))
        };
        let mut written = 0;
        let mut chunks = events.chunks(AT_ONCE).map(<[_]>::to_vec);
        while let Some(chunk) = chunks.next() {
            let count = chunk.len();
            let saved = self
                .store
                .write(move |tx| chunk.iter().try_for_each(|event| login_events::append(tx, event)));
            if let Err(error) = saved.await {
                let lost = count + chunks.map(|it| it.len()).sum::<usize>();
                self.noted.lock().dropped += lost as u64;
                return Err(StoreError::into(error));
            }
            written += count;
        }
        if !used.is_empty() {
            let saved = self.store.write(move |tx| {
                used.iter().try_for_each(|(digest, (tenant, application, now))| {
                    let digest = Digest::from_slice(digest).ok_or(StoreError::NotFound)?;
                    client_secrets::note_use(tx, (*tenant, *application), &digest, *now)
                })
            });
            saved.await?;
        }
        Ok(written)
    }

    /// Counts the events that were dropped because too many came at once, since the start.
    pub fn dropped_events(&self) -> u64 {
        self.noted.lock().dropped
    }
}
