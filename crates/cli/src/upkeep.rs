//! The work that nodes do beside answering: what every one does, and the kinds of jobs of which each is done by one.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use authority::{Caller, Permission};
use console::{Console, Destroyed, Refusal, TenantView};
use crypto::Random;
use messages::{Delivery, Postman};
use model::{DomainId, KeySchedule, LetterId, TenantId, Timestamp};
use ordering::{FailedOrder, Look, OrderDesk, WentOn};
use provider::{Provider, RequestContext, TraceId};
use store::{
    Store, StoreError,
    bin::{Kind, Object},
    jobs::{self, Job, JobKey},
    letters::Channel,
};
use web::{Clock, check_orders};

use crate::{
    clock, deletions, every,
    job_runner::{self, Failed, JobRunner, Progress},
    permits,
    serve::ready::{Domains, Looked},
    worker::Workers,
};

/// Looks at the clock every second, and deletes what has expired every minute.
pub(crate) fn sweep(workers: &mut Workers, provider: Arc<Provider>) {
    let watch = clock::Watch::new();
    let (own, of_clock) = (Arc::clone(&watch), Arc::clone(&provider));
    workers.every("clock", Duration::from_secs(1), move || {
        let (watch, provider) = (Arc::clone(&own), Arc::clone(&of_clock));
        async move { look_at_clock(&watch, &provider).await.map(drop) }
    });
    workers.every("sweep", Duration::from_secs(60), move || {
        let (watch, provider) = (Arc::clone(&watch), Arc::clone(&provider));
        async move {
            let (now, may_forget_spent) = look_at_clock(&watch, &provider).await?;
            let context = RequestContext { now, trace: TraceId::new(provider.random()), from: None };
            provider
                .sweep(&context, may_forget_spent)
                .await
                .map(drop)
                .map_err(|refusal| format!("{refusal:?}"))
        }
    });
}

async fn look_at_clock(watch: &clock::Watch, provider: &Provider) -> Result<(Timestamp, bool), String> {
    let (now, jump, may_forget_spent) = watch.look();
    if let Some(jump) = jump {
        let (at, by_s) = (jump.at.to_iso_seconds(), jump.seconds);
        tracing::warn!(
            at,
            by_s,
            "the clock of this machine jumped; what was begun before may be refused for its time"
        );
        provider.note_jump(jump).await.map_err(|refusal| format!("{refusal:?}"))?;
    }
    Ok((now, may_forget_spent))
}

/// Forgets what committed writes change, here and on other nodes, before the caches let go of it by themselves.
pub(crate) fn forget_changes(workers: &Workers, store: &Store, provider: Arc<Provider>) {
    let (mut announcements, mut end) = (store.announcements(), workers.end());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(announcement) = announcements.next() => provider.forget(&announcement),
                _ = end.changed() => return,
            }
        }
    });
}

/// Asks the eIDs in use whether they work, every half minute.
pub(crate) fn probe_eids(workers: &mut Workers, provider: Arc<Provider>) {
    workers.every("eid-probes", Duration::from_secs(30), move || {
        let provider = Arc::clone(&provider);
        async move {
            provider.probe_eids(clock::now()).await;
            Ok(())
        }
    });
}

/// Opens every domain, every minute: one that cannot answer is seen before somebody logs in there.
/// `names_controller`: the installation says who is responsible where a domain does not.
pub(crate) fn look_at_domains(
    workers: &mut Workers,
    provider: Arc<Provider>,
    (looked, names_controller): (Looked, bool),
) {
    workers.every("domains", Duration::from_secs(60), move || {
        let (provider, looked) = (Arc::clone(&provider), Arc::clone(&looked));
        async move {
            let found = provider.look_at_domains().await;
            let mut seen = found.map_err(|refusal| format!("{refusal:?}"))?;
            if names_controller {
                seen.without_controller.clear();
            }
            for (host, why) in &seen.unusable {
                tracing::error!(host, why, "a domain cannot answer");
            }
            *looked.lock().unwrap_or_else(PoisonError::into_inner) = Domains(seen);
            Ok(())
        }
    });
}

