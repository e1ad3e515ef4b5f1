//! `portvakt serve`: an installation, as its one configuration file says.
//!
//! 1. read the configuration, the master key and the certificates; 2. open the database; 3. see that the key fits;
//! 4. apply the declaration, if there is one; 5. open both listeners; 6. answer until the system says stop;
//! 7. finish, then close the database.

pub(crate) mod certificates;
pub(crate) mod master;
mod metrics;
pub(crate) mod ready;
pub(crate) mod sandbox;
mod validity;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use authority::{Caller, Permission};
use clap::Args;
use console::{Console, ConsoleAddress, Refusal};
use crypto::{Random, SealKey};
use eid::Catalogue;
use messages::{LinkBase, Postman};
use model::{EidEnvironment, Environment, KeySchedule};
use ordering::{OrderDesk, OrderSettings};
use outbound::Outbound;
use provider::{Provider, Refused, RequestContext};
use registry::{Registry, RegistryAddresses};
use store::{Access, Store};
use texts::AdminMessage;
use tokio::sync::{Notify, watch};
use web::{
    App, ConsoleSite, Entrance, HostTls, HostTlsOf, OperatorSite, Site, UnreadRequest, by_host,
    console_router, op_router, operator_router, with_entrance,
};

use crate::{
    clock,
    config::{self, Config, Faults, Listen, Where},
    crowd::Exempt,
    eid_files, image_decoder,
    listener::{Door, Limits},
    manage::{account, apply},
    permits, presence,
    seal_kit::seal_kit,
    signals, telemetry, upkeep, upload_reader,
    wire::Refusing,
    worker::Workers,
};
use certificates::Certificates;
use metrics::{Metrics, Sources};
use ready::{Ready, ReadyParts};

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How often the files of certificates are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What can be said to `portvakt serve`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    at: Where,
    /// A declaration of what the installation shall be; applied before anything is answered.
    #[arg(long = "declaration-file", alias = "declare", value_name = "FILE")]
    declare: Option<PathBuf>,
}

/// Makes the installation what the file declares.
async fn declare(console: &Console, path: &Path) -> Result<(), String> {
    let caller = Caller::operator(&account());
    let (changed, notes) = apply(console, (path, &caller), clock::now()).await?;
    for note in &notes {
        tracing::warn!(note, "declared");
    }
    for difference in &changed {
        tracing::info!(difference, "declared");
    }
    tracing::info!(file = %path.display(), changes = changed.len(), "the installation is what is declared");
    Ok(())
}

/// Reads the configuration and what it names. A declaration that is not there is told with what else is wrong.
fn loaded(arguments: &ServeArguments) -> Result<(Config, SealKey), Faults> {
    let loaded = config::load_whole(&arguments.at.find()?, certificates::faults_of);
    let missing = arguments.declare.as_ref().and_then(|path| {
        let (path, detail) = (path.display(), std::fs::File::open(path).err()?);
        let (path, detail) = (path.to_string().into(), detail.to_string().into());
        Some(Faults::one(AdminMessage::PathUnusable { path, detail }))
    });
    match (loaded, missing) {
        (loaded, None) => loaded,
        (Ok(_), Some(missing)) => Err(missing),
        (Err(mut faults), Some(missing)) => {
            faults.merge(missing);
            Err(faults)
        }
    }
}

/// Runs until the system says stop.
pub(crate) async fn run(arguments: ServeArguments) -> Result<(), String> {
    let (config, master) = loaded(&arguments)?;
    telemetry::start(config.format, config.level);
    let certificates = match config.listen.certificates.as_slice() {
        [] => None,
        pairs => Some(Certificates::load(pairs)?),
    };
    let store = Store::open(config.place.clone(), config.store.clone())
        .map_err(|error| format!("{}: {error}", config.place_in_words))?;
    let entered = presence::enter(&store, Access::Shared, "serve").await;
    let presence = Arc::new(entered.map_err(|it| it.line(texts::Locale::En))?);
    let random = Random::system();
    let console = Console::new(store.clone(), master.clone(), random.clone());
    let console = Arc::new(
        console
            .with_sandbox_host(config.sandbox.clone())
            .with_images(image_decoder::decoder())
            .with_controller(config.controller.clone())
            .with_test_domains_only(config.console.as_ref().is_some_and(ConsoleAddress::is_test)),
    );
    let checked = master::check(&console, &config.master_key_source()).await;
    checked.map_err(|message| message.line(texts::Locale::En))?;
    if let Some(path) = &arguments.declare {
        declare(&console, path).await?;
    }
    let ready = ReadyParts { store: store.clone(), presence, console: Arc::clone(&console) };
    let tls = host_tls(certificates.as_ref());
    let parts = Parts { store: store.clone(), master, random, console, tls };
    let installation = Installation::open(&config, parts)?;
    let ended = answer(&config, installation, ready, certificates).await;
    store.close().await;
    ended
}

