//! Sending somebody's link again.

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use model::{Action, Contact, LinkId, OrderId, OrderState, Timestamp};
use serde_json::json;
use store::{
    WriteTx,
    order_people::{self, OrderPerson, Part, PersonState},
    orders::Order,
};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk, OrderView, PersonView,
    issuer::of_order,
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

/// Gives somebody another link and another code: the old ones were tried too often. An issuer is written to where it is now.
pub(crate) fn renew(
    tx: &mut WriteTx<'_>,
    (tenant, order): (&Tenant, &Order),
    row: &mut OrderPerson,
) -> Result<(), Refusal> {
    let mut kept = KeptPerson { wrong_codes: 0, receives_in: None, ..open_person(tenant, row)? };
    if row.part == Part::Issuer {
        let issuer = of_order(tx, order)?.settings;
        kept.contact = Contact { name: issuer.name, email: issuer.email, ..kept.contact };
    }
    row.generation += 1;
    row.sealed_person = seal_person(tenant, row.id, &kept);
    Ok(order_people::save(tx, row)?)
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
            // Nothing is sent of a sandbox order; a link that is over is made anew there, too.
            let is_of_no_use = moved.answers.is_sandbox && !kept.is_link_over();
            if asked == Request::Nothing || is_over || is_of_no_use {
                return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
            }
            if kept.wrong_codes > 0 || row.part == Part::Issuer {
                renew(tx, (&tenant, &moved.row), &mut row)?;
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
