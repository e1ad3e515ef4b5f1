//! From the file as written to what each part of the program is given. No other crate knows that a file exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use console::ConsoleAddress;
use crypto::{SealKey, Secret};
use eid::UpstreamIssuer;
use model::{Controller, Environment, LoginMethod};
use store::{DatabaseLocation, domains::Scheme};
use texts::AdminMessage;

use super::{
    fault::Faults,
    file::{self, File, Format, Level},
    mail,
    pem::{BEGIN, read_pem},
    schema::Document,
    seal::{self, SealConfig},
    secret::{FILE_VARIABLE, MasterKeySource, VARIABLE, read_secret, refuse_open},
    sms,
    value::{HostPort, Net},
};

/// What begins the name of every variable that sets a key.
const PREFIX: &str = "PORTVAKT__";

/// Everything that the operator chose, checked for what can be checked without opening anything.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where the data lies.
    pub(crate) place: DatabaseLocation,
    /// The same in words, without a password.
    pub(crate) place_in_words: String,
    /// Where the list of deletions is.
    pub(crate) deletions: Option<PathBuf>,
    /// What the store may do.
    pub(crate) store: store::Settings,
    master_key: MasterKeySource,
    /// Every other file that was read with the configuration.
    pub(crate) read_with_it: Vec<PathBuf>,
    /// The public listener.
    pub(crate) listen: Listen,
    /// Where the operator's listener is.
    pub(crate) operator: SocketAddr,
    /// The log's form.
    pub(crate) format: Format,
    /// What is logged.
    pub(crate) level: Level,
    /// What may be called.
    pub(crate) outbound: outbound::Settings,
    /// How signing keys turn.
    pub(crate) keys: Keys,
    /// How long a login's event is kept.
    pub(crate) login_events_kept_for: Duration,
    /// The host of the simulators, with its port where it is not 443.
    pub(crate) sandbox: Option<String>,
    /// Where the console answers, and whose sign-ins it takes.
    pub(crate) console: Option<ConsoleAddress>,
    /// Who is responsible for the data of logins where a domain says nothing.
    pub(crate) controller: Option<Controller>,
    /// Where official files of eIDs lie.
    pub(crate) eid_files: PathBuf,
    /// Issuers that stand in for those of the test environment.
    pub(crate) test_eids: Vec<UpstreamIssuer>,
    /// The mail server that takes letters.
    pub(crate) mail: Option<messages::Smtp>,
    /// The gateway that takes text messages.
    pub(crate) sms: Option<messages::SmsGateway>,
    /// What closes the documents of orders.
    pub(crate) seal: Option<SealConfig>,
    /// Where Vipps takes orders.
    pub(crate) vipps_url: String,
    /// How many years an order is kept after its credentials ended.
    pub(crate) orders_kept_for_years: u32,
    /// The lowest level of a login that approves.
    pub(crate) approval_level: model::Level,
    /// Whether two operators have to agree.
    pub(crate) four_eyes: bool,
    /// What one address, client and person may take.
    pub(crate) limits: provider::Limits,
}

/// The public listener.
#[derive(Clone, Debug)]
pub(crate) struct Listen {
    pub(crate) addresses: Vec<SocketAddr>,
    /// None: plain HTTP, on loopback or behind trusted proxies.
    pub(crate) certificates: Vec<Pair>,
    pub(crate) trusted_proxies: Vec<Net>,
    pub(crate) connections: usize,
    pub(crate) largest_headers: u32,
    pub(crate) largest_body: usize,
    pub(crate) headers_for: Duration,
    pub(crate) body_for: Duration,
    pub(crate) idle_for: Duration,
    pub(crate) finish_in: Duration,
}

/// A certificate's two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

/// How signing keys turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    /// How long a key signs.
    pub(crate) used_for: Duration,
    /// How long it is published before.
    pub(crate) publish_ahead: Duration,
    /// How often to look.
    pub(crate) check_every: Duration,
}

