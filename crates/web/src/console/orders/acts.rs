//! What can be done with an order, by whoever ordered and by the operator.

use console::Permission;
use model::{Date, Handover, OrderEvent, OrderState};
use ordering::{LetterState, OrderView, PersonState, PersonView, ProposalView};
use pages::console::{
    Action, Block, ConsoleField, ConsoleForm, Fact, FieldKind, FieldOption, Notice, NoticeKind, Text,
};

use super::{
    asking::way,
    place::{base, canned, canned_name, note_field},
    review::reason_blocks,
    words::{event_word_of_act, part_word},
};
use crate::console::visit::Visit;
/// What whoever ordered can do now, beside filling in.
pub(super) fn orderer_acts(visit: &Visit, order: &OrderView) -> Vec<Block> {
    if !visit.offers(Permission::ManageOrders) {
        return Vec::new();
    }
    let mut blocks = Vec::new();
    if order.state == OrderState::Question {
        let asked = order.steps.iter().rev().find(|it| it.event == OrderEvent::Ask.as_str());
        let text = Text::plain(asked.map(|it| it.note.clone()).unwrap_or_default());
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
        blocks.push(Block::Form(note_form(visit, order, OrderEvent::Answer, "act")));
    }
    let plain: &[OrderEvent] = match order.state {
        OrderState::HandoverLapsed | OrderState::Handover => {
            &[OrderEvent::NewLink, OrderEvent::Reissue, OrderEvent::Amend, OrderEvent::Withdraw]
        }
        OrderState::VippsGuided => &[OrderEvent::DeclareSubmitted, OrderEvent::Amend, OrderEvent::Cancel],
        OrderState::VippsProcessing => &[OrderEvent::DeclareCompleted, OrderEvent::Withdraw],
        OrderState::Draft | OrderState::OnHold => &[OrderEvent::Cancel],
        OrderState::Review
        | OrderState::Approving
        | OrderState::IdentityReview
        | OrderState::Countersign
        | OrderState::Sending => &[OrderEvent::Amend, OrderEvent::Cancel],
        OrderState::AtIssuer | OrderState::Question => &[OrderEvent::Amend, OrderEvent::Withdraw],
        OrderState::AwaitEntry | OrderState::Trouble => &[OrderEvent::Amend, OrderEvent::Withdraw],
        OrderState::Checking | OrderState::Verified | OrderState::PortalTasks => &[OrderEvent::Withdraw],
        _ => &[],
    };
    let act = |event: &OrderEvent| match event {
        OrderEvent::Amend | OrderEvent::Cancel | OrderEvent::Withdraw => way(visit, order, *event),
        _ => Action::act(event_word_of_act(*event), format!("{}/act", base(visit, order.id)))
            .with("event", event.as_str())
            .with("version", order.version.to_string()),
    };
    // Another link, or another secret where that one is gone, only where the old one is no use.
    let has_lapsed = order.state == OrderState::HandoverLapsed;
    let is_deposited = order.handover == Handover::Deposited;
    let possible = plain.iter().filter(|it| match it {
        OrderEvent::NewLink => has_lapsed && !is_deposited,
        OrderEvent::Reissue => has_lapsed && is_deposited,
        _ => true,
    });
    let mut actions: Vec<Action> = possible.map(act).collect();
    if order.can_be_ordered_again() && order.superseded_by.is_none() {
        let again = Action::act("console-order-act-again", format!("{}/again", base(visit, order.id)));
        actions.push(again.named("again"));
    }
    if !actions.is_empty() {
        blocks.push(Block::Actions(actions));
    }
    blocks
}

/// A form for something that has a note.
fn note_form(visit: &Visit, order: &OrderView, event: OrderEvent, where_to: &str) -> ConsoleForm {
    let label = match event {
        OrderEvent::Answer => "console-order-note-answer",
        OrderEvent::Ask => "console-order-note-ask",
        _ => "console-order-note-reason",
    };
    let name = note_field(event);
    let value = visit.form.get(&name);
    let canned = canned_field(event);
    ConsoleForm {
        action: format!("{}/{where_to}", base(visit, order.id)),
        hidden: vec![
            ("event".to_owned(), event.as_str().to_owned()),
            ("version".to_owned(), order.version.to_string()),
        ],
        fields: canned
            .into_iter()
            .chain([noted(event, ConsoleField::new(name, Text::Key(label), value, FieldKind::Lines(3)))])
            .collect(),
        submit: Text::Key(event_word_of_act(event)),
        submit_id: event.as_str(),
        ..ConsoleForm::default()
    }
}

