//! Sending somebody's link again.

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use model::{Action, LinkId, OrderId, OrderState, Timestamp};
use serde_json::json;
use store::order_people::{self, OrderPerson, Part, PersonState};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk, OrderView, PersonView,
    kept_person::{KeptPerson, open_person, seal_person},
    moving::{Asked, Moved, NewStep, add_step},
    people::{Request, open_request, request, write_link},
    view::state_of,
};

/// The line of the timeline that says so.
const SENT_AGAIN: &str = "sent_again";

impl OrderView {
    /// Whether somebody is asked now for something that they have not done.
    pub fn asks(&self, person: &PersonView) -> bool {
        let is_open = match request(person.part, self.state) {
            Request::Nothing => false,
            Request::Confirm => !person.has_confirmed_all(self.has_sms),
            Request::Act => person.state == PersonState::Waiting,
        };
        is_open && !self.is_declined_for(person)
    }

    /// Whether a contact is asked to confirm, and has not.
    pub fn asks_to_confirm(&self, person: &PersonView) -> bool {
        request(person.part, self.state) == Request::Confirm && !person.is_confirmed
    }

    /// Whether somebody can do something with their link, now or later: a contact who has confirmed may still confirm their phone, and
    /// have their eID recorded.
    pub fn can_use_link(&self, person: &PersonView) -> bool {
        let has_more = match person.part {
            Part::Blocker => !person.has_eid || !person.has_confirmed_all(self.has_sms),
            _ => false,
        };
        let is_waiting = person.state == PersonState::Waiting || has_more;
        is_waiting && self.state.is_open() && !self.is_declined_for(person)
    }

    /// Whether somebody is asked about a declaration that another signatory said no to.
    pub fn is_declined_for(&self, person: &PersonView) -> bool {
        person.part == Part::Declarant && self.answers.number.is_declined
    }
}

/// Who may have somebody's link sent again: the issuer's is the operator's.
pub const fn permission_to_send(part: Part) -> Permission {
    match part {
        Part::Issuer => Permission::DecideOrders,
        _ => Permission::ManageOrders,
    }
}

/// The same row with another link and another code: the old ones were tried too often.
fn renewed(tenant: &Tenant, mut row: OrderPerson) -> Result<OrderPerson, Refusal> {
    let kept = KeptPerson { wrong_codes: 0, ..open_person(tenant, &row)? };
    row.generation += 1;
    row.sealed_person = seal_person(tenant, row.id, &kept);
    Ok(row)
}

impl OrderDesk {
    /// Sends the link of somebody who is asked for something again: the same link, in another letter.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: nothing is asked of them any more, or so many letters wait that this one would not go out within a
    /// day. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn send_again(
        &self,
        permit: &Permit,
        (order, person): (OrderId, LinkId),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (permit, has_sms) = (permit.clone(), self.settings.has_sms);
        let sent = self.store.write(move |tx| {
            let tenant = permit.caller_tenant().clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(order))?;
            let state = state_of(&moved.row)?;
            if moved.answers.is_sandbox {
                return Err(Refusal::NotFound(Noun::OrderPerson));
            }
            // Those of an earlier submission are not among them.
            let row = moved.people.iter().find(|it| it.id == person);
            let mut row = row.ok_or(Refusal::NotFound(Noun::OrderPerson))?.clone();
            permit.tenant(permission_to_send(row.part))?;
            let is_over = row.part == Part::Declarant && moved.answers.number.is_declined;
            let kept = open_person(&tenant, &row)?;
            let asked = match row.part {
                // Another letter with the order is written by itself.
                Part::Issuer if state == OrderState::Sending => Request::Nothing,
                Part::Issuer | Part::Blocker => request(row.part, state),
                _ => open_request(&row, &kept, (state, has_sms)),
            };
            if asked == Request::Nothing || is_over {
                return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
            }
            if kept.wrong_codes > 0 || row.part == Part::Issuer {
                row = renewed(&tenant, row)?;
                order_people::save(tx, &row)?;
            }
            if write_link(tx, (&tenant, &row), moved.manner(), now)?.is_some() {
                return Err(Refusal::Invalid(AdminMessage::OrderLetterNoRoom.into()));
            }
            let name = open_person(&tenant, &row)?.contact.name;
            add_step(tx, &permit, &NewStep { order, event: SENT_AGAIN, state, note: &name }, now)?;
            let details = json!({"event": SENT_AGAIN, "person": person.to_string()});
            let record = permit.record(Action::OrderMoved, format!("order {order}"), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        sent.await
    }
}
