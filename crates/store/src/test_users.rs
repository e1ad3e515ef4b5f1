//! Test users: who signs in on a test domain with a password.

use model::{DomainId, TenantId, TestUserId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO test_users
    (id, tenant_id, domain_id, username, password_digest, sealed_claims, version, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const FIND_BY_USERNAME: &str =
    "SELECT id, tenant_id, domain_id, username, password_digest, sealed_claims, version, created_at
    FROM test_users WHERE tenant_id = $1 AND domain_id = $2 AND username = $3";
const LIST: &str =
    "SELECT id, tenant_id, domain_id, username, password_digest, sealed_claims, version, created_at
    FROM test_users WHERE tenant_id = $1 AND domain_id = $2 AND id > $3 ORDER BY id LIMIT $4";
const SAVE: &str = "UPDATE test_users SET password_digest = $1, sealed_claims = $2, version = version + 1
    WHERE tenant_id = $3 AND id = $4 AND version = $5";
const REMOVE: &str = "DELETE FROM test_users WHERE tenant_id = $1 AND domain_id = $2 AND username = $3";

pub(crate) const ALL: &[&str] = &[INSERT, FIND_BY_USERNAME, LIST, SAVE, REMOVE];

/// A test user's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestUserRow {
    /// Its id.
    pub id: TestUserId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Where they sign in.
    pub domain_id: DomainId,
    /// What they sign in with; unique within its domain.
    pub username: String,
    /// What `crypto::password` made.
    pub password_digest: Vec<u8>,
    /// What applications are told, sealed.
    pub sealed_claims: Vec<u8>,
    /// Counts the saves; what was read is what `save` compares.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Adds a test user.
///
/// # Errors
/// [`StoreError::Conflict`] when the username is taken in its domain.
pub fn insert(tx: &mut WriteTx<'_>, user: &TestUserRow) -> Result<(), StoreError> {
    let values = [
        user.id.into(),
        user.tenant_id.into(),
        user.domain_id.into(),
        (&user.username).into(),
        (&user.password_digest).into(),
        (&user.sealed_claims).into(),
        user.version.into(),
        user.created_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Finds a test user by what they sign in with; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_username(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    username: &str,
) -> Result<Option<TestUserRow>, StoreError> {
    let values = [tenant_id.into(), domain_id.into(), username.into()];
    tx.find_for_change(FIND_BY_USERNAME, &values)?.map(read).transpose()
}

/// Lists at most `limit` test users in the order in which they were made, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    after: Option<TestUserId>,
    limit: u32,
) -> Result<Vec<TestUserRow>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let values = [tenant_id.into(), domain_id.into(), (&after).into(), limit.into()];
    tx.list(LIST, &values)?.into_iter().map(read).collect()
}

/// Saves password and claims.
///
/// # Errors
/// [`StoreError::Changed`] when `version` is not the row's any more.
pub fn save(tx: &mut WriteTx<'_>, user: &TestUserRow) -> Result<(), StoreError> {
    let values = [
        (&user.password_digest).into(),
        (&user.sealed_claims).into(),
        user.tenant_id.into(),
        user.id.into(),
        user.version.into(),
    ];
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::Changed),
        _ => Ok(()),
    }
}

/// Removes a test user.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant's domain has no such user.
pub fn remove(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    domain_id: DomainId,
    username: &str,
) -> Result<(), StoreError> {
    match tx.execute(REMOVE, &[tenant_id.into(), domain_id.into(), username.into()])? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

fn read(row: Row) -> Result<TestUserRow, StoreError> {
    let mut row = row.of("test_users");
    Ok(TestUserRow {
        id: row.id("id", TestUserId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        username: row.text("username")?,
        password_digest: row.bytes("password_digest")?,
        sealed_claims: row.bytes("sealed_claims")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
    })
}
