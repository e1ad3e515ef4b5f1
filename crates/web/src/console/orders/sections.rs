//! The sections of an order as forms: what is asked, and how it is read. Questions are those of the recipient.

use console::Refusal;
use model::{
    CompanyAnswer, CompanySource, Contact, LoginMethod, NumberAnswer, OrderAnswers, OrderSection, PRODUCTS,
};
use ordering::OrderView;
use pages::console::{ConsoleField, FieldKind, FieldOption, Text};

use super::{
    bank::{bank_fields, read_bank},
    known::{fill, known},
    signatories::{read_signatories, signatory_fields},
};
use crate::console::visit::Visit;

/// How many people are asked for at most, in a section that asks for several.
const ROWS: usize = 2;
/// Laws that give the right to use the national identity number; others can be typed.
const STATUTES: [&str; 5] = [
    "hvitvaskingsloven",
    "helseregisterloven",
    "skatteforvaltningsloven",
    "finansforetaksloven",
    "arkivlova",
];

/// The label and help of a section: keys.
pub(super) const fn words_of(section: OrderSection) -> (&'static str, &'static str) {
    match section {
        OrderSection::Purpose => ("console-order-section-purpose", "console-order-help-purpose"),
        OrderSection::Domain => ("console-order-section-domain", "console-order-help-domain"),
        OrderSection::Company => ("console-order-section-company", "console-order-help-company"),
        OrderSection::Bank => ("console-order-section-bank", "console-order-help-bank"),
        OrderSection::General => ("console-order-section-general", "console-order-help-general"),
        OrderSection::Receiver => ("console-order-section-receiver", "console-order-help-receiver"),
        OrderSection::Block => ("console-order-section-block", "console-order-help-block"),
        OrderSection::Signatories => ("console-order-section-signatories", "console-order-help-signatories"),
        OrderSection::DisplayName => {
            ("console-order-section-display-name", "console-order-help-display-name")
        }
        OrderSection::Listing => ("console-order-section-listing", "console-order-help-listing"),
        OrderSection::Operations => ("console-order-section-operations", "console-order-help-operations"),
        OrderSection::Number => ("console-order-section-number", "console-order-help-number"),
        OrderSection::Certificate => ("console-order-section-certificate", "console-order-help-certificate"),
        OrderSection::Products => ("console-order-section-products", "console-order-help-products"),
    }
}

/// What a section is for, in this order: a key.
pub(super) fn help_of(order: &OrderView, section: OrderSection) -> &'static str {
    let it = &order.answers;
    let are_typed = it.combinations.is_empty() && !it.company.number.is_empty();
    match section {
        // Nobody approves here what is signed at Vipps.
        OrderSection::Signatories if order.eid == LoginMethod::NO_VIPPS => {
            "console-order-help-signatories-vipps"
        }
        OrderSection::Signatories if are_typed => "console-order-help-signatories-typed",
        _ => words_of(section).1,
    }
}

/// What of a person is asked.
#[derive(Clone, Copy)]
struct Asked {
    mobile: bool,
    birth_date: bool,
}

const NAME_AND_EMAIL: Asked = Asked { mobile: false, birth_date: false };
const WITH_MOBILE: Asked = Asked { mobile: true, birth_date: false };
const RECOGNISED: Asked = Asked { mobile: true, birth_date: true };

const fn asked_of_general(answers: &OrderAnswers) -> Asked {
    if answers.catalogue.asks_general_mobile() { WITH_MOBILE } else { NAME_AND_EMAIL }
}

/// What a product is called: a key.
pub(super) const fn product_word(product: &str) -> &'static str {
    match product.as_bytes() {
        b"authentication" => "console-order-product-authentication",
        b"signatures" => "console-order-product-signatures",
        _ => "console-order-product-caller-authentication",
    }
}

/// What BankID is used for.
fn products_field(answers: &OrderAnswers) -> ConsoleField {
    let options = PRODUCTS.iter().map(|it| FieldOption::new(*it, Text::Key(product_word(it)))).collect();
    ConsoleField::new(
        "products",
        Text::Key("console-order-section-products"),
        answers.products.join("\n"),
        FieldKind::Checkboxes(options),
    )
}

fn line(name: String, label: &'static str, value: &str, most: u16) -> ConsoleField {
    ConsoleField::new(name, Text::Key(label), value, FieldKind::Line(most))
}

