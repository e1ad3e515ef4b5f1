//! What is sealed of the handover of an order.

use std::time::Duration;

use model::{OrderId, OrderState, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx,
    value::{Row, words},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const SAVE: &str = "INSERT INTO order_secrets (tenant_id, order_id, kind, sealed_secret, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant_id, order_id, kind) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at";
const FIND: &str = "SELECT tenant_id, order_id, kind, sealed_secret, created_at FROM order_secrets
    WHERE tenant_id = $1 AND order_id = $2 AND kind = $3";
const REMOVE: &str = "DELETE FROM order_secrets WHERE tenant_id = $1 AND order_id = $2 AND kind = $3";
const REMOVE_ALL: &str = "DELETE FROM order_secrets WHERE tenant_id = $1 AND order_id = $2";

pub(crate) const SWEEP: &str = "DELETE FROM order_secrets WHERE (tenant_id, order_id, kind) IN
    (SELECT tenant_id, order_id, kind FROM order_secrets WHERE kind IN ('deposit', 'proposal') AND created_at <= $1
    ORDER BY created_at LIMIT $2)";

pub(crate) const ALL: &[&str] = &[SAVE, FIND, REMOVE, REMOVE_ALL, SWEEP];

words! {
    /// Which secret.
    SecretKind {
        /// The private key that was made for the order.
        Key = "key",
        /// What the issuer deposited for the receiver.
        Deposit = "deposit",
        /// What an operator proposed and a second one has to confirm.
        Proposal = "proposal",
    }
}

/// A secret's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSecret {
    /// Whose order it is.
    pub tenant_id: TenantId,
    /// Of which order.
    pub order_id: OrderId,
    /// Which secret.
    pub kind: SecretKind,
    /// The secret.
    pub sealed_secret: Vec<u8>,
    /// When it came.
    pub created_at: Timestamp,
}

/// Saves a secret in place of the one that there was.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, it: &OrderSecret) -> Result<(), StoreError> {
    let values = [
        it.tenant_id.into(),
        it.order_id.into(),
        it.kind.as_str().into(),
        (&it.sealed_secret).into(),
        it.created_at.into(),
    ];
    tx.put(SAVE, &values)
}

/// Finds a secret of an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
    kind: SecretKind,
) -> Result<Option<OrderSecret>, StoreError> {
    tx.find(FIND, &[tenant_id.into(), order_id.into(), kind.as_str().into()])?.map(read).transpose()
}

/// Removes a secret; says whether there was one.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove(
    tx: &mut WriteTx<'_>,
    (tenant_id, order_id): (TenantId, OrderId),
    kind: SecretKind,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, &[tenant_id.into(), order_id.into(), kind.as_str().into()])? > 0)
}

/// Removes at most `limit` deposits that nobody received, and proposals that nobody confirmed, within the time of a handover, the oldest first, whosever they are. The
/// operator's.
///
/// # Errors
/// [`StoreError::Busy`] when another node removes them too.
pub(crate) fn remove_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let days = OrderState::Handover.lasts_days().unwrap_or_default();
    tx.execute(SWEEP, &[now.before(DAY.saturating_mul(days)).into(), limit.into()])
}

/// Removes all secrets of an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_of_order(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    order_id: OrderId,
) -> Result<(), StoreError> {
    tx.execute(REMOVE_ALL, &[tenant_id.into(), order_id.into()]).map(drop)
}

fn read(row: Row) -> Result<OrderSecret, StoreError> {
    let mut row = row.of("order_secrets");
    Ok(OrderSecret {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        order_id: row.id("order_id", OrderId::parse)?,
        kind: row.word("kind", SecretKind::parse)?,
        sealed_secret: row.bytes("sealed_secret")?,
        created_at: row.time("created_at")?,
    })
}
