//! Plans that are kept: sealed for a day, and carried out later, perhaps by another node and for somebody else.
//!
//! ```text
//! waiting ──confirm──► confirmed
//!    ├──discard──► discarded
//!    └──a day──► expired
//! ```
//!
//! A tenant's plan (an import) is sealed under the tenant's data key, the installation's (a declaration) under the master
//! key; both are bound to the plan's id and to who made it. Confirming spends the row in the write that carries it out.

use std::time::Duration;

use authority::{Caller, InstallationPermit, InstallationRecord, Permission, Permit, Record, SealedColumn};
use crypto::{SealError, Secret};
use model::{Action, INSTALLATION, PlanId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    StoreError, Tx, WriteTx,
    plans::{self, PlanState},
};
use texts::Noun;

use super::{
    plan::{Origin, Plan},
    planned_write::MadeSecret,
};
use crate::{Console, Refusal};

/// How long a plan can be confirmed.
const KEPT_FOR: Duration = Duration::from_secs(86_400);
/// The most plans of a tenant, or of the installation, that wait.
const MOST_WAITING: usize = 20;
/// The form of a plan's content; another number for whatever an older or newer version could misread.
const FORMAT: u32 = 1;

/// What became of a kept plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanEnd {
    /// It was carried out.
    Confirmed,
    /// It was given up.
    Discarded,
    /// It was not confirmed within a day.
    Expired,
    /// A later version ended it in a way that this one does not know.
    Ended,
}

impl PlanEnd {
    /// The word on screen and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Discarded => "discarded",
            Self::Expired => "expired",
            Self::Ended => "ended",
        }
    }
}

/// A kept plan as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPlanView {
    /// Its row.
    pub id: PlanId,
    /// Whose it is; `None` for a declaration of the installation.
    pub tenant: Option<TenantId>,
    /// Who made it.
    pub made_by: String,
    /// What became of it; `None` while it waits.
    pub end: Option<PlanEnd>,
    /// Since when.
    pub created_at: Timestamp,
    /// From when on it cannot be confirmed.
    pub expires_at: Timestamp,
    /// When it was confirmed or discarded.
    pub ended_at: Option<Timestamp>,
}

impl KeptPlanView {
    fn of(row: &plans::KeptPlan, now: Timestamp) -> Self {
        let end = match row.state {
            PlanState::Confirmed => Some(PlanEnd::Confirmed),
            PlanState::Discarded => Some(PlanEnd::Discarded),
            PlanState::Ended => Some(PlanEnd::Ended),
            PlanState::Waiting => (row.expires_at <= now).then_some(PlanEnd::Expired),
        };
        Self {
            id: row.id,
            tenant: Some(row.tenant_id).filter(|it| *it != INSTALLATION),
            made_by: row.made_by.clone(),
            end,
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }

    /// Refuses a plan that does not wait any more.
    fn check_waiting(&self) -> Result<(), Refusal> {
        match self.end {
            None => Ok(()),
            Some(PlanEnd::Confirmed) => Err(Refusal::PlanConfirmed),
            Some(PlanEnd::Discarded) => Err(Refusal::PlanDiscarded),
            Some(PlanEnd::Expired) => Err(Refusal::PlanExpired),
            Some(PlanEnd::Ended) => Err(Refusal::PlanEnded),
        }
    }
}

/// What is sealed.
#[derive(Serialize)]
struct Content<'p> {
    format: u32,
    plan: &'p Plan,
}

/// The form alone, which every version must be able to read.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize)]
struct OpenedContent {
    plan: Plan,
}

/// Leave for a plan, in its tenant or in the installation.
enum Leave {
    Tenant(Box<Permit>, Permission),
    Installation(Box<InstallationPermit>),
}

impl Leave {
    fn tenant(&self) -> Result<TenantId, Refusal> {
        match self {
            Self::Tenant(permit, permission) => Ok(permit.tenant(*permission)?.id),
            Self::Installation(_) => Ok(INSTALLATION),
        }
    }

    fn record(&self, action: Action, id: PlanId, details: &Value, now: Timestamp) -> LeaveRecord {
        let object = format!("plan {id}");
        match self {
            Self::Tenant(permit, _) => LeaveRecord::Tenant(permit.record(action, object, details, now)),
            Self::Installation(permit) => {
                LeaveRecord::Installation(permit.record(action, object, details, now))
            }
        }
    }
}

/// The audit row of what happened to a plan.
enum LeaveRecord {
    Tenant(Record),
    Installation(InstallationRecord),
}

impl LeaveRecord {
    fn append(&self, tx: &mut WriteTx<'_>) -> Result<(), Refusal> {
        match self {
            Self::Tenant(record) => Ok(record.append(tx)?),
            Self::Installation(record) => Ok(record.append(tx)?),
        }
    }
}

