//! Where the operator sits: the console over the configured database, and who they are.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use authority::{Caller, InstallationPermit, Permission};
use clap::Args;
use console::{Console, ConsoleAddress, DomainView, Refusal, Seen, Tenant};
use crypto::{Random, SealKey};
use eid::Catalogue;
use model::{Controller, KeySchedule, Timestamp};
use ordering::OrderDesk;
use outbound::Outbound;
use registry::{Registry, RegistryAddresses};
use store::{Access, Presence, Store};
use texts::{AdminMessage, Noun};

use super::command_error::{CommandError, CommandResult};
use crate::{
    accounts::quoted,
    clock, config, deletions,
    dev::{self, Folder},
    every, image_decoder,
    nearest::nearest,
    permits, presence,
    serve::sandbox,
};

/// What every command can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConfigLocation {
    /// The configuration; by default the one that PORTVAKT_CONFIG names, portvakt.toml in this directory, or
    /// /etc/portvakt/portvakt.toml.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// The data directory of `portvakt dev`, instead of a configuration.
    #[arg(long, value_name = "DIR", global = true, conflicts_with = "config")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Prints JSON instead of a table.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl ConfigLocation {
    /// What else a command has to say that is to reach the same installation, with a space before it.
    fn options(&self) -> String {
        let option = |name: &str, path: &Option<PathBuf>| {
            path.as_ref().map(|path| format!(" {name} {}", quoted(path))).unwrap_or_default()
        };
        option("--config", &self.config) + &option("--data-dir", &self.data_dir)
    }
}

/// What every command about a domain can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct AtDomain {
    #[command(flatten)]
    pub(crate) place: ConfigLocation,
    /// The domain, by its host.
    #[arg(long, global = true, value_name = "HOST")]
    domain: Option<String>,
}

impl AtDomain {
    /// The domain's host, which may be in the bin.
    pub(crate) fn host(&self) -> CommandResult<&str> {
        Ok(self.domain.as_deref().ok_or(AdminMessage::DomainNotSaid)?)
    }

    /// Finds the domain, and its tenant.
    pub(crate) async fn find(&self, desk: &Desk) -> CommandResult<(Tenant, DomainView)> {
        let host = self.domain.as_deref().ok_or(AdminMessage::DomainNotSaid)?;
        desk.domain(host).await
    }
}

/// What every command that changes an object can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct IfVersion {
    /// Only if the object still has this version, as `show --json` prints it; otherwise tells what changed, and writes
    /// nothing.
    #[arg(long, value_name = "N")]
    if_version: Option<i64>,
}

impl IfVersion {
    /// Says whether the caller named a version.
    pub(crate) const fn is_said(&self) -> bool {
        self.if_version.is_some()
    }

    /// What the caller has seen: the version that they say, or what was read just now.
    pub(crate) fn or(&self, read: Seen) -> Seen {
        match self.if_version {
            Some(version) if version != read.number() => Seen::version(version),
            _ => read,
        }
    }
}

/// The console, opened for the operator at this terminal.
pub(crate) struct Desk {
    pub(crate) console: Console,
    /// The order desk; a command asks no registry.
    pub(crate) orders: OrderDesk,
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
    pub(crate) json: bool,
    /// What commands that are printed say beside what they do.
    options: String,
    pub(crate) schedule: KeySchedule,
    pub(crate) store: Store,
    /// Where the list of deletions is.
    pub(crate) deletions: Option<PathBuf>,
    /// Whether letters are sent, or kept in the mailbox of development.
    pub(crate) has_mail: bool,
    /// The same of text messages.
    pub(crate) has_sms: bool,
    /// Where the console answers.
    pub(crate) console_origin: Option<String>,
    /// The eIDs, called as logins call them.
    pub(crate) catalogue: Catalogue,
    /// Says that this command is at work; until the end.
    _presence: Presence,
}

