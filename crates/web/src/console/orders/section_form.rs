//! The form of a section, for whoever may answer it.

use console::Refusal;
use model::{CompanySource, LoginMethod, OrderSection, Timestamp};
use ordering::OrderView;
use pages::console::{Block, ConsoleField, ConsoleForm, Fact, FieldKind, Text};
use sandbox::{ListedCompany, RegistrySimulator};

use super::{
    place::{has_sms, sandbox_notice},
    sections::fields,
    signing_rule::rule_blocks,
};
use crate::console::{
    answer::{wrong, wrong_form},
    visit::Visit,
    words,
};

fn company_facts(visit: &Visit, order: &OrderView) -> Vec<Fact> {
    let it = &order.answers.company;
    if it.name.is_empty() {
        return Vec::new();
    }
    let read_at = || {
        let at = Timestamp::from_seconds(it.read_at);
        Fact::new("console-order-read", words::ago(at, visit.now()))
    };
    let plain = |label, text: &str| Fact::new(label, Text::plain(if text.is_empty() { "–" } else { text }));
    [
        plain("console-order-name", &it.name),
        plain("console-order-company-number", &it.number),
        plain("console-order-company-form", &it.form),
        plain("console-order-company-address", &it.address),
        Fact::new("console-order-source", Text::Key(source_word(it.source))),
    ]
    .into_iter()
    .chain((it.source == CompanySource::Registry).then(read_at))
    .collect()
}

const fn source_word(source: CompanySource) -> &'static str {
    match source {
        CompanySource::Registry => "console-order-source-registry",
        CompanySource::Typed => "console-order-source-typed",
        CompanySource::Foreign => "console-order-source-foreign",
    }
}

/// Keeps what is typed while the registry does not answer; offered where it did not, and while that is so.
fn typed_field(order: &OrderView, refusal: Option<&Refusal>) -> Option<ConsoleField> {
    let is_typed =
        order.answers.company.source == CompanySource::Typed && !order.answers.company.name.is_empty();
    let is_offered = is_typed || refusal.is_some_and(ordering::is_trouble);
    is_offered.then(|| {
        let value = if is_typed { "yes" } else { "" };
        ConsoleField::new("typed", Text::Key("console-order-typed"), value, FieldKind::Checkbox)
            .with_help(Text::Key("console-order-typed-help"))
    })
}

/// Whether a section is saved while it is filled in: not where saving asks a registry, or changes which fields there are.
pub(super) const fn saves_itself(section: OrderSection) -> bool {
    !matches!(section, OrderSection::Company | OrderSection::Bank | OrderSection::Signatories)
}

/// Where a section's form is posted to, and where one goes without it.
pub(super) struct FormPlace {
    pub(super) action: String,
    pub(super) cancel_href: Option<String>,
}

/// The form of a section, with what belongs beside it.
pub(super) fn section_blocks(
    visit: &Visit,
    (order, section): (&OrderView, OrderSection),
    place: FormPlace,
    refusal: Option<&Refusal>,
) -> Vec<Block> {
    let typed = refusal.is_some() && visit.form.is_there("seen");
    // Who confirms their phone needs not be known by a birth date.
    let is_optional = section == OrderSection::Receiver && has_sms(visit);
    let field = |mut it: ConsoleField| {
        if is_optional && it.name == "birth_date" {
            it = it.with_help(Text::Key("console-order-birth-date-optional"));
        }
        if typed && visit.form.is_there(&it.name) {
            visit.form.get(&it.name).clone_into(&mut it.value);
        }
        let name = it.name.clone();
        it.wrong(wrong(visit, refusal, &name))
    };
    let is_company = section == OrderSection::Company;
    let typed_company = is_company.then(|| typed_field(order, refusal)).flatten();
    let fields: Vec<ConsoleField> =
        fields(order, section).into_iter().chain(typed_company).map(field).collect();
    let names: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
    let error = wrong_form(visit, refusal, &names);
    let submit = if is_company { "console-order-look-up" } else { "console-order-save" };
    let form = ConsoleForm {
        action: place.action,
        hidden: vec![("seen".to_owned(), order.seen(section))],
        saves_itself: saves_itself(section),
        error,
        fields,
        submit: Text::Key(submit),
        submit_id: "save",
        cancel_href: place.cancel_href,
        ..ConsoleForm::default()
    };
    let mut blocks: Vec<Block> = sandbox_notice(&order.answers).into_iter().collect();
    if section == OrderSection::Signatories {
        blocks.extend(rule_blocks(&order.answers));
    }
    blocks.push(Block::Form(form));
    if is_company && !order.answers.company.name.is_empty() {
        blocks.push(Block::Facts(company_facts(visit, order)));
    }
    if is_company && order.answers.is_sandbox {
        blocks.push(sandbox_companies());
    }
    if section == OrderSection::DisplayName {
        let (name, eid) = (order.answers.display_name.clone(), order.eid.name_in(visit.locale).to_owned());
        let typed = match order.eid {
            LoginMethod::NO_VIPPS => "console-order-preview-mobile",
            _ => "console-order-preview-number",
        };
        let brand = order.eid.as_str();
        blocks.push(Block::NamePreview { field: "display_name", name, eid, brand, typed });
    }
    if typed && order.seen(section) != visit.form.get("seen") {
        blocks.extend(saved_now(order, section));
    }
    blocks
}

/// The companies that a sandbox order can be for.
fn sandbox_companies() -> Block {
    let fact = |it: ListedCompany| Fact {
        label: Text::plain(it.name),
        ..Fact::new("console-order-section-company", Text::code(it.number.to_owned()))
    };
    let facts = RegistrySimulator::companies().map(fact).collect();
    Block::More { label: Text::Key("console-order-sandbox-companies"), blocks: vec![Block::Facts(facts)] }
}

/// What somebody else saved meanwhile, beside what was typed.
fn saved_now(order: &OrderView, section: OrderSection) -> Vec<Block> {
    let value = |it: &ConsoleField| match &it.kind {
        FieldKind::Radio(options) | FieldKind::Select(options) => {
            let chosen = options.iter().find(|option| option.value == it.value);
            chosen.map_or_else(Text::default, |option| option.label.clone())
        }
        _ => Text::plain(it.value.clone()),
    };
    let fact = |it: ConsoleField| Fact {
        label: it.label.clone(),
        ..Fact::new("console-order-saved-now", value(&it))
    };
    let facts = fields(order, section).into_iter().filter(|it| !it.value.is_empty()).map(fact).collect();
    let heading = Block::Heading { id: "saved-now", text: Text::Key("console-order-saved-now"), lead: None };
    vec![heading, Block::Facts(facts)]
}
