//! What was noted and waits to be written: bounded, so that a flood of refusals does not become a flood of writes.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use authority::SealedColumn;
use crypto::{Digest, Random, SealKey};
use model::{
    ApplicationId, DomainId, EventDetails, INSTALLATION, LoginEventId, LoginMethod, Rate, TenantId, Timestamp,
};
use store::login_events::{Kind, LoginEvent};
use texts::Cause;

use crate::{
    Application, Issuer, RequestContext, Settings,
    limits::{Counters, MINUTE, neighbourhood},
};

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
    counted: Counts,
    dropped: u64,
}

/// Events that are counted and not kept one by one, by where, what and why.
pub(crate) type Counts = HashMap<(TenantId, DomainId, Kind, Option<String>), u32>;

/// How many of those may be refusals at the door, which come without a limit.
const MOST_AT_THE_DOOR: usize = 10;

/// Says whether anybody can cause such an event.
fn is_refusal(event: &LoginEvent) -> bool {
    matches!(event.kind, Kind::RequestRefused | Kind::TokenRefused)
}

/// How many events of logins that prove no person are kept one by one, of a domain and a neighbourhood in a minute.
const SINGLE: u32 = 60;
/// How long events are kept that anybody can cause.
const UNPROVED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The queue.
pub(crate) struct EventQueue {
    notes: Mutex<Notes>,
    singles: Counters<(DomainId, IpAddr)>,
    counted: AtomicU64,
}

impl Default for EventQueue {
    fn default() -> Self {
        let singles = Counters::new(Rate::new(SINGLE, MINUTE));
        Self { notes: Mutex::default(), singles, counted: AtomicU64::new(0) }
    }
}

impl EventQueue {
    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether an event is kept by itself; one that anybody can cause is otherwise counted. Who comes from no
    /// address is not limited.
    pub(crate) fn is_kept(&self, event: &LoginEvent, from: Option<IpAddr>) -> bool {
        let Some(address) = from.filter(|_| !event.kind.has_proof()) else { return true };
        if self.singles.admit((event.domain_id, neighbourhood(address)), 1, event.happened_at).is_ok() {
            return true;
        }
        self.counted.fetch_add(1, Ordering::Relaxed);
        let key = (event.tenant_id, event.domain_id, event.kind, event.cause.clone());
        let mut notes = self.lock();
        let events = notes.counted.entry(key).or_default();
        *events = events.saturating_add(1);
        false
    }

    /// How many events were counted and not kept one by one, since the start.
    pub(crate) fn counted(&self) -> u64 {
        self.counted.load(Ordering::Relaxed)
    }

    /// Takes what was counted.
    pub(crate) fn take_counts(&self) -> Counts {
        std::mem::take(&mut self.lock().counted)
    }

    /// Takes back counts that could not be written yet.
    pub(crate) fn give_back_counts(&self, counts: Counts) {
        let mut notes = self.lock();
        for (key, count) in counts {
            let events = notes.counted.entry(key).or_default();
            *events = events.saturating_add(count);
        }
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
    pub(crate) eid: Option<LoginMethod>,
    pub(crate) cause: Option<Cause>,
    /// What is kept sealed.
    pub(crate) details: Option<&'a EventDetails>,
}

impl Event<'_> {
    /// An event of which nothing else is known.
    pub(crate) const fn of(kind: Kind) -> Self {
        Self { kind, application: None, login: None, eid: None, cause: None, details: None }
    }
}

/// Where an event happened: at a domain, or at an address that is none.
#[derive(Clone, Copy)]
pub(crate) enum EventScope<'a> {
    Domain(&'a Issuer),
    /// With what seals for the installation.
    Nowhere(&'a SealKey),
}

/// How long an event of this kind is kept. Those before a login proved a person are kept longer once it has.
pub(crate) fn kept_for(kind: Kind, settings: &Settings) -> Duration {
    let longest = settings.login_events_kept_for;
    if kind.has_proof() { longest } else { longest.min(UNPROVED_FOR) }
}

/// The domain of what happened at an address that is none.
const NO_DOMAIN: DomainId = DomainId::from_bytes([0; 16]);

/// Makes an event's row.
pub(crate) fn row(
    scope: EventScope<'_>,
    event: Event<'_>,
    (settings, random): (&Settings, &Random),
    context: &RequestContext,
) -> LoginEvent {
    let id = LoginEventId::new(random, context.now);
    let (tenant_id, domain_id) = match scope {
        EventScope::Domain(issuer) => (issuer.tenant, issuer.domain),
        EventScope::Nowhere(_) => (INSTALLATION, NO_DOMAIN),
    };
    let column = SealedColumn::EventDetails(id);
    let details = event.details.filter(|it| !it.is_empty()).map(EventDetails::to_bytes);
    let sealed_details = details.map(|bytes| match scope {
        EventScope::Domain(issuer) => issuer.opened.seal(random, &column, &bytes),
        EventScope::Nowhere(master) => master.seal(random, &column.context(INSTALLATION), &bytes),
    });
    LoginEvent {
        id,
        tenant_id,
        domain_id,
        application_id: event.application.map(|it| it.id),
        login: event.login.map(str::to_owned),
        trace: context.trace.to_string(),
        kind: event.kind,
        eid: event.eid.map(|it| it.as_str().to_owned()),
        cause: event.cause.map(|it| it.id().to_owned()),
        happened_at: context.now,
        expires_at: context.now.after(kept_for(event.kind, settings)),
        sealed_details,
    }
}
