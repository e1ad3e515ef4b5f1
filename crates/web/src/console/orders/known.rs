//! Whom an order names already, so that nothing of them is typed twice.

use model::{Contact, OrderAnswers, SignatoryAnswer};

/// Everybody whom the order names so far, once.
pub(super) fn known(answers: &OrderAnswers) -> Vec<Contact> {
    let of_signatory = |it: &SignatoryAnswer| Contact {
        name: it.name.clone(),
        email: it.email.clone(),
        birth_date: it.birth_date.clone(),
        mobile: String::new(),
    };
    let offered = answers.combinations.iter().flatten();
    let mut all: Vec<Contact> = [&answers.receiver, &answers.general].into_iter().cloned().collect();
    all.extend(answers.blockers.iter().chain(&answers.operations).cloned());
    all.extend(answers.signatories.iter().map(of_signatory));
    all.extend(offered.map(of_signatory));
    let mut found: Vec<Contact> = Vec::new();
    for it in all.into_iter().filter(|it| !it.name.is_empty()) {
        match found.iter_mut().find(|known| known.name == it.name) {
            Some(known) => fill(known, &it),
            None => found.push(it),
        }
    }
    found
}

/// Takes what is missing from what is known of the same person.
pub(super) fn fill(it: &mut Contact, known: &Contact) {
    for (to, from) in [
        (&mut it.mobile, &known.mobile),
        (&mut it.email, &known.email),
        (&mut it.birth_date, &known.birth_date),
    ] {
        if to.is_empty() {
            to.clone_from(from);
        }
    }
}
