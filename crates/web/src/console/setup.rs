//! What a session of a link from the host can do: give the console its domain and eID, check them, and sign in. Nothing else.

use axum::response::Response;
use console::{DomainView, Permission, Purpose, Refusal, SessionKind, Tenant};
use model::{INSTALLATION, LoginMethod};
use pages::console::{Action, Block, ConsolePage, Fact, Notice, NoticeKind, Text};
use texts::Noun;

use super::{
    answer::{done, refused_form, shown},
    pending::begun_by_form,
    sources::{self, SourcePlace},
    visit::Visit,
};

/// The eID by which operators sign in.
const EID: LoginMethod = LoginMethod::NO_BANKID;

/// The console's own domain, opened for the account that made the link.
async fn own(visit: &Visit) -> Result<(Tenant, DomainView), Refusal> {
    let own = visit.site.console.own_domain().await?.ok_or(Refusal::NotFound(Noun::Domain))?;
    let caller = visit.session()?.caller(own.tenant, &visit.origin());
    let tenant = visit.site.console.tenant_by_id(&caller, own.tenant).await?;
    let domain =
        visit.site.console.domain_by_id(&tenant.permit(Permission::ReadSettings)?, own.domain).await?;
    Ok((tenant, domain))
}

async fn place(visit: &Visit) -> Result<SourcePlace, Refusal> {
    let (tenant, domain) = own(visit).await?;
    let environments = vec![visit.site.own_eids];
    Ok(SourcePlace { tenant, domain, eid: EID, base: "/setup".to_owned(), environments })
}

/// `POST /setup/domain`: makes the console's own tenant, domain and application.
pub(super) async fn make_domain(visit: Visit) -> Result<Response, Refusal> {
    match ensure(&visit).await {
        Ok(()) => Ok(done("/setup", "domain-made")),
        Err(refusal) => Ok(refused_form(&visit, &refusal, domain_page(&visit, Some(&refusal)))),
    }
}

pub(super) async fn ensure(visit: &Visit) -> Result<(), Refusal> {
    let caller = visit.session()?.caller(INSTALLATION, &visit.origin());
    let permit = visit.site.console.installation(&caller, Permission::CreateTenants)?;
    visit.site.console.ensure_own_domain(&permit, &visit.site.address, visit.now()).await.map(drop)
}

fn domain_page(visit: &Visit, refusal: Option<&Refusal>) -> ConsolePage {
    let mut blocks =
        vec![Block::Facts(vec![Fact::new("console-setup-host", Text::code(visit.site.origin()))])];
    if let Some(refusal) = refusal {
        let text = Text::plain(super::answer::sentence(visit, refusal));
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Wrong, text, action: None }));
    }
    blocks.push(Block::Actions(vec![
        Action::act("console-setup-domain", "/setup/domain").named("make-domain"),
    ]));
    ConsolePage { blocks, ..page_of(visit) }
}

fn page_of(visit: &Visit) -> ConsolePage {
    let is_recovery = visit.session.as_ref().is_some_and(|it| it.kind == SessionKind::Recovery);
    let (heading, lead) = if is_recovery {
        ("console-recovery-page-title", "console-recovery-page-lead")
    } else {
        ("console-setup-page-title", "console-setup-page-lead")
    };
    ConsolePage { heading: Text::Key(heading), lead: Some(Text::Key(lead)), ..ConsolePage::default() }
}

async fn whole_page(visit: &Visit, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let place = match place(visit).await {
        Ok(place) => place,
        Err(Refusal::NotFound(_)) => return Ok(domain_page(visit, None)),
        Err(other) => return Err(other),
    };
    let source = place.source(visit).await?;
    let is_set = source.as_ref().is_some_and(|it| it.client.is_some());
    let mut blocks = Vec::new();
    if is_set {
        let session = visit.session()?;
        let label = if session.kind == SessionKind::Recovery {
            "console-recovery-sign-in"
        } else {
            "console-setup-sign-in"
        };
        let lead = if session.kind == SessionKind::Recovery {
            Text::with("console-recovery-sign-in-lead", "name", session.name.clone())
        } else {
            Text::Key("console-setup-sign-in-lead")
        };
        blocks.push(Block::Heading {
            id: "sign-in-now",
            text: Text::Key("console-setup-operator"),
            lead: Some(lead),
        });
        blocks.push(Block::Actions(vec![Action::act(label, "/setup/sign-in").named("first-sign-in")]));
    }
    blocks.push(Block::Heading {
        id: "eid",
        text: Text::plain(place.eid.name_in(visit.locale)),
        lead: Some(Text::Key("console-setup-eid-lead")),
    });
    blocks.extend(sources::credential_blocks(visit, &place, (source.as_ref(), refusal)));
    Ok(ConsolePage { blocks, ..page_of(visit) })
}

/// `GET /setup`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let page = whole_page(&visit, None).await?;
    Ok(shown(&visit, page))
}

/// `POST /setup/credentials`
pub(super) async fn set_credentials(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    match sources::take_credentials(&visit, &place).await {
        Ok(word) => Ok(done("/setup", word)),
        Err(refusal) => {
            let page = whole_page(&visit, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /setup/check`
pub(super) async fn check(visit: Visit) -> Result<Response, Refusal> {
    sources::checked(&visit, &place(&visit).await?).await?;
    Ok(done("/setup", "checked"))
}

/// `POST /setup/activate`, `/setup/discard`, `/setup/restore`
pub(super) async fn change_generation(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    let word = sources::change_generation(&visit, &place).await?;
    Ok(done("/setup", word))
}

/// `POST /setup/sign-in`
pub(super) async fn sign_in(visit: Visit) -> Result<Response, Refusal> {
    let purpose = match visit.session()?.kind {
        SessionKind::Recovery => Purpose::Recovery,
        _ => Purpose::FirstOperator,
    };
    Ok(begun_by_form(&visit, purpose, "/"))
}