/// Writes what happened in logins, every second; what is noted after the last turn is written by [`last_events`].
pub(crate) fn write_events(workers: &mut Workers, provider: Arc<Provider>) {
    // Once is no failure: the events wait for the next turn. More than once in a row is.
    let was_busy = Arc::new(AtomicBool::new(false));
    workers.every("login-events", Duration::from_secs(1), move || {
        let (provider, was_busy) = (Arc::clone(&provider), Arc::clone(&was_busy));
        async move {
            let written = provider.write_events(clock::now()).await;
            let is_busy = matches!(written, Err(provider::Refusal::Busy));
            if is_busy && !was_busy.swap(is_busy, Ordering::Relaxed) {
                tracing::warn!("the store was busy: events of logins wait for the next turn");
                return Ok(());
            }
            was_busy.store(is_busy, Ordering::Relaxed);
            written.map(drop).map_err(|refusal| format!("{refusal:?}"))
        }
    });
}

/// Writes the remaining events, once the last request has been answered.
pub(crate) async fn last_events(provider: &Provider) {
    if let Err(refusal) = provider.write_events(clock::now()).await {
        tracing::error!(?refusal, "the last events of logins were not written");
    }
}

/// Writes into the log where every audit chain ends, every day: who cuts a chain cannot cut the log that is elsewhere.
pub(crate) fn log_audit_heads(workers: &mut Workers, console: Arc<Console>) {
    workers.every("audit-heads", Duration::from_secs(24 * 60 * 60), move || {
        let console = Arc::clone(&console);
        async move {
            let words = |refusal: Refusal| refusal.to_string();
            let caller = Caller::worker("audit-heads");
            let permit = permits::installation(&console, &caller, Permission::ReadAudit).map_err(words)?;
            let tenants = every::tenants(&console, &caller).await.map_err(words)?;
            for tenant in std::iter::once(model::INSTALLATION).chain(tenants.into_iter().map(|it| it.id)) {
                if let Some((links, head)) = console.audit_head(&permit, tenant).await.map_err(words)? {
                    tracing::info!(%tenant, links, head, "an audit chain ends here");
                }
            }
            Ok(())
        }
    });
}

/// The kind of the jobs that publish a domain's missing signing keys; the domain's id is the job's.
const SIGNING_KEYS: &str = "signing-keys";

/// How long after it was given up the publishing of keys begins anew, as long as they are missing.
const REVIVED_AFTER: Duration = Duration::from_secs(60 * 60);

/// How signing keys rotate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyRotation {
    pub(crate) schedule: KeySchedule,
    /// How often keys are looked for that are missing by the schedule.
    pub(crate) every: Duration,
}

/// What jobs are done with.
pub(crate) struct JobWork {
    pub(crate) rotation: KeyRotation,
    /// Sends letters; without it they wait.
    pub(crate) postman: Option<Postman>,
}

/// Does jobs, and wants those that come with time: missing signing keys are made by whichever node claims the job.
pub(crate) fn do_jobs(
    workers: &mut Workers,
    console: Arc<Console>,
    store: Store,
    random: Random,
    work: JobWork,
) {
    let JobWork { rotation: KeyRotation { schedule, every }, postman } = work;
    let keys = signing_keys(Arc::clone(&console), workers.clock(), schedule);
    let destroying = destruction(Arc::clone(&console), workers.clock());
    let sending = |channel: Channel| {
        let postman = postman.clone().filter(|it| it.sends(channel))?;
        Some((channel.jobs(), vec![send_letters(postman, channel, workers.clock())]))
    };
    let clock = workers.clock();
    // A worker for each: neither a mail server that hangs nor a large tenant that goes keeps keys from turning.
    let always = [("jobs", vec![keys]), (DESTRUCTION, vec![destroying])];
    let all = always.into_iter().chain([Channel::Mail, Channel::Sms].into_iter().filter_map(sending));
    for (name, kinds) in all.collect::<Vec<_>>() {
        let (store, random, clock) = (store.clone(), random.clone(), Arc::clone(&clock));
        JobRunner { store, random, clock, kinds, end: workers.end() }.start(name, workers);
    }
    let (of_bin, clock_of_bin, store_of_bin) = (Arc::clone(&console), Arc::clone(&clock), store.clone());
    workers.every(SIGNING_KEYS, every, move || {
        let (console, store, now) = (Arc::clone(&console), store.clone(), clock());
        async move { want_missing_keys(&console, &store, schedule, now).await }
    });
    workers.every(DESTRUCTION, LOOK_INTO_BIN_EVERY, move || {
        let (console, store, now) = (Arc::clone(&of_bin), store_of_bin.clone(), clock_of_bin());
        async move { want_destructions(&console, &store, now).await }
    });
}

