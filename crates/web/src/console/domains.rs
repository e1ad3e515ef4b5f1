//! The domains of a tenant; operators make them, and vouch for their hosts.

use axum::response::Response;
use console::{DomainColumn, DomainFilter, DomainView, ListOrder, NewDomain, Permission, Refusal, Scheme};
use model::{DomainSettings, Environment};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, FieldKind, FieldOption, Table, TableRow,
    Text,
};
use texts::AdminMessage;

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    domain::state_of,
    list::{List, ListFilter, SortColumn, words as words_of},
    places::domain_crumbs,
    visit::Visit,
    words,
};

const COLUMNS: [&str; 6] = [
    "console-column-host",
    "console-column-name",
    "console-environment",
    "console-column-state",
    "console-column-why",
    "console-column-created",
];

const SORTS: [SortColumn<DomainColumn>; 3] = [
    SortColumn { at: 0, word: "host", by: DomainColumn::Host, is_time: false },
    SortColumn { at: 1, word: "name", by: DomainColumn::Name, is_time: false },
    SortColumn { at: 5, word: "made", by: DomainColumn::Made, is_time: true },
];

const OLDEST_FIRST: ListOrder<DomainColumn> = ListOrder { by: DomainColumn::Made, is_descending: false };

/// `GET /t/{tenant}/domains`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let base = visit.tenant_href("/domains");
    let environments =
        words_of(&[("test", "console-environment-test"), ("production", "console-environment-production")]);
    let list = List::asked(&visit, base.clone(), &SORTS, OLDEST_FIRST).filtered(vec![
        ListFilter::switched(&visit),
        ListFilter::asked(&visit, ("environment", "console-environment"), environments),
    ]);
    let environment = list.chosen("environment").and_then(Environment::parse);
    let filter = DomainFilter { environment, is_disabled: list.is_disabled() };
    let found = visit.site.console.find_domains(visit.permit()?, list.query(filter)).await?;
    let mut rows = Vec::new();
    for it in &found.rows {
        let (chip, why) = state_of(&visit, it).await?;
        rows.push(TableRow {
            cells: vec![
                Cell::Link { text: Text::plain(it.host.clone()), href: format!("{base}/{}", it.id) },
                Cell::Text(Text::plain(it.name.clone())),
                Cell::Text(Text::Key(words::environment(it.environment))),
                Cell::Chip(chip),
                Cell::Text(Text::Key(why)),
                words::time(it.created_at, visit.now()),
            ],
        });
    }
    let may_make = visit.offers(Permission::CreateTenants);
    let new = || may_make.then(|| Action::to("console-domain-new", format!("{base}/new")));
    let table = Table {
        id: "domains",
        caption: Text::Key("console-nav-domains"),
        columns: COLUMNS.map(Text::Key).to_vec(),
        sorts: list.sorts(),
        rows,
        empty: Text::Key(if list.is_searched() { "console-none-found" } else { "console-no-domain" }),
        empty_action: new().filter(|_| !list.is_searched()),
        pager: list.pager(&found, "console-domains-count"),
    };
    let bin = Action::to("console-bin-domains", format!("{base}/bin")).named("bin");
    let page = ConsolePage {
        heading: Text::Key("console-nav-domains"),
        lead: Some(Text::Key("console-domains-lead")),
        primary: new().map(|it| it.named("new-domain")),
        blocks: vec![Block::Table(table), Block::Actions(vec![bin])],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

fn new_page(visit: &Visit, refusal: Option<&Refusal>) -> ConsolePage {
    let base = visit.tenant_href("/domains");
    let field = |name: &'static str, keys: (&'static str, &'static str), kind: FieldKind| {
        let field = ConsoleField::new(name, Text::Key(keys.0), visit.form.get(name), kind);
        field.with_help(Text::Key(keys.1)).wrong(wrong(visit, refusal, name))
    };
    let host_keys = ("console-column-host", "console-new-host-help");
    let mut host = field("host", host_keys, FieldKind::Identifier(255)).required();
    host.error = host.error.or_else(|| wrong(visit, refusal, "scheme"));
    let environments = [Environment::Test, Environment::Production];
    let fits = |it: &Environment| !visit.site.is_test() || *it == Environment::Test;
    let option = |it: Environment| FieldOption::new(it.as_str(), Text::Key(words::environment(it)));
    let options = environments.into_iter().filter(fits).map(option).collect();
    let chosen = visit.form.maybe("environment").unwrap_or_else(|| Environment::Test.as_str().to_owned());
    let help =
        if visit.site.is_test() { "console-new-environment-test" } else { "console-new-environment-help" };
    let environment =
        ConsoleField::new("environment", Text::Key("console-environment"), chosen, FieldKind::Radio(options));
    let named = ["host", "scheme", "environment", "name", "controller", "contact"];
    let form = ConsoleForm {
        action: base.clone(),
        fields: vec![
            host,
            environment.with_help(Text::Key(help)).wrong(wrong(visit, refusal, "environment")),
            field(
                "name",
                ("console-setting-domain-name", "console-new-domain-name-help"),
                FieldKind::Line(100),
            ),
            field(
                "controller",
                ("console-setting-controller", "console-setting-controller-help"),
                FieldKind::Line(100),
            ),
            field(
                "contact",
                ("console-setting-contact", "console-setting-contact-help"),
                FieldKind::Identifier(254),
            ),
        ],
        submit: Text::Key("console-domain-create"),
        submit_id: "create",
        cancel_href: Some(base),
        error: wrong_form(visit, refusal, &named),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-domain-new"),
        lead: Some(Text::Key("console-domain-new-lead")),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    };
    page.frame.crumbs = domain_crumbs(visit);
    page
}

