//! Applications: the list of them, a new one, and the page that says how it is connected.

use axum::response::Response;
use console::{
    ApplicationQuery, ApplicationView, DomainView, NewApplication, Permission, Refusal, SourceView,
};
use model::{ApplicationId, ApplicationKind, ApplicationSettings, DomainId, LoginMethod};
use pages::console::{
    Action, Block, Cell, Chip, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind, FieldOption,
    Notice, NoticeKind, Pager, Step, Table, TableRow, Text, Tone,
};
use texts::{AdminMessage, Noun};

use super::{
    answer::{refused_form, shown, wrong, wrong_form},
    application::TABS,
    settings::{marked, tabs},
    sources,
    tenants::{ROWS, query},
    trials,
    visit::Visit,
    words,
};

/// The kinds of applications: the word in settings, and the keys of name and rule.
pub(super) const KINDS: [(&str, &str, &str); 3] = [
    ("web", "console-kind-web", "console-kind-web-help"),
    ("browser", "console-kind-browser", "console-kind-browser-help"),
    ("native", "console-kind-native", "console-kind-native-help"),
];

const fn kind_word(kind: ApplicationKind) -> &'static str {
    match kind {
        ApplicationKind::Web => "console-kind-web",
        ApplicationKind::Browser => "console-kind-browser",
        ApplicationKind::Native => "console-kind-native",
    }
}

/// An application with its domain, for those who may see it.
pub(super) struct ApplicationPlace {
    pub(super) application: ApplicationView,
    pub(super) domain: DomainView,
    /// The address of its page.
    pub(super) base: String,
}

/// The application in the path, whose domain is of the environment in the path.
pub(super) async fn place(visit: &Visit) -> Result<ApplicationPlace, Refusal> {
    let missing = || Refusal::NotFound(Noun::Application);
    let id = ApplicationId::parse(visit.param("application")).map_err(|_| missing())?;
    let reading = visit.may(Permission::ReadSettings)?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let domain = visit.site.console.domain_by_id(&reading, application.domain).await;
    // A deleted domain takes its applications along.
    let domain = domain.map_err(|error| match error {
        Refusal::NotFound(_) => missing(),
        other => other,
    })?;
    if Some(domain.environment) != visit.environment() {
        return Err(missing());
    }
    let base = visit.environment_href(&format!("/applications/{id}"));
    Ok(ApplicationPlace { application, domain, base })
}

pub(super) fn crumbs(visit: &Visit) -> Vec<Crumb> {
    let href = visit.environment_href("/applications");
    vec![Crumb { label: Text::Key("console-nav-applications"), href }]
}

/// The page of an application without its content.
pub(super) fn page_of(visit: &Visit, place: &ApplicationPlace, tab: &str) -> ConsolePage {
    let kind = texts::say(visit.locale, kind_word(place.application.settings.kind), &[]);
    let lead = vec![("kind", kind), ("host", place.domain.host.clone())];
    let may_try = visit.offers(Permission::RunTrials) && place.application.disabled_at.is_none();
    let mut page = ConsolePage {
        heading: Text::plain(place.application.name.clone()),
        chip: Some(words::switched(place.application.disabled_at.is_some())),
        lead: Some(Text::With("console-application-lead", lead)),
        primary: may_try.then(|| trials::action(visit, place.application.id, "any")),
        tabs: tabs(&place.base, &TABS, tab),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit);
    page
}