fn person_fields(prefix: &str, answers: &OrderAnswers, it: &Contact, asked: Asked) -> Vec<ConsoleField> {
    let mut fields = Vec::new();
    let known = known(answers);
    if it.is_empty() && !known.is_empty() {
        let mut options = vec![FieldOption::new("", Text::Key("console-order-somebody-else"))];
        options
            .extend(known.iter().map(|it| FieldOption::new(it.name.clone(), Text::plain(it.name.clone()))));
        let field = ConsoleField::new(
            format!("{prefix}same_as"),
            Text::Key("console-order-same-as"),
            "",
            FieldKind::Select(options),
        );
        fields.push(field.with_help(Text::Key("console-order-same-as-help")));
    }
    fields.push(line(format!("{prefix}name"), "console-order-name", &it.name, 200));
    if asked.birth_date {
        let kind = FieldKind::Date;
        let label = Text::Key("console-order-birth-date");
        let field = ConsoleField::new(format!("{prefix}birth_date"), label, it.birth_date.clone(), kind);
        fields.push(field.with_help(Text::Key("console-order-birth-date-help")));
    }
    fields.push(line(format!("{prefix}email"), "console-order-email", &it.email, 254));
    if asked.mobile {
        fields.push(line(format!("{prefix}mobile"), "console-order-mobile", &it.mobile, 30));
    }
    fields
}

fn read_person(visit: &Visit, prefix: &str, answers: &OrderAnswers) -> Contact {
    let value = |name: &str| visit.form.get(&format!("{prefix}{name}")).to_owned();
    let mut it = Contact {
        name: value("name"),
        mobile: value("mobile"),
        email: value("email"),
        birth_date: value("birth_date"),
    };
    let same_as = value("same_as");
    let wanted = if it.name.is_empty() { same_as } else { it.name.clone() };
    if let Some(known) = known(answers).iter().find(|known| known.name == wanted) {
        it.name.clone_from(&known.name);
        fill(&mut it, known);
    }
    it
}

fn rows_of(people: &[Contact]) -> Vec<Contact> {
    let mut rows = people.to_vec();
    rows.resize(rows.len().max(ROWS), Contact::default());
    rows
}

fn row_fields(answers: &OrderAnswers, people: &[Contact], asked: Asked) -> Vec<ConsoleField> {
    let rows = rows_of(people);
    let of_row = |(at, it): (usize, &Contact)| person_fields(&format!("contact-{at}-"), answers, it, asked);
    rows.iter().enumerate().flat_map(of_row).collect()
}

fn read_rows(visit: &Visit, answers: &OrderAnswers, people: &[Contact]) -> Vec<Contact> {
    let count = rows_of(people).len();
    let row = |at: usize| read_person(visit, &format!("contact-{at}-"), answers);
    (0..count).map(row).filter(|it| !it.is_empty()).collect()
}

fn number_fields(it: &NumberAnswer) -> Vec<ConsoleField> {
    let options = vec![
        FieldOption::new("no", Text::Key("console-order-number-no")),
        FieldOption::new("yes", Text::Key("console-order-number-yes")),
    ];
    let chosen = match it.is_needed {
        Some(true) => "yes",
        // Without it everything works; whoever needs it says so.
        Some(false) | None => "no",
    };
    let mut statutes = vec![FieldOption::new("", Text::Key("console-order-statute-other"))];
    statutes.extend(STATUTES.iter().map(|it| FieldOption::new(*it, Text::plain(*it))));
    let is_known = STATUTES.contains(&it.statute.as_str());
    let (known, typed) = if is_known { (it.statute.as_str(), "") } else { ("", it.statute.as_str()) };
    vec![
        ConsoleField::new("needed", Text::Key("console-order-number"), chosen, FieldKind::Radio(options)),
        ConsoleField::new(
            "reason",
            Text::Key("console-order-number-reason"),
            it.reason.clone(),
            FieldKind::Lines(4),
        ),
        ConsoleField::new(
            "known_statute",
            Text::Key("console-order-statute"),
            known,
            FieldKind::Select(statutes),
        ),
        line("statute".to_owned(), "console-order-statute-typed", typed, 200),
        line("paragraph".to_owned(), "console-order-paragraph", &it.paragraph, 60),
    ]
}

