//! `portvakt doctor`: looks for everything that could keep an installation from working. It changes nothing.

mod files;
mod finding;
mod machine;
mod public_address;

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    io::Write,
    path::Path,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use crypto::{Random, SealKey};
use eid::{Catalogue, EidError};
use model::{
    ClockJump, DomainId, DomainSettings, EidEnvironment, Environment, LoginMethod, TenantId, Timestamp,
    name_key,
};
use outbound::{Outbound, OutboundError, Request};
use provider::Provider;
use sandbox::{Kind, PublicSandbox};
use store::{
    DatabaseLocation, Store, StoreError,
    bin::{self, Binned},
    counted_events::{self, CountedEvents},
    domains,
    domains::{Domain, Scheme},
    identity_sources::{self, IdentitySource},
    installation,
    jobs::{self, Job},
    tenants,
};
use texts::{AdminMessage, Advice, Cause, DoctorTopic, Noun, Outcome};

use crate::{
    clock,
    config::{self, Config, Sketch, Where},
    deletions, eid_files,
    serve::master,
};
use finding::{Finding, Verdict};

/// How long a flood is told.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a jump of a clock is told.
const A_WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How many tenants, and domains of each, are looked at.
const MOST: u32 = 1_000;

/// What can be said to `portvakt doctor`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    at: Where,
    /// Prints a JSON array instead of the table.
    #[arg(long)]
    json: bool,
}

/// Looks, prints what was found, and fails when something does not work.
pub(crate) async fn run(arguments: DoctorArguments) -> Result<(), String> {
    let findings = match arguments.at.find() {
        Ok(path) => match config::load_sketch(&path) {
            Ok(sketch) => look(&path, &sketch, (&arguments.at.options(), clock::now())).await,
            Err(faults) => {
                let mut findings = Finding::faults(&DoctorTopic::Configuration, &faults);
                findings.extend(files::look_at_configuration(&path));
                findings
            }
        },
        Err(faults) => Finding::faults(&DoctorTopic::Configuration, &faults),
    };
    let text =
        if arguments.json { format!("{}\n", finding::list(&findings)) } else { finding::table(&findings) };
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    match findings.iter().filter(|it| it.verdict == Verdict::Trouble).count() {
        0 => Ok(()),
        1 => Err("one thing does not work; the line says what to do".to_owned()),
        some => Err(format!("{some} things do not work; each line says what to do")),
    }
}

/// Looks at everything but what depends on a section of the configuration that cannot be read.
/// `options`: what commands that are printed say to reach this installation.
async fn look(path: &Path, sketch: &Sketch, (options, now): (&str, Timestamp)) -> Vec<Finding> {
    let config = &sketch.config;
    let mut findings = Finding::faults(&DoctorTopic::Configuration, &sketch.faults);
    if findings.is_empty() {
        findings.push(Finding::fine(&DoctorTopic::Configuration, &Outcome::DoctorConfigurationFine));
    }
    let has_key = sketch.has_read(&["master_key"]);
    let master = if has_key { master_key(config, &mut findings) } else { None };
    findings.extend(files::look(path, config));
    let has_database = sketch.has_read(&["database"]);
    let kept = if has_database {
        database(config, master, &mut findings, (options, now)).await
    } else {
        Kept::default()
    };
    findings.extend(machine(sketch, &kept, now).await);
    findings.push(plausible(&kept, now));
    findings.extend(flood(&kept));
    findings.extend(stuck(&kept));
    findings.extend(if has_database { list_of_deletions(config) } else { None });
    findings.extend(kept.binned.iter().cloned());
    findings.extend(kept.disabled.iter().map(|it| Finding::warning(&DoctorTopic::Disabled, it.clone())));
    if sketch.has_read(&["statements"]) && config.controller.is_none() {
        findings.extend(kept.domains.iter().filter(|it| is_without_controller(it)).map(|it| {
            let message = AdminMessage::DoctorControllerMissing { host: it.host.as_str().into() };
            Finding::warning(&DoctorTopic::Statements, message)
        }));
    }
    findings.extend(kept.alike.iter().map(|it| Finding::warning(&DoctorTopic::Names, it.clone())));
    findings.extend(calls(sketch, &kept).await);
    findings
}

