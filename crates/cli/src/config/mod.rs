//! The configuration: one file, no guesses.
//!
//! `file` is what the operator writes, `schema` how it is read and described, `resolve` what each part of the program is
//! given. Everything that is wrong is said at once, with its line.

mod fault;
mod file;
mod page;
mod resolve;
mod schema;
mod secret;
mod value;

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use clap::Args;
use texts::AdminMessage;

pub(crate) use fault::Faults;
pub(crate) use file::{Format, Level};
pub(crate) use page::{example, reference};
pub(crate) use resolve::{Config, Listen, Pair, load};
pub(crate) use schema::{line_of, nearest};
pub(crate) use value::Lasting;

/// The environment variable that may name the configuration.
pub(crate) const CONFIG_VARIABLE: &str = "PORTVAKT_CONFIG";
/// The configuration in the current directory.
const HERE: &str = "portvakt.toml";
/// The configuration of the installed service.
pub(crate) const INSTALLED: &str = "/etc/portvakt/portvakt.toml";

/// Where the configuration is.
#[derive(Args, Clone, Debug)]
pub(crate) struct Where {
    /// The configuration; by default the one that PORTVAKT_CONFIG names, portvakt.toml in this directory, or
    /// /etc/portvakt/portvakt.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Where {
    /// Finds the configuration, as [`find`].
    pub(crate) fn find(&self) -> Result<PathBuf, Faults> {
        find(self.config.as_deref())
    }
}

/// Finds the configuration: the one that is named with the command or in the environment, the one in this directory, or
/// that of the installed service.
///
/// # Errors
/// There is none in any of these places, or the one in this directory belongs to another account, which could have made
/// it say anything.
#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf, Faults> {
    let variable = std::env::var(CONFIG_VARIABLE).ok().filter(|it| !it.is_empty());
    if let Some(path) = named.map(Path::to_path_buf).or(variable.map(PathBuf::from)) {
        return Ok(path);
    }
    if let Ok(found) = std::fs::metadata(HERE) {
        let own = std::fs::metadata("/proc/self").map_or(0, |it| it.uid());
        if found.uid() == own || found.uid() == 0 {
            return Ok(PathBuf::from(HERE));
        }
        let uid = found.uid().into();
        return Err(Faults::one(AdminMessage::ConfigOfAnotherAccount { path: HERE.into(), uid }));
    }
    if Path::new(INSTALLED).exists() {
        return Ok(PathBuf::from(INSTALLED));
    }
    let (here, installed, variable) = (HERE.into(), INSTALLED.into(), CONFIG_VARIABLE.into());
    Err(Faults::one(AdminMessage::ConfigNone { here, installed, variable }))
}

#[cfg(test)]
mod tests;
