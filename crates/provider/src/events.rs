//! What happens in logins, noted for whoever must explain it later.
//!
//! What a login's own write can carry travels with it. The rest waits in a bounded queue ([`crate::noted`]) that a
//! worker empties every second.

use crypto::Digest;
use model::{Eid, Timestamp};
use store::{
    StoreError, client_secrets,
    login_events::{self, Kind, LoginEvent},
};
use texts::Cause;

use crate::{
    Application, Call, Issuer, Provider, Refusal,
    authorize::Work,
    noted::{Event, row},
};

/// How many are written at once, so that no login waits long behind them.
const AT_ONCE: usize = 500;
/// How exactly the last use of a secret is known.
const HOUR: std::time::Duration = std::time::Duration::from_secs(60 * 60);

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
        self.noted.add(self.event_row(issuer, event, call));
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
        self.noted.add_use(digest, (issuer.tenant, application.id), now);
    }

    /// Writes what was noted; run it every second, and once at the end. Gives how many events were written. What could
    /// not be written is dropped and counted.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn write_events(&self) -> Result<usize, Refusal> {
        let (events, used) = self.noted.take();
        let mut written = 0;
        let mut chunks = events.chunks(AT_ONCE).map(<[_]>::to_vec);
        while let Some(chunk) = chunks.next() {
            let count = chunk.len();
            let saved = self
                .store
                .write(move |tx| chunk.iter().try_for_each(|event| login_events::append(tx, event)));
            if let Err(error) = saved.await {
                let lost = count + chunks.map(|it| it.len()).sum::<usize>();
                self.noted.drop_many(lost as u64);
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
        self.noted.dropped()
    }
}
