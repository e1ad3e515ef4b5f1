//! A house to test in: one tenant with a test domain, its applications, and a browser.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::Write,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use authority::{Caller, Permission, Permit};
use axum::{
    Router,
    body::Body,
    http::{Request, request::Builder},
    response::{IntoResponse, Response},
};
use console::{Console, ConsoleAddress, DomainChange, NewApplication, NewDomain, NewIdentitySource, Tenant};
use crypto::{Algorithm, PublicKey, Random, SealKey, Secret, SigningKey, b64};
use eid::{Catalogue, Connector, SourceCredentials, SourceMethod, TenantSandbox, UpstreamIssuer};
use model::{
    ApplicationKind, ApplicationSettings, ClientAuthentication, DomainId, EidEnvironment, Environment,
    IssuerSettings, LoginMethod, TenantId, Timestamp,
};
use ordering::{Look, OrderDesk, OrderSettings, SignatureProvider, WentOn};
use outbound::{Allowed, Outbound, Settings};
use provider::{Limits, Provider};
use registry::{Registry, RegistryAddresses};
use sandbox::{
    Answer, Client, Decision, Kind, Outcome, People, Person, PublicSandbox, RegistrySimulator,
    SimulatedFault, Simulator,
};
use serde_json::{Value, json};
use store::{DatabaseLocation, Store, domains::Scheme};
use tower::ServiceExt;
use web::{
    App, Clock, ConsoleSite, EidFileKind, EidFiles, EidPicture, PublicSandboxSite, SandboxPeople,
    SimulatorSite, check_orders, console_router, op_router, public_sandbox_router, registry_router,
    simulator_router,
};

pub(crate) const HOST: &str = "id.shop.example";
pub(crate) const CONSOLE_HOST: &str = "console.example";
pub(crate) const ISSUER: &str = "https://id.shop.example";
pub(crate) const REDIRECT: &str = "https://shop.example/callback";
pub(crate) const START: i64 = 1_795_000_000;

/// What the synthetic person does.
pub(crate) mod with {
    use sandbox::Outcome;
    pub(crate) const APP: Outcome = Outcome::ApproveApp;
    pub(crate) const BIOMETRICS: Outcome = Outcome::ApproveBiometrics;
    pub(crate) const CANCEL: Outcome = Outcome::Cancel;
}

/// Opens a tenant for the operator, or makes it.
pub(crate) async fn a_tenant(console: &Console, name: &str, now: Timestamp) -> Tenant {
    let caller = Caller::operator("test");
    let permit = console.installation(&caller, Permission::CreateTenants).unwrap();
    console.ensure_tenant(&permit, name, now).await.unwrap()
}

/// Leave to do something, which the one who asks here has.
pub(crate) fn may(tenant: &Tenant, permission: Permission) -> Permit {
    tenant.permit(permission).unwrap()
}

pub(crate) struct TestBroker {
    pub(crate) router: Router,
    pub(crate) store: Store,
    pub(crate) console: Console,
    pub(crate) registry: Arc<RegistrySimulator>,
    /// While set, the simulated registry answers nothing but 502.
    pub(crate) registry_is_down: Arc<AtomicBool>,
    /// While set, the console's listener shows certificates; otherwise TLS ends at the operator's proxy.
    pub(crate) tls_ends_here: Arc<AtomicBool>,
    orders: OrderDesk,
    /// As under `serve`: with a sandbox, and without.
    serve_orders: [OrderDesk; 2],
    /// The one of the site, which a restart takes.
    site_orders: Arc<Mutex<OrderDesk>>,
    pub(crate) tenant: Tenant,
    pub(crate) domain: DomainId,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) bankid: Arc<Simulator>,
    pub(crate) vipps: Arc<Simulator>,
    pub(crate) secret: Secret<String>,
    pub(crate) jwt_key: SigningKey,
    pub(crate) folder: tempfile::TempDir,
    place: DatabaseLocation,
    pub(crate) fetches: Arc<AtomicI64>,
    /// While set, the simulated BankID answers nothing but 502.
    pub(crate) bankid_is_down: Arc<AtomicBool>,
    pub(crate) sandbox: Arc<PublicSandbox>,
    pub(crate) sandbox_site: Router,
    uses_public_sandbox: Arc<AtomicBool>,
    stand_ins: StandIns,
    limits: Arc<Mutex<Limits>>,
    provider: Arc<Provider>,
    wire: Wire,
    eids: Eids,
}

/// Puts the application together anew over the same store.
type Wire = Box<dyn Fn() -> (Router, Arc<Provider>)>;

/// Connectors of a test in place of those of an eID.
type StandIns = Arc<Mutex<Vec<(LoginMethod, Connector)>>>;

/// Makes the catalogue that logins use, with nothing cached.
type Eids = Arc<dyn Fn() -> Catalogue>;

#[expect(clippy::disallowed_methods, reason = "tells the tests whether there is a PostgreSQL")]
fn place(folder: &tempfile::TempDir) -> DatabaseLocation {
    let Ok(server) = std::env::var("PORTVAKT_TEST_POSTGRES") else {
        return DatabaseLocation::Sqlite(folder.path().join("portvakt.db"));
    };
    // A schema of its own is an empty database.
    let schema = format!("journey_{:032x}", u128::from_be_bytes(Random::system().bytes()));
    let made = std::process::Command::new("psql")
        .args(["-q", "-c", &format!("CREATE SCHEMA {schema}"), &server])
        .status();
    assert!(made.unwrap().success());
    DatabaseLocation::Postgres(format!("{server} options='-c search_path={schema}'"))
}

