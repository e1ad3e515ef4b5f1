//! Permits, with a refusal that can be told.

use authority::{Caller, InstallationPermit, Permission, Permit};
use console::{Console, Refusal, Tenant};

/// Asks for leave to do something in a tenant.
pub(crate) fn may(tenant: &Tenant, permission: Permission) -> Result<Permit, Refusal> {
    Ok(tenant.permit(permission)?)
}

/// Asks for leave to do what concerns no tenant, or every one.
pub(crate) fn installation(
    console: &Console,
    caller: &Caller,
    permission: Permission,
) -> Result<InstallationPermit, Refusal> {
    console.installation(caller, permission)
}