impl Config {
    /// Reads the master key from its place.
    ///
    /// # Errors
    /// Missing, open to everybody, or not a key; the text says what to do.
    pub(crate) fn master_key(&self) -> Result<SealKey, Faults> {
        self.master_key.read()
    }

    /// The file that the master key comes from, where it is one that the operator named.
    pub(crate) fn master_key_file(&self) -> Option<&Path> {
        match &self.master_key {
            MasterKeySource::File(path) => Some(path),
            MasterKeySource::Variable(_) | MasterKeySource::Credential(_) => None,
        }
    }

    /// Where the master key comes from, in words.
    pub(crate) fn master_key_source(&self) -> String {
        self.master_key.to_string()
    }
}

/// Reads the file, the environment and the files of secrets that they name.
///
/// # Errors
/// Everything that is wrong, each with its place and what to do about it.
pub(crate) fn load(path: &Path) -> Result<Config, Faults> {
    let resolution = read(path)?;
    resolution.faults.unless_any(resolution.config)
}

/// The same for whoever needs everything that it names: reads the master key, and has `examine` say what is wrong with each
/// certificate and its key.
///
/// # Errors
/// Everything that is wrong, in the configuration and in each of these files.
pub(crate) fn load_whole(
    path: &Path,
    examine: impl Fn(&Pair) -> Vec<String>,
) -> Result<(Config, SealKey), Faults> {
    let Resolution { config, mut faults, master_key, pairs, place, .. } = read(path)?;
    let key = master_key.map(|it| it.read());
    let key = match key {
        Some(Ok(key)) => Some(key),
        Some(Err(wrong)) => {
            faults.merge(wrong);
            None
        }
        None => None,
    };
    if let Some(DatabaseLocation::Sqlite(database)) = &place
        && let Some(directory) = database.parent().filter(|it| !it.exists())
    {
        let directory = directory.display().to_string().into();
        let message = AdminMessage::DatabaseDirectoryMissing { directory };
        faults.merge(Faults::one(message.at("database.sqlite")));
    }
    for detail in pairs.iter().flat_map(examine) {
        let message = AdminMessage::CertificateUnusable { detail: detail.into() };
        faults.merge(Faults::one(message.at("listen.certificate")));
    }
    faults.unless_any(config.zip(key))
}

/// A configuration that may have faults, as far as it can be read, for whoever looks for everything that is wrong.
pub(crate) struct Sketch {
    /// With defaults in place of what cannot be read.
    pub(crate) config: Config,
    /// The sections about which nothing can be said: their values are not those of the file.
    broken: BTreeSet<String>,
    /// What is wrong so far.
    pub(crate) faults: Faults,
}

impl Sketch {
    /// Says whether everything in these sections is what the file says.
    pub(crate) fn has_read(&self, sections: &[&str]) -> bool {
        !sections.iter().any(|it| self.broken.contains(*it))
    }
}

/// Reads what can be read.
///
/// # Errors
/// Everything that is wrong in a file of which nothing can be used.
pub(crate) fn load_sketch(path: &Path) -> Result<Sketch, Faults> {
    let Resolution { sketch, broken, faults, .. } = read(path)?;
    match sketch {
        // In the order of the file.
        Some(config) => {
            let faults = faults.unless_any(Some(())).err().unwrap_or_default();
            Ok(Sketch { config, broken, faults })
        }
        None => Err(faults),
    }
}

fn read(path: &Path) -> Result<Resolution, Faults> {
    let text = fs::read_to_string(path).map_err(|error| {
        let (path, detail) = (path.display().to_string().into(), error.to_string().into());
        Faults::one(AdminMessage::ConfigUnreadable { path, detail })
    })?;
    let base = std::path::absolute(path).ok().and_then(|it| it.parent().map(Path::to_path_buf));
    resolution(path, &text, &Surroundings::read(base.unwrap_or_default()))
}

/// What became of a configuration, and the files that it names, as far as that is known.
struct Resolution {
    /// `None`: something is wrong.
    config: Option<Config>,
    faults: Faults,
    master_key: Option<MasterKeySource>,
    pairs: Vec<Pair>,
    place: Option<DatabaseLocation>,
    /// The configuration with defaults in place of what is wrong, and the sections that this concerns.
    sketch: Option<Config>,
    broken: BTreeSet<String>,
}

