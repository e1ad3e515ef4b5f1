//! Who signs: one of the combinations that the registry offers, or people who are typed.

use model::{OrderAnswers, SignatoryAnswer};
use pages::console::{ConsoleField, FieldKind, FieldOption, Text};

use super::{known::known, signing_rule::help_of};
use crate::console::visit::Visit;

/// The eIDs that somebody who signs can hold.
const HELD: [(&str, &str); 3] = [
    ("no-bankid", "console-order-eid-no-bankid"),
    ("se-bankid", "console-order-eid-se-bankid"),
    ("dk-mitid", "console-order-eid-dk-mitid"),
];

/// The name of an eID that somebody holds: a key; `None`: it is not said.
pub(super) fn held_word(eid: &str) -> Option<&'static str> {
    HELD.iter().find(|(word, _)| *word == eid).map(|(_, key)| *key)
}

fn combination_text(it: &[SignatoryAnswer]) -> String {
    let person = |it: &SignatoryAnswer| match it.role.as_str() {
        "" => it.name.clone(),
        role => format!("{} ({role})", it.name),
    };
    it.iter().map(person).collect::<Vec<_>>().join(" + ")
}

/// Whether two lists are of the same people; two with one name have different birth dates.
fn is_same(one: &[SignatoryAnswer], other: &[SignatoryAnswer]) -> bool {
    let key = |it: &SignatoryAnswer| (it.name.clone(), it.birth_date.clone());
    one.iter().map(key).eq(other.iter().map(key))
}

fn combination_field(answers: &OrderAnswers) -> ConsoleField {
    let chosen = answers.combinations.iter().position(|it| is_same(it, &answers.signatories));
    let option = |(at, it): (usize, &Vec<SignatoryAnswer>)| FieldOption {
        help: help_of(answers, at),
        ..FieldOption::new(at.to_string(), Text::plain(combination_text(it)))
    };
    let options = answers.combinations.iter().enumerate().map(option).collect();
    let label = Text::Key("console-order-combination");
    let chosen = chosen.map(|at| at.to_string()).unwrap_or_default();
    ConsoleField::new("combination", label, chosen, FieldKind::Radio(options))
}

fn eid_field(at: usize, label: Text, it: &SignatoryAnswer) -> ConsoleField {
    let options = HELD.iter().map(|(word, key)| FieldOption::new(*word, Text::Key(key))).collect();
    let value = if it.eid.is_empty() { "no-bankid" } else { it.eid.as_str() };
    let field = ConsoleField::new(format!("signatory-{at}-eid"), label, value, FieldKind::Select(options));
    field.with_help(Text::Key("console-order-signatory-eid-help"))
}

/// What is asked of somebody whom the registry names.
fn registered_fields(answers: &OrderAnswers, at: usize, it: &SignatoryAnswer) -> Vec<ConsoleField> {
    let named = |key| Text::with(key, "name", it.name.clone());
    let known = known(answers).into_iter().find(|known| known.name == it.name);
    let email = if it.email.is_empty() { known.unwrap_or_default().email } else { it.email.clone() };
    let name = format!("signatory-{at}-email");
    let mut fields =
        vec![ConsoleField::new(name, named("console-order-signatory-email"), email, FieldKind::Line(254))];
    if answers.catalogue.asks_signatory_mobile() {
        let (name, label) = (format!("signatory-{at}-mobile"), named("console-order-signatory-mobile"));
        fields.push(ConsoleField::new(name, label, it.mobile.clone(), FieldKind::Line(30)));
    }
    fields.push(eid_field(at, named("console-order-signatory-eid"), it));
    fields
}

/// What is asked of somebody who is typed: all of it can be corrected.
fn typed_fields(answers: &OrderAnswers, at: usize, it: &SignatoryAnswer) -> Vec<ConsoleField> {
    let labelled = |key| Text::with(key, "number", (at + 1).to_string());
    let field = |name: &str, label, value: &str, kind| {
        ConsoleField::new(format!("signatory-{at}-{name}"), labelled(label), value, kind)
    };
    let mut fields = vec![
        field("name", "console-order-typed-name", &it.name, FieldKind::Line(200)),
        field("birth_date", "console-order-typed-birth-date", &it.birth_date, FieldKind::Date),
        field("role", "console-order-typed-role", &it.role, FieldKind::Line(200)),
        field("email", "console-order-typed-email", &it.email, FieldKind::Line(254)),
    ];
    if answers.catalogue.asks_signatory_mobile() {
        fields.push(field("mobile", "console-order-typed-mobile", &it.mobile, FieldKind::Line(30)));
    }
    fields.push(eid_field(at, labelled("console-order-typed-eid"), it));
    fields
}

fn remove_field(at: usize, it: &SignatoryAnswer) -> ConsoleField {
    let label = Text::with("console-order-signatory-remove", "name", it.name.clone());
    ConsoleField::new(format!("signatory-{at}-remove"), label, "", FieldKind::Checkbox)
}

/// The fields of who signs.
pub(super) fn signatory_fields(answers: &OrderAnswers) -> Vec<ConsoleField> {
    let people = answers.signatories.iter().enumerate();
    if answers.combinations.is_empty() {
        let typed = |(at, it): (usize, &SignatoryAnswer)| {
            let mut fields = typed_fields(answers, at, it);
            fields.push(remove_field(at, it));
            fields
        };
        let next = typed_fields(answers, answers.signatories.len(), &SignatoryAnswer::default());
        return people.flat_map(typed).chain(next).collect();
    }
    let choice = (answers.combinations.len() > 1).then(|| combination_field(answers));
    choice.into_iter().chain(people.flat_map(|(at, it)| registered_fields(answers, at, it))).collect()
}

/// Writes the fields that were sent over what is known of somebody; one that was not sent says nothing.
fn read_into(visit: &Visit, at: usize, it: &mut SignatoryAnswer, is_typed: bool) {
    let both = [("email", &mut it.email), ("mobile", &mut it.mobile), ("eid", &mut it.eid)];
    let typed = [("name", &mut it.name), ("birth_date", &mut it.birth_date), ("role", &mut it.role)];
    for (name, value) in both.into_iter().chain(typed.into_iter().filter(|_| is_typed)) {
        let field = format!("signatory-{at}-{name}");
        if visit.form.is_there(&field) {
            visit.form.get(&field).clone_into(value);
        }
    }
}

fn read_typed(visit: &Visit, answers: &OrderAnswers) -> Vec<SignatoryAnswer> {
    let mut all = answers.signatories.clone();
    all.push(SignatoryAnswer { eid: "no-bankid".to_owned(), ..SignatoryAnswer::default() });
    all.iter_mut().enumerate().for_each(|(at, it)| read_into(visit, at, it, true));
    let is_kept = |at: &usize| !visit.form.has(&format!("signatory-{at}-remove"));
    let kept = all.into_iter().enumerate().filter(|(at, it)| is_kept(at) && !it.name.is_empty());
    kept.map(|(_, it)| it).collect()
}

/// Who signs, as the form has it.
pub(super) fn read_signatories(visit: &Visit, answers: &OrderAnswers) -> Vec<SignatoryAnswer> {
    if answers.combinations.is_empty() {
        return read_typed(visit, answers);
    }
    let chosen = visit.form.get("combination").parse::<usize>().ok();
    let chosen = chosen.and_then(|at| answers.combinations.get(at));
    let mut all = match chosen {
        Some(chosen) if !is_same(chosen, &answers.signatories) => chosen.clone(),
        _ => answers.signatories.clone(),
    };
    all.iter_mut().enumerate().for_each(|(at, it)| read_into(visit, at, it, false));
    all
}