/// The questions that are asked again and again, to choose from instead of writing.
fn canned_field(event: OrderEvent) -> Option<ConsoleField> {
    let mut options = vec![FieldOption::new("", Text::Key("console-order-canned-none"))];
    options.extend(canned(event).iter().map(|(word, key)| FieldOption::new(*word, Text::Key(key))));
    let field = || {
        let label = Text::Key("console-order-canned");
        ConsoleField::new(canned_name(event), label, "", FieldKind::Select(options))
    };
    (!canned(event).is_empty()).then(field)
}

/// A note that must be written, unless a sentence can be chosen instead.
fn noted(event: OrderEvent, field: ConsoleField) -> ConsoleField {
    if canned(event).is_empty() { field.required() } else { field }
}

/// Whether something cannot be undone, so that a fresh sign-in goes before it.
pub(super) const fn is_decision(event: OrderEvent) -> bool {
    matches!(event, OrderEvent::Seal | OrderEvent::Issue | OrderEvent::Reject)
}

/// Below the order's address, where the operator does something, or whoever plays the part with a sandbox order.
pub(super) const fn door_of(order: &OrderView, event: OrderEvent) -> &'static str {
    match (order.answers.is_sandbox, event) {
        (true, OrderEvent::AcceptIdentity) => "sandbox/identity",
        (true, _) => "sandbox/desk",
        (false, OrderEvent::AcceptIdentity) => "identity",
        (false, event) if is_decision(event) => "decide",
        (false, _) => "desk",
    }
}

/// What stands before the words of the operator's addresses.
pub(super) const fn desk_path(order: &OrderView) -> &'static str {
    if order.answers.is_sandbox { "sandbox/" } else { "" }
}

/// What the operator can do in a state: without a note, and with one.
const fn events_of(state: OrderState) -> (&'static [OrderEvent], &'static [OrderEvent]) {
    use OrderEvent as E;
    use OrderState as S;
    match state {
        S::Review => (&[E::Accept], &[E::Return, E::Reject, E::Hold]),
        S::Countersign => (&[E::Seal], &[E::Return, E::Hold]),
        S::Sending => (&[E::Sent], &[E::Hold]),
        S::AtIssuer => (&[E::Issue, E::Acknowledge], &[E::Ask, E::Reject, E::Hold]),
        S::VippsProcessing => (&[], &[E::Reject, E::Hold]),
        S::Withdrawing => (&[E::ConfirmWithdrawn], &[]),
        S::OnHold => (&[E::Resume], &[]),
        S::Approving
        | S::IdentityReview
        | S::Question
        | S::Handover
        | S::AwaitEntry
        | S::HandoverLapsed
        | S::PortalTasks
        | S::Checking
        | S::Trouble
        | S::Verified => (&[], &[E::Hold]),
        _ => (&[], &[]),
    }
}

fn identity_block(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let mut blocks = Vec::new();
    let is_asked = |it: &&PersonView| it.state == PersonState::InReview && !order.is_declined_for(it);
    for it in order.people.iter().filter(is_asked) {
        let both = |named: &str, proved: &str| Text::plain(format!("{named} ↔ {proved}"));
        blocks.push(Block::Facts(vec![
            Fact::new("console-order-part", Text::Key(part_word(it.part))),
            Fact::new("console-order-identity-name", both(&it.contact.name, &it.proved_name)),
            Fact::new("console-order-identity-born", both(&it.contact.birth_date, &it.proved_birth_date)),
        ]));
        let options = vec![
            FieldOption::new("accept", Text::Key("console-order-identity-accept")),
            FieldOption::new("refuse", Text::Key("console-order-identity-refuse")),
        ];
        blocks.push(Block::Form(ConsoleForm {
            action: format!("{}/{}", base(visit, order.id), door_of(order, OrderEvent::AcceptIdentity)),
            hidden: vec![
                ("person".to_owned(), it.id.to_string()),
                ("version".to_owned(), order.version.to_string()),
            ],
            fields: vec![
                ConsoleField::new(
                    "decision",
                    Text::Key("console-order-identity"),
                    "",
                    FieldKind::Radio(options),
                ),
                ConsoleField::new("note", Text::Key("console-order-note-reason"), "", FieldKind::Lines(2))
                    .required(),
            ],
            submit: Text::Key("console-order-identity-decide"),
            submit_id: "decide-identity",
            ..ConsoleForm::default()
        }));
    }
    blocks
}

