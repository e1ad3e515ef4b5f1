//! What happens in logins, noted for whoever must explain it later.
//!
//! Events wait in a bounded queue ([`crate::noted`]) that a worker empties every second, many in one commit: no login
//! waits for its own log.

use crypto::Digest;
use model::{Eid, Timestamp};
use store::{
    StoreError, WriteTx, client_secrets,
    login_events::{self, Kind},
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

impl Provider {
    /// Notes an event. Call it after the write that it tells of: what was rolled back has not happened.
    pub(crate) fn note(&self, issuer: &Issuer, event: Event<'_>, call: &Call) {
        self.blame_the_clock(event.cause, call);
        self.noted.add(row(issuer, event, (&self.settings, &self.random), call));
    }

    /// Notes that a request to this host was refused before it belonged to a login: too many, no room, a login that is
    /// no more, or our own fault. A few a second; the log has them all.
    pub fn note_at_the_door(&self, host: &str, cause: Cause, call: &Call) {
        let kind = match cause {
            Cause::TooManyRequests => Kind::RequestRefused,
            Cause::Busy | Cause::Internal | Cause::RequestTimeout | Cause::LoginLost | Cause::LoginOver => {
                Kind::Trouble
            }
            // Noted by whoever refused, or nothing to explain.
            _ => return,
        };
        self.blame_the_clock(Some(cause), call);
        let Some(issuer) = self.issuers.peek(&host.to_ascii_lowercase()) else { return };
        let event = Event { kind, application: None, login: None, eid: None, cause: Some(cause) };
        self.noted.add_at_the_door(row(&issuer, event, (&self.settings, &self.random), call));
    }

    /// Notes an event of a login that is being worked on.
    pub(crate) fn note_of(&self, work: &Work<'_>, kind: Kind, eid: Option<Eid>, cause: Option<Cause>) {
        let (application, login) = (Some(work.application.as_ref()), Some(work.name.as_str()));
        self.note(work.issuer, Event { kind, application, login, eid, cause }, work.call);
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

    /// Writes what was noted; run it every second, and once at the end. Gives how many events were written. What the store
    /// was too busy for waits for the next turn; what failed otherwise is dropped and counted.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn write_events(&self) -> Result<usize, Refusal> {
        let (events, used) = self.noted.take();
        let mut written = 0;
        for chunk in events.chunks(AT_ONCE) {
            let rows = chunk.to_vec();
            let append =
                move |tx: &mut WriteTx<'_>| rows.iter().try_for_each(|row| login_events::append(tx, row));
            if let Err(error) = self.store.write(append).await {
                let rest = events.get(written..).unwrap_or_default();
                match &error {
                    StoreError::Busy | StoreError::Unreachable(_) => self.noted.give_back(rest),
                    _ => self.noted.drop_many(rest.len() as u64),
                }
                return Err(error.into());
            }
            written += chunk.len();
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
