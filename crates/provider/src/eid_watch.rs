//! Whether the eIDs work: what probes and logins on this node have shown, held in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use eid::{EidError, Outcome};
use model::{Acr, Eid, EidHealth, EidStatus, Notice, Timestamp};

use crate::{Issuer, Provider, issuer::Source};

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

    fn see(&self, issuer: &str, works: bool, now: Timestamp) {
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

    /// What is known of the eID behind a source.
    pub(crate) fn health(&self, source: &Source) -> EidHealth {
        let watched = self.watched();
        source.issuer.as_ref().and_then(|issuer| watched.get(issuer)).map(|it| it.health).unwrap_or_default()
    }
}

/// An eID of a domain, and whether it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedEid {
    /// Which one.
    pub eid: Eid,
    /// The values of `acr_values` that lead to it.
    pub acrs: Vec<Acr>,
    /// Whether it works, as far as this node knows.
    pub status: EidStatus,
    /// Since when; `None` while nothing is known.
    pub since: Option<Timestamp>,
    /// What the tenant wants people to know.
    pub notice: Option<Notice>,
}

impl Provider {
    /// Asks every eID that is in use whether it works: its discovery document and its keys, and nobody logs in.
    /// Run it every thirty seconds; it takes at most as long as two calls may.
    pub async fn probe_eids(&self, now: Timestamp) {
        let in_use = |it: &Watched| it.used_at.is_some_and(|at| now.since(at) < IN_USE_FOR);
        let issuers: Vec<String> = {
            let watched = self.eid_watch.watched();
            watched.iter().filter(|(_, it)| in_use(it)).map(|(issuer, _)| issuer.clone()).collect()
        };
        for (issuer, probed) in self.catalogue.probe(issuers, now).await {
            if let Err(error) = &probed {
                tracing::warn!(issuer, %error, "an eID did not answer a probe");
            }
            self.eid_watch.see(&issuer, probed.is_ok(), now);
        }
    }

    /// Learns from a login. What the browser brought back proves nothing about the eID: only our own calls do.
    pub(crate) fn learn(&self, source: Option<&Source>, met: &Result<Outcome, EidError>, now: Timestamp) {
        let works = match met {
            Ok(Outcome::Proved(_)) => true,
            Err(error) if error.is_transient() => false,
            Ok(Outcome::Refused(_)) | Err(_) => return,
        };
        if let Some(issuer) = source.and_then(|source| source.issuer.as_ref()) {
            self.eid_watch.see(issuer, works, now);
        }
    }

    /// The eIDs of a domain, in the order in which they are shown.
    pub fn offered_eids(&self, issuer: &Issuer, now: Timestamp) -> Vec<OfferedEid> {
        let offered = Eid::ALL.into_iter().filter_map(|eid| Some((eid, issuer.sources.get(&eid)?)));
        offered
            .map(|(eid, source)| {
                let health = self.eid_watch.health(source);
                OfferedEid {
                    eid,
                    acrs: Acr::ALL.into_iter().filter(|acr| acr.eid() == eid).collect(),
                    status: health.status(now),
                    since: health.since(now),
                    notice: source.notice.clone(),
                }
            })
            .collect()
    }
}
