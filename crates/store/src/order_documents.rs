//! The documents of an order's submissions, sealed.

use crypto::Digest;
use model::{OrderId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const SAVE: &str = "INSERT INTO order_documents
    (tenant_id, order_id, submission, kind, digest, sealed_document, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, order_id, submission, kind) DO UPDATE SET
    digest = excluded.digest, sealed_document = excluded.sealed_document, created_at = excluded.created_at";
const LIST: &str = "SELECT tenant_id, order_id, submission, kind, digest, sealed_document, created_at
    FROM order_documents WHERE tenant_id = $1 AND order_id = $2 AND submission = $3 ORDER BY kind LIMIT 100";
const LIST_FACTS: &str = "SELECT kind, digest, created_at FROM order_documents
    WHERE tenant_id = $1 AND order_id = $2 AND submission = $3 ORDER BY kind LIMIT 100";
const FIND: &str = "SELECT tenant_id, order_id, submission, kind, digest, sealed_document, created_at
    FROM order_documents WHERE tenant_id = $1 AND order_id = $2 AND submission = $3 AND kind = $4";
const REMOVE: &str = "DELETE FROM order_documents WHERE tenant_id = $1 AND order_id = $2";
const REMOVE_BEFORE: &str = "DELETE FROM order_documents
    WHERE tenant_id = $1 AND order_id = $2 AND submission < $3 AND kind = $4";

pub(crate) const ALL: &[&str] = &[SAVE, LIST, LIST_FACTS, FIND, REMOVE, REMOVE_BEFORE];

/// A document's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDocument {
    /// Whose order it is.
    pub tenant_id: TenantId,
    /// Of which order.
    pub order_id: OrderId,
    /// Of which submission.
    pub submission: i64,
    /// Which document.
    pub kind: String,
    /// SHA-256 of it.
    pub digest: Digest,
    /// The document.
    pub sealed_document: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Saves a document in place of the one that there was.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn save(tx: &mut WriteTx<'_>, it: &OrderDocument) -> Result<(), StoreError> {
    let values = [
        it.tenant_id.into(),
        it.order_id.into(),
        it.submission.into(),
        (&it.kind).into(),
        (&it.digest).into(),
        (&it.sealed_document).into(),
        it.created_at.into(),
    ];
    tx.put(SAVE, &values)
}

/// Lists the documents of a submission.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
    submission: i64,
) -> Result<Vec<OrderDocument>, StoreError> {
    let rows = tx.list(LIST, &[tenant_id.into(), order_id.into(), submission.into()])?;
    rows.into_iter().map(read).collect()
}

/// What is known of a document without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDocumentFacts {
    /// Which document.
    pub kind: String,
    /// SHA-256 of it.
    pub digest: Digest,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Lists what there is of a submission, without the documents themselves.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_facts(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
    submission: i64,
) -> Result<Vec<OrderDocumentFacts>, StoreError> {
    let rows = tx.list(LIST_FACTS, &[tenant_id.into(), order_id.into(), submission.into()])?;
    let read = |row: Row| {
        let mut row = row.of("order_documents");
        Ok(OrderDocumentFacts {
            kind: row.text("kind")?,
            digest: row.digest("digest")?,
            created_at: row.time("created_at")?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Finds a document of a submission.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    (tenant_id, order_id): (TenantId, OrderId),
    submission: i64,
    kind: &str,
) -> Result<Option<OrderDocument>, StoreError> {
    let values = [tenant_id.into(), order_id.into(), submission.into(), kind.into()];
    tx.find(FIND, &values)?.map(read).transpose()
}

/// Removes what is of submissions before this one, of one kind.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_before(
    tx: &mut WriteTx<'_>,
    (tenant_id, order_id): (TenantId, OrderId),
    submission: i64,
    kind: &str,
) -> Result<(), StoreError> {
    let values = [tenant_id.into(), order_id.into(), submission.into(), kind.into()];
    tx.execute(REMOVE_BEFORE, &values).map(drop)
}

/// Removes all documents of an order.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_of_order(
    tx: &mut WriteTx<'_>,
    tenant_id: TenantId,
    order_id: OrderId,
) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[tenant_id.into(), order_id.into()]).map(drop)
}

fn read(row: Row) -> Result<OrderDocument, StoreError> {
    let mut row = row.of("order_documents");
    Ok(OrderDocument {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        order_id: row.id("order_id", OrderId::parse)?,
        submission: row.int("submission")?,
        kind: row.text("kind")?,
        digest: row.digest("digest")?,
        sealed_document: row.bytes("sealed_document")?,
        created_at: row.time("created_at")?,
    })
}
