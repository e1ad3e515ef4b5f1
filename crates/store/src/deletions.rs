//! What was deleted and, when somebody brought it back, since when that is: also of what is destroyed. Ids and times only.
//! The operator's: it is applied again to a restored backup.

use model::{TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, bin::Kind, value::Row};

const SAVE: &str = "INSERT INTO deletions (tenant_id, kind, object_id, deleted_at, restored_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, kind, object_id)
    DO UPDATE SET deleted_at = excluded.deleted_at, restored_at = excluded.restored_at";
const LIST: &str = "SELECT tenant_id, kind, object_id, deleted_at, restored_at FROM deletions
    WHERE (tenant_id, kind, object_id) > ($1, $2, $3) ORDER BY tenant_id, kind, object_id LIMIT $4";

pub(crate) const ALL: &[&str] = &[SAVE, LIST];

/// A deletion's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Whose it is, or was; of a tenant its own id.
    pub tenant_id: TenantId,
    /// What it is.
    pub kind: Kind,
    /// Which one, as 32 hexadecimal digits.
    pub object_id: String,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// When it was restored since; `None`: it is deleted.
    pub restored_at: Option<Timestamp>,
}

impl Deletion {
    /// When it was last deleted or restored: of two rows about one object the later one counts.
    pub fn changed_at(&self) -> Timestamp {
        self.restored_at.map_or(self.deleted_at, |at| at.max(self.deleted_at))
    }

    /// Which object, to be sorted by.
    pub fn key(&self) -> (String, &'static str, String) {
        (self.tenant_id.to_string(), self.kind.as_str(), self.object_id.clone())
    }
}

/// Adds a deletion, or replaces what is known of the object.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, deletion: &Deletion) -> Result<(), StoreError> {
    let values = [
        deletion.tenant_id.into(),
        deletion.kind.into(),
        (&deletion.object_id).into(),
        deletion.deleted_at.into(),
        deletion.restored_at.into(),
    ];
    tx.execute(SAVE, &values).map(drop)
}

/// Lists at most `limit` deletions, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, after: Option<&Deletion>, limit: u32) -> Result<Vec<Deletion>, StoreError> {
    let (tenant, kind, object) = after.map(Deletion::key).unwrap_or_default();
    let values = [(&tenant).into(), kind.into(), (&object).into(), limit.into()];
    tx.list(LIST, &values)?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Deletion, StoreError> {
    let mut row = row.of("deletions");
    Ok(Deletion {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        kind: row.word("kind", Kind::parse)?,
        object_id: row.text("object_id")?,
        deleted_at: row.time("deleted_at")?,
        restored_at: row.maybe_time("restored_at")?,
    })
}
