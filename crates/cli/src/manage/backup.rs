//! `portvakt backup` and `portvakt restore`.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, BufWriter, ErrorKind},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use authority::Permission;
use clap::Args;
use console::Backup as Made;
use serde_json::{Map, Value, json};
use store::Access;
use texts::{AdminMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    show::{instant, said},
    words::{shown, unusable},
};
use crate::deletions;

/// What can be said to `portvakt backup`.
#[derive(Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    place: ConfigLocation,
    /// The file to write; it must not be there yet.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
}

/// What can be said to `portvakt restore`.
#[derive(Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    place: ConfigLocation,
    /// The backup.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// The list of what was deleted, which is applied again; by default the one that the configuration names, or the one
    /// beside the SQLite file.
    #[arg(long = "deletions-file", alias = "deletions", value_name = "FILE")]
    deletions: Option<PathBuf>,
    /// Reads the backup to its end, says what it has, and writes nothing.
    #[arg(long)]
    check: bool,
}

fn view(made: &Made, file: &Path) -> Value {
    let rows: Map<String, Value> =
        made.rows.iter().map(|(name, count)| (name.clone(), json!(count))).collect();
    json!({
        "file": file.display().to_string(), "made_at": instant(made.made_at), "rows": rows,
        "deleted_again": made.reapplied.deleted, "restored_again": made.reapplied.restored,
    })
}

fn sum(made: &Made) -> u64 {
    made.rows.iter().map(|(_, count)| count).sum()
}

fn trouble(path: &Path) -> impl Fn(std::io::Error) -> AdminMessage + '_ {
    move |error| unusable(path, &error)
}

impl AtTheDesk for Backup {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let to = self.file;
        if to.exists() {
            let path = to.display().to_string().into();
            return Err(AdminMessage::FileExists { path }.into());
        }
        // Under another name until it is whole and on the disk.
        let aside = to.with_added_extension("part");
        // What stands there is of a backup that was not finished, or somebody's link: it is not written through.
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(trouble(&aside)(error).into()),
            _ => {}
        }
        let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside);
        let opened = open.map_err(trouble(&aside))?;
        store::give_to_directory_owner(&opened, &aside).map_err(trouble(&aside))?;
        let synced = opened.try_clone().map_err(trouble(&aside))?;
        let made = desk
            .console
            .write_backup(&desk.installation(Permission::BackUp)?, BufWriter::new(opened), desk.now)
            .await;
        let made = match made {
            Ok(made) => made,
            Err(refusal) => {
                let _ = fs::remove_file(&aside);
                return Err(refusal.into());
            }
        };
        synced.sync_all().map_err(trouble(&aside))?;
        fs::rename(&aside, &to).map_err(trouble(&to))?;
        // The name is on the disk only when its directory is.
        let folder = to.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|it| it.sync_all()).map_err(trouble(folder))?;
        let written = Outcome::BackupWritten { count: sum(&made).to_string().into(), path: shown(&to) };
        desk.done(&said(&written), &view(&made, &to));
        Ok(())
    }
}

impl AtTheDesk for Restore {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    fn access(&self) -> Access {
        // A check only reads the file.
        if self.check { Access::Shared } else { Access::Alone }
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let opened = BufReader::new(File::open(&self.file).map_err(trouble(&self.file))?);
        if self.check {
            let made = desk.console.check_backup(opened)?;
            let at = instant(made.made_at).into();
            let whole = Outcome::BackupWhole { at, count: sum(&made).to_string().into() };
            desk.done(&said(&whole), &view(&made, &self.file));
            return Ok(());
        }
        let list = self.deletions.as_ref().or(desk.deletions.as_ref());
        if let Some(named) = self.deletions.as_ref().filter(|it| !it.exists()) {
            return Err(trouble(named)(ErrorKind::NotFound.into()).into());
        }
        let deleted = list.map(|path| deletions::read(path)).transpose()?.unwrap_or_default();
        let permit = desk.installation(Permission::BackUp)?;
        let made = desk.console.restore_backup(&permit, (opened, deleted), desk.now).await?;
        let at = instant(made.made_at).into();
        let restored = Outcome::BackupRestored { count: sum(&made).to_string().into(), at };
        desk.done(&said(&restored), &view(&made, &self.file));
        match list {
            None => Desk::note(&Outcome::DeletionsNone),
            Some(_) => {
                let console::Reapplied { deleted, restored } = made.reapplied;
                if deleted > 0 {
                    Desk::note(&Outcome::DeletionsApplied { count: deleted.to_string().into() });
                }
                if restored > 0 {
                    Desk::note(&Outcome::DeletionsUndone { count: restored.to_string().into() });
                }
            }
        }
        Ok(())
    }
}