/// How often orders are looked at that may go on by themselves.
const LOOK_AT_ORDERS_EVERY: Duration = Duration::from_secs(5);
/// How often credentials of orders are checked that nobody could check: two of the ten checks that a source has in ten minutes, so
/// that its receiver has the others.
const CHECK_ORDERS_EVERY: Duration = Duration::from_secs(5 * 60);
/// How far logins reach back into the last look: an event is written a moment after its login.
const LOGINS_OVERLAP: Duration = Duration::from_secs(120);

/// What is remembered from one look at the orders to the next.
#[derive(Default)]
struct OrdersSeen {
    looked_at: Option<Timestamp>,
    /// The same one every few seconds would hide everything else in the log.
    failed: Vec<FailedOrder>,
}

/// Reminds, ends and closes orders, as time and logins have it, and checks credentials again that could not be checked.
/// By `watch`, nothing ends before the clock can be trusted.
pub(crate) fn move_orders(
    workers: &mut Workers,
    orders: OrderDesk,
    console: Arc<Console>,
    watch: Arc<clock::Watch>,
) {
    let (clock, again) = (workers.clock(), orders.clone());
    let (watching, time) = (orders.clone(), workers.clock());
    let seen = Arc::new(Mutex::new(OrdersSeen::default()));
    workers.every("orders", LOOK_AT_ORDERS_EVERY, move || {
        let (orders, seen) = (orders.clone(), Arc::clone(&seen));
        let (now, _, may_end) = watch.look();
        async move { look_at_orders(&orders, &seen, (now, may_end)).await }
    });
    workers.every("order-companies", WATCH_ORDERS_EVERY, move || {
        let (orders, now) = (watching.clone(), time());
        async move {
            let watched = orders.hold_lost(&Caller::worker("orders"), now).await;
            let watched = watched.map_err(|refusal| refusal.to_string())?;
            for FailedOrder { tenant, order, why } in watched.failed {
                tracing::warn!(%tenant, %order, %why, "an order could not be watched; the others were");
            }
            Ok(())
        }
    });
    workers.every("order-checks", CHECK_ORDERS_EVERY, move || {
        let (orders, console, now) = (again.clone(), Arc::clone(&console), clock());
        async move {
            let checked = check_orders(&orders, &console, &Caller::worker("orders"), now).await;
            checked.map(drop).map_err(|refusal| refusal.to_string())
        }
    });
}

/// How often it is looked whether domains and companies of orders are lost. The registry is asked once a day for a company.
const WATCH_ORDERS_EVERY: Duration = Duration::from_secs(60 * 60);

async fn look_at_orders(
    orders: &OrderDesk,
    seen: &Mutex<OrdersSeen>,
    (now, may_end): (Timestamp, bool),
) -> Result<(), String> {
    let last = seen.lock().unwrap_or_else(PoisonError::into_inner).looked_at;
    let logins_since = last.map_or_else(|| Timestamp::from_seconds(0), |it| it.before(LOGINS_OVERLAP));
    let look = Look { logins_since, may_end, now };
    let went = orders.go_on_by_itself(&Caller::worker("orders"), look).await;
    let WentOn { expired, removed, reminded, sent, unsent, live, gone, failed } =
        went.map_err(|refusal| refusal.to_string())?;
    if [expired, removed, reminded, sent, live, gone] != [0; 6] {
        tracing::info!(expired, removed, reminded, sent, live, gone, "orders went on by themselves");
    }
    if unsent > 0 {
        tracing::error!(unsent, "letters with orders to their issuers were given up; their orders say why");
    }
    let new = OrdersSeen { looked_at: Some(now), failed: failed.clone() };
    let known = std::mem::replace(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner), new).failed;
    for FailedOrder { tenant, order, why } in failed.iter().filter(|it| !known.contains(it)) {
        tracing::warn!(%tenant, %order, %why, "an order cannot go on by itself; the others do");
    }
    Ok(())
}

