//! Jobs: work that has to be done once, whichever node does it.
//!
//! A worker claims what is due, for a minute; it completes a job in the write that has the job's effects, or hands it back
//! with the time of the next attempt. A worker whose lease is over has lost the job to the next one that claims it: nothing of its write
//! stays. A job may all the same be begun twice, so what it does outside is done with the job's id, by which the receiver
//! can tell.

use model::{LeaseId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    sql::Statements as _,
    value::{Row, Value},
};

const INSERT: &str = "INSERT INTO jobs (tenant_id, kind, id, sealed_payload, created_at, due_at, attempts)
    VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (tenant_id, kind, id) DO NOTHING RETURNING due_at";
const FIND: &str = "SELECT tenant_id, kind, id, sealed_payload, created_at, due_at, attempts, lease_holder,
    lease_ends_at, last_error, stuck_at FROM jobs WHERE tenant_id = $1 AND kind = $2 AND id = $3";
/// The workers': due jobs without a lease, of every tenant.
pub(crate) const LIST_CLAIMABLE: &str =
    "SELECT tenant_id, kind, id, sealed_payload, created_at, due_at, attempts, lease_holder,
    lease_ends_at, last_error, stuck_at FROM jobs WHERE kind = $1 AND due_at <= $2
    AND (lease_ends_at IS NULL OR lease_ends_at <= $2 OR lease_ends_at > $3) ORDER BY due_at LIMIT $4";
const HOLD: &str = "UPDATE jobs SET attempts = attempts + 1, lease_holder = $1, lease_ends_at = $2
    WHERE tenant_id = $3 AND kind = $4 AND id = $5";
const COMPLETE: &str =
    "DELETE FROM jobs WHERE tenant_id = $1 AND kind = $2 AND id = $3 AND lease_holder = $4";
const RETRY: &str = "UPDATE jobs SET due_at = $1, last_error = $2, lease_holder = NULL, lease_ends_at = NULL
    WHERE tenant_id = $3 AND kind = $4 AND id = $5 AND lease_holder = $6";
const GIVE_UP: &str = "UPDATE jobs SET stuck_at = $1, due_at = $2, last_error = $3, lease_holder = NULL,
    lease_ends_at = NULL WHERE tenant_id = $4 AND kind = $5 AND id = $6 AND lease_holder = $7";
const REVIVE: &str = "UPDATE jobs SET due_at = $1, attempts = 0, stuck_at = NULL
    WHERE tenant_id = $2 AND kind = $3 AND id = $4
    AND (stuck_at <= $5 OR stuck_at > $1 OR (stuck_at IS NULL AND due_at > $6))";
/// The operator's: what was given up, whosever it is.
pub(crate) const LIST_STUCK: &str =
    "SELECT tenant_id, kind, id, sealed_payload, created_at, due_at, attempts, lease_holder,
    lease_ends_at, last_error, stuck_at FROM jobs WHERE stuck_at > $1 ORDER BY stuck_at LIMIT $2";

const EXTEND: &str = "UPDATE jobs SET lease_ends_at = $1, attempts = 1, last_error = NULL
    WHERE tenant_id = $2 AND kind = $3 AND id = $4 AND lease_holder = $5";
const REMOVE: &str = "DELETE FROM jobs WHERE tenant_id = $1 AND kind = $2 AND id = $3";
const REMOVE_UNTRIED: &str =
    "DELETE FROM jobs WHERE tenant_id = $1 AND kind = $2 AND id = $3 AND attempts = 0";

pub(crate) const ALL: &[&str] = &[
    INSERT,
    FIND,
    LIST_CLAIMABLE,
    HOLD,
    COMPLETE,
    RETRY,
    GIVE_UP,
    REVIVE,
    LIST_STUCK,
    EXTEND,
    REMOVE,
    REMOVE_UNTRIED,
];

/// When a job is due that was given up.
const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

/// How many characters of an error are kept.
const LONGEST_ERROR: usize = 500;

/// Which job: equal ones are the same work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobKey {
    /// Whose it is; [`model::INSTALLATION`] for the installation's own.
    pub tenant_id: TenantId,
    /// What has to be done.
    pub kind: String,
    /// Which one of the kind. Receivers are told it, to recognise what comes twice; it is shown and logged.
    pub id: String,
}

