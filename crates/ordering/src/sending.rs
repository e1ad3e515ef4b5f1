//! Sending somebody's link again.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{Action, LinkId, OrderId, Timestamp};
use serde_json::json;
use store::order_people::{Part, PersonState};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk, OrderView, PersonView,
    moving::{Asked, Moved, NewStep, add_step},
    people::{is_asked_in, open_person, write_link},
    view::state_of,
};

/// The line of the timeline that says so.
const SENT_AGAIN: &str = "sent_again";

impl OrderView {
    /// Whether somebody is asked now for something that they have not done.
    pub fn asks(&self, person: &PersonView) -> bool {
        person.state == PersonState::Waiting
            && is_asked_in(person.part, self.state)
            && !self.is_declined_for(person)
    }

    /// Whether somebody is asked about a declaration that another signatory said no to.
    pub fn is_declined_for(&self, person: &PersonView) -> bool {
        person.part == Part::Declarant && self.answers.number.is_declined
    }
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
        let permit = permit.clone();
        let sent = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(order))?;
            let state = state_of(&moved.row)?;
            if moved.answers.is_sandbox {
                return Err(Refusal::NotFound(Noun::OrderPerson));
            }
            // Those of an earlier submission are not among them.
            let row = moved.people.iter().find(|it| it.id == person);
            let row = row.ok_or(Refusal::NotFound(Noun::OrderPerson))?;
            if row.state != PersonState::Waiting || !is_asked_in(row.part, state) {
                return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
            }
            if write_link(tx, (&tenant, row), moved.manner(), now)?.is_some() {
                return Err(Refusal::Invalid(AdminMessage::OrderLetterNoRoom.into()));
            }
            let name = open_person(&tenant, row)?.contact.name;
            add_step(tx, &permit, &NewStep { order, event: SENT_AGAIN, state, note: &name }, now)?;
            let details = json!({"event": SENT_AGAIN, "person": person.to_string()});
            let record = permit.record(Action::OrderMoved, format!("order {order}"), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        sent.await
    }
}
