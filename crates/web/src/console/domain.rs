//! A domain: how it stands, its settings section by section, its signing keys and its test users.

use axum::response::Response;
use console::{DomainChange, DomainView, KeyState, KeyView, NewTestUser, Permission, Refusal, SourceView};
use crypto::Secret;
use model::{DomainId, DomainSettings, Environment, SettingsError, StandardClaims};
use pages::console::{
    Action, Block, Cell, Chip, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind, Notice,
    NoticeKind, Table, TableRow, Text, Tone,
};
use serde_json::{Map, Value, json};
use texts::{AdminMessage, FieldMessage, Noun};

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    danger,
    logos::{self, LogoPlace, with_logo},
    places::{DomainPlace, domain, domain_crumbs},
    settings::{
        Entry, Members, Refused, Section, Setting, Sheet, members_of, section, seen, tabs, taken_apart,
        wanted,
    },
    visit::Visit,
    words,
};

/// The pages of a domain. Test users are for test domains.
const TABS: [(&str, &str); 7] = [
    ("", "console-tab-state"),
    ("settings", "console-tab-settings"),
    ("brand", "console-tab-brand"),
    ("keys", "console-tab-signing-keys"),
    ("certificate", "console-tab-certificate"),
    ("test-users", "console-tab-test-users"),
    ("danger", "console-tab-danger"),
];

const fn on(tab: &'static str, word: &'static str, title: &'static str, lead: &'static str) -> Section {
    Section { word, tab, title, lead }
}

const SECTIONS: &[Section] = &[
    on("settings", "settings", "console-section-domain", "console-section-domain-lead"),
    on("settings", "sessions", "console-section-sessions", "console-section-sessions-lead"),
    on("settings", "requests", "console-section-domain-requests", "console-section-domain-requests-lead"),
    on("brand", "brand", "console-section-domain-brand", "console-section-domain-brand-lead"),
    on("test-users", "automation", "console-section-automation", "console-section-automation-lead"),
];

macro_rules! set {
    ($section:literal, $name:literal, $entry:expr, $key:literal) => {
        Setting {
            name: $name,
            section: $section,
            entry: $entry,
            label: concat!("console-setting-", $key),
            help: concat!("console-setting-", $key, "-help"),
        }
    };
}

const SETTINGS: &[Setting] = &[
    set!("settings", "name", Entry::Line(100), "domain-name"),
    set!("settings", "display_name", Entry::Line(100), "display-name"),
    set!("settings", "controller", Entry::Line(100), "controller"),
    set!("settings", "contact", Entry::Word(254), "contact"),
    set!("sessions", "single_sign_on", Entry::Methods, "domain-single-sign-on"),
    set!("sessions", "session_idle_minutes", Entry::Minutes, "session-idle"),
    set!("sessions", "session_absolute_minutes", Entry::Minutes, "session-absolute"),
    set!("requests", "require_par", Entry::Switch, "domain-require-par"),
    set!("automation", "automation", Entry::Switch, "automation"),
    set!("brand", "brand.color", Entry::Word(7), "color"),
    set!("brand", "brand.policy_uri", Entry::Word(512), "policy-uri"),
    set!("brand", "brand.tos_uri", Entry::Word(512), "tos-uri"),
    set!("brand", "brand.support_contact", Entry::Word(512), "support-contact"),
    set!("brand", "brand.support_phone", Entry::Word(16), "support-phone"),
];

/// Whether people can log in, and the key of why not.
pub(super) fn state(visit: &Visit, domain: &DomainView, found: &[SourceView]) -> (Chip, &'static str) {
    let is_tenant_off = visit.tenant().is_ok_and(|it| it.is_disabled);
    let has_eid = found.iter().any(|it| it.client.is_some() && it.disabled_at.is_none());
    let is_responsible = domain.environment == Environment::Test || domain.settings.controller().is_some();
    match () {
        () if is_tenant_off => (words::chip(Tone::Bad, "console-state-off"), "console-domain-why-tenant"),
        () if domain.disabled_at.is_some() => {
            (words::chip(Tone::Bad, "console-state-off"), "console-domain-why-off")
        }
        () if !has_eid => (words::chip(Tone::Attention, "console-domain-unready"), "console-domain-why-eid"),
        () if !is_responsible => {
            (words::chip(Tone::Attention, "console-domain-unready"), "console-domain-why-controller")
        }
        () => (words::chip(Tone::Good, "console-domain-ready"), "console-domain-why-ready"),
    }
}

