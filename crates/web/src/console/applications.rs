//! Applications: the list of them, and the page that says how one is connected.

use axum::response::Response;
use console::{
    ApplicationColumn, ApplicationFilter, ApplicationView, DomainView, ListOrder, Permission, Refusal,
    SourceView,
};
use model::{ApplicationKind, DomainId, LoginMethod};
use pages::console::{
    Action, Block, Cell, Chip, ConsolePage, Fact, FieldOption, Step, Table, TableRow, Text, Tone,
};
use texts::Noun;

use super::{
    answer::shown,
    list::{List, ListFilter, SortColumn, words as words_of},
    places::{ApplicationPlace, KINDS, application, application_page, kind_word},
    sources,
    visit::Visit,
    words,
};

fn row(visit: &Visit, it: &ApplicationView, domains: &[DomainView]) -> TableRow {
    let href = visit.environment_href(&format!("/applications/{}", it.id));
    let host = domains.iter().find(|domain| domain.id == it.domain).map(|it| it.host.clone());
    TableRow {
        cells: vec![
            Cell::Link { text: Text::plain(it.name.clone()), href },
            Cell::Text(Text::code(it.client_id.clone())),
            Cell::Text(Text::Key(kind_word(it.settings.kind))),
            Cell::Text(Text::plain(host.unwrap_or_default())),
            Cell::Chip(words::switched(it.disabled_at.is_some())),
            words::time(it.created_at, visit.now()),
        ],
    }
}

const COLUMNS: [&str; 6] = [
    "console-column-name",
    "console-column-client-id",
    "console-column-type",
    "console-column-domain",
    "console-column-state",
    "console-column-created",
];

const SORTS: [SortColumn<ApplicationColumn>; 3] = [
    SortColumn { at: 0, word: "name", by: ApplicationColumn::Name, is_time: false },
    SortColumn { at: 1, word: "client-id", by: ApplicationColumn::ClientId, is_time: false },
    SortColumn { at: 5, word: "made", by: ApplicationColumn::Made, is_time: true },
];

const LATEST_FIRST: ListOrder<ApplicationColumn> =
    ListOrder { by: ApplicationColumn::Made, is_descending: true };

/// The most domains that a list is filtered by.
const MOST_DOMAINS: usize = 200;

/// By state and type; by domain where there are several.
fn filters(visit: &Visit, domains: &[DomainView]) -> Vec<ListFilter> {
    let kinds: Vec<_> = KINDS.iter().map(|(word, label, _)| (*word, *label)).collect();
    let mut filters = vec![
        ListFilter::switched(visit),
        ListFilter::asked(visit, ("kind", "console-column-type"), words_of(&kinds)),
    ];
    if domains.len() > 1 {
        let option = |it: &DomainView| FieldOption::new(it.id.to_string(), Text::plain(it.host.clone()));
        let options = domains.iter().take(MOST_DOMAINS).map(option).collect();
        filters.push(ListFilter::asked(visit, ("domain", "console-column-domain"), options));
    }
    filters
}

fn kind_of(word: &str) -> Option<ApplicationKind> {
    [ApplicationKind::Web, ApplicationKind::Browser, ApplicationKind::Native]
        .into_iter()
        .zip(KINDS)
        .find(|(_, (known, ..))| *known == word)
        .map(|(kind, _)| kind)
}