fn origin_word(origin: &Origin) -> Value {
    match origin {
        Origin::Import(_) => json!({"import": true}),
        Origin::Declaration(name) => json!({"declaration": name}),
    }
}

fn waiting(tx: &mut impl Tx, tenant: TenantId, now: Timestamp) -> Result<usize, StoreError> {
    let rows = plans::list(tx, tenant)?;
    Ok(rows.iter().filter(|it| KeptPlanView::of(it, now).end.is_none()).count())
}

/// Ends a plan in the write that follows from it; of several callers the first does.
fn consume(
    tx: &mut WriteTx<'_>,
    row: &plans::KeptPlan,
    (end, record): (PlanState, &LeaveRecord),
    now: Timestamp,
) -> Result<(), Refusal> {
    if plans::consume(tx, (row.tenant_id, row.id), end, now)? {
        return record.append(tx);
    }
    let is = plans::find_by_id(tx, row.id)?.ok_or(Refusal::NotFound(Noun::Plan))?;
    KeptPlanView::of(&is, now).check_waiting()?;
    Err(StoreError::Changed.into())
}

impl Console {
    /// Keeps a plan for a day, to be confirmed later.
    ///
    /// # Errors
    /// [`Refusal::TooManyPlans`], [`Refusal::Forbidden`], [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn keep_plan(
        &self,
        caller: &Caller,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<KeptPlanView, Refusal> {
        let leave = match &plan.origin {
            Origin::Import(tenant) => {
                let permit = self.tenant_by_id(caller, *tenant).await?.permit(Permission::Import)?;
                Leave::Tenant(Box::new(permit), Permission::Import)
            }
            Origin::Declaration(_) => {
                Leave::Installation(Box::new(self.installation(caller, Permission::Declare)?))
            }
        };
        let row = plans::KeptPlan {
            tenant_id: leave.tenant()?,
            id: PlanId::new(&self.random, now),
            state: PlanState::Waiting,
            made_by: caller.actor.to_string(),
            created_at: now,
            expires_at: now.after(KEPT_FOR),
            ended_at: None,
        };
        let sealed = self.seal_plan(&leave, &row, plan)?;
        let mut details = origin_word(&plan.origin);
        if let Some(members) = details.as_object_mut() {
            members.insert("writes".to_owned(), json!(plan.steps.len()));
        }
        let record = leave.record(Action::PlanKept, row.id, &details, now);
        let view = KeptPlanView::of(&row, now);
        let kept = self.store.write(move |tx| {
            if waiting(tx, row.tenant_id, now)? >= MOST_WAITING {
                return Err(Refusal::TooManyPlans(MOST_WAITING));
            }
            plans::insert(tx, &row, &sealed)?;
            record.append(tx)
        });
        kept.await?;
        Ok(view)
    }

    fn seal_plan(&self, leave: &Leave, row: &plans::KeptPlan, plan: &Plan) -> Result<Vec<u8>, Refusal> {
        let plain = serde_json::to_vec(&Content { format: FORMAT, plan });
        let plain = Secret::new(plain.map_err(|_| Refusal::PlanUnreadable)?);
        let column = SealedColumn::Plan { id: row.id, made_by: &row.made_by };
        Ok(match leave {
            Leave::Tenant(permit, permission) => {
                permit.tenant(*permission)?.opened().seal(&self.random, &column, plain.expose())
            }
            Leave::Installation(_) => {
                self.master.seal(&self.random, &column.context(INSTALLATION), plain.expose())
            }
        })
    }

    fn open_plan(&self, leave: &Leave, row: &plans::KeptPlan, sealed: &[u8]) -> Result<Plan, Refusal> {
        let column = SealedColumn::Plan { id: row.id, made_by: &row.made_by };
        let opened: Result<Secret<Vec<u8>>, SealError> = match leave {
            Leave::Tenant(permit, permission) => permit.tenant(*permission)?.opened().unseal(&column, sealed),
            Leave::Installation(_) => self.master.open(&column.context(INSTALLATION), sealed),
        };
        let opened = opened.map_err(|_| Refusal::PlanUnreadable)?;
        let format = serde_json::from_slice::<Format>(opened.expose()).map(|it| it.format);
        if format.ok() != Some(FORMAT) {
            return Err(Refusal::PlanUnreadable);
        }
        let content = serde_json::from_slice::<OpenedContent>(opened.expose());
        let plan = content.map_err(|_| Refusal::PlanUnreadable)?.plan;
        let belongs = match &plan.origin {
            Origin::Import(tenant) => *tenant == row.tenant_id,
            Origin::Declaration(_) => row.tenant_id == INSTALLATION,
        };
        if belongs { Ok(plan) } else { Err(Refusal::PlanUnreadable) }
    }