/// What an installation is opened with.
struct Parts {
    store: Store,
    master: SealKey,
    random: Random,
    console: Arc<Console>,
    tls: HostTlsOf,
}

/// What answers at the doors.
struct Installation {
    provider: Arc<Provider>,
    console: Arc<Console>,
    /// The simulators' host and site, when there is one.
    sandbox: Option<(String, Site)>,
    orders: OrderDesk,
    /// Who sends letters, where there is a mail server.
    postman: Option<Postman>,
    /// The console's pages, where it has a host.
    console_site: Option<Arc<ConsoleSite>>,
}

impl Installation {
    fn open(config: &Config, parts: Parts) -> Result<Self, String> {
        let Parts { store, master, random, console, tls } = parts;
        let outbound = Arc::new(Outbound::new(config.outbound.clone()));
        let sms = config.sms.clone().map(|it| (it, Arc::clone(&outbound)));
        let strict = Arc::new(Outbound::new(outbound::Settings::default()));
        let companies = Arc::new(Registry::new(Arc::clone(&outbound), RegistryAddresses::default()));
        let seal = config.seal.clone().map(|it| seal_kit(it.seal, it.timestamp_url, &outbound));
        let settings = OrderSettings {
            vipps_url: config.vipps_url.clone(),
            four_eyes: config.four_eyes,
            approval_level: config.approval_level,
            kept_for: YEAR.saturating_mul(config.orders_kept_for_years),
            seal,
            uploads: Some(upload_reader::reader()),
            has_sms: sms.is_some(),
            // No provider can be configured yet.
            signatures: None,
        };
        let orders = OrderDesk::new((store.clone(), master.clone(), random.clone()), companies, false);
        let mut orders = orders.with(settings);
        if let Some(host) = &config.sandbox {
            let simulated = RegistryAddresses::below(&format!("https://{host}"));
            orders = orders.with_sandbox(Arc::new(Registry::new(Arc::clone(&outbound), simulated)));
        }
        let mut catalogue =
            Catalogue::new(outbound, config.test_eids.clone(), random.clone()).with_strict(strict);
        let opened = config.sandbox.as_ref().map(|host| sandbox::open(host, &master, &random)).transpose()?;
        if let Some(opened) = &opened {
            catalogue = sandbox::lead_there(catalogue, opened);
        }
        let settings =
            provider::Settings { login_events_kept_for: config.login_events_kept_for, limits: config.limits };
        let links = config.console.as_ref().map(|it| LinkBase::new(&it.origin()));
        let has_mail = config.mail.is_some();
        let postman = (has_mail || sms.is_some()).then(|| {
            Postman::new(store.clone(), master.clone(), (config.mail.clone(), sms)).with_links(links)
        });
        let catalogue = Arc::new(catalogue);
        let provider = Provider::new(store.clone(), Arc::clone(&catalogue), master, random).with(settings);
        let provider = provider.with_order_desk(config.console.as_ref().map(ConsoleAddress::callback));
        let provider = Arc::new(provider);
        let sandbox =
            opened.map(|it| (it.host().to_owned(), sandbox::site(&it, store.clone(), Arc::clone(&provider))));
        let console_site = config.console.clone().map(|address| {
            Arc::new(ConsoleSite {
                console: Arc::new((*console).clone().with_catalogue(catalogue)),
                orders: orders.clone(),
                provider: Arc::clone(&provider),
                clock: clock::system(),
                own_eids: match address.environment {
                    Environment::Production => EidEnvironment::Production,
                    Environment::Test => EidEnvironment::Test,
                },
                address,
                has_mail,
                schedule: schedule(config),
                tls,
            })
        });
        Ok(Self { provider, console, orders, sandbox, postman, console_site })
    }
}

/// Who shows a certificate for a host, for the console's pages.
fn host_tls(certificates: Option<&Arc<Certificates>>) -> HostTlsOf {
    let certificates = certificates.map(Arc::clone);
    Arc::new(move |host| match &certificates {
        None => HostTls::Elsewhere,
        Some(all) => all.of_files(host).map_or(HostTls::Listener, HostTls::Files),
    })
}

