//! What operators write in the documents of orders: its versions, and what a document looks like with it.

use axum::response::Response;
use console::Refusal;
use model::{TemplateKind, TemplateLanguage};
use ordering::TemplateView;
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, FieldKind, Notice, NoticeKind, Table,
    TableRow, Text, Tone,
};
use texts::Noun;

use super::{documents::blocks_of, words::file_word};
use crate::console::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    visit::Visit,
    words,
};

/// The text of the path, as it counts now.
async fn asked(visit: &Visit) -> Result<TemplateView, Refusal> {
    let kind = TemplateKind::parse(visit.param("kind"));
    let language = TemplateLanguage::parse(visit.param("language"));
    let place = kind.zip(language).ok_or(Refusal::NotFound(Noun::Object))?;
    visit.site.orders.template(&visit.reading_installation()?, place, None).await
}

const fn language_word(language: TemplateLanguage) -> &'static str {
    match language {
        TemplateLanguage::Nb => "console-template-nb",
        TemplateLanguage::En => "console-template-en",
    }
}

fn place(it: &TemplateView) -> String {
    format!("/templates/{}/{}", it.kind.as_str(), it.language.as_str())
}

fn version(number: i64) -> Text {
    Text::with("console-template-version", "version", number.to_string())
}

/// `GET /templates`
pub(in crate::console) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let found = visit.site.orders.templates(&visit.reading_installation()?).await?;
    let row = |it: &TemplateView| {
        let name = Cell::Link { text: Text::Key(file_word(it.kind.as_str())), href: place(it) };
        let state = match it.version {
            0 => Cell::Chip(words::chip(Tone::Neutral, "console-template-sample")),
            number => Cell::Text(version(number)),
        };
        let since = it.created_at.map_or(Cell::Text(Text::plain("–")), |at| words::time(at, visit.now()));
        let by = if it.made_by.is_empty() { "–" } else { &it.made_by };
        let language = Cell::Text(Text::Key(language_word(it.language)));
        TableRow { cells: vec![name, language, state, Cell::Text(Text::plain(by)), since] }
    };
    let table = Table {
        id: "templates",
        caption: Text::Key("console-nav-templates"),
        columns: [
            "console-order-file",
            "console-template-language",
            "console-column-state",
            "console-column-who",
            "console-column-time",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: found.iter().map(row).collect(),
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-nav-templates"),
        lead: Some(Text::Key("console-templates-lead")),
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    page.frame.crumbs = vec![Crumb { label: Text::Key("console-nav-desk"), href: "/desk".to_owned() }];
    Ok(shown(&visit, page))
}

/// The form with what is in it, and the document with that; or with what counts now, where that cannot be a text.
fn form_page(visit: &Visit, of: &TemplateView, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let typed = visit.form.is_there("body").then(|| visit.form.get("body"));
    let field = ConsoleField::new(
        "body",
        Text::Key("console-template-body"),
        typed.unwrap_or(&of.body),
        FieldKind::Lines(14),
    )
    .with_help(Text::Key("console-template-body-help"))
    .required()
    .wrong(wrong(visit, refusal, "body"));
    let form = ConsoleForm {
        action: format!("{}/preview", place(of)),
        hidden: vec![("version".to_owned(), of.version.to_string())],
        fields: vec![field],
        submit: Text::Key("console-template-preview"),
        submit_id: "preview",
        cancel_href: Some("/templates".to_owned()),
        error: wrong_form(visit, refusal, &["body"]),
        ..ConsoleForm::default()
    };
    let mut blocks = Vec::new();
    if of.version == 0 {
        let text = Text::Key("console-template-is-sample");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
    }
    blocks.push(Block::Form(form));
    blocks.extend(preview(visit, of, typed.filter(|_| refusal.is_none()))?);
    let lead = if of.version == 0 { Text::Key("console-template-sample") } else { version(of.version) };
    let mut page = ConsolePage {
        heading: Text::Key(file_word(of.kind.as_str())),
        lead: Some(lead),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs =
        vec![Crumb { label: Text::Key("console-nav-templates"), href: "/templates".to_owned() }];
    Ok(page)
}

/// The document for an example company; with what was typed, together with the act that makes it count.
fn preview(visit: &Visit, of: &TemplateView, typed: Option<&str>) -> Result<Vec<Block>, Refusal> {
    let lead = Some(Text::Key(language_word(of.language)));
    let text = Text::Key(if typed.is_some() { "console-template-new" } else { "console-template-now" });
    let mut blocks = vec![Block::Heading { id: "preview", text, lead }];
    if let Some(typed) = typed {
        let act = Action::act("console-template-use", place(of))
            .with("version", visit.form.get("version"))
            .with("body", typed)
            .named("use");
        blocks.push(Block::Actions(vec![act]));
    }
    blocks.extend(blocks_of(of.preview(typed)?));
    Ok(blocks)
}

/// `GET /templates/{kind}/{language}`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let of = asked(&visit).await?;
    Ok(shown(&visit, form_page(&visit, &of, None)?))
}

fn refused(visit: &Visit, of: &TemplateView, refusal: &Refusal) -> Result<Response, Refusal> {
    Ok(refused_form(visit, refusal, form_page(visit, of, Some(refusal))?))
}

/// `POST /templates/{kind}/{language}/preview`: writes nothing.
pub(in crate::console) async fn look(visit: Visit) -> Result<Response, Refusal> {
    let of = asked(&visit).await?;
    match of.preview(Some(visit.form.get("body"))) {
        Ok(_) => Ok(shown(&visit, form_page(&visit, &of, None)?)),
        Err(refusal) => refused(&visit, &of, &refusal),
    }
}

/// `POST /templates/{kind}/{language}`
pub(in crate::console) async fn save(visit: Visit) -> Result<Response, Refusal> {
    let of = asked(&visit).await?;
    let seen = TemplateView { version: visit.form.get("version").parse().unwrap_or(-1), ..of.clone() };
    let permit = visit.installation_permit()?;
    match visit.site.orders.set_template(permit, &seen, visit.form.get("body"), visit.now()).await {
        Ok(_) => Ok(done("/templates", "template-set")),
        Err(refusal) => refused(&visit, &of, &refusal),
    }
}
