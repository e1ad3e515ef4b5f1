//! Leave to do one thing; made here only.

use crypto::{Random, SealKey};
use model::{
    Action, AuditContext, AuditEvent, AuditPersonal, Environment, INSTALLATION, TenantId, Timestamp,
};
use store::{StoreError, WriteTx, audit_events};

use crate::{
    Actor, Caller, MasterKeyError, Permission, Tenant, chain_key, check_master_key,
    permission::{counts_on, may},
};

/// The actor may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not permitted")]
pub struct Forbidden;

/// What every permit has.
#[derive(Clone, Debug)]
struct Grant {
    permission: Permission,
    caller: Caller,
    approver: Option<Approver>,
}

/// Who approved beside the actor.
#[derive(Clone, Debug)]
struct Approver {
    actor: Actor,
    name: Option<String>,
}

/// What is about to be done.
struct RecordedChange {
    action: Action,
    /// A kind and an id.
    object: String,
    /// JSON.
    details: String,
}

impl Grant {
    fn ask(caller: &Caller, permission: Permission) -> Result<Self, Forbidden> {
        let grant = Self { permission, caller: caller.clone(), approver: None };
        if may(&caller.actor, permission) { Ok(grant) } else { Err(Forbidden) }
    }

    fn record(
        &self,
        tenant_id: TenantId,
        change: RecordedChange,
        random: &Random,
        now: Timestamp,
    ) -> AuditEvent {
        let RecordedChange { action, object, details } = change;
        let Caller { trace, address, name, .. } = &self.caller;
        let personal = (address.is_some() || name.is_some()).then(|| AuditPersonal {
            salt: random.bytes(),
            address: address.map(|it| it.to_string()),
            name: name.clone(),
        });
        let approver = self.approver.as_ref().map(|it| it.actor.to_string());
        AuditEvent {
            tenant_id,
            happened_at: now,
            actor: self.caller.actor.to_string(),
            action: action.as_str().to_owned(),
            object,
            details,
            context: Some(AuditContext::new(trace.clone(), approver, personal)),
        }
    }
}

/// Leave to do one thing in one tenant. Only [`Tenant::permit`] makes one, after it has asked the table.
///
/// ```compile_fail,E0451
/// fn forge(other: authority::Permit) -> authority::Permit {
///     authority::Permit { ..other }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Permit {
    tenant: Tenant,
    grant: Grant,
}

impl Tenant {
    /// Asks for leave to do something in this tenant.
    ///
    /// # Errors
    /// [`Forbidden`]: no role of the actor has the permission, or this is not the tenant that was opened.
    pub fn permit(&self, permission: Permission) -> Result<Permit, Forbidden> {
        // The id of a tenant can be written; what was opened cannot be exchanged.
        if self.id != self.opened().id() {
            return Err(Forbidden);
        }
        Ok(Permit { grant: Grant::ask(self.caller(), permission)?, tenant: self.clone() })
    }
}

impl Permit {
    /// Gives the tenant, if the permit is for what is about to be done.
    ///
    /// # Errors
    /// [`Forbidden`]: it is for something else.
    pub fn tenant(&self, permission: Permission) -> Result<&Tenant, Forbidden> {
        if self.grant.permission == permission { Ok(&self.tenant) } else { Err(Forbidden) }
    }

    /// Who acts.
    pub const fn caller(&self) -> &Caller {
        &self.grant.caller
    }

    /// The tenant in which the permit holds, whatever it is for: for what is looked up before something is done.
    pub const fn caller_tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Says whether the actor acts for the installation, and so may be told of other tenants.
    pub fn is_of_installation(&self) -> bool {
        self.grant.caller.actor.acts_in_every_tenant()
    }