/// How signing keys turn.
fn schedule(config: &Config) -> KeySchedule {
    KeySchedule { used_for: config.keys.used_for, published_ahead: config.keys.publish_ahead }
}

async fn app(config: &Config, provider: &Arc<Provider>) -> App {
    App {
        provider: Arc::clone(provider),
        clock: clock::system(),
        sample: None,
        controller: config.controller.clone(),
        eid_files: Arc::new(eid_files::load_and_tell(&config.eid_files).await),
    }
}

/// What is done beside the requests, and for whom.
struct Background<'a> {
    config: &'a Config,
    store: &'a Store,
    provider: Arc<Provider>,
    console: Arc<Console>,
    orders: OrderDesk,
    postman: Option<Postman>,
    looked: &'a ready::Looked,
}

impl Background<'_> {
    fn start(self, workers: &mut Workers) {
        let Self { config, store, provider, console, orders, postman, looked } = self;
        upkeep::sweep(workers, Arc::clone(&provider));
        upkeep::forget_changes(workers, store, Arc::clone(&provider));
        upkeep::probe_eids(workers, Arc::clone(&provider));
        let names_controller = config.controller.is_some();
        upkeep::look_at_domains(workers, Arc::clone(&provider), (Arc::clone(looked), names_controller));
        upkeep::write_events(workers, Arc::clone(&provider));
        upkeep::log_audit_heads(workers, Arc::clone(&console));
        upkeep::move_orders(workers, orders, Arc::clone(&console), clock::Watch::new());
        upkeep::keep_deletions(workers, Arc::clone(&console), config.deletions.clone());
        let rotation = upkeep::KeyRotation { schedule: schedule(config), every: config.keys.check_every };
        let work = upkeep::JobWork { rotation, postman };
        upkeep::do_jobs(workers, console, store.clone(), provider.random().clone(), work);
    }
}

/// Takes up the certificates that were brought to the console, and looks at all of them from now on.
async fn keep_certificates(
    workers: &mut Workers,
    (store, console): (&Store, Arc<Console>),
    certificates: Option<&Arc<Certificates>>,
) -> Result<(), String> {
    let Some(certificates) = certificates else { return Ok(()) };
    take_up_certificates(&console, certificates).await?;
    watch_certificates(workers, certificates)?;
    watch_brought_certificates(workers, (store, console), certificates);
    Ok(())
}

/// The pages of domains, and those of the console and the simulators where there are some.
fn joined(domains: Site, console: Option<Arc<ConsoleSite>>, sandbox: Option<(String, Site)>) -> Site {
    let site = match console {
        Some(console) => console_router(console, domains),
        None => domains,
    };
    match sandbox {
        Some((host, simulators)) => by_host(host, simulators, site),
        None => site,
    }
}

async fn answer(
    config: &Config,
    installation: Installation,
    ready: ReadyParts,
    certificates: Option<Arc<Certificates>>,
) -> Result<(), String> {
    let store = &ready.store;
    let Installation { provider, console, orders, sandbox, postman, console_site } = installation;
    let own_console = Arc::clone(&console);
    let ((stop, end), (stop_operator, end_operator)) = (watch::channel(false), watch::channel(false));
    let metrics = Arc::new(Metrics::new());
    let site = joined(op_router(app(config, &provider).await), console_site, sandbox);
    let unread = unread(Arc::clone(&provider));
    let site = with_entrance(site, entrance(&config.listen, Arc::clone(&metrics), Arc::clone(&unread)));
    let acceptor = certificates.as_ref().map(|it| it.acceptor()).transpose()?;
    let door = Door::at(&config.listen.addresses, site, acceptor, limits(&config.listen)).await?;
    let door = door.exempting(trusted(&config.listen)).telling(unread);
    let mut workers = Workers::new(clock::system(), end.clone());
    let looked = ready::Looked::default();
    let background = Background {
        config,
        store,
        provider: Arc::clone(&provider),
        console,
        orders,
        postman,
        looked: &looked,
    };
    background.start(&mut workers);
    let noted = Arc::clone(&provider);
    keep_certificates(&mut workers, (store, own_console), certificates.as_ref()).await?;
    let sources = Sources {
        provider,
        store: store.clone(),
        heartbeats: workers.heartbeats(),
        certificates,
        connections: Box::new(door.connections()),
        turned_away: Box::new(door.turned_away()),
        domains: Arc::clone(&looked),
    };
    let ready = Ready::new(ready, end.clone(), looked);
    let operator = operator_site(ready, metrics, sources);
    let operator = Door::at(&[config.operator], operator, None, Limits::default()).await?;
    let stop_asked = signals::stop_asked()?;
    let (public, own) = (words(&door), words(&operator));
    tracing::info!(public, operator = own, database = config.place_in_words, "ready");
    let (public, own) = (tokio::spawn(door.answer(end)), tokio::spawn(operator.answer(end_operator)));
    stop_asked.await;
    tracing::info!("stopping: no new connections, and what was begun is finished");
    let _ = stop.send(true);
    // The operator can watch until the last request is answered.
    let _ = public.await;
    workers.finish().await;
    upkeep::last_events(&noted).await;
    let _ = stop_operator.send(true);
    let _ = own.await;
    tracing::info!("stopped");
    Ok(())
}

