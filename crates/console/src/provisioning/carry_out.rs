//! Carries a plan out: everything in one write, or nothing.
//!
//! 1. leave is asked for, by the actor who carries it out; 2. what takes long is made (data keys, signing keys, client secrets,
//!    sealed subjects); 3. one write spends the plan if it was kept, compares every object with what it was, and writes.

use std::collections::{HashMap, hash_map::Entry};

use authority::{Caller, Permission, Tenant};
use changes::tenants::NewTenant;
use model::{TenantId, Timestamp};
use store::{StoreError, WriteTx};

use super::{
    compared::Object,
    plan::{Declined, Origin, Plan},
    planned_write::{Destination, Leave, MadeSecret, PlannedWrite, Prepared, Step},
};
use crate::{Console, Refusal};

/// How often a plan is made when somebody else was faster.
const TRIES: usize = 5;

/// Says whether somebody else changed something meanwhile, so that a plan made now may work.
const fn lost_a_race(refusal: &Refusal) -> bool {
    use StoreError::{Busy, Changed, Conflict, NotFound};
    matches!(
        refusal,
        Refusal::NotFound(_)
            | Refusal::Taken(_)
            | Refusal::NameTaken { .. }
            | Refusal::HostTaken { .. }
            | Refusal::ClientIdTaken { .. }
            | Refusal::NameInBin { .. }
            | Refusal::PlanChanged(_)
            | Refusal::Store(Busy | Changed | Conflict | NotFound)
    )
}

/// A write with everything that it needs.
struct Ready {
    step: Step,
    leave: Leave,
    prepared: Prepared,
}

impl Console {
    /// Makes a plan, and makes it again when it says that something is wrong: a plan reads more than once, so that what it
    /// finds wrong while somebody else writes may be wrong itself. Only what two plans in a row say of the same file is
    /// true.
    ///
    /// # Errors
    /// [`Declined`]: of the last plan.
    pub async fn make_plan(&self, plan: impl AsyncFn() -> Result<Plan, Declined>) -> Result<Plan, Declined> {
        let mut before = None;
        for _ in 1..TRIES {
            match plan().await {
                Err(Declined::Faults(faults)) if before.as_ref() != Some(&faults) => before = Some(faults),
                Err(Declined::Refusal(refusal)) if lost_a_race(&refusal) => {}
                done => return done,
            }
        }
        plan().await
    }

    /// Makes a plan and carries it out; gives it with the secrets that were made, to be shown once. A plan that lost a race
    /// is made again: somebody else, a node that starts with the same declaration, say, was faster.
    ///
    /// # Errors
    /// [`Declined`]: of the last plan. Nothing was written.
    pub async fn settle(
        &self,
        caller: &Caller,
        plan: impl AsyncFn() -> Result<Plan, Declined>,
        now: Timestamp,
    ) -> Result<(Plan, Vec<MadeSecret>), Declined> {
        let mut tries = 1..TRIES;
        loop {
            let made = self.make_plan(&plan).await?;
            match self.carry_out(caller, &made, now).await {
                Ok(secrets) => return Ok((made, secrets)),
                Err(refusal) if lost_a_race(&refusal) && tries.next().is_some() => {}
                Err(refusal) => return Err(Declined::Refusal(refusal)),
            }
        }
    }

