//! What was noted and waits to be written: bounded, so that a flood of refusals does not become a flood of writes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crypto::{Digest, Random};
use model::{ApplicationId, Eid, LoginEventId, TenantId, Timestamp};
use store::login_events::{Kind, LoginEvent};
use texts::Cause;

use crate::{Application, Call, Issuer, Settings};

/// How many events may wait.
const MOST: usize = 10_000;
/// How many of those may be refusals of requests, which anybody can cause.
const MOST_REFUSALS: usize = 200;

/// Secrets that were used: by digest, whose they are, and when.
pub(crate) type Used = HashMap<[u8; 32], (TenantId, ApplicationId, Timestamp)>;

/// What waits to be written.
#[derive(Default)]
struct Notes {
    events: Vec<LoginEvent>,
    refusals: usize,
    used_secrets: Used,
    dropped: u64,
}

/// How many of those may be refusals at the door, which come without a limit.
const MOST_AT_THE_DOOR: usize = 10;

/// Says whether anybody can cause such an event.
fn is_refusal(event: &LoginEvent) -> bool {
    matches!(event.kind, Kind::RequestRefused | Kind::TokenRefused)
}

/// The queue.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Notes>);

impl Noted {
    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event, or drops and counts it when too many wait.
    pub(crate) fn add(&self, event: LoginEvent) {
        let refusal = is_refusal(&event);
        let mut notes = self.lock();
        if notes.events.len() >= MOST || (refusal && notes.refusals >= MOST_REFUSALS) {
            notes.dropped += 1;
            return;
        }
        notes.refusals += usize::from(refusal);
        notes.events.push(event);
    }

    /// Adds a refusal at the door, or drops and counts it when a few wait.
    pub(crate) fn add_at_the_door(&self, event: LoginEvent) {
        let mut notes = self.lock();
        if notes.events.len() >= MOST || notes.refusals >= MOST_AT_THE_DOOR {
            notes.dropped += 1;
            return;
        }
        notes.refusals += 1;
        notes.events.push(event);
    }

    /// Adds the use of a secret.
    pub(crate) fn add_use(&self, secret: &Digest, of: (TenantId, ApplicationId), now: Timestamp) {
        let mut notes = self.lock();
        if notes.used_secrets.len() < MOST {
            notes.used_secrets.insert(*secret.as_bytes(), (of.0, of.1, now));
        }
    }

    /// Takes what waits.
    pub(crate) fn take(&self) -> (Vec<LoginEvent>, Used) {
        let mut notes = self.lock();
        notes.refusals = 0;
        (std::mem::take(&mut notes.events), std::mem::take(&mut notes.used_secrets))
    }

    /// Takes back events that could not be written yet, in front of those that came meanwhile.
    pub(crate) fn give_back(&self, events: &[LoginEvent]) {
        let mut notes = self.lock();
        let room = MOST.saturating_sub(notes.events.len()).min(events.len());
        notes.dropped += (events.len() - room) as u64;
        let back = events.iter().take(room);
        notes.refusals += back.clone().filter(|it| is_refusal(it)).count();
        notes.events.splice(0..0, back.cloned());
    }

    /// Counts events that could not be written.
    pub(crate) fn drop_many(&self, count: u64) {
        self.lock().dropped += count;
    }

    /// Counts the events that were dropped so far.
    pub(crate) fn dropped(&self) -> u64 {
        self.lock().dropped
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
