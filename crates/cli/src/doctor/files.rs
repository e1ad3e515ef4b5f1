//! Who may read and write the files of an installation, with owner, mode, and the command that mends it.

use std::{
    collections::BTreeSet,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use store::DatabaseLocation;
use texts::{AdminMessage, Detail, DoctorTopic, Outcome, Word};

use super::finding::Finding;
use crate::{
    accounts::{Account, group_name, quoted, rights, user_name},
    config::Config,
};

/// The account of the installed service, where no database's directory tells it.
const SERVICE: &str = "portvakt";

/// Looks at the configuration, `path`, and at every file that it names.
pub(crate) fn look(path: &Path, config: &Config) -> Vec<Finding> {
    let database = match &config.place {
        DatabaseLocation::Sqlite(path) => Some(path.as_path()),
        DatabaseLocation::Postgres { .. } => None,
    };
    let Some(account) = account(database.and_then(Path::parent)) else { return Vec::new() };
    let mut looked = Looked { account, findings: Vec::new(), closed: BTreeSet::new(), count: 0 };
    looked.configuration(path);
    for path in &config.read_with_it {
        looked.readable(&DoctorTopic::Configuration, path);
    }
    if let Some(path) = config.master_key_file() {
        looked.readable(&DoctorTopic::MasterKey, path);
    }
    for pair in &config.listen.certificates {
        let topic = DoctorTopic::Certificate { path: pair.chain.display().to_string().into() };
        looked.readable(&topic, &pair.chain);
        looked.readable(&topic, &pair.key);
    }
    if let Some(path) = database {
        looked.database(path);
    }
    if looked.findings.is_empty() {
        let (count, account) = (looked.count.into(), user_name(looked.account.uid).into());
        looked
            .findings
            .push(Finding::fine(&DoctorTopic::Files, &Outcome::DoctorFilesFine { count, account }));
    }
    looked.findings
}

/// Looks at a configuration that could not be read to its end.
pub(crate) fn look_at_configuration(path: &Path) -> Vec<Finding> {
    let Some(account) = account(None) else { return Vec::new() };
    let mut looked = Looked { account, findings: Vec::new(), closed: BTreeSet::new(), count: 0 };
    looked.configuration(path);
    looked.findings
}

/// Who must be able to use the files: the account that looks, or for root, which can do everything, the one that the
/// service runs as. That is the owner of the database's directory.
fn account(directory: Option<&Path>) -> Option<Account> {
    let own = Account::own()?;
    if own.uid != 0 {
        return Some(own);
    }
    match directory.and_then(|it| fs::metadata(it).ok()) {
        Some(of) => Some(Account::of(of.uid(), of.gid())),
        None => Some(Account::named(SERVICE).unwrap_or(own)),
    }
}

struct Looked {
    account: Account,
    findings: Vec<Finding>,
    /// Directories that were told already.
    closed: BTreeSet<PathBuf>,
    count: u32,
}

impl Looked {
    fn configuration(&mut self, path: &Path) {
        self.readable(&DoctorTopic::Configuration, path);
        let Ok(of) = fs::metadata(path) else { return };
        // A group is usually the account's own, or root's.
        let is_open_to_group = of.mode() & 0o020 != 0 && of.gid() != self.account.gid && of.gid() != 0;
        if of.mode() & 0o002 != 0 || is_open_to_group {
            let command = chmod(&of, 0o022, path);
            self.findings
                .push(Finding::warning(&DoctorTopic::Configuration, writable_by_others(path, &of, command)));
        }
    }

    /// A file that the account only reads, and that often belongs to root.
    fn readable(&mut self, topic: &DoctorTopic, path: &Path) {
        // Why a path leads nowhere is told where the file is used.
        if !self.can_reach(topic, path) {
            return;
        }
        let Ok(of) = fs::metadata(path) else { return };
        self.count += 1;
        if !self.account.may(&of, 4) {
            let group = group_name(self.account.gid);
            let command = format!("chgrp {group} {0} && chmod 0640 {0}", quoted(path));
            let (file, account) = self.words(path, &of);
            let command = command.into();
            let message = AdminMessage::DoctorFileUnreadable { file, account, command };
            self.findings.push(Finding::trouble(topic, message));
        }
    }

    /// The directory of the database, the database, and everything beside it that has its name and more: its log, index and
    /// locks.
    fn database(&mut self, path: &Path) {
        let Some(directory) = path.parent().filter(|it| it.is_dir()) else { return };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !self.can_reach(&DoctorTopic::Database, directory) {
            return;
        }
        self.own(directory, 7, 0o700);
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries
            .filter(|it| it.file_name().to_string_lossy().starts_with(&name))
            .map(|it| it.path())
            .filter(|it| it.is_file())
            .collect();
        files.sort();
        for file in files {
            self.own(&file, 6, 0o600);
        }
    }

    /// A file or directory that the account reads and writes, and that should be its own.
    fn own(&mut self, path: &Path, wanted: u32, closed: u32) {
        let Ok(of) = fs::metadata(path) else { return };
        self.count += 1;
        if !self.account.may(&of, wanted) {
            let (user, group) = (user_name(self.account.uid), group_name(self.account.gid));
            let command = format!("chown {user}:{group} {0} && chmod {closed:04o} {0}", quoted(path)).into();
            let (file, account) = self.words(path, &of);
            let message = AdminMessage::DoctorFileUnwritable { file, account, command };
            self.findings.push(Finding::trouble(&DoctorTopic::Database, message));
        }
        let is_sticky = of.is_dir() && of.mode() & 0o1000 != 0;
        if of.mode() & 0o002 != 0 && !is_sticky {
            let command = chmod(&of, 0o007, path);
            self.findings
                .push(Finding::warning(&DoctorTopic::Database, writable_by_others(path, &of, command)));
        } else if of.is_file() && of.mode() & 0o004 != 0 {
            let (command, rights) = (chmod(&of, 0o007, path), rights(&of).into());
            let path = path.display().to_string().into();
            let message = AdminMessage::DoctorFileReadableByOthers { path, rights, command };
            self.findings.push(Finding::warning(&DoctorTopic::Database, message));
        }
    }

    /// Says which directory on the way to `path` keeps the account out, once for each.
    fn can_reach(&mut self, topic: &DoctorTopic, path: &Path) -> bool {
        let Ok(written) = std::path::absolute(path) else { return true };
        // Links lead through directories of their own, as those of ACME clients do.
        let real = fs::canonicalize(&written).unwrap_or_else(|_| written.clone());
        let ways = [written.as_path(), real.as_path()].map(|it| it.ancestors().skip(1).collect::<Vec<_>>());
        let closed = ways.into_iter().flat_map(|it| it.into_iter().rev()).find_map(|it| {
            let of = fs::metadata(it).ok().filter(|of| !self.account.may(of, 1))?;
            Some((it, of))
        });
        let Some((directory, of)) = closed else { return true };
        if self.closed.insert(directory.to_owned()) {
            let group = group_name(self.account.gid);
            let command = format!("chgrp {group} {0} && chmod 0750 {0}", quoted(directory)).into();
            let (directory, account) = self.words(directory, &of);
            let message = AdminMessage::DoctorDirectoryClosed { directory, account, command };
            self.findings.push(Finding::trouble(topic, message));
        }
        false
    }

    /// The file with its owner and mode, and the account.
    fn words(&self, path: &Path, of: &Metadata) -> (Word, Word) {
        let file = format!("{} ({})", path.display(), rights(of));
        (file.into(), user_name(self.account.uid).into())
    }
}

fn writable_by_others(path: &Path, of: &Metadata, command: Detail) -> AdminMessage {
    let path = path.display().to_string().into();
    AdminMessage::DoctorFileWritableByOthers { path, rights: rights(of).into(), command }
}

/// The command that takes `bits` away.
fn chmod(of: &Metadata, bits: u32, path: &Path) -> Detail {
    format!("chmod {:04o} {}", of.mode() & 0o7777 & !bits, quoted(path)).into()
}
