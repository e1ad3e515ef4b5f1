//! The list of what was deleted, in a file outside the backups, so that a restored backup does not bring it back
//! (docs/adr/0037). Ids and times only, a JSON object in each line.
//!
//! Every node and every command that deletes copies the list of the database into it. Nothing is ever taken out of the
//! file: a new database that has not been restored yet must not empty it.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use authority::{Caller, Permission};
use console::Console;
use model::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{DatabaseLocation, bin::Kind, deletions::Deletion};
use texts::AdminMessage;

use crate::permits;

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    kind: String,
    tenant: String,
    id: String,
    /// Microseconds since 1970.
    deleted_at: i64,
    restored_at: Option<i64>,
}

/// Where the list is unless the configuration says: beside a SQLite file, and nowhere with PostgreSQL.
pub(crate) fn beside(place: &DatabaseLocation) -> Option<PathBuf> {
    match place {
        DatabaseLocation::Sqlite(path) => Some(path.with_added_extension("deletions")),
        DatabaseLocation::Postgres(_) => None,
    }
}

fn unreadable(path: &Path, why: &str) -> AdminMessage {
    AdminMessage::DeletionsUnreadable { path: path.display().to_string().into(), detail: why.into() }
}

fn parse(text: &str) -> Option<Vec<Deletion>> {
    let lines = text.lines().filter(|it| !it.trim().is_empty());
    lines
        .map(|line| {
            let line: Line = serde_json::from_str(line).ok()?;
            Some(Deletion {
                tenant_id: TenantId::parse(&line.tenant).ok()?,
                kind: Kind::parse(&line.kind)?,
                // An object's id looks like a tenant's.
                object_id: TenantId::parse(&line.id).ok()?.to_string(),
                deleted_at: Timestamp::from_micros(line.deleted_at),
                restored_at: line.restored_at.map(Timestamp::from_micros),
            })
        })
        .collect()
}

fn text(all: &[Deletion]) -> String {
    let line = |it: &Deletion| Line {
        kind: it.kind.as_str().to_owned(),
        tenant: it.tenant_id.to_string(),
        id: it.object_id.clone(),
        deleted_at: it.deleted_at.micros(),
        restored_at: it.restored_at.map(Timestamp::micros),
    };
    let lines = all.iter().filter_map(|it| serde_json::to_string(&line(it)).ok());
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// Reads the list; empty where there is no file.
///
/// # Errors
/// It cannot be read, or is damaged.
pub(crate) fn read(path: &Path) -> Result<Vec<Deletion>, AdminMessage> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).ok_or_else(|| unreadable(path, "a line is no deletion")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(unreadable(path, &error.to_string())),
    }
}

/// Both lists as one: of two lines about one object the later change counts.
fn merged(one: &[Deletion], other: &[Deletion]) -> Vec<Deletion> {
    let mut all: BTreeMap<_, &Deletion> = BTreeMap::new();
    for it in one.iter().chain(other) {
        let kept = all.entry(it.key()).or_insert(it);
        if it.changed_at() > kept.changed_at() {
            *kept = it;
        }
    }
    all.into_values().cloned().collect()
}

fn write(path: &Path, all: &[Deletion]) -> io::Result<()> {
    let aside = path.with_added_extension("new");
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    store::give_to_directory_owner(&file, &aside)?;
    file.write_all(text(all).as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)
}

/// Copies what the database knows into the file. A damaged file is left as it is.
///
/// # Errors
/// In words: the database or the file cannot be read, or the file not written.
pub(crate) async fn keep(console: &Console, caller: &Caller, path: &Path) -> Result<(), String> {
    let words = |it: console::Refusal| it.to_string();
    let permit = permits::installation(console, caller, Permission::ReadInstallation).map_err(words)?;
    let known = console.deletions(&permit).await.map_err(words)?;
    let before = read(path).map_err(|it| it.line(texts::Locale::En))?;
    let all = merged(&before, &known);
    // Compared by key, as the merged list is sorted.
    if text(&all) == text(&merged(&before, &[])) {
        return Ok(());
    }
    write(path, &all).map_err(|error| unreadable(path, &error.to_string()).line(texts::Locale::En))
}

#[cfg(test)]
mod tests {
    use super::{merged, parse, read, text, write};
    use model::{TenantId, Timestamp};
    use store::{bin::Kind, deletions::Deletion};

    fn deletion(id: u8, at: i64, restored: Option<i64>) -> Deletion {
        Deletion {
            tenant_id: TenantId::from_bytes([1; 16]),
            kind: Kind::Domain,
            object_id: TenantId::from_bytes([id; 16]).to_string(),
            deleted_at: Timestamp::from_seconds(at),
            restored_at: restored.map(Timestamp::from_seconds),
        }
    }

    #[test]
    fn a_new_database_emptied_the_list_of_deletions_of_the_one_before() {
        let known = [deletion(1, 10, None), deletion(2, 20, None)];
        assert_eq!(merged(&known, &[]), known);
        let restored = deletion(1, 10, Some(30));
        let again = deletion(1, 40, None);
        assert_eq!(merged(&known, std::slice::from_ref(&restored)), [restored.clone(), known[1].clone()]);
        assert_eq!(merged(&[restored], std::slice::from_ref(&again))[0], again);
    }

    #[test]
    fn the_list_is_read_back_as_it_was_written_and_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portvakt.db.deletions");
        assert_eq!(read(&path), Ok(Vec::new()));
        let known = [deletion(1, 10, None), deletion(2, 20, Some(30))];
        write(&path, &known).unwrap();
        assert_eq!(read(&path).unwrap(), known);
        assert_eq!(parse(&format!("{}cut", text(&known))), None);
        assert!(!text(&known).contains("name"));
    }
}