/// `GET /t/{tenant}/domains/new`
pub(super) async fn new(visit: Visit) -> Result<Response, Refusal> {
    Ok(shown(&visit, new_page(&visit, None)))
}

/// Whether a host is on the machine itself, where test domains need no TLS.
fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.") || name == "[::1]"
}

fn asked(visit: &Visit) -> Result<(NewDomain, DomainSettings), Refusal> {
    let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
    let host = visit.form.maybe("host").ok_or_else(|| missing("host"))?;
    let environment =
        Environment::parse(visit.form.get("environment")).ok_or_else(|| missing("environment"))?;
    let is_plain = environment == Environment::Test && is_local(&host);
    let settings = DomainSettings {
        controller: visit.form.maybe("controller"),
        contact: visit.form.maybe("contact"),
        ..DomainSettings::default()
    };
    let new = NewDomain {
        scheme: if is_plain { Scheme::Http } else { Scheme::Https },
        environment,
        name: visit.form.maybe("name").unwrap_or_else(|| host.clone()),
        host,
    };
    Ok((new, settings))
}

async fn made(visit: &Visit) -> Result<DomainView, Refusal> {
    let (new, settings) = asked(visit)?;
    // Who may come here operates the installation; the write is a domain's.
    let permit = visit.may(Permission::ManageDomains)?;
    let id = visit.site.console.create_domain_with(&permit, (&new, settings), visit.now()).await?;
    visit.site.console.domain_by_id(&visit.may(Permission::ReadSettings)?, id).await
}

/// `POST /t/{tenant}/domains`
pub(super) async fn create(visit: Visit) -> Result<Response, Refusal> {
    match made(&visit).await {
        Ok(domain) => Ok(done(&visit.tenant_href(&format!("/domains/{}", domain.id)), "domain-made")),
        Err(refusal) => Ok(refused_form(&visit, &refusal, new_page(&visit, Some(&refusal)))),
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_the_machine_itself_goes_without_tls() {
        for host in ["localhost", "shop.localhost:8080", "127.0.0.1:1", "[::1]:2"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["login.example.no", "localhost.example", "login.example.no:8443"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
