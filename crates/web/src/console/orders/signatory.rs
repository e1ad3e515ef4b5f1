//! The page of somebody who signs: what they approve, and how. The declaration on the national identity number has one of its own.

use console::Refusal;
use model::{Date, Evidence, OrderState};
use ordering::{LinkView, Part, PersonState, PersonView};
use pages::console::{
    Action, Block, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, Notice, NoticeKind, Text,
};

use super::{
    documents::{blocks_of, change_blocks},
    link_page::{about, bare, notice},
};
use crate::console::{answer::sentence, visit::Visit};

/// What the page says of the order, and of the declaration.
struct Words {
    heading: &'static str,
    lead: &'static str,
    decline: &'static str,
    decline_help: &'static str,
    approved: &'static str,
    signed: &'static str,
    declined: &'static str,
}

const ORDER: Words = Words {
    heading: "console-order-link-signatory",
    lead: "console-order-link-signatory-lead",
    decline: "console-order-decline",
    decline_help: "console-order-decline-help",
    approved: "console-order-link-approved",
    signed: "console-order-link-signed",
    declined: "console-order-link-declined",
};

const DECLARATION: Words = Words {
    heading: "console-order-link-declarant",
    lead: "console-order-link-declarant-lead",
    decline: "console-order-decline-declaration",
    decline_help: "console-order-decline-declaration-help",
    approved: "console-order-link-declared",
    signed: "console-order-link-declaration-signed",
    declined: "console-order-link-declaration-declined",
};

fn decline_form(visit: &Visit, words: &Words, refusal: Option<&Refusal>) -> Block {
    let field = ConsoleField::new(
        "note",
        Text::Key("console-order-note-reason"),
        visit.form.get("note"),
        FieldKind::Lines(2),
    );
    let field = field.required().with_help(Text::Key(words.decline_help));
    let form = ConsoleForm {
        action: format!("{}/decline", visit.path.trim_end_matches("/decline")),
        fields: vec![field.wrong(refusal.map(|it| Text::plain(sentence(visit, it))))],
        submit: Text::Key(words.decline),
        submit_id: "decline",
        is_danger: true,
        ..ConsoleForm::default()
    };
    Block::More { label: Text::Key(words.decline), blocks: vec![Block::Form(form)] }
}

/// What is read and approved.
fn to_approve(visit: &Visit, link: &LinkView, words: &Words, refusal: Option<&Refusal>) -> Vec<Block> {
    let (order, part) = (&link.view, link.person.part);
    let is_by_login = order.answers.evidence == Evidence::ApprovedByLogin;
    let mut blocks = Vec::new();
    if visit.query.is_there("not-signed") {
        blocks.push(notice(NoticeKind::Warning, "console-order-link-not-signed"));
    }
    let said = if is_by_login { "console-order-link-no-signature" } else { "console-order-link-sign" };
    blocks.push(notice(NoticeKind::Info, said));
    blocks.extend(change_blocks(order));
    blocks.extend(order.documents_for(part).into_iter().flat_map(blocks_of));
    let digest = order.grouped_digest(part);
    blocks.push(Block::Facts(vec![Fact::copied("digest", "console-order-digest", digest)]));
    let label = if is_by_login { "console-order-approve" } else { "console-order-sign" };
    let approve = Action::act(label, visit.path.trim_end_matches("/decline").to_owned());
    blocks.push(Block::Actions(vec![approve.primary().named("approve")]));
    blocks.push(decline_form(visit, words, refusal));
    blocks
}

/// What somebody has approved, and when, for them to keep.
fn approved(visit: &Visit, link: &LinkView) -> Vec<Block> {
    let (order, part) = (&link.view, link.person.part);
    let when = link.person.decided_at.map(|at| Date::in_norway(at).year_month_day());
    let mut facts: Vec<Fact> = when
        .map(|it| Fact::new("console-order-approved-on", Text::plain(texts::long_date(visit.locale, it))))
        .into_iter()
        .collect();
    facts.push(Fact::copied("digest", "console-order-digest", order.grouped_digest(part)));
    let documents = order.documents_for(part).into_iter().flat_map(blocks_of).collect();
    let label = Text::Key("console-order-what-was-approved");
    vec![Block::Facts(facts), Block::More { label, blocks: documents }]
}

/// The way to what the same person approves beside this, as long as it waits for them.
fn way_to_twin(link: &LinkView) -> Option<Block> {
    let twin = link.view.twin(&link.person).filter(|it| link.view.asks(it))?;
    let has_approved = link.person.state != PersonState::Waiting;
    let (text, label) = match (twin.part, has_approved) {
        (Part::Declarant, true) => ("console-order-link-declaration-next", "console-order-to-declaration"),
        (Part::Declarant, false) => ("console-order-link-declaration-too", "console-order-to-declaration"),
        _ => ("console-order-link-order-next", "console-order-to-order"),
    };
    let action = Action::to(label, format!("/order/{}", twin.link)).named("twin");
    let kind = if has_approved { NoticeKind::Warning } else { NoticeKind::Info };
    Some(Block::Notice(Notice { kind, text: Text::Key(text), action: Some(action) }))
}

const fn outcome(words: &Words, person: &PersonView, is_over: bool) -> &'static str {
    match person.state {
        PersonState::Done if !person.provider.is_empty() => words.signed,
        PersonState::Done => words.approved,
        PersonState::Declined => words.declined,
        _ if is_over => "console-order-link-declaration-over",
        PersonState::InReview => "console-order-link-in-review",
        PersonState::Waiting => "console-order-link-not-now",
    }
}

/// The page behind the link of a signatory or a declarant.
pub(super) fn page(visit: &Visit, link: &LinkView, refusal: Option<&Refusal>) -> ConsolePage {
    let is_declaration = link.person.part == Part::Declarant;
    let words = if is_declaration { &DECLARATION } else { &ORDER };
    let (mut blocks, mut lead) = (about(visit, link), words.lead);
    if link.person.state == PersonState::Waiting && !link.view.state.is_open() {
        lead = "console-order-link-over";
    } else if link.view.asks(&link.person) {
        blocks.extend(way_to_twin(link));
        blocks.extend(to_approve(visit, link, words, refusal));
    } else {
        let is_over = is_declaration && link.view.answers.number.is_declined;
        let is_asked = matches!(link.view.state, OrderState::Approving | OrderState::IdentityReview);
        let next = way_to_twin(link).filter(|_| is_asked);
        let is_half = next.is_some() && link.person.state == PersonState::Done;
        let said = if is_half { "console-order-link-half" } else { outcome(words, &link.person, is_over) };
        blocks.push(notice(NoticeKind::Done, said));
        blocks.extend(next);
        if link.person.state == PersonState::Done {
            blocks.extend(approved(visit, link));
        }
    }
    bare(Text::Key(words.heading), Text::Key(lead), blocks)
}