/// The account that runs this, as the system names it, and who became it. It stands in the audit trail.
#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
pub(crate) fn account() -> String {
    let own = std::fs::metadata("/proc/self").map(|it| it.uid()).ok();
    let named = own.and_then(|uid| {
        let users = std::fs::read_to_string("/etc/passwd").ok()?;
        let mut fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        fields.find_map(|it| {
            (it.get(2)? == &uid.to_string()).then(|| it.first().copied().map(str::to_owned))?
        })
    });
    let name = named.or_else(|| own.map(|uid| format!("uid {uid}"))).unwrap_or_else(|| "unknown".to_owned());
    let plain = |it: &String| !it.is_empty() && it.len() <= 64 && !it.contains(char::is_control);
    match std::env::var("SUDO_USER").ok().filter(plain) {
        Some(before) if before != name => format!("{name} (was {before})"),
        _ => name,
    }
}

/// What the desk is opened with.
struct Opened {
    store: Store,
    master: SealKey,
    schedule: KeySchedule,
    /// The host of the public sandbox, where there is one.
    sandbox: Option<String>,
    controller: Option<Controller>,
    /// Where the list of deletions is.
    deletions: Option<PathBuf>,
    has_mail: bool,
    has_sms: bool,
    /// Where the console answers.
    console: Option<ConsoleAddress>,
    /// The eIDs, called as logins call them.
    catalogue: Catalogue,
}

fn of_configuration(path: &Path, random: &Random) -> CommandResult<Opened> {
    let settings = config::load(path)?;
    let master = settings.master_key()?;
    let store = Store::open(settings.place.clone(), settings.store.clone())
        .map_err(|error| Refusal::from(error).message().inside(&settings.place_in_words))?;
    let schedule =
        KeySchedule { used_for: settings.keys.used_for, published_ahead: settings.keys.publish_ahead };
    let calls = Arc::new(Outbound::new(settings.outbound.clone()));
    let strict = Arc::new(Outbound::new(outbound::Settings::default()));
    let mut catalogue = Catalogue::new(calls, settings.test_eids.clone(), random.clone()).with_strict(strict);
    if let Some(host) = &settings.sandbox {
        catalogue = sandbox::lead_there(catalogue, &sandbox::open(host, &master, random)?);
    }
    let (sandbox, controller, has_mail) = (settings.sandbox, settings.controller, settings.mail.is_some());
    let has_sms = settings.sms.is_some();
    let (deletions, console) = (settings.deletions, settings.console);
    Ok(Opened {
        store,
        master,
        schedule,
        sandbox,
        controller,
        deletions,
        has_mail,
        has_sms,
        console,
        catalogue,
    })
}

fn of_development(folder: &Path, random: &Random) -> Result<Opened, String> {
    if !folder.join("portvakt.db").exists() {
        return Err(format!("{} has no database of `portvakt dev`", folder.display()));
    }
    let folder = Folder::open(folder, false)?;
    folder.check()?;
    let place = store::DatabaseLocation::Sqlite(folder.database());
    let deletions = deletions::beside(&place);
    let store = Store::open(place, store::Settings::default())
        .map_err(|error| format!("{}: {error}", folder.database().display()))?;
    let catalogue = dev::catalogue(&folder, random)?;
    let (master, schedule) = (folder.master_key(random)?, KeySchedule::default());
    // `portvakt dev` has a mailbox.
    Ok(Opened {
        store,
        master,
        schedule,
        sandbox: None,
        controller: None,
        deletions,
        has_mail: true,
        has_sms: true,
        console: dev::console_address(&folder)?,
        catalogue,
    })
}

/// The order desk over the real registers, which no command asks.
fn order_desk(with: (Store, SealKey, Random)) -> OrderDesk {
    let calls = Arc::new(Outbound::new(outbound::Settings::default()));
    OrderDesk::new(with, Arc::new(Registry::new(calls, RegistryAddresses::default())), false)
}

