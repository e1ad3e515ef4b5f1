//! `portvakt audit …`

use std::time::Duration;

use authority::Permission;
use clap::{Args, Subcommand};
use console::{AuditPlace, AuditQuery, ChainVerdict, FoundLink, FoundLinks};
use model::{Action, INSTALLATION, TenantId, Timestamp};
use serde_json::{Value, json};
use store::audit_events::Link;
use texts::{AdminMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::{CommandError, CommandResult},
    show::{instant, print, print_aside, said},
    words::moment,
};
use crate::{every, permits};

/// What can be said to `portvakt audit`.
#[derive(Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    place: ConfigLocation,
    /// Whose trail; all by default.
    #[arg(long, global = true, value_name = "NAME")]
    tenant: Option<String>,
    #[command(subcommand)]
    what: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Lists who changed what: the newest changes that fit, the newest last.
    List(List),
    /// Walks the chains: fails when anything was changed, removed or added by hand.
    Verify,
    /// Writes every link as a line of JSON, with what is needed to check the chain elsewhere.
    Export,
    /// Erases the address and the name that a change was recorded with; the chain still holds.
    Erase {
        /// The number of the link, as `portvakt audit list` shows it.
        #[arg(value_name = "SEQUENCE")]
        sequence: i64,
    },
}

#[derive(Args)]
struct List {
    /// From this date or instant on, in UTC: 2026-01-31 or 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Until the end of this date, or this second, in UTC.
    #[arg(long, value_name = "TIME", value_parser = end_of_moment)]
    until: Option<Timestamp>,
    /// Only this action, such as application.changed, or those of this kind, such as application.
    #[arg(long, value_name = "WORD", value_parser = action)]
    action: Option<String>,
    /// Only of actors with this in their name.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    actor: Option<String>,
    /// Only of objects with this in their id or name: a client id, a host, a tenant.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    object: Option<String>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Those before a change, as the list before printed it.
    #[arg(long, value_name = "PLACE", value_parser = place)]
    before: Option<AuditPlace>,
}

fn end_of_moment(word: &str) -> Result<Timestamp, String> {
    let length = if word.contains('T') { 1 } else { 24 * 60 * 60 };
    moment(word).map(|it| it.after(Duration::from_secs(length)))
}

fn place(word: &str) -> Result<AuditPlace, String> {
    AuditPlace::parse(word).ok_or_else(|| "give it as `portvakt audit list` printed it".to_owned())
}

fn action(word: &str) -> Result<String, String> {
    let kind = |it: &Action| it.as_str().split('.').next().unwrap_or_default();
    if Action::ALL.iter().any(|it| it.as_str() == word || kind(it) == word) {
        return Ok(word.to_owned());
    }
    let all: Vec<&str> = Action::ALL.iter().map(|it| it.as_str()).collect();
    Err(format!("say one of {}, or what stands before the dot", all.join(", ")))
}

