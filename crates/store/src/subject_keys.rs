//! Subject keys: what a tenant's stable subjects are computed with. Never changed, never removed.

use model::{TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};
use model::EidEnvironment;

const INSERT: &str = "INSERT INTO subject_keys (tenant_id, environment, sealed_key, created_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, environment) DO NOTHING";
const FIND: &str = "SELECT tenant_id, environment, sealed_key, created_at
    FROM subject_keys WHERE tenant_id = $1 AND environment = $2";

pub(crate) const ALL: &[&str] = &[INSERT, FIND];

/// A subject key's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKey {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// One for production, one for test.
    pub environment: EidEnvironment,
    /// The key, sealed.
    pub sealed_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Finds a tenant's key.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    environment: EidEnvironment,
) -> Result<Option<SubjectKey>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), environment.into()])?.map(read).transpose()
}

/// Adds a key unless there is one, and gives the one that is there: use that, it may be another's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert_if_absent(tx: &mut WriteTx<'_>, key: &SubjectKey) -> Result<SubjectKey, StoreError> {
    let values =
        [key.tenant_id.into(), key.environment.into(), (&key.sealed_key).into(), key.created_at.into()];
    tx.execute(INSERT, &values)?;
    find(tx, key.tenant_id, key.environment)?.ok_or(StoreError::NotFound)
}

fn read(row: Row) -> Result<SubjectKey, StoreError> {
    let mut row = row.of("subject_keys");
    Ok(SubjectKey {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        environment: row.word("environment", EidEnvironment::parse)?,
        sealed_key: row.bytes("sealed_key")?,
        created_at: row.time("created_at")?,
    })
}
