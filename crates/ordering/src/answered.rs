//! Whoever approves, by a login or at a provider: that they may, and what follows from it.

use authority::{Permit, Tenant};
use changes::Refusal;
use crypto::Digest;
use model::{Evidence, OrderEvent, Timestamp};
use store::{
    WriteTx,
    approval_requests::ApprovalRequest,
    order_people::{self, OrderPerson, Part, PersonState},
};
use texts::AdminMessage;

use crate::{
    confirming::{Confirmation, Confirmed, confirm_everywhere},
    kept_person::{KeptPerson, open_person},
    moving::Moved,
    people::{approves, link_spent},
};

/// What somebody approves; `None`: nothing, or nobody is asked any more.
pub(crate) fn approved_digest(moved: &Moved, part: Part) -> Option<Digest> {
    match part {
        Part::Signatory => moved.row.document_digest,
        Part::Declarant => moved.row.declaration_digest.filter(|_| !moved.answers.number.is_declined),
        _ => None,
    }
}

/// Takes over what the operators decided about the same person at the same eID, for their other row of this submission.
pub(crate) fn accepted_before(
    tenant: &Tenant,
    people: &[OrderPerson],
    (row, kept): (&OrderPerson, &mut KeptPerson),
) -> Result<bool, Refusal> {
    let is_same = |it: &OrderPerson| it.person_digest.is_some() && it.person_digest == row.person_digest;
    let done = |it: &&OrderPerson| {
        it.id != row.id && approves(it.part) && it.state == PersonState::Done && is_same(it)
    };
    for it in people.iter().filter(done) {
        let other = open_person(tenant, it)?;
        if kept.is_twin(row.id, (&other, it.id)) && !other.override_reason.is_empty() {
            (kept.override_reason, kept.override_by) = (other.override_reason, other.override_by);
            return Ok(true);
        }
    }
    Ok(false)
}

/// The row of whoever approves, where the order is still what they were shown and nobody fills two places.
pub(crate) fn waiting_row(
    moved: &Moved,
    request: &ApprovalRequest,
    (person, evidence): (Digest, Evidence),
) -> Result<OrderPerson, Refusal> {
    let row = moved.people.iter().find(|it| it.id == request.person_id).ok_or_else(link_spent)?;
    let is_same = approved_digest(moved, row.part) == Some(request.document_digest);
    if !is_same || moved.answers.evidence != evidence {
        return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
    }
    let is_other =
        |it: &OrderPerson| it.part == row.part && it.id != row.id && it.person_digest == Some(person);
    if moved.people.iter().any(is_other) {
        return Err(Refusal::Invalid(AdminMessage::OrderApprovedTwice.into()));
    }
    Some(row.clone()).filter(|it| it.state == PersonState::Waiting).ok_or_else(link_spent)
}

/// Somebody has approved: their row with what they are known by, and whether who they are is to be reviewed.
pub(crate) struct Answered {
    pub(crate) row: OrderPerson,
    pub(crate) is_to_review: bool,
}

impl Answered {
    /// Writes it down; gives what has happened by it. The letter that led to it reached whoever approved.
    pub(crate) fn write(
        self,
        tx: &mut WriteTx<'_>,
        (permit, moved): (&Permit, &mut Moved),
        now: Timestamp,
    ) -> Result<OrderEvent, Refusal> {
        let state = if self.is_to_review { PersonState::InReview } else { PersonState::Done };
        let row = OrderPerson { state, decided_at: Some(now), ..self.row };
        order_people::save(tx, &row)?;
        let event = match row.part {
            _ if self.is_to_review => OrderEvent::Mismatch,
            Part::Declarant => OrderEvent::Declare,
            _ => OrderEvent::Approve,
        };
        moved.people.iter_mut().filter(|it| it.id == row.id).for_each(|it| it.clone_from(&row));
        if !self.is_to_review {
            let contact = open_person(permit.caller_tenant(), &row)?.contact;
            let it = Confirmation { what: Confirmed::Address, contact: &contact };
            confirm_everywhere(tx, (permit, &mut moved.people), it, now)?;
        }
        Ok(event)
    }
}