async fn sources_of(visit: &Visit, domain: DomainId) -> Result<Vec<SourceView>, Refusal> {
    visit.site.console.identity_sources(&visit.may(Permission::ReadSettings)?, domain).await
}

async fn page_of(visit: &Visit, place: &DomainPlace, tab: &str) -> Result<ConsolePage, Refusal> {
    let domain = &place.domain;
    let (chip, _) = state(visit, domain, &sources_of(visit, domain.id).await?);
    let fits = |(word, _): &(&str, &str)| *word != "test-users" || domain.environment == Environment::Test;
    let all: Vec<(&str, &str)> = TABS.into_iter().filter(fits).collect();
    let mut page = ConsolePage {
        heading: Text::plain(domain.host.clone()),
        chip: Some(chip),
        lead: (domain.name != domain.host).then(|| Text::plain(domain.name.clone())),
        tabs: tabs(&place.base, &all, tab),
        ..ConsolePage::default()
    };
    page.frame.crumbs = domain_crumbs(visit);
    page.frame.environment = Some(domain.environment.as_str());
    Ok(page)
}

/// A page of a domain with these blocks.
pub(super) async fn page_with(
    visit: &Visit,
    place: &DomainPlace,
    (tab, blocks): (&str, Vec<Block>),
) -> Result<ConsolePage, Refusal> {
    Ok(ConsolePage { blocks, ..page_of(visit, place, tab).await? })
}

/// `GET /t/{tenant}/domains/{domain}`
pub(super) async fn overview(visit: Visit) -> Result<Response, Refusal> {
    let place = domain(&visit).await?;
    let domain = &place.domain;
    let found = sources_of(&visit, domain.id).await?;
    let (chip, why) = state(&visit, domain, &found);
    let href = visit.tenant_href(&format!("/{}/identity-sources", domain.environment.as_str()));
    let eids: Vec<String> =
        found.iter().filter(|it| it.client.is_some()).map(|it| it.eid.name_in(visit.locale)).collect();
    let eids = if eids.is_empty() { Text::plain("–") } else { Text::plain(eids.join(", ")) };
    let issuer = domain.issuer();
    let environment = Text::Key(words::environment(domain.environment));
    let facts = vec![
        Fact::new("console-column-state", Text::Key(why)).with_chip(chip),
        Fact::copied("issuer", "console-connect-issuer", issuer.clone()),
        Fact::copied(
            "discovery",
            "console-connect-discovery",
            format!("{issuer}/.well-known/openid-configuration"),
        ),
        Fact::new("console-environment", environment).with_help(Text::Key("console-domain-fixed")),
        Fact::new("console-domain-eids", eids),
        Fact::new("console-column-created", words::ago(domain.created_at, visit.now())),
    ];
    let mut page = page_of(&visit, &place, "").await?;
    page.blocks = vec![
        Block::Facts(facts),
        Block::Actions(vec![Action::to("console-nav-sources", href).named("sources")]),
    ];
    Ok(shown(&visit, page))
}

fn members(place: &DomainPlace) -> Members {
    members_of(&place.domain.name, &place.domain.settings.to_text())
}

fn logo_place<'a>(visit: &Visit, place: &'a DomainPlace, refusal: Option<&'a Refusal>) -> LogoPlace<'a> {
    LogoPlace {
        href: format!("{}/brand", place.base),
        version: place.domain.version,
        logo: place.domain.settings.brand.logo.as_ref(),
        may_change: visit.offers(Permission::ManageDomains),
        refusal,
    }
}

/// The page of the brand after a logo was refused.
pub(super) async fn brand_page(
    visit: &Visit,
    place: &DomainPlace,
    refusal: &Refusal,
) -> Result<ConsolePage, Refusal> {
    let of_logo = logos::blocks(visit, &logo_place(visit, place, Some(refusal)));
    let page = tab_page(visit, place, ("brand", None)).await?;
    Ok(with_logo(page, of_logo))
}

