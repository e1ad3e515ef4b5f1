//! The operator's desk: which orders wait, and what is decided about each.

use axum::response::Response;
use console::Refusal;
use model::{Date, LinkId, working_days_between};
use pages::console::{Action, Block, Cell, ConsolePage, Notice, NoticeKind, Table, TableRow, Text};
use texts::Noun;

use super::{
    place::{crumbs, found},
    words::{state_chip, turn_word},
};
use crate::console::{answer::shown, visit::Visit};

/// `GET /desk`
pub(in crate::console) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let desk = visit.site.orders.desk(visit.installation_permit()?).await?;
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
        rows: desk.rows.iter().map(row).collect(),
        empty: Text::Key("console-desk-none"),
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-nav-desk"),
        lead: Some(Text::Key("console-desk-lead")),
        blocks: vec![
            Block::Table(table),
            Block::Actions(vec![Action::to("console-nav-issuers", "/issuers").named("issuers")]),
        ],
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
    let text = visit.site.orders.evidence(visit.permit()?, person, visit.now()).await?;
    let blocks = vec![Block::Code { label: Text::Key("console-order-evidence"), text, id: "evidence" }];
    let mut page =
        ConsolePage { heading: Text::Key("console-order-evidence"), blocks, ..ConsolePage::default() };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}