/// What is around the file.
pub(crate) struct Surroundings {
    /// The file's directory: relative paths begin here.
    pub(crate) base: PathBuf,
    /// Variables that set keys.
    pub(crate) variables: BTreeMap<String, String>,
    /// Variables that look as if they should.
    pub(crate) mistaken: Vec<String>,
    pub(crate) master_key: Option<Secret<String>>,
    pub(crate) master_key_file: Option<PathBuf>,
    pub(crate) mail: mail::PasswordGiven,
    pub(crate) credentials: Option<PathBuf>,
}

impl Surroundings {
    #[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
    fn read(base: PathBuf) -> Self {
        let named: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect();
        let mistaken =
            |name: &String| name.starts_with("PORTVAKT_") && !name.starts_with(PREFIX) && name.contains("__");
        Self {
            base,
            mistaken: named.iter().map(|(name, _)| name.clone()).filter(mistaken).collect(),
            variables: named.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect(),
            master_key: std::env::var(VARIABLE).ok().map(Secret::new),
            master_key_file: std::env::var(FILE_VARIABLE).ok().map(PathBuf::from),
            mail: mail::PasswordGiven {
                text: std::env::var(mail::VARIABLE).ok().map(Secret::new),
                file: std::env::var(mail::FILE_VARIABLE).ok().map(PathBuf::from),
                credentials: std::env::var("CREDENTIALS_DIRECTORY").ok().map(PathBuf::from),
            },
            credentials: std::env::var("CREDENTIALS_DIRECTORY").ok().map(PathBuf::from),
        }
    }
}

/// Makes a configuration of a text.
#[cfg(test)]
pub(crate) fn resolve(path: &Path, text: &str, around: &Surroundings) -> Result<Config, Faults> {
    let resolution = resolution(path, text, around)?;
    resolution.faults.unless_any(resolution.config)
}

fn resolution(path: &Path, text: &str, around: &Surroundings) -> Result<Resolution, Faults> {
    let mut document = Document::parse(path.display().to_string(), text, around.variables.clone())?;
    let Some(file) = File::read(&mut document) else { return document.faults.unless_any(None) };
    let mut faults = std::mem::take(&mut document.faults);
    // What cannot be read is taken as if it were not there; what follows from that is not said.
    let unread = faults.sections();
    let mut kept = |result: Result<(), Faults>| result.unwrap_or_else(|it| faults.merge(it.without(&unread)));
    let place = place(&file.database, around);
    let files = file.master_key.file.iter().chain(&around.master_key_file).map(|it| around.base.join(it));
    let master_key = MasterKeySource::choose(files, around.master_key.clone(), around.credentials.clone());
    let roots = extra_roots(&file.outbound, around);
    let database_roots = database_roots(&file.database, around);
    let listen = listen(&file.listen, around);
    kept(place.as_ref().map(drop).map_err(Clone::clone));
    kept(master_key.as_ref().map(drop).map_err(Clone::clone));
    kept(roots.as_ref().map(drop).map_err(Clone::clone));
    kept(database_roots.as_ref().map(drop).map_err(Clone::clone));
    kept(listen.as_ref().map(drop).map_err(Clone::clone));
    kept(keys_agree(&file.keys));
    kept(orders_are_kept(&file.orders));
    kept(shares_are_parts(&file.limits));
    around.mistaken.iter().for_each(|name| kept(Err(mistaken(name))));
    kept(sandbox_is_a_host(&file.sandbox));
    kept(console_is_a_host(&file.console));
    let controller = controller(&file.statements);
    kept(controller.as_ref().map(drop).map_err(Clone::clone));
    let test_eids = test_eids(&file);
    kept(test_eids.as_ref().map(drop).map_err(Clone::clone));
    let mail = mail::resolve(&file.mail, &around.base, &around.mail);
    kept(mail.as_ref().map(drop).map_err(Clone::clone));
    let calls = outbound::Settings { allowed: allowed(&file), ..outbound::Settings::default() };
    let sms = sms::resolve(&file.sms, &around.base, |url| calls.permits(url));
    kept(sms.as_ref().map(drop).map_err(Clone::clone));
    let seal = seal::resolve(&file.seal, &around.base);
    kept(seal.as_ref().map(drop).map_err(Clone::clone));
    let source = master_key.as_ref().ok().cloned();
    let resolved = Resolved {
        place: place.ok(),
        master_key: master_key.ok(),
        deletions: file.database.deletions_file.as_ref().map(|it| around.base.join(it)),
        read_with_it: named_files(&file).into_iter().flatten().map(|it| around.base.join(it)).collect(),
        roots: Roots { outbound: roots.ok(), database: database_roots.ok() },
        listen: listen.ok(),
        test_eids: test_eids.ok(),
        controller: controller.ok(),
        mail: mail.ok(),
        sms: sms.ok(),
        seal: seal.ok(),
    };
    let broken = faults.sections().into_iter().chain(resolved.missing()).collect();
    let place = resolved.place.as_ref().map(|(place, _)| place.clone());
    let config = assemble(&file, resolved.clone());
    let sketch = assemble(&file, resolved.with_defaults(&file.listen));
    Ok(Resolution {
        config,
        faults,
        master_key: source,
        pairs: pairs(&file.listen, around),
        place,
        sketch,
        broken,
    })
}

