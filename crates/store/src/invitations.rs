//! Invitations to the console that wait to be accepted. Their links are derived from id and generation.

use model::{LinkId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements, value::Row};

const INSERT: &str = "INSERT INTO invitations
    (tenant_id, id, roles, label, language, generation, invited_by, inviter_name, created_at, expires_at, sealed_contact)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const LIST: &str = "SELECT
    tenant_id, id, roles, label, language, generation, invited_by, inviter_name, created_at, expires_at, sealed_contact
    FROM invitations WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT 1000";
pub(crate) const FIND_BY_ID: &str = "SELECT
    tenant_id, id, roles, label, language, generation, invited_by, inviter_name, created_at, expires_at, sealed_contact
    FROM invitations WHERE id = $1";
const REPLACE_LINK: &str = "UPDATE invitations SET generation = generation + 1, expires_at = $1
    WHERE tenant_id = $2 AND id = $3";
const REMOVE: &str = "DELETE FROM invitations WHERE tenant_id = $1 AND id = $2";
const REMOVE_BY_INVITER: &str =
    "DELETE FROM invitations WHERE tenant_id = $1 AND invited_by = $2 RETURNING id";
pub(crate) const SWEEP: &str = "DELETE FROM invitations WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM invitations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, LIST, FIND_BY_ID, REPLACE_LINK, REMOVE, REMOVE_BY_INVITER, SWEEP];

/// An invitation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// To which tenant; all zeros for operators.
    pub tenant_id: TenantId,
    /// Its id, which is in its link.
    pub id: LinkId,
    /// The roles that it gives, separated by spaces.
    pub roles: String,
    /// What the inviter calls the invited.
    pub label: String,
    /// The language of its letter.
    pub language: String,
    /// Counts how often its link was replaced.
    pub generation: i64,
    /// Who invites, as in audit events.
    pub invited_by: String,
    /// What that person is called.
    pub inviter_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is over.
    pub expires_at: Timestamp,
    /// Where its letter went, and letters to the member go then, sealed.
    pub sealed_contact: Option<Vec<u8>>,
}

/// Adds an invitation.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, invitation: &Invitation) -> Result<(), StoreError> {
    let values = [
        invitation.tenant_id.into(),
        invitation.id.into(),
        (&invitation.roles).into(),
        (&invitation.label).into(),
        (&invitation.language).into(),
        invitation.generation.into(),
        (&invitation.invited_by).into(),
        (&invitation.inviter_name).into(),
        invitation.created_at.into(),
        invitation.expires_at.into(),
        invitation.sealed_contact.as_deref().into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Lists the invitations to a tenant, the newest first; those that have expired are there until they are swept.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<Invitation>, StoreError> {
    tx.list(LIST, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Finds an invitation by the id in its link, whosever it is; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, id: LinkId) -> Result<Option<Invitation>, StoreError> {
    tx.find_for_change(FIND_BY_ID, &[id.into()])?.map(read).transpose()
}

/// Gives an invitation another link, and more time.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn replace_link(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    id: LinkId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    match tx.execute(REPLACE_LINK, &[expires_at.into(), tenant_id.into(), id.into()])? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// Takes an invitation away; says whether there was one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, id: LinkId) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, &[tenant_id.into(), id.into()])? == 1)
}

/// Takes all invitations to a tenant away that somebody made; gives their ids.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_by_inviter(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    invited_by: &str,
) -> Result<Vec<LinkId>, StoreError> {
    let rows = tx.list(REMOVE_BY_INVITER, &[tenant_id.into(), invited_by.into()])?;
    rows.into_iter().map(|row| row.of("invitations").id("id", LinkId::parse)).collect()
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<Invitation, StoreError> {
    let mut row = row.of("invitations");
    Ok(Invitation {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.id("id", LinkId::parse)?,
        roles: row.text("roles")?,
        label: row.text("label")?,
        language: row.text("language")?,
        generation: row.int("generation")?,
        invited_by: row.text("invited_by")?,
        inviter_name: row.text("inviter_name")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        sealed_contact: row.maybe_bytes("sealed_contact")?,
    })
}
