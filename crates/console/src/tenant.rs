//! A tenant, opened for whoever acts.

use authority::OpenTenant;
use model::{Actor, TenantId};

/// A tenant whose data key is open, and whoever acts there.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its row.
    pub id: TenantId,
    /// What the operator calls it.
    pub name: String,
    pub(crate) actor: Actor,
    pub(crate) opened: OpenTenant,
}
