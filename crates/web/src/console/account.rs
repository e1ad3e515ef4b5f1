//! A member's own page: who they are here, and where they are signed in.

use axum::response::Response;
use console::{ConsoleSession, Refusal};
use model::SessionId;
use pages::console::{Action, Block, Cell, ConsolePage, Fact, Table, TableRow, Text};
use texts::Noun;

use super::{
    answer::{done, shown},
    visit::Visit,
    words,
};

/// `GET /account`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let session = visit.session()?;
    let sessions = visit.site.console.sessions_of(session, visit.now()).await?;
    let facts = vec![
        Fact::new("console-account-name", Text::plain(session.name.clone())),
        Fact::new("console-account-signed-in", words::ago(session.signed_in_at, visit.now())),
        Fact::new("console-account-until", words::ago(session.ends_at, visit.now())),
    ];
    let rows = sessions.iter().map(|it| row(&visit, session.id, it)).collect();
    let table = Table {
        id: "sessions",
        caption: Text::Key("console-account-sessions"),
        columns: [
            "console-session-browser",
            "console-session-since",
            "console-session-used",
            "console-column-actions",
        ]
        .map(Text::Key)
        .to_vec(),
        rows,
        ..Table::default()
    };
    let page = ConsolePage {
        heading: Text::Key("console-account-title"),
        blocks: vec![
            Block::Facts(facts),
            Block::Heading {
                id: "signed-in",
                text: Text::Key("console-account-sessions"),
                lead: Some(Text::Key("console-account-sessions-lead")),
            },
            Block::Table(table),
        ],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

fn row(visit: &Visit, own: SessionId, it: &ConsoleSession) -> TableRow {
    let last = if it.id == own {
        Cell::Text(Text::Key("console-session-this"))
    } else {
        let end = Action::act("console-session-end", format!("/account/sessions/{}/end", it.id));
        Cell::Actions(vec![end.dangerous()])
    };
    let cells = vec![
        Cell::Text(Text::plain(words::browser(&it.browser))),
        words::time(it.signed_in_at, visit.now()),
        words::time(it.used_at, visit.now()),
        last,
    ];
    TableRow { cells }
}

/// `POST /account/sessions/{session}/end`
pub(super) async fn end_session(visit: Visit) -> Result<Response, Refusal> {
    let id = SessionId::parse(visit.param("session")).map_err(|_| Refusal::NotFound(Noun::Session))?;
    visit.site.console.end_own_session(visit.session()?, id).await?;
    Ok(done("/account", "ended"))
}
