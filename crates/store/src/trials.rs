//! Trials: a login that an administrator tries in an application's place, and its answer. The key to the answer is in the
//! link.

use crypto::Digest;
use model::{ApplicationId, DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO trials
    (tenant_id, trial_digest, domain_id, application_id, acr_values, scope, sealed_answer, expires_at, returns_to)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "SELECT
    tenant_id, trial_digest, domain_id, application_id, acr_values, scope, sealed_answer, expires_at, returns_to
    FROM trials WHERE tenant_id = $1 AND trial_digest = $2 AND expires_at > $3";
const ANSWER: &str = "UPDATE trials SET sealed_answer = $1
    WHERE tenant_id = $2 AND trial_digest = $3 AND expires_at > $4 AND sealed_answer IS NULL";
const REMOVE: &str = "DELETE FROM trials WHERE tenant_id = $1 AND trial_digest = $2";
pub(crate) const SWEEP: &str = "DELETE FROM trials WHERE (tenant_id, trial_digest) IN
    (SELECT tenant_id, trial_digest FROM trials WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, ANSWER, REMOVE, SWEEP];

/// A trial's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// SHA-256 of the key in the link.
    pub trial_digest: Digest,
    /// Where the login happens.
    pub domain_id: DomainId,
    /// In whose place.
    pub application_id: ApplicationId,
    /// What is asked for, as in an authorization request; `None` lets the person choose.
    pub acr_values: Option<String>,
    /// Separated by spaces.
    pub scope: String,
    /// The answer, once there is one, sealed under the key in the link.
    pub sealed_answer: Option<Vec<u8>>,
    /// From when on it is over.
    pub expires_at: Timestamp,
    /// Where the browser goes with the other half of the answer's key; `None`: the key in the link opens the answer alone.
    pub returns_to: Option<String>,
}

impl Trial {
    /// The sealed answer, once there is one.
    pub fn into_answer(self) -> Option<Vec<u8>> {
        self.sealed_answer
    }
}

/// What is said of an answer that its key does not open.
pub const fn unreadable() -> StoreError {
    StoreError::Corrupt { table: "trials", column: "sealed_answer", id: String::new() }
}

/// Makes a trial.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, trial: &Trial) -> Result<(), StoreError> {
    let values = [
        trial.tenant_id.into(),
        (&trial.trial_digest).into(),
        trial.domain_id.into(),
        trial.application_id.into(),
        trial.acr_values.as_deref().into(),
        trial.scope.as_str().into(),
        trial.sealed_answer.as_deref().into(),
        trial.expires_at.into(),
        trial.returns_to.as_deref().into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds a trial that has not expired.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    trial_digest: &Digest,
    now: Timestamp,
) -> Result<Option<Trial>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), trial_digest.into(), now.into()])?.map(read).transpose()
}

/// Gives a trial its answer, in the write that spends what the login costs; `false` when it has one, or is over.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn answer(
    tx: &mut WriteTx<'_>,
    (tenant_id, trial_digest): (TenantId, &Digest),
    sealed_answer: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = [sealed_answer.into(), tenant_id.into(), trial_digest.into(), now.into()];
    Ok(tx.execute(ANSWER, &values)? == 1)
}

/// Takes a trial away.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, trial_digest: &Digest) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[tenant_id.into(), trial_digest.into()]).map(drop)
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<Trial, StoreError> {
    let mut row = row.of("trials");
    Ok(Trial {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        trial_digest: row.digest("trial_digest")?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        application_id: row.id("application_id", ApplicationId::parse)?,
        acr_values: row.maybe_text("acr_values")?,
        scope: row.text("scope")?,
        sealed_answer: row.maybe_bytes("sealed_answer")?,
        expires_at: row.time("expires_at")?,
        returns_to: row.maybe_text("returns_to")?,
    })
}
