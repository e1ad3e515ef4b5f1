//! The provider: what it was given, and its bounded caches.

use std::{collections::HashSet, sync::Arc, time::Duration};

use crypto::{Random, SealKey};
use eid::Catalogue;
use model::{DomainId, Origin, TenantId};
use moka::future::Cache;
use store::Store;

use crate::{Application, Issuer};

/// How long a cached value serves; a change made elsewhere is seen after this at the latest.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// An OpenID Provider for all domains of an installation.
pub struct Provider {
    pub(crate) store: Store,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
    /// By host; the host decides the tenant.
    pub(crate) issuers: Cache<String, Arc<Issuer>>,
    pub(crate) applications: Cache<(TenantId, DomainId, String), Arc<Application>>,
    pub(crate) origins: Cache<(TenantId, DomainId), Arc<HashSet<Origin>>>,
}

fn cache<K, V>(most: u64) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(most).time_to_live(FRESH_FOR).build()
}

impl Provider {
    /// Puts a provider together. `master`: the key that opens every tenant's data key.
    pub fn new(store: Store, catalogue: Arc<Catalogue>, master: SealKey, random: Random) -> Self {
        Self {
            store,
            catalogue,
            master,
            random,
            issuers: cache(1_000),
            applications: cache(10_000),
            origins: cache(1_000),
        }
    }

    /// The source of randomness, for trace ids.
    pub const fn random(&self) -> &Random {
        &self.random
    }
}
