//! The configuration: one file, no guesses.
//!
//! `file` is what the operator writes, `schema` how it is read and described, `resolve` what each part of the program is
//! given. Everything that is wrong is said at once, with its line.

mod fault;
mod file;
mod mail;
mod page;
mod pem;
mod resolve;
mod schema;
mod seal;
mod secret;
mod sms;
mod value;

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use clap::Args;
use texts::AdminMessage;

use crate::accounts::quoted;

pub(crate) use fault::Faults;
pub(crate) use file::{Format, Level};
pub(crate) use page::{example, reference};
pub(crate) use resolve::{Config, Listen, Pair, Sketch, load, load_sketch, load_whole};
pub(crate) use schema::line_of;
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
    /// What a command has to say that is to use the same configuration, with a space before it.
    pub(crate) fn options(&self) -> String {
        self.config.as_ref().map(|path| format!(" --config {}", quoted(path))).unwrap_or_default()
    }

    /// Finds the configuration, as [`find`].
    pub(crate) fn find(&self) -> Result<PathBuf, Faults> {
        find(self.config.as_deref())
    }
}

/// Finds the configuration: the one that is named with the command or in the environment, the one in this directory, or
/// that of the installed service.
///
/// # Errors
/// There is none in any of these places, or the one in this directory is not taken by itself: see [`check_own`].
#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf, Faults> {
    let variable = std::env::var(CONFIG_VARIABLE).ok().filter(|it| !it.is_empty());
    if let Some(path) = named.map(Path::to_path_buf).or(variable.map(PathBuf::from)) {
        return Ok(path);
    }
    if std::fs::symlink_metadata(HERE).is_ok() {
        check_own(Path::new(HERE)).map_err(Faults::one)?;
        return Ok(PathBuf::from(HERE));
    }
    if Path::new(INSTALLED).exists() {
        return Ok(PathBuf::from(INSTALLED));
    }
    let (here, installed, variable) = (HERE.into(), INSTALLED.into(), CONFIG_VARIABLE.into());
    Err(Faults::one(AdminMessage::ConfigNone { here, installed, variable }))
}

/// Refuses a file that nobody named and that another account could have made say anything: it, a link on the way to it, or
/// its directory belongs to somebody else, or others can write it.
fn check_own(path: &Path) -> Result<(), AdminMessage> {
    let own = std::fs::metadata("/proc/self").map_or(0, |it| it.uid());
    let others = || AdminMessage::ConfigWritableByOthers { path: path.display().to_string().into() };
    let is_ours = |of: &Metadata| of.uid() == own || of.uid() == 0;
    // Groups are usually a person's own; root's commands are worth more.
    let writable =
        |of: &Metadata| of.mode() & 0o002 != 0 || (own == 0 && of.mode() & 0o020 != 0 && of.gid() != 0);
    let real = std::fs::canonicalize(path).map_err(|_| others())?;
    for found in [std::fs::symlink_metadata(path), std::fs::metadata(&real)] {
        let found = found.map_err(|_| others())?;
        if !is_ours(&found) {
            let (path, uid) = (path.display().to_string().into(), found.uid().into());
            return Err(AdminMessage::ConfigOfAnotherAccount { path, uid });
        }
        if !found.is_symlink() && writable(&found) {
            return Err(others());
        }
    }
    let folders = [Path::new("."), real.parent().unwrap_or(Path::new("/"))];
    for folder in folders {
        let found = std::fs::metadata(folder).map_err(|_| others())?;
        let is_sticky = found.mode() & 0o1000 != 0;
        if !is_ours(&found) || (writable(&found) && !is_sticky) {
            return Err(others());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