async fn tab_page(
    visit: &Visit,
    place: &DomainPlace,
    (tab, refused): (&'static str, Option<&Refused<'_>>),
) -> Result<ConsolePage, Refusal> {
    let members = members(place);
    let sheet = Sheet {
        settings: SETTINGS,
        sections: SECTIONS,
        members: &members,
        version: place.domain.version,
        environment: place.domain.environment,
        base: &place.base,
        may_change: visit.offers(Permission::ManageDomains),
        refused,
    };
    let mut page = page_of(visit, place, tab).await?;
    page.blocks = match tab {
        "danger" => danger::domain_blocks(visit, place),
        "keys" => key_blocks(visit, place).await?,
        _ => sheet.blocks(visit, tab),
    };
    match tab {
        "brand" => page.blocks.extend(logos::blocks(visit, &logo_place(visit, place, None))),
        "test-users" => page.blocks.extend(user_blocks(visit, place, None).await?),
        _ => {}
    }
    Ok(page)
}

fn tab_of(place: &DomainPlace, word: &str) -> Option<&'static str> {
    let of_section = section(SECTIONS, word).map(|it| it.tab);
    let tab =
        of_section.or_else(|| TABS.iter().map(|(tab, _)| *tab).find(|it| *it == word && !it.is_empty()));
    tab.filter(|it| *it != "test-users" || place.domain.environment == Environment::Test)
}

/// `GET /t/{tenant}/domains/{domain}/{section}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let place = domain(&visit).await?;
    let tab = tab_of(&place, visit.param("section")).ok_or(Refusal::NotFound(Noun::Object))?;
    let page = tab_page(&visit, &place, (tab, None)).await?;
    Ok(shown(&visit, page))
}

async fn saved(visit: &Visit, place: &DomainPlace, section: &Section) -> Result<&'static str, Refusal> {
    let (name, settings) = taken_apart(wanted(SETTINGS, section.word, (&members(place), &visit.form))?);
    let change = DomainChange { name, settings: DomainSettings::parse(&settings)? };
    let at = (place.domain.id, &seen(visit));
    let now = visit.site.console.change_domain(visit.permit()?, at, &change, visit.now()).await?;
    Ok(if now.version == place.domain.version { "unchanged" } else { "saved" })
}