/// Files that are read with the configuration, beside the master key and the certificates of the listener.
const fn named_files(file: &File) -> [&Option<PathBuf>; 8] {
    [
        &file.database.address_file,
        &file.database.roots_file,
        &file.outbound.extra_roots_file,
        &file.mail.roots_file,
        &file.mail.password_file,
        &file.sms.secret_file,
        &file.seal.certificates_file,
        &file.seal.key_file,
    ]
}

/// What stood in other places than the file; `None` where it could not be had.
#[derive(Clone)]
struct Resolved {
    /// With the database in words.
    place: Option<(DatabaseLocation, String)>,
    deletions: Option<PathBuf>,
    master_key: Option<MasterKeySource>,
    read_with_it: Vec<PathBuf>,
    roots: Roots,
    listen: Option<Listen>,
    test_eids: Option<Vec<UpstreamIssuer>>,
    controller: Option<Option<Controller>>,
    mail: Option<Option<messages::Smtp>>,
    sms: Option<Option<messages::SmsGateway>>,
    seal: Option<Option<SealConfig>>,
}

impl Resolved {
    /// The sections of what could not be had.
    fn missing(&self) -> impl Iterator<Item = String> + use<> {
        let missing = [
            ("database", self.place.is_none() || self.roots.database.is_none()),
            ("master_key", self.master_key.is_none()),
            ("outbound", self.roots.outbound.is_none()),
            ("listen", self.listen.is_none()),
            ("test_eids", self.test_eids.is_none()),
            ("statements", self.controller.is_none()),
            ("mail", self.mail.is_none()),
            ("sms", self.sms.is_none()),
            ("seal", self.seal.is_none()),
        ];
        missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(section, _)| section.to_owned())
    }

    /// Puts something in place of what could not be had.
    fn with_defaults(self, file: &file::Listen) -> Self {
        let nowhere = || (DatabaseLocation::Sqlite(PathBuf::new()), String::new());
        Self {
            place: self.place.or_else(|| Some(nowhere())),
            master_key: self.master_key.or_else(|| Some(MasterKeySource::File(PathBuf::new()))),
            roots: Roots {
                outbound: self.roots.outbound.or_else(|| Some(Vec::new())),
                database: self.roots.database.or(Some(None)),
            },
            listen: self.listen.or_else(|| Some(listen_with(file, Vec::new()))),
            test_eids: self.test_eids.or_else(|| Some(Vec::new())),
            controller: self.controller.or(Some(None)),
            mail: self.mail.or(Some(None)),
            sms: self.sms.or(Some(None)),
            seal: self.seal.or(Some(None)),
            ..self
        }
    }
}

