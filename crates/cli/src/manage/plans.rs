//! `portvakt plans …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::{KeptPlanView, PlanEnd};
use model::PlanId;
use serde_json::{Value, json};
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    planned::{show_confirmed, show_kept},
    show::{instant, maybe_instant, said},
};
use crate::{every, permits};

/// What can be said to `portvakt plans`.
#[derive(Args)]
pub(crate) struct Plans {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: PlansCommand,
}

#[derive(Subcommand)]
enum PlansCommand {
    /// Lists the plans that wait, and those that ended in the last days.
    List,
    /// Shows what a plan would change.
    Show {
        /// Its id, as `list` shows it.
        #[arg(value_parser = plan)]
        id: PlanId,
    },
    /// Does what a plan says, unless something that it was compared with was changed meanwhile.
    Confirm {
        /// Its id, as `list` shows it.
        #[arg(value_parser = plan)]
        id: PlanId,
    },
    /// Gives up a plan.
    Discard {
        /// Its id, as `list` shows it.
        #[arg(value_parser = plan)]
        id: PlanId,
    },
}

fn plan(text: &str) -> Result<PlanId, String> {
    PlanId::parse(text).map_err(|_| "a plan's id has 32 hexadecimal digits".to_owned())
}

fn view(tenant: Option<&str>, plan: &KeptPlanView) -> Value {
    json!({
        "id": plan.id.to_string(),
        "state": plan.end.map_or("waiting", PlanEnd::as_str),
        "tenant": tenant,
        "made_by": plan.made_by,
        "created_at": instant(plan.created_at),
        "expires_at": instant(plan.expires_at),
        "ended_at": maybe_instant(plan.ended_at),
    })
}

impl AtTheDesk for Plans {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        match self.what {
            PlansCommand::List => list(desk).await?,
            PlansCommand::Show { id } => {
                let (kept, plan) = desk.console.plan(&desk.caller, id, desk.now).await?;
                show_kept(desk, &kept, &plan);
            }
            PlansCommand::Confirm { id } => {
                let confirmed = desk.console.confirm_plan(&desk.caller, id, desk.now).await;
                let (plan, secrets) = confirmed?;
                show_confirmed(desk, &plan, &secrets);
            }
            PlansCommand::Discard { id } => {
                desk.console.discard_plan(&desk.caller, id, desk.now).await?;
                desk.done(
                    &said(&Outcome::PlanDiscarded),
                    &json!({"plan": id.to_string(), "state": "discarded"}),
                );
            }
        }
        Ok(())
    }
}

async fn list(desk: &Desk) -> CommandResult {
    let reading = desk.installation(Permission::ReadInstallation)?;
    let all = desk.console.installation_plans(&reading, desk.now).await?;
    let mut rows: Vec<Value> = all.iter().map(|it| view(None, it)).collect();
    for tenant in every::tenants(&desk.console, &desk.caller).await? {
        let tenant = desk.console.tenant_by_id(&desk.caller, tenant.id).await?;
        let permit = permits::may(&tenant, Permission::ReadSettings)?;
        let all = desk.console.plans(&permit, desk.now).await?;
        rows.extend(all.iter().map(|it| view(Some(&tenant.name), it)));
    }
    desk.list(&["id", "state", "tenant", "made_by", "created_at", "expires_at"], &rows, &Outcome::NoPlan);
    Ok(())
}
