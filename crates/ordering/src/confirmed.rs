//! What a contact has confirmed: that is about a name at an address, whatever the part (docs/adr/0057).

use model::{Contact, PhoneNumber};
use store::order_people::{OrderPerson, Part, PersonState};

use crate::kept_person::KeptPerson;

/// Whether somebody is a contact, who confirms.
pub(crate) const fn is_contact(part: Part) -> bool {
    matches!(part, Part::General | Part::Blocker | Part::Receiver)
}

/// Whether two parts are of one name at one address.
pub(crate) fn is_same_address(one: &Contact, other: &Contact) -> bool {
    let name = |it: &Contact| it.name.trim().to_lowercase();
    // Two of one name who share a mailbox are told apart by their birth dates, as far as these are known.
    let may_be_one =
        one.birth_date.is_empty() || other.birth_date.is_empty() || one.birth_date == other.birth_date;
    let is_one_address = !one.email.is_empty() && one.email.eq_ignore_ascii_case(&other.email);
    is_one_address && name(one) == name(other) && may_be_one
}

/// The same with one phone.
pub(crate) fn is_same_phone(one: &Contact, other: &Contact) -> bool {
    let number = |it: &Contact| PhoneNumber::parse(&it.mobile).ok().map(|it| it.e164());
    is_same_address(one, other) && number(one).is_some() && number(one) == number(other)
}

/// A person of the submission before.
pub(crate) type Before = (OrderPerson, KeptPerson);

/// Takes over what was confirmed in the submission before.
pub(crate) fn carry_over(before: &mut [Before], row: &mut OrderPerson, kept: &mut KeptPerson) {
    if !is_contact(row.part) {
        return;
    }
    // Who may block and is named as before is known by the same eID.
    let is_unchanged = |it: &&mut Before| it.0.part == row.part && it.1.contact == kept.contact;
    if let Some((old, known)) = before.iter_mut().find(is_unchanged).filter(|_| row.part == Part::Blocker) {
        // Taken, so that somebody who is named twice has it once.
        (*kept, row.person_digest) = (known.clone(), old.person_digest.take());
    }
    let is_confirmed = |it: &Before| {
        is_contact(it.0.part)
            && it.1.has_confirmed(it.0.state)
            && is_same_address(&it.1.contact, &kept.contact)
    };
    let has_phone = |it: &Before| it.1.is_phone_confirmed && is_same_phone(&it.1.contact, &kept.contact);
    let phone = before.iter().any(has_phone);
    let confirmed = before.iter().find(|it| is_confirmed(it));
    // Their link is a new one.
    kept.wrong_codes = 0;
    kept.is_confirmed = confirmed.is_some();
    kept.is_phone_confirmed = phone;
    if let Some((old, _)) = confirmed.filter(|_| row.part != Part::Receiver) {
        (row.state, row.decided_at) = (PersonState::Done, old.decided_at);
    }
}

/// Whether a contact has confirmed all that the seal waits for: that letters reach them and, where text messages are sent, the
/// phone of whoever has one in the order.
pub(crate) const fn is_enough(part: Part, (address, phone): (bool, bool), has_sms: bool) -> bool {
    address && (phone || !has_sms || matches!(part, Part::General))
}
