//! A member's own page: who they are here, and where they are signed in.

use axum::response::Response;
use console::{ConsoleSession, HeldRole, MembersPermit, Permission, Refusal, Role, WaitingRole};
use model::{INSTALLATION, SessionId, TenantId};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, Notice, NoticeKind, Table,
    TableRow, Text,
};
use texts::Noun;

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    visit::Visit,
    words,
};

/// `GET /account`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let page = whole_page(&visit, None).await?;
    Ok(shown(&visit, page))
}

/// `POST /account/email`
pub(super) async fn set_email(visit: Visit) -> Result<Response, Refusal> {
    let (console, email) = (&visit.site.console, visit.form.get("email"));
    match console.set_own_email(visit.session()?, email, visit.locale).await {
        Ok(()) => Ok(done("/account", "saved")),
        Err(refusal) => {
            let page = whole_page(&visit, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// The member's address, and what an operator misses who has none.
async fn email_blocks(visit: &Visit, refusal: Option<&Refusal>) -> Result<Vec<Block>, Refusal> {
    let kept = visit.site.console.own_email(visit.session()?).await?.unwrap_or_default();
    let misses = kept.is_empty() && visit.session()?.is_operator();
    let notice = misses.then(|| {
        let text = Text::Key("console-account-email-operator");
        Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None })
    });
    Ok(notice.into_iter().chain([Block::Form(email_form(visit, kept, refusal))]).collect())
}

fn email_form(visit: &Visit, kept: String, refusal: Option<&Refusal>) -> ConsoleForm {
    let value = if refusal.is_some() { visit.form.get("email").to_owned() } else { kept };
    let field =
        ConsoleField::new("email", Text::Key("console-account-email"), value, FieldKind::Identifier(254));
    ConsoleForm {
        action: "/account/email".to_owned(),
        fields: vec![
            field.with_help(Text::Key("console-account-email-help")).wrong(wrong(visit, refusal, "email")),
        ],
        submit: Text::Key("console-save"),
        submit_id: "save-email",
        error: wrong_form(visit, refusal, &["email"]),
        ..ConsoleForm::default()
    }
}

async fn whole_page(visit: &Visit, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let session = visit.session()?;
    let sessions = visit.site.console.sessions_of(session, visit.now()).await?;
    let facts = vec![
        Fact::new("console-account-name", Text::plain(session.name.clone())),
        Fact::new("console-account-signed-in", words::ago(session.signed_in_at, visit.now())),
        Fact::new("console-account-until", words::ago(session.ends_at, visit.now())),
    ];
    let rows = sessions.iter().map(|it| row(visit, session.id, it)).collect();
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
    let mut blocks = vec![Block::Facts(facts)];
    blocks.extend(email_blocks(visit, refusal).await?);
    blocks.push(Block::Heading {
        id: "roles-here",
        text: Text::Key("console-account-roles-title"),
        lead: Some(Text::Key("console-account-roles-lead")),
    });
    blocks.push(Block::Table(roles(visit).await?));
    blocks.extend(waiting_roles(visit).await?);
    blocks.push(Block::Heading {
        id: "signed-in",
        text: Text::Key("console-account-sessions"),
        lead: Some(Text::Key("console-account-sessions-lead")),
    });
    blocks.push(Block::Table(table));
    Ok(ConsolePage { heading: Text::Key("console-account-title"), blocks, ..ConsolePage::default() })
}

/// The roles that wait to be confirmed, each to be declined; nothing where there are none.
pub(super) async fn waiting_roles(visit: &Visit) -> Result<Vec<Block>, Refusal> {
    let waiting = visit.site.console.waiting_roles(visit.session()?).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let row = |it: &WaitingRole| {
        let place = if it.tenant == INSTALLATION {
            Text::Key("console-nav-installation")
        } else {
            Text::plain(it.tenant_name.clone())
        };
        let href = format!("/account/roles/{}/{}/decline", it.tenant, it.role.as_str());
        let decline = Action::act("console-role-decline", href).dangerous();
        let role = Cell::Text(Text::Key(words::role(it.role)));
        TableRow { cells: vec![Cell::Text(place), role, Cell::Actions(vec![decline])] }
    };
    let title = Text::Key("console-account-waiting-title");
    let lead = Some(Text::Key("console-account-waiting-lead"));
    let table = Table {
        id: "waiting-roles",
        caption: title.clone(),
        columns: ["console-column-where", "console-column-role", "console-column-actions"]
            .map(Text::Key)
            .to_vec(),
        rows: waiting.iter().map(row).collect(),
        ..Table::default()
    };
    Ok(vec![Block::Heading { id: "waiting", text: title, lead }, Block::Table(table)])
}

/// `POST /account/roles/{tenant_id}/{role}/decline`: refuses a role that waits to be confirmed.
pub(super) async fn decline(visit: Visit) -> Result<Response, Refusal> {
    let (tenant, role) = tenant_and_role(&visit)?;
    let declined = HeldRole { tenant, role, is_confirmed: false };
    let console = &visit.site.console;
    console.decline_role(visit.session()?, &visit.origin(), &declined, visit.now()).await?;
    Ok(done("/", "declined"))
}

fn tenant_and_role(visit: &Visit) -> Result<(TenantId, Role), Refusal> {
    let missing = || Refusal::NotFound(Noun::Member);
    let tenant = TenantId::parse(visit.param("tenant_id")).map_err(|_| missing())?;
    Ok((tenant, Role::parse(visit.param("role")).ok_or_else(missing)?))
}

/// What the member may be, and where.
async fn roles(visit: &Visit) -> Result<Table, Refusal> {
    let session = visit.session()?;
    let tenants = visit.site.console.tenants_of(session).await?;
    let row = |held: &HeldRole| {
        let tenant = tenants.iter().find(|it| it.id == held.tenant);
        let place = match tenant {
            Some(tenant) => {
                Cell::Link { text: Text::plain(tenant.name.clone()), href: format!("/t/{}", tenant.id) }
            }
            None => Cell::Text(Text::Key("console-nav-installation")),
        };
        let href = format!("/account/roles/{}/{}/leave", held.tenant, held.role.as_str());
        let leave = Action::act("console-account-leave", href).dangerous();
        let cells = vec![place, Cell::Text(Text::Key(words::role(held.role))), Cell::Actions(vec![leave])];
        TableRow { cells }
    };
    Ok(Table {
        id: "roles",
        caption: Text::Key("console-account-roles-title"),
        columns: ["console-column-where", "console-column-role", "console-column-actions"]
            .map(Text::Key)
            .to_vec(),
        rows: session.roles.iter().filter(|it| it.is_confirmed).map(row).collect(),
        ..Table::default()
    })
}

/// `POST /account/roles/{tenant_id}/{role}/leave`: gives a role up; every session of the member ends.
pub(super) async fn leave(visit: Visit) -> Result<Response, Refusal> {
    let missing = || Refusal::NotFound(Noun::Member);
    let (tenant, role) = tenant_and_role(&visit)?;
    let (session, console) = (visit.session()?, &visit.site.console);
    let member = session.member.ok_or_else(missing)?;
    let caller = session.caller(tenant, &visit.origin());
    let permit = if tenant == INSTALLATION {
        MembersPermit::Installation(Box::new(console.installation(&caller, Permission::ReadInstallation)?))
    } else {
        let tenant = console.tenant_by_id(&caller, tenant).await?;
        MembersPermit::Tenant(Box::new(tenant.permit(Permission::ReadMembers)?))
    };
    console.remove_role(&permit, (member, role), visit.now()).await?;
    Ok(done("/", "left"))
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