/// `GET /t/{tenant}/{environment}/applications`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let search = visit.query.get("q").to_owned();
    let environment = visit.environment().ok_or(Refusal::NotFound(Noun::Object))?;
    let asked = ApplicationQuery {
        environment,
        search: &search,
        made_before: ApplicationId::parse(visit.query.get("before")).ok(),
        most: ROWS,
    };
    let reading = visit.may(Permission::ReadSettings)?;
    let found = visit.site.console.find_applications(&reading, asked).await?;
    let domains = sources::domains(&visit).await?;
    let base = visit.environment_href("/applications");
    let host =
        |id: DomainId| domains.iter().find(|it| it.id == id).map(|it| it.host.clone()).unwrap_or_default();
    let row = |it: &ApplicationView| TableRow {
        cells: vec![
            Cell::Link { text: Text::plain(it.name.clone()), href: format!("{base}/{}", it.id) },
            Cell::Text(Text::code(it.client_id.clone())),
            Cell::Text(Text::Key(kind_word(it.settings.kind))),
            Cell::Text(Text::plain(host(it.domain))),
            Cell::Chip(words::switched(it.disabled_at.is_some())),
            words::time(it.created_at, visit.now()),
        ],
    };
    let may_make = visit.offers(Permission::ManageApplications) && !domains.is_empty();
    let new = || may_make.then(|| Action::to("console-application-new", format!("{base}/new")));
    let to_page = |before: Option<ApplicationId>| {
        let before = before.map(|it| format!("&before={it}")).unwrap_or_default();
        format!("{base}?q={}{before}", query(&search))
    };
    let (first, last) = (found.before + 1, found.before + found.page.len());
    let count = match (found.count, found.page.len()) {
        (0, _) => Text::with("console-applications-count", "count", "0"),
        (all, here) if all == here => Text::with("console-applications-count", "count", all.to_string()),
        (all, _) => {
            let part =
                vec![("first", first.to_string()), ("last", last.to_string()), ("count", all.to_string())];
            Text::With("console-applications-part", part)
        }
    };
    let has_older = last < found.count;
    let older = found.page.last().filter(|_| has_older).map(|it| to_page(Some(it.id)));
    let table = Table {
        id: "applications",
        caption: Text::Key("console-nav-applications"),
        columns: [
            "console-column-name",
            "console-column-client-id",
            "console-column-type",
            "console-column-domain",
            "console-column-state",
            "console-column-created",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: found.page.iter().map(row).collect(),
        empty: Text::Key(match (search.is_empty(), domains.is_empty()) {
            (false, _) => "console-none-found",
            (true, true) => "console-no-domain",
            (true, false) => "console-applications-none",
        }),
        empty_action: new().filter(|_| search.is_empty()),
        pager: (!search.is_empty() || found.count > 0).then(|| Pager {
            action: base.clone(),
            search: search.clone(),
            count,
            older_href: older,
            newer_href: (found.before > 0).then(|| to_page(found.newer)),
            ..Pager::default()
        }),
    };
    let bin = Action::to("console-bin-applications", format!("{base}/bin")).named("bin");
    let page = ConsolePage {
        heading: Text::Key("console-nav-applications"),
        lead: Some(Text::Key("console-applications-lead")),
        primary: new().map(|it| it.named("new-application")),
        blocks: vec![Block::Table(table), Block::Actions(vec![bin])],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

/// A client id that nobody has to think about.
fn suggestion(visit: &Visit) -> String {
    let bytes: [u8; 4] = visit.site.provider.random().bytes();
    format!("urn:my:application:identifier:{:04}", u32::from_be_bytes(bytes) % 10_000)
}

/// The fields of a new application.
const FIELDS: [&str; 5] = ["name", "kind", "redirect_uris", "client_id", "domain"];

/// Why none was made, and what is wrong with each field.
type NotMade<'a> = (&'a Refusal, Vec<(&'static str, Text)>);

fn new_page(visit: &Visit, domains: &[DomainView], refused: Option<NotMade<'_>>) -> ConsolePage {
    let base = visit.environment_href("/applications");
    let mut page = ConsolePage {
        heading: Text::Key("console-application-new"),
        lead: Some(Text::Key("console-application-new-lead")),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit);
    let Some(first) = domains.first() else {
        let text = Text::Key("console-no-domain");
        page.blocks = vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })];
        return page;
    };
    let (refusal, marks) = refused.map_or((None, Vec::new()), |(refusal, marks)| (Some(refusal), marks));
    let wrong_at = |name: &'static str| {
        let mark = marks.iter().find(|(field, _)| *field == name).map(|(_, text)| text.clone());
        mark.or_else(|| wrong(visit, refusal, name))
    };
    let typed = |name: &str, or: String| match refusal {
        Some(_) => visit.form.get(name).to_owned(),
        None => or,
    };
    let options = KINDS.map(|(word, label, help)| FieldOption {
        help: Some(Text::Key(help)),
        ..FieldOption::new(word, Text::Key(label))
    });
    let name = ConsoleField::new(
        "name",
        Text::Key("console-setting-name"),
        typed("name", String::new()),
        FieldKind::Line(100),
    );
    let kind = typed("kind", "web".to_owned());
    let kind = ConsoleField::new(
        "kind",
        Text::Key("console-setting-kind"),
        kind,
        FieldKind::Radio(options.to_vec()),
    );
    let uris = typed("redirect_uris", String::new());
    let uris = ConsoleField::new(
        "redirect_uris",
        Text::Key("console-setting-redirect-uris"),
        uris,
        FieldKind::Addresses(3),
    );
    let client_id = typed("client_id", suggestion(visit));
    let client_id = ConsoleField::new(
        "client_id",
        Text::Key("console-column-client-id"),
        client_id,
        FieldKind::Identifier(255),
    );
    let mut fields = vec![
        name.with_help(Text::Key("console-setting-name-help")).required().wrong(wrong_at("name")),
        kind.wrong(wrong_at("kind")),
        uris.with_help(Text::Key("console-setting-redirect-uris-help"))
            .required()
            .wrong(wrong_at("redirect_uris")),
        client_id.with_help(Text::Key("console-new-client-id-help")).required().wrong(wrong_at("client_id")),
    ];
    if domains.len() > 1 {
        let options = domains
            .iter()
            .map(|it| FieldOption::new(it.id.to_string(), Text::plain(it.host.clone())))
            .collect();
        let chosen = typed("domain", first.id.to_string());
        let domain = ConsoleField::new(
            "domain",
            Text::Key("console-column-domain"),
            chosen,
            FieldKind::Select(options),
        );
        fields.insert(0, domain.with_help(Text::Key("console-new-domain-help")).wrong(wrong_at("domain")));
    }
    let error = wrong_form(visit, refusal.filter(|_| marks.is_empty()), &FIELDS);
    let form = ConsoleForm {
        action: base.clone(),
        fields,
        submit: Text::Key("console-application-create"),
        submit_id: "create",
        cancel_href: Some(base),
        error,
        ..ConsoleForm::default()
    };
    page.blocks = vec![Block::Form(form)];
    page
}

