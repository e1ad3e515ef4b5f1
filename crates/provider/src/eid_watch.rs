//! Whether the eIDs work: what probes and logins on this node have shown, held in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use eid::Watched;
use model::{EidHealth, EidStatus, Timestamp, Witness};

/// An issuer that no domain has asked for in this time is not probed.
const IN_USE_FOR: Duration = Duration::from_secs(15 * 60);

struct Seen {
    health: EidHealth,
    /// Whom to ask, and when a domain last offered it.
    used: (Watched, Timestamp),
}

/// By the name of what is watched, which tenants share, so it cannot grow.
#[derive(Default)]
pub(crate) struct EidWatch(Mutex<HashMap<String, Seen>>);

impl EidWatch {
    fn watched(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a domain in use offers this eID.
    pub(crate) fn use_eid(&self, watched: &Watched, now: Timestamp) {
        let mut seen = self.watched();
        let health = seen.get(&watched.name).map(|it| it.health).unwrap_or_default();
        seen.insert(watched.name.clone(), Seen { health, used: (watched.clone(), now) });
    }

    /// What domains in use offer.
    pub(crate) fn in_use(&self, now: Timestamp) -> Vec<Watched> {
        let watched = self.watched();
        let used = watched.values().filter(|it| now.is_within(IN_USE_FOR, it.used.1));
        used.map(|it| it.used.0.clone()).collect()
    }

    /// Notes that an eID was seen to work, or to fail.
    pub(crate) fn see(&self, issuer: &str, (witness, works): (Witness, bool), now: Timestamp) {
        if let Some(watched) = self.watched().get_mut(issuer) {
            let before = watched.health.status(now);
            watched.health = watched.health.seen(witness, works, now);
            let after = watched.health.status(now);
            if before != after {
                // The first sight of one that works is nothing to be warned of.
                let is_news = (before, after) != (EidStatus::Unknown, EidStatus::Up);
                let (before, after) = (before.as_str(), after.as_str());
                if is_news {
                    tracing::warn!(issuer, before, after, "the state of an eID has changed");
                } else {
                    tracing::info!(issuer, before, after, "the state of an eID is known");
                }
            }
        }
    }

    /// What is known of an eID, by the name of what is watched.
    pub(crate) fn health(&self, issuer: Option<&String>) -> EidHealth {
        let watched = self.watched();
        issuer.and_then(|issuer| watched.get(issuer)).map(|it| it.health).unwrap_or_default()
    }
}