/// `POST /t/{tenant}/domains/{domain}/{section}`
pub(super) async fn save(visit: Visit) -> Result<Response, Refusal> {
    let place = domain(&visit).await?;
    let missing = || Refusal::NotFound(Noun::Object);
    let section = section(SECTIONS, visit.param("section")).ok_or_else(missing)?;
    let tab = tab_of(&place, section.word).ok_or_else(missing)?;
    match saved(&visit, &place, section).await {
        Ok(word) => Ok(done(&format!("{}/{tab}", place.base), word)),
        Err(refusal) => {
            let refused = Refused { section: section.word, refusal: &refusal, fields: Vec::new() };
            let page = tab_page(&visit, &place, (tab, Some(&refused))).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

const fn key_chip(state: KeyState) -> Chip {
    match state {
        KeyState::Next => words::chip(Tone::Neutral, "console-key-next"),
        KeyState::Current => words::chip(Tone::Good, "console-key-current"),
        KeyState::Retired => words::chip(Tone::Neutral, "console-key-retired"),
        KeyState::Withdrawn => words::chip(Tone::Bad, "console-key-withdrawn"),
    }
}

fn key_row(visit: &Visit, place: &DomainPlace, key: &KeyView) -> TableRow {
    let end = key.times.withdrawn_at.or(key.times.retired_at);
    let withdraw =
        Action::to("console-key-withdraw", format!("{}/keys/{}/withdraw", place.base, key.kid)).dangerous();
    let may = visit.offers(Permission::WithdrawKeys) && key.state != KeyState::Withdrawn;
    TableRow {
        cells: vec![
            Cell::Text(Text::code(key.kid.clone())),
            Cell::Text(Text::code(key.algorithm.clone())),
            Cell::Chip(key_chip(key.state)),
            words::time(key.times.active_at, visit.now()),
            end.map_or_else(|| Cell::Text(Text::plain("–")), |at| words::time(at, visit.now())),
            Cell::Actions(if may { vec![withdraw] } else { Vec::new() }),
        ],
    }
}

async fn key_blocks(visit: &Visit, place: &DomainPlace) -> Result<Vec<Block>, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let keys = visit.site.console.signing_keys(&reading, place.domain.id, visit.now()).await?;
    let mut blocks = vec![
        Block::Heading {
            id: "signing-keys",
            text: Text::Key("console-keys-title"),
            lead: Some(Text::Key("console-keys-lead")),
        },
        Block::Table(Table {
            id: "keys",
            caption: Text::Key("console-keys-title"),
            columns: [
                "console-column-key",
                "console-column-algorithm",
                "console-column-state",
                "console-column-signs",
                "console-column-ends",
                "console-column-actions",
            ]
            .map(Text::Key)
            .to_vec(),
            rows: keys.iter().map(|it| key_row(visit, place, it)).collect(),
            empty: Text::Key("console-keys-none"),
            ..Table::default()
        }),
    ];
    if visit.offers(Permission::RotateKeys) {
        let lead = Some(Text::Key("console-key-rotate-lead"));
        blocks.push(Block::Heading { id: "rotate", text: Text::Key("console-key-rotate-title"), lead });
        let rotate = Action::act("console-key-rotate", format!("{}/keys/rotate", place.base));
        blocks.push(Block::Actions(vec![rotate.named("rotate-keys")]));
    }
    Ok(blocks)
}

/// `POST …/domains/{domain}/keys/rotate`
pub(super) async fn rotate_keys(visit: Visit) -> Result<Response, Refusal> {
    let place = domain(&visit).await?;
    let schedule = visit.site.schedule;
    visit.site.console.rotate_keys_now(visit.permit()?, place.domain.id, schedule, visit.now()).await?;
    Ok(done(&format!("{}/keys", place.base), "rotated"))
}

async fn key(visit: &Visit, place: &DomainPlace) -> Result<KeyView, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let keys = visit.site.console.signing_keys(&reading, place.domain.id, visit.now()).await?;
    keys.into_iter().find(|it| it.kid == visit.param("key")).ok_or(Refusal::NotFound(Noun::SigningKey))
}

/// `GET …/domains/{domain}/keys/{key}/withdraw`
pub(super) async fn withdraw_page(visit: Visit) -> Result<Response, Refusal> {
    let place = domain(&visit).await?;
    let key = key(&visit, &place).await?;
    let back = format!("{}/keys", place.base);
    let facts = vec![
        Fact::new("console-column-key", Text::code(key.kid)),
        Fact::new("console-column-algorithm", Text::code(key.algorithm)).with_chip(key_chip(key.state)),
        Fact::new("console-column-domain", Text::plain(place.domain.host.clone())),
    ];
    let form = ConsoleForm {
        action: visit.path.clone(),
        submit: Text::Key("console-key-withdraw"),
        submit_id: "withdraw",
        is_danger: true,
        cancel_href: Some(back.clone()),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-key-withdraw-title"),
        lead: Some(Text::Key("console-key-withdraw-lead")),
        blocks: vec![Block::Facts(facts), Block::Form(form)],
        ..ConsolePage::default()
    };
    page.frame.crumbs = domain_crumbs(&visit);
    page.frame.crumbs.push(Crumb { label: Text::plain(place.domain.host.clone()), href: back });
    page.frame.environment = Some(place.domain.environment.as_str());
    Ok(shown(&visit, page))
}

/// `POST …/domains/{domain}/keys/{key}/withdraw`
pub(super) async fn withdraw(visit: Visit) -> Result<Response, Refusal> {
    let place = domain(&visit).await?;
    let key = key(&visit, &place).await?;
    let at = (place.domain.id, key.kid.as_str());
    visit.site.console.withdraw_key(visit.permit()?, at, visit.site.schedule, visit.now()).await?;
    Ok(done(&format!("{}/keys", place.base), "key-withdrawn"))
}

/// The most test users that are shown.
const MOST_USERS: usize = 1_000;

async fn user_blocks(
    visit: &Visit,
    place: &DomainPlace,
    refusal: Option<&Refusal>,
) -> Result<Vec<Block>, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let users = visit.site.console.test_users(&reading, place.domain.id, None).await?;
    let may = visit.offers(Permission::ManageTestUsers);
    let row = |it: &console::TestUserView| {
        let remove =
            Action::act("console-user-remove", format!("{}/test-users/{}/remove", place.base, it.id));
        let remove = remove.with("version", it.version.to_string()).dangerous();
        let name = it.claims.as_ref().and_then(|it| it.name.clone()).unwrap_or_else(|| "–".to_owned());
        TableRow {
            cells: vec![
                Cell::Text(Text::code(it.username.clone())),
                Cell::Text(Text::plain(name)),
                words::time(it.created_at, visit.now()),
                Cell::Actions(if may { vec![remove] } else { Vec::new() }),
            ],
        }
    };
    let mut blocks = vec![
        Block::Heading {
            id: "users",
            text: Text::Key("console-users-title"),
            lead: Some(Text::Key("console-users-lead")),
        },
        Block::Table(Table {
            id: "test-users",
            caption: Text::Key("console-users-title"),
            columns: [
                "console-column-username",
                "console-column-name",
                "console-column-created",
                "console-column-actions",
            ]
            .map(Text::Key)
            .to_vec(),
            rows: users.iter().take(MOST_USERS).map(row).collect(),
            empty: Text::Key("console-users-none"),
            ..Table::default()
        }),
    ];
    if may {
        blocks.push(Block::Heading { id: "add-user", text: Text::Key("console-user-new"), lead: None });
        blocks.push(Block::Form(user_form(visit, place, refusal)));
    }
    Ok(blocks)
}

