//! The operator's desk: which orders wait, and what is decided about each.

use axum::response::Response;
use console::{ListOrder, Refusal};
use model::{Date, LinkId, LoginMethod, OrderTurn, working_days_between};
use ordering::OrderSummary;
use pages::console::{
    Action, Block, Cell, Chip, ConsolePage, FieldOption, Notice, NoticeKind, Table, TableRow, Text, Tone,
};
use texts::Noun;

use super::{
    documents::attachment,
    place::{company_in_list, found},
    words::{state_chip, turn_word},
};
use crate::console::{
    answer::shown,
    list::{List, ListFilter, SortColumn},
    visit::Visit,
};

/// What the work list can be ordered by.
#[derive(Clone, Copy, PartialEq)]
enum DeskColumn {
    Company,
    Tenant,
    Waiting,
}

const SORTS: [SortColumn<DeskColumn>; 3] = [
    SortColumn { at: 0, word: "company", by: DeskColumn::Company, is_time: false },
    SortColumn { at: 1, word: "tenant", by: DeskColumn::Tenant, is_time: false },
    SortColumn { at: 5, word: "waiting", by: DeskColumn::Waiting, is_time: false },
];

/// Those first that wait longest.
const LONGEST_FIRST: ListOrder<DeskColumn> = ListOrder { by: DeskColumn::Waiting, is_descending: false };

/// After so many working days an order is looked at, where nothing says how long it may take.
const SOON: u32 = 3;
const LATE: u32 = 10;

/// How long an order has waited, in working days, and whether that is long.
fn age(visit: &Visit, order: &OrderSummary) -> Cell {
    let days = working_days_between(Date::in_norway(order.since), Date::in_norway(visit.now()));
    let tone = match days {
        _ if order.state.turn() == OrderTurn::Nobody => Tone::Neutral,
        0..SOON => Tone::Good,
        SOON..LATE => Tone::Attention,
        _ => Tone::Bad,
    };
    Cell::Chip(Chip { tone, text: Text::with("console-order-days", "count", days.to_string()) })
}

fn filters(visit: &Visit) -> Vec<ListFilter> {
    let turns = OrderTurn::ALL.iter().filter(|it| **it != OrderTurn::Nobody);
    let turns = turns.map(|it| FieldOption::new(it.as_str(), Text::Key(turn_word(*it)))).collect();
    let eids = [LoginMethod::NO_BANKID, LoginMethod::NO_VIPPS];
    let eids = eids.map(|it| FieldOption::new(it.as_str(), Text::plain(it.name_in(visit.locale)))).to_vec();
    vec![
        ListFilter::asked(visit, ("turn", "console-order-turn"), turns),
        ListFilter::asked(visit, ("eid", "console-column-eid"), eids),
    ]
}

fn row(visit: &Visit, it: &ordering::DeskRow) -> TableRow {
    TableRow {
        cells: vec![
            Cell::Link {
                text: company_in_list(&it.order),
                href: format!("/t/{}/orders/{}", it.order.tenant, it.order.id),
            },
            Cell::Text(Text::plain(it.tenant_name.clone())),
            Cell::Text(Text::plain(it.order.eid.name_in(visit.locale))),
            Cell::Chip(state_chip(it.order.state)),
            Cell::Text(Text::Key(turn_word(it.order.state.turn()))),
            age(visit, &it.order),
        ],
    }
}

/// What operators keep beside orders.
fn registers() -> Block {
    Block::Actions(vec![
        Action::to("console-nav-issuers", "/issuers").named("issuers"),
        Action::to("console-nav-templates", "/templates").named("templates"),
    ])
}

/// `GET /desk`
pub(in crate::console) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let mut desk = visit.site.orders.desk(visit.installation_permit()?).await?;
    let list = List::asked(&visit, "/desk".to_owned(), &SORTS, LONGEST_FIRST).filtered(filters(&visit));
    let query = list.query(());
    let wanted = query.search.to_lowercase();
    desk.rows.retain(|it| {
        let names = [it.order.company.to_lowercase(), it.tenant_name.to_lowercase()];
        let is_found = wanted.is_empty() || names.iter().any(|name| name.contains(&wanted));
        let is_turn = list.chosen("turn").is_none_or(|turn| it.order.state.turn().as_str() == turn);
        is_found && is_turn && list.chosen("eid").is_none_or(|eid| it.order.eid.as_str() == eid)
    });
    let found = query.cut(std::mem::take(&mut desk.rows), |it| match query.order.by {
        DeskColumn::Company => Some(it.order.company.clone()),
        DeskColumn::Tenant => Some(it.tenant_name.clone()),
        // They come in this order.
        DeskColumn::Waiting => None,
    });
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
        sorts: list.sorts(),
        rows: found.rows.iter().map(|it| row(&visit, it)).collect(),
        empty: Text::Key(if list.is_searched() { "console-none-found" } else { "console-desk-none" }),
        pager: list.pager(&found, "console-desk-count"),
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-nav-desk"),
        lead: Some(Text::Key("console-desk-lead")),
        blocks: vec![Block::Table(table), registers()],
        ..ConsolePage::default()
    };
    if visit.site.orders.settings().seal.is_none() {
        let text = Text::Key("console-order-no-seal");
        page.blocks.insert(0, Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }));
    }
    if visit.site.orders.settings().four_eyes && desk.operators < 2 {
        let text = Text::Key("console-desk-one-operator");
        page.blocks.insert(0, Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }));
    }
    if desk.unreadable > 0 {
        let text = Text::with("console-desk-unreadable", "count", desk.unreadable.to_string());
        page.blocks.insert(0, Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }));
    }
    Ok(shown(&visit, page))
}

/// `GET /t/{tenant}/orders/{order}/evidence/{person}`: what an eID signed when somebody approved, for a dispute.
pub(in crate::console) async fn evidence(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let person = LinkId::parse(visit.param("person")).map_err(|_| Refusal::NotFound(Noun::OrderPerson))?;
    let text = visit.site.orders.evidence(visit.permit()?, (order.id, person), visit.now()).await?;
    let name = format!("order-{}-evidence-{person}.json", order.id);
    Ok(attachment(("application/json", name), text.into_bytes()))
}