/// Everything outside that a broker calls, listening.
struct Outside {
    bankid: Arc<Simulator>,
    vipps: Arc<Simulator>,
    sandbox: Arc<PublicSandbox>,
    sandbox_site: Router,
    registry: Arc<RegistrySimulator>,
    registry_is_down: Arc<AtomicBool>,
    tls_ends_here: Arc<AtomicBool>,
    companies: RegistryAddresses,
    outbound: Arc<Outbound>,
}

async fn outside(clock: &Clock, fetches: &Arc<AtomicI64>, down: &Arc<AtomicBool>) -> Outside {
    let never = Arc::default();
    let (bankid, bankid_port) = serve((Kind::BankidNo, "bankid"), clock, fetches, down).await;
    let (vipps, vipps_port) = serve((Kind::Vipps, "vipps"), clock, fetches, &never).await;
    let (sandbox, sandbox_site, sandbox_port) = serve_public(clock).await;
    let (registry_is_down, tls_ends_here) = (Arc::default(), Arc::default());
    let (registry, registry_port) = serve_registry(&registry_is_down).await;
    let companies = RegistryAddresses::below(&format!("http://registry.localhost:{registry_port}"));
    let outbound = outbound([bankid_port, vipps_port, sandbox_port, registry_port]);
    Outside {
        bankid,
        vipps,
        sandbox,
        sandbox_site,
        registry,
        registry_is_down,
        tls_ends_here,
        companies,
        outbound,
    }
}

/// A simulated registry of companies, listening.
async fn serve_registry(down: &Arc<AtomicBool>) -> (Arc<RegistrySimulator>, u16) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let registry = Arc::new(RegistrySimulator::default().with_banks(model::banks_listed()));
    let down = Arc::clone(down);
    let router = registry_router(Arc::clone(&registry)).layer(axum::middleware::from_fn(
        move |request: Request<Body>, next: axum::middleware::Next| {
            let is_down = down.load(Ordering::SeqCst);
            async move {
                if is_down { http::StatusCode::BAD_GATEWAY.into_response() } else { next.run(request).await }
            }
        },
    ));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (registry, port)
}

async fn serve(
    (kind, name): (Kind, &str),
    clock: &Clock,
    fetches: &Arc<AtomicI64>,
    down: &Arc<AtomicBool>,
) -> (Arc<Simulator>, u16) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let base = format!("http://{name}.localhost:{port}");
    let random = Random::system();
    let simulator = Simulator::new(kind, base, None, Arc::new(People::first()), random.clone()).unwrap();
    let simulator = Arc::new(simulator);
    let site = SimulatorSite {
        simulator: Arc::clone(&simulator),
        kind,
        clock: Arc::clone(clock),
        random,
        path: String::new(),
    };
    let (counter, down) = (Arc::clone(fetches), Arc::clone(down));
    let router = simulator_router(Arc::new(site)).layer(axum::middleware::from_fn(
        move |request: Request<Body>, next: axum::middleware::Next| {
            let keys = request.uri().path().ends_with("certs") || request.uri().path().ends_with("jwks.json");
            counter.fetch_add(i64::from(keys), Ordering::SeqCst);
            let is_down = down.load(Ordering::SeqCst);
            async move {
                if is_down {
                    return http::StatusCode::BAD_GATEWAY.into_response();
                }
                next.run(request).await
            }
        },
    ));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (simulator, port)
}

/// The people that tenants added, as the database keeps them under `serve`.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<BTreeMap<TenantId, Vec<Person>>>);

#[async_trait::async_trait]
impl SandboxPeople for Shelf {
    async fn list(&self, tenant: TenantId) -> Result<Option<Vec<Person>>, String> {
        Ok(Some(self.0.lock().unwrap().get(&tenant).cloned().unwrap_or_default()))
    }

    async fn add(&self, tenant: TenantId, person: Person) -> Result<(), String> {
        self.0.lock().unwrap().entry(tenant).or_default().push(person);
        Ok(())
    }
}

/// A sandbox of all tenants, listening.
async fn serve_public(clock: &Clock) -> (Arc<PublicSandbox>, Router, u16) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (random, base) = (Random::system(), format!("http://sandbox.localhost:{port}"));
    let sandbox = PublicSandbox::new(base, SealKey::generate(&random), random.clone()).unwrap();
    let sandbox = Arc::new(sandbox);
    let site = PublicSandboxSite {
        sandbox: Arc::clone(&sandbox),
        registry: RegistrySimulator::default(),
        people: Arc::new(Shelf::default()),
        clock: Arc::clone(clock),
        random,
        limits: None,
    };
    let router = public_sandbox_router(Arc::new(site));
    let served = router.clone();
    tokio::spawn(async move { axum::serve(listener, served).await });
    (sandbox, router, port)
}

/// What a domain's sandbox sources are made of, as `cli` wires it.
fn tenant_sandbox(sandbox: Arc<PublicSandbox>) -> TenantSandbox {
    Arc::new(move |tenant, eid, origin| {
        let (kind, tenant) = (Kind::parse(eid.as_str()).unwrap(), tenant.to_string());
        let (client_id, secret) = sandbox.credentials(kind, &tenant, origin);
        let credentials = SourceCredentials {
            client_id,
            method: SourceMethod::ClientSecretBasic,
            secret: Some(secret.expose().clone()),
            private_key: None,
        };
        Some((sandbox.issuer(kind, &tenant), credentials))
    })
}