fn user_form(visit: &Visit, place: &DomainPlace, refusal: Option<&Refusal>) -> ConsoleForm {
    let value = |name: &str| if refusal.is_some() { visit.form.get(name).to_owned() } else { String::new() };
    let username = ConsoleField::new(
        "username",
        Text::Key("console-column-username"),
        value("username"),
        FieldKind::Identifier(100),
    );
    let password =
        ConsoleField::new("password", Text::Key("console-user-password"), "", FieldKind::Secret(200));
    let claims =
        ConsoleField::new("claims", Text::Key("console-user-claims"), value("claims"), FieldKind::Code(4));
    // A refusal of one claim names it inside the claims.
    let of_claims = refusal.filter(|it| it.message().field.is_some_and(|it| it.starts_with("claims.")));
    let of_claims = of_claims.map(|it| Text::plain(super::answer::sentence(visit, it)));
    let error = if of_claims.is_some() {
        None
    } else {
        wrong_form(visit, refusal, &["username", "password", "claims"])
    };
    ConsoleForm {
        action: format!("{}/test-users", place.base),
        fields: vec![
            username
                .with_help(Text::Key("console-user-name-help"))
                .required()
                .wrong(wrong(visit, refusal, "username")),
            password
                .with_help(Text::Key("console-user-password-help"))
                .wrong(wrong(visit, refusal, "password")),
            claims
                .with_help(Text::Key("console-user-claims-help"))
                .wrong(of_claims.or_else(|| wrong(visit, refusal, "claims"))),
        ],
        submit: Text::Key("console-user-add"),
        submit_id: "add-test-user",
        error,
        ..ConsoleForm::default()
    }
}

/// Claims as lines of `name=value`; a value is JSON, or a bare word.
fn claims(lines: Vec<String>) -> Result<StandardClaims, FieldMessage> {
    let mut members: Map<String, Value> = Map::new();
    for line in lines {
        let form = || AdminMessage::SettingFormInvalid { value: line.as_str().into() }.at("claims");
        let (name, text) = line.split_once('=').ok_or_else(form)?;
        let value = serde_json::from_str::<Value>(text.trim()).unwrap_or_else(|_| json!(text.trim()));
        members.insert(name.trim().to_owned(), value);
    }
    let read = serde_json::from_value(members.into());
    read.map_err(|error| SettingsError::Unreadable(error.to_string()).message().message.at("claims"))
}

