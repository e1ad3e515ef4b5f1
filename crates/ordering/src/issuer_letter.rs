//! The letter with which an order goes to its issuer: a link to everything, for whoever also knows the code that the operator tells it.

use std::time::Duration;

use authority::Tenant;
use changes::Refusal;
use model::{Contact, LinkId, Timestamp};
use store::{
    WriteTx,
    order_people::{self, OrderPerson, Part, PersonState},
    orders::Order,
};
use texts::AdminMessage;

use crate::{
    issuer::of_order,
    people::{KeptPerson, Manner, seal_person, write_link},
};

/// Writes to the issuer of an order; gives its name where the letter found no room.
pub(crate) fn write_to_issuer(
    tx: &mut WriteTx<'_>,
    (tenant, order): (&Tenant, &Order),
    manner: Manner,
    now: Timestamp,
) -> Result<Vec<String>, Refusal> {
    let issuer = of_order(tx, order)?.settings;
    if issuer.email.is_empty() {
        return Err(Refusal::Invalid(AdminMessage::OrderIssuerWithoutMail.into()));
    }
    // Behind everybody who was asked when it was submitted.
    let id = LinkId::new(tenant.random(), now.after(Duration::from_millis(1)));
    let contact = Contact { name: issuer.name, email: issuer.email, ..Contact::default() };
    let row = OrderPerson {
        tenant_id: tenant.id,
        id,
        order_id: order.id,
        submission: order.submission,
        part: Part::Issuer,
        state: PersonState::Waiting,
        generation: 1,
        sealed_person: seal_person(tenant, id, &KeptPerson { contact, ..KeptPerson::default() }),
        sealed_evidence: None,
        person_digest: None,
        member_id: None,
        decided_at: None,
    };
    order_people::insert(tx, &row)?;
    Ok(write_link(tx, (tenant, &row), manner, now)?.into_iter().collect())
}