impl Desk {
    /// Opens the configured database with the configured master key, as the command `what`.
    pub(crate) async fn open(
        place: &ConfigLocation,
        access: Access,
        what: &'static str,
    ) -> CommandResult<Self> {
        let random = Random::system();
        let Opened {
            store,
            master,
            schedule,
            sandbox,
            controller,
            deletions,
            has_mail,
            has_sms,
            console: address,
            catalogue,
        } = match &place.data_dir {
            Some(folder) => of_development(folder, &random)?,
            None => of_configuration(&config::find(place.config.as_deref())?, &random)?,
        };
        // Before the key is checked: nobody replaces it from here on.
        let presence = presence::enter(&store, access, what).await?;
        let orders = order_desk((store.clone(), master.clone(), random.clone()));
        let console = Console::new(store.clone(), master, random.clone());
        let console = console
            .with_sandbox_host(sandbox)
            .with_images(image_decoder::decoder())
            .with_controller(controller)
            .with_test_domains_only(
                place.data_dir.is_none() && address.as_ref().is_some_and(ConsoleAddress::is_test),
            );
        console.check_master_key().await?;
        // One for the command: all that it changes has the same.
        let trace = Some(provider::TraceId::new(&random).to_string());
        let (caller, now) = (Caller { trace, ..Caller::operator(&account()) }, clock::now());
        let (json, options) = (place.json, place.options());
        Ok(Self {
            console,
            orders,
            caller,
            now,
            json,
            options,
            schedule,
            store,
            deletions,
            has_mail,
            has_sms,
            console_origin: address.as_ref().map(ConsoleAddress::origin),
            catalogue,
            _presence: presence,
        })
    }

    /// A command that somebody may run next, such that it reaches this installation.
    pub(crate) fn command(&self, words: impl Into<String>) -> String {
        words.into() + &self.options
    }

    /// The same in an error.
    pub(crate) fn with_options(&self, error: CommandError) -> CommandError {
        error.with_options(&self.options)
    }

    /// Gives leave for what concerns no tenant, or every one.
    pub(crate) fn installation(&self, permission: Permission) -> CommandResult<InstallationPermit> {
        Ok(permits::installation(&self.console, &self.caller, permission)?)
    }

    /// Closes the database.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    /// Finds a domain by its host, and its tenant.
    pub(crate) async fn domain(&self, host: &str) -> CommandResult<(Tenant, DomainView)> {
        match self.console.domain(&self.caller, host).await {
            Ok(found) => Ok(found),
            Err(error) => {
                let all = every::domains(&self.console, &self.caller).await?;
                let hosts = all.iter().map(|(_, domain)| domain.host.as_str());
                Err(missing(error, (Noun::Domain, host), hosts, "portvakt domains list".to_owned()))
            }
        }
    }

    /// Finds a tenant by its name; without one, the only tenant there is beside the console's own.
    pub(crate) async fn tenant(&self, name: Option<&str>) -> CommandResult<Tenant> {
        let found = match name {
            Some(name) => self.console.tenant(&self.caller, name).await,
            None => {
                let reading = self.installation(Permission::ReadInstallation)?;
                let own = self.console.own_domain().await?.map(|it| it.tenant);
                let mut all = self.console.tenants(&reading, None).await?;
                all.retain(|it| Some(it.id) != own);
                match all.as_slice() {
                    [only] => self.console.tenant_by_id(&self.caller, only.id).await,
                    [] => return Err(AdminMessage::TenantNone.into()),
                    _ => return Err(AdminMessage::TenantNotSaid.into()),
                }
            }
        };
        match (found, name) {
            (Err(error), Some(name)) => {
                let all = every::tenants(&self.console, &self.caller).await?;
                let names = all.iter().map(|tenant| tenant.name.as_str());
                Err(missing(error, (Noun::Tenant, name), names, "portvakt tenants list".to_owned()))
            }
            (found, _) => Ok(found?),
        }
    }
}

/// Why an object was not found by its name, with the one of `names` that was probably meant; `command` lists them.
pub(crate) fn missing<'n>(
    refusal: Refusal,
    (noun, name): (Noun, &str),
    names: impl Iterator<Item = &'n str>,
    command: String,
) -> CommandError {
    // A host without the port that it is known with.
    let names: Vec<&str> = names.collect();
    let is_meant = |it: &&str| it.rsplit_once(':').is_some_and(|(host, _)| host.eq_ignore_ascii_case(name));
    let with_port = names.iter().copied().find(is_meant).filter(|_| noun == Noun::Domain);
    match refusal {
        Refusal::NotFound(found) if found == noun => match with_port.or(nearest(name, names.into_iter())) {
            Some(near) => AdminMessage::NameMistyped {
                noun,
                name: name.into(),
                near: near.to_owned().into(),
                command: command.into(),
            }
            .into(),
            None => AdminMessage::NameNotFound { noun, name: name.into(), command: command.into() }.into(),
        },
        other => other.into(),
    }
}