async fn added(visit: &Visit, place: &DomainPlace) -> Result<Option<Secret<String>>, Refusal> {
    let typed = Some(visit.form.secret("password").to_owned()).filter(|it| !it.is_empty());
    let is_new = typed.is_none();
    let password = typed.map_or_else(|| visit.site.provider.random().token(), Secret::new);
    let claims = claims(visit.form.lines("claims")).map_err(Refusal::Invalid)?;
    let new =
        NewTestUser { username: visit.form.get("username").to_owned(), password: password.clone(), claims };
    visit.site.console.add_test_user(visit.permit()?, place.domain.id, &new, visit.now()).await?;
    Ok(is_new.then_some(password))
}

/// The place, where it is a test domain.
async fn test_place(visit: &Visit) -> Result<DomainPlace, Refusal> {
    let place = domain(visit).await?;
    if place.domain.environment == Environment::Test {
        Ok(place)
    } else {
        Err(Refusal::NotFound(Noun::Object))
    }
}

/// `POST …/domains/{domain}/test-users`: a password that was made here is shown once.
pub(super) async fn add_user(visit: Visit) -> Result<Response, Refusal> {
    let place = test_place(&visit).await?;
    match added(&visit, &place).await {
        Ok(None) => Ok(done(&format!("{}/test-users", place.base), "user-made")),
        Ok(Some(password)) => {
            let mut page = tab_page(&visit, &place, ("test-users", None)).await?;
            let text = Text::with("console-user-added", "name", visit.form.get("username"));
            page.message = Some(Notice { kind: NoticeKind::Done, text, action: None });
            let label = Text::Key("console-user-password");
            let value = password.expose().clone();
            page.blocks.insert(0, Block::Secret { label, value, id: "new-password" });
            Ok(shown(&visit, page))
        }
        Err(refusal) => {
            let mut page = page_of(&visit, &place, "test-users").await?;
            page.blocks = user_blocks(&visit, &place, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST …/domains/{domain}/test-users/{user}/remove`
pub(super) async fn remove_user(visit: Visit) -> Result<Response, Refusal> {
    let place = test_place(&visit).await?;
    let reading = visit.may(Permission::ReadSettings)?;
    let users = visit.site.console.test_users(&reading, place.domain.id, None).await?;
    let user = users.into_iter().find(|it| it.id.to_string() == visit.param("user"));
    let user = user.ok_or(Refusal::NotFound(Noun::TestUser))?;
    let at = (place.domain.id, user.username.as_str(), &seen(&visit));
    visit.site.console.remove_test_user(visit.permit()?, at, visit.now()).await?;
    Ok(done(&format!("{}/test-users", place.base), "user-removed"))
}

/// Whether the eIDs of a domain are among those of a list.
pub(super) async fn state_of(visit: &Visit, domain: &DomainView) -> Result<(Chip, &'static str), Refusal> {
    Ok(state(visit, domain, &sources_of(visit, domain.id).await?))
}

#[cfg(test)]
mod tests {
    use model::DomainSettings;
    use texts::{Locale, UNTRANSLATED};

    use super::{SECTIONS, SETTINGS, claims};

    #[test]
    fn whatever_the_command_line_can_set_of_a_domain_can_be_set_here() {
        let known = DomainSettings::parse(r#"{"?":0}"#).unwrap_err().unknown_field().unwrap().1;
        for name in known.iter().filter(|it| *it != "brand") {
            assert!(SETTINGS.iter().any(|it| it.name == name), "{name}");
        }
        for setting in SETTINGS {
            assert!(SECTIONS.iter().any(|it| it.word == setting.section), "{}", setting.name);
            for key in [setting.label, setting.help] {
                assert!(!texts::say(Locale::En, key, &[]).contains(UNTRANSLATED), "{key}");
            }
        }
    }

    #[test]
    fn claims_are_lines_and_a_wrong_one_is_named() {
        let told = claims(vec!["name=Kari Nordmann".to_owned(), "email_verified = true".to_owned()]).unwrap();
        assert_eq!((told.name.as_deref(), told.email_verified), (Some("Kari Nordmann"), Some(true)));
        assert!(claims(vec!["admin=true".to_owned()]).unwrap_err().line(Locale::En).contains("admin"));
        assert_eq!(claims(vec!["Kari".to_owned()]).unwrap_err().field.as_deref(), Some("claims"));
    }
}
