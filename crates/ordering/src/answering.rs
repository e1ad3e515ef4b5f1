//! Filling in: one section at a time, by different people at once.

use changes::Refusal;
use crypto::{Digest, b64};
use messages::MailAddress;
use model::{
    CompanySource, Contact, MOST_BLOCK_CONTACTS, MOST_OPERATIONS_CONTACTS, OrderAnswers, OrderSection,
    PRODUCTS, PhoneNumber, SignatoryAnswer, has_hidden,
};
use texts::AdminMessage;

/// The longest text, in characters.
const LONGEST_TEXT: usize = 2_000;
/// The longest name or address, in characters.
const LONGEST_LINE: usize = 200;
/// The longest display name: a rule of ours, BankID documents none.
const LONGEST_DISPLAY_NAME: usize = 40;

/// How many people sign at most: all of them are asked, listed and counted.
const MOST_SIGNATORIES: usize = 20;

/// Takes the answers of one section; the others stay as they are.
pub(crate) fn merge(kept: &mut OrderAnswers, new: OrderAnswers, section: OrderSection) {
    match section {
        OrderSection::Purpose => kept.purpose = new.purpose,
        OrderSection::Domain => {}
        OrderSection::Company => {
            if kept.listed_address.is_empty() {
                kept.listed_address.clone_from(&new.listed_address);
            }
            merge_company(kept, new);
        }
        OrderSection::Bank => (kept.bank, kept.is_bank_customer) = (new.bank, new.is_bank_customer),
        OrderSection::General => kept.general = new.general,
        OrderSection::Receiver => kept.receiver = new.receiver,
        OrderSection::Block => kept.blockers = new.blockers,
        OrderSection::Signatories => kept.signatories = new.signatories,
        OrderSection::DisplayName => kept.display_name = new.display_name,
        OrderSection::Listing => kept.listed_address = new.listed_address,
        OrderSection::Operations => kept.operations = new.operations,
        OrderSection::Number => kept.number = new.number,
        OrderSection::Certificate => {
            (kept.has_certificate, kept.certificate_date) = (new.has_certificate, new.certificate_date);
            kept.certificate_digest = new.certificate_digest;
        }
        OrderSection::Products => kept.products = new.products,
    }
}

/// Takes the company, and what follows from it of who signs.
fn merge_company(kept: &mut OrderAnswers, new: OrderAnswers) {
    let is_other = !kept.company.number.is_empty() && kept.company.number != new.company.number;
    kept.company = new.company;
    (kept.combinations, kept.combination_rules) = (new.combinations, new.combination_rules);
    // Who signs for another company, and its certificate, say nothing about this one.
    let fits = |it: &Vec<SignatoryAnswer>| is_same_people(it, &kept.signatories);
    if is_other || (!kept.combinations.is_empty() && !kept.combinations.iter().any(fits)) {
        kept.signatories.clear();
    }
    if is_other {
        kept.has_certificate = false;
        kept.certificate_date.clear();
        kept.certificate_digest.clear();
    }
    if let ([only], true) = (kept.combinations.as_slice(), kept.signatories.is_empty()) {
        kept.signatories.clone_from(only);
    }
}

/// Whether two lists name the same people, whatever else is said of them.
pub(crate) fn is_same_people(one: &[SignatoryAnswer], other: &[SignatoryAnswer]) -> bool {
    let key = |it: &SignatoryAnswer| (it.name.clone(), it.birth_date.clone());
    one.len() == other.len() && one.iter().map(key).eq(other.iter().map(key))
}

/// Names what a section says, so that a change by somebody else is noticed.
pub(crate) fn seen(answers: &OrderAnswers, section: OrderSection) -> String {
    let mut alone = OrderAnswers::default();
    if section == OrderSection::Certificate {
        // Another company has another one.
        alone.company.number.clone_from(&answers.company.number);
        alone.company.name.clone_from(&answers.company.name);
    }
    merge(&mut alone, answers.clone(), section);
    let text = serde_json::to_vec(&alone).unwrap_or_default();
    b64::encode(Digest::of(&text).as_bytes().get(..12).unwrap_or_default())
}

