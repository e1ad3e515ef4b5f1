//! The documents of an order on screen: the same content as is set in the PDF.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{OrderEvent, OrderState};
use ordering::OrderView;
use pages::console::{
    Action, Block, Cell, ConsolePage, Fact, Notice, NoticeKind, Step, Table, TableRow, Text, Tone,
};

use super::place::{base, crumbs, found};
use crate::console::{answer::shown, visit::Visit};
/// `GET /t/{tenant}/orders/{order}/summary`
pub(in crate::console) async fn summary(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let mut blocks = document_blocks(&order);
    let submit = Action::act("console-order-submit", format!("{}/act", base(&visit, order.id)))
        .with("event", OrderEvent::Submit.as_str())
        .with("version", order.version.to_string())
        .named("submit");
    if order.state == OrderState::Draft && visit.offers(Permission::ManageOrders) {
        blocks.push(Block::Actions(vec![submit]));
    }
    let mut page = ConsolePage {
        heading: Text::Key("console-order-summary"),
        lead: Some(Text::Key("console-order-summary-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}

/// `GET /t/{tenant}/orders/{order}/documents`
pub(in crate::console) async fn documents(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let mut page = ConsolePage {
        heading: Text::Key("console-order-documents"),
        lead: Some(Text::Key("console-order-documents-lead")),
        blocks: document_blocks(&order),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}

/// The documents as they are read on screen: the same content as is set.
pub(super) fn document_blocks(order: &OrderView) -> Vec<Block> {
    use documents::DocumentBlock as D;
    let mut blocks = Vec::new();
    for it in order.documents() {
        let heading = Text::plain(it.document.title.clone());
        let lead = Some(Text::plain(it.document.subtitle.clone()));
        blocks.push(Block::Heading { id: it.kind, text: heading, lead });
        for block in it.document.blocks {
            blocks.push(match block {
                D::Heading(text) => Block::Heading { id: "", text: Text::plain(text), lead: None },
                D::Paragraph(text) => Block::Text(Text::plain(text)),
                D::Facts(facts) => Block::Facts(facts.into_iter().map(fact).collect()),
                D::List(points) => Block::Steps(points.into_iter().map(point).collect()),
                D::Table { head, rows } => Block::Table(Table {
                    id: "",
                    caption: Text::plain(it.document.title.clone()),
                    columns: head.into_iter().map(Text::plain).collect(),
                    rows: rows.into_iter().map(row).collect(),
                    ..Table::default()
                }),
                D::Note(text) => {
                    Block::Notice(Notice { kind: NoticeKind::Info, text: Text::plain(text), action: None })
                }
            });
        }
    }
    blocks
}

fn fact((label, value): (String, String)) -> Fact {
    Fact { label: Text::plain(label), ..Fact::new("console-order-name", Text::plain(value)) }
}

fn point(text: String) -> Step {
    Step {
        tone: Tone::Neutral,
        aside: Text::default(),
        text: Text::plain(text),
        details: Vec::new(),
        action: None,
    }
}

fn row(cells: Vec<String>) -> TableRow {
    TableRow { cells: cells.into_iter().map(|it| Cell::Text(Text::plain(it))).collect() }
}
