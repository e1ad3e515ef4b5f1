//! The eIDs of a domain, and whether they work.

use eid::{EidError, Outcome};
use model::{Acr, EidStatus, LoginMethod, Notice, Timestamp, Witness};

use crate::{Issuer, Provider, issuer::Source};

/// An eID of a domain, and whether it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedEid {
    /// Which one.
    pub eid: LoginMethod,
    /// The values of `acr_values` that lead to it.
    pub acrs: Vec<Acr>,
    /// Whether it works, as far as this node knows.
    pub status: EidStatus,
    /// Since when; `None` while nothing is known.
    pub since: Option<Timestamp>,
    /// What the tenant calls it, where that is not its own name.
    pub name: Option<String>,
    /// What the tenant wants people to know.
    pub notice: Option<Notice>,
}

impl Provider {
    /// Asks every eID that is in use whether it works: its discovery document and its keys, without a login.
    /// Run it every thirty seconds; it takes at most as long as two calls may.
    pub async fn probe_eids(&self, now: Timestamp) {
        for (issuer, probed) in self.catalogue.probe(self.eid_watch.in_use(now), now).await {
            if let Err(error) = &probed {
                tracing::warn!(issuer, %error, "an eID did not answer a probe");
            }
            self.eid_watch.see(&issuer, (Witness::Probe, probed.is_ok()), now);
        }
    }

    /// Learns from a login. What the browser brought back proves nothing about the eID: only our own calls do.
    pub(crate) fn learn(&self, source: Option<&Source>, met: &Result<Outcome, EidError>, now: Timestamp) {
        let works = match met {
            Ok(Outcome::Proved(_)) => true,
            Err(error) if error.is_transient() => false,
            Ok(Outcome::Refused(_)) | Err(_) => return,
        };
        if let Some(issuer) = source.filter(|it| it.logins_tell).and_then(|it| it.issuer.as_ref()) {
            self.eid_watch.see(issuer, (Witness::Login, works), now);
        }
    }

    /// The eIDs of a domain, in the order in which they are shown.
    pub fn offered_eids(&self, issuer: &Issuer, now: Timestamp) -> Vec<OfferedEid> {
        let offered = LoginMethod::eids().filter_map(|eid| Some((eid, issuer.sources.get(&eid)?)));
        offered
            .map(|(eid, source)| {
                let health = self.eid_watch.health(source.issuer.as_ref());
                OfferedEid {
                    eid,
                    acrs: Acr::all().filter(|acr| acr.method() == eid).collect(),
                    status: health.status(now),
                    since: health.since(now),
                    name: source.settings.display_name.clone(),
                    notice: source.settings.notice.clone(),
                }
            })
            .collect()
    }
}
