//! Backups: rows of one state of the database, in sealed frames.
//!
//! ```text
//! "portvakt backup 1\n" | id (16 bytes) | made at (8 bytes, microseconds)
//! then frames: length (4 bytes) | sealed under a key derived from the master key, in the place: id, number, kind
//! first M (what it has), then D (a table's number and some of its rows), at last E (how many rows of each)
//! ```
//!
//! Cut, mixed or changed frames do not open; without the E it is not whole.

use std::io::{self, Read, Write};

use authority::{InstallationPermit, OpenTenant, Permission, check_master_key};
use changes::bin::{Reapplied, reapply};
use crypto::{Random, SealKey};
use model::{Action, Timestamp};
use serde_json::{Value, json};
use store::{WriteTx, audit_events, backup, deletions::Deletion, tenants};
use texts::AdminMessage;

use crate::{Console, Refusal};

const MAGIC: &[u8; 18] = b"portvakt backup 1\n";
/// The largest frame, in bytes: far more than a page of rows, far less than memory.
const LARGEST: u32 = 64 * 1024 * 1024;

/// What a backup has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// When it was made.
    pub made_at: Timestamp,
    /// How many rows of each table.
    pub rows: Vec<(String, u64)>,
    /// What the list of deletions changed of it in a restore.
    pub reapplied: Reapplied,
}

fn file(error: &io::Error) -> Refusal {
    Refusal::File(AdminMessage::FileUnreadable { detail: error.to_string().into() })
}

fn damaged(what: &str) -> Refusal {
    Refusal::File(AdminMessage::BackupDamaged { detail: what.into() })
}

struct Frames<F> {
    file: F,
    key: SealKey,
    id: [u8; 16],
    number: u64,
}

impl<F> Frames<F> {
    fn place(&mut self, kind: u8) -> Vec<u8> {
        self.number += 1;
        let mut place = b"backup\0".to_vec();
        place.extend_from_slice(&self.id);
        place.extend_from_slice(&self.number.to_be_bytes());
        place.push(kind);
        place
    }
}

impl<F: Write> Frames<F> {
    fn write(&mut self, random: &Random, kind: u8, plain: &[u8]) -> Result<(), Refusal> {
        let place = self.place(kind);
        let sealed = self.key.seal(random, &place, plain);
        let length = u32::try_from(sealed.len() + 1).unwrap_or(u32::MAX);
        let mut write = || {
            self.file.write_all(&length.to_be_bytes())?;
            self.file.write_all(&[kind])?;
            self.file.write_all(&sealed)
        };
        write().map_err(|error| file(&error))
    }
}

impl<F: Read> Frames<F> {
    fn read(&mut self) -> Result<(u8, Vec<u8>), Refusal> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length).map_err(|_| damaged("it ends too early"))?;
        let length = u32::from_be_bytes(length);
        if !(2..=LARGEST).contains(&length) {
            return Err(damaged("a length that cannot be"));
        }
        let mut frame = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file.read_exact(&mut frame).map_err(|_| damaged("it ends too early"))?;
        let (kind, sealed) = frame.split_first().ok_or_else(|| damaged("an empty frame"))?;
        let place = self.place(*kind);
        let plain = self.key.open(&place, sealed).map_err(|_| damaged("a frame does not open"))?;
        Ok((*kind, plain.expose().clone()))
    }
}

fn manifest(made_at: Timestamp) -> Value {
    let migrations: Vec<&str> = store::migrations().collect();
    json!({"made_at": made_at.micros(), "migrations": migrations, "tables": backup::tables().collect::<Vec<_>>()})
}

/// Opens a backup, and says what to do when it is of another version.
fn begin<F: Read>(mut input: F, master: &SealKey) -> Result<(Frames<F>, Timestamp), Refusal> {
    let mut head = [0; 18 + 16 + 8];
    input.read_exact(&mut head).map_err(|_| damaged("it is too short"))?;
    let (magic, rest) = head.split_at(18);
    if magic != MAGIC {
        return Err(damaged("it does not begin like one"));
    }
    let (id, made_at) = rest.split_at(16);
    let made_at = Timestamp::from_micros(i64::from_be_bytes(made_at.try_into().unwrap_or_default()));
    let id = id.try_into().unwrap_or_default();
    let mut frames = Frames { file: input, key: master.subkey("backup"), id, number: 0 };
    let (kind, plain) = frames.read()?;
    let found: Value = serde_json::from_slice(&plain).map_err(|_| damaged("no manifest"))?;
    if kind != b'M' || found != manifest(made_at) {
        return Err(Refusal::File(AdminMessage::BackupOfAnotherVersion));
    }
    Ok((frames, made_at))
}

