//! Facts about this installation as a whole. The operator's.

use crate::{StoreError, Tx, WriteTx};

const FIND: &str = "SELECT name, value FROM installation WHERE name = $1";
const INSERT: &str = "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
const SAVE: &str = "UPDATE installation SET value = $1 WHERE name = $2";

const CLEAR: &str = "DELETE FROM installation";

pub(crate) const ALL: &[&str] = &[FIND, INSERT, SAVE, CLEAR];

/// The value that opens only under the right master key.
pub const CANARY: &str = "canary";

/// The last jump of a node's clock, as JSON of [`model::ClockJump`].
pub const CLOCK_JUMP: &str = "clock_jump";

/// Written to see that the database takes writes; has no value.
pub const WRITE_PROBE: &str = "write_probe";

/// Finds a fact.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.find_for_change(FIND, &[name.into()])?;
    row.map(|row| {
        let mut row = row.of("installation");
        row.text("name")?;
        row.bytes("value")
    })
    .transpose()
}

/// Adds a fact unless there is one of this name: the first one wins.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert_if_absent(tx: &mut WriteTx<'_>, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.execute(INSERT, &[name.into(), value.into()]).map(drop)
}

/// Forgets all facts: a restore brings those of the backup.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn clear(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.execute(CLEAR, &[]).map(drop)
}

/// Replaces a fact.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none of this name.
pub fn save(tx: &mut WriteTx<'_>, name: &str, value: &[u8]) -> Result<(), StoreError> {
    match tx.execute(SAVE, &[value.into(), name.into()])? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}