/// A job's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Which job.
    pub key: JobKey,
    /// What is needed to do it, sealed; `None` when the id says everything.
    pub sealed_payload: Option<Vec<u8>>,
    /// When it was wanted.
    pub created_at: Timestamp,
    /// When it may be claimed, or might have been for the first time since it was last tried.
    pub due_at: Timestamp,
    /// How often it was claimed.
    pub attempts: u32,
    /// The claim that holds it, and until when.
    pub lease: Option<(LeaseId, Timestamp)>,
    /// Why the last attempt came to nothing.
    pub last_error: Option<String>,
    /// When it was given up.
    pub stuck_at: Option<Timestamp>,
}

/// A claim on jobs of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The kind.
    pub kind: &'static str,
    /// A new id for each claim.
    pub lease: LeaseId,
    /// How long the jobs are held.
    pub held_for: std::time::Duration,
    /// After so many attempts without a result, a job is given up and not claimed again.
    pub attempts: u32,
    /// How many jobs at most.
    pub limit: u32,
}

/// What became of a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The jobs to do now, the longest due first.
    pub jobs: Vec<Job>,
    /// Jobs that were given up instead: the last attempt has no result.
    pub given_up: Vec<JobKey>,
}

/// Wants a job done at `due_at` or soon after; `false` when it is wanted already, which it then stays as it is. Once it is
/// complete it can be wanted again. What is wanted while somebody does it is taken for done with that: give each want an
/// id of its own, or want it again for as long as it is missing.
///
/// Workers elsewhere hear of it when the write has said [`WriteTx::wake`], or within seconds.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(
    tx: &mut WriteTx<'_>,
    key: &JobKey,
    sealed_payload: Option<&[u8]>,
    (due_at, now): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let values = [
        key.tenant_id.into(),
        (&key.kind).into(),
        (&key.id).into(),
        sealed_payload.into(),
        now.into(),
        due_at.into(),
    ];
    Ok(tx.find(INSERT, &values)?.is_some())
}

/// Finds a job that is not complete.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, key: &JobKey) -> Result<Option<Job>, StoreError> {
    let values = [key.tenant_id.into(), (&key.kind).into(), (&key.id).into()];
    tx.find(FIND, &values)?.map(read).transpose()
}

/// Claims jobs that are due and have no lease, of every tenant. Of several who claim at once each gets others; none
/// waits. The workers'.
///
/// A lease that would last longer than this one was given by a clock that has been set back since: it counts as over.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn claim(tx: &mut WriteTx<'_>, claim: &Claim, now: Timestamp) -> Result<Claimed, StoreError> {
    let ends_at = now.after(claim.held_for);
    let values = [claim.kind.into(), now.into(), furthest(claim, now).into(), claim.limit.into()];
    let mut claimed = Claimed::default();
    for row in tx.list_skipping_held(LIST_CLAIMABLE, &values)? {
        let mut job = read(row)?;
        let key = &job.key;
        let values =
            [claim.lease.into(), ends_at.into(), key.tenant_id.into(), (&key.kind).into(), (&key.id).into()];
        tx.put(HOLD, &values)?;
        job.attempts = job.attempts.saturating_add(1);
        job.lease = Some((claim.lease, ends_at));
        if job.attempts > claim.attempts {
            give_up(tx, &job, "the last attempt has no result", now)?;
            claimed.given_up.push(job.key);
        } else {
            claimed.jobs.push(job);
        }
    }
    Ok(claimed)
}

/// Clocks of nodes may differ by a lease.
fn furthest(claim: &Claim, now: Timestamp) -> Timestamp {
    now.after(claim.held_for.saturating_mul(2))
}

/// Removes a job that is done. Belongs into the write that has its effects.
///
/// # Errors
/// [`StoreError::Changed`] when the lease was over and somebody else has claimed the job since: let the write fail.
pub fn complete(tx: &mut WriteTx<'_>, job: &Job) -> Result<(), StoreError> {
    let values = [job.key.tenant_id.into(), (&job.key.kind).into(), (&job.key.id).into(), holder(job)];
    held(tx.execute(COMPLETE, &values)?)
}

/// Holds a job until `held_until` whose work has come some way and is not at its end: the attempts before are over, and this
/// is the first.
///
/// # Errors
/// [`StoreError::Changed`] when somebody else has claimed the job since: the rest is theirs.
pub fn extend(tx: &mut WriteTx<'_>, job: &Job, held_until: Timestamp) -> Result<(), StoreError> {
    let key = &job.key;
    let values = [held_until.into(), key.tenant_id.into(), (&key.kind).into(), (&key.id).into(), holder(job)];
    held(tx.execute(EXTEND, &values)?)
}

