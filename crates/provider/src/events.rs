//! What happens in logins, recorded so that it can be explained later.
//!
//! Events wait in a bounded queue ([`crate::event_queue`]) that a worker empties every second, many in one commit: no login
//! waits for its own log.

use std::collections::BTreeMap;

use crypto::Digest;
use model::{LoginMethod, TenantId, Timestamp, shortened};
use store::{
    StoreError, WriteTx, client_secrets,
    counted_events::{self, CountedEvents},
    login_events::{self, Kind, LoginEvent},
};
use texts::Cause;

use crate::{
    Application, Issuer, Provider, Refusal, Refused, RequestContext,
    authorize::ActiveLogin,
    event_queue::{Event, EventScope, kept_for, row},
};

/// How many are written at once, so that no login waits long behind them.
const AT_ONCE: usize = 500;
/// How exactly the last use of a secret is known.
const HOUR: std::time::Duration = std::time::Duration::from_secs(60 * 60);

impl Provider {
    /// Notes an event. Call it after the write that it tells of: what was rolled back has not happened.
    pub(crate) fn note(&self, issuer: &Issuer, event: Event<'_>, context: &RequestContext) {
        self.blame_the_clock(event.cause, context);
        let row = row(EventScope::Domain(issuer), event, (&self.settings, &self.random), context);
        if self.noted.is_kept(&row, context.from) {
            self.noted.add(row);
        }
    }

    /// Notes that a request to this host was refused before it belonged to a login, or could be read: too many, no room, a
    /// login that is no more, an address where nothing is, or our own fault. Where the host is no domain's, it belongs to
    /// the installation. A few a second; the log has them all. `path`: what was asked for.
    pub fn note_at_the_door(&self, asked: (&str, &str), refused: &Refused, context: &RequestContext) {
        let (cause, (host, path)) = (refused.cause, asked);
        let kind = match cause {
            Cause::Busy
            | Cause::Internal
            | Cause::RequestTimeout
            | Cause::LoginLost
            | Cause::LoginOver
            | Cause::LoginSuperseded
            | Cause::LoginSetAside => Kind::Trouble,
            // Recorded where it was refused; or a question that every program asks once.
            _ if refused.is_noted || cause == Cause::TokenMissing => return,
            _ => Kind::RequestRefused,
        };
        self.blame_the_clock(Some(cause), context);
        let issuer = self.issuers.peek(&host.to_ascii_lowercase());
        let mut details = refused.details.as_ref().map(|it| it.kept.clone()).unwrap_or_default();
        let place = match &issuer {
            Some(issuer) => EventScope::Domain(issuer),
            None => EventScope::Nowhere(&self.master),
        };
        if issuer.is_none() && !host.is_empty() {
            details.host = Some(shortened(host));
        }
        if cause == Cause::NotFound && !path.is_empty() {
            details.path = Some(shortened(path));
        }
        let event = Event { cause: Some(cause), details: Some(&details), ..Event::of(kind) };
        let row = row(place, event, (&self.settings, &self.random), context);
        if self.noted.is_kept(&row, context.from) {
            self.noted.add_at_the_door(row);
        }
    }

    /// Notes an event of a login that is being worked on.
    pub(crate) fn note_of(
        &self,
        active: &ActiveLogin<'_>,
        kind: Kind,
        eid: Option<LoginMethod>,
        cause: Option<Cause>,
    ) {
        let (application, login) = (Some(active.application.as_ref()), Some(active.name.as_str()));
        self.note(
            active.issuer,
            Event { kind, application, login, eid, cause, details: None },
            active.context,
        );
    }

    /// Notes that a client secret was used, unless that is known to the hour.
    pub(crate) fn note_secret(
        &self,
        issuer: &Issuer,
        application: &Application,
        digest: &Digest,
        now: Timestamp,
    ) {
        let known = application.secret(digest, now);
        if known.is_none_or(|it| it.last_used_at.is_some_and(|last| now < last.after(HOUR))) {
            return;
        }
        self.noted.add_use(digest, (issuer.tenant, application.id), now);
    }

