//! The summary of an order: its answers in short with the way to change each, what those who sign will read, and submitting it.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{
    AllowedUnits, CompanyAnswer, Contact, LoginMethod, OrderAnswers, OrderEvent, OrderSection, OrderState,
    OrganisationNumber, PhoneNumber, SignatoryAnswer,
};
use ordering::OrderView;
use pages::console::{Action, Block, ConsolePage, Step, Text, Tone};
use texts::say;

use super::{
    checklist::{Checked, handover_step, warnings, way_to},
    documents::{change_blocks, document_blocks},
    place::{base, crumbs, found},
    sections::{product_word, words_of},
    signatories::held_word,
};
use crate::console::{answer::shown, visit::Visit, words};

fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The lines that there are of these.
fn lines<const N: usize>(all: [&str; N]) -> Vec<Text> {
    all.into_iter().filter(|it| !it.is_empty()).map(Text::plain).collect()
}

fn company(it: &CompanyAnswer) -> Vec<Text> {
    lines([&joined([&it.name, &grouped(&it.number)]), &it.address])
}

/// The number of a unit as people read it; one of another country as it was typed.
fn grouped(number: &str) -> String {
    let known = OrganisationNumber::parse(number, AllowedUnits::RealAndTest);
    known.map_or_else(|_| number.to_owned(), OrganisationNumber::grouped)
}

fn day(visit: &Visit, iso: &str) -> String {
    words::day(visit.locale, iso)
}

fn mobile(number: &str) -> String {
    PhoneNumber::parse(number).map(|it| it.shown()).unwrap_or_default()
}

fn person(visit: &Visit, it: &Contact) -> String {
    joined([&it.name, &day(visit, &it.birth_date), &mobile(&it.mobile), &it.email])
}

fn people(visit: &Visit, all: &[Contact]) -> Vec<Text> {
    all.iter().map(|it| Text::plain(person(visit, it))).collect()
}

fn signatory(visit: &Visit, it: &SignatoryAnswer) -> Text {
    let eid = held_word(&it.eid).map(|key| say(visit.locale, key, &[])).unwrap_or_default();
    Text::plain(joined([
        &it.name,
        &it.role,
        &day(visit, &it.birth_date),
        &mobile(&it.mobile),
        &it.email,
        &eid,
    ]))
}

fn bank(answers: &OrderAnswers) -> Vec<Text> {
    let mut all = company(&answers.bank);
    if answers.is_bank_customer {
        all.push(Text::Key("console-order-customer"));
    }
    all
}

fn number(answers: &OrderAnswers) -> Vec<Text> {
    let it = &answers.number;
    match it.is_needed {
        None => Vec::new(),
        Some(false) => vec![Text::Key("console-order-number-no")],
        Some(true) => {
            let mut all = vec![Text::Key("console-order-number-yes")];
            all.extend(lines([&it.reason, &joined([&it.statute, &it.paragraph])]));
            all
        }
    }
}

fn certificate(visit: &Visit, answers: &OrderAnswers) -> Vec<Text> {
    match answers.has_certificate {
        true => {
            vec![Text::with("console-order-certificate-here", "date", day(visit, &answers.certificate_date))]
        }
        false if answers.company.is_vouched_for() => vec![Text::Key("console-order-certificate-registry")],
        false => Vec::new(),
    }
}

/// What a section says, in a few lines; nothing where nothing was answered.
fn in_short(visit: &Visit, order: &OrderView, section: OrderSection) -> Vec<Text> {
    let it = &order.answers;
    match section {
        OrderSection::Purpose => lines([&it.purpose]),
        OrderSection::Domain => lines([&it.host]),
        OrderSection::Company => company(&it.company),
        OrderSection::Bank => bank(it),
        OrderSection::General => lines([&person(visit, &it.general)]),
        OrderSection::Receiver => lines([&person(visit, &it.receiver)]),
        OrderSection::Block => people(visit, &it.blockers),
        OrderSection::Signatories => it.signatories.iter().map(|it| signatory(visit, it)).collect(),
        OrderSection::DisplayName => lines([&it.display_name]),
        OrderSection::Listing => lines([&it.listed_address]),
        OrderSection::Operations => people(visit, &it.operations),
        OrderSection::Number => number(it),
        OrderSection::Certificate => certificate(visit, it),
        OrderSection::Products => it.products.iter().map(|it| Text::Key(product_word(it))).collect(),
    }
}

