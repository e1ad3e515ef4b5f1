//! What happens to the issuer's own agreement: it is uploaded, accepted, or sent back.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{Action, AgreementState, OrderId, OrderState, Timestamp};
use serde_json::json;
use store::orders;
use texts::AdminMessage;

use crate::{
    OrderDesk,
    agreement::{AGREEMENT, is_of_use, may_be_uploaded, wanted},
    issuer_letter::take_back,
    kept_documents::{DocumentKey, OF_ORDER, save},
    moving::{Asked, LONGEST_NOTE, Moved, NewStep, OrderVersion, add_step, news, permission_to_decide},
    people::{Addressed, write_letter},
    view::{agreement_of, state_of},
};

/// The line of the timeline that says that it was sent back; the note says why.
const RETURNED: &str = "agreement_returned";

/// What an operator decides about an agreement that was uploaded.
#[derive(Clone, Copy, Debug)]
pub struct AgreementDecision<'a> {
    /// Whether it goes to the issuer.
    pub accept: bool,
    /// Why it does not.
    pub reason: &'a str,
}

impl OrderDesk {
    /// Takes the issuer's agreement as the company signed it, in place of the one that there was.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `file`: it is no PDF that shows pages and nothing else; the issuer wants none, or it is too late for
    /// it. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_agreement(
        &self,
        permit: &Permit,
        id: OrderId,
        file: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageOrders)?;
        let facts = self.checked_upload(&file).await?;
        let permit = permit.clone();
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            let state = state_of(&moved.row)?;
            if wanted(tx, &moved.row, &moved.answers)?.is_none()
                || !may_be_uploaded(state, agreement_of(&moved.row)?)
            {
                return Err(Refusal::Invalid(AdminMessage::OrderAgreementNotWanted.into()));
            }
            let key = DocumentKey { order: id, submission: OF_ORDER, kind: AGREEMENT };
            save(tx, &tenant, (key, &file), now)?;
            moved.row.agreement_state = Some(AgreementState::Uploaded.as_str().to_owned());
            moved.row.changed_at = now;
            orders::save(tx, &moved.row)?;
            let event = "agreement_uploaded";
            add_step(tx, &permit, &NewStep { order: id, event, state, note: "" }, now)?;
            let details = json!({"event": event, "pages": facts.pages});
            let record = permit.record(Action::OrderMoved, format!("order {id}"), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        saved.await
    }

    /// Accepts the agreement of an order that was seen, or sends it back with a reason, of which the general contact is told.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: nothing waits for it, somebody was faster, or a reason is missing. [`Refusal::NotFound`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn decide_agreement(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        AgreementDecision { accept, reason }: AgreementDecision<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let note: String = reason.trim().chars().take(LONGEST_NOTE).collect();
        if !accept && note.is_empty() {
            return Err(Refusal::Invalid(AdminMessage::OrderReasonMissing.at("note-agreement")));
        }
        let permit = permit.clone();
        let decided = self.store.write(move |tx| {
            let mut moved = Moved::load(tx, permit.caller_tenant(), Asked::Seen(seen))?;
            let tenant = permit.tenant(permission_to_decide(moved.answers.is_sandbox))?.clone();
            let now_is = agreement_of(&moved.row)?;
            // What was accepted can turn out to be wrong, at the issuer at the latest.
            let is_sent_back = !accept && now_is == Some(AgreementState::Accepted);
            let state = state_of(&moved.row)?;
            let is_time = state != OrderState::Draft && is_of_use(state);
            if !is_time || (now_is != Some(AgreementState::Uploaded) && !is_sent_back) {
                return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
            }
            let (state, event) = match accept {
                true => (AgreementState::Accepted, "agreement_accepted"),
                false => (AgreementState::Returned, RETURNED),
            };
            if !accept && state_of(&moved.row)? == OrderState::Sending {
                // The order is not to go without it.
                take_back(tx, &tenant, (&mut moved.row, &moved.people))?;
            }
            moved.row.agreement_state = Some(state.as_str().to_owned());
            moved.row.changed_at = now;
            orders::save(tx, &moved.row)?;
            let step = NewStep { order: seen.id, event, state: state_of(&moved.row)?, note: &note };
            add_step(tx, &permit, &step, now)?;
            if !accept {
                let letter = news(&moved, RETURNED);
                let email = &moved.answers.general.email;
                write_letter(tx, &tenant, &Addressed { email, letter, manner: moved.manner() }, now)?;
            }
            let details = json!({"event": event});
            let record = permit.record(Action::OrderMoved, format!("order {}", seen.id), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        decided.await
    }
}
