//! Orders at eIDs that are polled. The key to what the connector remembers is in the login.
//!
//! Of all the requests that look at an order, the one that claims it asks the eID, and gives the lease back with what it was
//! told. A request that is lost with its node loses the lease after ten seconds.

use std::time::Duration;

use crypto::Digest;
use model::{DomainId, LeaseId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, sql::Statements as _, value::Row};

const INSERT: &str = "INSERT INTO eid_orders
    (tenant_id, order_digest, domain_id, sealed_order, again_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT tenant_id, order_digest, domain_id, sealed_order, again_at, lease_holder,
    lease_ends_at, expires_at FROM eid_orders
    WHERE tenant_id = $1 AND order_digest = $2 AND expires_at > $3";
const CLAIM: &str = "UPDATE eid_orders SET lease_holder = $1, lease_ends_at = $2
    WHERE tenant_id = $3 AND order_digest = $4 AND expires_at > $5 AND (again_at <= $5 OR again_at > $6)
    AND (lease_ends_at IS NULL OR lease_ends_at <= $5 OR lease_ends_at > $6)
    RETURNING tenant_id, order_digest, domain_id, sealed_order, again_at, lease_holder, lease_ends_at,
    expires_at";
const SAVE: &str =
    "UPDATE eid_orders SET sealed_order = $1, again_at = $2, lease_holder = NULL, lease_ends_at = NULL
    WHERE tenant_id = $3 AND order_digest = $4 AND lease_holder = $5";
const CONSUME: &str = "DELETE FROM eid_orders WHERE tenant_id = $1 AND order_digest = $2 AND expires_at > $3";
pub(crate) const SWEEP: &str = "DELETE FROM eid_orders WHERE (tenant_id, order_digest) IN
    (SELECT tenant_id, order_digest FROM eid_orders WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, CLAIM, SAVE, CONSUME, SWEEP];

/// How long a claim holds an order. No order may ask to be left alone for longer.
pub const HELD_FOR: Duration = Duration::from_secs(10);

/// An order's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EidOrder {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Digest of the key in the login.
    pub order_digest: Digest,
    /// Where the person logs in.
    pub domain_id: DomainId,
    /// What the connector remembers and the person is told, sealed under the key in the login.
    pub sealed_order: Vec<u8>,
    /// When the eID may be asked again.
    pub again_at: Timestamp,
    /// The claim that holds it, and until when.
    pub lease: Option<(LeaseId, Timestamp)>,
    /// From when on it is gone.
    pub expires_at: Timestamp,
}

impl EidOrder {
    /// Says whether [`claim`] could succeed now.
    ///
    /// A time that is further away than any that is given was given by a clock that has been set back since: it counts as over.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let is_over = |at: Timestamp| at <= now || at > furthest(now);
        is_over(self.again_at) && self.lease.is_none_or(|(_, ends_at)| is_over(ends_at))
    }
}

/// Clocks of nodes may differ by a lease.
fn furthest(now: Timestamp) -> Timestamp {
    now.after(HELD_FOR.saturating_mul(2))
}

/// Keeps an order; nobody holds it yet.
///
/// # Errors
/// [`StoreError::Conflict`], perhaps only from the write itself, when the key was used before.
pub fn insert(tx: &mut WriteTx<'_>, order: &EidOrder) -> Result<(), StoreError> {
    let values = [
        order.tenant_id.into(),
        (&order.order_digest).into(),
        order.domain_id.into(),
        (&order.sealed_order).into(),
        order.again_at.into(),
        order.expires_at.into(),
    ];
    tx.put(INSERT, &values)
}

/// Finds an order that has not expired.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    order_digest: &Digest,
    now: Timestamp,
) -> Result<Option<EidOrder>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), order_digest.into(), now.into()])?.map(read).transpose()
}

/// Takes the lease of an order that is due: `Some` for the one caller that came first, who then asks the eID.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn claim(
    tx: &mut WriteTx<'_>,
    (tenant_id, order_digest): (TenantId, &Digest),
    lease_holder: LeaseId,
    now: Timestamp,
) -> Result<Option<EidOrder>, StoreError> {
    let lease_ends_at = now.after(HELD_FOR);
    let values = [
        lease_holder.into(),
        lease_ends_at.into(),
        tenant_id.into(),
        order_digest.into(),
        now.into(),
        furthest(now).into(),
    ];
    tx.find(CLAIM, &values)?.map(read).transpose()
}

/// Keeps what the eID said last of an order that was claimed, and when it may be asked again; gives the lease back. `false` when the
/// lease was lost, or the order is gone.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, order: &EidOrder) -> Result<bool, StoreError> {
    let lease_holder = order.lease.map(|(holder, _)| holder);
    let values = [
        (&order.sealed_order).into(),
        order.again_at.into(),
        order.tenant_id.into(),
        (&order.order_digest).into(),
        lease_holder.into(),
    ];
    Ok(tx.execute(SAVE, &values)? == 1)
}

/// Spends an order, whoever holds it: `true` for the one caller that came first.
///
/// # Errors
/// [`StoreError`]: what happened around it; treat the order as gone.
pub fn consume(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    order_digest: &Digest,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(CONSUME, &[tenant_id.into(), order_digest.into(), now.into()])? == 1)
}

/// Removes at most `limit` rows that have expired, the oldest first, whosever they are. The operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[now.into(), limit.into()])
}

fn read(row: Row) -> Result<EidOrder, StoreError> {
    let mut row = row.of("eid_orders");
    let (tenant_id, order_digest) = (row.id("tenant_id", TenantId::parse)?, row.digest("order_digest")?);
    let (domain_id, sealed_order) = (row.id("domain_id", DomainId::parse)?, row.bytes("sealed_order")?);
    let again_at = row.time("again_at")?;
    let holder = row.maybe_id("lease_holder", LeaseId::parse)?;
    let lease = holder.zip(row.maybe_time("lease_ends_at")?);
    let expires_at = row.time("expires_at")?;
    Ok(EidOrder { tenant_id, order_digest, domain_id, sealed_order, again_at, lease, expires_at })
}
