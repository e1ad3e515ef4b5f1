//! Links that lead in: an invitation, and those that are made on the host. Opening one does nothing; a button goes on.

use axum::response::Response;
use console::{AskingBrowser, InvitationView, Purpose, Refusal, SessionKind};
use model::{INSTALLATION, LinkId};
use pages::console::{Action, Block, ConsolePage, Fact, Text};

use super::{
    answer::{shown, with_session},
    pending::{begun_by_form, no_such_link, over},
    setup,
    visit::Visit,
    words,
};
use crate::respond::page::see_other;

fn bare(heading: Text, lead: Text, blocks: Vec<Block>) -> ConsolePage {
    ConsolePage { heading, lead: Some(lead), blocks, is_bare: true, ..ConsolePage::default() }
}

async fn found(visit: &Visit) -> Result<(LinkId, InvitationView), Refusal> {
    let id = LinkId::parse(visit.param("id")).map_err(|_| no_such_link())?;
    let view = visit.site.console.invitation_of_link(id, visit.param("code"), visit.now()).await?;
    Ok((id, view))
}

/// `GET /invitation/{id}/{code}`
pub(super) async fn invitation(visit: Visit) -> Result<Response, Refusal> {
    let (_, view) = match found(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let heading = if view.tenant == INSTALLATION {
        Text::Key("console-invitation-title-operator")
    } else {
        Text::with("console-invitation-title", "tenant", view.tenant_name.clone())
    };
    let roles = view.roles.iter().map(|it| Text::Key(words::role(*it))).collect();
    let facts = vec![
        Fact::new("console-invitation-from", Text::plain(view.inviter_name.clone())),
        Fact { values: roles, ..Fact::new("console-invitation-roles", Text::default()) },
        Fact::new("console-invitation-until", words::ago(view.expires_at, visit.now())),
    ];
    let address = Fact::new("console-invitation-address", Text::Key("console-invitation-address-kept"))
        .with_help(Text::Key("console-invitation-address-help"));
    let facts = facts.into_iter().chain(view.has_address.then_some(address)).collect();
    let accept = Action::act("console-invitation-accept", visit.path.clone()).named("accept");
    let blocks = vec![Block::Facts(facts), Block::Actions(vec![accept])];
    Ok(shown(&visit, bare(heading, Text::Key("console-invitation-lead"), blocks)))
}

/// `POST /invitation/{id}/{code}`: binds the link to this browser; it is spent by the sign-in that follows.
pub(super) async fn accept_invitation(visit: Visit) -> Result<Response, Refusal> {
    match found(&visit).await {
        Ok((id, _)) => {
            Ok(begun_by_form(&visit, Purpose::Invitation(id, visit.param("code").to_owned()), "/"))
        }
        Err(refusal) => Ok(over(&visit, &refusal)),
    }
}

/// `GET /setup/{key}`
pub(super) async fn setup(visit: Visit) -> Result<Response, Refusal> {
    entry(&visit, SessionKind::Setup, ("console-setup-title", "console-setup-lead", "console-setup-enter"))
        .await
}

/// `POST /setup/{key}`
pub(super) async fn enter_setup(visit: Visit) -> Result<Response, Refusal> {
    enter(&visit, SessionKind::Setup).await
}

/// `GET /recover/{key}`
pub(super) async fn recover(visit: Visit) -> Result<Response, Refusal> {
    entry(
        &visit,
        SessionKind::Recovery,
        ("console-recover-title", "console-recover-lead", "console-recover-enter"),
    )
    .await
}

/// `POST /recover/{key}`
pub(super) async fn enter_recovery(visit: Visit) -> Result<Response, Refusal> {
    enter(&visit, SessionKind::Recovery).await
}

async fn entry(
    visit: &Visit,
    kind: SessionKind,
    (title, lead, button): (&'static str, &'static str, &'static str),
) -> Result<Response, Refusal> {
    let key = visit.param("key");
    if let Err(refusal) = visit.site.console.look_at_entry_link(kind, key, visit.now()).await {
        return Ok(over(visit, &refusal));
    }
    let enter = Action::act(button, visit.path.clone()).named("enter");
    Ok(shown(visit, bare(Text::Key(title), Text::Key(lead), vec![Block::Actions(vec![enter])])))
}

async fn enter(visit: &Visit, kind: SessionKind) -> Result<Response, Refusal> {
    let origin = visit.origin();
    let replaced = visit.token.as_deref();
    let browser = AskingBrowser { browser: &visit.browser, replaced, origin: Some(&origin) };
    let entered = visit.site.console.enter_by_link((kind, visit.param("key")), browser, visit.now()).await;
    match entered {
        Ok(token) => {
            let session = visit.site.console.session(token.expose(), visit.now()).await?;
            // Where it cannot be made, the page says why and has a button for it.
            let _ = setup::ensure(&Visit { session, ..visit.clone() }).await;
            Ok(with_session(see_other("/setup"), visit, token.expose()))
        }
        Err(refusal) => Ok(over(visit, &refusal)),
    }
}
