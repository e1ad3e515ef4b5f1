//! `portvakt dev`: everything on one machine, without configuration, network or another process.

mod demo;
mod folder;
mod own_console;
mod report;
mod seed;
mod signing;
mod tls;
mod world;

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use console::{Console, ConsoleAddress};
use crypto::Random;
use eid::{Catalogue, UpstreamIssuer};
use messages::{LinkBase, Mailbox, Postman};
use model::{EidEnvironment, KeySchedule, LoginMethod};
use ordering::{OrderDesk, OrderSettings, SealKit};
use outbound::{Outbound, Settings as OutboundSettings};
use provider::Provider;
use registry::{Registry, RegistryAddresses};
use sandbox::Kind;
use store::{Access, DatabaseLocation, Presence, Store};
use texts::Locale;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use web::{
    App, ConsoleSite, HostTls, SimulatedProvider, Site, by_host, console_router, op_router, signature_router,
};

use crate::{
    clock,
    config::{Format, Level},
    eid_files, image_decoder,
    listener::Door,
    presence, signals, telemetry, upkeep, upload_reader,
    worker::Workers,
};
use demo::Addresses;
pub(crate) use folder::Folder;
use world::World;

/// What can be said to `portvakt dev`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DevArguments {
    /// The first of four ports: issuer, sample application, simulated BankID, simulated Vipps and registry.
    #[arg(long, default_value_t = 8800, value_parser = clap::value_parser!(u16).range(1024..65_530))]
    port: u16,
    /// Where everything is kept; a second start goes on with it.
    #[arg(long, value_name = "DIR", default_value = ".portvakt")]
    data_dir: PathBuf,
    /// Starts over: forgets what the data directory has.
    #[arg(long)]
    reset: bool,
    /// Serves over TLS with an authority of its own, and adds a production domain.
    #[arg(long)]
    https: bool,
    /// Has two operators agree on what cannot be taken back of an order, as `serve` does unless it is told otherwise.
    #[arg(long)]
    four_eyes: bool,
    /// Prints one JSON object instead of the table.
    #[arg(long)]
    json: bool,
    /// Registers one more callback URL at the simulated eIDs, for the client `demo-credentials`; can be repeated. Another
    /// installation can then be given these credentials.
    #[arg(long, value_name = "URL")]
    eid_callback: Vec<String>,
    #[command(flatten)]
    more: seed::More,
}

/// Opens the data directory for this process alone, before anything in it is reset or written: two that share one would
/// destroy each other's data.
fn open_folder(arguments: &DevArguments) -> Result<(Folder, Presence), String> {
    Folder::make(&arguments.data_dir)?;
    let alone = presence::enter_development(&arguments.data_dir).map_err(|it| it.line(Locale::En))?;
    let folder = Folder::open(&arguments.data_dir, arguments.reset)?;
    folder.check()?;
    Ok((folder, alone))
}

async fn open_store(folder: &Folder) -> Result<(Store, Presence), String> {
    let store = Store::open(DatabaseLocation::Sqlite(folder.database()), store::Settings::default())
        .map_err(|error| format!("{}: {error}", folder.database().display()))?;
    let presence = presence::enter(&store, Access::Shared, "dev").await.map_err(|it| it.line(Locale::En))?;
    Ok((store, presence))
}

/// What an installation is put into.
struct Surroundings<'a> {
    addresses: &'a Addresses,
    world: &'a World,
    outbound: Arc<Outbound>,
    random: &'a Random,
    /// Whether two operators have to agree.
    four_eyes: bool,
}

/// What `serve` has too.
struct Installation {
    console: Arc<Console>,
    /// A link that sets the console up, while it has no operator.
    setup: Option<String>,
    provider: Arc<Provider>,
    postman: Postman,
    mailbox: Mailbox,
    /// Who signs documents.
    signer: Arc<SimulatedProvider>,
    /// The domains, the console's own included.
    domains: Site,
    orders: OrderDesk,
}