/// What the machine has for us.
async fn machine(sketch: &Sketch, kept: &Kept, now: Timestamp) -> Vec<Finding> {
    let (config, mut findings) = (&sketch.config, Vec::new());
    let https: Vec<String> = kept.https().chain(config.sandbox.clone()).collect();
    if sketch.has_read(&["listen"]) {
        findings.extend(machine::certificates(config, &https, now));
    }
    if sketch.has_read(&["listen", "operator"]) {
        findings.extend(machine::addresses(config).await);
    }
    let (_, faults) = eid_files::load(&config.eid_files).await;
    findings.extend(faults.into_iter().map(|it| Finding::warning(&DoctorTopic::EidFiles, it)));
    match &config.place {
        DatabaseLocation::Sqlite(path) if sketch.has_read(&["database"]) => {
            findings.extend(machine::disk(path));
        }
        _ => {}
    }
    findings
}

/// What is found by asking others: names, our own addresses, eIDs, the mail server, the SMS gateway.
async fn calls(sketch: &Sketch, kept: &Kept) -> Vec<Finding> {
    let (config, mut findings) = (&sketch.config, Vec::new());
    let calls = Outbound::new(config.outbound.clone());
    let may_call = sketch.has_read(&["outbound"]);
    for domain in &kept.domains {
        findings.push(
            machine::name(&DoctorTopic::Domain { host: domain.host.clone().into() }, &domain.host).await,
        );
        if may_call {
            findings.push(public_address::ask(&calls, domain).await);
        }
    }
    if let Some(host) = &config.sandbox {
        findings.push(sandbox(host, kept).await);
    }
    if sketch.has_read(&["outbound", "sandbox", "test_eids"]) {
        findings.extend(eids(config, kept).await);
    }
    findings.extend(mail(config).await);
    if may_call {
        findings.extend(sms(config, &calls).await);
    }
    findings
}

fn master_key(config: &Config, findings: &mut Vec<Finding>) -> Option<SealKey> {
    match config.master_key() {
        Ok(key) => {
            let source = config.master_key_source().into();
            findings.push(Finding::fine(&DoctorTopic::MasterKey, &Outcome::DoctorMasterKeyFine { source }));
            Some(key)
        }
        Err(faults) => {
            findings.extend(Finding::faults(&DoctorTopic::MasterKey, &faults));
            None
        }
    }
}

/// Connects to the mail server and authenticates, without sending anything.
async fn mail(config: &Config) -> Option<Finding> {
    let smtp = config.mail.as_ref()?;
    Some(match smtp.check().await {
        Ok(()) => {
            let host = format!("{}:{}", smtp.host, smtp.port).into();
            Finding::fine(&DoctorTopic::Mail, &Outcome::DoctorMailFine { host })
        }
        Err(error) => {
            let detail = format!("{}:{}: {error}", smtp.host, smtp.port).into();
            Finding::trouble(&DoctorTopic::Mail, AdminMessage::MailServerUnusable { detail })
        }
    })
}

/// Asks the host of the SMS gateway for its first page, which sends nothing.
async fn sms(config: &Config, calls: &Outbound) -> Option<Finding> {
    let gateway = config.sms.as_ref()?;
    Some(match gateway.check(calls).await {
        Ok(()) => {
            let address = gateway.address().into();
            Finding::fine(&DoctorTopic::Sms, &Outcome::DoctorSmsFine { address })
        }
        Err(detail) => {
            Finding::trouble(&DoctorTopic::Sms, AdminMessage::SmsGatewayUnusable { detail: detail.into() })
        }
    })
}

/// What the database has that the other checks need.
#[derive(Default)]
struct Kept {
    domains: Vec<Domain>,
    eids: BTreeSet<(&'static str, &'static str)>,
    /// A tenant that uses the sandbox.
    sandbox: Option<TenantId>,
    newest: Option<Timestamp>,
    /// How many events of logins were counted and not kept one by one in the last day, and of which cause most.
    counted: Option<(u64, String)>,
    /// The last jump of a node's clock.
    jump: Option<ClockJump>,
    /// Jobs that were given up, the first given up first.
    stuck: Vec<Job>,
    /// What is in the bin.
    binned: Vec<Finding>,
    /// Tenants and domains where nobody can log in.
    disabled: Vec<AdminMessage>,
    /// Each pair of names that would be refused today.
    alike: Vec<AdminMessage>,
}

impl Kept {
    fn https(&self) -> impl Iterator<Item = String> + '_ {
        self.domains.iter().filter(|it| it.scheme == Scheme::Https).map(|it| it.host.clone())
    }
}

