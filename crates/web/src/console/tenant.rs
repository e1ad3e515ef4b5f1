//! A tenant itself, for operators: its name, whether anybody can log in at its domains, and the bin.

use axum::response::Response;
use console::{BinKind, Permission, Refusal, Seen};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, FieldKind, Table, TableRow, Text,
};
use texts::Noun;

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    danger::{Object, blocks as danger_blocks, delete_page, is_confirmed, unconfirmed},
    settings::seen,
    visit::Visit,
    words,
};

fn object<'a>(visit: &'a Visit, base: &'a str) -> Result<Object<'a>, Refusal> {
    let tenant = visit.tenant()?;
    Ok(Object {
        base,
        page: visit.tenant_href("/settings"),
        name: &tenant.name,
        version: tenant.version,
        is_on: !tenant.is_disabled,
        may_switch: visit.offers(Permission::SwitchTenants),
        may_delete: visit.offers(Permission::DeleteTenants),
        leads: ["console-tenant-disable", "console-tenant-enable", "console-tenant-delete"],
    })
}

fn base(visit: &Visit) -> String {
    visit.tenant_href("/settings")
}

fn whole_page(visit: &Visit, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let (tenant, base) = (visit.tenant()?, base(visit));
    let value = visit.form.maybe("name").unwrap_or_else(|| tenant.name.clone());
    let name = ConsoleField::new("name", Text::Key("console-tenant-name"), value, FieldKind::Line(100));
    let form = ConsoleForm {
        action: format!("{base}/name"),
        hidden: vec![("version".to_owned(), tenant.version.to_string())],
        fields: vec![
            name.with_help(Text::Key("console-tenant-name-help"))
                .required()
                .wrong(wrong(visit, refusal, "name")),
        ],
        submit: Text::Key("console-save"),
        submit_id: "save",
        error: wrong_form(visit, refusal, &["name"]),
        ..ConsoleForm::default()
    };
    let mut blocks = vec![Block::Form(form)];
    blocks.extend(danger_blocks(&object(visit, &base)?));
    Ok(ConsolePage {
        heading: Text::Key("console-tenant-settings"),
        lead: Some(Text::Key("console-tenant-settings-lead")),
        blocks,
        ..ConsolePage::default()
    })
}

/// `GET /t/{tenant}/settings`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let page = whole_page(&visit, None)?;
    Ok(shown(&visit, page))
}

/// `POST /t/{tenant}/settings/name`
pub(super) async fn rename(visit: Visit) -> Result<Response, Refusal> {
    let name = visit.form.get("name");
    match visit.site.console.rename_tenant(visit.permit()?, &seen(&visit), name, visit.now()).await {
        Ok(_) => Ok(done(&base(&visit), "saved")),
        Err(refusal) => {
            let page = whole_page(&visit, Some(&refusal))?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /t/{tenant}/settings/disable`, `…/enable`
pub(super) async fn switch(visit: Visit) -> Result<Response, Refusal> {
    let on = visit.path.ends_with("/enable");
    visit.site.console.switch_tenant(visit.permit()?, &seen(&visit), on, visit.now()).await?;
    Ok(done(&base(&visit), if on { "enabled" } else { "disabled" }))
}

/// What was sent to issuers and is deleted with the tenant: to be fetched before.
async fn dossiers(visit: &Visit) -> Result<Option<Block>, Refusal> {
    let all = visit.site.orders.readable_orders(&visit.may(Permission::ReadOrders)?).await?;
    let ways = all.iter().filter(|it| it.was_sent).map(|it| {
        let what = format!("{} · {}", it.eid.name_in(visit.locale), it.company);
        let way = Action::to("console-order-dossier", visit.tenant_href(&format!("/orders/{}", it.id)));
        Action { text: Text::plain(what), ..way }
    });
    let ways: Vec<Action> = ways.collect();
    let label = Text::Key("console-delete-dossiers");
    Ok((!ways.is_empty()).then(|| Block::More { label, blocks: vec![Block::Actions(ways)] }))
}

async fn confirmation(visit: &Visit, is_wrong: bool) -> Result<ConsolePage, Refusal> {
    let base = base(visit);
    let mut page = delete_page(visit, &object(visit, &base)?, is_wrong);
    page.blocks.splice(0..0, dossiers(visit).await?);
    page.frame.crumbs = vec![Crumb { label: Text::Key("console-tenant-settings"), href: base }];
    Ok(page)
}

/// `GET /t/{tenant}/settings/delete`
pub(super) async fn delete_page_of_tenant(visit: Visit) -> Result<Response, Refusal> {
    let page = confirmation(&visit, false).await?;
    Ok(shown(&visit, page))
}

/// `POST /t/{tenant}/settings/delete`
pub(super) async fn delete(visit: Visit) -> Result<Response, Refusal> {
    if !is_confirmed(&visit, &visit.tenant()?.name) {
        let page = confirmation(&visit, true).await?;
        return Ok(unconfirmed(&visit, page));
    }
    let seen: Seen = seen(&visit);
    visit.site.console.delete_tenant(visit.permit()?, &seen, visit.now()).await?;
    Ok(done("/tenants/bin", "deleted"))
}

/// `GET /tenants/bin`
pub(super) async fn bin(visit: Visit) -> Result<Response, Refusal> {
    let all = visit.site.console.bin(visit.installation_permit()?).await?;
    let row = |it: &console::BinView| TableRow {
        cells: vec![
            Cell::Text(Text::plain(it.name.clone())),
            words::time(it.deleted_at, visit.now()),
            words::time(it.destroyed_at, visit.now()),
            Cell::Actions(if it.is_being_destroyed {
                Vec::new()
            } else {
                vec![Action::act("console-restore", format!("/tenants/bin/{}/restore", it.id))]
            }),
        ],
    };
    let rows = all.iter().filter(|it| it.kind == BinKind::Tenant).map(row).collect();
    let table = Table {
        id: "bin",
        caption: Text::Key("console-bin-title"),
        columns: [
            "console-column-name",
            "console-column-deleted",
            "console-column-destroyed",
            "console-column-actions",
        ]
        .map(Text::Key)
        .to_vec(),
        rows,
        empty: Text::Key("console-bin-empty"),
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-bin-tenants"),
        lead: Some(Text::Key("console-bin-lead")),
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    page.frame.crumbs =
        vec![Crumb { label: Text::Key("console-tenants-title"), href: "/tenants".to_owned() }];
    Ok(shown(&visit, page))
}

/// `POST /tenants/bin/{id}/restore`
pub(super) async fn restore(visit: Visit) -> Result<Response, Refusal> {
    let missing = || Refusal::NotFound(Noun::Tenant);
    let console = &visit.site.console;
    let caller = visit.installation_permit()?.caller().clone();
    let reading = console.installation(&caller, Permission::ReadInstallation)?;
    let all = console.bin(&reading).await?;
    let found =
        all.iter().find(|it| it.kind == BinKind::Tenant && it.id == visit.param("id")).ok_or_else(missing)?;
    let tenant = console.tenant_with_bin(&caller, found.tenant).await?;
    console.restore_deleted(&tenant.permit(Permission::DeleteTenants)?, &found.object(), visit.now()).await?;
    Ok(done(&format!("/t/{}", found.tenant), "restored"))
}