    /// Refuses a domain on which the permission does not count.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn check_environment(&self, environment: Environment) -> Result<(), Forbidden> {
        if counts_on(self.grant.permission, environment) { Ok(()) } else { Err(Forbidden) }
    }

    /// Adds a second person's leave to do the same.
    ///
    /// # Errors
    /// [`Forbidden`]: theirs is for something else or another tenant, it is the same actor, or no person.
    pub fn approved_by(self, other: &Self) -> Result<Self, Forbidden> {
        let same = self.grant.permission == other.grant.permission && self.tenant.id == other.tenant.id;
        let approver = &other.grant.caller.actor;
        let is_person = matches!(approver, Actor::Operator(_) | Actor::Member { .. });
        if !same || !is_person || approver.to_string() == self.grant.caller.actor.to_string() {
            return Err(Forbidden);
        }
        let approver = Approver { actor: approver.clone(), name: other.grant.caller.name.clone() };
        let grant = Grant { approver: Some(approver), ..self.grant };
        Ok(Self { grant, ..self })
    }

    /// Who approved it beside the actor.
    pub fn approver(&self) -> Option<&Actor> {
        self.grant.approver.as_ref().map(|it| &it.actor)
    }

    /// What they are called.
    pub fn approver_name(&self) -> Option<&str> {
        self.grant.approver.as_ref()?.name.as_deref()
    }

    /// When the actor proved who they are; `None` for those who do not sign in.
    pub const fn signed_in_at(&self) -> Option<Timestamp> {
        self.grant.caller.actor.signed_in_at()
    }

    /// Makes the audit row of what is about to be done. `object`: a kind and an id. `details`: JSON of what changed, never
    /// a secret, never a person.
    pub fn record(
        &self,
        action: Action,
        object: impl Into<String>,
        details: &impl ToString,
        now: Timestamp,
    ) -> Record {
        let what = RecordedChange { action, object: object.into(), details: details.to_string() };
        let event = self.grant.record(self.tenant.id, what, self.tenant.random(), now);
        Record { event, chain_key: self.tenant.opened().chain_key() }
    }
}

/// Leave to do one thing that concerns no tenant, or every one.
#[derive(Clone, Debug)]
pub struct InstallationPermit {
    grant: Grant,
    master: SealKey,
    random: Random,
}

impl InstallationPermit {
    /// Asks for leave. `master`: the installation's own chain is authenticated under it. `random`: as in [`Tenant::open`].
    ///
    /// # Errors
    /// [`Forbidden`]: no role of the actor has the permission, or it is somebody of one tenant.
    pub fn ask(
        (master, random): (&SealKey, &Random),
        caller: &Caller,
        permission: Permission,
    ) -> Result<Self, Forbidden> {
        if !caller.actor.acts_in_every_tenant() {
            return Err(Forbidden);
        }
        let grant = Grant::ask(caller, permission)?;
        Ok(Self { grant, master: master.clone(), random: random.clone() })
    }

    /// Refuses a permit for something else than what is about to be done.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn check(&self, permission: Permission) -> Result<(), Forbidden> {
        if self.grant.permission == permission { Ok(()) } else { Err(Forbidden) }
    }

    /// Who acts.
    pub const fn caller(&self) -> &Caller {
        &self.grant.caller
    }

    /// Makes a tenant that has no row yet, opened for the caller.
    ///
    /// # Errors
    /// [`Forbidden`]: the permit is not one for making tenants.
    pub fn new_tenant(&self, random: &Random, id: TenantId, name: &str) -> Result<Tenant, Forbidden> {
        self.check(Permission::CreateTenants)?;
        Ok(Tenant::generate(random, id, name, self.caller()))
    }

    /// As [`Permit::record`], in the installation's own chain.
    pub fn record(
        &self,
        action: Action,
        object: impl Into<String>,
        details: &impl ToString,
        now: Timestamp,
    ) -> InstallationRecord {
        let what = RecordedChange { action, object: object.into(), details: details.to_string() };
        let event = self.grant.record(INSTALLATION, what, &self.random, now);
        InstallationRecord { event, master: self.master.clone() }
    }
}

/// The audit row of one change; it has to be appended in the transaction of the change. Only a permit makes one.
///
/// ```compile_fail,E0451
/// fn forge(other: authority::Record) -> authority::Record {
///     authority::Record { ..other }
/// }
/// ```
#[must_use]
#[derive(Clone, Debug)]
pub struct Record {
    event: AuditEvent,
    chain_key: SealKey,
}

impl Record {
    /// Appends the row to its chain.
    ///
    /// # Errors
    /// [`StoreError`]: what happened around it; then the change that it tells of must not stand either.
    pub fn append(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        audit_events::append(tx, &self.event, self.chain_key.expose())
    }
}

/// As [`Record`], of the installation's own chain.
#[must_use]
#[derive(Clone, Debug)]
pub struct InstallationRecord {
    event: AuditEvent,
    master: SealKey,
}

