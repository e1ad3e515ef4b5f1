//! Applications: the relying parties of a domain. Those in the bin are found in [`crate::bin`] only.

use model::{ApplicationId, DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, domains, value::Row};

/// What a changed row is announced as.
pub const NOUN: &str = "applications";

const INSERT: &str = "INSERT INTO applications
    (id, tenant_id, domain_id, client_id, name, settings, version, created_at, disabled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const GET: &str =
    "SELECT id, tenant_id, domain_id, client_id, name, settings, version, created_at, disabled_at
    FROM applications WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
const FIND_BY_CLIENT_ID: &str =
    "SELECT id, tenant_id, domain_id, client_id, name, settings, version, created_at, disabled_at
    FROM applications WHERE tenant_id = $1 AND domain_id = $2 AND client_id = $3 AND deleted_at IS NULL";
const LIST: &str =
    "SELECT id, tenant_id, domain_id, client_id, name, settings, version, created_at, disabled_at
    FROM applications WHERE tenant_id = $1 AND domain_id = $2 AND id > $3 AND deleted_at IS NULL
    ORDER BY id LIMIT $4";
const LIST_NAMES: &str = "SELECT id, domain_id, client_id, name, disabled_at FROM applications
    WHERE tenant_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3";
const SAVE: &str = "UPDATE applications SET name = $1, settings = $2, disabled_at = $3, version = version + 1
    WHERE tenant_id = $4 AND id = $5 AND version = $6";

pub(crate) const ALL: &[&str] = &[INSERT, GET, FIND_BY_CLIENT_ID, LIST, LIST_NAMES, SAVE];

/// An application's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Where it signs people in.
    pub domain_id: DomainId,
    /// What it is called on the wire; unique within its domain.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// JSON that `model` reads.
    pub settings: String,
    /// Counts the saves; what was read is what `save` compares.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it may not be used.
    pub disabled_at: Option<Timestamp>,
}

/// What an application is called, without its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedApplication {
    /// Its id.
    pub id: ApplicationId,
    /// Where it signs people in.
    pub domain_id: DomainId,
    /// What it is called on the wire.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// Since when it is switched off.
    pub disabled_at: Option<Timestamp>,
}

/// Adds an application.
///
/// # Errors
/// [`StoreError::Conflict`] when the client id is taken in its domain.
pub fn insert(tx: &mut WriteTx<'_>, application: &Application) -> Result<(), StoreError> {
    let values = [
        application.id.into(),
        application.tenant_id.into(),
        application.domain_id.into(),
        (&application.client_id).into(),
        (&application.name).into(),
        (&application.settings).into(),
        application.version.into(),
        application.created_at.into(),
        application.disabled_at.into(),
    ];
    tx.changed(NOUN, application.id);
    // Of its applications a domain is remembered to have origins, addresses and more.
    tx.changed(domains::NOUN, application.domain_id);
    tx.execute(INSERT, &values).map(drop)
}

/// Gets an application; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such application.
pub fn get(tx: &mut impl Tx, tenant_id: TenantId, id: ApplicationId) -> Result<Application, StoreError> {
    read(tx.one_for_change(GET, &[tenant_id.into(), id.into()])?)
}

/// Finds an application by its name on the wire.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_client_id(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    client_id: &str,
) -> Result<Option<Application>, StoreError> {
    let values = [tenant_id.into(), domain_id.into(), client_id.into()];
    tx.find(FIND_BY_CLIENT_ID, &values)?.map(read).transpose()
}

/// Lists at most `limit` applications in the order in which they were made, from the one that follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    after: Option<ApplicationId>,
    limit: u32,
) -> Result<Vec<Application>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let values = [tenant_id.into(), domain_id.into(), (&after).into(), limit.into()];
    tx.list(LIST, &values)?.into_iter().map(read).collect()
}

/// Lists the names of at most `limit` applications of all domains in the order in which they were made, from the one that
/// follows `after`.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_names(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    after: Option<ApplicationId>,
    limit: u32,
) -> Result<Vec<NamedApplication>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = tx.list(LIST_NAMES, &[tenant_id.into(), (&after).into(), limit.into()])?;
    let read = |row: Row| {
        let mut row = row.of("applications");
        Ok(NamedApplication {
            id: row.id("id", ApplicationId::parse)?,
            domain_id: row.id("domain_id", DomainId::parse)?,
            client_id: row.text("client_id")?,
            name: row.text("name")?,
            disabled_at: row.maybe_time("disabled_at")?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Saves name, settings and `disabled_at`; gives the row's new version.
///
/// # Errors
/// [`StoreError::Changed`] when `version` is not the row's any more.
pub fn save(tx: &mut WriteTx<'_>, application: &Application) -> Result<i64, StoreError> {
    let values = [
        (&application.name).into(),
        (&application.settings).into(),
        application.disabled_at.into(),
        application.tenant_id.into(),
        application.id.into(),
        application.version.into(),
    ];
    tx.changed(NOUN, application.id);
    // Of its applications a domain is remembered to have origins, addresses and more.
    tx.changed(domains::NOUN, application.domain_id);
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::Changed),
        _ => Ok(application.version + 1),
    }
}

fn read(row: Row) -> Result<Application, StoreError> {
    let mut row = row.of("applications");
    Ok(Application {
        id: row.id("id", ApplicationId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        client_id: row.text("client_id")?,
        name: row.text("name")?,
        settings: row.text("settings")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        disabled_at: row.maybe_time("disabled_at")?,
    })
}