async fn database(
    config: &Config,
    master: Option<SealKey>,
    findings: &mut Vec<Finding>,
    (options, now): (&str, Timestamp),
) -> Kept {
    if let DatabaseLocation::Sqlite(path) = &config.place
        && !path.exists()
    {
        let path = path.display().to_string().into();
        findings.push(Finding::warning(&DoctorTopic::Database, AdminMessage::DoctorDatabaseMissing { path }));
        return Kept::default();
    }
    // Looking must not migrate: another version may be running.
    let settings = store::Settings { migrate: false, ..config.store.clone() };
    let store = match Store::open(config.place.clone(), settings) {
        Ok(store) => store,
        Err(error) => {
            let place = config.place_in_words.as_str().into();
            let detail = error.to_string().into();
            findings.push(Finding::trouble(
                &DoctorTopic::Database,
                AdminMessage::DoctorDatabaseUnusable { place, detail },
            ));
            return Kept::default();
        }
    };
    let place = config.place_in_words.as_str().into();
    findings.push(Finding::fine(&DoctorTopic::Database, &Outcome::DoctorDatabaseFine { place }));
    if let Some(master) = master {
        match master::look(&store, master.clone(), &config.master_key_source()).await {
            Ok(()) => findings.extend(unusable(&store, master).await),
            Err(why) => findings.push(Finding::trouble(&DoctorTopic::MasterKey, why)),
        }
    }
    let options = options.to_owned();
    let kept = store.read(move |tx| keep(tx, (&options, now))).await.unwrap_or_else(|error: StoreError| {
        let detail = error.to_string().into();
        findings
            .push(Finding::trouble(&DoctorTopic::Database, AdminMessage::DoctorRowsUnreadable { detail }));
        Kept::default()
    });
    store.close().await;
    kept
}

/// The domains whose keys do not open, so that they cannot answer.
async fn unusable(store: &Store, master: SealKey) -> Vec<Finding> {
    let outbound = Arc::new(Outbound::new(outbound::Settings::default()));
    let catalogue = Arc::new(Catalogue::new(outbound, Vec::new(), Random::system()));
    let provider = Provider::new(store.clone(), catalogue, master, Random::system());
    match provider.look_at_domains().await {
        Ok(seen) => {
            let told = |(host, why): (String, String)| {
                let message = AdminMessage::DoctorDomainUnusable { detail: why.into() };
                Finding::trouble(&DoctorTopic::Domain { host: host.into() }, message)
            };
            seen.unusable.into_iter().map(told).collect()
        }
        Err(refusal) => {
            let detail = format!("{refusal:?}").into();
            vec![Finding::trouble(&DoctorTopic::Database, AdminMessage::DoctorRowsUnreadable { detail })]
        }
    }
}

fn keep(tx: &mut store::ReadTx<'_>, (options, now): (&str, Timestamp)) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    let jump = installation::find(tx, installation::CLOCK_JUMP)?;
    kept.jump = jump.and_then(|it| serde_json::from_slice(&it).ok());
    kept.stuck = jobs::list_stuck(tx, Timestamp::from_micros(0), MOST)?;
    let counted = counted_events::list_since(tx, now.before(A_DAY))?;
    let most = counted.iter().max_by_key(|it| it.events);
    let words =
        |it: &CountedEvents| if it.cause.is_empty() { it.kind.as_str() } else { &it.cause }.to_owned();
    kept.counted = most.map(|most| (counted.iter().map(|it| u64::from(it.events)).sum(), words(most)));
    let all = tenants::list(tx, None, MOST)?;
    kept.alike.extend(pairs(&all, |it| &it.name).into_iter().map(|(first, second)| {
        let (first, second) = (first.name.as_str().into(), second.name.as_str().into());
        AdminMessage::DoctorTenantsAlike { first, second }
    }));
    for kind in bin::Kind::EVERY {
        for binned in bin::list(tx, kind, MOST)? {
            let finding = in_bin(tx, &binned, options)?;
            kept.binned.push(finding);
        }
    }
    for tenant in all {
        if let Some(since) = tenant.disabled_at {
            let command = format!("portvakt tenants enable {:?}{options}", tenant.name);
            kept.disabled.push(disabled(Noun::Tenant, &tenant.name, since, command));
        }
        kept.newest = kept.newest.max(Some(tenant.created_at));
        let all = domains::list(tx, tenant.id, None, MOST)?;
        kept.alike.extend(pairs(&all, |it| &it.name).into_iter().map(domains_alike));
        for domain in all {
            if let Some(since) = domain.disabled_at {
                let command = format!("portvakt domains enable {}{options}", domain.host);
                kept.disabled.push(disabled(Noun::Domain, &domain.host, since, command));
            }
            let sources = identity_sources::list(tx, tenant.id, domain.id)?;
            let enabled = sources.iter().filter(|it| it.disabled_at.is_none());
            let eids = enabled
                .filter_map(|it| Some((LoginMethod::parse(&it.eid)?.as_str(), it.environment.as_str())));
            kept.eids.extend(eids);
            let simulated = |it: &IdentitySource| it.environment == EidEnvironment::Sandbox;
            if sources.iter().any(|it| it.disabled_at.is_none() && simulated(it)) {
                kept.sandbox = Some(tenant.id);
            }
            kept.domains.push(domain);
        }
    }
    Ok(kept)
}