fn section_step(visit: &Visit, order: &OrderView, checked: &Checked, section: OrderSection) -> Step {
    let lacks = checked.lacks(order, section);
    let (tone, aside) = match lacks.is_empty() {
        true => (Tone::Good, "console-order-ready"),
        false => (Tone::Attention, "console-order-missing"),
    };
    let mut details = in_short(visit, order, section);
    details.extend(warnings(visit, order, section, &lacks));
    let can_change = order.state == OrderState::Draft && section != OrderSection::Domain;
    Step {
        tone,
        aside: Text::Key(aside),
        text: Text::Key(words_of(section).0),
        details,
        action: if can_change { way_to(visit, order, section, "console-order-change") } else { None },
    }
}

fn answer_blocks(visit: &Visit, order: &OrderView, checked: &Checked) -> Vec<Block> {
    let asked = OrderSection::asked(order.eid, order.answers.catalogue).iter();
    let handover = handover_step(visit, order).map(|it| match order.state {
        OrderState::Draft => it,
        _ => Step { action: None, ..it },
    });
    let steps = asked.map(|it| section_step(visit, order, checked, *it)).chain(handover).collect();
    let text = Text::Key("console-order-answers");
    vec![Block::Heading { id: "answers", text, lead: None }, Block::Steps(steps)]
}

/// Who has it next when it is submitted.
fn next_word(order: &OrderView) -> Text {
    let names: Vec<&str> = order.answers.signatories.iter().map(|it| it.name.as_str()).collect();
    match order.eid {
        LoginMethod::NO_VIPPS => Text::Key("console-order-submit-then-vipps"),
        _ if !order.review_reasons().is_empty() => Text::Key("console-order-submit-then-operator"),
        _ => Text::with("console-order-submit-then-signatories", "names", names.join(", ")),
    }
}

/// What is missing, with the way there.
fn missing_blocks(visit: &Visit, order: &OrderView, checked: &Checked, open: &[OrderSection]) -> Vec<Block> {
    let step = |section: &OrderSection| Step {
        tone: Tone::Attention,
        aside: Text::Key("console-order-missing"),
        text: Text::Key(words_of(*section).0),
        details: warnings(visit, order, *section, &checked.lacks(order, *section)),
        action: way_to(visit, order, *section, "console-order-fill-in"),
    };
    let (text, lead) = (Text::Key("console-order-not-yet"), Some(Text::Key("console-order-not-yet-lead")));
    vec![Block::Heading { id: "missing", text, lead }, Block::Steps(open.iter().map(step).collect())]
}

fn submit_blocks(visit: &Visit, order: &OrderView, checked: &Checked) -> Vec<Block> {
    if order.state != OrderState::Draft || !visit.offers(Permission::ManageOrders) {
        return Vec::new();
    }
    let open = checked.open(order);
    if !open.is_empty() {
        return missing_blocks(visit, order, checked, &open);
    }
    let submit = Action::act("console-order-submit", format!("{}/act", base(visit, order.id)))
        .with("event", OrderEvent::Submit.as_str())
        .with("version", order.version.to_string())
        .named("submit");
    vec![Block::Actions(vec![submit]), Block::Text(next_word(order))]
}

/// `GET /t/{tenant}/orders/{order}/summary`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let checked = Checked::of(&visit, &order).await?;
    let mut blocks = change_blocks(&order);
    blocks.extend(answer_blocks(&visit, &order, &checked));
    let (text, lead) =
        (Text::Key("console-order-to-approve"), Some(Text::Key("console-order-to-approve-lead")));
    blocks.push(Block::Heading { id: "to-approve", text, lead });
    blocks.extend(document_blocks(&order));
    blocks.extend(submit_blocks(&visit, &order, &checked));
    let mut page = ConsolePage {
        heading: Text::Key("console-order-summary"),
        lead: Some(Text::Key("console-order-summary-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}
