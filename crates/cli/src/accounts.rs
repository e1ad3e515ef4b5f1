//! The accounts of this machine, and what the mode of a file lets them do with it.

use std::{fs, fs::Metadata, os::unix::fs::MetadataExt as _, path::Path};

/// An account with its groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Its other groups.
    pub(crate) groups: Vec<u32>,
}

impl Account {
    /// The account that this process runs as; `None` without /proc.
    pub(crate) fn own() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let numbers = |name: &str| -> Vec<u32> {
            let line = status.lines().find_map(|it| it.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().filter_map(|it| it.parse().ok()).collect()
        };
        // Real, effective, saved, and that of the file system.
        let fourth = |name: &str| numbers(name).get(3).copied();
        Some(Self { uid: fourth("Uid:")?, gid: fourth("Gid:")?, groups: numbers("Groups:") })
    }

    /// An account of this machine by its number; `gid` is its group where the machine does not know it.
    pub(crate) fn of(uid: u32, gid: u32) -> Self {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let groups = fs::read_to_string("/etc/group").unwrap_or_default();
        let (name, gid) = match entries(&users).find(|it| it.get(2) == Some(&uid.to_string().as_str())) {
            Some(entry) => {
                (entry.first().copied(), entry.get(3).and_then(|it| it.parse().ok()).unwrap_or(gid))
            }
            None => (None, gid),
        };
        let is_member = |entry: &Vec<&str>| {
            name.is_some_and(|name| entry.get(3).is_some_and(|it| it.split(',').any(|it| it == name)))
        };
        let number = |entry: Vec<&str>| entry.get(2).and_then(|it| it.parse().ok());
        Self { uid, gid, groups: entries(&groups).filter(is_member).filter_map(number).collect() }
    }

    /// An account of this machine by its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        let entry = entries(&users).find(|it| it.first() == Some(&name))?;
        Some(Self::of(entry.get(2)?.parse().ok()?, entry.get(3)?.parse().ok()?))
    }

    /// Whether the mode of a file or directory gives this account all of `wanted`: 4 to read, 2 to write, 1 to enter.
    pub(crate) fn may(&self, of: &Metadata, wanted: u32) -> bool {
        let shift = if of.uid() == self.uid {
            6
        } else if of.gid() == self.gid || self.groups.contains(&of.gid()) {
            3
        } else {
            0
        };
        self.uid == 0 || of.mode() >> shift & wanted == wanted
    }
}

fn entries(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|it| it.split(':').collect())
}

fn name_in(file: &str, id: u32) -> String {
    let (text, id) = (fs::read_to_string(Path::new(file)).unwrap_or_default(), id.to_string());
    let name = entries(&text).find(|it| it.get(2) == Some(&id.as_str()));
    name.and_then(|it| it.first().map(|it| (*it).to_owned())).unwrap_or(id)
}

/// The name of an account, or its number where the machine knows no name.
pub(crate) fn user_name(uid: u32) -> String {
    name_in("/etc/passwd", uid)
}

/// The name of a group, or its number where the machine knows no name.
pub(crate) fn group_name(gid: u32) -> String {
    name_in("/etc/group", gid)
}

/// Owner, group and mode, as `root:portvakt 0640`.
pub(crate) fn rights(of: &Metadata) -> String {
    format!("{}:{} {:04o}", user_name(of.uid()), group_name(of.gid()), of.mode() & 0o7777)
}
/// A path as a shell reads it.
pub(crate) fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |it: char| it.is_alphanumeric() || "/._-+:@%,".contains(it);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
