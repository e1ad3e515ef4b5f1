//! `portvakt orders …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::Tenant;
use model::{Date, LoginMethod, OrderId, Timestamp, working_days_between};
use ordering::{OrderSummary, OrderView, PersonView, StepView};
use serde_json::{Value, json};
use texts::{AdminMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    show::{instant, maybe_instant},
};
use crate::permits;

/// What can be said to `portvakt orders`.
#[derive(Args)]
pub(crate) struct Orders {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: OrdersCommand,
}

#[derive(Subcommand)]
enum OrdersCommand {
    /// Lists the orders of a tenant, the newest first.
    List {
        /// The tenant, by its name; without it, the only one.
        #[arg(long, value_name = "NAME")]
        tenant: Option<String>,
    },
    /// Lists the open orders of all tenants, those first that wait longest.
    Desk,
    /// Shows an order: where it stands, whom it asks, and what has happened. No link, code or secret is in it.
    Show {
        /// Its id, as `list` shows it.
        #[arg(value_parser = order)]
        id: OrderId,
        /// The tenant, by its name; without it, the only one.
        #[arg(long, value_name = "NAME")]
        tenant: Option<String>,
    },
}

fn order(text: &str) -> Result<OrderId, String> {
    OrderId::parse(text).map_err(|_| "an order's id has 32 hexadecimal digits".to_owned())
}

fn summary(it: &OrderSummary, now: Timestamp) -> Value {
    let days = working_days_between(Date::in_norway(it.since), Date::in_norway(now));
    json!({
        "id": it.id.to_string(), "tenant": it.tenant.to_string(), "domain": it.domain.to_string(),
        "eid": it.eid.as_str(), "company": it.company, "state": it.state.as_str(),
        "turn": it.state.turn().as_str(), "since": instant(it.since), "working_days": days,
        "created_at": instant(it.created_at), "is_sandbox": it.is_sandbox,
    })
}

fn person(it: &PersonView) -> Value {
    json!({
        "part": it.part.as_str(), "name": it.contact.name, "state": it.state.as_str(),
        "decided_at": maybe_instant(it.decided_at),
    })
}

fn step(it: &StepView) -> Value {
    json!({
        "at": instant(it.happened_at), "event": it.event, "state": it.state.as_str(), "actor": it.actor,
        "note": it.note,
    })
}

fn view(it: &OrderView) -> Value {
    let issuer = (it.eid != LoginMethod::NO_VIPPS).then(|| it.issuer.settings.name.clone());
    let files = it.files.iter().map(|it| json!({"kind": it.kind, "sha256": it.digest}));
    json!({
        "id": it.id.to_string(), "eid": it.eid.as_str(), "company": it.answers.company.name,
        "is_sandbox": it.answers.is_sandbox, "number": it.answers.company.number, "host": it.answers.host, "state": it.state.as_str(),
        "turn": it.state.turn().as_str(), "since": instant(it.since),
        "expires_at": maybe_instant(it.expires_at), "issuer": issuer, "handover": it.handover.as_str(),
        "version": it.version, "submission": it.submission, "documents_sha256": it.digest_text(ordering::Part::Signatory),
        "proposal": it.proposal.as_ref().map(|it| json!({"event": it.event.as_str(), "by": it.by_name})),
        "people": it.people.iter().map(person).collect::<Vec<_>>(),
        "documents": files.collect::<Vec<_>>(),
        "timeline": it.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

impl AtTheDesk for Orders {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        match self.what {
            OrdersCommand::List { tenant } => {
                let tenant = desk.tenant(tenant.as_deref()).await?;
                let reading = permits::may(&tenant, Permission::ReadOrders)?;
                let all = desk.orders.orders(&reading).await?;
                let rows: Vec<Value> = all.iter().map(|it| summary(it, desk.now)).collect();
                desk.list(
                    &["id", "eid", "company", "is_sandbox", "state", "turn", "since"],
                    &rows,
                    &Outcome::NoOrder,
                );
            }
            OrdersCommand::Desk => all_open(desk).await?,
            OrdersCommand::Show { id, tenant } => {
                let tenant = desk.tenant(tenant.as_deref()).await?;
                show(desk, &tenant, id).await?;
            }
        }
        Ok(())
    }
}

async fn all_open(desk: &Desk) -> CommandResult {
    let found = desk.orders.desk(&desk.installation(Permission::ReadInstallation)?).await?;
    if found.unreadable > 0 {
        let count = found.unreadable.to_string().into();
        Desk::warn(&AdminMessage::OrdersUnreadable { count }.into());
    }
    let row = |it: &ordering::DeskRow| {
        let mut row = summary(&it.order, desk.now);
        if let Some(members) = row.as_object_mut() {
            members.insert("tenant_name".to_owned(), json!(it.tenant_name));
        }
        row
    };
    let rows: Vec<Value> = found.rows.iter().map(row).collect();
    let columns = ["id", "tenant_name", "eid", "company", "is_sandbox", "state", "turn", "working_days"];
    desk.list(&columns, &rows, &Outcome::NoOrder);
    Ok(())
}

async fn show(desk: &Desk, tenant: &Tenant, id: OrderId) -> CommandResult {
    let reading = permits::may(tenant, Permission::ReadOrders)?;
    let found = desk.orders.order(&reading, id).await?;
    let shown = view(&found);
    if desk.json {
        desk.one(&[], &shown);
        return Ok(());
    }
    let mut facts = shown;
    let mut taken = |name| facts.as_object_mut().and_then(|it| it.remove(name)).unwrap_or_default();
    let lists = ["people", "documents", "timeline"].map(&mut taken);
    desk.one(&["id", "eid", "company", "is_sandbox", "state", "turn", "since"], &facts);
    let columns: [&[&str]; 3] = [
        &["part", "name", "state", "decided_at"],
        &["kind", "sha256"],
        &["at", "event", "state", "actor", "note"],
    ];
    for (list, columns) in lists.iter().zip(columns) {
        let rows = list.as_array().cloned().unwrap_or_default();
        if !rows.is_empty() {
            super::show::print("\n");
            desk.list(columns, &rows, &Outcome::NoOrder);
        }
    }
    Ok(())
}
