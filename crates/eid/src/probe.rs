//! Whether an eID answers, found out without anybody logging in.

use std::sync::Arc;

use async_trait::async_trait;
use model::{Eid, EidEnvironment, Timestamp};
use tokio::task::JoinSet;

use crate::{Catalogue, EidError};

/// Something that can be asked whether it works.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Asks; takes no longer than two calls may.
    ///
    /// # Errors
    /// [`EidError`]: what a login would meet now.
    async fn probe(&self, now: Timestamp) -> Result<(), EidError>;
}

/// How it went: of which issuer, and what a login would meet.
pub type Probed = (String, Result<(), EidError>);

impl Catalogue {
    /// The issuer that every tenant's sources of this eID share in an environment; `None` where each tenant has
    /// one of its own, which nobody probes.
    pub fn shared_issuer(&self, eid: Eid, environment: EidEnvironment) -> Option<&str> {
        self.issuer(eid, environment)
    }

    /// Asks issuers whether they work, all at once.
    pub async fn probe(&self, issuers: Vec<String>, now: Timestamp) -> Vec<Probed> {
        let mut asked = JoinSet::new();
        for issuer in issuers {
            let probe: Arc<dyn Probe> = self.upstream(&issuer);
            asked.spawn(async move { (issuer, probe.probe(now).await) });
        }
        asked.join_all().await
    }
}