/// Copies the list of deletions into its file, every minute: a restored backup does not bring back what was deleted.
pub(crate) fn keep_deletions(workers: &mut Workers, console: Arc<Console>, path: Option<PathBuf>) {
    let Some(path) = path else { return };
    workers.every("deletions", Duration::from_secs(60), move || {
        let (console, path) = (Arc::clone(&console), path.clone());
        async move { deletions::keep(&console, &Caller::worker("deletions"), &path).await }
    });
}

/// The kind of the jobs that destroy what was in the bin for 30 days; kind, tenant and id of the object are the job's id.
const DESTRUCTION: &str = "destruction";

/// How often the bin is looked into.
const LOOK_INTO_BIN_EVERY: Duration = Duration::from_secs(60 * 60);

fn job_id(object: &Object) -> String {
    format!("{}:{}:{}", object.kind.as_str(), object.tenant_id, object.id)
}

fn object_of(job: &str) -> Option<Object> {
    let mut parts = job.split(':');
    let (kind, tenant, id) = (Kind::parse(parts.next()?)?, parts.next()?, parts.next()?.to_owned());
    Some(Object { kind, tenant_id: TenantId::parse(tenant).ok()?, id })
}

async fn want_destructions(console: &Console, store: &Store, now: Timestamp) -> Result<(), String> {
    let words = |it: Refusal| it.to_string();
    let caller = Caller::worker(DESTRUCTION);
    let permit = permits::installation(console, &caller, Permission::Destroy).map_err(words)?;
    for object in console.due_for_destruction(&permit, now).await.map_err(words)? {
        let (kind, id) = (DESTRUCTION.to_owned(), job_id(&object));
        // Of the installation: the jobs of a tenant go with it.
        let key = JobKey { tenant_id: model::INSTALLATION, kind, id };
        let wanted = store.write(move |tx| {
            let is_new = jobs::insert(tx, &key, None, (now, now))?;
            if is_new || jobs::revive(tx, &key, now.before(REVIVED_AFTER), now)? {
                tx.wake(DESTRUCTION);
            }
            Ok::<_, StoreError>(())
        });
        wanted.await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Destroys what was in the bin for long enough, a bounded number of rows in each write. Whoever is stopped halfway, or has
/// lost the lease, leaves the rest to the next attempt.
fn destruction(console: Arc<Console>, clock: Clock) -> job_runner::Kind {
    job_runner::Kind::in_parts(DESTRUCTION, move |job| destroy(Arc::clone(&console), job, Arc::clone(&clock)))
}

/// For how long something is destroyed before its lease is extended.
const DESTROYED_FOR: Duration = Duration::from_secs(20);

async fn destroy(console: Arc<Console>, job: Job, clock: Clock) -> Result<Progress, String> {
    let words = |it: Refusal| it.to_string();
    let object = object_of(&job.key.id).ok_or("the id of this job names no object")?;
    let caller = Caller::worker(DESTRUCTION);
    let permit = permits::installation(&console, &caller, Permission::Destroy).map_err(words)?;
    let begun = Instant::now();
    while begun.elapsed() < DESTROYED_FOR {
        match console.destroy_some(&permit, &object, clock()).await.map_err(words)? {
            Destroyed::Partly => {}
            Destroyed::Gone => {
                tracing::info!(kind = object.kind.as_str(), id = object.id, "what was deleted is destroyed");
                return Ok(Progress::Done);
            }
            Destroyed::Nothing => return Ok(Progress::Done),
        }
    }
    Ok(Progress::Partly)
}

async fn want_missing_keys(
    console: &Console,
    store: &Store,
    schedule: KeySchedule,
    now: Timestamp,
) -> Result<(), String> {
    // What is wrong with one tenant or domain keeps no other from turning its keys.
    let mut wrong = Vec::new();
    for tenant in every::tenants(console, &Caller::worker(SIGNING_KEYS)).await.map_err(|it| it.to_string())? {
        if let Err(why) = want_keys_of(console, store, &tenant, (schedule, now)).await {
            wrong.push(format!("tenant {}: {why}", tenant.name));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

async fn want_keys_of(
    console: &Console,
    store: &Store,
    tenant: &TenantView,
    (schedule, now): (KeySchedule, Timestamp),
) -> Result<(), String> {
    let caller = Caller::worker(SIGNING_KEYS);
    let tenant = console.tenant_by_id(&caller, tenant.id).await.map_err(|it| it.to_string())?;
    let permit = permits::may(&tenant, Permission::ReadSettings).map_err(|it| it.to_string())?;
    let mut wrong = Vec::new();
    for domain in every::domains_of(console, &tenant).await.map_err(|it| it.to_string())? {
        match console.missing_keys(&permit, domain.id, schedule, now).await {
            Ok(missing) if missing.is_empty() => continue,
            Ok(_) => {}
            Err(refusal) => {
                wrong.push(format!("{}: {refusal}", domain.host));
                continue;
            }
        }
        let key = JobKey { tenant_id: tenant.id, kind: SIGNING_KEYS.to_owned(), id: domain.id.to_string() };
        let wanted = store.write(move |tx| {
            let is_new = jobs::insert(tx, &key, None, (now, now))?;
            if is_new || jobs::revive(tx, &key, now.before(REVIVED_AFTER), now)? {
                tx.wake(SIGNING_KEYS);
            }
            Ok::<_, StoreError>(())
        });
        wrong.extend(wanted.await.err().map(|error| format!("{}: {error}", domain.host)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Sends the letters of a channel; a letter's id is its job's.
fn send_letters(postman: Postman, channel: Channel, clock: Clock) -> job_runner::Kind {
    job_runner::Kind::new(channel.jobs(), move |job: Job| {
        let (postman, now) = (postman.clone(), clock());
        async move {
            let id = LetterId::parse(&job.key.id).map_err(|error| Failed::Never(error.to_string()))?;
            match postman.deliver(job.key.tenant_id, id, now).await {
                Delivery::Done => Ok(()),
                Delivery::Later(why) => Err(Failed::Later(why)),
                Delivery::Never(why) => Err(Failed::Never(why)),
            }
        }
    })
}

/// Publishes the signing keys that a domain is missing.
fn signing_keys(console: Arc<Console>, clock: Clock, schedule: KeySchedule) -> job_runner::Kind {
    job_runner::Kind::new(SIGNING_KEYS, move |job| turn_keys(Arc::clone(&console), job, (schedule, clock())))
}

async fn turn_keys(
    console: Arc<Console>,
    job: Job,
    (schedule, now): (KeySchedule, Timestamp),
) -> Result<(), String> {
    let domain = DomainId::parse(&job.key.id).map_err(|error| error.to_string())?;
    let tenant = match console.tenant_by_id(&Caller::worker(SIGNING_KEYS), job.key.tenant_id).await {
        Ok(tenant) => tenant,
        // The tenant is gone and needs no keys.
        Err(Refusal::NotFound(_)) => return Ok(()),
        Err(refusal) => return Err(refusal.to_string()),
    };
    let permit = permits::may(&tenant, Permission::RotateKeys).map_err(|it| it.to_string())?;
    let runtime = tokio::runtime::Handle::current();
    let turning = move || runtime.block_on(console.turn_keys(&permit, domain, schedule, now));
    // Keys are not made on a thread that answers people.
    let published = tokio::task::spawn_blocking(turning).await.map_err(|error| error.to_string())?;
    let published = match published {
        // The domain is gone and needs none.
        Err(Refusal::NotFound(_)) => 0,
        other => other.map_err(|refusal| refusal.to_string())?,
    };
    match published {
        // Somebody may have told them to turn at once.
        0 => {}
        published => tracing::info!(%domain, published, "signing keys were published ahead"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        JobRunner, JobWork, KeyRotation, SIGNING_KEYS, destruction, do_jobs, signing_keys, want_destructions,
        want_missing_keys,
    };
    use crate::worker::Workers;
    use authority::{Caller, Permission};
    use console::{Console, NewDomain, Tenant, TenantView};
    use crypto::{Random, SealKey};
    use messages::{Postman, Smtp};
    use model::{DomainId, Environment, KeySchedule, TenantId, Timestamp};
    use std::{sync::Arc, time::Duration};
    use store::{
        DatabaseLocation, Settings, Store,
        domains::Scheme,
        jobs::{self, JobKey},
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[tokio::test]
    async fn a_mail_server_that_hangs_kept_keys_from_turning() {
        let folder = tempfile::tempdir().unwrap();
        let place = DatabaseLocation::Sqlite(folder.path().join("portvakt.db"));
        let store = Store::open(place, Settings::default()).unwrap();
        let (random, caller) = (Random::seeded(1), Caller::operator("test"));
        let master = SealKey::generate(&random);
        let console = Arc::new(Console::new(store.clone(), master.clone(), random.clone()));
        // It takes connections and never says anything.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let postman = Postman::to_server(store.clone(), master, smtp(silent.local_addr().unwrap().port()));
        let permit = console.installation(&caller, Permission::ManageLetters).unwrap();
        console.write_test_letter(&permit, "kari@example.com", texts::Locale::En, NOW).await.unwrap();

        let end = tokio::sync::watch::channel(false);
        let mut workers = Workers::new(Arc::new(|| NOW), end.1.clone());
        let rotation = KeyRotation { schedule: KeySchedule::default(), every: Duration::from_secs(60) };
        let work = JobWork { rotation, postman: Some(postman) };
        do_jobs(&mut workers, Arc::clone(&console), store.clone(), random, work);
        let (_connection, _) = silent.accept().await.unwrap();
        // Of no tenant that there is, so that the job is done as soon as somebody comes to it.
        let id = DomainId::from_bytes([1; 16]).to_string();
        let key = JobKey { tenant_id: TenantId::from_bytes([1; 16]), kind: SIGNING_KEYS.to_owned(), id };
        let wanted = key.clone();
        let written = store.write(move |tx| {
            tx.wake(SIGNING_KEYS);
            jobs::insert(tx, &wanted, None, (NOW, NOW))
        });
        assert_eq!(written.await, Ok(true));

        let mut looks = tokio::time::interval(Duration::from_millis(10));
        let gone = async {
            loop {
                looks.tick().await;
                let key = key.clone();
                if store.read(move |tx| jobs::find(tx, &key)).await.unwrap().is_none() {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
    }

    fn smtp(port: u16) -> Smtp {
        Smtp {
            host: "127.0.0.1".to_owned(),
            port,
            security: messages::Security::None,
            credentials: None,
            from: messages::MailAddress::parse("portvakt@example.com").unwrap(),
            from_name: "Portvakt".to_owned(),
            timeout: Duration::from_secs(30),
            roots: None,
        }
    }

    /// A database with a tenant.
    struct TestInstallation {
        _folder: tempfile::TempDir,
        store: Store,
        random: Random,
        console: Arc<Console>,
        caller: Caller,
        tenant: Tenant,
    }

    async fn installation() -> TestInstallation {
        let folder = tempfile::tempdir().unwrap();
        let place = DatabaseLocation::Sqlite(folder.path().join("portvakt.db"));
        let store = Store::open(place, Settings::default()).unwrap();
        let random = Random::seeded(1);
        let console = Arc::new(Console::new(store.clone(), SealKey::generate(&random), random.clone()));
        let caller = Caller::operator("test");
        let permit = console.installation(&caller, Permission::CreateTenants).unwrap();
        let tenant = console.ensure_tenant(&permit, "acme", NOW).await.unwrap();
        TestInstallation { _folder: folder, store, random, console, caller, tenant }
    }

    fn a_domain() -> NewDomain {
        let (host, name) = ("login.example".to_owned(), "Acme".to_owned());
        NewDomain { host, scheme: Scheme::Https, environment: Environment::Test, name }
    }

    #[tokio::test]
    async fn keys_that_several_nodes_miss_are_one_job_and_made_once() {
        let TestInstallation { _folder, store, random, console, caller: _, tenant } = installation().await;
        let may = |permission| tenant.permit(permission).unwrap();
        let domain =
            console.ensure_domain(&may(Permission::ManageDomains), None, &a_domain(), NOW).await.unwrap();
        let schedule = KeySchedule::default();
        let late = NOW.after(schedule.used_for);
        let missing = async || {
            console.missing_keys(&may(Permission::ReadSettings), domain, schedule, late).await.unwrap()
        };
        assert!(!missing().await.is_empty());

        for _node in 0..2 {
            want_missing_keys(&console, &store, schedule, late).await.unwrap();
        }
        let key = JobKey { tenant_id: tenant.id, kind: SIGNING_KEYS.to_owned(), id: domain.to_string() };
        let find = async || {
            let key = key.clone();
            store.read(move |tx| jobs::find(tx, &key)).await.unwrap()
        };
        assert!(find().await.is_some());
        let end = tokio::sync::watch::channel(false);
        let kinds = vec![signing_keys(Arc::clone(&console), Arc::new(move || late), schedule)];
        let runner =
            JobRunner { store: store.clone(), random, clock: Arc::new(move || late), kinds, end: end.1 };
        assert_eq!(runner.run().await, Ok(()));

        assert!(missing().await.is_empty());
        assert_eq!(find().await, None);
    }

    #[tokio::test]
    async fn a_tenant_that_two_nodes_find_due_is_destroyed_once_and_not_a_day_early() {
        let TestInstallation { _folder, store, random, console, caller, tenant } = installation().await;
        let deleting = tenant.permit(Permission::DeleteTenants).unwrap();
        console.delete_tenant(&deleting, &TenantView::seen(&tenant), NOW).await.unwrap();
        let late = model::destroyed_at(NOW);
        let run = async |at| {
            for _node in 0..2 {
                want_destructions(&console, &store, at).await.unwrap();
            }
            let end = tokio::sync::watch::channel(false).1;
            let kinds = vec![destruction(Arc::clone(&console), Arc::new(move || at))];
            let (store, random, clock) = (store.clone(), random.clone(), Arc::new(move || at));
            JobRunner { store, random, clock, kinds, end }.run().await
        };
        let reading = console.installation(&caller, Permission::ReadInstallation).unwrap();

        assert_eq!(run(late.before(Duration::from_secs(1))).await, Ok(()));
        assert_eq!(console.bin(&reading).await.unwrap().len(), 1);
        assert_eq!(run(late).await, Ok(()));
        assert_eq!(console.bin(&reading).await.unwrap(), []);
        let auditing = console.installation(&caller, Permission::ReadAudit).unwrap();
        let links = console.installation_audit(&auditing, 0).await.unwrap();
        assert_eq!(links.iter().filter(|it| it.event.action == "tenant.destroyed").count(), 1);
    }

    #[tokio::test]
    async fn a_deleted_domain_left_a_job_that_failed_until_it_was_given_up() {
        let TestInstallation { _folder, store, random, console, caller, tenant } = installation().await;
        let may = |permission| tenant.permit(permission).unwrap();
        let domain = console.create_domain(&may(Permission::ManageDomains), &a_domain(), NOW).await.unwrap();
        let schedule = KeySchedule::default();
        let late = NOW.after(schedule.used_for);
        want_missing_keys(&console, &store, schedule, late).await.unwrap();

        let seen = console.domain(&caller, "login.example").await.unwrap().1.seen();
        console.delete_domain(&may(Permission::DeleteDomains), (domain, &seen), late).await.unwrap();
        let kinds = vec![signing_keys(Arc::clone(&console), Arc::new(move || late), schedule)];
        let end = tokio::sync::watch::channel(false).1;
        let runner = JobRunner { store, random, clock: Arc::new(move || late), kinds, end };
        assert_eq!(runner.run().await, Ok(()));
    }
}