/// `GET /t/{tenant}/{environment}/applications`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let environment = visit.environment().ok_or(Refusal::NotFound(Noun::Object))?;
    let domains = sources::domains(&visit).await?;
    let list = List::asked(&visit, visit.environment_href("/applications"), &SORTS, LATEST_FIRST)
        .filtered(filters(&visit, &domains));
    let filter = ApplicationFilter {
        environment,
        domain: list.chosen("domain").and_then(|it| DomainId::parse(it).ok()),
        kind: list.chosen("kind").and_then(kind_of),
        is_disabled: list.is_disabled(),
    };
    let reading = visit.may(Permission::ReadSettings)?;
    let found = visit.site.console.find_applications(&reading, list.query(filter)).await?;
    let may_make = visit.offers(Permission::ManageApplications) && !domains.is_empty();
    let href = visit.environment_href("/applications/new");
    let new = || may_make.then(|| Action::to("console-application-new", href.clone()));
    let table = Table {
        id: "applications",
        caption: Text::Key("console-nav-applications"),
        columns: COLUMNS.map(Text::Key).to_vec(),
        sorts: list.sorts(),
        rows: found.rows.iter().map(|it| row(&visit, it, &domains)).collect(),
        empty: Text::Key(match (list.is_searched(), domains.is_empty()) {
            (true, _) => "console-none-found",
            (false, true) => "console-no-domain",
            (false, false) => "console-applications-none",
        }),
        empty_action: new().filter(|_| !list.is_searched()),
        pager: list.pager(&found, "console-applications-count"),
    };
    let bin =
        Action::to("console-bin-applications", visit.environment_href("/applications/bin")).named("bin");
    let page = ConsolePage {
        heading: Text::Key("console-nav-applications"),
        lead: Some(Text::Key("console-applications-lead")),
        primary: new().map(|it| it.named("new-application")),
        blocks: vec![Block::Table(table), Block::Actions(vec![bin])],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

fn step(tone: Tone, text: &'static str, details: Vec<Text>) -> Step {
    Step { tone, aside: Text::default(), text: Text::Key(text), details, action: None }
}

/// How the eIDs stand that the application lets people choose from.
fn eid_steps(visit: &Visit, place: &ApplicationPlace, sources: &[SourceView]) -> Vec<Step> {
    let eids = place.application.settings.eids.iter().filter(|it| it.is_eid());
    let step = |eid: &LoginMethod| {
        let chip: Chip = sources::state(sources.iter().find(|it| it.eid == *eid));
        let href = visit.environment_href(&format!("/identity-sources/{}/{}", place.domain.id, eid.as_str()));
        Step {
            tone: chip.tone,
            aside: chip.text,
            text: Text::with("console-connect-eid", "eid", eid.name_in(visit.locale)),
            details: Vec::new(),
            action: Some(Action::to("console-source-open", href)),
        }
    };
    eids.map(step).collect()
}

/// What the application is told of this installation, and what is left to do.
pub(super) async fn connect_blocks(visit: &Visit, place: &ApplicationPlace) -> Result<Vec<Block>, Refusal> {
    let ApplicationPlace { application, domain, .. } = place;
    let (issuer, settings) = (domain.issuer(), &application.settings);
    let uris = Fact {
        values: settings.redirect_uris.iter().map(Text::code).collect(),
        ..Fact::copied("redirect-uri", "console-setting-redirect-uris", "")
    };
    let facts = vec![
        Fact::copied("issuer", "console-connect-issuer", issuer.clone()),
        Fact::copied(
            "discovery",
            "console-connect-discovery",
            format!("{issuer}/.well-known/openid-configuration"),
        ),
        Fact::copied("client-id", "console-column-client-id", application.client_id.clone()),
        uris,
    ];
    let heading = Block::Heading {
        id: "connect",
        text: Text::Key("console-connect-title"),
        lead: Some(Text::Key("console-connect-lead")),
    };
    let reading = visit.may(Permission::ReadSettings)?;
    let sources = visit.site.console.identity_sources(&reading, domain.id).await?;
    let next = Block::Heading { id: "next", text: Text::Key("console-connect-next"), lead: None };
    let mut steps = vec![step(
        Tone::Neutral,
        "console-connect-library",
        vec![Text::Key(if settings.is_public() {
            "console-connect-public"
        } else {
            "console-connect-confidential"
        })],
    )];
    steps.extend(eid_steps(visit, place, &sources));
    steps.push(step(Tone::Neutral, "console-connect-try", vec![Text::Key("console-connect-try-details")]));
    Ok(vec![heading, Block::Facts(facts), next, Block::Steps(steps)])
}

/// `GET /t/{tenant}/{environment}/applications/{application}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let place = application(&visit).await?;
    let mut page = application_page(&visit, &place, "");
    page.blocks = connect_blocks(&visit, &place).await?;
    Ok(shown(&visit, page))
}
