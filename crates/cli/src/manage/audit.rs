//! `portvakt audit …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::ChainVerdict;
use model::{INSTALLATION, TenantId};
use serde_json::{Value, json};
use store::audit_events::Link;
use texts::{AdminMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::{CommandError, CommandResult},
    show::{instant, print, said},
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
    /// Lists who changed what.
    List,
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
        if let AuditCommand::Verify = self.what {
            return report(desk, chains).await;
        }
        let mut rows = Vec::new();
        for (name, id) in chains {
            let mut after = 0;
            loop {
                let links = links(desk, id, after).await?;
                let Some(last) = links.last() else { break };
                after = last.sequence;
                let page = links.iter().map(|link| view(&name, link));
                match self.what {
                    AuditCommand::Export => page.for_each(|row| print(&format!("{row}\n"))),
                    _ => rows.extend(page),
                }
            }
        }
        if let AuditCommand::List = self.what {
            let columns = ["sequence", "happened_at", "tenant", "actor", "action", "object", "details"];
            desk.list(&columns, &rows, &Outcome::NoAuditEvent);
        }
        Ok(())
    }
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
