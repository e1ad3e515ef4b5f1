//! Where the operator sits: the console over the configured database, and who they are.

use std::path::{Path, PathBuf};

use clap::Args;
use console::{Console, DomainView, Tenant};
use crypto::{Random, SealKey};
use model::{Actor, KeySchedule, Timestamp};
use store::Store;

use crate::{clock, config, dev::Folder};

/// What every command can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Place {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "portvakt.toml", global = true)]
    pub(crate) config: PathBuf,
    /// The data directory of `portvakt dev`, instead of a configuration.
    #[arg(long, value_name = "DIR", global = true, conflicts_with = "config")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Prints JSON instead of a table.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The console, opened for whoever sits at this terminal.
pub(crate) struct Desk {
    pub(crate) console: Console,
    pub(crate) actor: Actor,
    pub(crate) now: Timestamp,
    pub(crate) json: bool,
    pub(crate) schedule: KeySchedule,
    pub(crate) store: Store,
}

/// The account that runs this, as the system names it. It stands in the audit trail.
#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
fn account() -> String {
    let named = ["SUDO_USER", "LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok());
    let name = named.filter(|it| !it.is_empty() && it.len() <= 64 && !it.contains(char::is_control));
    name.unwrap_or_else(|| "unnamed".to_owned())
}

type Opened = (Store, SealKey, KeySchedule);

fn of_configuration(path: &Path) -> Result<Opened, String> {
    let settings = config::load(path)?;
    let master = settings.master_key()?;
    let store = Store::open(settings.place.clone(), settings.store.clone())
        .map_err(|error| format!("{}: {error}", settings.place_in_words))?;
    let schedule =
        KeySchedule { used_for: settings.keys.used_for, published_ahead: settings.keys.publish_ahead };
    Ok((store, master, schedule))
}

fn of_development(folder: &Path, random: &Random) -> Result<Opened, String> {
    if !folder.join("portvakt.db").exists() {
        return Err(format!("{} has no database of `portvakt dev`", folder.display()));
    }
    let folder = Folder::open(folder, false)?;
    folder.check()?;
    let store = Store::open(store::Place::Sqlite(folder.database()), store::Settings::default())
        .map_err(|error| format!("{}: {error}", folder.database().display()))?;
    Ok((store, folder.master_key(random)?, KeySchedule::default()))
}

impl Desk {
    /// Opens the configured database with the configured master key.
    pub(crate) async fn open(place: &Place) -> Result<Self, String> {
        let random = Random::system();
        let (store, master, schedule) = match &place.data_dir {
            Some(folder) => of_development(folder, &random)?,
            None => of_configuration(&place.config)?,
        };
        let console = Console::new(store.clone(), master, random);
        console.check_master_key().await.map_err(|error| error.to_string())?;
        let (actor, now) = (Actor::Operator(account()), clock::now());
        Ok(Self { console, actor, now, json: place.json, schedule, store })
    }

    /// Closes the database.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    /// Finds a domain by its host, and its tenant.
    pub(crate) async fn domain(&self, host: &str) -> Result<(Tenant, DomainView), String> {
        let found = self.console.domain(&self.actor, host).await;
        found.map_err(|error| format!("{error}: {host}; `portvakt domains list` shows those there are"))
    }

    /// Finds a tenant by its name; without one, the only tenant there is.
    pub(crate) async fn tenant(&self, name: Option<&str>) -> Result<Tenant, String> {
        let found = match name {
            Some(name) => self.console.tenant(&self.actor, name).await,
            None => {
                let all = self.console.tenants(None).await.map_err(|error| error.to_string())?;
                match all.as_slice() {
                    [only] => self.console.tenant_by_id(&self.actor, only.id).await,
                    [] => return Err("there is no tenant yet: `portvakt tenants create NAME`".to_owned()),
                    _ => return Err("there are several tenants: say which with --tenant NAME".to_owned()),
                }
            }
        };
        found.map_err(|error| format!("{error}; `portvakt tenants list` shows those there are"))
    }
}

/// A refusal, in words.
pub(crate) fn words(refusal: console::Refusal) -> String {
    refusal.to_string()
}
