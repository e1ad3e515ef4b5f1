//! An issuer, and which one an order goes to.

use changes::{
    Refusal,
    issuers::{IssuerView, all, unreadable},
};
use model::{Handover, LoginMethod};
use store::{StoreError, Tx, WriteTx, issuers, orders::Order};
use texts::{AdminMessage, Noun};

/// Where an order of an eID goes when nobody says otherwise; Vipps orders are made at Vipps itself.
fn default_of(tx: &mut impl Tx, eid: LoginMethod) -> Result<IssuerView, StoreError> {
    let chosen = all(tx)?.into_iter().find(|it| it.settings.is_default && it.settings.issues(eid));
    Ok(chosen.unwrap_or_else(IssuerView::built_in))
}

/// The same, held until the write ends, so that nobody removes it meanwhile.
pub(crate) fn held_default_of(tx: &mut WriteTx<'_>, eid: LoginMethod) -> Result<IssuerView, Refusal> {
    let chosen = default_of(tx, eid)?;
    if let Some(id) = chosen.id {
        issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?;
    }
    Ok(chosen)
}

/// Where an order goes.
pub(crate) fn of_order(tx: &mut impl Tx, row: &Order) -> Result<IssuerView, StoreError> {
    match row.issuer_id {
        None => Ok(IssuerView::built_in()),
        Some(id) => IssuerView::of(issuers::find(tx, id)?.ok_or_else(|| unreadable(id))?),
    }
}

/// Refuses a handover that the order's issuer does not take.
pub(crate) fn check_handover(tx: &mut impl Tx, row: &Order, handover: Handover) -> Result<(), Refusal> {
    let takes = of_order(tx, row)?.settings.hands_over_by(handover);
    if takes { Ok(()) } else { Err(Refusal::Invalid(AdminMessage::OrderHandoverNotTaken.at("handover"))) }
}
