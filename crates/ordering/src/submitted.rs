//! What was submitted before, so that another version shows its differences. The answers of the last two submissions are kept.

use authority::{SealedColumn, Tenant};
use changes::Refusal;
use crypto::Digest;
use model::{OrderAnswers, OrderState, Timestamp};
use store::{
    Tx, WriteTx,
    order_documents::{self, OrderDocument},
    orders::{self, Order},
};

use crate::{
    compose::changes_between, document_change::DocumentChange, templates::with_texts, view::state_of,
};

/// The kind under which answers stand among the documents of a submission; nobody fetches them.
pub(crate) const ANSWERS: &str = "answers";

/// Keeps what is submitted now.
pub(crate) fn keep(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (row, answers): (&Order, &OrderAnswers),
    now: Timestamp,
) -> Result<(), Refusal> {
    let plain = serde_json::to_vec(answers).unwrap_or_default();
    let column = SealedColumn::OrderDocument { order: row.id, submission: row.submission, kind: ANSWERS };
    let kept = OrderDocument {
        tenant_id: tenant.id,
        order_id: row.id,
        submission: row.submission,
        kind: ANSWERS.to_owned(),
        digest: Digest::of(&plain),
        sealed_document: tenant.opened().seal(tenant.random(), &column, &plain),
        created_at: now,
    };
    order_documents::save(tx, &kept)?;
    Ok(order_documents::remove_before(tx, (tenant.id, row.id), row.submission - 1, ANSWERS)?)
}

/// What is other than when it was submitted the last time: of a draft, than what was submitted; otherwise, than what was submitted
/// before this.
pub(crate) fn changes(
    tx: &mut impl Tx,
    tenant: &Tenant,
    row: &Order,
) -> Result<Vec<DocumentChange>, Refusal> {
    let is_draft = state_of(row)? == OrderState::Draft;
    let submission = if is_draft { row.submission } else { row.submission - 1 };
    let Some(kept) = order_documents::find(tx, (tenant.id, row.id), submission, ANSWERS)? else {
        return Ok(Vec::new());
    };
    let column = SealedColumn::OrderDocument { order: row.id, submission, kind: ANSWERS };
    let opened = tenant.opened().unseal(&column, &kept.sealed_document);
    let opened = opened.map_err(|_| orders::unreadable())?;
    let before: OrderAnswers = serde_json::from_slice(opened.expose()).map_err(|_| orders::unreadable())?;
    Ok(changes_between(&before, &with_texts(tx, tenant, row)?))
}
