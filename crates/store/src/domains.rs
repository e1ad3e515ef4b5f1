//! Domains: a tenant's host names, each an issuer of its own.

use model::{DomainId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};
use model::Environment;

/// What a changed row is announced as.
pub const NOUN: &str = "domains";

const INSERT: &str = "INSERT INTO domains
    (id, tenant_id, host, scheme, environment, name, settings, version, created_at, disabled_at, deleted_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const GET: &str = "SELECT id, tenant_id, host, scheme, environment, name, settings, version, created_at,
    disabled_at, deleted_at FROM domains WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
/// The operator's: the host says which tenant a request belongs to.
pub(crate) const FIND_BY_HOST: &str =
    "SELECT id, tenant_id, host, scheme, environment, name, settings, version, created_at,
    disabled_at, deleted_at FROM domains WHERE host = $1 AND deleted_at IS NULL";
/// The operator's: who has a host.
pub(crate) const FIND_BY_HOST_WITH_BIN: &str =
    "SELECT id, tenant_id, host, scheme, environment, name, settings, version, created_at,
    disabled_at, deleted_at FROM domains WHERE host = $1";
const LIST: &str = "SELECT id, tenant_id, host, scheme, environment, name, settings, version, created_at,
    disabled_at, deleted_at FROM domains
    WHERE tenant_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3";
const LIST_WITH_BIN: &str =
    "SELECT id, tenant_id, host, scheme, environment, name, settings, version, created_at,
    disabled_at, deleted_at FROM domains WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const SAVE: &str = "UPDATE domains
    SET host = $1, scheme = $2, environment = $3, name = $4, settings = $5, disabled_at = $6, version = version + 1
    WHERE tenant_id = $7 AND id = $8 AND version = $9";

pub(crate) const ALL: &[&str] =
    &[INSERT, GET, FIND_BY_HOST, FIND_BY_HOST_WITH_BIN, LIST, LIST_WITH_BIN, SAVE];

words! {
    /// How a domain is reached.
    Scheme {
        /// As it should be.
        Https = "https",
        /// On loopback in development only.
        Http = "http",
    }
}

/// A domain's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The authority in lower case, with the port when that is not the scheme's own; unique over all tenants.
    pub host: String,
    /// How it is reached.
    pub scheme: Scheme,
    /// What it is for.
    pub environment: Environment,
    /// What people call it.
    pub name: String,
    /// JSON that `model` reads.
    pub settings: String,
    /// Counts the saves; what was read is what `save` compares.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody can log in there.
    pub disabled_at: Option<Timestamp>,
    /// Since when it is in the bin; `None` of every row that is not asked for together with the bin.
    pub deleted_at: Option<Timestamp>,
}

/// Adds a domain.
///
/// # Errors
/// [`StoreError::Conflict`] when the host is taken, perhaps by another tenant.
pub fn insert(tx: &mut WriteTx<'_>, domain: &Domain) -> Result<(), StoreError> {
    let values = [
        domain.id.into(),
        domain.tenant_id.into(),
        (&domain.host).into(),
        domain.scheme.into(),
        domain.environment.into(),
        (&domain.name).into(),
        (&domain.settings).into(),
        domain.version.into(),
        domain.created_at.into(),
        domain.disabled_at.into(),
        domain.deleted_at.into(),
    ];
    tx.changed(NOUN, domain.id);
    tx.execute(INSERT, &values).map(drop)
}

/// Gets a domain; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such domain, or it is in the bin.
pub fn get(tx: &mut impl Tx, tenant_id: TenantId, id: DomainId) -> Result<Domain, StoreError> {
    read(tx.one_for_change(GET, &[tenant_id.into(), id.into()])?)
}

/// Finds the domain that answers to `host`, whosever it is.
///
/// `host`: the authority in lower case, with the port when that is not the scheme's own.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_host(tx: &mut impl Tx, host: &str) -> Result<Option<Domain>, StoreError> {
    tx.find(FIND_BY_HOST, &[host.into()])?.map(read).transpose()
}

/// The same of one that may be in the bin, where its host stays taken.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_host_with_bin(tx: &mut impl Tx, host: &str) -> Result<Option<Domain>, StoreError> {
    tx.find(FIND_BY_HOST_WITH_BIN, &[host.into()])?.map(read).transpose()
}

/// Lists at most `limit` domains in the order in which they were made, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    after: Option<DomainId>,
    limit: u32,
) -> Result<Vec<Domain>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.list(LIST, &[tenant_id.into(), (&after).into(), limit.into()])?.into_iter().map(read).collect()
}

/// The same with those in the bin.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_with_bin(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    after: Option<DomainId>,
    limit: u32,
) -> Result<Vec<Domain>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let values = [tenant_id.into(), (&after).into(), limit.into()];
    tx.list(LIST_WITH_BIN, &values)?.into_iter().map(read).collect()
}

/// Saves everything but the id, the tenant and `created_at`; gives the row's new version.
///
/// # Errors
/// [`StoreError::Changed`] when `version` is not the row's any more, [`StoreError::Conflict`] when the host is taken.
pub fn save(tx: &mut WriteTx<'_>, domain: &Domain) -> Result<i64, StoreError> {
    let values = [
        (&domain.host).into(),
        domain.scheme.into(),
        domain.environment.into(),
        (&domain.name).into(),
        (&domain.settings).into(),
        domain.disabled_at.into(),
        domain.tenant_id.into(),
        domain.id.into(),
        domain.version.into(),
    ];
    tx.changed(NOUN, domain.id);
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::Changed),
        _ => Ok(domain.version + 1),
    }
}

fn read(row: Row) -> Result<Domain, StoreError> {
    let mut row = row.of("domains");
    Ok(Domain {
        id: row.id("id", DomainId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        host: row.text("host")?,
        scheme: row.word("scheme", Scheme::parse)?,
        environment: row.word("environment", Environment::parse)?,
        name: row.text("name")?,
        settings: row.text("settings")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        disabled_at: row.maybe_time("disabled_at")?,
        deleted_at: row.maybe_time("deleted_at")?,
    })
}
