//! Contacts confirm that letters reach them, before an order is sealed (docs/adr/0057).
//!
//! ```text
//!   submitted ──letter──► link ──POST code──► confirmed: this name at this address ──► every part that has both
//!             an approval from the letter that went there ──────▲
//! ```
//!
//! What was confirmed stays confirmed in another submission that names the same.

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use crypto::same_bytes;
use model::{Action, Contact, LinkId, OrderState, Timestamp};
use serde_json::json;
use store::{
    WriteTx,
    order_people::{self, OrderPerson, Part, PersonState},
};
use texts::AdminMessage;

use crate::{
    OrderDesk, OrderView, PersonView,
    confirmed::{is_contact, is_enough, is_same_address, is_same_phone},
    kept_person::{KeptPerson, open_person, seal_person},
    moving::{Moved, NewStep, add_step},
    people::{Request, confirmation_code, link_spent, person_view, request},
    view::state_of,
};

/// What of a contact was confirmed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// That letters reach them.
    Address,
    /// Their phone.
    Phone,
}

/// What somebody confirmed.
pub(crate) struct Confirmation<'a> {
    pub(crate) what: Confirmed,
    pub(crate) contact: &'a Contact,
}

/// Writes it down for every part that has the same.
pub(crate) fn confirm_everywhere(
    tx: &mut WriteTx<'_>,
    (permit, people): (&Permit, &mut [OrderPerson]),
    Confirmation { what, contact }: Confirmation<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.caller_tenant();
    for row in people.iter_mut().filter(|it| is_contact(it.part)) {
        let mut kept = open_person(tenant, row)?;
        let (is_same, is_known) = match what {
            Confirmed::Address => (is_same_address(&kept.contact, contact), kept.has_confirmed(row.state)),
            Confirmed::Phone => (is_same_phone(&kept.contact, contact), kept.is_phone_confirmed),
        };
        if !is_same || is_known {
            continue;
        }
        match what {
            Confirmed::Address => kept.is_confirmed = true,
            Confirmed::Phone => kept.is_phone_confirmed = true,
        }
        // A receiver is done when they have been let in.
        if what == Confirmed::Address && row.part != Part::Receiver {
            (row.state, row.decided_at) = (PersonState::Done, Some(now));
        }
        row.sealed_person = seal_person(tenant, row.id, &kept);
        order_people::save(tx, row)?;
        let part = row.part.as_str();
        let details = match what {
            Confirmed::Address => json!({"part": part}),
            Confirmed::Phone => json!({"part": part, "what": "phone"}),
        };
        let object = format!("order {}", row.order_id);
        permit.record(Action::OrderConfirmed, object, &details, now).append(tx)?;
    }
    Ok(())
}

impl PersonView {
    /// Whether a contact has confirmed all that the seal waits for; `has_sms`: whether text messages are sent.
    pub(crate) const fn has_confirmed_all(&self, has_sms: bool) -> bool {
        is_enough(self.part, (self.is_confirmed, self.is_phone_confirmed), has_sms)
    }
}

impl OrderView {
    /// Who has to confirm before the order can be sealed, and has not; each name once.
    pub fn unconfirmed(&self) -> Vec<&str> {
        names(&self.people, self.has_sms)
    }
}

fn names(people: &[PersonView], has_sms: bool) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for it in people.iter().filter(|it| is_contact(it.part) && !it.has_confirmed_all(has_sms)) {
        if !names.contains(&it.contact.name.as_str()) {
            names.push(&it.contact.name);
        }
    }
    names
}

/// Refuses to seal an order whose contacts have not confirmed.
pub(crate) fn check_rows_confirmed(
    tenant: &Tenant,
    people: &[OrderPerson],
    has_sms: bool,
) -> Result<(), Refusal> {
    let people: Vec<PersonView> =
        people.iter().map(|it| person_view(tenant, it)).collect::<Result<_, _>>()?;
    check_confirmed(&people, has_sms)
}

/// The same of people as they are shown.
pub(crate) fn check_confirmed(people: &[PersonView], has_sms: bool) -> Result<(), Refusal> {
    match names(people, has_sms) {
        missing if missing.is_empty() => Ok(()),
        missing => {
            let names = missing.join(", ").into();
            Err(Refusal::Invalid(AdminMessage::OrderUnconfirmed { names }.into()))
        }
    }
}

/// The line of the timeline that says that so many were typed; the note says whose link is over.
const CODES_ENDED: &str = "codes_ended";

/// Somebody's row with what is sealed in it.
pub(crate) struct CodeOf<'a> {
    pub(crate) row: &'a OrderPerson,
    pub(crate) kept: &'a mut KeptPerson,
    /// The state of their order.
    pub(crate) state: OrderState,
}

/// Whether this is the code that belongs to somebody's link; a wrong one is counted, in a write that has to stand.
///
/// # Errors
/// [`Refusal::Invalid`]: so many were wrong that the link is over. [`Refusal::Store`].
pub(crate) fn is_code_of(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (CodeOf { row, kept, state }, code): (CodeOf<'_>, &str),
    now: Timestamp,
) -> Result<bool, Refusal> {
    let tenant = permit.tenant(Permission::AnswerOrder)?;
    if kept.is_link_over() {
        return Err(link_spent());
    }
    let is_right = same_bytes(code.as_bytes(), confirmation_code(tenant, row).as_bytes());
    // A program that posts forms types nothing.
    if !is_right && !code.is_empty() {
        kept.wrong_codes += 1;
        let sealed_person = seal_person(tenant, row.id, kept);
        order_people::save(tx, &OrderPerson { sealed_person, ..row.clone() })?;
        if kept.is_link_over() {
            let note = &kept.contact.name;
            add_step(tx, permit, &NewStep { order: row.order_id, event: CODES_ENDED, state, note }, now)?;
        }
    }
    Ok(is_right)
}

impl OrderDesk {
    /// Somebody confirms that letters reach them. Five wrong codes end the link, until it is sent again.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `code`; the link is over, or it is not the time for it. [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn confirm_contact(
        &self,
        permit: &Permit,
        (person, code): (LinkId, &str),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let (permit, code) = (permit.clone(), code.replace(' ', ""));
        let confirmed = self.store.write(move |tx| {
            let (mut moved, row) = Moved::of_link(tx, &tenant, person)?;
            let state = state_of(&moved.row)?;
            if request(row.part, state) != Request::Confirm {
                return Err(link_spent());
            }
            let mut kept = open_person(&tenant, &row)?;
            if kept.has_confirmed(row.state) {
                return Ok(true);
            }
            if !is_code_of(tx, &permit, (CodeOf { row: &row, kept: &mut kept, state }, &code), now)? {
                return Ok(false);
            }
            let it = Confirmation { what: Confirmed::Address, contact: &kept.contact };
            confirm_everywhere(tx, (&permit, &mut moved.people), it, now)?;
            Ok::<_, Refusal>(true)
        });
        // The wrong code was counted.
        if confirmed.await? { Ok(()) } else { Err(Refusal::Invalid(AdminMessage::OrderCodeWrong.at("code"))) }
    }
}
