//! The company's bank: one field, for the name of one in the list, or the organisation number of any.

use console::{Permit, Refusal};
use model::{
    AllowedUnits, BANKS, Bank, CompanyAnswer, OrderAnswers, OrganisationNumber, bank_of_number, find_banks,
};
use ordering::{LookAgain, LookUp, is_trouble};
use pages::console::{ConsoleField, FieldKind, Text};
use texts::AdminMessage;

use crate::console::visit::Visit;

/// How many banks are named where several fit what was typed.
const MOST_NAMED: usize = 5;

fn wrong(message: AdminMessage) -> Refusal {
    Refusal::Invalid(message.at("bank"))
}

/// What the field has: the name that its customers know, or the number of one that is not in the list.
fn typed_as(bank: &CompanyAnswer) -> String {
    match listed(&bank.number) {
        Some(it) => it.name.to_owned(),
        None => bank.number.clone(),
    }
}

fn listed(number: &str) -> Option<&'static Bank> {
    OrganisationNumber::parse(number, AllowedUnits::Real).ok().and_then(bank_of_number)
}

/// The fields of the bank.
pub(super) fn bank_fields(answers: &OrderAnswers) -> Vec<ConsoleField> {
    let names = BANKS.iter().map(|it| it.name).collect();
    let (label, value) = (Text::Key("console-order-bank"), typed_as(&answers.bank));
    let bank = ConsoleField::new("bank", label, value, FieldKind::Search(200, names));
    let is_customer = if answers.is_bank_customer { "yes" } else { "" };
    let customer =
        ConsoleField::new("customer", Text::Key("console-order-customer"), is_customer, FieldKind::Checkbox);
    vec![bank.with_help(Text::Key("console-order-bank-help")), customer]
}

/// The digits of what looks like an organisation number, and not like a part of a name such as `SpareBank 1`.
fn number_in(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|it| !it.is_whitespace()).collect();
    (digits.len() > 3 && digits.bytes().all(|it| it.is_ascii_digit())).then_some(digits)
}

/// The one bank of the list that has this name, or is the only one that fits.
fn by_name(typed: &str) -> Result<&'static Bank, Refusal> {
    let found = find_banks(typed);
    let is_named = |it: &&&Bank| it.name.to_lowercase() == typed.to_lowercase();
    match (found.iter().find(is_named), found.as_slice()) {
        (Some(it), _) | (None, [it]) => Ok(*it),
        (None, []) => Err(wrong(AdminMessage::BankUnknown)),
        (None, several) => {
            let names: Vec<&'static str> = several.iter().take(MOST_NAMED).map(|it| it.name).collect();
            Err(wrong(AdminMessage::BankSeveral { names: names.into() }))
        }
    }
}

fn of_list(it: &Bank) -> CompanyAnswer {
    CompanyAnswer { number: it.number.to_string(), name: it.name.to_owned(), ..CompanyAnswer::default() }
}

/// Reads the form: a bank of the list, or a number of which nothing is known yet.
pub(super) fn read_bank(visit: &Visit, answers: &mut OrderAnswers) -> Result<(), Refusal> {
    answers.is_bank_customer = visit.form.has("customer");
    let typed = visit.form.get("bank");
    answers.bank = match number_in(typed) {
        _ if typed.is_empty() => CompanyAnswer::default(),
        None => of_list(by_name(typed)?),
        Some(number) => match listed(&number) {
            Some(it) => of_list(it),
            None => CompanyAnswer { number, ..CompanyAnswer::default() },
        },
    };
    Ok(())
}

/// What the registry says of a bank, beside the name that its customers know. Its signing rule is nothing to an order.
fn as_registered(found: CompanyAnswer, name: String) -> CompanyAnswer {
    let name = if name.is_empty() { found.name } else { name };
    CompanyAnswer {
        name,
        rule: String::new(),
        rule_id: String::new(),
        rule_text: String::new(),
        by_hand: String::new(),
        ..found
    }
}

/// Looks the bank up, for its address and whether it is still there. Where the registry cannot be asked, or does not know it,
/// number and name of the list are enough.
///
/// # Errors
/// [`Refusal::Invalid`] at `bank`: it was deleted, or is not in the list and not in the registry either.
pub(super) async fn look_up_bank(
    visit: &Visit,
    permit: &Permit,
    answers: &mut OrderAnswers,
) -> Result<(), Refusal> {
    let is_listed = !answers.bank.name.is_empty();
    if answers.bank.number.is_empty() || (answers.is_sandbox && is_listed) {
        return Ok(());
    }
    // What the sandbox makes up about a real bank must not be kept beside what is real.
    if answers.is_sandbox {
        return Err(wrong(AdminMessage::BankUnknown));
    }
    let asked = LookUp { typed: &answers.bank.number, again: LookAgain::No, is_sandbox: false };
    match visit.site.orders.look_up_kept(permit, asked, visit.now()).await {
        Ok(found) => {
            answers.bank = as_registered(found.answer, std::mem::take(&mut answers.bank.name));
            Ok(())
        }
        Err(Refusal::Invalid(it)) if it.message == AdminMessage::CompanyDeleted => {
            Err(wrong(AdminMessage::BankDeleted))
        }
        Err(refusal) if is_listed && (is_trouble(&refusal) || is_unknown(&refusal)) => Ok(()),
        Err(Refusal::Invalid(it)) => Err(wrong(it.message)),
        Err(other) => Err(other),
    }
}

fn is_unknown(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Invalid(it) if it.message == AdminMessage::CompanyUnknown)
}
