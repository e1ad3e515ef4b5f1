//! `portvakt tenants …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::TenantView;
use serde_json::{Value, json};
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    show::{instant, said},
};
use crate::every;

/// What can be said to `portvakt tenants`.
#[derive(Args)]
pub(crate) struct Tenants {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: TenantsCommand,
}

#[derive(Subcommand)]
enum TenantsCommand {
    /// Lists the tenants.
    List,
    /// Makes a tenant.
    Create {
        /// What you call it.
        name: String,
    },
}

fn view(tenant: &TenantView) -> Value {
    json!({
        "id": tenant.id.to_string(), "name": tenant.name, "version": tenant.version,
        "created_at": instant(tenant.created_at),
    })
}

impl AtTheDesk for Tenants {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        match self.what {
            TenantsCommand::List => {
                let all = every::tenants(&desk.console, &desk.caller).await?;
                let rows: Vec<Value> = all.iter().map(view).collect();
                desk.list(&["name", "id", "created_at"], &rows, &Outcome::NoTenant);
            }
            TenantsCommand::Create { name } => {
                let tenant = desk
                    .console
                    .create_tenant(&desk.installation(Permission::CreateTenants)?, &name, desk.now)
                    .await?;
                let thing = json!({"id": tenant.id.to_string(), "name": name});
                let next = format!(
                    "{}\n  portvakt domains create --tenant {name:?} login.example.no --environment test",
                    said(&Outcome::TenantCreated { name: name.clone().into() })
                );
                desk.done(&next, &thing);
            }
        }
        Ok(())
    }
}
