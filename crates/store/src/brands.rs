//! Brands: the colour and the logo of a domain or an application, apart from its settings, so that nobody who reads those
//! loads pictures.

use model::{DomainId, TenantId};

use crate::{StoreError, Tx, WriteTx};

const SAVE: &str = "INSERT INTO brands (tenant_id, owner_id, domain_id, color, logo_digest, logo)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, owner_id) DO UPDATE
    SET color = excluded.color, logo_digest = excluded.logo_digest, logo = excluded.logo";
const SAVE_COLOR: &str = "UPDATE brands SET color = $1 WHERE tenant_id = $2 AND owner_id = $3";
const FIND_LOGO: &str = "SELECT tenant_id, logo FROM brands
    WHERE tenant_id = $1 AND domain_id = $2 AND logo_digest = $3 LIMIT 1";
const FIND_COLOR: &str = "SELECT tenant_id, color FROM brands
    WHERE tenant_id = $1 AND domain_id = $2 AND color = $3 LIMIT 1";
const REMOVE: &str = "DELETE FROM brands WHERE tenant_id = $1 AND owner_id = $2";

pub(crate) const ALL: &[&str] = &[SAVE, SAVE_COLOR, FIND_LOGO, FIND_COLOR, REMOVE];

/// A brand's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The id of the domain or application that it is of.
    pub owner_id: String,
    /// The domain at which it is shown.
    pub domain_id: DomainId,
    /// Six hexadecimal digits in lower case.
    pub color: Option<String>,
    /// Digest of the logo, and the PNG.
    pub logo: Option<(String, Vec<u8>)>,
}

/// Saves a brand in place of the one that its owner had.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, brand: &Brand) -> Result<(), StoreError> {
    let values = [
        brand.tenant_id.into(),
        (&brand.owner_id).into(),
        brand.domain_id.into(),
        brand.color.as_deref().into(),
        brand.logo.as_ref().map(|(logo_digest, _)| logo_digest).into(),
        brand.logo.as_ref().map(|(_, logo)| logo.as_slice()).into(),
    ];
    tx.put(SAVE, &values)
}

/// Saves another colour of an owner that keeps its logo.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save_color(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    owner_id: &str,
    color: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(SAVE_COLOR, &[color.into(), tenant_id.into(), owner_id.into()]).map(drop)
}

/// Finds a logo that is shown at a domain, by its digest.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_logo(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    logo_digest: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.find(FIND_LOGO, &[tenant_id.into(), domain_id.into(), logo_digest.into()])?;
    let Some(row) = row else { return Ok(None) };
    let mut row = row.of("brands");
    row.text("tenant_id")?;
    row.maybe_bytes("logo")
}

/// Says whether a colour is shown at a domain. `color`: six hexadecimal digits in lower case.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn has_color(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    color: &str,
) -> Result<bool, StoreError> {
    Ok(tx.find(FIND_COLOR, &[tenant_id.into(), domain_id.into(), color.into()])?.is_some())
}

/// Removes the brand of an owner; one that is not there is no error.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, owner_id: &str) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[tenant_id.into(), owner_id.into()]).map(drop)
}
