//! The issuer's own agreement on the page of an order: uploaded by whoever ordered, looked at by the operator.

use console::{Permission, Refusal};
use model::AgreementState;
use ordering::{OrderView, permission_to_decide};
use pages::console::{Action, Block, Chip, ConsoleField, ConsoleForm, Fact, FieldKind, Text, Tone};

use super::place::base;
use crate::console::{answer::wrong, visit::Visit, words::chip};

const fn state_of(it: Option<AgreementState>) -> Chip {
    match it {
        None => chip(Tone::Attention, "console-order-agreement-missing"),
        Some(AgreementState::Uploaded) => chip(Tone::Attention, "console-order-agreement-uploaded"),
        Some(AgreementState::Accepted) => chip(Tone::Good, "console-order-agreement-accepted"),
        Some(AgreementState::Returned) => chip(Tone::Bad, "console-order-agreement-returned"),
    }
}

fn upload_form(visit: &Visit, order: &OrderView, refusal: Option<&Refusal>) -> ConsoleForm {
    let label = Text::Key("console-order-agreement-file");
    let file = ConsoleField::new("file", label, "", FieldKind::File("application/pdf"));
    let file = file.with_help(Text::Key("console-order-certificate-file-help"));
    ConsoleForm {
        action: format!("{}/agreement", base(visit, order.id)),
        fields: vec![file.wrong(wrong(visit, refusal, "file"))],
        submit: Text::Key("console-order-agreement-upload"),
        submit_id: "upload-agreement",
        ..ConsoleForm::default()
    }
}

/// What the operator decides about what was uploaded.
fn decide_blocks(visit: &Visit, order: &OrderView, refusal: Option<&Refusal>) -> Vec<Block> {
    let target = format!("{}/agreement/decide", base(visit, order.id));
    let version = order.version.to_string();
    let accept = Action::act("console-order-agreement-accept", target.clone())
        .with("decision", "accept")
        .with("version", version.clone())
        .named("accept-agreement");
    let label = Text::Key("console-order-note-reason");
    let note =
        ConsoleField::new("note-agreement", label, visit.form.get("note-agreement"), FieldKind::Lines(3));
    let form = ConsoleForm {
        action: target,
        hidden: vec![("version".to_owned(), version)],
        fields: vec![note.required().wrong(wrong(visit, refusal, "note-agreement"))],
        submit: Text::Key("console-order-agreement-return"),
        submit_id: "return-agreement",
        ..ConsoleForm::default()
    };
    let label = Text::Key("console-order-agreement-return");
    let accept = Block::Actions(vec![accept]);
    let is_new = order.agreement == Some(AgreementState::Uploaded);
    let back = Block::More { label, blocks: vec![Block::Form(form)] };
    is_new.then_some(accept).into_iter().chain([back]).collect()
}

/// The agreement of an order whose issuer wants one; else nothing.
pub(super) fn blocks(visit: &Visit, order: &OrderView, refusal: Option<&Refusal>) -> Vec<Block> {
    let Some(title) = order.wanted_agreement() else { return Vec::new() };
    let issuer = &order.issuer.settings;
    let args = vec![("issuer", issuer.name.clone()), ("title", title.to_owned())];
    let lead = Some(Text::With("console-order-agreement-lead", args));
    let text = Text::Key("console-order-agreement");
    let mut blocks = vec![Block::Heading { id: "agreement", text, lead }];
    let state = state_of(order.agreement);
    let mut facts = vec![Fact::new("console-column-state", state.text)];
    let returned = order.steps.iter().rev().find(|it| it.event == "agreement_returned");
    if let Some(it) = returned.filter(|_| order.agreement == Some(AgreementState::Returned)) {
        facts.push(Fact::new("console-order-note-reason", Text::plain(it.note.clone())));
    }
    blocks.push(Block::Facts(facts));
    let mut ways = Vec::new();
    if !issuer.agreement_url.is_empty() {
        ways.push(Action::to("console-order-agreement-open", issuer.agreement_url.clone()).elsewhere());
    }
    if order.agreement.is_some() {
        let file = format!("{}/files/agreement", base(visit, order.id));
        ways.push(Action::to("console-order-agreement-look", file).named("agreement-file"));
    }
    if !ways.is_empty() {
        blocks.push(Block::Actions(ways));
    }
    let may_decide = visit.offers(permission_to_decide(order.answers.is_sandbox));
    let is_decided = matches!(order.agreement, Some(AgreementState::Uploaded | AgreementState::Accepted));
    if is_decided && may_decide && order.takes_agreement_back() {
        blocks.extend(decide_blocks(visit, order, refusal));
    }
    if order.takes_agreement() && visit.offers(Permission::ManageOrders) {
        blocks.push(Block::Form(upload_form(visit, order, refusal)));
    }
    blocks
}