/// Goes through all rows of a backup to its end.
fn walk<F: Read, E: From<Refusal>>(
    mut frames: Frames<F>,
    mut rows: impl FnMut(&'static str, &[u8]) -> Result<u32, E>,
) -> Result<Vec<(String, u64)>, E> {
    let names: Vec<&'static str> = backup::tables().collect();
    let mut counts = vec![0_u64; names.len()];
    loop {
        let (kind, plain) = frames.read()?;
        match kind {
            b'D' => {
                let (at, bytes) = plain.split_first().ok_or_else(|| damaged("an empty page"))?;
                let at = usize::from(*at);
                let name = names.get(at).ok_or_else(|| damaged("an unknown table"))?;
                let count = rows(name, bytes)?;
                if let Some(sum) = counts.get_mut(at) {
                    *sum += u64::from(count);
                }
            }
            b'E' => {
                let said: Vec<u64> = serde_json::from_slice(&plain).map_err(|_| damaged("no end"))?;
                if said != counts {
                    return Err(damaged("rows are missing").into());
                }
                let mut byte = [0];
                if !matches!(frames.file.read(&mut byte), Ok(0)) {
                    return Err(damaged("something follows its end").into());
                }
                return Ok(names.into_iter().map(str::to_owned).zip(counts).collect());
            }
            _ => return Err(damaged("an unknown frame").into()),
        }
    }
}

impl Console {
    /// Writes a backup of one state of the database while others go on; `out` must be flushed to the disk by the caller.
    ///
    /// # Errors
    /// [`Refusal::File`], [`Refusal::Forbidden`], [`Refusal::Store`]: what was written is no backup.
    pub async fn write_backup(
        &self,
        permit: &InstallationPermit,
        mut out: impl Write + Send + 'static,
        now: Timestamp,
    ) -> Result<Backup, Refusal> {
        permit.check(Permission::BackUp)?;
        let record = permit.record(Action::BackupWritten, "installation", &json!({}), now);
        self.store.write(move |tx| record.append(tx)).await?;
        let (random, id): (Random, [u8; 16]) = (self.random.clone(), self.random.bytes());
        let (master, key) = (self.master.clone(), self.master.subkey("backup"));
        let written = self.store.snapshot(move |tx| {
            // What a backup has must open with the key that opens the backup.
            check_master_key(tx, &master)?;
            let head = [MAGIC.as_slice(), &id, &now.micros().to_be_bytes()].concat();
            out.write_all(&head).map_err(|error| file(&error))?;
            let mut frames = Frames { file: out, key, id, number: 0 };
            frames.write(&random, b'M', manifest(now).to_string().as_bytes())?;
            let mut counts = Vec::new();
            for (number, name) in (0_u8..).zip(backup::tables()) {
                let (mut cursor, mut count) = (Some(backup::Cursor::default()), 0_u64);
                while let Some(from) = cursor {
                    let page = backup::page(tx, name, &from)?;
                    if page.rows > 0 {
                        frames.write(&random, b'D', &[&[number], page.bytes.as_slice()].concat())?;
                    }
                    count += u64::from(page.rows);
                    cursor = page.next;
                }
                counts.push(count);
            }
            frames.write(&random, b'E', json!(counts).to_string().as_bytes())?;
            frames.file.flush().map_err(|error| file(&error))?;
            Ok::<_, Refusal>(counts)
        });
        let rows = backup::tables().map(str::to_owned).zip(written.await?).collect();
        Ok(Backup { made_at: now, rows, reapplied: Reapplied::default() })
    }

    /// Reads a backup to its end and writes nothing.
    ///
    /// # Errors
    /// [`Refusal::File`]: it is damaged, not whole, or of another master key or version.
    pub fn check_backup(&self, input: impl Read) -> Result<Backup, Refusal> {
        let (frames, made_at) = begin(input, &self.master)?;
        let rows =
            walk::<_, Refusal>(frames, |name, bytes| backup::count(name, bytes).map_err(Refusal::Store))?;
        Ok(Backup { made_at, rows, reapplied: Reapplied::default() })
    }

    /// Puts everything that a backup has into this database, which must be empty, in one write. What `deleted` says was
    /// deleted since is in the bin again, and destroyed when its time there is over.
    ///
    /// # Errors
    /// [`Refusal::NotEmpty`], [`Refusal::File`], [`Refusal::Forbidden`], [`Refusal::Store`]: nothing was written.
    pub async fn restore_backup(
        &self,
        permit: &InstallationPermit,
        (input, deleted): (impl Read + Send + 'static, Vec<Deletion>),
        now: Timestamp,
    ) -> Result<Backup, Refusal> {
        permit.check(Permission::BackUp)?;
        let permit = permit.clone();
        let (frames, made_at) = begin(input, &self.master)?;
        let master = self.master.clone();
        let restored = self.store.write(move |tx| {
            let rows = restore(tx, frames)?;
            check_opens(tx, &master)?;
            let reapplied = reapply(tx, &master, &deleted)?;
            let details = json!({
                "made_at_seconds": made_at.seconds(),
                "deleted_again": reapplied.deleted,
                "restored_again": reapplied.restored,
            });
            permit.record(Action::BackupRestored, "installation", &details, now).append(tx)?;
            Ok::<_, Refusal>((rows, reapplied))
        });
        let (rows, reapplied) = restored.await?;
        Ok(Backup { made_at, rows, reapplied })
    }
}

fn restore(tx: &mut WriteTx<'_>, frames: Frames<impl Read>) -> Result<Vec<(String, u64)>, Refusal> {
    // First of all: whoever makes a tenant at the same time has finished, or waits for this write.
    store::installation::clear(tx)?;
    let has_tenants = !tenants::list_with_bin(tx, None, 1)?.is_empty();
    if has_tenants || audit_events::find_head(tx, model::INSTALLATION)?.is_some() {
        return Err(Refusal::NotEmpty);
    }
    walk::<_, Refusal>(frames, |name, bytes| Ok(backup::insert(tx, name, bytes)?))
}

/// Refuses what was restored where the master key does not open all of it.
fn check_opens(tx: &mut WriteTx<'_>, master: &SealKey) -> Result<(), Refusal> {
    check_master_key(tx, master)?;
    let mut after = None;
    loop {
        let rows = tenants::list_with_bin(tx, after, 1_000)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for row in rows.iter().filter(|it| !it.is_being_destroyed()) {
            OpenTenant::open(master, row).map_err(|_| Refusal::MasterKey)?;
        }
    }
}
