//! Who may do what. A change needs a permit, and only a permit makes the audit row of a change.

use authority::chain_key;
use crypto::SealKey;
use model::{Action, Actor, AuditEvent, INSTALLATION, TenantId, Timestamp};
use serde_json::Value;
use store::{StoreError, WriteTx, audit_events};

use crate::{Console, Refusal, tenant::Tenant};

/// What can be permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Anything about the tenant.
    Manage,
    /// Rotating signing keys.
    RotateKeys,
}

/// The table: who may do what.
const fn may(actor: &Actor, permission: Permission) -> bool {
    match (actor, permission) {
        (Actor::Operator(_), _) | (Actor::Worker(_), Permission::RotateKeys) => true,
        (Actor::Worker(_), Permission::Manage) => false,
    }
}

/// Leave to change something of one tenant; made here only.
#[derive(Clone)]
pub(crate) struct Permit {
    tenant: TenantId,
    actor: String,
    chain_key: SealKey,
}

/// The audit row of one change; it has to be appended in the transaction of the change.
#[must_use]
#[derive(Clone)]
pub(crate) struct Record {
    event: AuditEvent,
    chain_key: SealKey,
}

impl Permit {
    /// Says what is about to be done. `details`: what changed, never a secret.
    pub(crate) fn record(
        &self,
        action: Action,
        object: impl Into<String>,
        details: &Value,
        now: Timestamp,
    ) -> Record {
        let event = AuditEvent {
            tenant_id: self.tenant,
            happened_at: now,
            actor: self.actor.clone(),
            action: action.as_str().to_owned(),
            object: object.into(),
            details: details.to_string(),
        };
        Record { event, chain_key: self.chain_key.clone() }
    }
}

impl Record {
    pub(crate) fn append(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        audit_events::append(tx, &self.event, self.chain_key.expose())
    }
}

impl Console {
    /// Gives leave, or refuses.
    pub(crate) fn permit(tenant: &Tenant, permission: Permission) -> Result<Permit, Refusal> {
        if !may(&tenant.actor, permission) {
            return Err(Refusal::Forbidden);
        }
        Ok(Permit {
            tenant: tenant.id,
            actor: tenant.actor.to_string(),
            chain_key: tenant.opened.chain_key(),
        })
    }

    /// Leave to do what concerns no tenant: the operator's.
    pub(crate) fn operator_permit(&self, actor: &Actor) -> Result<Permit, Refusal> {
        if !may(actor, Permission::Manage) {
            return Err(Refusal::Forbidden);
        }
        Ok(Permit { tenant: INSTALLATION, actor: actor.to_string(), chain_key: chain_key(&self.master) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, may};
    use model::Actor;

    #[test]
    fn a_worker_rotates_keys_and_nothing_else() {
        let worker = Actor::Worker("keys");
        assert!(may(&worker, Permission::RotateKeys) && !may(&worker, Permission::Manage));
    }
}