/// What another operator proposed, for a second one to confirm.
fn proposal_blocks(visit: &Visit, order: &OrderView, it: &ProposalView) -> Vec<Block> {
    let text = |value: &str| Text::plain(value.to_owned());
    let person = order.people.iter().find(|person| Some(person.id) == it.person);
    let mut facts = vec![
        Fact::new("console-order-proposal-what", Text::Key(event_word_of_act(it.event))),
        Fact::new("console-order-proposal-by", text(&it.by_name)),
        Fact::new("console-order-proposal-until", Text::plain(Date::in_norway(it.expires_at).to_string())),
    ];
    if it.is_without_number {
        facts.push(Fact::new("console-order-national-number", Text::Key("console-order-without-number")));
    }
    for (label, value) in [
        ("console-order-proposal-person", person.map_or("", |it| it.contact.name.as_str())),
        ("console-order-proposal-note", it.note.as_str()),
        ("console-source-client-id", it.client_id.as_str()),
    ] {
        if !value.is_empty() {
            facts.push(Fact::new(label, text(value)));
        }
    }
    let act = |key, door: &str| {
        Action::act(key, format!("{}/{door}", base(visit, order.id)))
            .with("version", order.version.to_string())
            .with("proposal", it.token.clone())
            .named(key.trim_start_matches("console-order-"))
    };
    let is_own = visit.session.as_ref().and_then(|it| it.member) == Some(it.by);
    let mut blocks = vec![
        Block::Heading {
            id: "proposal",
            text: Text::Key("console-order-proposal"),
            lead: Some(Text::Key("console-order-proposal-lead")),
        },
        Block::Facts(facts),
    ];
    let set_aside = act("console-order-set-aside", "set-aside");
    if is_own {
        let text = Text::Key("console-order-proposal-own");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
        blocks.push(Block::Actions(vec![set_aside]));
    } else {
        blocks.push(Block::Actions(vec![act("console-order-proposal-confirm", "confirm"), set_aside]));
    }
    blocks
}

/// What the operator can do with an order now.
pub(super) fn desk_acts(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let mut blocks = order.proposal.as_ref().map(|it| proposal_blocks(visit, order, it)).unwrap_or_default();
    blocks.extend(acts_in_state(visit, order));
    blocks
}

fn acts_in_state(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let (plain, noted) = events_of(order.state);
    let looked_at = match order.state {
        OrderState::IdentityReview => identity_block(visit, order),
        OrderState::Review => reason_blocks(visit, order),
        _ => Vec::new(),
    };
    if plain.is_empty() && noted.is_empty() && looked_at.is_empty() {
        return Vec::new();
    }
    let (heading, lead) = match order.answers.is_sandbox {
        true => ("console-order-play", "console-order-play-lead"),
        false => ("console-order-desk", lead_of(order.state)),
    };
    let heading = Block::Heading { id: "desk", text: Text::Key(heading), lead: Some(Text::Key(lead)) };
    let mut blocks: Vec<Block> = [heading].into_iter().chain(looked_at).collect();
    blocks.extend(unsealed(visit, order));
    blocks.extend(unconfirmed(order));
    blocks.extend(letter_notice(order));
    let actions = plain_actions(visit, order, plain);
    if !actions.is_empty() {
        blocks.push(Block::Actions(actions));
    }
    if order.handover == Handover::Deposited && order.state == OrderState::AtIssuer {
        blocks.push(Block::Form(deposit_form(visit, order)));
    }
    for event in noted {
        let form = Block::Form(note_form(visit, order, *event, door_of(order, *event)));
        blocks.push(Block::More { label: Text::Key(event_word_of_act(*event)), blocks: vec![form] });
    }
    blocks
}