    /// Writes what was noted; run it every second, and once at the end. Gives how many events were written. What the store
    /// was too busy for waits for the next turn; what failed otherwise is dropped and counted.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn write_events(&self, now: Timestamp) -> Result<usize, Refusal> {
        let (events, used) = self.noted.take();
        let mut written = 0;
        for chunk in events.chunks(AT_ONCE) {
            let rows = chunk.to_vec();
            if let Err(error) = self.store.write(move |tx| append(tx, &rows)).await {
                let rest = events.get(written..).unwrap_or_default();
                match &error {
                    StoreError::Busy | StoreError::Unreachable(_) => self.noted.give_back(rest),
                    _ => self.noted.drop_many(rest.len() as u64),
                }
                return Err(error.into());
            }
            written += chunk.len();
        }
        self.write_counts(now).await?;
        if !used.is_empty() {
            // Every node locks rows in the same order, so that no two wait for each other.
            let used: BTreeMap<_, _> = used.into_iter().collect();
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

    /// Adds to the counts of this hour what came too fast to be kept one by one.
    async fn write_counts(&self, now: Timestamp) -> Result<(), Refusal> {
        let counts = self.noted.take_counts();
        if counts.is_empty() {
            return Ok(());
        }
        let hour = i64::try_from(HOUR.as_secs()).unwrap_or(i64::MAX);
        let began_at = Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(hour));
        let row = |((tenant_id, domain_id, kind, cause), events): (&(_, _, Kind, Option<String>), &u32)| {
            let expires_at = now.after(kept_for(*kind, &self.settings));
            let cause = cause.clone().unwrap_or_default();
            CountedEvents {
                tenant_id: *tenant_id,
                domain_id: *domain_id,
                kind: *kind,
                cause,
                began_at,
                events: *events,
                expires_at,
            }
        };
        let mut rows: Vec<CountedEvents> = counts.iter().map(row).collect();
        // In the same order on every node, as above.
        let place = |it: &CountedEvents| (it.tenant_id, it.domain_id, it.kind.as_str(), it.cause.clone());
        rows.sort_unstable_by_key(place);
        let written =
            self.store.write(move |tx| rows.iter().try_for_each(|row| counted_events::count(tx, row)));
        match written.await {
            Err(error @ (StoreError::Busy | StoreError::Unreachable(_))) => {
                self.noted.give_back_counts(counts);
                Err(error.into())
            }
            other => Ok(other?),
        }
    }

    /// How many events of logins that proved no person were counted and not kept one by one, since the start.
    pub fn counted_events(&self) -> u64 {
        self.noted.counted()
    }

    /// Counts the events that were dropped because too many came at once, since the start.
    pub fn dropped_events(&self) -> u64 {
        self.noted.dropped()
    }
}

/// Writes events; one that has a proof keeps the steps that led to it as long as itself.
fn append(tx: &mut WriteTx<'_>, events: &[LoginEvent]) -> Result<(), StoreError> {
    events.iter().try_for_each(|event| login_events::append(tx, event))?;
    proved(events)
        .into_iter()
        .try_for_each(|((tenant, login), until)| login_events::extend(tx, tenant, login, until))
}

/// The logins that have a proof, and until when their events are kept. Several nodes may have events of one login: sorted,
/// so that they come to the logins in the same order and no two wait for each other.
fn proved(events: &[LoginEvent]) -> BTreeMap<(TenantId, &str), Timestamp> {
    let mut all = BTreeMap::new();
    for event in events {
        if let (Kind::Proved | Kind::Completed | Kind::CompletedFromSession, Some(login)) =
            (event.kind, &event.login)
        {
            let until = all.entry((event.tenant_id, login.as_str())).or_insert(event.expires_at);
            *until = event.expires_at.max(*until);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Kind, LoginEvent, TenantId, Timestamp, proved};
    use model::{DomainId, LoginEventId};

    fn an_event(login: &str, kind: Kind, until: i64) -> LoginEvent {
        LoginEvent {
            id: LoginEventId::from_bytes([0; 16]),
            tenant_id: TenantId::from_bytes([1; 16]),
            domain_id: DomainId::from_bytes([2; 16]),
            application_id: None,
            login: Some(login.to_owned()),
            trace: String::new(),
            kind,
            eid: None,
            cause: None,
            happened_at: Timestamp::from_seconds(0),
            expires_at: Timestamp::from_seconds(until),
            sealed_details: None,
        }
    }

    #[test]
    fn two_nodes_came_to_the_events_of_the_same_logins_in_different_orders() {
        let events = [
            an_event("b", Kind::Proved, 1),
            an_event("c", Kind::SentToEid, 9),
            an_event("a", Kind::Completed, 2),
            an_event("b", Kind::Completed, 3),
        ];
        let other: Vec<LoginEvent> = events.iter().rev().cloned().collect();
        let order: Vec<_> =
            proved(&events).into_iter().map(|((_, login), until)| (login, until.seconds())).collect();
        assert_eq!(order, [("a", 2), ("b", 3)]);
        assert_eq!(proved(&events), proved(&other));
    }
}