/// The catalogue of the two simulators; of the public sandbox, while `public` gives it.
fn eids(
    [bankid, vipps]: [&Arc<Simulator>; 2],
    outbound: Arc<Outbound>,
    (stand_ins, public): (StandIns, impl Fn() -> Option<Arc<PublicSandbox>> + 'static),
) -> Eids {
    let both = [(LoginMethod::NO_BANKID, bankid), (LoginMethod::NO_VIPPS, vipps)];
    let issuers = both.map(|(eid, simulator)| UpstreamIssuer {
        eid,
        environment: EidEnvironment::Sandbox,
        issuer: simulator.issuer(),
    });
    Arc::new(move || {
        let catalogue = Catalogue::new(Arc::clone(&outbound), issuers.to_vec(), Random::system());
        let stand_ins = stand_ins.lock().unwrap().clone().into_iter();
        let catalogue = stand_ins.fold(catalogue, |it, (eid, connector)| it.with_connector(eid, connector));
        match public() {
            Some(public) => catalogue.with_tenant_sandbox(tenant_sandbox(public)),
            None => catalogue,
        }
    })
}

/// Gives it while the flag is set.
fn given_while<T>(flag: &Arc<AtomicBool>, it: &Arc<T>) -> impl Fn() -> Option<Arc<T>> + use<T> {
    let (flag, it) = (Arc::clone(flag), Arc::clone(it));
    move || flag.load(Ordering::SeqCst).then(|| Arc::clone(&it))
}

/// Limits that a test can set later: what the house keeps, and what its wiring reads.
fn no_limits() -> (Arc<Mutex<Limits>>, Arc<Mutex<Limits>>) {
    let limits = Arc::new(Mutex::new(Limits::default()));
    (Arc::clone(&limits), limits)
}

fn settings(limits: &Mutex<Limits>) -> provider::Settings {
    provider::Settings { limits: *limits.lock().unwrap(), ..provider::Settings::default() }
}

fn client(client_id: &str, callback: String, key: Option<Value>, secret: Option<&str>) -> Client {
    Client {
        client_id: client_id.to_owned(),
        name: "Shop".to_owned(),
        secret: secret.map(str::to_owned),
        key,
        redirect_uris: vec![callback],
        may_have_nin: true,
    }
}

fn outbound([bankid, vipps, sandbox, registry]: [u16; 4]) -> Arc<Outbound> {
    let allow = |host: &str, port| Allowed { host: host.to_owned(), port };
    Arc::new(Outbound::new(Settings {
        allowed: vec![
            allow("bankid.localhost", bankid),
            allow("userinfo.bankid.localhost", bankid),
            allow("vipps.localhost", vipps),
            allow("sandbox.localhost", sandbox),
            allow("registry.localhost", registry),
        ],
        extra_roots: Vec::new(),
        timeout: Some(Duration::from_millis(1500)),
        certificate: None,
    }))
}

fn app(provider: &Arc<Provider>, clock: &Clock) -> App {
    App {
        provider: Arc::clone(provider),
        clock: Arc::clone(clock),
        sample: None,
        controller: None,
        eid_files: official(),
    }
}

/// Where the console answers.
pub(crate) fn console_address() -> ConsoleAddress {
    ConsoleAddress { host: CONSOLE_HOST.to_owned(), scheme: Scheme::Https, environment: Environment::Test }
}

/// An order desk that asks the simulated registry, and one as under `serve`: that registry stands for the real one there, beside
/// that of the public sandbox.
fn order_desks(
    (store, master): (&Store, &SealKey),
    outside: &Outside,
    chosen: &OrderSettings,
) -> [OrderDesk; 3] {
    let registry = |at| Arc::new(Registry::new(Arc::clone(&outside.outbound), at));
    let desk = |is_simulated| {
        let with = (store.clone(), master.clone(), Random::system());
        OrderDesk::new(with, registry(outside.companies.clone()), is_simulated).with(chosen.clone())
    };
    let public = registry(RegistryAddresses::below(outside.sandbox.base()));
    [desk(true), desk(false).with_sandbox(public), desk(false)]
}

/// The provider, which knows where logins for sandbox orders come back to.
fn for_order_desk(provider: Provider) -> Arc<Provider> {
    Arc::new(provider.with_order_desk(Some(console_address().callback())))
}

fn console_site(
    console: Console,
    orders: OrderDesk,
    provider: &Arc<Provider>,
    (clock, tls_ends_here): (&Clock, &Arc<AtomicBool>),
) -> Arc<ConsoleSite> {
    let tls_ends_here = Arc::clone(tls_ends_here);
    Arc::new(ConsoleSite {
        console: Arc::new(console),
        orders,
        provider: Arc::clone(provider),
        clock: Arc::clone(clock),
        address: console_address(),
        own_eids: EidEnvironment::Sandbox,
        has_mail: false,
        schedule: model::KeySchedule::default(),
        tls: Arc::new(move |_| match tls_ends_here.load(Ordering::SeqCst) {
            true => web::HostTls::Listener,
            false => web::HostTls::Elsewhere,
        }),
    })
}

/// A button of Vipps, which stands for an official one.
fn official() -> Arc<EidFiles> {
    let mut files = EidFiles::default();
    let nb = EidFileKind::Button(Some(texts::Locale::Nb));
    files.add(
        LoginMethod::NO_VIPPS,
        nb,
        EidPicture { png: b"\x89PNG of Vipps".to_vec(), width: 400, height: 96 },
    );
    Arc::new(files)
}

/// A clock that stands still until it is stepped.
fn four_threads() -> store::Settings {
    store::Settings { threads: 4, ..store::Settings::default() }
}

fn stepped_clock() -> (Arc<AtomicI64>, Clock) {
    let clock = Arc::new(AtomicI64::new(START));
    let reader = Arc::clone(&clock);
    (clock, Arc::new(move || Timestamp::from_seconds(reader.load(Ordering::SeqCst))))
}

impl TestBroker {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// A house whose shop has other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut ApplicationSettings)) -> Self {
        Self::with_orders(OrderSettings::default(), change).await
    }

    /// A house whose operator chose this for orders.
    pub(crate) async fn with_orders(
        chosen_for_orders: OrderSettings,
        change: impl FnOnce(&mut ApplicationSettings),
    ) -> Self {
        let (folder, (clock, read)) = (tempfile::tempdir().unwrap(), stepped_clock());
        let (fetches, bankid_is_down) = (Arc::new(AtomicI64::new(0)), Arc::default());
        let outside = outside(&read, &fetches, &bankid_is_down).await;
        let random = Random::system();
        let (place, master) = (place(&folder), SealKey::generate(&random));
        let store = Store::open(place.clone(), four_threads()).unwrap();
        let console = Console::new(store.clone(), master.clone(), random.clone());
        let tenant = a_tenant(&console, "shop", Timestamp::from_seconds(START)).await;
        let (again, (limits, chosen), stand_ins) = (store.clone(), no_limits(), StandIns::default());
        let uses_public_sandbox = Arc::new(AtomicBool::new(false));
        let public = given_while(&uses_public_sandbox, &outside.sandbox);
        let (both, tls) = ([&outside.bankid, &outside.vipps], Arc::clone(&outside.tls_ends_here));
        let eids = eids(both, Arc::clone(&outside.outbound), (Arc::clone(&stand_ins), public));
        let [orders, serve_orders @ ..] = order_desks((&store, &master), &outside, &chosen_for_orders);
        let site_orders = Arc::new(Mutex::new(orders.clone()));
        let (wired, desk, of_site) = (Arc::clone(&eids), console.clone(), Arc::clone(&site_orders));
        let wire: Wire = Box::new(move || {
            let catalogue = Arc::new(wired());
            let console = desk.clone().with_catalogue(Arc::clone(&catalogue));
            let provider = Provider::new(again.clone(), catalogue, master.clone(), random.clone());
            let provider = for_order_desk(provider.with(settings(&chosen)));
            let site = console_site(console, of_site.lock().unwrap().clone(), &provider, (&read, &tls));
            (console_router(site, op_router(app(&provider, &read))), provider)
        });
        let (router, provider) = wire();
        let mut house = Self {
            router,
            store,
            console,
            tenant,
            domain: DomainId::from_bytes([0; 16]),
            clock,
            registry: outside.registry,
            registry_is_down: outside.registry_is_down,
            tls_ends_here: outside.tls_ends_here,
            orders,
            serve_orders,
            site_orders,
            bankid: outside.bankid,
            vipps: outside.vipps,
            secret: Random::system().token(),
            jwt_key: SigningKey::generate(Algorithm::Es256).unwrap(),
            folder,
            place,
            fetches,
            bankid_is_down,
            sandbox: outside.sandbox,
            sandbox_site: outside.sandbox_site,
            uses_public_sandbox,
            stand_ins,
            limits,
            provider,
            wire,
            eids,
        };
        house.domain = house.add_domain(HOST, "test").await;
        house.add_applications(change).await;
        house
    }

    /// Whether the database is no file.
    pub(crate) const fn is_on_postgres(&self) -> bool {
        matches!(self.place, DatabaseLocation::Postgres(_))
    }

    /// Changes the database as somebody with access to it, or another version of the program, could.
    pub(crate) fn meddle(&self, sql: &str) {
        match &self.place {
            DatabaseLocation::Sqlite(path) => {
                rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
            }
            DatabaseLocation::Postgres(address) => {
                let done = std::process::Command::new("psql").args(["-q", "-c", sql, address]).status();
                assert!(done.unwrap().success());
            }
        }
    }

    /// What a restart of the process does: everything but the store is new.
    pub(crate) fn restart(&mut self) {
        (self.router, self.provider) = (self.wire)();
    }

    /// Has text messages sent, as with a gateway.
    pub(crate) fn send_text_messages(&mut self) {
        self.set_sms(true);
    }

    /// Has none sent any more.
    pub(crate) fn send_no_text_messages(&mut self) {
        self.set_sms(false);
    }

    fn set_sms(&mut self, has_sms: bool) {
        self.set_orders(OrderSettings { has_sms, ..self.orders.settings().clone() });
    }

    /// Has documents signed at a provider.
    pub(crate) fn sign_at(&mut self, provider: Arc<dyn SignatureProvider>) {
        self.set_orders(OrderSettings { signatures: Some(provider), ..self.orders.settings().clone() });
    }

    pub(crate) const fn orders(&self) -> &OrderDesk {
        &self.orders
    }

    /// From now on orders are as under `serve`: real ones, and those of the public sandbox for test domains.
    pub(crate) fn order_as_under_serve(&mut self) {
        let [with_sandbox, _] = self.serve_orders.clone();
        self.use_orders(with_sandbox);
        self.use_public_sandbox();
    }

    /// From now on there are real orders only.
    pub(crate) fn order_without_sandbox(&mut self) {
        let [_, without_sandbox] = self.serve_orders.clone();
        self.use_orders(without_sandbox);
    }

    fn use_orders(&mut self, orders: OrderDesk) {
        self.orders = orders;
        *self.site_orders.lock().unwrap() = self.orders.clone();
        self.restart();
    }

    fn set_orders(&mut self, settings: OrderSettings) {
        self.use_orders(self.orders.clone().with(settings));
    }

    /// Has orders go to this issuer, unless an operator says otherwise.
    pub(crate) async fn order_from(&self, issuer: IssuerSettings) {
        let host = Caller::operator("test");
        let permit = self.console.installation(&host, Permission::ManageIssuers).unwrap();
        let issuer = IssuerSettings { is_default: true, ..issuer };
        self.orders.save_issuer(&permit, None, issuer, self.time()).await.unwrap();
    }

    /// Does with orders what is due by time.
    pub(crate) async fn orders_go_on(&self) -> WentOn {
        let never = Timestamp::from_seconds(0);
        let (worker, now) = (Caller::worker("orders"), self.time());
        let console = self.console.clone().with_catalogue(Arc::new((self.eids)()));
        check_orders(&self.orders, &console, &worker, now).await.unwrap();
        let look = Look { logins_since: never, may_end: true, now };
        self.orders.go_on_by_itself(&worker, look).await.unwrap()
    }

    /// Sets limits, as the operator would.
    pub(crate) fn limit(&mut self, limits: Limits) {
        *self.limits.lock().unwrap() = limits;
        self.restart();
    }

    /// The eIDs, called as logins call them.
    pub(crate) fn catalogue(&self) -> Catalogue {
        (self.eids)()
    }

    /// Another node on the same store.
    pub(crate) fn other_node(&self) -> Router {
        (self.wire)().0
    }

    pub(crate) fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// Changes the shop's settings, as an administrator would while people log in.
    pub(crate) async fn change_shop(&mut self, change: impl FnOnce(&mut ApplicationSettings)) {
        let mut shop = ApplicationSettings::new(ApplicationKind::Web, vec![REDIRECT.to_owned()]);
        shop.nin_allowed = true;
        change(&mut shop);
        self.add_application(self.domain, "shop", shop).await;
        self.restart();
    }

    /// Deletes what has expired; gives how many rows went.
    pub(crate) async fn sweep(&self, context: &provider::RequestContext) -> u64 {
        self.provider.sweep(context, true).await.unwrap()
    }

    /// Lets the domain remember browsers with these eIDs.
    pub(crate) async fn remember(&mut self, eids: &[LoginMethod]) {
        self.remember_at(self.domain, eids).await;
    }

    pub(crate) async fn remember_at(&mut self, domain: DomainId, eids: &[LoginMethod]) {
        let eids = eids.to_vec();
        self.change_domain(domain, |it| it.single_sign_on = eids).await;
        self.restart();
    }

    /// Switches an eID of the house's domain off or on.
    pub(crate) async fn switch_source(&mut self, eid: LoginMethod, on: bool) {
        self.switch_seen_source(eid, on).await;
        self.restart();
    }

    /// Writes what was noted of logins, as the worker does every second.
    pub(crate) async fn write_events(&self) -> usize {
        self.provider.write_events(self.now()).await.unwrap()
    }

    pub(crate) fn call(&self) -> provider::RequestContext {
        provider::RequestContext {
            now: self.now(),
            trace: provider::TraceId::new(self.provider.random()),
            from: None,
        }
    }

    pub(crate) fn time(&self) -> Timestamp {
        self.now()
    }

    /// From now on sandbox sources lead to the sandbox of all tenants.
    pub(crate) fn use_public_sandbox(&mut self) {
        self.uses_public_sandbox.store(true, Ordering::SeqCst);
        self.restart();
    }

    /// From now on every source of an eID has this connector.
    pub(crate) fn use_connector(&mut self, eid: LoginMethod, connector: Connector) {
        self.stand_ins.lock().unwrap().push((eid, connector));
        self.restart();
    }

    /// Asks the sandbox of all tenants.
    pub(crate) async fn ask_sandbox(&self, request: Request<Body>) -> Reply {
        Reply::read(self.sandbox_site.clone().oneshot(request).await.unwrap()).await
    }

    /// Asks the eIDs in use whether they work.
    pub(crate) async fn probe(&self) {
        self.provider.probe_eids(self.now()).await;
    }

    /// Writes the settings of an identity source, as an administrator would.
    pub(crate) async fn set_source_settings(&mut self, eid: LoginMethod, settings: &str) {
        let (tenant, domain, settings) = (self.tenant.id, self.domain, settings.to_owned());
        let saved = self.store.write(move |tx| {
            let row = store::identity_sources::find(tx, tenant, domain, eid.as_str())?.unwrap();
            let row = store::identity_sources::IdentitySource { settings, ..row };
            store::identity_sources::save(tx, &row)
        });
        saved.await.unwrap();
        self.restart();
    }

    /// Switches an identity source on or off, as an administrator would, and waits until everybody sees it.
    pub(crate) async fn switch(&self, eid: LoginMethod, on: bool) {
        self.switch_seen_source(eid, on).await;
        self.step(10);
    }

    /// Switches an identity source as somebody does who has just looked at it.
    pub(crate) async fn switch_seen_source(&self, eid: LoginMethod, on: bool) {
        let reading = may(&self.tenant, Permission::ReadSettings);
        let seen = self.console.identity_source(&reading, (self.domain, eid)).await.unwrap().seen();
        let permission = if on { Permission::ManageSources } else { Permission::DisableSources };
        let permit = may(&self.tenant, permission);
        let at = (self.domain, eid, &seen);
        self.console.switch_identity_source(&permit, at, on, self.now()).await.unwrap();
    }

    /// Changes a domain as somebody does who has just looked at it.
    pub(crate) async fn change_domain(
        &self,
        domain: DomainId,
        change: impl FnOnce(&mut model::DomainSettings),
    ) {
        let reading = may(&self.tenant, Permission::ReadSettings);
        let all = self.console.domains(&reading, None).await.unwrap();
        let found = all.into_iter().find(|it| it.id == domain).unwrap();
        let mut wanted = DomainChange { name: found.name.clone(), settings: found.settings.clone() };
        change(&mut wanted.settings);
        let permit = may(&self.tenant, Permission::ManageDomains);
        self.console.change_domain(&permit, (domain, &found.seen()), &wanted, self.now()).await.unwrap();
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn step(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// One more domain of the same tenant, with both eIDs.
    pub(crate) async fn add_domain(&self, host: &str, name: &str) -> DomainId {
        self.add_domain_of(&self.tenant, host, name).await
    }

    /// A domain of whatever tenant.
    pub(crate) async fn add_domain_of(&self, tenant: &Tenant, host: &str, name: &str) -> DomainId {
        let new = NewDomain {
            host: host.to_owned(),
            scheme: Scheme::Https,
            environment: Environment::Test,
            name: name.to_owned(),
        };
        let domain = self
            .console
            .ensure_domain(&may(tenant, Permission::ManageDomains), None, &new, self.now())
            .await
            .unwrap();
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let callback = |eid: LoginMethod| format!("https://{host}/callback/{}", eid.as_str());
        // Each domain is a client of its own there, so that one more takes nothing from the first.
        let us = if host == HOST { "us" } else { host };
        self.bankid.register(client(us, callback(LoginMethod::NO_BANKID), Some(key.public_jwk()), None));
        self.vipps.register(client(us, callback(LoginMethod::NO_VIPPS), None, Some("vipps-secret")));
        let bankid = SourceCredentials {
            client_id: us.to_owned(),
            method: SourceMethod::PrivateKeyJwt,
            secret: None,
            private_key: Some(b64::encode(key.to_pkcs8().unwrap().expose())),
        };
        let vipps = SourceCredentials {
            method: SourceMethod::ClientSecretBasic,
            secret: Some("vipps-secret".to_owned()),
            private_key: None,
            ..bankid.clone()
        };
        for (eid, credentials) in [(LoginMethod::NO_BANKID, bankid), (LoginMethod::NO_VIPPS, vipps)] {
            self.set_source_of(tenant, domain, eid, credentials).await;
        }
        domain
    }

    pub(crate) async fn set_source(
        &self,
        domain: DomainId,
        eid: LoginMethod,
        credentials: SourceCredentials,
    ) {
        self.set_source_of(&self.tenant, domain, eid, credentials).await;
    }

    /// The same for another environment of the eID, at the house's domain.
    pub(crate) async fn set_source_in(
        &self,
        environment: EidEnvironment,
        eid: LoginMethod,
        credentials: SourceCredentials,
    ) {
        let (domain, domain_environment) = (self.domain, Environment::Test);
        let new = NewIdentitySource { domain, domain_environment, eid, environment, credentials };
        let permit = may(&self.tenant, Permission::ManageSources);
        self.console.save_identity_source(&permit, &new, self.now()).await.unwrap();
    }

    async fn set_source_of(
        &self,
        tenant: &Tenant,
        domain: DomainId,
        eid: LoginMethod,
        credentials: SourceCredentials,
    ) {
        let new = NewIdentitySource {
            domain,
            domain_environment: Environment::Test,
            eid,
            environment: EidEnvironment::Sandbox,
            credentials,
        };
        self.console
            .save_identity_source(&may(tenant, Permission::ManageSources), &new, self.now())
            .await
            .unwrap();
    }

    pub(crate) async fn add_application(
        &self,
        domain: DomainId,
        client_id: &str,
        settings: ApplicationSettings,
    ) {
        self.add_application_of(&self.tenant, (domain, client_id), settings).await;
    }

    pub(crate) async fn add_application_of(
        &self,
        tenant: &Tenant,
        (domain, client_id): (DomainId, &str),
        settings: ApplicationSettings,
    ) {
        let secret = (settings.authentication == ClientAuthentication::ClientSecret).then_some(&self.secret);
        let new = NewApplication {
            domain,
            environment: Environment::Test,
            client_id: client_id.to_owned(),
            name: "The <Shop> & Co".to_owned(),
            settings,
        };
        let id = self
            .console
            .save_application(&may(tenant, Permission::ManageApplications), &new, self.now())
            .await
            .unwrap();
        if let Some(secret) = secret {
            self.console
                .ensure_client_secret(&may(tenant, Permission::ManageSecrets), id, secret, self.now())
                .await
                .unwrap();
        }
    }

    async fn add_applications(&self, change: impl FnOnce(&mut ApplicationSettings)) {
        let uris = || vec![REDIRECT.to_owned()];
        let mut shop = ApplicationSettings::new(ApplicationKind::Web, uris());
        shop.post_logout_redirect_uris = vec!["https://shop.example/bye".to_owned()];
        shop.nin_allowed = true;
        change(&mut shop);
        self.add_application(self.domain, "shop", shop).await;
        let spa = ApplicationSettings::new(ApplicationKind::Browser, vec!["https://spa.example/".to_owned()]);
        self.add_application(self.domain, "spa", spa).await;
        let mut signed = ApplicationSettings::new(ApplicationKind::Web, uris());
        signed.authentication = ClientAuthentication::PrivateKeyJwt;
        signed.jwks = Some(json!({"keys": [self.jwt_key.public_jwk()]}));
        self.add_application(self.domain, "signed", signed).await;
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            house: self,
            host: HOST.to_owned(),
            cookies: BTreeMap::new(),
            language: None,
            address: None,
        }
    }

    /// A browser that comes from an address.
    pub(crate) fn browser_from(&self, address: Option<std::net::IpAddr>) -> Browser<'_> {
        Browser { address, ..self.browser() }
    }

    pub(crate) fn kari(&self) -> Person {
        self.bankid.people().all().remove(0)
    }

    /// Asks without cookies.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.send(Request::get(target).header("host", HOST).body(Body::empty()).unwrap()).await
    }

    /// The plain authorization request of the shop, with these parameters changed (`None` takes one out).
    pub(crate) fn request(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut pairs = vec![
            ("client_id", "shop"),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("acr_values", "urn:grn:authn:no:bankid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        form(&pairs)
    }

    /// A whole login of the shop with BankID; gives the code.
    pub(crate) async fn code(&self, changes: &[(&str, Option<&str>)]) -> String {
        self.browser().log_in(changes, with::APP).await.param("code")
    }

    /// Redeems a code as the shop.
    pub(crate) async fn redeem(&self, code: &str) -> Reply {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", "shop"),
            ("client_secret", self.secret.expose()),
        ])
        .await
    }

    pub(crate) async fn token(&self, pairs: &[(&str, &str)]) -> Reply {
        self.post("/oauth2/token", &form(pairs), &[]).await
    }

    pub(crate) async fn post(&self, target: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post(target)
            .header("host", HOST)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Posts what says of itself that it is this kind of content.
    pub(crate) async fn post_as(&self, target: &str, body: &str, kind: &str) -> Reply {
        let request = Request::post(target).header("host", HOST).header("content-type", kind);
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Reply {
        let request = Request::get("/oauth2/userinfo")
            .header("host", HOST)
            .header("authorization", format!("Bearer {access_token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Verifies an ID token against the published keys; gives its claims.
    pub(crate) async fn claims(&self, id_token: &str) -> Value {
        let set = self.get("/.well-known/jwks").await.json();
        let compact = crypto::parse(id_token).unwrap();
        let jwk =
            set["keys"].as_array().unwrap().iter().find(|it| it["kid"].as_str() == compact.kid()).unwrap();
        let key = PublicKey::from_jwk(jwk).unwrap();
        serde_json::from_slice(compact.verify(&key, &Algorithm::ALL).unwrap()).unwrap()
    }
}

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) async fn read(response: Response) -> Self {
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        // Where a line may end is no text.
        let body = String::from_utf8_lossy(&bytes).replace("<wbr>", "");
        Self { status, headers, body }
    }

    /// As if an answer led there.
    pub(crate) fn of_location(address: &str) -> Self {
        let headers = vec![("location".to_owned(), address.to_owned())];
        Self { status: 303, headers, body: String::new() }
    }

    /// Says whether anything on the page goes to an address with this in it.
    pub(crate) fn leads_to(&self, part: &str) -> bool {
        let attributes = ["href=\"", "action=\"", "src=\"", "content=\""];
        let ends = attributes.iter().flat_map(|it| self.body.split(it).skip(1));
        ends.filter_map(|it| it.split('"').next()).any(|address| address.contains(part))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The answer that a page which goes on by itself stands for.
    pub(crate) fn by_itself(&self) -> Self {
        let (_, rest) = self.body.split_once("url=").unwrap_or_else(|| panic!("no way on: {self:?}"));
        Self::of_location(&rest.split('"').next().unwrap().replace("&#38;", "&"))
    }

    /// How many bytes its headers have on the wire.
    pub(crate) fn header_bytes(&self) -> usize {
        self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("no Location: {} {}", self.status, self.body))
    }

    /// A parameter of the address that this answer leads to, in its query or fragment.
    pub(crate) fn find_param(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once(['?', '#'])?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, it)| it.into_owned())
    }

    pub(crate) fn param(&self, name: &str) -> String {
        self.find_param(name).unwrap_or_else(|| panic!("no {name} in {}", self.location()))
    }

    /// `error` of a redirect or of a JSON body.
    pub(crate) fn error(&self) -> String {
        match self.header("location") {
            Some(_) => self.param("error"),
            None => self.json()["error"].as_str().unwrap().to_owned(),
        }
    }

    /// Which trouble a page shows.
    pub(crate) fn trouble(&self) -> &str {
        let (_, rest) =
            self.body.split_once("data-cause=\"").unwrap_or_else(|| panic!("no trouble: {self:?}"));
        rest.split_once('"').unwrap().0
    }
}

