//! `portvakt tenants …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::TenantView;
use serde_json::{Value, json};
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    desk::IfVersion,
    show::{instant, said},
};
use crate::{every, permits};

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
    /// Gives a tenant another name.
    Rename {
        /// What you call it now.
        name: String,
        /// What you will call it.
        new_name: String,
        #[command(flatten)]
        if_version: IfVersion,
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
            TenantsCommand::Rename { name, new_name, if_version } => {
                let tenant = desk.tenant(Some(&name)).await?;
                let seen = if_version.or(TenantView::seen(&tenant));
                let permit = permits::may(&tenant, Permission::RenameTenants)?;
                let renamed = desk.console.rename_tenant(&permit, &seen, &new_name, desk.now).await?;
                desk.done(
                    &said(&Outcome::TenantRenamed { name: renamed.name.clone().into() }),
                    &view(&renamed),
                );
            }
        }
        Ok(())
    }
}
