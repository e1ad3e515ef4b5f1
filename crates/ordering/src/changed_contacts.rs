//! Whom an order names changed: who was named before and who is from now on are told.

use authority::Tenant;
use changes::Refusal;
use messages::Letter;
use model::{Contact, Timestamp};
use store::{
    WriteTx,
    order_people::{OrderPerson, Part},
};

use crate::{
    kept_person::open_person,
    people::{Addressed, Manner, write_letter},
};

/// The people of two submissions, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Submitted<'a> {
    pub(crate) before: &'a [OrderPerson],
    pub(crate) now: &'a [OrderPerson],
}

/// What the order says of those who are named as this.
fn named(tenant: &Tenant, people: &[OrderPerson], part: Part) -> Result<Vec<Contact>, Refusal> {
    let of_part = people.iter().filter(|it| it.part == part);
    of_part.map(|it| Ok(open_person(tenant, it)?.contact)).collect()
}

/// Writes to the old and to the new address of everybody who receives or may block and is named otherwise than before; gives the
/// names of those whose letter found no room. A new address that is also the old one gets one letter.
pub(crate) fn tell(
    tx: &mut WriteTx<'_>,
    (tenant, manner): (&Tenant, Manner),
    submitted: Submitted<'_>,
    at: Timestamp,
) -> Result<Vec<String>, Refusal> {
    let mut without = Vec::new();
    if submitted.before.is_empty() {
        return Ok(without);
    }
    for part in [Part::Receiver, Part::Blocker] {
        let before = named(tenant, submitted.before, part)?;
        let now = named(tenant, submitted.now, part)?;
        let gone: Vec<&Contact> = before.iter().filter(|it| !now.contains(it)).collect();
        let is_told = |it: &Contact| gone.iter().any(|old| old.email.eq_ignore_ascii_case(&it.email));
        let come: Vec<&Contact> = now.iter().filter(|it| !before.contains(it) && !is_told(it)).collect();
        for (people, is_new) in [(&gone, false), (&come, true)] {
            for it in people {
                let letter = Letter::OrderContact { part: part.as_str().to_owned(), is_new };
                if !write_letter(tx, tenant, &Addressed { email: &it.email, letter, manner }, at)? {
                    without.push(it.name.clone());
                }
            }
        }
    }
    Ok(without)
}