/// Authorities that were read; `None` where that failed.
#[derive(Clone)]
struct Roots {
    outbound: Option<Vec<Vec<u8>>>,
    database: Option<Option<Vec<u8>>>,
}

fn assemble(file: &File, resolved: Resolved) -> Option<Config> {
    let Resolved {
        place,
        deletions,
        master_key,
        read_with_it,
        roots,
        listen,
        test_eids,
        controller,
        mail,
        sms,
        seal,
    } = resolved;
    let (place, place_in_words) = place?;
    Some(Config {
        deletions: deletions.or_else(|| crate::deletions::beside(&place)),
        place,
        place_in_words,
        store: store::Settings {
            migrate: true,
            queue: number(file.database.queue),
            readers: number(file.database.readers),
            threads: number(file.database.connections),
            roots: roots.database?,
            lock_for: file.database.lock_for.0,
            run_for: file.database.run_for.0,
        },
        master_key: master_key?,
        read_with_it,
        listen: listen?,
        operator: file.operator.listen,
        format: file.log.format,
        level: file.log.level,
        outbound: outbound::Settings {
            allowed: allowed(file),
            extra_roots: roots.outbound?,
            ..outbound::Settings::default()
        },
        keys: Keys {
            used_for: file.keys.used_for.0,
            publish_ahead: file.keys.publish_ahead.0,
            check_every: file.keys.check_every.0,
        },
        login_events_kept_for: file.login_events.kept_for.0,
        sandbox: file.sandbox.host.as_ref().map(|it| it.to_ascii_lowercase()),
        console: console(file),
        controller: controller?,
        eid_files: file.eid_assets.directory.clone(),
        test_eids: test_eids?,
        mail: mail?,
        sms: sms?,
        seal: seal?,
        vipps_url: file.orders.vipps_url.clone(),
        approval_level: approval_level(&file.orders),
        four_eyes: file.orders.four_eyes,
        orders_kept_for_years: file.orders.kept_for_years,
        limits: limits(&file.limits),
    })
}

const fn limits(it: &file::Limits) -> provider::Limits {
    provider::Limits {
        address: it.per_address,
        client: it.per_client,
        person: it.per_person,
        failed_authentications: it.failed_authentications,
        stored_by_address: it.stored_kib_per_address,
        stored_by_client: it.stored_kib_per_client,
        at_once: it.at_once,
        domain_share: it.domain_share,
    }
}

/// At least one: nothing works with none.
fn number(it: u32) -> usize {
    usize::try_from(it).unwrap_or(usize::MAX).max(1)
}

fn place(database: &file::Database, around: &Surroundings) -> Result<(DatabaseLocation, String), Faults> {
    let from_environment = around.variables.contains_key("PORTVAKT__DATABASE__ADDRESS");
    match (&database.sqlite, &database.address, &database.address_file) {
        (Some(path), None, None) => {
            let path = around.base.join(path);
            let words = format!("SQLite, {}", path.display());
            Ok((DatabaseLocation::Sqlite(path), words))
        }
        (None, Some(address), None) => {
            if has_password(address) && !from_environment {
                return Err(Faults::one(AdminMessage::DatabaseAddressHasPassword.at("database.address")));
            }
            let whence =
                if from_environment { "PORTVAKT__DATABASE__ADDRESS" } else { "`address` in [database]" };
            Ok((DatabaseLocation::Postgres(address.clone()), format!("PostgreSQL, address from {whence}")))
        }
        (None, None, Some(path)) => {
            let path = around.base.join(path);
            let address = read_secret(&path)?.expose().trim().to_owned();
            Ok((
                DatabaseLocation::Postgres(address),
                format!("PostgreSQL, address from the file {}", path.display()),
            ))
        }
        (None, None, None) => Err(Faults::one(AdminMessage::DatabaseNone.at("database"))),
        _ => Err(Faults::one(AdminMessage::DatabaseSeveral.at("database"))),
    }
}

