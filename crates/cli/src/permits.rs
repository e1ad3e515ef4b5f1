//! Permits, with a refusal in words.

use authority::{Caller, InstallationPermit, Permission, Permit};
use console::{Console, Tenant};

/// Asks for leave to do something in a tenant.
pub(crate) fn may(tenant: &Tenant, permission: Permission) -> Result<Permit, String> {
    tenant.permit(permission).map_err(|error| error.to_string())
}

/// Asks for leave to do what concerns no tenant, or every one.
pub(crate) fn installation(
    console: &Console,
    caller: &Caller,
    permission: Permission,
) -> Result<InstallationPermit, String> {
    console.installation(caller, permission).map_err(|refusal| refusal.to_string())
}