    /// Does everything that a plan says, in one write; gives the secrets that it made, to be shown once.
    ///
    /// # Errors
    /// [`Refusal::PlanChanged`] names what is not what it was when the plan was made: plan again. [`Refusal::Forbidden`];
    /// [`Refusal::Store`] and what else the changes say.
    pub async fn carry_out(
        &self,
        caller: &Caller,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<Vec<MadeSecret>, Refusal> {
        if plan.is_empty() {
            self.check_leave(caller, &plan.origin).await?;
            return Ok(Vec::new());
        }
        self.carry_out_after(caller, plan, |_| Ok(()), now).await
    }

    /// The same, after `first` in the same write.
    pub(crate) async fn carry_out_after(
        &self,
        caller: &Caller,
        plan: &Plan,
        first: impl FnOnce(&mut WriteTx<'_>) -> Result<(), Refusal> + Send + 'static,
        now: Timestamp,
    ) -> Result<Vec<MadeSecret>, Refusal> {
        let ready = self.ready(caller, plan, now).await?;
        let secrets = ready.iter().filter_map(|it| it.step.write.made_secret(&it.prepared)).collect();
        let compared = plan.compared.clone();
        let has_subjects =
            ready.iter().any(|it| matches!(it.step.write, PlannedWrite::ImportSubjects { .. }));
        let declaration = match &plan.origin {
            Origin::Declaration(name) => name.clone(),
            Origin::Import(_) => String::new(),
        };
        let master = self.master.clone();
        let done = self.store.write(move |tx| {
            // Before anything else is locked, as whoever changes the register does.
            if compared.iter().any(|it| matches!(it.object, Object::Issuer(_))) {
                store::issuers::lock(tx)?;
            }
            first(tx)?;
            // In the order of all who make tenants, and before anything that a rename may hold meanwhile.
            if ready.iter().any(|it| matches!(it.step.write, PlannedWrite::CreateTenant { .. })) {
                authority::check_master_key(tx, &master)?;
                store::tenants::lock_names(tx)?;
            }
            let mut changed = Vec::new();
            for it in &compared {
                changed.extend(it.changed(tx, now)?);
            }
            if !changed.is_empty() {
                return Err(Refusal::PlanChanged(changed));
            }
            ready.iter().try_for_each(|Ready { step, leave, prepared }| {
                let into = Destination { tenant: step.tenant, declaration: &declaration, now };
                step.write.write(tx, leave, prepared, into)
            })
        });
        done.await.map_err(|refusal| match refusal {
            // Subjects never change and have no version: what is in the way shows when they are written.
            Refusal::Store(StoreError::Conflict) if has_subjects => {
                Refusal::PlanChanged(vec!["subjects".to_owned()])
            }
            other => other,
        })?;
        Ok(secrets)
    }

    /// Asks for leave, opens the tenants, and makes what takes long.
    async fn ready(&self, caller: &Caller, plan: &Plan, now: Timestamp) -> Result<Vec<Ready>, Refusal> {
        let mut tenants: HashMap<TenantId, Tenant> = HashMap::new();
        self.check_leave(caller, &plan.origin).await?;
        let mut ready = Vec::with_capacity(plan.steps.len());
        for step in plan.steps.clone() {
            if let PlannedWrite::CreateTenant { name } = &step.write {
                let making = self.installation(caller, Permission::CreateTenants)?;
                let what = NewTenant { id: step.tenant, name };
                let (tenant, rows) = changes::tenants::make(&making, self.tenant_keys(), what, now)?;
                tenants.insert(step.tenant, tenant);
                ready.push(Ready { step, leave: Leave::OfPlan, prepared: Prepared::Tenant(Box::new(rows)) });
                continue;
            }
            if let PlannedWrite::Register(write) = &step.write {
                let leave = Leave::Installation(Box::new(self.installation(caller, write.permission())?));
                let prepared = Prepared::Register(Box::new(write.clone().check(self.issuer_means())?));
                ready.push(Ready { step, leave, prepared });
                continue;
            }
            let tenant = match tenants.entry(step.tenant) {
                Entry::Occupied(found) => found.into_mut(),
                Entry::Vacant(place) => place.insert(self.tenant_by_id(caller, step.tenant).await?),
            };
            let permit = step.write.permission().map(|it| tenant.permit(it)).transpose()?;
            let leave = permit.map_or(Leave::OfPlan, |it| Leave::Tenant(Box::new(it)));
            let prepared = step.write.prepare(tenant, &self.random, now)?;
            ready.push(Ready { step, leave, prepared });
        }
        Ok(ready)
    }

    /// Refuses an actor who may not carry out such a plan.
    async fn check_leave(&self, caller: &Caller, origin: &Origin) -> Result<(), Refusal> {
        match origin {
            Origin::Import(tenant) => {
                self.tenant_by_id(caller, *tenant).await?.permit(Permission::Import)?;
            }
            Origin::Declaration(_) => {
                self.installation(caller, Permission::Declare)?;
            }
        }
        Ok(())
    }
}
