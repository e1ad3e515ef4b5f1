//! The tenants that somebody can work in; operators make them.

use axum::response::Response;
use console::{ListOrder, Refusal, TenantColumn, TenantFilter};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, FieldKind, Table, TableRow, Text,
};

use super::{
    answer::{refused_form, shown, wrong, wrong_form},
    list::{List, ListFilter, SortColumn},
    visit::Visit,
    words,
};
use crate::respond::page::see_other;

const SORTS: [SortColumn<TenantColumn>; 2] = [
    SortColumn { at: 0, word: "name", by: TenantColumn::Name, is_time: false },
    SortColumn { at: 2, word: "made", by: TenantColumn::Made, is_time: true },
];

const OLDEST_FIRST: ListOrder<TenantColumn> = ListOrder { by: TenantColumn::Made, is_descending: false };

/// `GET /tenants`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let session = visit.session()?;
    let list = List::asked(&visit, "/tenants".to_owned(), &SORTS, OLDEST_FIRST)
        .filtered(vec![ListFilter::switched(&visit)]);
    let query = list.query(TenantFilter { is_disabled: list.is_disabled() });
    let console = &visit.site.console;
    let is_operator = visit.is_operator();
    let found = if is_operator {
        console.find_tenants(&visit.reading_installation()?, query).await?
    } else {
        console.find_tenants_of(session, query).await?
    };
    if let ([only], false, false) = (found.rows.as_slice(), is_operator, list.is_searched()) {
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
        sorts: list.sorts(),
        rows: found.rows.iter().map(row).collect(),
        empty: Text::Key(if list.is_searched() { "console-none-found" } else { "console-tenants-none" }),
        empty_action: (is_operator && !list.is_searched())
            .then(|| Action::to("console-tenant-new", "/tenants/new")),
        pager: list.pager(&found, "console-tenants-count"),
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
