//! Which declaration made which object: only those may it take away.

use model::{TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};

const SAVE: &str =
    "INSERT INTO declared_objects (tenant_id, kind, object_id, declaration, created_at, removed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, kind, object_id) DO UPDATE SET removed_at = excluded.removed_at";
const LIST: &str =
    "SELECT tenant_id, kind, object_id, declaration, created_at, removed_at FROM declared_objects
    WHERE tenant_id = $1 AND object_id > $2 ORDER BY object_id LIMIT $3";
const REMOVE: &str = "DELETE FROM declared_objects WHERE tenant_id = $1 AND kind = $2 AND object_id = $3";

pub(crate) const ALL: &[&str] = &[SAVE, LIST, REMOVE];

words! {
    /// What an object is.
    DeclaredKind {
        /// A tenant.
        Tenant = "tenant",
        /// A domain.
        Domain = "domain",
        /// An application.
        Application = "application",
        /// An identity source.
        IdentitySource = "identity_source",
        /// A test user.
        TestUser = "test_user",
    }
}

/// A declared object's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredObject {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it is.
    pub kind: DeclaredKind,
    /// Its row's id.
    pub object_id: String,
    /// The name of the declaration that made it.
    pub declaration: String,
    /// When that was.
    pub created_at: Timestamp,
    /// Since when it is switched off because it vanished from the declaration.
    pub removed_at: Option<Timestamp>,
}

/// Adds an object, or saves its `removed_at`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, object: &DeclaredObject) -> Result<(), StoreError> {
    let values = [
        object.tenant_id.into(),
        object.kind.into(),
        (&object.object_id).into(),
        (&object.declaration).into(),
        object.created_at.into(),
        object.removed_at.into(),
    ];
    tx.put(SAVE, &values)
}

/// Lists at most `limit` of a tenant's objects by their ids, from the one that follows `after` (`""` begins).
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    after: &str,
    limit: u32,
) -> Result<Vec<DeclaredObject>, StoreError> {
    tx.list(LIST, &[tenant_id.into(), after.into(), limit.into()])?.into_iter().map(read).collect()
}

/// Forgets an object; one that is not there is no error.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    kind: DeclaredKind,
    object_id: &str,
) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[tenant_id.into(), kind.into(), object_id.into()]).map(drop)
}

fn read(row: Row) -> Result<DeclaredObject, StoreError> {
    let mut row = row.of("declared_objects");
    Ok(DeclaredObject {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        kind: row.word("kind", DeclaredKind::parse)?,
        object_id: row.text("object_id")?,
        declaration: row.text("declaration")?,
        created_at: row.time("created_at")?,
        removed_at: row.maybe_time("removed_at")?,
    })
}
