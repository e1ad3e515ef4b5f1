//! What was submitted before, so that another version shows its differences. The answers of the last two submissions are kept.

use authority::Tenant;
use changes::Refusal;
use model::{OrderAnswers, OrderState, Timestamp};
use store::{
    Tx, WriteTx, order_documents,
    orders::{self, Order},
};

use crate::{
    compose::changes_between,
    document_change::DocumentChange,
    kept_documents::{DocumentKey, open, save},
    view::state_of,
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
    let key = DocumentKey { order: row.id, submission: row.submission, kind: ANSWERS };
    save(tx, tenant, (key, &plain), now)?;
    Ok(order_documents::remove_before(tx, (tenant.id, row.id), row.submission - 1, ANSWERS)?)
}

/// What is other than when it was submitted the last time: of a draft, than what was submitted; otherwise, than what was submitted
/// before this.
pub(crate) fn changes(
    tx: &mut impl Tx,
    tenant: &Tenant,
    (row, answers): (&Order, &OrderAnswers),
) -> Result<Vec<DocumentChange>, Refusal> {
    let is_draft = state_of(row)? == OrderState::Draft;
    let submission = if is_draft { row.submission } else { row.submission - 1 };
    let key = DocumentKey { order: row.id, submission, kind: ANSWERS };
    let Some(opened) = open(tx, tenant, key)? else { return Ok(Vec::new()) };
    let before: OrderAnswers = serde_json::from_slice(opened.expose()).map_err(|_| orders::unreadable())?;
    Ok(changes_between(&before, answers))
}