/// The fields of a section, filled in with what was answered.
pub(super) fn fields(view: &OrderView, section: OrderSection) -> Vec<ConsoleField> {
    let it = &view.answers;
    match section {
        OrderSection::Purpose => vec![ConsoleField::new(
            "purpose",
            Text::Key("console-order-section-purpose"),
            it.purpose.clone(),
            FieldKind::Lines(5),
        )],
        OrderSection::Domain | OrderSection::Certificate => Vec::new(),
        OrderSection::Company => {
            let label = Text::Key("console-order-company-number");
            let kind = FieldKind::Identifier(20);
            let is_foreign = it.company.source == CompanySource::Foreign;
            let foreign = if is_foreign { "yes" } else { "" };
            let is_typed = it.company.source != CompanySource::Registry;
            let typed_only = |value: &str| if is_typed { value.to_owned() } else { String::new() };
            vec![
                ConsoleField::new("number", label, it.company.number.clone(), kind).required(),
                ConsoleField::new(
                    "foreign",
                    Text::Key("console-order-foreign"),
                    foreign,
                    FieldKind::Checkbox,
                )
                .with_help(Text::Key("console-order-foreign-help")),
                line(
                    "company_name".to_owned(),
                    "console-order-foreign-name",
                    &typed_only(&it.company.name),
                    200,
                ),
                line(
                    "company_address".to_owned(),
                    "console-order-foreign-address",
                    &typed_only(&it.company.address),
                    200,
                ),
            ]
        }
        OrderSection::Bank => bank_fields(it),
        OrderSection::General => person_fields("", it, &it.general, asked_of_general(it)),
        OrderSection::Receiver => person_fields("", it, &it.receiver, RECOGNISED),
        OrderSection::Block => row_fields(it, &it.blockers, WITH_MOBILE),
        OrderSection::Operations => row_fields(it, &it.operations, NAME_AND_EMAIL),
        OrderSection::Signatories => signatory_fields(it),
        OrderSection::DisplayName => {
            vec![line("display_name".to_owned(), "console-order-section-display-name", &it.display_name, 40)]
        }
        OrderSection::Listing => {
            let (label, kind) = (Text::Key("console-order-section-listing"), FieldKind::Identifier(200));
            vec![ConsoleField::new("listed_address", label, it.listed_address.clone(), kind)]
        }
        OrderSection::Number => number_fields(&it.number),
        OrderSection::Products => vec![products_field(it)],
    }
}

fn read_number(visit: &Visit) -> NumberAnswer {
    let is_needed = visit.form.get("needed") == "yes";
    if !is_needed {
        return NumberAnswer { is_needed: Some(false), ..NumberAnswer::default() };
    }
    let typed = visit.form.get("statute");
    let statute = if typed.is_empty() { visit.form.get("known_statute") } else { typed };
    NumberAnswer {
        is_needed: Some(true),
        reason: visit.form.get("reason").to_owned(),
        statute: statute.to_owned(),
        paragraph: visit.form.get("paragraph").to_owned(),
        is_granted: None,
        is_declined: false,
    }
}

/// A company as it was typed, for where no registry says it.
pub(super) fn read_typed(visit: &Visit) -> CompanyAnswer {
    CompanyAnswer {
        number: visit.form.get("number").to_owned(),
        name: visit.form.get("company_name").to_owned(),
        address: visit.form.get("company_address").to_owned(),
        ..CompanyAnswer::default()
    }
}

/// Reads a section's form, on top of what was answered before.
///
/// # Errors
/// [`Refusal::Invalid`] at `bank`: no bank that is known by its name.
pub(super) fn read(
    visit: &Visit,
    before: &OrderAnswers,
    section: OrderSection,
) -> Result<OrderAnswers, Refusal> {
    let mut answers = before.clone();
    match section {
        OrderSection::Purpose => visit.form.get("purpose").clone_into(&mut answers.purpose),
        OrderSection::Domain | OrderSection::Certificate | OrderSection::Company => {}
        OrderSection::Bank => read_bank(visit, &mut answers)?,
        OrderSection::General => answers.general = read_person(visit, "", before),
        OrderSection::Receiver => answers.receiver = read_person(visit, "", before),
        OrderSection::Block => answers.blockers = read_rows(visit, before, &before.blockers),
        OrderSection::Operations => answers.operations = read_rows(visit, before, &before.operations),
        OrderSection::Signatories => answers.signatories = read_signatories(visit, before),
        OrderSection::DisplayName => visit.form.get("display_name").clone_into(&mut answers.display_name),
        OrderSection::Listing => visit.form.get("listed_address").clone_into(&mut answers.listed_address),
        OrderSection::Number => answers.number = read_number(visit),
        OrderSection::Products => {
            answers.products = visit.form.all("products").map(str::to_owned).collect();
        }
    }
    Ok(answers)
}