impl InstallationRecord {
    /// Appends the row to the chain, which is authenticated under the master key.
    ///
    /// # Errors
    /// [`MasterKeyError::NotThis`]: the key was replaced since this process read it. As for [`Record::append`], the change
    /// must not stand either.
    pub fn append(&self, tx: &mut WriteTx<'_>) -> Result<(), MasterKeyError> {
        check_master_key(tx, &self.master)?;
        Ok(audit_events::append(tx, &self.event, chain_key(&self.master).expose())?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Forbidden, InstallationPermit};
    use crate::{Actor, Caller, OpenTenant, Permission, Role, Tenant, TenantError};
    use crypto::{Random, SealKey};
    use model::{Environment, MemberId, TenantId, Timestamp};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn a_row(random: &Random, master: &SealKey, id: u8) -> store::tenants::Tenant {
        let id = TenantId::from_bytes([id; 16]);
        let sealed_data_key = OpenTenant::generate(random, id).wrap(master, random);
        let (name, disabled_at, deleted_at) = ("acme".to_owned(), None, None);
        store::tenants::Tenant {
            id,
            name,
            sealed_data_key,
            version: 1,
            created_at: NOW,
            disabled_at,
            deleted_at,
        }
    }

    fn a_member(number: u8, tenant: TenantId, role: Role) -> Caller {
        let id = MemberId::from_bytes([number; 16]);
        Caller::local(Actor::Member { id, tenant, roles: vec![role], signed_in_at: NOW })
    }

    #[test]
    fn to_a_member_of_another_tenant_there_is_no_such_tenant() {
        let random = Random::seeded(1);
        let master = SealKey::generate(&random);
        let (ours, theirs) = (a_row(&random, &master, 1), a_row(&random, &master, 2));
        let owner = a_member(1, theirs.id, Role::Owner);
        assert_eq!(Tenant::open((&master, &random), &ours, &owner).unwrap_err(), TenantError::NotFound);
        assert!(Tenant::open((&master, &random), &theirs, &owner).is_ok());
        let operator = a_member(2, theirs.id, Role::Operator);
        assert!(Tenant::open((&master, &random), &ours, &operator).is_ok());
        let asked = InstallationPermit::ask((&master, &random), &owner, Permission::ReadInstallation);
        assert_eq!(asked.unwrap_err(), Forbidden);
    }

    #[test]
    fn a_tenant_whose_id_was_exchanged_gave_a_permit_in_another_tenant() {
        let random = Random::seeded(1);
        let master = SealKey::generate(&random);
        let (ours, theirs) = (a_row(&random, &master, 1), a_row(&random, &master, 2));
        let mut tenant = Tenant::open((&master, &random), &ours, &a_member(1, ours.id, Role::Owner)).unwrap();
        tenant.id = theirs.id;
        assert_eq!(tenant.permit(Permission::ManageApplications).unwrap_err(), Forbidden);
    }

    #[test]
    fn a_permit_is_good_for_what_it_was_given_for_and_nothing_else() {
        let random = Random::seeded(1);
        let master = SealKey::generate(&random);
        let row = a_row(&random, &master, 1);
        let tenant = Tenant::open((&master, &random), &row, &a_member(1, row.id, Role::Developer)).unwrap();
        assert_eq!(tenant.permit(Permission::ManageSources).unwrap_err(), Forbidden);
        let permit = tenant.permit(Permission::ManageTestUsers).unwrap();
        assert_eq!(permit.tenant(Permission::ManageTestUsers).unwrap().id, row.id);
        assert_eq!(permit.tenant(Permission::ManageApplications).unwrap_err(), Forbidden);
        assert_eq!(permit.check_environment(Environment::Production), Err(Forbidden));
        assert_eq!(permit.signed_in_at(), Some(NOW));
    }

    #[test]
    fn a_second_approver_is_somebody_else_with_the_same_permission() {
        let random = Random::seeded(1);
        let master = SealKey::generate(&random);
        let row = a_row(&random, &master, 1);
        let permit = |number, permission| {
            let owner = a_member(number, row.id, Role::Owner);
            Tenant::open((&master, &random), &row, &owner).unwrap().permit(permission).unwrap()
        };
        let asked = permit(1, Permission::WithdrawKeys);
        assert!(asked.clone().approved_by(&asked).is_err());
        assert!(asked.clone().approved_by(&permit(2, Permission::RotateKeys)).is_err());
        let worker = Caller::worker("keys");
        let rotating = Tenant::open((&master, &random), &row, &worker).unwrap();
        let rotating = rotating.permit(Permission::RotateKeys).unwrap();
        assert!(
            permit(1, Permission::RotateKeys).approved_by(&rotating).is_err(),
            "a program approves nothing"
        );
        let approved = asked.approved_by(&permit(2, Permission::WithdrawKeys)).unwrap();
        assert_eq!(approved.approver().map(ToString::to_string), Some(format!("member:{}", "02".repeat(16))));
    }
}