fn is_without_controller(domain: &Domain) -> bool {
    let settings = DomainSettings::parse(&domain.settings);
    domain.environment == Environment::Production && settings.is_ok_and(|it| it.controller().is_none())
}

/// Without the list, a restored backup brings back what was deleted since.
fn list_of_deletions(config: &Config) -> Option<Finding> {
    match &config.deletions {
        None => Some(Finding::warning(&DoctorTopic::Deletions, AdminMessage::DoctorDeletionsNowhere)),
        Some(path) => deletions::read(path).err().map(|why| Finding::trouble(&DoctorTopic::Deletions, why)),
    }
}

/// Something in the bin is no trouble, but somebody may have forgotten it.
fn in_bin(tx: &mut store::ReadTx<'_>, binned: &Binned, options: &str) -> Result<Finding, StoreError> {
    let (kind, name) = (binned.kind.as_str(), binned.name.clone());
    let host = match DomainId::parse(&binned.second) {
        Ok(domain) if binned.kind == bin::Kind::Application => {
            let of_tenant = domains::list_with_bin(tx, binned.tenant_id, None, MOST)?;
            of_tenant.into_iter().find(|it| it.id == domain).map(|it| it.host)
        }
        _ => None,
    };
    let command = console::restore_command(binned.kind, &name, host.as_deref()) + options;
    let until = model::destroyed_at(binned.deleted_at).to_iso_seconds().into();
    let outcome =
        Outcome::DoctorInBin { kind: kind.into(), name: name.into(), until, command: command.into() };
    Ok(Finding::fine(&DoctorTopic::Bin, &outcome))
}

fn disabled(noun: Noun, name: &str, since: Timestamp, command: String) -> AdminMessage {
    let since = since.to_iso_seconds().into();
    AdminMessage::DoctorDisabled { noun, name: name.into(), since, command: command.into() }
}

/// Finds each object that has the name of an earlier one without regard to case, with the first that has it.
fn pairs<T>(all: &[T], name: impl Fn(&T) -> &str) -> Vec<(&T, &T)> {
    let mut first: HashMap<String, &T> = HashMap::new();
    let mut pairs = Vec::new();
    for it in all {
        match first.entry(name_key(name(it))) {
            Entry::Occupied(known) => pairs.push((*known.get(), it)),
            Entry::Vacant(place) => drop(place.insert(it)),
        }
    }
    pairs
}

fn domains_alike((first, second): (&Domain, &Domain)) -> AdminMessage {
    AdminMessage::DoctorDomainsAlike {
        host: first.host.clone().into(),
        other: second.host.clone().into(),
        name: second.name.as_str().into(),
    }
}

/// A clock that is before what was written is wrong, or was.
fn plausible(kept: &Kept, now: Timestamp) -> Finding {
    let read = now.to_iso_micros().into();
    match kept.newest.filter(|newest| now < *newest) {
        Some(newest) => {
            let newest = newest.to_iso_micros().into();
            Finding::trouble(&DoctorTopic::Clock, AdminMessage::DoctorClockBehind { read, newest })
        }
        None if let Some(jump) = kept.jump.filter(|it| now.is_within(A_WEEK, it.at)) => {
            let (at, seconds) = (jump.at.to_iso_seconds().into(), jump.seconds.to_string().into());
            Finding::warning(&DoctorTopic::Clock, AdminMessage::DoctorClockJumped { read, seconds, at })
        }
        None => Finding::fine(&DoctorTopic::Clock, &Outcome::DoctorClockFine { read }),
    }
}

/// More logins were begun, or refused, from one place than anybody needs.
fn flood(kept: &Kept) -> Option<Finding> {
    let (events, most) = kept.counted.as_ref()?;
    let (count, cause) = (events.to_string().into(), most.clone().into());
    Some(Finding::warning(&DoctorTopic::LoginEvents, AdminMessage::DoctorEventsCounted { count, cause }))
}