impl Installation {
    async fn make(store: &Store, folder: &Folder, surroundings: Surroundings<'_>) -> Result<Self, String> {
        let Surroundings { addresses, world, outbound, random, four_eyes } = surroundings;
        let companies = RegistryAddresses::below(&addresses.registry());
        let companies = Arc::new(Registry::new(Arc::clone(&outbound), companies));
        let catalogue = Arc::new(Catalogue::new(outbound, issuers(world), random.clone()));
        let master = folder.master_key(random)?;
        let orders = OrderDesk::new((store.clone(), master.clone(), random.clone()), companies, true);
        let seal = Some(SealKit { seal: tls::seal(folder)?, timestamps: None });
        let signer = signing::provider(addresses.signing(), random)?;
        let orders = orders.with(OrderSettings {
            seal,
            signatures: Some(Arc::<SimulatedProvider>::clone(&signer)),
            uploads: Some(upload_reader::reader()),
            has_sms: true,
            four_eyes,
            ..OrderSettings::default()
        });
        let console = Console::new(store.clone(), master.clone(), random.clone())
            .with_images(image_decoder::decoder())
            .with_controller(Some(seed::controller()))
            .with_signature_provider()
            .with_catalogue(Arc::clone(&catalogue));
        let console = Arc::new(console);
        let setup = own_console::seed(&console, addresses, world).await?;
        let mailbox = Mailbox::default();
        let links = LinkBase::new(&addresses.console());
        let postman = Postman::to_mailbox(store.clone(), master.clone(), mailbox.clone());
        let postman = postman.with_links(Some(links));
        let provider = Arc::new(Provider::new(store.clone(), catalogue, master, random.clone()));
        let console_site = Arc::new(ConsoleSite {
            console: Arc::clone(&console),
            orders: orders.clone(),
            provider: Arc::clone(&provider),
            clock: clock::system(),
            address: own_console::address(addresses),
            own_eids: EidEnvironment::Sandbox,
            has_mail: true,
            schedule: KeySchedule::default(),
            tls: Arc::new(|_| HostTls::Elsewhere),
        });
        let app = App {
            provider: Arc::clone(&provider),
            clock: clock::system(),
            sample: Some(addresses.sample()),
            controller: None,
            eid_files: Arc::new(eid_files::load_and_tell(&folder.file("eid-assets")).await),
        };
        let domains = console_router(console_site, op_router(app));
        Ok(Self { console, setup, provider, postman, mailbox, signer, domains, orders })
    }
}

/// Runs until the terminal or the system says stop.
pub(crate) async fn run(arguments: DevArguments) -> Result<(), String> {
    telemetry::start(Format::Text, Level::Warn);
    let addresses =
        Addresses { scheme: if arguments.https { "https" } else { "http" }, port: arguments.port };
    let (folder, _alone) = open_folder(&arguments)?;
    let random = Random::system();
    let tls = if arguments.https { Some(tls::acceptor(&folder)?) } else { None };
    let extra_roots = tls.iter().map(|it| it.authority.clone()).collect();
    let outbound = Arc::new(Outbound::new(OutboundSettings {
        allowed: addresses.allowed(),
        extra_roots,
        ..OutboundSettings::default()
    }));
    let (store, _presence) = open_store(&folder).await?;
    folder.write("addresses", addresses.to_text().as_bytes())?;
    let world = World::make(&folder, &addresses, &random)?;
    world.register_callbacks(&addresses, &arguments.eid_callback);
    let wish = seed::Wish { addresses: &addresses, world: &world, random: &random, more: &arguments.more };
    let seeded = seed::seed(&store, &folder, wish).await?;
    let Installation { console, setup, provider, postman, mailbox, signer, domains, orders } =
        Installation::make(
            &store,
            &folder,
            Surroundings {
                addresses: &addresses,
                world: &world,
                outbound: Arc::clone(&outbound),
                random: &random,
                four_eyes: arguments.four_eyes,
            },
        )
        .await?;
    let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
    let sites = [
        domains,
        beside(&addresses, (mailbox, &signer), world::sample_site(&addresses, &seeded, outbound, random)),
        world.bankid_site(),
        by_host(addresses.registry_host(), World::registry_site(), world.vipps_site()),
    ];
    let doors = open_doors(addresses.port, sites, acceptor.as_ref()).await?;
    let (stop, end) = watch::channel(false);
    let answering: Vec<_> = doors.into_iter().map(|door| tokio::spawn(door.answer(end.clone()))).collect();
    let mut workers = work(end, &store, (&provider, postman), Arc::clone(&console));
    upkeep::move_orders(&mut workers, orders, console, clock::Watch::trusting());
    // From here on a stop is heard, also one that comes before the report is read.
    let stop_asked = signals::stop_asked()?;
    let report = report::Report::new(&addresses, &seeded, &world, &folder);
    report::print(&report.with_setup(setup), arguments.json);
    stop_asked.await;
    let _ = stop.send(true);
    for task in answering {
        // A task that panicked has logged why; there is nothing left to finish in it.
        let _ = task.await;
    }
    workers.finish().await;
    upkeep::last_events(&provider).await;
    store.close().await;
    Ok(())
}

