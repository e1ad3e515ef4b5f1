//! `portvakt tenants …`

use authority::Permission;
use clap::{Args, Subcommand};
use console::TenantView;
use serde_json::{Value, json};
use store::bin::Kind;
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    bin::{self, Confirm},
    command_error::CommandResult,
    desk::IfVersion,
    show::{instant, maybe_instant, said},
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
    /// Disables a tenant: nobody can log in at its domains within seconds.
    Disable(Switched),
    /// Enables a tenant again.
    Enable(Switched),
    /// Deletes a tenant with everything that it has: at once for everybody, for good after 30 days.
    Delete {
        /// What you call it.
        name: String,
        #[command(flatten)]
        confirm: Confirm,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Restores a tenant that was deleted.
    Restore {
        /// What you called it.
        name: String,
    },
    /// Lists the tenants that were deleted, and when they are destroyed.
    Bin,
}

#[derive(Args)]
struct Switched {
    /// What you call it.
    name: String,
    #[command(flatten)]
    if_version: IfVersion,
}

fn view(tenant: &TenantView) -> Value {
    json!({
        "id": tenant.id.to_string(), "name": tenant.name, "version": tenant.version,
        "state": if tenant.disabled_at.is_some() { "disabled" } else { "enabled" },
        "created_at": instant(tenant.created_at), "disabled_at": maybe_instant(tenant.disabled_at),
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
                desk.list(&["name", "state", "id", "created_at"], &rows, &Outcome::NoTenant);
            }
            TenantsCommand::Create { name } => {
                let tenant = desk
                    .console
                    .create_tenant(&desk.installation(Permission::CreateTenants)?, &name, desk.now)
                    .await?;
                let thing = json!({"id": tenant.id.to_string(), "name": name});
                let next = format!(
                    "{}\n  {}",
                    said(&Outcome::TenantCreated { name: name.clone().into() }),
                    desk.command(format!(
                        "portvakt domains create --tenant {name:?} login.example.no --environment test"
                    )),
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
            TenantsCommand::Disable(it) => it.run(desk, false).await?,
            TenantsCommand::Enable(it) => it.run(desk, true).await?,
            TenantsCommand::Delete { name, confirm, if_version } => {
                let tenant = desk.tenant(Some(&name)).await?;
                confirm.check(Kind::Tenant, &tenant.name)?;
                let seen = if_version.or(TenantView::seen(&tenant));
                let permit = permits::may(&tenant, Permission::DeleteTenants)?;
                desk.console.delete_tenant(&permit, &seen, desk.now).await?;
                bin::deleted(desk, Kind::Tenant, &tenant.id.to_string()).await?;
            }
            TenantsCommand::Restore { name } => bin::restore(desk, Kind::Tenant, (&name, None)).await?,
            TenantsCommand::Bin => bin::list(desk, Kind::Tenant, |_| true).await?,
        }
        Ok(())
    }
}

impl Switched {
    async fn run(self, desk: &Desk, on: bool) -> CommandResult {
        let tenant = desk.tenant(Some(&self.name)).await?;
        let seen = self.if_version.or(TenantView::seen(&tenant));
        let permit = permits::may(&tenant, Permission::SwitchTenants)?;
        desk.console.switch_tenant(&permit, &seen, on, desk.now).await?;
        let name = tenant.name.clone().into();
        let done = if on { Outcome::Enabled { name } } else { Outcome::Disabled { name } };
        let state = if on { "enabled" } else { "disabled" };
        desk.done(&said(&done), &json!({"name": tenant.name, "state": state}));
        Ok(())
    }
}
