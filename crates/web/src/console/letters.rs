//! Letters that wait or could not be sent, for operators.

use axum::response::Response;
use console::{ListedLetter, Refusal};
use model::LetterId;
use pages::console::{Action, Block, Cell, ConsolePage, Table, TableRow, Text, Tone};
use texts::Noun;

use super::{
    answer::{done, shown},
    visit::Visit,
    words,
};

fn kind(word: &str) -> Text {
    match word {
        "invitation" => Text::Key("console-letter-invitation"),
        "recovery_made" => Text::Key("console-letter-recovery-made"),
        "recovery_used" => Text::Key("console-letter-recovery"),
        "order_person" => Text::Key("console-letter-order-person"),
        "order_news" => Text::Key("console-letter-order-news"),
        "test" => Text::Key("console-letter-test"),
        other => Text::plain(other),
    }
}

fn row(visit: &Visit, it: &ListedLetter) -> TableRow {
    let chip = match (it.sent_at, it.stuck_at) {
        (Some(_), _) => words::chip(Tone::Good, "console-letter-sent"),
        (None, Some(_)) => words::chip(Tone::Bad, "console-letter-stuck"),
        (None, None) => words::chip(Tone::Attention, "console-letter-waiting"),
    };
    let href = |what: &str| format!("/letters/{}/{what}", it.id);
    let mut actions = Vec::new();
    if it.stuck_at.is_some() {
        actions.push(Action::act("console-letter-retry", href("retry")));
    }
    if it.sent_at.is_none() {
        actions.push(Action::act("console-letter-discard", href("discard")).dangerous());
    }
    TableRow {
        cells: vec![
            words::time(it.created_at, visit.now()),
            Cell::Text(kind(&it.kind)),
            Cell::Chip(chip),
            Cell::Text(Text::plain(it.last_error.clone().unwrap_or_else(|| "–".to_owned()))),
            Cell::Actions(actions),
        ],
    }
}

/// `GET /letters`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let before = LetterId::parse(visit.query.get("before")).ok();
    let letters = visit.site.console.letters(visit.installation_permit()?, false, before).await?;
    let table = Table {
        id: "letters",
        caption: Text::Key("console-letters-title"),
        columns: [
            "console-column-time",
            "console-column-what",
            "console-column-state",
            "console-column-why",
            "console-column-actions",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: letters.iter().take(200).map(|it| row(&visit, it)).collect(),
        empty: Text::Key("console-letters-none"),
        ..Table::default()
    };
    let lead = if visit.site.has_mail { "console-letters-lead" } else { "console-letters-no-mail" };
    let page = ConsolePage {
        heading: Text::Key("console-letters-title"),
        lead: Some(Text::Key(lead)),
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

fn letter(visit: &Visit) -> Result<LetterId, Refusal> {
    LetterId::parse(visit.param("letter")).map_err(|_| Refusal::NotFound(Noun::Letter))
}

/// `POST /letters/{letter}/retry`
pub(super) async fn retry(visit: Visit) -> Result<Response, Refusal> {
    visit.site.console.retry_letter(visit.installation_permit()?, letter(&visit)?, visit.now()).await?;
    Ok(done("/letters", "retried"))
}

/// `POST /letters/{letter}/discard`
pub(super) async fn discard(visit: Visit) -> Result<Response, Refusal> {
    visit.site.console.discard_letter(visit.installation_permit()?, letter(&visit)?, visit.now()).await?;
    Ok(done("/letters", "letter-discarded"))
}
