//! Generations of an identity source's credentials beside those in use: the candidate, and the previous ones.

use std::time::Duration;

use model::{DomainId, EidEnvironment, IdentitySourceId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};

/// How long the previous credentials can be restored.
pub const RESTORED_FOR: Duration = Duration::from_secs(7 * 86_400);

const SAVE: &str = "INSERT INTO source_generations
    (tenant_id, source_id, generation, environment, sealed_credentials, credentials_version, set_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, source_id, generation) DO UPDATE SET environment = excluded.environment,
    sealed_credentials = excluded.sealed_credentials, credentials_version = excluded.credentials_version,
    set_at = excluded.set_at";
const FIND: &str = "SELECT tenant_id, source_id, generation, environment, sealed_credentials,
    credentials_version, set_at FROM source_generations
    WHERE tenant_id = $1 AND source_id = $2 AND generation = $3";
const LIST_PREVIOUS: &str = "SELECT tenant_id, source_id, generation, environment, sealed_credentials,
    credentials_version, set_at FROM source_generations
    WHERE tenant_id = $1 AND generation = 'previous' AND set_at > $2 AND source_id IN
    (SELECT id FROM identity_sources WHERE tenant_id = $1 AND domain_id = $3) LIMIT 100";
const REMOVE: &str =
    "DELETE FROM source_generations WHERE tenant_id = $1 AND source_id = $2 AND generation = $3";
pub(crate) const SWEEP: &str = "DELETE FROM source_generations WHERE (tenant_id, source_id, generation) IN
    (SELECT tenant_id, source_id, generation FROM source_generations
    WHERE generation = 'previous' AND set_at <= $1 ORDER BY set_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[SAVE, FIND, LIST_PREVIOUS, REMOVE, SWEEP];

words! {
    /// Which credentials, beside those in use.
    Generation {
        /// Entered, and not in use yet.
        Candidate = "candidate",
        /// Replaced.
        Previous = "previous",
    }
}

/// A generation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceGeneration {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of which source.
    pub source_id: IdentitySourceId,
    /// Which one.
    pub generation: Generation,
    /// For which of the eID's environments.
    pub environment: EidEnvironment,
    /// As `identity_sources.sealed_credentials`: it moves there and from there as it is.
    pub sealed_credentials: Vec<u8>,
    /// As `identity_sources.credentials_version`.
    pub credentials_version: Option<i64>,
    /// When the candidate was entered, or the previous ones were replaced.
    pub set_at: Timestamp,
}

/// Saves a generation in place of the one that there was. The caller saves the source's row in the same write.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, row: &SourceGeneration) -> Result<(), StoreError> {
    let values = [
        row.tenant_id.into(),
        row.source_id.into(),
        row.generation.into(),
        row.environment.into(),
        row.sealed_credentials.as_slice().into(),
        row.credentials_version.into(),
        row.set_at.into(),
    ];
    tx.put(SAVE, &values)
}

/// Finds a generation of a source. The caller holds the source's row where it is to be changed.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    (tenant_id, source_id): (TenantId, IdentitySourceId),
    generation: Generation,
) -> Result<Option<SourceGeneration>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), source_id.into(), generation.into()])?.map(read).transpose()
}

/// Lists the previous credentials of a domain's sources that were replaced after `since`; at most 100.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_previous(
    tx: &mut impl Tx,
    (tenant_id, domain_id): (TenantId, DomainId),
    since: Timestamp,
) -> Result<Vec<SourceGeneration>, StoreError> {
    let values = [tenant_id.into(), since.into(), domain_id.into()];
    tx.list(LIST_PREVIOUS, &values)?.into_iter().map(read).collect()
}

/// Removes a generation of a source; one that is not there is no error. The caller saves the source's row in the same write.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(
    tx: &mut WriteTx<'_>,
    (tenant_id, source_id): (TenantId, IdentitySourceId),
    generation: Generation,
) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[tenant_id.into(), source_id.into(), generation.into()]).map(drop)
}

/// Removes at most `limit` previous credentials that cannot be restored any more, the oldest first, whosever they are. The
/// operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.before(RESTORED_FOR).into(), limit.into()])
}

fn read(row: Row) -> Result<SourceGeneration, StoreError> {
    let mut row = row.of("source_generations");
    Ok(SourceGeneration {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        source_id: row.id("source_id", IdentitySourceId::parse)?,
        generation: row.word("generation", Generation::parse)?,
        environment: row.word("environment", EidEnvironment::parse)?,
        sealed_credentials: row.bytes("sealed_credentials")?,
        credentials_version: row.maybe_int("credentials_version")?,
        set_at: row.time("set_at")?,
    })
}
