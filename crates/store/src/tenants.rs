//! Tenants: the operator's customers. Only the operator finds them by anything but their id.

use model::{TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, installation, value::Row};

const INSERT: &str =
    "INSERT INTO tenants (id, name, sealed_data_key, version, created_at, disabled_at, deleted_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const GET: &str = "SELECT id, name, sealed_data_key, version, created_at, disabled_at, deleted_at
    FROM tenants WHERE id = $1 AND deleted_at IS NULL";
const GET_WITH_BIN: &str = "SELECT id, name, sealed_data_key, version, created_at, disabled_at, deleted_at
    FROM tenants WHERE id = $1";
const FIND_BY_NAME: &str = "SELECT id, name, sealed_data_key, version, created_at, disabled_at, deleted_at
    FROM tenants WHERE name = $1 AND deleted_at IS NULL";
const LIST: &str = "SELECT id, name, sealed_data_key, version, created_at, disabled_at, deleted_at
    FROM tenants WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2";
const LIST_WITH_BIN: &str = "SELECT id, name, sealed_data_key, version, created_at, disabled_at, deleted_at
    FROM tenants WHERE id > $1 ORDER BY id LIMIT $2";
const SAVE: &str = "UPDATE tenants SET name = $1, disabled_at = $2, version = version + 1
    WHERE id = $3 AND version = $4";
const SAVE_DATA_KEY: &str = "UPDATE tenants SET sealed_data_key = $1 WHERE id = $2";

pub(crate) const ALL: &[&str] =
    &[INSERT, GET, GET_WITH_BIN, FIND_BY_NAME, LIST, LIST_WITH_BIN, SAVE, SAVE_DATA_KEY];

/// What a changed row is announced as.
pub const NOUN: &str = "tenants";

/// The fact that is locked by whoever gives a tenant a name.
const NAMES: &str = "tenant_names";

/// A tenant's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What the operator calls it; unique.
    pub name: String,
    /// The key under which its values are sealed, itself sealed under the master key.
    pub sealed_data_key: Vec<u8>,
    /// Counts the saves; what was read is what `save` compares. Another wrapping of the data key is no change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody can log in at its domains.
    pub disabled_at: Option<Timestamp>,
    /// Since when it is in the bin; `None` of every row that is not asked for together with the bin.
    pub deleted_at: Option<Timestamp>,
}

impl Tenant {
    /// Says whether it is being destroyed: its data key is gone already.
    pub const fn is_being_destroyed(&self) -> bool {
        self.sealed_data_key.is_empty()
    }
}

/// Adds a tenant.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub fn insert(tx: &mut WriteTx<'_>, tenant: &Tenant) -> Result<(), StoreError> {
    let values = [
        tenant.id.into(),
        (&tenant.name).into(),
        (&tenant.sealed_data_key).into(),
        tenant.version.into(),
        tenant.created_at.into(),
        tenant.disabled_at.into(),
        tenant.deleted_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Gets a tenant; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none, or it is in the bin.
pub fn get(tx: &mut impl Tx, id: TenantId) -> Result<Tenant, StoreError> {
    read(tx.one_for_change(GET, &[id.into()])?)
}

/// The same of one that may be in the bin.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get_with_bin(tx: &mut impl Tx, id: TenantId) -> Result<Tenant, StoreError> {
    read(tx.one_for_change(GET_WITH_BIN, &[id.into()])?)
}

/// Lets no other write give a tenant a name until this one ends, so that names can be compared first. Afterwards, what is
/// listed is what there is.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn lock_names(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    installation::insert_if_absent(tx, NAMES, &[])?;
    installation::find(tx, NAMES).map(drop)
}

/// Finds a tenant; not locked, so that others can go on referring to it.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    tx.find(GET, &[id.into()])?.map(read).transpose()
}

/// Finds a tenant by the operator's name for it, exactly as written.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_name(tx: &mut impl Tx, name: &str) -> Result<Option<Tenant>, StoreError> {
    tx.find(FIND_BY_NAME, &[name.into()])?.map(read).transpose()
}

/// Lists at most `limit` tenants in the order in which they were made, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, after: Option<TenantId>, limit: u32) -> Result<Vec<Tenant>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.list(LIST, &[(&after).into(), limit.into()])?.into_iter().map(read).collect()
}

/// The same with those in the bin.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_with_bin(
    tx: &mut impl Tx,
    after: Option<TenantId>,
    limit: u32,
) -> Result<Vec<Tenant>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.list(LIST_WITH_BIN, &[(&after).into(), limit.into()])?.into_iter().map(read).collect()
}

/// Saves the name and `disabled_at`; gives the row's new version.
///
/// # Errors
/// [`StoreError::Changed`] when `version` is not the row's any more, [`StoreError::Conflict`] when another tenant has
/// exactly this name.
pub fn save(tx: &mut WriteTx<'_>, tenant: &Tenant) -> Result<i64, StoreError> {
    let values = [(&tenant.name).into(), tenant.disabled_at.into(), tenant.id.into(), tenant.version.into()];
    tx.changed(NOUN, tenant.id);
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::Changed),
        _ => Ok(tenant.version + 1),
    }
}

/// Replaces the sealed data key.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such tenant.
pub fn save_data_key(tx: &mut WriteTx<'_>, id: TenantId, sealed: &[u8]) -> Result<(), StoreError> {
    match tx.execute(SAVE_DATA_KEY, &[sealed.into(), id.into()])? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

fn read(row: Row) -> Result<Tenant, StoreError> {
    let mut row = row.of("tenants");
    Ok(Tenant {
        id: row.id("id", TenantId::parse)?,
        name: row.text("name")?,
        sealed_data_key: row.bytes("sealed_data_key")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        disabled_at: row.maybe_time("disabled_at")?,
        deleted_at: row.maybe_time("deleted_at")?,
    })
}