fn text_invalid(field: &str, most: usize) -> Refusal {
    Refusal::Invalid(AdminMessage::OrderTextInvalid { most: most.to_string().into() }.at(field))
}

/// What somebody typed into one line: it is what it looks like.
fn line(field: &str, text: &str) -> Result<(), Refusal> {
    if has_hidden(text) { Err(text_invalid(field, LONGEST_LINE)) } else { registered(field, text) }
}

/// A line of a register, which nobody here can write otherwise.
fn registered(field: &str, text: &str) -> Result<(), Refusal> {
    let is_plain = !text.chars().any(|it| it.is_control() || matches!(it, '<' | '>'));
    if is_plain && text.chars().count() <= LONGEST_LINE {
        return Ok(());
    }
    Err(text_invalid(field, LONGEST_LINE))
}

fn contact(prefix: &str, it: &mut Contact) -> Result<(), Refusal> {
    let field = |name: &str| format!("{prefix}{name}");
    line(&field("name"), &it.name)?;
    if !it.email.is_empty() {
        let invalid = || Refusal::Invalid(AdminMessage::MailAddressInvalid.at(field("email")));
        MailAddress::parse(&it.email).ok_or_else(invalid)?;
    }
    if !it.mobile.is_empty() {
        let invalid = || Refusal::Invalid(AdminMessage::OrderPhoneInvalid.at(field("mobile")));
        let mobile = PhoneNumber::parse(&it.mobile).map_err(|_| invalid())?;
        // A code goes there.
        it.mobile = if mobile.may_be_mobile() { mobile.e164() } else { return Err(invalid()) };
    }
    if !it.birth_date.is_empty() && model::Date::parse(&it.birth_date).is_none() {
        return Err(Refusal::Invalid(AdminMessage::OrderDateInvalid.at(field("birth_date"))));
    }
    Ok(())
}

/// Somebody who signs; one of the registry is called what it says there.
fn signatory((at, it): (usize, &mut SignatoryAnswer), is_typed: bool) -> Result<(), Refusal> {
    let prefix = format!("signatory-{at}-");
    let mut as_contact = Contact { email: it.email.clone(), mobile: it.mobile.clone(), ..Contact::default() };
    if is_typed {
        it.name.clone_into(&mut as_contact.name);
        it.birth_date.clone_into(&mut as_contact.birth_date);
    }
    contact(&prefix, &mut as_contact)?;
    it.mobile = as_contact.mobile;
    if is_typed {
        line(&format!("{prefix}role"), &it.role)?;
    }
    line(&format!("{prefix}eid"), &it.eid)
}

fn text(field: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.chars().count() <= most && !text.contains(['<', '>']) && !has_hidden(text) {
        return Ok(());
    }
    Err(text_invalid(field, most))
}

fn web_address(answers: &OrderAnswers) -> Result<(), Refusal> {
    let address = &answers.listed_address;
    let rest = address.strip_prefix("https://").unwrap_or_default();
    let has_host = rest.split('/').next().is_some_and(|it| it.contains('.') && !it.contains([' ', '@']));
    if address.is_empty() || (has_host && address.len() <= LONGEST_LINE && !has_hidden(address)) {
        return Ok(());
    }
    Err(Refusal::Invalid(AdminMessage::OrderAddressInvalid.at("listed_address")))
}