    /// Finds a plan for an actor; another tenant's does not exist. `of_tenant`, `of_installation`: what it takes.
    async fn find_plan(
        &self,
        caller: &Caller,
        id: PlanId,
        (of_tenant, of_installation): (Permission, Permission),
    ) -> Result<(plans::KeptPlan, Leave), Refusal> {
        let found = self.store.read(move |tx| plans::find_by_id(tx, id)).await?;
        let row = found.ok_or(Refusal::NotFound(Noun::Plan))?;
        let hidden = |refusal| match refusal {
            Refusal::NotFound(_) => Refusal::NotFound(Noun::Plan),
            other => other,
        };
        let leave = if row.tenant_id == INSTALLATION {
            let permit = self.installation(caller, of_installation);
            Leave::Installation(Box::new(permit.map_err(|_| Refusal::NotFound(Noun::Plan))?))
        } else {
            let tenant = self.tenant_by_id(caller, row.tenant_id).await.map_err(hidden)?;
            Leave::Tenant(Box::new(tenant.permit(of_tenant)?), of_tenant)
        };
        Ok((row, leave))
    }

    async fn content(&self, leave: &Leave, row: &plans::KeptPlan) -> Result<Plan, Refusal> {
        let (tenant, id) = (row.tenant_id, row.id);
        let sealed = self.store.read(move |tx| plans::find_content(tx, tenant, id)).await?;
        let Some(sealed) = sealed else {
            // It ended since the row was read, or another node's clock is ahead of ours.
            let found = self.store.read(move |tx| plans::find_by_id(tx, id)).await?;
            let is = found.ok_or(Refusal::NotFound(Noun::Plan))?;
            KeptPlanView::of(&is, is.created_at).check_waiting()?;
            return Err(Refusal::PlanExpired);
        };
        self.open_plan(leave, row, &sealed)
    }

    /// Lists the plans of a tenant that wait, and those that ended lately, the newest first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn plans(&self, permit: &Permit, now: Timestamp) -> Result<Vec<KeptPlanView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let rows = self.store.read(move |tx| plans::list(tx, tenant)).await?;
        Ok(rows.iter().map(|row| KeptPlanView::of(row, now)).collect())
    }

    /// The same of the installation.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn installation_plans(
        &self,
        permit: &InstallationPermit,
        now: Timestamp,
    ) -> Result<Vec<KeptPlanView>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let rows = self.store.read(move |tx| plans::list(tx, INSTALLATION)).await?;
        Ok(rows.iter().map(|row| KeptPlanView::of(row, now)).collect())
    }

    /// Finds a plan that waits, with what it would change.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::PlanExpired`], [`Refusal::PlanConfirmed`], [`Refusal::PlanDiscarded`],
    /// [`Refusal::PlanUnreadable`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn plan(
        &self,
        caller: &Caller,
        id: PlanId,
        now: Timestamp,
    ) -> Result<(KeptPlanView, Plan), Refusal> {
        let reading = (Permission::ReadSettings, Permission::ReadInstallation);
        let (row, leave) = self.find_plan(caller, id, reading).await?;
        let view = KeptPlanView::of(&row, now);
        view.check_waiting()?;
        Ok((view, self.content(&leave, &row).await?))
    }

    /// Carries out a plan that waits, with the permits of the actor who confirms it; gives it with the secrets that were made, to
    /// be shown once. It can be confirmed once, on whichever node.
    ///
    /// # Errors
    /// [`Refusal::PlanChanged`] names what was changed since the plan was made, and the plan waits on; otherwise as
    /// [`Console::plan`] and [`Console::carry_out`].
    pub async fn confirm_plan(
        &self,
        caller: &Caller,
        id: PlanId,
        now: Timestamp,
    ) -> Result<(Plan, Vec<MadeSecret>), Refusal> {
        let (row, leave) = self.find_plan(caller, id, (Permission::Import, Permission::Declare)).await?;
        KeptPlanView::of(&row, now).check_waiting()?;
        let plan = self.content(&leave, &row).await?;
        let details = json!({"made_by": row.made_by});
        let record = leave.record(Action::PlanConfirmed, id, &details, now);
        let first = move |tx: &mut WriteTx<'_>| consume(tx, &row, (PlanState::Confirmed, &record), now);
        let secrets = self.carry_out_after(caller, &plan, first, now).await?;
        Ok((plan, secrets))
    }

    /// Gives up a plan that waits.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::PlanExpired`], [`Refusal::PlanConfirmed`], [`Refusal::PlanDiscarded`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn discard_plan(&self, caller: &Caller, id: PlanId, now: Timestamp) -> Result<(), Refusal> {
        let (row, leave) = self.find_plan(caller, id, (Permission::Import, Permission::Declare)).await?;
        KeptPlanView::of(&row, now).check_waiting()?;
        let details = json!({"made_by": row.made_by});
        let record = leave.record(Action::PlanDiscarded, id, &details, now);
        let done = self.store.write(move |tx| consume(tx, &row, (PlanState::Discarded, &record), now));
        done.await
    }
}
