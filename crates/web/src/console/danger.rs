//! What takes applications and domains away: disabling, deleting, and the bin from which they are restored.

use axum::{http::StatusCode, response::Response};
use console::{BinKind, BinView, Permission, Refusal, Seen};
use model::Environment;
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, FieldKind, Notice, NoticeKind, Table,
    TableRow, Text, Tone,
};
use texts::Noun;

use super::{
    answer::{done, refused, shown, shown_as},
    places::{self, ApplicationPlace, DomainPlace},
    settings::seen,
    visit::Visit,
    words,
};

/// What can be switched and deleted, and what is said of it.
pub(super) struct Object<'a> {
    pub(super) base: &'a str,
    /// Where one comes from to delete it.
    pub(super) page: String,
    /// What is typed to delete it.
    pub(super) name: &'a str,
    pub(super) version: i64,
    pub(super) is_on: bool,
    pub(super) may_switch: bool,
    pub(super) may_delete: bool,
    /// The keys of what disabling, enabling and deleting do.
    pub(super) leads: [&'static str; 3],
}

/// What can be done to it, as far as the reader may.
pub(super) fn blocks(it: &Object<'_>) -> Vec<Block> {
    let [disable, enable, delete] = it.leads;
    let mut blocks = Vec::new();
    let act = |label, what: &str| {
        Action::act(label, format!("{}/{what}", it.base)).with("version", it.version.to_string())
    };
    if it.may_switch {
        let (lead, action) = if it.is_on {
            (disable, act("console-disable", "disable").named("disable").dangerous())
        } else {
            (enable, act("console-enable", "enable").named("enable"))
        };
        blocks.push(Block::Heading {
            id: "state",
            text: Text::Key("console-state"),
            lead: Some(Text::Key(lead)),
        });
        blocks.push(Block::Actions(vec![action]));
    }
    if it.may_delete {
        blocks.push(Block::Heading {
            id: "delete",
            text: Text::Key("console-delete"),
            lead: Some(Text::Key(delete)),
        });
        let action =
            Action::to("console-delete-go", format!("{}/delete", it.base)).named("to-delete").dangerous();
        blocks.push(Block::Actions(vec![action]));
    }
    if blocks.is_empty() {
        let text = Text::Key("console-danger-not-yours");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
    }
    blocks
}

/// The page that has the name typed.
pub(super) fn delete_page(visit: &Visit, it: &Object<'_>, is_wrong: bool) -> ConsolePage {
    let value = visit.form.get("confirm").to_owned();
    let field = ConsoleField::new(
        "confirm",
        Text::with("console-delete-type", "name", it.name),
        value,
        FieldKind::Identifier(255),
    );
    let error = is_wrong.then(|| Text::with("console-delete-differs", "name", it.name));
    let form = ConsoleForm {
        action: format!("{}/delete", it.base),
        hidden: vec![("version".to_owned(), it.version.to_string())],
        fields: vec![field.required().wrong(error)],
        submit: Text::Key("console-delete"),
        submit_id: "delete",
        is_danger: true,
        cancel_href: Some(it.page.clone()),
        ..ConsoleForm::default()
    };
    ConsolePage {
        heading: Text::with("console-delete-title", "name", it.name),
        lead: it.leads.last().map(|it| Text::Key(it)),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    }
}

/// Whether the name was typed.
pub(super) fn is_confirmed(visit: &Visit, name: &str) -> bool {
    visit.form.get("confirm") == name
}

fn of_application<'a>(visit: &Visit, place: &'a ApplicationPlace) -> Object<'a> {
    let is_on = place.application.disabled_at.is_none();
    let switching = if is_on { Permission::DisableApplications } else { Permission::ManageApplications };
    Object {
        base: &place.base,
        page: format!("{}/danger", place.base),
        name: &place.application.client_id,
        version: place.application.version,
        is_on,
        may_switch: visit.offers(switching),
        may_delete: visit.offers(Permission::DeleteApplications),
        leads: ["console-application-disable", "console-application-enable", "console-application-delete"],
    }
}

fn of_domain<'a>(visit: &Visit, place: &'a DomainPlace) -> Object<'a> {
    Object {
        base: &place.base,
        page: format!("{}/danger", place.base),
        name: &place.domain.host,
        version: place.domain.version,
        is_on: place.domain.disabled_at.is_none(),
        may_switch: visit.offers(Permission::ManageDomains),
        may_delete: visit.offers(Permission::DeleteDomains),
        leads: ["console-domain-disable", "console-domain-enable", "console-domain-delete"],
    }
}

