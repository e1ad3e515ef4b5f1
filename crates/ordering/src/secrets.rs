//! What is sealed of the handover of an order: the key pair that was made for it, and what the issuer deposited.

use authority::{SealedColumn, Tenant};
use changes::{
    Refusal,
    identity_sources::{jwks, new_key},
};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{Handover, OrderId, Timestamp};
use serde_json::Value;
use store::{
    StoreError, Tx, WriteTx,
    order_secrets::{self, OrderSecret, SecretKind},
    orders,
};

/// A secret to be sealed.
pub(crate) struct NewSecret<'a> {
    pub(crate) order: OrderId,
    pub(crate) kind: SecretKind,
    pub(crate) plain: &'a [u8],
}

pub(crate) fn save(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    &NewSecret { order, kind, plain }: &NewSecret<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let column = SealedColumn::OrderSecret { order, kind: kind.as_str() };
    let sealed_secret = tenant.opened().seal(tenant.random(), &column, plain);
    let row = OrderSecret { tenant_id: tenant.id, order_id: order, kind, sealed_secret, created_at: now };
    order_secrets::save(tx, &row)
}

pub(crate) fn open(
    tx: &mut impl Tx,
    tenant: &Tenant,
    (order, kind): (OrderId, SecretKind),
) -> Result<Option<Secret<Vec<u8>>>, Refusal> {
    let Some(row) = order_secrets::find(tx, (tenant.id, order), kind)? else { return Ok(None) };
    let column = SealedColumn::OrderSecret { order, kind: kind.as_str() };
    let opened = tenant.opened().unseal(&column, &row.sealed_secret);
    Ok(Some(opened.map_err(|_| orders::unreadable())?))
}

/// The key pair that was made for an order.
pub(crate) fn key(
    tx: &mut impl Tx,
    tenant: &Tenant,
    order: OrderId,
) -> Result<Option<Secret<String>>, Refusal> {
    let opened = open(tx, tenant, (order, SecretKind::Key))?;
    Ok(opened.map(|it| Secret::from(String::from_utf8_lossy(it.expose()).as_ref())))
}

/// Makes the key pair of an order that is handed over by one, and removes that of an order that is not.
pub(crate) fn fit_key(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (order, handover): (OrderId, Handover),
    now: Timestamp,
) -> Result<(), Refusal> {
    let of_order = (tenant.id, order);
    if handover != Handover::KeyPair {
        return Ok(order_secrets::remove(tx, of_order, SecretKind::Key).map(drop)?);
    }
    if order_secrets::find(tx, of_order, SecretKind::Key)?.is_some() {
        return Ok(());
    }
    let made = new_key()?;
    Ok(save(tx, tenant, &NewSecret { order, kind: SecretKind::Key, plain: made.expose().as_bytes() }, now)?)
}

/// The public half of the key that was made for an order, as the issuer receives it.
pub(crate) fn public_key(
    tx: &mut impl Tx,
    tenant: &Tenant,
    order: OrderId,
) -> Result<Option<Value>, Refusal> {
    let key = key(tx, tenant, order)?;
    Ok(key.and_then(|key| jwks(&with_key(String::new(), &key))))
}

pub(crate) fn with_key(client_id: String, key: &Secret<String>) -> SourceCredentials {
    SourceCredentials {
        client_id,
        method: SourceMethod::PrivateKeyJwt,
        secret: None,
        private_key: Some(key.expose().clone()),
    }
}
