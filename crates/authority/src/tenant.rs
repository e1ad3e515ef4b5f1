//! A tenant, opened for the actor that works in it.

use crypto::{Random, SealKey};
use model::TenantId;
use store::tenants;

use crate::{Caller, OpenTenant};

/// Why a tenant is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The caller does not act there: to them there is no such tenant.
    #[error("there is no such tenant")]
    NotFound,
    /// It is another master key, or the row was changed.
    #[error("the master key does not open the tenant's data key")]
    MasterKey,
}

/// A tenant whose data key is open, and who acts there.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its row.
    pub id: TenantId,
    /// What the operator calls it.
    pub name: String,
    /// Counts its changes.
    pub version: i64,
    /// Nobody can log in at its domains.
    pub is_disabled: bool,
    opened: OpenTenant,
    caller: Caller,
    random: Random,
}

impl Tenant {
    /// Opens a tenant's row for a caller. `random`: for what is made in it, and what salts a person in the audit trail.
    ///
    /// # Errors
    /// [`TenantError`].
    pub fn open(
        (master, random): (&SealKey, &Random),
        row: &tenants::Tenant,
        caller: &Caller,
    ) -> Result<Self, TenantError> {
        if !caller.actor.acts_in(row.id) {
            return Err(TenantError::NotFound);
        }
        let opened = OpenTenant::open(master, row).map_err(|_| TenantError::MasterKey)?;
        Ok(Self {
            id: row.id,
            name: row.name.clone(),
            version: row.version,
            is_disabled: row.disabled_at.is_some(),
            opened,
            caller: caller.clone(),
            random: random.clone(),
        })
    }

    /// Makes a tenant that has no row yet.
    pub(crate) fn generate(random: &Random, id: TenantId, name: &str, caller: &Caller) -> Self {
        let opened = OpenTenant::generate(random, id);
        let (caller, random) = (caller.clone(), random.clone());
        Self { id, name: name.to_owned(), version: 1, is_disabled: false, opened, caller, random }
    }

    /// What seals and opens the tenant's values.
    pub const fn opened(&self) -> &OpenTenant {
        &self.opened
    }

    /// Where the randomness of what is made in the tenant comes from.
    pub const fn random(&self) -> &Random {
        &self.random
    }

    /// Who acts.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }
}