/// What is done with a button alone, of these events.
fn plain_actions(visit: &Visit, order: &OrderView, events: &[OrderEvent]) -> Vec<Action> {
    let act = |event: &OrderEvent| {
        Action::act(
            event_word_of_act(*event),
            format!("{}/{}", base(visit, order.id), door_of(order, *event)),
        )
        .with("event", event.as_str())
        .with("version", order.version.to_string())
        .named(event.as_str())
    };
    let mut actions = Vec::new();
    for event in events {
        match event {
            // What is deposited is issued with its form.
            OrderEvent::Issue if order.handover == Handover::Deposited => {}
            OrderEvent::Issue if order.answers.number.is_asked_for() => {
                let text = Text::Key("console-order-issue-without-number");
                let without = act(event).with("without_number", "yes").named("issue-without-number");
                actions.extend([act(event), Action { text, ..without }]);
            }
            OrderEvent::Seal if !order.unconfirmed().is_empty() => {}
            OrderEvent::Sent if can_write_to_issuer(visit, order) => {
                let text = Text::Key("console-order-act-by-letter");
                let letter = act(event).with("by_letter", "yes").named("sent-by-letter");
                actions.extend([Action { text, ..letter }, act(event)]);
            }
            _ => actions.push(act(event)),
        }
    }
    actions
}

/// That nothing closes the documents here.
fn unsealed(visit: &Visit, order: &OrderView) -> Option<Block> {
    let is_unsealed = visit.site.orders.settings().seal.is_none() && !order.answers.is_sandbox;
    (order.state == OrderState::Countersign && is_unsealed).then(|| {
        let text = Text::Key("console-order-no-seal");
        Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None })
    })
}

/// Whose confirmation the seal waits for.
fn unconfirmed(order: &OrderView) -> Option<Block> {
    let names = order.unconfirmed();
    (order.state == OrderState::Countersign && !names.is_empty()).then(|| {
        let text = Text::with("console-order-unconfirmed", "names", names.join(", "));
        Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })
    })
}

/// How far the letter has come with which an order that is being sent goes to its issuer.
fn letter_of(order: &OrderView) -> Option<LetterState> {
    order.people.iter().find_map(|it| it.letter).filter(|_| order.state == OrderState::Sending)
}

fn letter_notice(order: &OrderView) -> Option<Block> {
    let (kind, key) = match letter_of(order)? {
        LetterState::Waiting => (NoticeKind::Info, "console-order-letter-waits"),
        LetterState::Failed => (NoticeKind::Warning, "console-order-letter-failed"),
    };
    let text = Text::with(key, "issuer", order.issuer.settings.name.clone());
    Some(Block::Notice(Notice { kind, text, action: None }))
}

/// Whether a letter of ours reaches the issuer, and none is on its way.
fn can_write_to_issuer(visit: &Visit, order: &OrderView) -> bool {
    let is_free = letter_of(order) != Some(LetterState::Waiting);
    visit.site.has_mail && !order.answers.is_sandbox && !order.issuer.settings.email.is_empty() && is_free
}

/// What the issuer gave, deposited on its behalf.
fn deposit_form(visit: &Visit, order: &OrderView) -> ConsoleForm {
    let client_id = ConsoleField::new(
        "client_id",
        Text::Key("console-source-client-id"),
        visit.form.get("client_id"),
        FieldKind::Identifier(255),
    );
    let secret =
        ConsoleField::new("secret", Text::Key("console-source-secret"), "", FieldKind::Secret(1_000));
    let mut fields =
        vec![client_id.required(), secret.required().with_help(Text::Key("console-order-deposit-help"))];
    if order.answers.number.is_asked_for() {
        let label = Text::Key("console-order-without-number");
        fields.push(ConsoleField::new("without_number", label, "", FieldKind::Checkbox));
    }
    ConsoleForm {
        action: format!("{}/{}deposit", base(visit, order.id), desk_path(order)),
        hidden: vec![("version".to_owned(), order.version.to_string())],
        fields,
        submit: Text::Key("console-order-deposit"),
        submit_id: "deposit",
        ..ConsoleForm::default()
    }
}

const fn lead_of(state: OrderState) -> &'static str {
    match state {
        OrderState::Review => "console-order-desk-review",
        OrderState::IdentityReview => "console-order-desk-identity",
        OrderState::Countersign => "console-order-desk-countersign",
        OrderState::Sending => "console-order-desk-sending",
        OrderState::AtIssuer => "console-order-desk-at-issuer",
        _ => "console-order-desk-other",
    }
}
