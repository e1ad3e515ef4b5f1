//! Links with which a colleague answers one section of a draft.

use crypto::Digest;
use model::{LinkId, OrderId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str =
    "INSERT INTO section_links (tenant_id, id, order_id, section, sealed_colleague, browser_digest,
    person_digest, tries, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(crate) const FIND_BY_ID: &str =
    "SELECT tenant_id, id, order_id, section, sealed_colleague, browser_digest,
    person_digest, tries, created_at, expires_at FROM section_links WHERE id = $1";
const LIST: &str = "SELECT tenant_id, id, order_id, section, sealed_colleague, browser_digest,
    person_digest, tries, created_at, expires_at FROM section_links WHERE tenant_id = $1 AND order_id = $2
    ORDER BY section, id LIMIT 200";
const SAVE: &str =
    "UPDATE section_links SET sealed_colleague = $1, browser_digest = $2, person_digest = $3, tries = $4
    WHERE tenant_id = $5 AND id = $6";
const REMOVE: &str = "DELETE FROM section_links WHERE tenant_id = $1 AND id = $2";
const REMOVE_OF_ORDER: &str = "DELETE FROM section_links WHERE tenant_id = $1 AND order_id = $2";
pub(crate) const SWEEP: &str = "DELETE FROM section_links WHERE (tenant_id, id) IN
    (SELECT tenant_id, id FROM section_links WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND_BY_ID, LIST, SAVE, REMOVE, REMOVE_OF_ORDER, SWEEP];

/// A link's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionLink {
    /// Whose order it is.
    pub tenant_id: TenantId,
    /// Its id, which is in its address.
    pub id: LinkId,
    /// Of which order.
    pub order_id: OrderId,
    /// Which section.
    pub section: String,
    /// Who is asked.
    pub sealed_colleague: Vec<u8>,
    /// The browser in which it was accepted.
    pub browser_digest: Option<Digest>,
    /// Who they are at their eID.
    pub person_digest: Option<Digest>,
    /// How often a wrong code was typed.
    pub tries: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is over.
    pub expires_at: Timestamp,
}

/// Adds a link.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn insert(tx: &mut WriteTx<'_>, it: &SectionLink) -> Result<(), StoreError> {
    let values = [
        it.tenant_id.into(),
        it.id.into(),
        it.order_id.into(),
        (&it.section).into(),
        (&it.sealed_colleague).into(),
        it.browser_digest.as_ref().into(),
        it.person_digest.as_ref().into(),
        i64::from(it.tries).into(),
        it.created_at.into(),
        it.expires_at.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Finds a link, whosever it is; in a write, it is locked until the write ends. For whoever has its address.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, id: LinkId) -> Result<Option<SectionLink>, StoreError> {
    tx.find_for_change(FIND_BY_ID, &[id.into()])?.map(read).transpose()
}

/// Says of whose order a link is, and of which; nothing is locked.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn order_of(tx: &mut impl Tx, id: LinkId) -> Result<Option<(TenantId, OrderId)>, StoreError> {
    let row = tx.find(FIND_BY_ID, &[id.into()])?.map(read).transpose()?;
    Ok(row.map(|it| (it.tenant_id, it.order_id)))
}

/// Lists the links of an order, by section: at most 200.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
) -> Result<Vec<SectionLink>, StoreError> {
    tx.list(LIST, &[tenant_id.into(), order_id.into()])?.into_iter().map(read).collect()
}

/// Saves what changes of a link.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, it: &SectionLink) -> Result<(), StoreError> {
    let values = [
        (&it.sealed_colleague).into(),
        it.browser_digest.as_ref().into(),
        it.person_digest.as_ref().into(),
        i64::from(it.tries).into(),
        it.tenant_id.into(),
        it.id.into(),
    ];
    tx.execute(SAVE, &values).map(drop)
}

/// Removes a link; says whether there was one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(tx: &mut WriteTx<'_>, tenant_id: TenantId, id: LinkId) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, &[tenant_id.into(), id.into()])? > 0)
}

/// Removes all links of an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_of_order(
    tx: &mut WriteTx<'_>,
    (tenant_id, order_id): (TenantId, OrderId),
) -> Result<(), StoreError> {
    tx.execute(REMOVE_OF_ORDER, &[tenant_id.into(), order_id.into()]).map(drop)
}

/// Removes at most `limit` links that are over, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<SectionLink, StoreError> {
    let mut row = row.of("section_links");
    Ok(SectionLink {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.id("id", LinkId::parse)?,
        order_id: row.id("order_id", OrderId::parse)?,
        section: row.text("section")?,
        sealed_colleague: row.bytes("sealed_colleague")?,
        browser_digest: row.maybe_digest("browser_digest")?,
        person_digest: row.maybe_digest("person_digest")?,
        tries: u32::try_from(row.int("tries")?).unwrap_or(u32::MAX),
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}
