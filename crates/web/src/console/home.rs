//! The way in for who is signed in.

use axum::response::Response;
use console::{Refusal, SessionKind};
use pages::console::{Block, ConsolePage, Notice, NoticeKind, Text};

use super::{
    account,
    answer::{shown, sign_in_first},
    visit::Visit,
};
use crate::respond::page::see_other;

/// `GET /`
pub(super) async fn home(visit: Visit) -> Result<Response, Refusal> {
    let Some(session) = &visit.session else { return Ok(sign_in_first(&visit)) };
    if session.kind != SessionKind::Member {
        return Ok(see_other("/setup"));
    }
    let word = visit.query.get("done");
    let done =
        if word.is_empty() { String::new() } else { format!("?done={}", super::answer::percent(word)) };
    if session.is_operator() {
        return Ok(see_other(&format!("/tenants{done}")));
    }
    match session.tenants().as_slice() {
        [] => waiting(&visit).await,
        [only] => Ok(see_other(&format!("/t/{only}{done}"))),
        _ => Ok(see_other(&format!("/tenants{done}"))),
    }
}

/// Nothing is permitted yet: the role waits for its confirmation.
async fn waiting(visit: &Visit) -> Result<Response, Refusal> {
    let text = Text::Key("console-waiting");
    let mut blocks = vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })];
    blocks.extend(account::waiting_roles(visit).await?);
    let page = ConsolePage {
        heading: Text::Key("console-waiting-title"),
        blocks,
        is_bare: true,
        ..ConsolePage::default()
    };
    Ok(shown(visit, page))
}