fn has_password(address: &str) -> bool {
    let in_url = address.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    address.contains("password") || in_url.is_some_and(|(user, _)| user.contains(':'))
}

fn extra_roots(outbound: &file::Outbound, around: &Surroundings) -> Result<Vec<Vec<u8>>, Faults> {
    let Some(path) = &outbound.extra_roots_file else { return Ok(Vec::new()) };
    let text = read_pem(&around.base.join(path), "outbound.extra_roots_file")?;
    Ok(text.split(BEGIN).skip(1).map(|it| format!("{BEGIN}{it}").into_bytes()).collect())
}

fn database_roots(database: &file::Database, around: &Surroundings) -> Result<Option<Vec<u8>>, Faults> {
    let Some(path) = &database.roots_file else { return Ok(None) };
    read_pem(&around.base.join(path), "database.roots_file").map(|it| Some(it.into_bytes()))
}

fn pairs(listen: &file::Listen, around: &Surroundings) -> Vec<Pair> {
    let pair =
        |it: &file::Certificate| Pair { chain: around.base.join(&it.chain), key: around.base.join(&it.key) };
    listen.certificate.iter().map(pair).collect()
}

fn listen(listen: &file::Listen, around: &Surroundings) -> Result<Listen, Faults> {
    let mut faults = Faults::default();
    if listen.addresses.is_empty() {
        faults.merge(Faults::one(AdminMessage::ListenAddressesEmpty.at("listen.addresses")));
    }
    let abroad = listen.addresses.iter().find(|it| !it.ip().is_loopback());
    if let (Some(address), true, true) =
        (abroad, listen.certificate.is_empty(), listen.trusted_proxies.is_empty())
    {
        let address = address.to_string().into();
        faults.merge(Faults::one(AdminMessage::ListenPlainHttp { address }.at("listen.addresses")));
    }
    let certificates = pairs(listen, around);
    for pair in &certificates {
        if pair.key.exists()
            && let Err(open) = refuse_open(&pair.key)
        {
            faults.merge(open);
        }
    }
    faults.unless_any(Some(listen_with(listen, certificates)))
}

fn listen_with(listen: &file::Listen, certificates: Vec<Pair>) -> Listen {
    Listen {
        addresses: listen.addresses.clone(),
        certificates,
        trusted_proxies: listen.trusted_proxies.clone(),
        connections: number(listen.connections),
        // Less than a browser sends would shut everybody out.
        largest_headers: listen.largest_headers.max(8 * 1024),
        largest_body: number(listen.largest_body),
        headers_for: listen.headers_for.0,
        body_for: listen.body_for.0,
        idle_for: listen.idle_for.0,
        finish_in: listen.finish_in.0,
    }
}

/// What may be called although it is not public. The operator named the sandbox, so it may be, wherever it is.
fn allowed(file: &File) -> Vec<outbound::Allowed> {
    let sandbox = file.sandbox.host.as_deref().and_then(sandbox_address);
    let named = file.outbound.allowed.iter().cloned().chain(sandbox);
    named.map(|it| outbound::Allowed { host: it.host, port: it.port }).collect()
}

fn test_eids(file: &File) -> Result<Vec<UpstreamIssuer>, Faults> {
    let calls = outbound::Settings { allowed: allowed(file), ..outbound::Settings::default() };
    let (mut issuers, mut faults) = (Vec::new(), Faults::default());
    let given = [
        (LoginMethod::NO_BANKID, "no_bankid", &file.test_eids.no_bankid),
        (LoginMethod::NO_VIPPS, "no_vipps", &file.test_eids.no_vipps),
    ];
    for (eid, key, issuer) in given {
        let Some(issuer) = issuer else { continue };
        let wrong = |message: AdminMessage| Faults::one(message.at(format!("test_eids.{key}")));
        match UpstreamIssuer::for_test(eid, issuer) {
            Err(error) => {
                let detail = error.to_string().into();
                faults.merge(wrong(AdminMessage::TestEidInvalid { issuer: issuer.into(), detail }));
            }
            Ok(_) if !calls.permits(issuer) => {
                faults.merge(wrong(AdminMessage::TestEidNotAllowed { issuer: issuer.into() }));
            }
            Ok(issuer) => issuers.push(issuer),
        }
    }
    faults.unless_any(Some(issuers))
}

