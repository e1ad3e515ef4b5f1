//! The provider: what it was given, and its bounded caches.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crypto::{Random, SealKey};
use eid::Catalogue;
use model::{ApplicationId, ClockJump, DomainId, TenantId};
use store::Store;

use crate::{
    Application, EventCounters, Issuer, Settings, eid_watch::EidWatch, event_queue::EventQueue,
    limits::Limiter, registered::Registered, ttl_cache::TtlCache,
};

/// An OpenID Provider for all domains of an installation.
pub struct Provider {
    pub(crate) store: Store,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
    /// By host; the host decides the tenant.
    pub(crate) issuers: TtlCache<String, Issuer>,
    pub(crate) applications: TtlCache<(TenantId, DomainId, String), Application>,
    /// The domain and `client_id` of an application.
    pub(crate) client_ids: TtlCache<(TenantId, ApplicationId), (DomainId, String)>,
    pub(crate) registered_at: TtlCache<(TenantId, DomainId), Registered>,
    pub(crate) eid_watch: EidWatch,
    returning: Mutex<HashSet<[u8; 16]>>,
    jumped: Mutex<Option<ClockJump>>,
    pub(crate) settings: Settings,
    /// Where logins of the order desk at test domains come back to; `None`: there is no console.
    pub(crate) order_desk: Option<String>,
    pub(crate) noted: EventQueue,
    pub(crate) counters: EventCounters,
    pub(crate) limits: Limiter,
}

/// Holds an upstream state while its callback is being worked on.
pub(crate) struct Returning<'a> {
    provider: &'a Provider,
    state: [u8; 16],
}

impl Drop for Returning<'_> {
    fn drop(&mut self) {
        self.provider.returning.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.state);
    }
}

impl Provider {
    /// Puts a provider together. `master`: the key that opens every tenant's data key.
    pub fn new(store: Store, catalogue: Arc<Catalogue>, master: SealKey, random: Random) -> Self {
        Self {
            store,
            catalogue,
            master,
            random,
            issuers: TtlCache::new(1_000),
            applications: TtlCache::new(10_000),
            client_ids: TtlCache::new(10_000),
            registered_at: TtlCache::new(1_000),
            eid_watch: EidWatch::default(),
            returning: Mutex::new(HashSet::new()),
            jumped: Mutex::default(),
            settings: Settings::default(),
            order_desk: None,
            limits: Limiter::new(Settings::default().limits),
            noted: EventQueue::default(),
            counters: EventCounters::default(),
        }
    }

    /// The same with other settings.
    #[must_use]
    pub fn with(self, settings: Settings) -> Self {
        Self { settings, limits: Limiter::new(settings.limits), ..self }
    }

    /// With the order desk at test domains. `callback`: where its logins come back to.
    #[must_use]
    pub fn with_order_desk(self, callback: Option<String>) -> Self {
        Self { order_desk: callback, ..self }
    }

    /// Takes up a state that came back; `None` while the same one is being worked on. Without this, a doubled
    /// request would fail at the eID (its code is good once), spend the state, and lose the login for the first.
    pub(crate) fn take_return(&self, state: [u8; 16]) -> Option<Returning<'_>> {
        let first = self.returning.lock().unwrap_or_else(PoisonError::into_inner).insert(state);
        first.then(|| Returning { provider: self, state })
    }

    /// The last jump of the clock that was seen.
    pub(crate) fn jump(&self) -> MutexGuard<'_, Option<ClockJump>> {
        self.jumped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has happened since the start, for the operator.
    pub const fn counters(&self) -> &EventCounters {
        &self.counters
    }

    /// The source of randomness, for trace ids.
    pub const fn random(&self) -> &Random {
        &self.random
    }
}
