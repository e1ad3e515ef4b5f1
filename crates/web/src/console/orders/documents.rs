//! The documents of an order on screen: the same content as is set in the PDF.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use console::Refusal;
use model::{Environment, OrderId};
use ordering::{ClientFacts, Composed, DocumentChange, OrderFile, OrderView};
use pages::console::{Block, Cell, ConsolePage, Fact, Notice, NoticeKind, Table, TableRow, Text};

use texts::Noun;

use super::{
    place::{base, crumbs, found, source_place},
    words::file_word,
};
use crate::{
    console::{answer::shown, visit::Visit, words},
    respond::page::answer,
};
/// `GET /t/{tenant}/orders/{order}/documents`
pub(in crate::console) async fn documents(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let place = source_place(&visit, &order).await?;
    let callback = place.callback();
    let is_production = place.domain.environment == Environment::Production;
    let mut blocks = file_blocks(&visit, &order);
    blocks.extend(change_blocks(&order));
    blocks.extend(document_blocks(&order));
    blocks.extend(blocks_of(order.technical_sheet(ClientFacts { callback: &callback, is_production })));
    blocks.extend(key_blocks(&order));
    let mut page = ConsolePage {
        heading: Text::Key("console-order-documents"),
        lead: Some(Text::Key("console-order-documents-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}

/// What stands in the documents otherwise than in the version before.
pub(super) fn change_blocks(order: &OrderView) -> Vec<Block> {
    if order.changes.is_empty() {
        return Vec::new();
    }
    let shown = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let fact = |it: &DocumentChange| {
        let text = Text::plain(format!("{} → {}", shown(&it.before), shown(&it.now)));
        Fact { label: Text::plain(it.label.clone()), ..Fact::new("console-order-changes", text) }
    };
    let (text, lead) = (Text::Key("console-order-changes"), Some(Text::Key("console-order-changes-lead")));
    vec![Block::Heading { id: "changes", text, lead }, Block::Facts(order.changes.iter().map(fact).collect())]
}

pub(super) fn attachment((content_type, name): (&'static str, String), content: Vec<u8>) -> Response {
    let mut response = answer(StatusCode::OK, content);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    headers.insert(
        header::CONTENT_DISPOSITION,
        disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment")),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'; script-src 'self'"),
    );
    response
}

/// `GET /t/{tenant}/orders/{order}/files/{kind}`: a document that was closed.
pub(in crate::console) async fn file(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let known = order.files.iter().find(|it| it.kind == visit.param("kind"));
    let kind = known.ok_or(Refusal::NotFound(Noun::Object))?.kind.as_str();
    let content = visit.site.orders.document(visit.permit()?, (&order, kind)).await?;
    let (content_type, ending) =
        if kind == "registry" { ("application/json", "json") } else { ("application/pdf", "pdf") };
    Ok(attachment((content_type, format!("order-{}-{kind}.{ending}", order.id)), content))
}

/// `POST /t/{tenant}/orders/{order}/dossier`: everything that goes to the issuer; that it was taken is written down.
pub(in crate::console) async fn dossier(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let archive = visit.site.orders.dossier(visit.permit()?, &order, visit.now()).await?;
    Ok(self::archive(order.id, archive))
}

/// Everything that goes to the issuer, as a file.
pub(super) fn archive(order: OrderId, content: Vec<u8>) -> Response {
    attachment(("application/zip", format!("order-{order}.zip")), content)
}

/// The documents that were closed, to be fetched.
pub(super) fn file_blocks(visit: &Visit, order: &OrderView) -> Vec<Block> {
    if order.files.is_empty() {
        return Vec::new();
    }
    let row = |it: &OrderFile| TableRow {
        cells: vec![
            Cell::Link {
                text: Text::Key(file_word(&it.kind)),
                href: format!("{}/files/{}", base(visit, order.id), it.kind),
            },
            Cell::Text(Text::code(it.digest.clone())),
            words::time(it.created_at, visit.now()),
        ],
    };
    let table = Table {
        id: "files",
        caption: Text::Key("console-order-files"),
        columns: ["console-order-file", "console-order-file-digest", "console-column-time"]
            .map(Text::Key)
            .to_vec(),
        rows: order.files.iter().map(row).collect(),
        ..Table::default()
    };
    vec![Block::Table(table)]
}

/// The documents as they are read on screen: the same content as is set.
pub(super) fn document_blocks(order: &OrderView) -> Vec<Block> {
    order.documents().into_iter().flat_map(blocks_of).collect()
}

/// A document as it is read on screen.
pub(super) fn blocks_of(it: Composed) -> Vec<Block> {
    use documents::{DocumentBlock as D, DocumentLanguage};
    let title = it.document.title;
    let lead = Some(Text::plain(it.document.subtitle));
    let heading = Block::Heading { id: it.kind, text: Text::plain(title.clone()), lead };
    let block = |block| match block {
        D::Heading(text) => Block::Heading { id: "", text: Text::plain(text), lead: None },
        D::Paragraph(text) => Block::Text(Text::plain(text)),
        D::Facts(facts) => Block::Facts(facts.into_iter().map(fact).collect()),
        D::List(points) => Block::Points(points.into_iter().map(Text::plain).collect()),
        D::Table { head, rows } => Block::Table(Table {
            id: "",
            caption: Text::plain(title.clone()),
            columns: head.into_iter().map(Text::plain).collect(),
            rows: rows.into_iter().map(row).collect(),
            ..Table::default()
        }),
        D::Note(text) => {
            Block::Notice(Notice { kind: NoticeKind::Info, text: Text::plain(text), action: None })
        }
    };
    let language = match it.document.language {
        DocumentLanguage::Nb => "nb",
        DocumentLanguage::En => "en",
    };
    let blocks = [heading].into_iter().chain(it.document.blocks.into_iter().map(block)).collect();
    vec![Block::Document { language, blocks }]
}

/// The public half of the key pair that was made for the order.
pub(super) fn key_blocks(order: &OrderView) -> Vec<Block> {
    let Some(key) = &order.public_key else { return Vec::new() };
    let text = serde_json::to_string_pretty(key).unwrap_or_default();
    vec![Block::Code { label: Text::Key("console-source-jwks"), text, id: "order-jwks" }]
}

fn fact((label, value): (String, String)) -> Fact {
    Fact { label: Text::plain(label), ..Fact::new("console-order-name", Text::plain(value)) }
}

fn row(cells: Vec<String>) -> TableRow {
    TableRow { cells: cells.into_iter().map(|it| Cell::Text(Text::plain(it))).collect() }
}