/// Names with values.
pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// A browser with cookies.
#[derive(Clone)]
pub(crate) struct Browser<'a> {
    pub(crate) house: &'a TestBroker,
    pub(crate) host: String,
    pub(crate) cookies: BTreeMap<String, String>,
    /// `Accept-Language`; nothing means bokmål.
    pub(crate) language: Option<&'static str>,
    /// Where it comes from; nothing means nowhere, and nothing is counted.
    pub(crate) address: Option<std::net::IpAddr>,
}

impl Browser<'_> {
    fn keep(&mut self, reply: &Reply) {
        for line in reply.all("set-cookie") {
            let (name, rest) = line.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn send(&mut self, request: Builder, body: String) -> Reply {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header("host", self.host.clone());
        if let Some(language) = self.language {
            request = request.header("accept-language", language);
        }
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(address) = self.address {
            request = request.extension(web::ClientAddress(address));
        }
        let reply = self.house.send(request.body(Body::from(body)).unwrap()).await;
        self.keep(&reply);
        reply
    }

    pub(crate) async fn get(&mut self, target: &str) -> Reply {
        let path = target.strip_prefix(&format!("https://{}", self.host)).unwrap_or(target).to_owned();
        self.send(Request::get(path), String::new()).await
    }

    pub(crate) async fn post(&mut self, target: &str, body: &str, origin: Option<&str>) -> Reply {
        let mut request = Request::post(target).header("content-type", "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        self.send(request, body.to_owned()).await
    }

    /// Sends a form with files: names with values, and names with contents.
    pub(crate) async fn upload(
        &mut self,
        target: &str,
        (fields, files): (Pairs<'_>, Pairs<'_>),
        origin: Option<&str>,
    ) -> Reply {
        let part = |head: String, value: &str| {
            format!("--edge\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let fields = fields.iter().map(|(name, value)| part(format!("name=\"{name}\""), value));
        let file = |name: &str| format!("name=\"{name}\"; filename=\"{name}.bin\"");
        let files = files.iter().map(|(name, content)| part(file(name), content));
        let body = fields.chain(files).collect::<String>() + "--edge--\r\n";
        let mut request = Request::post(target).header("content-type", "multipart/form-data; boundary=edge");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        self.send(request, body).await
    }

    pub(crate) async fn authorize(&mut self, changes: &[(&str, Option<&str>)]) -> Reply {
        let query = self.house.request(changes);
        self.get(&format!("/oauth2/authorize?{query}")).await
    }

    /// What the person does at the simulated eID that `leave` leads to; gives the way back.
    pub(crate) fn at_the_eid(
        &self,
        leave: &Reply,
        outcome: Outcome,
        fault: Option<SimulatedFault>,
    ) -> String {
        let (address, query) = leave.location().split_once('?').unwrap();
        let house = self.house;
        let simulator = if address.contains("vipps") { &house.vipps } else { &house.bankid };
        let now = house.clock.load(Ordering::SeqCst);
        match simulator.decide(query, &house.kari().id, Decision { outcome, fault }, now) {
            Answer::Redirect(location) => location,
            other => panic!("{other:?}"),
        }
    }

    /// From the authorization request to the answer, with one eID.
    pub(crate) async fn log_in(&mut self, changes: &[(&str, Option<&str>)], outcome: Outcome) -> Reply {
        self.log_in_with(changes, outcome, None).await
    }

    pub(crate) async fn log_in_with(
        &mut self,
        changes: &[(&str, Option<&str>)],
        outcome: Outcome,
        fault: Option<SimulatedFault>,
    ) -> Reply {
        let leave = self.authorize(changes).await;
        let back = self.at_the_eid(&leave, outcome, fault);
        self.get(&back).await
    }

    /// Follows our own redirects until a page or somebody else's address.
    pub(crate) async fn follow(&mut self, mut reply: Reply) -> Reply {
        while reply.status == 303 && reply.location().starts_with('/') {
            let target = reply.location().to_owned();
            reply = self.get(&target).await;
        }
        reply
    }
}

/// Registers a client at a simulated eID, with a secret or a key.
pub(crate) fn register(at: &Simulator, client_id: &str, callback: &str, by: Result<&str, Value>) {
    let (secret, key) = by.map_or_else(|key| (None, Some(key)), |secret| (Some(secret), None));
    at.register(client(client_id, callback.to_owned(), key, secret));
}

/// Signs a client assertion as the application `signed`.
pub(crate) fn assertion(house: &TestBroker, changes: Value) -> String {
    let now = house.clock.load(Ordering::SeqCst);
    let mut claims =
        json!({"iss": "signed", "sub": "signed", "aud": ISSUER, "jti": "j-1", "iat": now, "exp": now + 60});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    crypto::sign(&house.jwt_key, "JWT", claims.to_string().as_bytes()).unwrap()
}

/// The parameters of a token request by the application `signed`.
pub(crate) fn signed<'a>(code: &'a str, assertion: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ]
}

thread_local! {
    /// What has been logged on this thread; a test runs on one.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Keeps what is logged from now on.
pub(crate) fn keep_log() {
    // One for the whole process: a scoped one would race with tests that log on other threads.
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
        tracing::subscriber::set_global_default(subscriber.with_writer(|| Log).finish()).unwrap();
    });
}

/// What has been logged in this test.
pub(crate) fn logged() -> String {
    LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap())
}
