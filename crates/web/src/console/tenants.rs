//! The tenants that somebody can work in; operators make them.

use axum::response::Response;
use console::{Permission, Refusal};
use model::TenantId;
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, FieldKind, Pager, Table, TableRow,
    Text,
};

use super::{
    answer::{refused_form, shown, wrong, wrong_form},
    visit::Visit,
    words,
};
use crate::respond::page::see_other;

/// How many rows a page of a list has.
pub(super) const ROWS: usize = 50;

/// `GET /tenants`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let session = visit.session()?;
    let search = visit.query.get("q").to_owned();
    let console = &visit.site.console;
    let is_operator = visit.is_operator();
    let (rows, older) = if is_operator {
        let caller = session.caller(model::INSTALLATION, &visit.origin());
        let permit = console.installation(&caller, Permission::ReadInstallation)?;
        let after = TenantId::parse(visit.query.get("after")).ok();
        console.find_tenants(&permit, (&search, after), ROWS).await?
    } else {
        (console.tenants_of(session).await?, None)
    };
    if let ([only], false, true) = (rows.as_slice(), is_operator, search.is_empty()) {
        return Ok(see_other(&format!("/t/{}", only.id)));
    }
    let row = |it: &console::TenantView| TableRow {
        cells: vec![
            Cell::Link { text: Text::plain(it.name.clone()), href: format!("/t/{}", it.id) },
            Cell::Chip(words::switched(it.disabled_at.is_some())),
            words::time(it.created_at, visit.now()),
        ],
    };
    let table = Table {
        id: "tenants",
        caption: Text::Key("console-tenants-title"),
        columns: ["console-column-name", "console-column-state", "console-column-created"]
            .map(Text::Key)
            .to_vec(),
        rows: rows.iter().map(row).collect(),
        empty: Text::Key(if search.is_empty() { "console-tenants-none" } else { "console-none-found" }),
        empty_action: (is_operator && search.is_empty())
            .then(|| Action::to("console-tenant-new", "/tenants/new")),
        pager: is_operator.then(|| Pager {
            action: "/tenants".to_owned(),
            search: search.clone(),
            count: Text::with("console-count-shown", "count", rows.len().to_string()),
            older_href: older.map(|it| format!("/tenants?q={}&after={it}", query(&search))),
            ..Pager::default()
        }),
    };
    let mut blocks = vec![Block::Table(table)];
    if is_operator {
        let bin = Action::to("console-bin-tenants", "/tenants/bin").named("bin");
        blocks.push(Block::Actions(vec![bin]));
    }
    let page = ConsolePage {
        heading: Text::Key("console-tenants-title"),
        lead: Some(Text::Key("console-tenants-lead")),
        primary: is_operator.then(|| Action::to("console-tenant-new", "/tenants/new").named("new-tenant")),
        blocks,
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

pub(super) fn query(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn new_page(visit: &Visit, refusal: Option<&Refusal>) -> ConsolePage {
    let name = ConsoleField::new(
        "name",
        Text::Key("console-tenant-name"),
        visit.form.get("name"),
        FieldKind::Line(100),
    );
    let form = ConsoleForm {
        action: "/tenants".to_owned(),
        fields: vec![
            name.with_help(Text::Key("console-tenant-name-help"))
                .required()
                .wrong(wrong(visit, refusal, "name")),
        ],
        submit: Text::Key("console-tenant-create"),
        submit_id: "create",
        cancel_href: Some("/tenants".to_owned()),
        error: wrong_form(visit, refusal, &["name"]),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-tenant-new"),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    };
    page.frame.crumbs =
        vec![Crumb { label: Text::Key("console-tenants-title"), href: "/tenants".to_owned() }];
    page
}

/// `GET /tenants/new`
pub(super) async fn new(visit: Visit) -> Result<Response, Refusal> {
    Ok(shown(&visit, new_page(&visit, None)))
}

/// `POST /tenants`
pub(super) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let made = visit
        .site
        .console
        .create_tenant(visit.installation_permit()?, visit.form.get("name"), visit.now())
        .await;
    match made {
        Ok(tenant) => Ok(super::answer::done(&format!("/t/{}", tenant.id), "tenant-made")),
        Err(refusal) => Ok(refused_form(&visit, &refusal, new_page(&visit, Some(&refusal)))),
    }
}
