//! Identity sources: the eIDs that a domain has configured.

use model::{DomainId, IdentitySourceId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, domains, value::Row};
use model::EidEnvironment;

const INSERT: &str = "INSERT INTO identity_sources
    (id, tenant_id, domain_id, eid, environment, settings, sealed_credentials, credentials_version,
    version, created_at, disabled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const FIND: &str = "SELECT id, tenant_id, domain_id, eid, environment, settings, sealed_credentials,
    credentials_version, version, created_at, disabled_at
    FROM identity_sources WHERE tenant_id = $1 AND domain_id = $2 AND eid = $3";
const LIST: &str = "SELECT id, tenant_id, domain_id, eid, environment, settings, sealed_credentials,
    credentials_version, version, created_at, disabled_at
    FROM identity_sources WHERE tenant_id = $1 AND domain_id = $2 ORDER BY eid LIMIT 100";
const SAVE: &str = "UPDATE identity_sources SET environment = $1, settings = $2, sealed_credentials = $3,
    credentials_version = $4, disabled_at = $5, version = version + 1
    WHERE tenant_id = $6 AND id = $7 AND version = $8";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, LIST, SAVE];

/// An identity source's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySource {
    /// Its id.
    pub id: IdentitySourceId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Where it is offered.
    pub domain_id: DomainId,
    /// The eID: `no-bankid`, `no-vipps`; one a domain.
    pub eid: String,
    /// Which of the eID's environments is asked.
    pub environment: EidEnvironment,
    /// JSON that `model` reads.
    pub settings: String,
    /// The credentials that the eID's owner gave, sealed.
    pub sealed_credentials: Option<Vec<u8>>,
    /// Which credentials of the source these are, bound into their sealing; `None` for a sealing without it
    /// (see `authority::SealedColumn`).
    pub credentials_version: Option<i64>,
    /// Counts the saves; what was read is what `save` compares.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is not offered.
    pub disabled_at: Option<Timestamp>,
}

/// Adds an identity source.
///
/// # Errors
/// [`StoreError::Conflict`] when the domain has the eID already.
pub fn insert(tx: &mut WriteTx<'_>, source: &IdentitySource) -> Result<(), StoreError> {
    let values = [
        source.id.into(),
        source.tenant_id.into(),
        source.domain_id.into(),
        (&source.eid).into(),
        source.environment.into(),
        (&source.settings).into(),
        source.sealed_credentials.as_ref().into(),
        source.credentials_version.into(),
        source.version.into(),
        source.created_at.into(),
        source.disabled_at.into(),
    ];
    tx.changed(domains::NOUN, source.domain_id);
    tx.execute(INSERT, &values).map(drop)
}

/// Finds a domain's source for an eID; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    eid: &str,
) -> Result<Option<IdentitySource>, StoreError> {
    let values = [tenant_id.into(), domain_id.into(), eid.into()];
    tx.find_for_change(FIND, &values)?.map(read).transpose()
}

/// Lists a domain's sources by the name of the eID; at most 100.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
) -> Result<Vec<IdentitySource>, StoreError> {
    tx.list(LIST, &[tenant_id.into(), domain_id.into()])?.into_iter().map(read).collect()
}

/// Saves environment, settings, credentials and `disabled_at`; gives the row's new version.
///
/// # Errors
/// [`StoreError::Changed`] when `version` is not the row's any more.
pub fn save(tx: &mut WriteTx<'_>, source: &IdentitySource) -> Result<i64, StoreError> {
    let values = [
        source.environment.into(),
        (&source.settings).into(),
        source.sealed_credentials.as_ref().into(),
        source.credentials_version.into(),
        source.disabled_at.into(),
        source.tenant_id.into(),
        source.id.into(),
        source.version.into(),
    ];
    tx.changed(domains::NOUN, source.domain_id);
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::Changed),
        _ => Ok(source.version + 1),
    }
}

fn read(row: Row) -> Result<IdentitySource, StoreError> {
    let mut row = row.of("identity_sources");
    Ok(IdentitySource {
        id: row.id("id", IdentitySourceId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        eid: row.text("eid")?,
        environment: row.word("environment", EidEnvironment::parse)?,
        settings: row.text("settings")?,
        sealed_credentials: row.maybe_bytes("sealed_credentials")?,
        credentials_version: row.maybe_int("credentials_version")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        disabled_at: row.maybe_time("disabled_at")?,
    })
}
