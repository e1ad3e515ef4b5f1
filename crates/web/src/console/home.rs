//! The way in for who is signed in, and the overview of a tenant.

use axum::response::Response;
use console::{Permission, Refusal, SessionKind};
use model::{Environment, LoginMethod};
use pages::console::{Action, Block, ConsolePage, Notice, NoticeKind, Step, Text, Tone};

use super::{
    answer::{shown, sign_in_first},
    sources,
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
    let done = if word.is_empty() { String::new() } else { format!("?done={}", super::tenants::query(word)) };
    if session.is_operator() {
        return Ok(see_other(&format!("/tenants{done}")));
    }
    match session.tenants().as_slice() {
        [] => Ok(waiting(&visit)),
        [only] => Ok(see_other(&format!("/t/{only}{done}"))),
        _ => Ok(see_other(&format!("/tenants{done}"))),
    }
}

/// Nothing is permitted yet: the role waits for its confirmation.
fn waiting(visit: &Visit) -> Response {
    let text = Text::Key("console-waiting");
    let page = ConsolePage {
        heading: Text::Key("console-waiting-title"),
        blocks: vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })],
        is_bare: true,
        ..ConsolePage::default()
    };
    shown(visit, page)
}

/// `GET /t/{tenant}`
pub(super) async fn overview(visit: Visit) -> Result<Response, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let all = visit.site.console.domains(&reading, None).await?;
    let mut steps = Vec::new();
    for domain in &all {
        let found = visit.site.console.identity_sources(&reading, domain.id).await?;
        for eid in LoginMethod::eids() {
            let chip = sources::state(found.iter().find(|it| it.eid == eid));
            let href = visit.tenant_href(&format!(
                "/{}/identity-sources/{}/{}",
                domain.environment.as_str(),
                domain.id,
                eid.as_str()
            ));
            steps.push(Step {
                tone: chip.tone,
                aside: Text::Key(super::words::environment(domain.environment)),
                text: Text::With("console-overview-eid", vec![("eid", eid.name_in(visit.locale)), ("host", domain.host.clone())]),
                details: vec![chip.text],
                action: Some(Action::to("console-source-open", href)),
            });
        }
    }
    let mut blocks = Vec::new();
    if steps.is_empty() {
        let text = Text::Key("console-no-domain");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
    }
    blocks.push(Block::Steps(steps));
    let page = ConsolePage {
        heading: Text::plain(visit.tenant()?.name.clone()),
        lead: Some(Text::Key("console-overview-lead")),
        blocks,
        ..ConsolePage::default()
    };
    let _ = (Environment::Test, Tone::Good);
    Ok(shown(&visit, page))
}