/// Where the sandbox is called.
fn sandbox_address(host: &str) -> Option<HostPort> {
    let host = host.to_ascii_lowercase();
    HostPort::parse(&host).or_else(|| HostPort::parse(&format!("{host}:443")))
}

fn controller(it: &file::Statements) -> Result<Option<Controller>, Faults> {
    let controller = match (&it.controller, &it.contact) {
        (None, None) => return Ok(None),
        (Some(name), Some(contact)) => Controller { name: name.clone(), contact: contact.clone() },
        _ => return Err(Faults::one(AdminMessage::ControllerMissing.at("statements"))),
    };
    let checked = controller.check();
    checked.map_err(|error| Faults::one(error.message().inside("statements")))?;
    Ok(Some(controller))
}

fn sandbox_is_a_host(sandbox: &file::Sandbox) -> Result<(), Faults> {
    match sandbox.host.as_deref() {
        Some(host) if sandbox_address(host).is_none() => {
            Err(Faults::one(AdminMessage::HostMalformed { host: host.into() }.at("sandbox.host")))
        }
        _ => Ok(()),
    }
}

/// Where the console answers. It is reached over TLS but on this machine alone, by a name that leads nowhere else.
fn console(file: &File) -> Option<ConsoleAddress> {
    let host = file.console.host.as_ref()?.to_ascii_lowercase();
    let name = host.split(':').next().unwrap_or_default();
    let is_here = name == "localhost" || name.ends_with(".localhost");
    let is_clear = is_here && file.listen.certificate.is_empty() && file.listen.trusted_proxies.is_empty();
    Some(ConsoleAddress {
        host,
        scheme: if is_clear { Scheme::Http } else { Scheme::Https },
        environment: match file.console.environment {
            file::ConsoleEnvironment::Production => Environment::Production,
            file::ConsoleEnvironment::Test => Environment::Test,
        },
    })
}

fn console_is_a_host(console: &file::Console) -> Result<(), Faults> {
    match console.host.as_deref() {
        Some(host) if sandbox_address(host).is_none() => {
            Err(Faults::one(AdminMessage::HostMalformed { host: host.into() }.at("console.host")))
        }
        _ => Ok(()),
    }
}

fn shares_are_parts(limits: &file::Limits) -> Result<(), Faults> {
    if limits.domain_share <= 100 {
        return Ok(());
    }
    let percent = limits.domain_share.into();
    Err(Faults::one(AdminMessage::DomainShareInvalid { percent }.at("limits.domain_share")))
}

const fn approval_level(orders: &file::Orders) -> model::Level {
    match orders.approval_level {
        file::ApprovalLevel::High => model::Level::High,
        file::ApprovalLevel::Substantial => model::Level::Substantial,
    }
}

fn orders_are_kept(orders: &file::Orders) -> Result<(), Faults> {
    if (1..=10).contains(&orders.kept_for_years) {
        return Ok(());
    }
    Err(Faults::one(AdminMessage::OrdersKeptFor.at("orders.kept_for_years")))
}

fn mistaken(name: &str) -> Faults {
    let meant = name.replacen("PORTVAKT_", PREFIX, 1);
    Faults::one(AdminMessage::EnvironmentVariableMistyped { name: name.into(), near: meant.into() })
}

/// A key that is published longer than it signs would never be alone in being next.
fn keys_agree(keys: &file::Keys) -> Result<(), Faults> {
    if keys.publish_ahead.0 < keys.used_for.0 {
        return Ok(());
    }
    let (ahead, used) = (keys.publish_ahead.to_string().into(), keys.used_for.to_string().into());
    Err(Faults::one(AdminMessage::KeyTimesContradict { ahead, used }.at("keys.publish_ahead")))
}
