//! Whether the eIDs work: what probes and logins on this node have shown, held in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::{EidHealth, Timestamp};

/// An issuer that no domain has asked for in this time is not probed.
const IN_USE_FOR: Duration = Duration::from_secs(15 * 60);

#[derive(Default)]
struct Watched {
    health: EidHealth,
    used_at: Option<Timestamp>,
}

/// By issuer of the eID; only issuers that tenants share are in it, so it cannot grow.
#[derive(Default)]
pub(crate) struct EidWatch(Mutex<HashMap<String, Watched>>);

impl EidWatch {
    fn watched(&self) -> MutexGuard<'_, HashMap<String, Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a domain in use offers this issuer.
    pub(crate) fn use_issuer(&self, issuer: &str, now: Timestamp) {
        self.watched().entry(issuer.to_owned()).or_default().used_at = Some(now);
    }

    /// The issuers that domains in use offer.
    pub(crate) fn in_use(&self, now: Timestamp) -> Vec<String> {
        let watched = self.watched();
        let used = watched.iter().filter(|(_, it)| it.used_at.is_some_and(|at| now.since(at) < IN_USE_FOR));
        used.map(|(issuer, _)| issuer.clone()).collect()
    }

    /// Notes that an issuer was seen to work, or to fail.
    pub(crate) fn see(&self, issuer: &str, works: bool, now: Timestamp) {
        if let Some(watched) = self.watched().get_mut(issuer) {
            let before = watched.health.status(now);
            watched.health = watched.health.seen(works, now);
            let after = watched.health.status(now);
            if before != after {
                let (before, after) = (before.as_str(), after.as_str());
                tracing::warn!(issuer, before, after, "the state of an eID has changed");
            }
        }
    }

    /// What is known of an issuer.
    pub(crate) fn health(&self, issuer: Option<&String>) -> EidHealth {
        let watched = self.watched();
        issuer.and_then(|issuer| watched.get(issuer)).map(|it| it.health).unwrap_or_default()
    }
}
