//! What the commands about tenants, domains and applications share: deleting, the bin, restoring.

use std::io::{BufRead as _, IsTerminal as _};

use authority::Permission;
use clap::Args;
use console::{BinView, deleting, noun_of};
use serde_json::{Value, json};
use store::bin::Kind;
use texts::{AdminMessage, Outcome};

use super::{
    Desk,
    command_error::CommandResult,
    show::{instant, print_aside, said},
};
use crate::{deletions, permits};

/// How a deletion is confirmed.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Confirm {
    /// Deletes without asking for the name again.
    #[arg(long)]
    yes: bool,
}

impl Confirm {
    /// Has the person at the terminal type the name of what is to be deleted.
    pub(super) fn check(self, kind: Kind, name: &str) -> CommandResult {
        let unconfirmed = AdminMessage::DeletionUnconfirmed { noun: noun_of(kind), name: name.into() };
        if self.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(unconfirmed.into());
        }
        print_aside(&format!(
            "{} ",
            said(&Outcome::DeletionAsked { kind: kind.as_str().into(), name: name.to_owned().into() })
        ));
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        if read.is_ok() && line.trim() == name { Ok(()) } else { Err(unconfirmed.into()) }
    }
}

fn view(desk: &Desk, binned: &BinView) -> Value {
    json!({
        "kind": binned.kind.as_str(),
        "name": binned.name,
        "tenant": binned.tenant_name,
        "domain": binned.host,
        "id": binned.id,
        "state": if binned.is_being_destroyed { "being destroyed" } else { "deleted" },
        "deleted_at": instant(binned.deleted_at),
        "deleted_by": binned.deleted_by,
        "destroyed_at": instant(binned.destroyed_at),
        "restore": desk.command(binned.restore_command()),
    })
}

async fn all(desk: &Desk, kind: Kind) -> CommandResult<Vec<BinView>> {
    let all = desk.console.bin(&desk.installation(Permission::ReadInstallation)?).await?;
    Ok(all.into_iter().filter(|it| it.kind == kind).collect())
}

/// Lists what of a kind is in the bin, of this tenant or domain only.
pub(super) async fn list(desk: &Desk, kind: Kind, of: impl Fn(&BinView) -> bool) -> CommandResult {
    let rows: Vec<Value> =
        all(desk, kind).await?.iter().filter(|it| of(it)).map(|it| view(desk, it)).collect();
    let columns: &[&str] = match kind {
        Kind::Tenant => &["name", "state", "deleted_at", "deleted_by", "destroyed_at"],
        Kind::Domain => &["name", "tenant", "state", "deleted_at", "deleted_by", "destroyed_at"],
        Kind::Application => &["name", "domain", "state", "deleted_at", "deleted_by", "destroyed_at"],
    };
    desk.list(columns, &rows, &Outcome::BinEmpty);
    Ok(())
}

/// Says that something was deleted, until when it can be restored, and how. `id`: its row's.
pub(super) async fn deleted(desk: &Desk, kind: Kind, id: &str) -> CommandResult {
    keep_list(desk).await?;
    let Some(binned) = all(desk, kind).await?.into_iter().find(|it| it.id == id) else { return Ok(()) };
    let sentence = said(&Outcome::Deleted {
        kind: kind.as_str().into(),
        name: binned.name.clone().into(),
        until: instant(binned.destroyed_at).into(),
        command: desk.command(binned.restore_command()).into(),
    });
    desk.done(&sentence, &view(desk, &binned));
    Ok(())
}

/// Refuses the host of a domain that is neither there nor in the bin.
pub(super) async fn check_host(desk: &Desk, host: &str) -> CommandResult {
    let permit = desk.installation(Permission::ReadInstallation)?;
    if desk.console.is_known_host(&permit, host).await? {
        return Ok(());
    }
    desk.domain(host).await.map(drop)
}

/// Restores something by its name; of an application `host` is its domain's.
pub(super) async fn restore(desk: &Desk, kind: Kind, (name, host): (&str, Option<&str>)) -> CommandResult {
    let is_it = |it: &BinView| {
        // As names are unique: client ids by the letter, hosts and tenants without regard to case.
        let same = match kind {
            Kind::Application => it.name == name,
            Kind::Domain => it.name.eq_ignore_ascii_case(name),
            Kind::Tenant => model::name_key(&it.name) == model::name_key(name),
        };
        let at = host.is_none_or(|host| it.host.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(host)));
        same && at
    };
    let Some(binned) = all(desk, kind).await?.into_iter().find(is_it) else {
        let command = match (kind, host) {
            (Kind::Tenant, _) => "portvakt tenants bin".to_owned(),
            (Kind::Domain, _) => "portvakt domains bin".to_owned(),
            (Kind::Application, host) => {
                format!("portvakt applications bin --domain {}", host.unwrap_or_default())
            }
        };
        let (noun, name) = (noun_of(kind), name.into());
        return Err(AdminMessage::NotInBin { noun, name, command: command.into() }.into());
    };
    let tenant = desk.console.tenant_with_bin(&desk.caller, binned.tenant).await?;
    let permit = permits::may(&tenant, deleting(kind))?;
    desk.console.restore_deleted(&permit, &binned.object(), desk.now).await?;
    keep_list(desk).await?;
    let name = binned.name.clone().into();
    let sentence = said(&Outcome::Restored { kind: kind.as_str().into(), name });
    desk.done(&sentence, &json!({"kind": kind.as_str(), "name": binned.name, "id": binned.id}));
    Ok(())
}

/// The running service does the same every minute; a command does it at once.
async fn keep_list(desk: &Desk) -> CommandResult {
    if let Some(path) = &desk.deletions {
        deletions::keep(&desk.console, &desk.caller, path).await?;
    }
    Ok(())
}