/// Jobs that were tried until there was no point in it.
fn stuck(kept: &Kept) -> Option<Finding> {
    let Job { key, last_error, .. } = kept.stuck.first()?;
    let message = AdminMessage::DoctorJobsGivenUp {
        count: kept.stuck.len().into(),
        job: format!("{} {}", key.kind, key.id).into(),
        tenant: key.tenant_id.to_string().into(),
        detail: last_error.as_deref().unwrap_or("no reason is known").into(),
    };
    Some(Finding::warning(&DoctorTopic::Jobs, message))
}

/// The simulators answer at their host before any domain does.
async fn sandbox(host: &str, kept: &Kept) -> Finding {
    if kept.domains.iter().any(|it| it.host.eq_ignore_ascii_case(host)) {
        return Finding::trouble(
            &DoctorTopic::Sandbox { host: host.to_owned().into() },
            AdminMessage::DoctorSandboxHasDomain,
        );
    }
    machine::name(&DoctorTopic::Sandbox { host: host.to_owned().into() }, host).await
}

/// Asks the simulators of one tenant for their discovery document; they are one program for all.
async fn simulators(
    outbound: &Outbound,
    (topic, host): (&DoctorTopic, &str),
    (eid, tenant): (&str, Option<TenantId>),
) -> Finding {
    let tenant = tenant.map(|it| it.to_string()).unwrap_or_default();
    let Some(kind) = Kind::parse(eid) else {
        return Finding::trouble(topic, AdminMessage::DoctorSimulatorUnknown { eid: eid.to_owned().into() });
    };
    let path = PublicSandbox::path(kind, &tenant);
    let url = format!("https://{host}{path}/.well-known/openid-configuration");
    match outbound.send(Request::get(url.clone())).await {
        Ok(answer) if answer.status == 200 => {
            Finding::fine(topic, &Outcome::DoctorSimulatorAnswers { host: host.to_owned().into() })
        }
        Ok(answer) => {
            let (status, host) = (u32::from(answer.status).into(), host.to_owned().into());
            Finding::trouble(topic, AdminMessage::DoctorSimulatorElsewhere { url: url.into(), status, host })
        }
        Err(error) => {
            let (host, detail) = (host.to_owned().into(), error.to_string().into());
            Finding::warning(topic, AdminMessage::DoctorSimulatorSilent { host, detail })
        }
    }
}

/// What went wrong with a call to an eID, and what the operator does about it.
fn unreachable(url: &str, error: OutboundError) -> AdminMessage {
    let (url, detail) = (url.to_owned().into(), error.problem.to_string().into());
    let cause = Cause::parse(EidError::Network(error).trouble().as_str());
    match cause.and_then(Advice::of) {
        Some(advice) => AdminMessage::DoctorEidCallFailed { url, detail, advice },
        None => AdminMessage::DoctorEidUnreachable { url, detail },
    }
}

/// Asks every eID in use for its discovery document, by the same way that logins go.
async fn eids(config: &Config, kept: &Kept) -> Vec<Finding> {
    let outbound = Arc::new(Outbound::new(config.outbound.clone()));
    let strict = Outbound::new(outbound::Settings::default());
    let catalogue = Catalogue::new(Arc::clone(&outbound), config.test_eids.clone(), Random::system());
    let mut findings = Vec::new();
    for (eid, environment) in &kept.eids {
        let (shown_eid, shown_environment) = ((*eid).into(), (*environment).into());
        let topic = DoctorTopic::Eid { eid: shown_eid, environment: shown_environment };
        let simulated = *environment == EidEnvironment::Sandbox.as_str();
        if let (true, Some(host)) = (simulated, &config.sandbox) {
            findings.push(simulators(&outbound, (&topic, host), (eid, kept.sandbox)).await);
            continue;
        }
        let known = LoginMethod::parse(eid).zip(EidEnvironment::parse(environment));
        let Some(issuer) = known.and_then(|(eid, environment)| catalogue.issuer(eid, environment)) else {
            findings.push(Finding::trouble(
                &topic,
                if simulated {
                    AdminMessage::DoctorNoSimulators
                } else {
                    AdminMessage::DoctorEidEnvironmentUnknown
                },
            ));
            continue;
        };
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let calls = if *environment == EidEnvironment::Production.as_str() { &strict } else { &*outbound };
        let finding = match calls.send(Request::get(url.clone())).await {
            Ok(answer) if answer.status == 200 => {
                Finding::fine(&topic, &Outcome::DoctorEidAnswers { issuer: issuer.to_owned().into() })
            }
            Ok(answer) => {
                let status = u32::from(answer.status).into();
                Finding::trouble(&topic, AdminMessage::DoctorEidAnswers { url: url.into(), status })
            }
            Err(error) => Finding::trouble(&topic, unreachable(&url, error)),
        };
        findings.push(finding);
    }
    findings
}