/// Refuses what cannot be an answer. What is missing is no fault: it is said beside the section.
pub(crate) fn check(answers: &mut OrderAnswers, section: OrderSection) -> Result<(), Refusal> {
    match section {
        OrderSection::Purpose => text("purpose", &answers.purpose, LONGEST_TEXT),
        OrderSection::Company => {
            let it = &answers.company;
            let is_registered = it.source == CompanySource::Registry;
            let check = if is_registered { registered } else { line };
            check("number", &it.number)?;
            check("company_name", &it.name)?;
            check("company_address", &it.address)
        }
        OrderSection::Bank => registered("name", &answers.bank.name),
        OrderSection::General => contact("", &mut answers.general),
        OrderSection::Receiver => contact("", &mut answers.receiver),
        OrderSection::Block => {
            answers.blockers.truncate(MOST_BLOCK_CONTACTS);
            numbered(&mut answers.blockers)
        }
        OrderSection::Operations => {
            answers.operations.truncate(MOST_OPERATIONS_CONTACTS);
            numbered(&mut answers.operations)
        }
        OrderSection::Signatories => {
            let fits = |it: &Vec<SignatoryAnswer>| is_same_people(it, &answers.signatories);
            if !answers.combinations.is_empty() && !answers.combinations.iter().any(fits) {
                return Err(Refusal::Invalid(AdminMessage::OrderCombination.at("combination")));
            }
            if answers.signatories.len() > MOST_SIGNATORIES {
                let most = MOST_SIGNATORIES.to_string().into();
                let field = format!("signatory-{MOST_SIGNATORIES}-name");
                return Err(Refusal::Invalid(AdminMessage::OrderSignatoriesTooMany { most }.at(field)));
            }
            let is_typed = answers.combinations.is_empty();
            answers.signatories.iter_mut().enumerate().try_for_each(|it| signatory(it, is_typed))
        }
        OrderSection::DisplayName => {
            line("display_name", &answers.display_name)?;
            text("display_name", &answers.display_name, LONGEST_DISPLAY_NAME)
        }
        OrderSection::Listing => web_address(answers),
        OrderSection::Number => {
            text("reason", &answers.number.reason, LONGEST_TEXT)?;
            line("statute", &answers.number.statute)?;
            line("paragraph", &answers.number.paragraph)
        }
        OrderSection::Products => {
            // In the order of the question, whatever the form sent.
            let chosen = PRODUCTS.iter().filter(|it| answers.products.iter().any(|product| product == *it));
            answers.products = chosen.map(|it| (*it).to_owned()).collect();
            Ok(())
        }
        OrderSection::Domain | OrderSection::Certificate => Ok(()),
    }
}

/// Refuses a name that Vipps would not take (Management API 2.0.9, `salesUnitName`).
pub(crate) fn check_vipps_name(name: &str) -> Result<(), Refusal> {
    let is_taken = |it: char| it.is_alphanumeric() || it.is_whitespace() || "()-_+.\\`".contains(it);
    if name.chars().all(is_taken) {
        return Ok(());
    }
    Err(Refusal::Invalid(AdminMessage::OrderVippsName.at("display_name")))
}

fn numbered(contacts: &mut [Contact]) -> Result<(), Refusal> {
    contacts.iter_mut().enumerate().try_for_each(|(at, it)| contact(&format!("contact-{at}-"), it))
}

/// Somebody else has answered the section since it was shown.
pub(crate) fn changed_meanwhile() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderSectionChanged.into())
}

#[cfg(test)]
mod tests {
    use super::{check, merge, seen};
    use model::{CompanyAnswer, CompanySource, Contact, OrderAnswers, OrderSection, SignatoryAnswer};

    #[test]
    fn a_certificate_that_was_replaced_or_is_of_another_company_is_not_what_was_seen() {
        let of = |name: &str, digest: &str| {
            let company = CompanyAnswer { name: name.to_owned(), ..CompanyAnswer::default() };
            let certificate_digest = digest.to_owned();
            let kept = OrderAnswers {
                company,
                certificate_digest,
                has_certificate: true,
                ..OrderAnswers::default()
            };
            seen(&kept, OrderSection::Certificate)
        };
        assert_eq!(of("A", "x"), of("A", "x"));
        assert_ne!(of("A", "x"), of("A", "y"));
        assert_ne!(of("A", "x"), of("B", "x"));
    }

