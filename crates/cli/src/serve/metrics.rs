//! What the operator can watch. No label has a value from outside: words of ours and files of the operator only.

use std::sync::{
    Arc, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use provider::Provider;
use store::Store;
use web::Observed;

use super::{certificates::Certificates, ready::Looked};
use crate::worker::Heartbeats;

type Labels<const N: usize> = [(&'static str, String); N];

/// Where the values come from that are read when somebody asks.
pub(crate) struct Sources {
    pub(crate) provider: Arc<Provider>,
    pub(crate) store: Store,
    pub(crate) heartbeats: Heartbeats,
    pub(crate) certificates: Option<Arc<Certificates>>,
    pub(crate) connections: Box<dyn Fn() -> usize + Send + Sync>,
    /// How many connections were closed at once.
    pub(crate) turned_away: Box<dyn Fn() -> u64 + Send + Sync>,
    pub(crate) domains: Looked,
}

/// All metrics.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labels<2>, Counter>,
    durations: Family<Labels<1>, Histogram>,
    logins: Family<Labels<2>, Counter>,
    tokens: Counter,
    refusals: Family<Labels<1>, Counter>,
    dropped: Counter,
    counted: Counter,
    commits: Counter,
    writes: Counter,
    waiting: Gauge,
    connections: Gauge,
    unusable: Gauge,
    expiry: Family<Labels<1>, Gauge>,
    stale: Family<Labels<1>, Gauge>,
    last_run: Family<Labels<1>, Gauge>,
    failures: Family<Labels<1>, Counter>,
}

fn histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut it = Self {
            registry: Registry::with_prefix("portvakt"),
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            logins: Family::default(),
            tokens: Counter::default(),
            refusals: Family::default(),
            dropped: Counter::default(),
            counted: Counter::default(),
            commits: Counter::default(),
            writes: Counter::default(),
            waiting: Gauge::default(),
            connections: Gauge::default(),
            unusable: Gauge::default(),
            expiry: Family::default(),
            stale: Family::default(),
            last_run: Family::default(),
            failures: Family::default(),
        };
        it.register();
        it
    }

    fn register(&mut self) {
        let build: Family<Labels<1>, Gauge> = Family::default();
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION").to_owned())]).set(1);
        let it = &mut self.registry;
        it.register("build", "The version that runs", build);
        it.register("requests", "Requests answered, by kind of address and status", self.requests.clone());
        it.register("request_seconds", "How long answers took", self.durations.clone());
        it.register("logins", "Logins by eID and what became of them", self.logins.clone());
        it.register("token_responses", "Answers of the token endpoint with tokens", self.tokens.clone());
        it.register(
            "refusals",
            "Requests and connections turned away, by the limit that did it",
            self.refusals.clone(),
        );
        it.register(
            "login_events_dropped",
            "Events of logins that came too fast to be kept",
            self.dropped.clone(),
        );
        it.register(
            "login_events_counted",
            "Events of logins that proved no person and were only counted",
            self.counted.clone(),
        );
        it.register("store_commits", "Commits that changed something", self.commits.clone());
        it.register("store_writes", "Writes that shared those commits", self.writes.clone());
        it.register("store_waiting", "What waits for a store thread", self.waiting.clone());
        it.register("connections", "Connections that are open", self.connections.clone());
        it.register("domains_unusable", "Domains whose keys cannot be opened", self.unusable.clone());
        it.register(
            "certificate_not_after_seconds",
            "When a certificate expires (Unix time)",
            self.expiry.clone(),
        );
        it.register(
            "certificate_stale",
            "1 when new files of a certificate could not be used",
            self.stale.clone(),
        );
        it.register("worker_last_run_seconds", "When work was last done (Unix time)", self.last_run.clone());
        it.register("worker_failures", "Turns of work that failed or panicked", self.failures.clone());
    }

    /// Counts an answer.
    pub(crate) fn observe(&self, seen: Observed) {
        let class = ("class", seen.class.to_owned());
        self.durations.get_or_create(std::array::from_ref(&class)).observe(seen.took.as_secs_f64());
        self.requests.get_or_create(&[class, ("status", seen.status.to_string())]).inc();
    }

    /// Everything, in the form of OpenMetrics.
    pub(crate) fn text(&self, sources: &Sources) -> String {
        let signed = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
        let counters = sources.provider.counters();
        for (eid, outcome, count) in counters.logins() {
            let labels = [("eid", eid.to_owned()), ("outcome", outcome.to_owned())];
            set(self.logins.get_or_create(&labels).inner(), count);
        }
        set(self.tokens.inner(), counters.tokens());
        for (limit, count) in counters.refusals() {
            set(self.refusals.get_or_create(&[("reason", limit.to_owned())]).inner(), count);
        }
        let of_one_address = [("reason", "connections_of_one_address".to_owned())];
        set(self.refusals.get_or_create(&of_one_address).inner(), (sources.turned_away)());
        set(self.dropped.inner(), sources.provider.dropped_events());
        set(self.counted.inner(), sources.provider.counted_events());
        set(self.commits.inner(), sources.store.commits());
        set(self.writes.inner(), sources.store.writes());
        self.waiting.set(signed(sources.store.waiting()));
        self.connections.set(signed((sources.connections)()));
        let domains = sources.domains.lock().unwrap_or_else(PoisonError::into_inner);
        self.unusable.set(signed(domains.0.unusable.len()));
        drop(domains);
        for health in sources.certificates.iter().flat_map(|it| it.health()) {
            let labels = [("chain", health.chain)];
            self.expiry.get_or_create(&labels).set(health.not_after.seconds());
            self.stale.get_or_create(&labels).set(health.is_stale.into());
        }
        for (worker, heartbeat) in &*sources.heartbeats.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = [("worker", (*worker).to_owned())];
            self.last_run.get_or_create(&labels).set(heartbeat.last_at.map_or(0, |at| at.seconds()));
            set(self.failures.get_or_create(&labels).inner(), heartbeat.failures);
        }
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn set(counter: &AtomicU64, value: u64) {
    counter.store(value, Ordering::Relaxed);
}