/// What can be done to an application on its last page.
pub(super) fn application_blocks(visit: &Visit, place: &ApplicationPlace) -> Vec<Block> {
    blocks(&of_application(visit, place))
}

/// The same of a domain.
pub(super) fn domain_blocks(visit: &Visit, place: &DomainPlace) -> Vec<Block> {
    blocks(&of_domain(visit, place))
}

/// `POST …/applications/{application}/disable`, `…/enable`
pub(super) async fn switch_application(visit: Visit) -> Result<Response, Refusal> {
    let place = places::application(&visit).await?;
    let on = visit.path.ends_with("/enable");
    let at = (place.application.id, &seen(&visit));
    visit.site.console.switch_application(visit.permit()?, at, on, visit.now()).await?;
    Ok(done(&format!("{}/danger", place.base), if on { "enabled" } else { "disabled" }))
}

/// `POST …/domains/{domain}/disable`, `…/enable`
pub(super) async fn switch_domain(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    let on = visit.path.ends_with("/enable");
    let (console, id, seen) = (&visit.site.console, place.domain.id, seen(&visit));
    match on {
        true => console.enable_domain(visit.permit()?, id, &seen, visit.now()).await?,
        false => console.disable_domain(visit.permit()?, id, &seen, visit.now()).await?,
    }
    Ok(done(&format!("{}/danger", place.base), if on { "enabled" } else { "disabled" }))
}

fn application_crumbs(visit: &Visit, place: &ApplicationPlace) -> Vec<Crumb> {
    let mut crumbs = places::application_crumbs(visit);
    crumbs.push(Crumb { label: Text::plain(place.application.name.clone()), href: place.base.clone() });
    crumbs
}

/// `GET …/applications/{application}/delete`
pub(super) async fn delete_application_page(visit: Visit) -> Result<Response, Refusal> {
    let place = places::application(&visit).await?;
    let mut page = delete_page(&visit, &of_application(&visit, &place), false);
    page.frame.crumbs = application_crumbs(&visit, &place);
    Ok(shown(&visit, page))
}

/// `POST …/applications/{application}/delete`
pub(super) async fn delete_application(visit: Visit) -> Result<Response, Refusal> {
    let place = places::application(&visit).await?;
    if !is_confirmed(&visit, &place.application.client_id) {
        let mut page = delete_page(&visit, &of_application(&visit, &place), true);
        page.frame.crumbs = application_crumbs(&visit, &place);
        return Ok(unconfirmed(&visit, page));
    }
    let at: (_, &Seen) = (place.application.id, &seen(&visit));
    visit.site.console.delete_application(visit.permit()?, at, visit.now()).await?;
    Ok(done(&visit.environment_href("/applications/bin"), "deleted"))
}

/// The page again, with what was typed.
pub(super) fn unconfirmed(visit: &Visit, page: ConsolePage) -> Response {
    shown_as(visit, StatusCode::UNPROCESSABLE_ENTITY, page)
}

fn domain_page(visit: &Visit, place: &DomainPlace, is_wrong: bool) -> ConsolePage {
    let mut page = delete_page(visit, &of_domain(visit, place), is_wrong);
    page.frame.crumbs = places::domain_crumbs(visit);
    page.frame.crumbs.push(Crumb { label: Text::plain(place.domain.host.clone()), href: place.base.clone() });
    page.frame.environment = Some(place.domain.environment.as_str());
    page
}

/// `GET …/domains/{domain}/delete`
pub(super) async fn delete_domain_page(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    Ok(shown(&visit, domain_page(&visit, &place, false)))
}

/// `POST …/domains/{domain}/delete`
pub(super) async fn delete_domain(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    if !is_confirmed(&visit, &place.domain.host) {
        return Ok(unconfirmed(&visit, domain_page(&visit, &place, true)));
    }
    let at = (place.domain.id, &seen(&visit));
    visit.site.console.delete_domain(visit.permit()?, at, visit.now()).await?;
    Ok(done(&visit.tenant_href("/domains/bin"), "deleted"))
}

async fn binned(visit: &Visit, kind: BinKind) -> Result<Vec<BinView>, Refusal> {
    let all = visit.site.console.bin_of_tenant(&visit.may(Permission::ReadSettings)?).await?;
    Ok(all.into_iter().filter(|it| it.kind == kind).collect())
}

