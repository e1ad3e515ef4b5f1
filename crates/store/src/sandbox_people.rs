//! Synthetic people that a tenant added to its public sandbox.

use model::{TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO sandbox_people (id, tenant_id, person, created_at) VALUES ($1, $2, $3, $4)";
const LIST: &str = "SELECT id, tenant_id, person, created_at FROM sandbox_people
    WHERE tenant_id = $1 ORDER BY id LIMIT 1000";
const REMOVE: &str = "DELETE FROM sandbox_people WHERE tenant_id = $1 AND id = $2";

pub(crate) const ALL: &[&str] = &[INSERT, LIST, REMOVE];

/// A synthetic person's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxPerson {
    /// The synthetic identity number.
    pub id: String,
    /// Whose sandbox it is in.
    pub tenant_id: TenantId,
    /// JSON that the sandbox reads.
    pub person: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Adds a person.
///
/// # Errors
/// [`StoreError::Conflict`] when the tenant has this one already.
pub fn insert(tx: &mut WriteTx<'_>, person: &SandboxPerson) -> Result<(), StoreError> {
    let values =
        [(&person.id).into(), person.tenant_id.into(), (&person.person).into(), person.created_at.into()];
    tx.execute(INSERT, &values).map(drop)
}

/// Lists a tenant's people; at most 1,000.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<SandboxPerson>, StoreError> {
    tx.list(LIST, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Removes a person.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such person.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, id: &str) -> Result<(), StoreError> {
    match tx.execute(REMOVE, &[tenant_id.into(), id.into()])? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

fn read(row: Row) -> Result<SandboxPerson, StoreError> {
    let mut row = row.of("sandbox_people");
    Ok(SandboxPerson {
        id: row.text("id")?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        person: row.text("person")?,
        created_at: row.time("created_at")?,
    })
}
