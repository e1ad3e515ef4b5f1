//! The certificates of domains that were brought to the console, with their keys sealed.

use model::{DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

/// What a changed row is announced as, with the domain's id.
pub const NOUN: &str = "certificates";

const SAVE: &str = "INSERT INTO certificates (tenant_id, domain_id, chain, sealed_key, not_after, set_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, domain_id) DO UPDATE
    SET chain = excluded.chain, sealed_key = excluded.sealed_key, not_after = excluded.not_after,
    set_at = excluded.set_at";
const FIND: &str = "SELECT tenant_id, domain_id, chain, sealed_key, not_after, set_at
    FROM certificates WHERE tenant_id = $1 AND domain_id = $2";
const REMOVE: &str = "DELETE FROM certificates WHERE tenant_id = $1 AND domain_id = $2";
pub(crate) const LIST_SERVED: &str = "SELECT c.tenant_id, c.domain_id, d.host, c.not_after, c.set_at
    FROM certificates c JOIN domains d ON d.tenant_id = c.tenant_id AND d.id = c.domain_id
    WHERE d.deleted_at IS NULL AND (c.tenant_id, c.domain_id) > ($1, $2)
    ORDER BY c.tenant_id, c.domain_id LIMIT $3";

pub(crate) const ALL: &[&str] = &[SAVE, FIND, REMOVE, LIST_SERVED];

/// A certificate's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The domain whose host it is for.
    pub domain_id: DomainId,
    /// The host's own certificate and those above it, in PEM.
    pub chain: Vec<u8>,
    /// The private key in PEM, sealed.
    pub sealed_key: Vec<u8>,
    /// When it expires.
    pub not_after: Timestamp,
    /// When it was brought; no two of a domain have the same.
    pub set_at: Timestamp,
}

/// A certificate that a node may show, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedCertificate {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The domain.
    pub domain_id: DomainId,
    /// The domain's host, with its port where it has one.
    pub host: String,
    /// When it expires.
    pub not_after: Timestamp,
    /// When it was brought.
    pub set_at: Timestamp,
}

/// Saves a certificate in place of the one that the domain had.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, row: &Certificate) -> Result<(), StoreError> {
    let values = [
        row.tenant_id.into(),
        row.domain_id.into(),
        row.chain.as_slice().into(),
        row.sealed_key.as_slice().into(),
        row.not_after.into(),
        row.set_at.into(),
    ];
    tx.changed(NOUN, row.domain_id);
    tx.put(SAVE, &values)
}

/// Finds the certificate of a domain.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
) -> Result<Option<Certificate>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), domain_id.into()])?.map(read).transpose()
}

/// Removes the certificate of a domain; one that is not there is no error.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, domain_id: DomainId) -> Result<(), StoreError> {
    tx.changed(NOUN, domain_id);
    tx.execute(REMOVE, &[tenant_id.into(), domain_id.into()]).map(drop)
}

/// Lists at most `limit` certificates of domains that are not in the bin, from the one that follows `after`. The operator's.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_served(
    tx: &mut impl Tx,
    after: Option<(TenantId, DomainId)>,
    limit: u32,
) -> Result<Vec<ServedCertificate>, StoreError> {
    let tenant = after.map(|(tenant, _)| tenant.to_string()).unwrap_or_default();
    let domain = after.map(|(_, domain)| domain.to_string()).unwrap_or_default();
    let rows = tx.list(LIST_SERVED, &[(&tenant).into(), (&domain).into(), limit.into()])?;
    let read = |row: Row| {
        let mut row = row.of("certificates");
        Ok(ServedCertificate {
            tenant_id: row.id("tenant_id", TenantId::parse)?,
            domain_id: row.id("domain_id", DomainId::parse)?,
            host: row.text("host")?,
            not_after: row.time("not_after")?,
            set_at: row.time("set_at")?,
        })
    };
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Certificate, StoreError> {
    let mut row = row.of("certificates");
    Ok(Certificate {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        chain: row.bytes("chain")?,
        sealed_key: row.bytes("sealed_key")?,
        not_after: row.time("not_after")?,
        set_at: row.time("set_at")?,
    })
}
