//! What members may do: a row for each tenant, member and role. The tenant of operators is all zeros.

use model::{MemberId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const SAVE: &str =
    "INSERT INTO member_roles (tenant_id, member_id, role, granted_by, created_at, confirmed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, member_id, role) DO UPDATE SET confirmed_at = excluded.confirmed_at";
const LIST: &str = "SELECT tenant_id, member_id, role, granted_by, created_at, confirmed_at
    FROM member_roles WHERE tenant_id = $1 ORDER BY member_id, role";
pub(crate) const LIST_BY_MEMBER: &str =
    "SELECT tenant_id, member_id, role, granted_by, created_at, confirmed_at
    FROM member_roles WHERE member_id = $1 ORDER BY tenant_id, role";
const REMOVE: &str = "DELETE FROM member_roles WHERE tenant_id = $1 AND member_id = $2 AND role = $3";

pub(crate) const ALL: &[&str] = &[SAVE, LIST, LIST_BY_MEMBER, REMOVE];

/// A role of a member in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRole {
    /// Where.
    pub tenant_id: TenantId,
    /// Who.
    pub member_id: MemberId,
    /// What they may be.
    pub role: String,
    /// Who granted it, as in audit events.
    pub granted_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was confirmed; `None`: it permits nothing yet.
    pub confirmed_at: Option<Timestamp>,
}

/// Adds a role, or confirms the one there is.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, role: &MemberRole) -> Result<(), StoreError> {
    let values = [
        role.tenant_id.into(),
        role.member_id.into(),
        (&role.role).into(),
        (&role.granted_by).into(),
        role.created_at.into(),
        role.confirmed_at.into(),
    ];
    tx.execute(SAVE, &values).map(drop)
}

/// Lists the roles in a tenant; in a write, they are locked until the write ends, so that the last one of a role can be
/// counted.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, tenant_id: TenantId) -> Result<Vec<MemberRole>, StoreError> {
    tx.list_for_change(LIST, &[tenant_id.into()])?.into_iter().map(read).collect()
}

/// Lists the roles of a member in every tenant. For whoever found the member by their session.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn of_member(tx: &mut impl Tx, member_id: MemberId) -> Result<Vec<MemberRole>, StoreError> {
    tx.list(LIST_BY_MEMBER, &[member_id.into()])?.into_iter().map(read).collect()
}

/// Takes a role away; says whether there was one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    member_id: MemberId,
    role: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, &[tenant_id.into(), member_id.into(), role.into()])? == 1)
}

fn read(row: Row) -> Result<MemberRole, StoreError> {
    let mut row = row.of("member_roles");
    Ok(MemberRole {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        member_id: row.id("member_id", MemberId::parse)?,
        role: row.text("role")?,
        granted_by: row.text("granted_by")?,
        created_at: row.time("created_at")?,
        confirmed_at: row.maybe_time("confirmed_at")?,
    })
}