    #[test]
    fn a_section_is_saved_alone_and_what_others_answer_stays() {
        let mut kept = OrderAnswers { purpose: "before".to_owned(), ..OrderAnswers::default() };
        let shown = seen(&kept, OrderSection::Purpose);
        let new = OrderAnswers { display_name: "Eple".to_owned(), ..OrderAnswers::default() };
        merge(&mut kept, new, OrderSection::DisplayName);
        assert_eq!((kept.purpose.as_str(), kept.display_name.as_str()), ("before", "Eple"));
        assert_eq!(seen(&kept, OrderSection::Purpose), shown, "another section does not count");
        assert_ne!(seen(&OrderAnswers::default(), OrderSection::Purpose), shown);
    }

    fn signatory(name: &str) -> SignatoryAnswer {
        SignatoryAnswer { name: name.to_owned(), ..SignatoryAnswer::default() }
    }

    fn of_company(number: &str, combinations: &[&str]) -> OrderAnswers {
        let company = CompanyAnswer { number: number.to_owned(), ..CompanyAnswer::default() };
        let combinations = combinations.iter().map(|it| vec![signatory(it)]).collect();
        OrderAnswers { company, combinations, ..OrderAnswers::default() }
    }

    #[test]
    fn who_signed_for_the_former_company_signs_for_the_next_one_and_so_does_its_certificate() {
        let mut kept = of_company("399000114", &[]);
        kept.signatories = vec![signatory("Kari")];
        kept.has_certificate = true;
        merge(&mut kept, of_company("399000114", &[]), OrderSection::Company);
        assert!(kept.signatories.len() == 1 && kept.has_certificate, "nothing about its number changed");
        merge(&mut kept, of_company("399000157", &[]), OrderSection::Company);
        assert!(kept.signatories.is_empty() && !kept.has_certificate);
        merge(&mut kept, of_company("399000130", &["Ola"]), OrderSection::Company);
        assert_eq!(kept.signatories, [signatory("Ola")], "the only combination");
    }

    #[test]
    fn a_mistake_names_its_field_and_a_mobile_number_is_written_one_way() {
        let receiver = Contact { mobile: "900 00 001".to_owned(), ..Contact::default() };
        let mut answers = OrderAnswers { receiver, ..OrderAnswers::default() };
        check(&mut answers, OrderSection::Receiver).unwrap();
        assert_eq!(answers.receiver.mobile, "+4790000001");
        for (field, contact) in [
            ("email", Contact { email: "nowhere".to_owned(), ..Contact::default() }),
            ("mobile", Contact { mobile: "12".to_owned(), ..Contact::default() }),
            ("mobile", Contact { mobile: "22 33 44 55".to_owned(), ..Contact::default() }),
            ("birth_date", Contact { birth_date: "1.1.1980".to_owned(), ..Contact::default() }),
            ("name", Contact { name: "<b>".to_owned(), ..Contact::default() }),
            ("name", Contact { name: "Kari\u{202e}ildroN".to_owned(), ..Contact::default() }),
        ] {
            answers.receiver = contact;
            let refusal = check(&mut answers, OrderSection::Receiver).unwrap_err();
            assert_eq!(refusal.message().field.as_deref(), Some(field));
        }
    }

    #[test]
    fn the_name_of_a_company_that_is_typed_is_what_it_looks_like() {
        for (source, is_good) in [(CompanySource::Registry, true), (CompanySource::Foreign, false)] {
            let company =
                CompanyAnswer { name: "Ep\u{200b}le AB".to_owned(), source, ..CompanyAnswer::default() };
            let mut answers = OrderAnswers { company, ..OrderAnswers::default() };
            assert_eq!(check(&mut answers, OrderSection::Company).is_ok(), is_good);
        }
    }

    #[test]
    fn a_web_address_is_one_that_people_can_open() {
        let mut answers = OrderAnswers::default();
        for (address, is_good) in [
            ("https://www.eple.no", true),
            ("", true),
            ("www.eple.no", false),
            ("javascript:alert(1)", false),
            ("https://eple", false),
        ] {
            answers.listed_address = address.to_owned();
            assert_eq!(check(&mut answers, OrderSection::Listing).is_ok(), is_good, "{address}");
        }
    }
}
