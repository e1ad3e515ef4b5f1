//! Kept plans: what an import or a declaration would change, sealed, until somebody confirms it.
//!
//! A plan ends once: confirmed or discarded. Its content goes then, or when the plan expires; the rest of the row stays a
//! week longer, so that a late caller is told what became of it.

use std::time::Duration;

use model::{PlanId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};

/// How long a row outlives its plan.
const TOLD_FOR: Duration = Duration::from_secs(7 * 86_400);

const INSERT: &str =
    "INSERT INTO plans (tenant_id, id, state, made_by, sealed_plan, created_at, expires_at, ended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
/// The operator's: a plan is confirmed by its id alone.
pub(crate) const FIND_BY_ID: &str = "SELECT id, tenant_id, state, made_by, created_at, expires_at, ended_at
    FROM plans WHERE id = $1";
const LIST: &str = "SELECT id, tenant_id, state, made_by, created_at, expires_at, ended_at
    FROM plans WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1000";
const CONTENT: &str = "SELECT id, sealed_plan FROM plans WHERE tenant_id = $1 AND id = $2";
/// No state: what a later version wrote there is no hindrance.
const CONTENTS: &str = "SELECT id, made_by, sealed_plan
    FROM plans WHERE tenant_id = $1 AND sealed_plan IS NOT NULL ORDER BY id DESC LIMIT 1000";
const SAVE_CONTENT: &str =
    "UPDATE plans SET sealed_plan = $1 WHERE tenant_id = $2 AND id = $3 AND sealed_plan IS NOT NULL";
const CONSUME: &str = "UPDATE plans SET state = $1, ended_at = $2, sealed_plan = NULL
    WHERE tenant_id = $3 AND id = $4 AND state = $5 AND expires_at > $2";
pub(crate) const SWEEP_CONTENTS: &str = "UPDATE plans SET sealed_plan = NULL WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM plans
    WHERE expires_at <= $1 AND sealed_plan IS NOT NULL ORDER BY expires_at LIMIT $2)";
pub(crate) const SWEEP: &str = "DELETE FROM plans WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM plans WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] =
    &[INSERT, FIND_BY_ID, LIST, CONTENT, CONTENTS, SAVE_CONTENT, CONSUME, SWEEP_CONTENTS, SWEEP];

words! {
    /// What became of a plan.
    PlanState {
        /// It waits to be confirmed or discarded.
        Waiting = "waiting",
        /// It was carried out.
        Confirmed = "confirmed",
        /// It was given up.
        Discarded = "discarded",
        /// A later version ended it in a way that this one does not know. Never written.
        Ended = "ended",
    }
}

/// A kept plan's row, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPlan {
    /// Whose it is; [`model::INSTALLATION`] for a declaration.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: PlanId,
    /// What became of it.
    pub state: PlanState,
    /// Who made it, as in audit events.
    pub made_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it cannot be confirmed.
    pub expires_at: Timestamp,
    /// When it was confirmed or discarded.
    pub ended_at: Option<Timestamp>,
}

/// Adds a plan with its content.
///
/// # Errors
/// [`StoreError::Conflict`] when the id is taken.
pub fn insert(tx: &mut WriteTx<'_>, plan: &KeptPlan, sealed_plan: &[u8]) -> Result<(), StoreError> {
    let values = [
        plan.tenant_id.into(),
        plan.id.into(),
        plan.state.into(),
        (&plan.made_by).into(),
        sealed_plan.into(),
        plan.created_at.into(),
        plan.expires_at.into(),
        plan.ended_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Finds a plan, whosever it is, in whichever state. The operator's: the caller opens the tenant for the actor.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_id(tx: &mut impl Tx, id: PlanId) -> Result<Option<KeptPlan>, StoreError> {
    tx.find(FIND_BY_ID, &[id.into()])?.map(read).transpose()
}

/// Lists the plans of a tenant, or of the installation, the newest first; at most 1,000.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<KeptPlan>, StoreError> {
    tx.list(LIST, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Finds the content of a plan; `None` where it is gone.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_content(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    id: PlanId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(row) = tx.find(CONTENT, &[tenant_id.into(), id.into()])? else { return Ok(None) };
    let mut row = row.of("plans");
    row.id("id", PlanId::parse)?;
    row.maybe_bytes("sealed_plan")
}

/// A plan that still has its content, with what it takes to seal it anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanContent {
    /// Its id.
    pub id: PlanId,
    /// Who made it; the content is bound to it.
    pub made_by: String,
    /// The content.
    pub sealed_plan: Vec<u8>,
}

/// Lists the contents of a tenant's plans, or of the installation's, the newest first, whatever their state is; at most
/// 1,000.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn contents(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<PlanContent>, StoreError> {
    let read = |row: Row| {
        let mut row = row.of("plans");
        Ok(PlanContent {
            id: row.id("id", PlanId::parse)?,
            made_by: row.text("made_by")?,
            sealed_plan: row.bytes("sealed_plan")?,
        })
    };
    tx.list(CONTENTS, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Replaces the content of a plan that still has one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save_content(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    id: PlanId,
    sealed_plan: &[u8],
) -> Result<(), StoreError> {
    tx.execute(SAVE_CONTENT, &[sealed_plan.into(), tenant_id.into(), id.into()]).map(drop)
}

/// Ends a plan that waits and has not expired, and forgets its content: `true` for the one caller that came first.
///
/// # Errors
/// [`StoreError`]: what happened around it; treat the plan as not ended.
pub fn consume(
    tx: &mut WriteTx<'_>,
    (tenant_id, id): (TenantId, PlanId),
    end: PlanState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = [end.into(), now.into(), tenant_id.into(), id.into(), PlanState::Waiting.into()];
    Ok(tx.execute(CONSUME, &values)? > 0)
}

/// Forgets the content of at most `limit` plans that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node does so too.
pub(crate) fn forget_contents(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP_CONTENTS, &[now.into(), limit.into()])
}

/// Removes at most `limit` rows of plans that expired a week ago, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.before(TOLD_FOR).into(), limit.into()])
}

fn read(row: Row) -> Result<KeptPlan, StoreError> {
    let mut row = row.of("plans");
    Ok(KeptPlan {
        // First, because it names the row where something else is damaged.
        id: row.id("id", PlanId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        state: row.word("state", |word| Some(PlanState::parse(word).unwrap_or(PlanState::Ended)))?,
        made_by: row.text("made_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        ended_at: row.maybe_time("ended_at")?,
    })
}