/// `GET /t/{tenant}/{environment}/applications/new`
pub(super) async fn new(visit: Visit) -> Result<Response, Refusal> {
    let domains = sources::domains(&visit).await?;
    Ok(shown(&visit, new_page(&visit, &domains, None)))
}

fn asked(visit: &Visit, domains: &[DomainView]) -> Result<NewApplication, Refusal> {
    let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
    let domain = match visit.form.maybe("domain") {
        None => domains.first().filter(|_| domains.len() == 1),
        Some(id) => domains.iter().find(|it| it.id.to_string() == id),
    };
    let domain = domain.ok_or_else(|| missing("domain"))?;
    let name = visit.form.maybe("name").ok_or_else(|| missing("name"))?;
    let kind = match visit.form.get("kind") {
        "web" => ApplicationKind::Web,
        "browser" => ApplicationKind::Browser,
        "native" => ApplicationKind::Native,
        _ => return Err(missing("kind")),
    };
    let uris = visit.form.lines("redirect_uris");
    if uris.is_empty() {
        return Err(missing("redirect_uris"));
    }
    Ok(NewApplication {
        domain: domain.id,
        environment: domain.environment,
        client_id: visit.form.maybe("client_id").ok_or_else(|| missing("client_id"))?,
        name,
        settings: ApplicationSettings::new(kind, uris),
    })
}

/// `POST /t/{tenant}/{environment}/applications`
pub(super) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let domains = sources::domains(&visit).await?;
    let new = match asked(&visit, &domains) {
        Ok(new) => new,
        Err(refusal) => {
            return Ok(refused_form(
                &visit,
                &refusal,
                new_page(&visit, &domains, Some((&refusal, Vec::new()))),
            ));
        }
    };
    let permits = (visit.permit()?, &visit.may(Permission::ManageSecrets)?);
    let (id, secret) =
        match visit.site.console.create_application_with_secret(permits, &new, visit.now()).await {
            Ok(made) => made,
            Err(refusal) => {
                let marks = marked(&visit, FIELDS.into_iter(), &new.faults());
                let page = new_page(&visit, &domains, Some((&refusal, marks)));
                return Ok(refused_form(&visit, &refusal, page));
            }
        };
    let reading = visit.may(Permission::ReadSettings)?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let domain = visit.site.console.domain_by_id(&reading, application.domain).await?;
    let base = visit.environment_href(&format!("/applications/{id}"));
    let place = ApplicationPlace { application, domain, base };
    let mut page = page_of(&visit, &place, "");
    page.message =
        Some(Notice { kind: NoticeKind::Done, text: Text::Key("console-application-created"), action: None });
    page.blocks.extend(secret.map(|it| Block::Secret {
        label: Text::Key("console-secret"),
        value: it.expose().clone(),
        id: "client-secret",
    }));
    page.blocks.extend(connect_blocks(&visit, &place).await?);
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
async fn connect_blocks(visit: &Visit, place: &ApplicationPlace) -> Result<Vec<Block>, Refusal> {
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
    let place = place(&visit).await?;
    let mut page = page_of(&visit, &place, "");
    page.blocks = connect_blocks(&visit, &place).await?;
    Ok(shown(&visit, page))
}
