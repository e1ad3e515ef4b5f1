//! The letter with which an order goes to its issuer: a link to everything, for whoever also knows the code that the operator tells it
//! (docs/adr/0058).
//!
//! ```text
//!   Sending ──by letter──► Sending, the letter in the outbox ──a mail server took it──► AtIssuer
//!                                      │                └──given up──► said once; the operator writes another
//!                                      └── the order goes elsewhere: the letter is taken back
//! ```
//!
//! An issuer has one row in a submission, and one letter that counts.

use std::time::Duration;

use authority::Tenant;
use changes::Refusal;
use messages::Letter;
use model::{Contact, LetterId, LinkId, Timestamp};
use store::{
    Tx, WriteTx,
    letters::{self, Channel, TakenBack},
    order_people::{self, OrderPerson, Part, PersonState},
    orders::Order,
};
use texts::AdminMessage;

use crate::{
    issuer::of_order,
    kept_person::{KeptPerson, open_person, seal_person},
    people::{Addressed, Manner, generation_of, put_letter},
};

/// What became of a letter.
pub(crate) enum Outcome {
    /// It waits to be sent.
    Waits,
    /// A mail server took it.
    Gone,
    /// It was given up, for this reason; without one where it is not there any more.
    GivenUp(String),
}

/// The issuer's row with what is sealed in it, where the order went or goes there by a letter.
pub(crate) fn issuer_of(
    tenant: &Tenant,
    people: &[OrderPerson],
) -> Result<Option<(OrderPerson, KeptPerson)>, Refusal> {
    let row = people.iter().find(|it| it.part == Part::Issuer).cloned();
    row.map(|row| open_person(tenant, &row).map(|kept| (row, kept))).transpose()
}

/// The letter of an issuer that counts.
pub(crate) fn letter_of(kept: &KeptPerson) -> Option<LetterId> {
    LetterId::parse(&kept.letter).ok()
}

pub(crate) fn outcome(tx: &mut impl Tx, tenant: &Tenant, letter: LetterId) -> Result<Outcome, Refusal> {
    // One that is not there any more was discarded, or nobody looked for a week.
    let Some(it) = letters::find_fate(tx, tenant.id, letter)? else {
        return Ok(Outcome::GivenUp(String::new()));
    };
    Ok(match (it.sent_at, it.stuck_at) {
        (Some(_), _) => Outcome::Gone,
        (None, Some(_)) => Outcome::GivenUp(it.last_error.unwrap_or_default()),
        (None, None) => Outcome::Waits,
    })
}

/// An order that is to be sent, with its people.
pub(crate) struct ToIssuer<'a> {
    pub(crate) order: &'a mut Order,
    pub(crate) people: &'a [OrderPerson],
    pub(crate) manner: Manner,
}

/// Writes to the issuer of an order, in place of a letter of before.
pub(crate) fn write_to_issuer(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    ToIssuer { order, people, manner }: ToIssuer<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let issuer = of_order(tx, order)?.settings;
    if issuer.email.is_empty() {
        return Err(Refusal::Invalid(AdminMessage::OrderIssuerWithoutMail.into()));
    }
    take_back(tx, tenant, (order, people))?;
    let contact = Contact { name: issuer.name, email: issuer.email, ..Contact::default() };
    let known = people.iter().find(|it| it.part == Part::Issuer).cloned();
    let is_new = known.is_none();
    let mut row = known.unwrap_or_else(|| first_row(tenant, order, now));
    row.generation += i64::from(!is_new);
    row.state = PersonState::Waiting;
    let part = Part::Issuer.as_str().to_owned();
    let letter = Letter::OrderPerson { id: row.id, generation: generation_of(&row), part };
    let addressed = Addressed { email: &contact.email, letter, manner };
    let no_room = || Refusal::Invalid(AdminMessage::OrderLetterNoRoom.into());
    let written = put_letter(tx, tenant, &addressed, now)?.ok_or_else(no_room)?;
    let kept = KeptPerson { letter: written.to_string(), contact: contact.clone(), ..KeptPerson::default() };
    row.sealed_person = seal_person(tenant, row.id, &kept);
    if is_new {
        order_people::insert(tx, &row)?;
    } else {
        order_people::save(tx, &row)?;
    }
    Ok(())
}

fn first_row(tenant: &Tenant, order: &Order, now: Timestamp) -> OrderPerson {
    OrderPerson {
        tenant_id: tenant.id,
        // Behind everybody who was asked when it was submitted.
        id: LinkId::new(tenant.random(), now.after(Duration::from_millis(1))),
        order_id: order.id,
        submission: order.submission,
        part: Part::Issuer,
        state: PersonState::Waiting,
        generation: 1,
        sealed_person: Vec::new(),
        sealed_evidence: None,
        person_digest: None,
        member_id: None,
        decided_at: None,
    }
}

/// Takes the letter back that waits to be sent, because the order goes on without it; notes where it has gone, or may have.
pub(crate) fn take_back(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (order, people): (&mut Order, &[OrderPerson]),
) -> Result<(), Refusal> {
    let Some((mut row, mut kept)) = issuer_of(tenant, people)? else { return Ok(()) };
    order.was_sent |= row.state == PersonState::Done;
    let Some(letter) = letter_of(&kept) else { return Ok(()) };
    let taken = letters::take_back(tx, (tenant.id, Channel::Mail), letter)?;
    if taken == TakenBack::Late {
        order.was_sent |= matches!(outcome(tx, tenant, letter)?, Outcome::Gone);
        return Ok(());
    }
    // An answer of the mail server may have been lost; so may what was noted before it was tried anew.
    order.was_sent |= taken == TakenBack::Tried || kept.has_letter_failed;
    kept.letter.clear();
    row.sealed_person = seal_person(tenant, row.id, &kept);
    Ok(order_people::save(tx, &row)?)
}