/// The sample application, with what else answers at its port: the mailbox, and the provider of signatures.
fn beside(addresses: &Addresses, (mailbox, signer): (Mailbox, &SimulatedProvider), sample: Site) -> Site {
    let signing = signature_router(Arc::clone(&signer.simulator));
    let others = by_host(addresses.signing_host(), signing, sample);
    by_host(addresses.mailbox_host(), world::mailbox_site(mailbox), others)
}

/// Opens a door for each site, at one port after the other.
async fn open_doors(
    first: u16,
    sites: [Site; 4],
    acceptor: Option<&TlsAcceptor>,
) -> Result<Vec<Door>, String> {
    let mut doors = Vec::new();
    for (port, site) in (first..).zip(sites) {
        doors.push(Door::open(port, site, acceptor.cloned()).await?);
    }
    Ok(doors)
}

/// Starts what is done beside answering.
fn work(
    end: watch::Receiver<bool>,
    store: &Store,
    (provider, postman): (&Arc<Provider>, Postman),
    console: Arc<Console>,
) -> Workers {
    let mut workers = Workers::new(clock::system(), end);
    upkeep::sweep(&mut workers, Arc::clone(provider));
    upkeep::forget_changes(&workers, store, Arc::clone(provider));
    upkeep::probe_eids(&mut workers, Arc::clone(provider));
    upkeep::write_events(&mut workers, Arc::clone(provider));
    let rotation = upkeep::KeyRotation { schedule: KeySchedule::default(), every: Duration::from_secs(60) };
    let work = upkeep::JobWork { rotation, postman: Some(postman) };
    upkeep::do_jobs(&mut workers, console, store.clone(), provider.random().clone(), work);
    workers
}

/// Where the console answers, as the last start in this directory had it.
pub(crate) fn console_address(folder: &Folder) -> Result<Option<ConsoleAddress>, String> {
    let kept = folder.read("addresses")?;
    let kept = kept.and_then(|it| Addresses::parse(&String::from_utf8_lossy(it.expose())));
    Ok(kept.as_ref().map(own_console::address))
}

/// The eIDs as the last start of `portvakt dev` in this directory had them; without simulators where it never ran.
pub(crate) fn catalogue(folder: &Folder, random: &Random) -> Result<Catalogue, String> {
    let kept = folder.read("addresses")?;
    let kept = kept.and_then(|it| Addresses::parse(&String::from_utf8_lossy(it.expose())));
    let allowed = kept.as_ref().map(Addresses::allowed).unwrap_or_default();
    let extra_roots = folder.read("authority.pem")?.map(|it| it.expose().clone()).into_iter().collect();
    let outbound = Outbound::new(OutboundSettings { allowed, extra_roots, ..OutboundSettings::default() });
    let issuers = match kept {
        Some(addresses) => {
            issuers_of(Kind::BankidNo.issuer(&addresses.bankid()), Kind::Vipps.issuer(&addresses.vipps()))
        }
        None => Vec::new(),
    };
    Ok(Catalogue::new(Arc::new(outbound), issuers, random.clone()))
}

/// The simulators stand in for the real eIDs, in every environment that development has.
fn issuers(world: &World) -> Vec<UpstreamIssuer> {
    issuers_of(world.bankid.issuer(), world.vipps.issuer())
}

fn issuers_of(bankid: String, vipps: String) -> Vec<UpstreamIssuer> {
    let both = [(LoginMethod::NO_BANKID, bankid), (LoginMethod::NO_VIPPS, vipps)];
    let environments = [EidEnvironment::Sandbox, EidEnvironment::Production];
    both.into_iter()
        .flat_map(|(eid, issuer)| {
            environments.map(|environment| UpstreamIssuer { eid, environment, issuer: issuer.clone() })
        })
        .collect()
}
