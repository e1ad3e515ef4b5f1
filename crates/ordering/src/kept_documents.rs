//! The documents of an order as they are kept: sealed, with the digest of what they say.

use authority::{SealedColumn, Tenant};
use changes::Refusal;
use crypto::{Digest, Secret};
use model::{OrderId, Timestamp};
use store::{
    StoreError, Tx, WriteTx,
    order_documents::{self, OrderDocument},
    orders,
};

/// What was uploaded belongs to the order and to no submission.
pub(crate) const OF_ORDER: i64 = 0;

/// Which document it is.
#[derive(Clone, Copy)]
pub(crate) struct DocumentKey<'a> {
    pub(crate) order: OrderId,
    pub(crate) submission: i64,
    pub(crate) kind: &'a str,
}

impl DocumentKey<'_> {
    const fn column(&self) -> SealedColumn<'_> {
        SealedColumn::OrderDocument { order: self.order, submission: self.submission, kind: self.kind }
    }
}

/// Saves a document in place of the one that there was.
pub(crate) fn save(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (key, plain): (DocumentKey<'_>, &[u8]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = OrderDocument {
        tenant_id: tenant.id,
        order_id: key.order,
        submission: key.submission,
        kind: key.kind.to_owned(),
        digest: Digest::of(plain),
        sealed_document: tenant.opened().seal(tenant.random(), &key.column(), plain),
        created_at: now,
    };
    order_documents::save(tx, &row)
}

pub(crate) fn open(
    tx: &mut impl Tx,
    tenant: &Tenant,
    key: DocumentKey<'_>,
) -> Result<Option<Secret<Vec<u8>>>, Refusal> {
    let found = order_documents::find(tx, (tenant.id, key.order), key.submission, key.kind)?;
    let Some(row) = found else { return Ok(None) };
    let opened = tenant.opened().unseal(&key.column(), &row.sealed_document);
    Ok(Some(opened.map_err(|_| orders::unreadable())?))
}