fn bin_table(visit: &Visit, base: &str, (rows, may_restore): (&[BinView], bool)) -> Block {
    let row = |it: &BinView| {
        let restore = Action::act("console-restore", format!("{base}/bin/{}/restore", it.id));
        let actions = if may_restore && !it.is_being_destroyed { vec![restore] } else { Vec::new() };
        let until = if it.is_being_destroyed {
            Cell::Chip(words::chip(Tone::Neutral, "console-bin-destroying"))
        } else {
            words::time(it.destroyed_at, visit.now())
        };
        let mut cells = vec![Cell::Text(Text::code(it.name.clone()))];
        cells.extend(it.host.iter().map(|host| Cell::Text(Text::plain(host.clone()))));
        cells.extend([words::time(it.deleted_at, visit.now()), until, Cell::Actions(actions)]);
        TableRow { cells }
    };
    let mut columns = vec!["console-column-name"];
    if rows.iter().any(|it| it.kind == BinKind::Application) {
        columns.push("console-column-domain");
    }
    columns.extend(["console-column-deleted", "console-column-destroyed", "console-column-actions"]);
    Block::Table(Table {
        id: "bin",
        caption: Text::Key("console-bin-title"),
        columns: columns.into_iter().map(Text::Key).collect(),
        rows: rows.iter().map(row).collect(),
        empty: Text::Key("console-bin-empty"),
        ..Table::default()
    })
}

/// `GET …/applications/bin`
pub(super) async fn application_bin(visit: Visit) -> Result<Response, Refusal> {
    // Of both environments: a domain that is in the bin itself has none to be asked for.
    let rows = binned(&visit, BinKind::Application).await?;
    let base = visit.environment_href("/applications");
    let may = visit.offers(Permission::DeleteApplications);
    let mut page = ConsolePage {
        heading: Text::Key("console-bin-applications"),
        lead: Some(Text::Key("console-bin-lead")),
        blocks: vec![bin_table(&visit, &base, (&rows, may))],
        ..ConsolePage::default()
    };
    page.frame.crumbs = places::application_crumbs(&visit);
    Ok(shown(&visit, page))
}

/// `GET …/domains/bin`
pub(super) async fn domain_bin(visit: Visit) -> Result<Response, Refusal> {
    let rows = binned(&visit, BinKind::Domain).await?;
    let may = visit.offers(Permission::DeleteDomains);
    let mut page = ConsolePage {
        heading: Text::Key("console-bin-domains"),
        lead: Some(Text::Key("console-bin-lead")),
        blocks: vec![bin_table(&visit, &visit.tenant_href("/domains"), (&rows, may))],
        ..ConsolePage::default()
    };
    page.frame.crumbs = places::domain_crumbs(&visit);
    Ok(shown(&visit, page))
}

async fn restored(visit: &Visit, kind: BinKind, id: &str) -> Result<(), Refusal> {
    let missing = Refusal::NotFound(if kind == BinKind::Domain { Noun::Domain } else { Noun::Application });
    let found = binned(visit, kind).await?.into_iter().find(|it| it.id == id).ok_or(missing)?;
    visit.site.console.restore_deleted(visit.permit()?, &found.object(), visit.now()).await
}

/// `POST …/applications/bin/{application}/restore`
pub(super) async fn restore_application(visit: Visit) -> Result<Response, Refusal> {
    let id = visit.param("application").to_owned();
    restored(&visit, BinKind::Application, &id).await?;
    // Its domain says in which environment it is.
    let reading = visit.may(Permission::ReadSettings)?;
    let id = model::ApplicationId::parse(&id).map_err(|_| Refusal::NotFound(Noun::Application))?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let domain = visit.site.console.domain_by_id(&reading, application.domain).await?;
    let environment: Environment = domain.environment;
    Ok(done(&visit.tenant_href(&format!("/{}/applications/{id}", environment.as_str())), "restored"))
}

/// `POST …/domains/bin/{domain}/restore`
pub(super) async fn restore_domain(visit: Visit) -> Result<Response, Refusal> {
    let id = visit.param("domain").to_owned();
    match restored(&visit, BinKind::Domain, &id).await {
        Ok(()) => Ok(done(&visit.tenant_href(&format!("/domains/{id}")), "restored")),
        Err(refusal) => Ok(refused(&visit, &refusal)),
    }
}