fn words(door: &Door) -> String {
    door.addresses().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn limits(listen: &Listen) -> Limits {
    Limits {
        connections: listen.connections,
        largest_headers: listen.largest_headers,
        headers_for: listen.headers_for,
        idle_for: listen.idle_for,
        finish_in: listen.finish_in,
        ..Limits::default()
    }
}

/// Says who is a proxy whose word counts.
fn trusted(listen: &Listen) -> Exempt {
    let proxies = listen.trusted_proxies.clone();
    Arc::new(move |peer| proxies.iter().any(|net| net.contains(peer)))
}

/// Notes requests that were refused before they could be read, so that they are found by their trace.
fn unread(provider: Arc<Provider>) -> Refusing {
    Arc::new(move |it: UnreadRequest| {
        let context = RequestContext { now: clock::now(), trace: it.trace, from: it.peer };
        let host = it.host.unwrap_or_default();
        provider.note_at_the_door((&host, ""), &Refused::new(it.cause), &context);
    })
}

fn entrance(listen: &Listen, metrics: Arc<Metrics>, turned_away: Refusing) -> Entrance {
    Entrance {
        proxies_only: !listen.trusted_proxies.is_empty(),
        trusts: trusted(listen),
        largest_headers: usize::try_from(listen.largest_headers).unwrap_or(usize::MAX),
        largest_body: listen.largest_body,
        body_for: listen.body_for,
        observe: Arc::new(move |seen| metrics.observe(seen)),
        turned_away,
    }
}

fn operator_site(ready: Arc<Ready>, metrics: Arc<Metrics>, sources: Sources) -> Site {
    operator_router(OperatorSite {
        ready: Arc::new(move || Arc::clone(&ready).ask()),
        metrics: Arc::new(move || metrics.text(&sources)),
    })
}

/// Takes up the certificates of domains that were brought to the console.
async fn take_up_certificates(console: &Console, certificates: &Certificates) -> Result<(), String> {
    let words = |refusal: Refusal| refusal.to_string();
    let caller = Caller::worker("certificates");
    let permit = permits::installation(console, &caller, Permission::ReadInstallation).map_err(words)?;
    let all = console.certificates_to_serve(&permit, &certificates.known()).await.map_err(words)?;
    certificates.take_up(all);
    Ok(())
}

/// Takes up certificates of the console at once when they are announced, and every few seconds.
fn watch_brought_certificates(
    workers: &mut Workers,
    (store, console): (&Store, Arc<Console>),
    certificates: &Arc<Certificates>,
) {
    let (wake, own) = (Arc::new(Notify::new()), Arc::clone(certificates));
    let (mut announcements, mut end, woken) = (store.announcements(), workers.end(), Arc::clone(&wake));
    workers.every_and_when("brought-certificates", LOOK_EVERY, wake, move || {
        let (console, own) = (Arc::clone(&console), Arc::clone(&own));
        async move { take_up_certificates(&console, &own).await }
    });
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(it) = announcements.next() => if certificates::concerns(&it) { woken.notify_one() },
                _ = end.changed() => return,
            }
        }
    });
}

/// Looks at the files every few seconds, and at once when the system says SIGHUP.
fn watch_certificates(workers: &mut Workers, certificates: &Arc<Certificates>) -> Result<(), String> {
    let (own, at_once) = (Arc::clone(certificates), Arc::clone(certificates));
    workers.every("certificates", LOOK_EVERY, move || {
        let own = Arc::clone(&own);
        async move { tokio::task::spawn_blocking(move || own.look_again()).await.map_err(|it| it.to_string()) }
    });
    let mut asked = signals::look_again()?;
    tokio::spawn(async move {
        while asked.recv().await.is_some() {
            at_once.look_again();
        }
    });
    Ok(())
}
