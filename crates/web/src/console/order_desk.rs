//! The operator's desk: which orders wait, and what is decided about each.

use axum::response::Response;
use console::Refusal;
use model::{Date, LinkId, OrderEvent, OrderState, working_days_between};
use ordering::{IdentityDecision, OrderVersion, OrderView, PersonState};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, FieldOption, Table,
    TableRow, Text,
};
use texts::Noun;

use super::{
    answer::{done, refused_form, shown},
    order_words::{state_chip, turn_word},
    orders::{acted, base, event_word_of_act, found, note_form, page_of},
    visit::Visit,
};

/// `GET /desk`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let rows = visit.site.orders.desk(visit.installation_permit()?).await?;
    let today = Date::in_norway(visit.now());
    let row = |it: &ordering::DeskRow| {
        let days = working_days_between(Date::in_norway(it.order.since), today);
        TableRow {
            cells: vec![
                Cell::Link {
                    text: Text::plain(it.order.company.clone()),
                    href: format!("/t/{}/orders/{}", it.order.tenant, it.order.id),
                },
                Cell::Text(Text::plain(it.tenant_name.clone())),
                Cell::Text(Text::plain(it.order.eid.name_in(visit.locale))),
                Cell::Chip(state_chip(it.order.state)),
                Cell::Text(Text::Key(turn_word(it.order.state.turn()))),
                Cell::Text(Text::with("console-order-days", "count", days.to_string())),
            ],
        }
    };
    let table = Table {
        id: "desk",
        caption: Text::Key("console-nav-desk"),
        columns: [
            "console-order-section-company",
            "console-column-tenant",
            "console-column-eid",
            "console-column-state",
            "console-order-turn",
            "console-order-age",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: rows.iter().map(row).collect(),
        empty: Text::Key("console-desk-none"),
        ..Table::default()
    };
    let page = ConsolePage {
        heading: Text::Key("console-nav-desk"),
        lead: Some(Text::Key("console-desk-lead")),
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

/// What the operator can do in a state: without a note, and with one.
const fn events_of(state: OrderState) -> (&'static [OrderEvent], &'static [OrderEvent]) {
    use OrderEvent as E;
    use OrderState as S;
    match state {
        S::Review => (&[E::Accept], &[E::Return, E::Reject]),
        S::Countersign => (&[E::Seal], &[E::Return]),
        S::Sending => (&[E::Sent], &[]),
        S::AtIssuer => (&[E::Issue, E::Acknowledge], &[E::Ask, E::Reject]),
        S::VippsProcessing => (&[], &[E::Reject]),
        S::Withdrawing => (&[E::ConfirmWithdrawn], &[]),
        S::OnHold => (&[E::Resume], &[]),
        _ => (&[], &[]),
    }
}

fn identity_block(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let mut blocks = Vec::new();
    for it in order.people.iter().filter(|it| it.state == PersonState::InReview) {
        let both = |named: &str, proved: &str| Text::plain(format!("{named} ↔ {proved}"));
        blocks.push(Block::Facts(vec![
            Fact::new("console-order-identity-name", both(&it.contact.name, &it.proved_name)),
            Fact::new("console-order-identity-born", both(&it.contact.birth_date, &it.proved_birth_date)),
        ]));
        let options = vec![
            FieldOption::new("accept", Text::Key("console-order-identity-accept")),
            FieldOption::new("refuse", Text::Key("console-order-identity-refuse")),
        ];
        blocks.push(Block::Form(ConsoleForm {
            action: format!("{}/identity", base(visit, order.id)),
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

/// What the operator can do with an order now.
pub(super) fn acts(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let (plain, noted) = events_of(order.state);
    let mut blocks = Vec::new();
    if order.state == OrderState::IdentityReview {
        blocks.extend(identity_block(visit, order));
    }
    if plain.is_empty() && noted.is_empty() && blocks.is_empty() {
        return blocks;
    }
    let heading = Block::Heading {
        id: "desk",
        text: Text::Key("console-order-desk"),
        lead: Some(Text::Key(lead_of(order.state))),
    };
    blocks.insert(0, heading);
    let act = |event: &OrderEvent| {
        Action::act(event_word_of_act(*event), format!("{}/desk", base(visit, order.id)))
            .with("event", event.as_str())
            .with("version", order.version.to_string())
            .named(event.as_str())
    };
    if !plain.is_empty() {
        blocks.push(Block::Actions(plain.iter().map(act).collect()));
    }
    for event in noted {
        let form = Block::Form(note_form(visit, order, *event, "desk"));
        blocks.push(Block::More { label: Text::Key(event_word_of_act(*event)), blocks: vec![form] });
    }
    blocks
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

/// `POST /t/{tenant}/orders/{order}/desk`
pub(super) async fn act(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    answered(&visit, &order, acted(&visit, &order).await).await
}

async fn answered(
    visit: &Visit,
    order: &OrderView,
    outcome: Result<(), Refusal>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(()) => Ok(done(&base(visit, order.id), "order-moved")),
        Err(refusal) => {
            let page = page_of(visit, &found(visit).await?, Some(&refusal));
            Ok(refused_form(visit, &refusal, page))
        }
    }
}

/// `POST /t/{tenant}/orders/{order}/identity`
pub(super) async fn decide_identity(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let decided = async {
        let missing = || Refusal::NotFound(Noun::OrderPerson);
        let person = LinkId::parse(visit.form.get("person")).map_err(|_| missing())?;
        let seen =
            OrderVersion { id: order.id, version: visit.form.get("version").parse().unwrap_or_default() };
        let decision = IdentityDecision {
            person,
            accept: visit.form.get("decision") == "accept",
            reason: visit.form.get("note"),
        };
        visit.site.orders.decide_identity(visit.permit()?, seen, decision, visit.now()).await.map(drop)
    };
    let outcome = decided.await;
    answered(&visit, &order, outcome).await
}

/// `GET /t/{tenant}/orders/{order}/evidence/{person}`: what an eID signed when somebody approved, for a dispute.
pub(super) async fn evidence(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let person = LinkId::parse(visit.param("person")).map_err(|_| Refusal::NotFound(Noun::OrderPerson))?;
    let text = visit.site.orders.evidence(visit.permit()?, person, visit.now()).await?;
    let blocks = vec![Block::Code { label: Text::Key("console-order-evidence"), text, id: "evidence" }];
    let mut page =
        ConsolePage { heading: Text::Key("console-order-evidence"), blocks, ..ConsolePage::default() };
    page.frame.crumbs = super::orders::crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}