/// Hands a job back, to be tried again at `due_at` ([`model::next_attempt_at`]). `why`: for the operator; no secret, nothing
/// about a person; cut after 500 characters.
///
/// # Errors
/// [`StoreError::Changed`] when somebody else has claimed the job since: it is no longer this worker's business.
pub fn retry(tx: &mut WriteTx<'_>, job: &Job, why: &str, due_at: Timestamp) -> Result<(), StoreError> {
    let why = cut(why);
    let key = &job.key;
    let values = [
        due_at.into(),
        (&why).into(),
        key.tenant_id.into(),
        (&key.kind).into(),
        (&key.id).into(),
        holder(job),
    ];
    held(tx.execute(RETRY, &values)?)
}

/// Gives a job up: its row stays and is listed as stuck, and it is not claimed until it is revived. `why` as in [`retry`].
///
/// # Errors
/// As [`retry`].
pub fn give_up(tx: &mut WriteTx<'_>, job: &Job, why: &str, now: Timestamp) -> Result<(), StoreError> {
    let why = cut(why);
    let key = &job.key;
    let values = [
        now.into(),
        NEVER.into(),
        (&why).into(),
        key.tenant_id.into(),
        (&key.kind).into(),
        (&key.id).into(),
        holder(job),
    ];
    held(tx.execute(GIVE_UP, &values)?)
}

/// Begins anew with a job that was given up at `given_up_by` or before; `false` when there is none.
///
/// So it does with one whose times a clock gave that has been set back since: given up later than now, or due later than
/// any back-off. It is not for jobs that are wanted for a later day.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn revive(
    tx: &mut WriteTx<'_>,
    key: &JobKey,
    given_up_by: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = [
        now.into(),
        key.tenant_id.into(),
        (&key.kind).into(),
        (&key.id).into(),
        given_up_by.into(),
        now.after(model::LONGEST_BACK_OFF).into(),
    ];
    Ok(tx.execute(REVIVE, &values)? == 1)
}

/// Removes a job that nobody has begun, for certain: whoever comes for it later finds none. `false`: it was begun, or is not there.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_untried(tx: &mut WriteTx<'_>, key: &JobKey) -> Result<bool, StoreError> {
    let values = [key.tenant_id.into(), (&key.kind).into(), (&key.id).into()];
    Ok(tx.execute(REMOVE_UNTRIED, &values)? == 1)
}

/// Removes a job that is not wanted any more, whoever holds it: their completion then fails with [`StoreError::Changed`].
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, key: &JobKey) -> Result<(), StoreError> {
    let values = [key.tenant_id.into(), (&key.kind).into(), (&key.id).into()];
    tx.execute(REMOVE, &values).map(drop)
}

/// Lists jobs that were given up after `since`, the first given up first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_stuck(tx: &mut impl Tx, since: Timestamp, limit: u32) -> Result<Vec<Job>, StoreError> {
    let rows = tx.list(LIST_STUCK, &[since.into(), limit.into()])?;
    rows.into_iter().map(read).collect()
}

fn holder(job: &Job) -> Value<'static> {
    job.lease.map(|(holder, _)| holder).into()
}

fn held(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Changed) }
}

fn cut(why: &str) -> String {
    why.chars().filter(|it| *it != '\0').take(LONGEST_ERROR).collect()
}

fn read(row: Row) -> Result<Job, StoreError> {
    let mut row = row.of("jobs");
    let tenant_id = row.id("tenant_id", TenantId::parse)?;
    let key = JobKey { tenant_id, kind: row.text("kind")?, id: row.text("id")? };
    let (sealed_payload, created_at) = (row.maybe_bytes("sealed_payload")?, row.time("created_at")?);
    let (due_at, attempts) = (row.time("due_at")?, row.int("attempts")?);
    let holder = row.maybe_id("lease_holder", LeaseId::parse)?;
    let lease = holder.zip(row.maybe_time("lease_ends_at")?);
    let (last_error, stuck_at) = (row.maybe_text("last_error")?, row.maybe_time("stuck_at")?);
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    Ok(Job { key, sealed_payload, created_at, due_at, attempts, lease, last_error, stuck_at })
}
