//! Who issues credentials: the operator's register, of the whole installation.

use model::{IssuerId, Timestamp};

use crate::{StoreError, Tx, WriteTx, installation, value::Row};

const INSERT: &str =
    "INSERT INTO issuers (id, settings, version, created_at, declared_by) VALUES ($1, $2, 1, $3, $4)";
const FIND: &str = "SELECT id, settings, version, created_at, declared_by FROM issuers WHERE id = $1";
pub(crate) const LIST: &str =
    "SELECT id, settings, version, created_at, declared_by FROM issuers ORDER BY id LIMIT 200";
const SAVE: &str = "UPDATE issuers SET settings = $1, version = version + 1 WHERE id = $2 AND version = $3";
const REMOVE: &str = "DELETE FROM issuers WHERE id = $1";
pub(crate) const HAS_ORDERS: &str = "SELECT id FROM orders WHERE issuer_id = $1 LIMIT 1";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, LIST, SAVE, REMOVE, HAS_ORDERS];

/// Locked by whoever changes the register; has no value.
const REGISTER: &str = "issuers";

/// An issuer's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its id.
    pub id: IssuerId,
    /// What is said of it: JSON.
    pub settings: String,
    /// Counts its changes.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// The name of the declaration that added it.
    pub declared_by: Option<String>,
}

/// Adds an issuer.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, it: &Issuer) -> Result<(), StoreError> {
    let values =
        [it.id.into(), (&it.settings).into(), it.created_at.into(), it.declared_by.as_deref().into()];
    tx.execute(INSERT, &values).map(drop)
}

/// Lets no other write change the register until this one ends, so that names and the default can be compared first. To be
/// called before anything else is locked.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn lock(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    installation::insert_if_absent(tx, REGISTER, &[])?;
    installation::find(tx, REGISTER).map(drop)
}

/// Finds an issuer; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, id: IssuerId) -> Result<Option<Issuer>, StoreError> {
    tx.find_for_change(FIND, &[id.into()])?.map(read).transpose()
}

/// Lists the register, the oldest first: at most 200.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx) -> Result<Vec<Issuer>, StoreError> {
    tx.list(LIST, &[])?.into_iter().map(read).collect()
}

/// Saves what is said of an issuer that was read in this version; says whether it still had that.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(
    tx: &mut WriteTx<'_>,
    (id, version): (IssuerId, i64),
    settings: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SAVE, &[settings.into(), id.into(), version.into()])? > 0)
}

/// Removes an issuer.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, id: IssuerId) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[id.into()]).map(drop)
}

/// Says whether an order names an issuer, whosever it is. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn has_orders(tx: &mut impl Tx, id: IssuerId) -> Result<bool, StoreError> {
    Ok(!tx.list(HAS_ORDERS, &[id.into()])?.is_empty())
}

fn read(row: Row) -> Result<Issuer, StoreError> {
    let mut row = row.of("issuers");
    Ok(Issuer {
        id: row.id("id", IssuerId::parse)?,
        settings: row.text("settings")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        declared_by: row.maybe_text("declared_by")?,
    })
}
