//! The mailbox of a sandbox order: what would be sent of a real one.

use axum::response::Response;
use console::{Permission, Refusal};
use ordering::{KeptMessage, MessageKind, OrderView};
use pages::console::{Action, Block, Cell, ConsolePage, Table, TableRow, Text};

use super::{
    place::{base, crumbs, found, sandbox_notice},
    words::part_word,
};
use crate::console::{answer::shown, visit::Visit};

/// The way to the mailbox, for those who may open it.
pub(super) fn way_there(visit: &Visit, order: &OrderView) -> Option<Block> {
    let is_there = order.answers.is_sandbox && visit.offers(Permission::ManageOrders);
    let href = format!("{}/mailbox", base(visit, order.id));
    is_there
        .then(|| Block::Actions(vec![Action::to("console-order-mailbox-open", href).named("open-mailbox")]))
}

const fn about(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Person(part) => part_word(part),
        MessageKind::Colleague => "console-order-mailbox-colleague",
        MessageKind::PhoneCode => "console-order-mailbox-code",
    }
}

fn row(visit: &Visit, it: &KeptMessage) -> TableRow {
    let content = match it.path.as_str() {
        "" => Cell::Text(Text::code(it.code.clone())),
        path => {
            Cell::Link { text: Text::plain(format!("{}{path}", visit.site.origin())), href: path.to_owned() }
        }
    };
    let to = Cell::Text(Text::plain(it.to.clone()));
    TableRow { cells: vec![to, Cell::Text(Text::Key(about(it.kind))), content] }
}

/// `GET /t/{tenant}/orders/{order}/mailbox`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let all = visit.site.orders.mailbox(visit.permit()?, order.id, visit.now()).await?;
    let columns =
        ["console-order-mailbox-to", "console-order-mailbox-about", "console-order-mailbox-content"];
    let table = Table {
        id: "mailbox",
        caption: Text::Key("console-order-mailbox"),
        columns: columns.map(Text::Key).to_vec(),
        rows: all.iter().map(|it| row(&visit, it)).collect(),
        empty: Text::Key("console-order-mailbox-none"),
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-order-mailbox"),
        lead: Some(Text::Key("console-order-mailbox-lead")),
        blocks: sandbox_notice(&order.answers).into_iter().chain([Block::Table(table)]).collect(),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}