impl List {
    async fn run(self, desk: &Desk, chains: Vec<(String, TenantId)>) -> CommandResult {
        let query = AuditQuery {
            since: self.since,
            until: self.until,
            action: self.action,
            actor: self.actor,
            object: self.object,
            before: self.before,
        };
        let mut found = FoundLinks::new(usize::try_from(self.limit).unwrap_or(usize::MAX));
        for (_, id) in &chains {
            if *id == INSTALLATION {
                let permit = desk.installation(Permission::ReadAudit)?;
                desk.console.search_installation_audit(&permit, &query, &mut found).await?;
            } else {
                let tenant = desk.console.tenant_by_id(&desk.caller, *id).await?;
                let permit = permits::may(&tenant, Permission::ReadAudit)?;
                desk.console.search_audit(&permit, &query, &mut found).await?;
            }
        }
        let name = |id: TenantId| chains.iter().find(|it| it.1 == id).map_or("", |it| it.0.as_str());
        let row = |(place, found): (&AuditPlace, &FoundLink)| {
            let mut row = view(name(found.link.event.tenant_id), &found.link);
            if let Some(members) = row.as_object_mut() {
                members.insert("object_name".to_owned(), json!(found.object_name));
                members.insert("place".to_owned(), json!(place.to_string()));
            }
            row
        };
        let rows: Vec<Value> = found.iter().map(row).collect();
        let columns =
            ["sequence", "happened_at", "tenant", "actor", "action", "object_name", "object", "details"];
        let is_filtered = query != AuditQuery::default();
        let nothing = if is_filtered { Outcome::NoAuditEventFits } else { Outcome::NoAuditEvent };
        desk.list(&columns, &rows, &nothing);
        if let (true, Some((first, _))) = (found.has_earlier, found.iter().next()) {
            print_aside(&format!("{}\n", said(&Outcome::AuditEarlier { place: first.to_string().into() })));
        }
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

fn view(tenant: &str, link: &Link) -> Value {
    let event = &link.event;
    let context = event.context.as_ref();
    let personal = context.and_then(|it| it.personal.as_ref());
    json!({
        "tenant": tenant,
        "tenant_id": event.tenant_id.to_string(),
        "sequence": link.sequence,
        "happened_at": instant(event.happened_at),
        "happened_at_micros": event.happened_at.micros(),
        "actor": event.actor,
        "action": event.action,
        "object": event.object,
        "details": event.details,
        "digest": hex(link.digest.as_bytes()),
        "layout": if context.is_some() { 2 } else { 1 },
        "trace": context.and_then(|it| it.trace.as_deref()),
        "approver": context.and_then(|it| it.approver.as_deref()),
        "address": personal.and_then(|it| it.address.as_deref()),
        "name": personal.and_then(|it| it.name.as_deref()),
        "salt": personal.map(|it| hex(&it.salt)),
        "personal_digest": context.and_then(|it| it.personal_digest.as_ref()).map(|it| hex(it.as_bytes())),
    })
}

/// Whose chains are looked at; the installation's own has no tenant.
async fn chains(desk: &Desk, tenant: Option<&str>) -> CommandResult<Vec<(String, TenantId)>> {
    if let Some(name) = tenant {
        let tenant = desk.tenant(Some(name)).await?;
        return Ok(vec![(tenant.name, tenant.id)]);
    }
    let mut all = vec![("(installation)".to_owned(), INSTALLATION)];
    all.extend(every::tenants(&desk.console, &desk.caller).await?.into_iter().map(|it| (it.name, it.id)));
    Ok(all)
}

async fn links(desk: &Desk, id: TenantId, after: i64) -> CommandResult<Vec<Link>> {
    let links = if id == INSTALLATION {
        desk.console.installation_audit(&desk.installation(Permission::ReadAudit)?, after).await
    } else {
        let tenant = desk.console.tenant_by_id(&desk.caller, id).await?;
        desk.console.audit(&permits::may(&tenant, Permission::ReadAudit)?, after).await
    };
    links.map_err(CommandError::from)
}

async fn verify(desk: &Desk, id: TenantId) -> CommandResult<ChainVerdict> {
    if id == INSTALLATION {
        return desk
            .console
            .verify_installation_audit(&desk.installation(Permission::ReadAudit)?)
            .await
            .map_err(CommandError::from);
    }
    let tenant = desk.console.tenant_by_id(&desk.caller, id).await?;
    desk.console
        .verify_audit(&permits::may(&tenant, Permission::ReadAudit)?)
        .await
        .map_err(CommandError::from)
}

impl AtTheDesk for Audit {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        if let AuditCommand::Erase { sequence } = self.what {
            let tenant = desk.tenant(self.tenant.as_deref()).await?;
            let permit = permits::may(&tenant, Permission::ErasePersonal)?;
            desk.console.erase_personal(&permit, sequence, desk.now).await?;
            let erased = Outcome::PersonalErased {
                sequence: sequence.to_string().into(),
                tenant: tenant.name.clone().into(),
            };
            print(&format!("{}\n", said(&erased)));
            return Ok(());
        }
        let chains = chains(desk, self.tenant.as_deref()).await?;
        match self.what {
            AuditCommand::List(list) => list.run(desk, chains).await,
            AuditCommand::Verify => report(desk, chains).await,
            AuditCommand::Export | AuditCommand::Erase { .. } => export(desk, chains).await,
        }
    }
}

async fn export(desk: &Desk, chains: Vec<(String, TenantId)>) -> CommandResult {
    for (name, id) in chains {
        let mut after = 0;
        loop {
            let links = links(desk, id, after).await?;
            let Some(last) = links.last() else { break };
            after = last.sequence;
            links.iter().for_each(|link| print(&format!("{}\n", view(&name, link))));
        }
    }
    Ok(())
}

async fn report(desk: &Desk, chains: Vec<(String, TenantId)>) -> CommandResult {
    let (mut rows, mut broken) = (Vec::new(), 0_u32);
    for (name, id) in chains {
        rows.push(match verify(desk, id).await? {
            ChainVerdict::Intact(verified) => {
                json!({"tenant": name, "links": verified.links, "state": said(&Outcome::ChainHolds), "head": verified.head})
            }
            ChainVerdict::Broken(trouble) => {
                broken += 1;
                json!({"tenant": name, "links": null, "state": said(&trouble.outcome()), "head": null})
            }
        });
    }
    desk.list(&["tenant", "links", "state", "head"], &rows, &Outcome::NoChain);
    match broken {
        0 => Ok(()),
        some => Err(AdminMessage::ChainBroken { count: some.into() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{end_of_moment, moment};

    #[test]
    fn a_date_is_the_whole_day_and_an_instant_its_second() {
        let of = |word: &str| {
            (moment(word).unwrap().to_iso_seconds(), end_of_moment(word).unwrap().to_iso_seconds())
        };
        let (from, to) = ("2026-01-31T00:00:00Z".to_owned(), "2026-02-01T00:00:00Z".to_owned());
        assert_eq!(of("2026-01-31"), (from, to));
        let (from, to) = ("2026-01-31T23:59:59Z".to_owned(), "2026-02-01T00:00:00Z".to_owned());
        assert_eq!(
            (of("2026-01-31T23:59:59Z"), of("2026-01-31T23:59:59")),
            ((from.clone(), to.clone()), (from, to))
        );
        for wrong in [
            "",
            "2026",
            "2026-1-31",
            "2026-02-30",
            "2026-01-31T",
            "2026-01-31T24:00:00Z",
            "+026-01-31",
            "2026-01-31T12:00:00+01:00",
        ] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
