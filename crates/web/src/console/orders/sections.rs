//! The sections of an order as forms: what is asked, and how it is read. Questions are those of the recipient.

use model::{
    BANKS, CompanyAnswer, CompanySource, Contact, NumberAnswer, OrderAnswers, OrderSection,
    OrganisationNumber, PRODUCTS, SignatoryAnswer, bank_of_number,
};
use ordering::OrderView;
use pages::console::{ConsoleField, FieldKind, FieldOption, Text};

use crate::console::visit::Visit;

/// How many people are asked for at most, in a section that asks for several.
const ROWS: usize = 2;
/// The eIDs that somebody who signs can hold.
const HELD: [(&str, &str); 3] = [
    ("no-bankid", "console-order-eid-no-bankid"),
    ("se-bankid", "console-order-eid-se-bankid"),
    ("dk-mitid", "console-order-eid-dk-mitid"),
];
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

/// Everybody whom the order names so far, once.
fn known(answers: &OrderAnswers) -> Vec<Contact> {
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
fn fill(it: &mut Contact, known: &Contact) {
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

/// What BankID is used for.
fn products_field(answers: &OrderAnswers) -> ConsoleField {
    let label = |product: &str| match product {
        "authentication" => "console-order-product-authentication",
        "signatures" => "console-order-product-signatures",
        _ => "console-order-product-caller-authentication",
    };
    let options = PRODUCTS.iter().map(|it| FieldOption::new(*it, Text::Key(label(it)))).collect();
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

fn combination_text(it: &[SignatoryAnswer]) -> String {
    let person = |it: &SignatoryAnswer| match it.role.as_str() {
        "" => it.name.clone(),
        role => format!("{} ({role})", it.name),
    };
    it.iter().map(person).collect::<Vec<_>>().join(" + ")
}

fn is_same(one: &[SignatoryAnswer], other: &[SignatoryAnswer]) -> bool {
    let names = |all: &[SignatoryAnswer]| all.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    names(one) == names(other)
}

fn signatory_fields(answers: &OrderAnswers) -> Vec<ConsoleField> {
    let mut fields = Vec::new();
    if answers.combinations.len() > 1 {
        let chosen = answers.combinations.iter().position(|it| is_same(it, &answers.signatories));
        let option = |(at, it): (usize, &Vec<SignatoryAnswer>)| {
            FieldOption::new(at.to_string(), Text::plain(combination_text(it)))
        };
        let options = answers.combinations.iter().enumerate().map(option).collect();
        fields.push(ConsoleField::new(
            "combination",
            Text::Key("console-order-combination"),
            chosen.map(|at| at.to_string()).unwrap_or_default(),
            FieldKind::Radio(options),
        ));
    }
    let known = known(answers);
    for (at, it) in answers.signatories.iter().enumerate() {
        let email = known.iter().find(|known| known.name == it.name).map(|it| it.email.clone());
        let value = if it.email.is_empty() { email.unwrap_or_default() } else { it.email.clone() };
        let label = Text::with("console-order-signatory-email", "name", it.name.clone());
        fields.push(ConsoleField::new(format!("signatory-{at}-email"), label, value, FieldKind::Line(254)));
        if answers.catalogue.asks_signatory_mobile() {
            let label = Text::with("console-order-signatory-mobile", "name", it.name.clone());
            let name = format!("signatory-{at}-mobile");
            fields.push(ConsoleField::new(name, label, it.mobile.clone(), FieldKind::Line(30)));
        }
        let options = HELD.iter().map(|(word, key)| FieldOption::new(*word, Text::Key(key))).collect();
        let label = Text::with("console-order-signatory-eid", "name", it.name.clone());
        let value = if it.eid.is_empty() { "no-bankid".to_owned() } else { it.eid.clone() };
        let field =
            ConsoleField::new(format!("signatory-{at}-eid"), label, value, FieldKind::Select(options));
        fields.push(field.with_help(Text::Key("console-order-signatory-eid-help")));
    }
    if answers.combinations.is_empty() {
        let at = answers.signatories.len();
        fields.push(line(format!("signatory-{at}-name"), "console-order-name", "", 200));
        let label = Text::Key("console-order-birth-date");
        fields.push(ConsoleField::new(format!("signatory-{at}-birth_date"), label, "", FieldKind::Date));
        fields.push(line(format!("signatory-{at}-email"), "console-order-email", "", 254));
    }
    fields
}

fn read_signatories(visit: &Visit, answers: &OrderAnswers) -> Vec<SignatoryAnswer> {
    let chosen = visit.form.get("combination").parse::<usize>().ok();
    let chosen = chosen.and_then(|at| answers.combinations.get(at));
    let mut all = match chosen {
        Some(chosen) if !is_same(chosen, &answers.signatories) => chosen.clone(),
        _ => answers.signatories.clone(),
    };
    if answers.combinations.is_empty() {
        let at = all.len();
        let value = |name: &str| visit.form.get(&format!("signatory-{at}-{name}")).to_owned();
        if !value("name").is_empty() {
            all.push(SignatoryAnswer {
                name: value("name"),
                birth_date: value("birth_date"),
                eid: "no-bankid".to_owned(),
                ..SignatoryAnswer::default()
            });
        }
    }
    for (at, it) in all.iter_mut().enumerate() {
        it.email = visit.form.get(&format!("signatory-{at}-email")).to_owned();
        it.mobile = visit.form.get(&format!("signatory-{at}-mobile")).to_owned();
        if let Some(eid) = visit.form.maybe(&format!("signatory-{at}-eid")) {
            it.eid = eid;
        }
    }
    all
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

fn bank_fields(answers: &OrderAnswers) -> Vec<ConsoleField> {
    let mut options = vec![FieldOption::new("", Text::Key("console-order-choose"))];
    options.extend(BANKS.iter().map(|it| FieldOption::new(it.number.to_string(), Text::plain(it.name))));
    let bank = ConsoleField::new(
        "bank",
        Text::Key("console-order-bank"),
        answers.bank.number.clone(),
        FieldKind::Select(options),
    );
    let is_customer = if answers.is_bank_customer { "yes" } else { "" };
    let customer =
        ConsoleField::new("customer", Text::Key("console-order-customer"), is_customer, FieldKind::Checkbox);
    vec![bank, customer]
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

fn read_bank(visit: &Visit, answers: &mut OrderAnswers) {
    answers.is_bank_customer = visit.form.has("customer");
    let number = OrganisationNumber::parse(visit.form.get("bank"), model::AllowedUnits::Real).ok();
    if let Some(bank) = number.and_then(bank_of_number) {
        answers.bank.number = bank.number.to_string();
        bank.name.clone_into(&mut answers.bank.name);
    } else {
        answers.bank = CompanyAnswer::default();
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
pub(super) fn read(visit: &Visit, before: &OrderAnswers, section: OrderSection) -> OrderAnswers {
    let mut answers = before.clone();
    match section {
        OrderSection::Purpose => visit.form.get("purpose").clone_into(&mut answers.purpose),
        OrderSection::Domain | OrderSection::Certificate | OrderSection::Company => {}
        OrderSection::Bank => read_bank(visit, &mut answers),
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
    answers
}
