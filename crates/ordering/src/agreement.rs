//! The issuer's own agreement: a form that the company signs there, beside the order. A task with a state and an upload (docs/adr/0054).
//!
//! ```text
//!   (nothing) ──upload──► uploaded ──accept──► accepted ──► goes to the issuer with the order
//!                           ▲  └──return──► returned ─┐        │ another submission, another upload
//!                           └─────────upload──────────┘◄───────┘
//! ```

use changes::Refusal;
use model::{AgreementState, LoginMethod, OrderAnswers, OrderEvent, OrderState};
use store::{Tx, WriteTx, order_documents, orders::Order};
use texts::AdminMessage;

use crate::{
    OrderView,
    issuer::of_order,
    kept_documents::OF_ORDER,
    view::{agreement_of, eid_of},
};

/// The kind of its document.
pub(crate) const AGREEMENT: &str = "agreement";
/// While it can still go to the issuer, or a better one is asked for.
pub(crate) const fn is_of_use(state: OrderState) -> bool {
    use OrderState as S;
    matches!(
        state,
        S::Draft
            | S::Review
            | S::Approving
            | S::IdentityReview
            | S::Countersign
            | S::Sending
            | S::AtIssuer
            | S::Question
    )
}

/// Whether one may be uploaded: what was accepted and is with the issuer, or on its way there, is sent back first.
pub(crate) fn may_be_uploaded(state: OrderState, now: Option<AgreementState>) -> bool {
    use OrderState as S;
    let is_with_issuer = matches!(state, S::Sending | S::AtIssuer | S::Question);
    is_of_use(state) && !(is_with_issuer && now == Some(AgreementState::Accepted))
}

/// Whether an issuer is concerned with an order at all.
fn concerns_issuer(eid: LoginMethod, answers: &OrderAnswers) -> bool {
    !answers.is_sandbox && eid != LoginMethod::NO_VIPPS
}

/// What the issuer of an order calls its agreement; `None`: it has none, or no issuer is concerned with the order.
pub(crate) fn wanted(
    tx: &mut impl Tx,
    order: &Order,
    answers: &OrderAnswers,
) -> Result<Option<String>, Refusal> {
    let is_concerned = concerns_issuer(eid_of(order)?, answers);
    let title = of_order(tx, order)?.settings.agreement;
    Ok(Some(title).filter(|it| is_concerned && !it.is_empty()))
}

/// Refuses to send an order whose issuer wants an agreement that nobody has accepted yet, and to write down an issue while one that was
/// sent back waits for another.
pub(crate) fn check_agreement(
    tx: &mut impl Tx,
    event: OrderEvent,
    (order, answers): (&Order, &OrderAnswers),
) -> Result<(), Refusal> {
    match (event, agreement_of(order)?) {
        (OrderEvent::Issue, Some(AgreementState::Returned)) => {
            Err(Refusal::Invalid(AdminMessage::OrderAgreementReturned.into()))
        }
        (OrderEvent::Sent, it) if it != Some(AgreementState::Accepted) => {
            let missing = |title: String| AdminMessage::OrderAgreementMissing { title: title.into() };
            let title = wanted(tx, order, answers)?;
            title.map_or(Ok(()), |it| Err(Refusal::Invalid(missing(it).into())))
        }
        _ => Ok(()),
    }
}

/// What was agreed to was agreed to for the order as it was: another submission has it looked at anew.
pub(crate) fn look_again(order: &mut Order) -> Result<(), Refusal> {
    if agreement_of(order)? == Some(AgreementState::Accepted) {
        order.agreement_state = Some(AgreementState::Uploaded.as_str().to_owned());
    }
    Ok(())
}

/// Removes the agreement of another issuer.
pub(crate) fn forget(tx: &mut WriteTx<'_>, order: &mut Order) -> Result<(), Refusal> {
    order.agreement_state = None;
    let of_order = (order.tenant_id, order.id);
    Ok(order_documents::remove_before(tx, of_order, OF_ORDER + 1, AGREEMENT)?)
}

impl OrderView {
    /// What the issuer calls its own agreement, where it wants one with this order.
    pub fn wanted_agreement(&self) -> Option<&str> {
        let is_concerned = concerns_issuer(self.eid, &self.answers);
        Some(self.issuer.settings.agreement.as_str()).filter(|it| is_concerned && !it.is_empty())
    }

    /// Whether an agreement that was uploaded can be sent back now.
    pub fn takes_agreement_back(&self) -> bool {
        self.state != OrderState::Draft && is_of_use(self.state)
    }

    /// Whether an agreement can be uploaded now.
    pub fn takes_agreement(&self) -> bool {
        self.wanted_agreement().is_some() && may_be_uploaded(self.state, self.agreement)
    }
}
