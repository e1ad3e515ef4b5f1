//! Identity sources: one page for each domain and eID, with what to hand over, the credentials, and the live check.

use axum::response::Response;
use console::{
    CheckedCredentials, DomainView, GenerationView, NewIdentitySource, Permission, Refusal, Seen,
    SourceCheckView, SourceCredentials, SourceMethod, SourceToCheck, SourceView, Tenant,
};
use model::{CheckLine as Line, CheckState, DomainId, EidEnvironment, Environment, LoginMethod};
use pages::console::{
    Action, Block, Card, CheckLine, Chip, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind,
    FieldOption, Finding, Notice, NoticeKind, Text, Tone,
};
use texts::{AdminMessage, Noun};

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    settings,
    source_settings::{self, SourceSheet},
    visit::Visit,
    words,
};

/// The place of an identity source, for those who may see it.
pub(super) struct SourcePlace {
    pub(super) tenant: Tenant,
    pub(super) domain: DomainView,
    pub(super) eid: LoginMethod,
    /// The address of its page; what is done with it is below.
    pub(super) base: String,
    /// Which installations of the eID can be chosen.
    pub(super) environments: Vec<EidEnvironment>,
}

impl SourcePlace {
    pub(super) fn callback(&self) -> String {
        format!("{}/callback/{}", self.domain.issuer(), self.eid.as_str())
    }

    /// The place of the source that an order is for.
    pub(super) fn of_order(visit: &Visit, domain: DomainView, eid: LoginMethod) -> Result<Self, Refusal> {
        let path =
            format!("/{}/identity-sources/{}/{}", domain.environment.as_str(), domain.id, eid.as_str());
        let environments = environments_of(domain.environment);
        Ok(Self {
            tenant: visit.tenant()?.clone(),
            base: visit.tenant_href(&path),
            environments,
            domain,
            eid,
        })
    }

    fn at(&self) -> (DomainId, LoginMethod) {
        (self.domain.id, self.eid)
    }

    /// The source, if it was made already.
    pub(super) async fn source(&self, visit: &Visit) -> Result<Option<SourceView>, Refusal> {
        let permit = self.tenant.permit(Permission::ReadSettings)?;
        match visit.site.console.identity_source(&permit, self.at()).await {
            Ok(source) => Ok(Some(source)),
            Err(Refusal::NotFound(Noun::IdentitySource)) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

async fn place(visit: &Visit) -> Result<SourcePlace, Refusal> {
    let tenant = visit.tenant()?.clone();
    let eid = LoginMethod::parse(visit.param("eid"))
        .filter(|it| it.is_eid())
        .ok_or(Refusal::NotFound(Noun::Eid))?;
    let domain = domain(visit, &tenant).await?;
    let base = visit.environment_href(&format!("/identity-sources/{}/{}", domain.id, eid.as_str()));
    let environments = environments_of(domain.environment);
    Ok(SourcePlace { tenant, domain, eid, base, environments })
}

/// Which installations of an eID a domain can have.
fn environments_of(environment: Environment) -> Vec<EidEnvironment> {
    match environment {
        Environment::Test => vec![EidEnvironment::Sandbox, EidEnvironment::Test],
        Environment::Production => vec![EidEnvironment::Production],
    }
}

/// The domain in the path, which is of the environment in the path.
pub(super) async fn domain(visit: &Visit, tenant: &Tenant) -> Result<DomainView, Refusal> {
    let missing = || Refusal::NotFound(Noun::Domain);
    let id = DomainId::parse(visit.param("domain")).map_err(|_| missing())?;
    let domain = visit.site.console.domain_by_id(&tenant.permit(Permission::ReadSettings)?, id).await?;
    if Some(domain.environment) == visit.environment() { Ok(domain) } else { Err(missing()) }
}

/// The domains of the environment in the path.
pub(super) async fn domains(visit: &Visit) -> Result<Vec<DomainView>, Refusal> {
    let all = visit.site.console.domains(&visit.may(Permission::ReadSettings)?, None).await?;
    Ok(all.into_iter().filter(|it| Some(it.environment) == visit.environment()).collect())
}

/// How a source stands: off, not configured, to be checked, in trouble, or working.
pub(super) fn state(source: Option<&SourceView>) -> Chip {
    let Some(source) = source.filter(|it| it.client.is_some()) else {
        return words::chip(Tone::Neutral, "console-source-not-configured");
    };
    if source.disabled_at.is_some() {
        return words::chip(Tone::Neutral, "console-state-off");
    }
    match source.active_check.as_ref().and_then(SourceCheckView::state) {
        Some(CheckState::Good) => words::chip(Tone::Good, "console-source-works"),
        Some(CheckState::Bad) => words::chip(Tone::Bad, "console-source-trouble"),
        Some(CheckState::Unknown) => words::chip(Tone::Good, "console-source-accepted"),
        None => words::chip(Tone::Attention, "console-source-unchecked"),
    }
}

pub(super) const fn environment_word(environment: EidEnvironment) -> &'static str {
    match environment {
        EidEnvironment::Sandbox => "console-eid-sandbox",
        EidEnvironment::Test => "console-eid-test",
        EidEnvironment::Production => "console-eid-production",
    }
}

/// `GET /t/{tenant}/{environment}/identity-sources`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let mut blocks = Vec::new();
    for domain in domains(&visit).await? {
        let sources = visit.site.console.identity_sources(&reading, domain.id).await?;
        let card = |eid: LoginMethod| {
            let source = sources.iter().find(|it| it.eid == eid);
            let href = visit.environment_href(&format!("/identity-sources/{}/{}", domain.id, eid.as_str()));
            let mut facts = vec![Fact::new(
                "console-source-callback",
                Text::code(format!("{}/callback/{}", domain.issuer(), eid.as_str())),
            )];
            if let Some(source) = source {
                facts.push(Fact::new(
                    "console-source-environment",
                    Text::Key(environment_word(source.environment)),
                ));
                let checked = source.last_check.as_ref().map(|it| words::ago(it.at, visit.now()));
                facts.extend(checked.map(|it| Fact::new("console-source-checked", it)));
            }
            let is_set = source.is_some_and(|it| it.client.is_some());
            let action =
                Action::to(if is_set { "console-source-open" } else { "console-source-set-up" }, href);
            Card { heading: Text::plain(eid.name_in(visit.locale)), chip: state(source), facts, action }
        };
        blocks.push(Block::Heading { id: "", text: Text::plain(domain.host.clone()), lead: None });
        blocks.push(Block::Cards(LoginMethod::eids().map(card).collect()));
    }
    if blocks.is_empty() {
        let text = Text::Key("console-no-domain");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
    }
    let page = ConsolePage {
        heading: Text::Key("console-sources-title"),
        lead: Some(Text::Key("console-sources-lead")),
        blocks,
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

/// The lines of a check.
fn lines(visit: &Visit, eid: LoginMethod, lines: &[Line]) -> Vec<CheckLine> {
    let line = |it: &Line| {
        let finding = match it.state() {
            CheckState::Good => Finding::Good,
            CheckState::Bad => Finding::Bad,
            CheckState::Unknown => Finding::Unknown,
        };
        let subject = match it.subject.as_str() {
            "discovery" => "console-check-discovery",
            "credentials" => "console-check-credentials",
            "redirect-uri" => "console-check-redirect-uri",
            _ => "console-check-national-number",
        };
        let message = it.message(eid).map(|it| Refusal::Invalid(it.into()));
        let details =
            message.map(|it| Text::plain(super::answer::sentence(visit, &it))).into_iter().collect();
        CheckLine { finding, text: Text::Key(subject), details }
    };
    lines.iter().map(line).collect()
}

fn method_word(method: SourceMethod) -> &'static str {
    match method {
        SourceMethod::ClientSecretBasic => "console-method-basic",
        SourceMethod::ClientSecretPost => "console-method-post",
        SourceMethod::PrivateKeyJwt => "console-method-key",
    }
}

fn credentials_facts(client: Option<&(String, SourceMethod)>, environment: EidEnvironment) -> Vec<Fact> {
    let Some((client_id, method)) = client else { return Vec::new() };
    vec![
        Fact::new("console-source-client-id", Text::code(client_id.clone())),
        Fact::new("console-source-method", Text::Key(method_word(*method))),
        Fact::new("console-source-environment", Text::Key(environment_word(environment))),
    ]
}

fn jwks_block(jwks: Option<&serde_json::Value>, id: &'static str) -> Option<Block> {
    let text = serde_json::to_string_pretty(jwks?).unwrap_or_default();
    Some(Block::Code { label: Text::Key("console-source-jwks"), text, id })
}

fn checked_blocks(visit: &Visit, place: &SourcePlace, check: &SourceCheckView) -> Vec<Block> {
    let mut blocks = Vec::new();
    let of = match check.of {
        CheckedCredentials::Active => "console-check-of-active",
        CheckedCredentials::Candidate => "console-check-of-candidate",
        CheckedCredentials::Others => "console-check-of-others",
    };
    let ago = words::ago(check.at, visit.now());
    blocks.push(Block::Facts(vec![Fact::new("console-source-checked", ago).with_help(Text::Key(of))]));
    match &check.lines {
        Some(found) => blocks.push(Block::Checks(lines(visit, place.eid, found))),
        None => blocks.push(Block::Notice(Notice {
            kind: NoticeKind::Info,
            text: Text::Key("console-check-unfinished"),
            action: None,
        })),
    }
    blocks
}

fn version_of(source: Option<&SourceView>) -> String {
    source.map(|it| it.version.to_string()).unwrap_or_default()
}

fn act(place: &SourcePlace, source: &SourceView, label: &'static str, what: &str) -> Action {
    Action::act(label, format!("{}/{what}", place.base)).with("version", source.version.to_string())
}

fn candidate_blocks(
    visit: &Visit,
    place: &SourcePlace,
    source: &SourceView,
    it: &GenerationView,
) -> Vec<Block> {
    let mut blocks = vec![Block::Heading {
        id: "candidate",
        text: Text::Key("console-source-candidate"),
        lead: Some(Text::Key("console-source-candidate-lead")),
    }];
    blocks.push(Block::Facts(credentials_facts(it.client.as_ref(), it.environment)));
    blocks.extend(jwks_block(it.jwks.as_ref(), "candidate-jwks"));
    let check = source.candidate_check.as_ref();
    let is_bad = check.and_then(SourceCheckView::state) == Some(CheckState::Bad);
    if let Some(check) = check {
        blocks.extend(checked_blocks(visit, place, check));
    }
    let (label, id) = if is_bad {
        ("console-source-use-anyway", "use-anyway")
    } else {
        ("console-source-use", "use-candidate")
    };
    let mut actions = Vec::new();
    if place.tenant.permit(Permission::ManageSources).is_ok() {
        let mut using = act(place, source, label, "activate").named(id);
        using.is_danger = is_bad;
        actions.push(using);
        actions.push(act(place, source, "console-source-discard", "discard").named("discard"));
    }
    if place.tenant.permit(Permission::CheckSources).is_ok() {
        actions.push(
            act(place, source, "console-check-now", "check")
                .with("candidate", "yes")
                .named("check-candidate"),
        );
    }
    blocks.push(Block::Actions(actions));
    blocks
}

/// The form that takes credentials.
pub(super) fn credentials_form(
    visit: &Visit,
    place: &SourcePlace,
    (source, refusal): (Option<&SourceView>, Option<&Refusal>),
) -> ConsoleForm {
    let typed = |name: &str, or: String| visit.form.maybe(name).unwrap_or(or);
    let option = |value: &str, key, help| FieldOption {
        help: Some(Text::Key(help)),
        ..FieldOption::new(value, Text::Key(key))
    };
    let client_id = ConsoleField::new(
        "client_id",
        Text::Key("console-source-client-id"),
        typed("client_id", String::new()),
        FieldKind::Identifier(255),
    );
    let method = ConsoleField::new(
        "method",
        Text::Key("console-source-method"),
        typed("method", "client_secret_basic".to_owned()),
        FieldKind::Radio(vec![
            option("client_secret_basic", "console-method-basic", "console-method-basic-help"),
            option("client_secret_post", "console-method-post", "console-method-post-help"),
            option("private_key_jwt", "console-method-key", "console-method-key-help"),
        ]),
    );
    let secret =
        ConsoleField::new("secret", Text::Key("console-source-secret"), "", FieldKind::Secret(1_000));
    let mut fields = vec![
        client_id.with_help(Text::Key("console-source-client-id-help")).required().wrong(wrong(
            visit,
            refusal,
            "client_id",
        )),
        method.wrong(wrong(visit, refusal, "method")),
        secret.with_help(Text::Key("console-source-secret-help")).wrong(wrong(visit, refusal, "secret")),
    ];
    if place.environments.len() > 1 {
        let now = source.map_or(EidEnvironment::Sandbox, |it| it.environment);
        let options = place
            .environments
            .iter()
            .map(|it| FieldOption::new(it.as_str(), Text::Key(environment_word(*it))))
            .collect();
        let field = ConsoleField::new(
            "environment",
            Text::Key("console-source-environment"),
            typed("environment", now.as_str().to_owned()),
            FieldKind::Radio(options),
        );
        fields.push(field.wrong(wrong(visit, refusal, "environment")));
    }
    ConsoleForm {
        action: format!("{}/credentials", place.base),
        hidden: vec![("version".to_owned(), version_of(source))],
        error: wrong_form(visit, refusal, &["client_id", "method", "secret", "environment"]),
        fields,
        submit: Text::Key("console-source-save-and-check"),
        submit_id: "save-credentials",
        ..ConsoleForm::default()
    }
}

/// The addresses that the eID has to know.
fn hand_over(place: &SourcePlace, source: Option<&SourceView>) -> Vec<Fact> {
    let mut facts = vec![Fact::copied("callback", "console-source-callback", place.callback())];
    let candidate = source.and_then(|it| it.candidate.as_ref());
    let has_key = source.is_some_and(|it| it.jwks.is_some()) || candidate.is_some_and(|it| it.jwks.is_some());
    if has_key {
        let address = format!("{}/.well-known/eids/{}/jwks", place.domain.issuer(), place.eid.as_str());
        let fact = Fact::copied("jwks-address", "console-source-jwks-address", address);
        facts.push(fact.with_help(Text::Key("console-source-jwks-help")));
    }
    facts
}

/// The addresses that the eID has to know, as a block.
pub(super) fn hand_over_blocks(place: &SourcePlace, source: Option<&SourceView>) -> Vec<Block> {
    vec![Block::Facts(hand_over(place, source))]
}

/// What the last check of the credentials found that were entered last.
pub(super) fn check_blocks(visit: &Visit, place: &SourcePlace, source: Option<&SourceView>) -> Vec<Block> {
    let check = source.and_then(|it| it.candidate_check.as_ref().or(it.active_check.as_ref()));
    check.map(|it| checked_blocks(visit, place, it)).unwrap_or_default()
}

/// Checks what was entered last, and gives what this check found.
pub(super) async fn check_again(visit: &Visit, place: &SourcePlace) -> Result<SourceCheckView, Refusal> {
    let candidate = place.source(visit).await?.is_some_and(|it| it.candidate.is_some());
    let asked = SourceToCheck { domain: place.domain.id, eid: place.eid, number: false, candidate };
    let permit = place.tenant.permit(Permission::CheckSources)?;
    visit.site.console.check_source(&permit, asked, visit.now()).await
}

/// What there is to hand over to the eID, the credentials, and what the last check found.
pub(super) fn credential_blocks(
    visit: &Visit,
    place: &SourcePlace,
    (source, refusal): (Option<&SourceView>, Option<&Refusal>),
) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading {
            id: "hand-over",
            text: Text::Key("console-source-hand-over"),
            lead: Some(Text::with("console-source-hand-over-lead", "eid", place.eid.name_in(visit.locale))),
        },
        Block::Facts(hand_over(place, source)),
    ];
    let may_manage = place.tenant.permit(Permission::ManageSources).is_ok();
    blocks.push(Block::Heading {
        id: "credentials",
        text: Text::Key("console-source-credentials"),
        lead: None,
    });
    let is_set = source.is_some_and(|it| it.client.is_some());
    if let Some(source) = source.filter(|it| it.client.is_some()) {
        blocks.push(Block::Facts(credentials_facts(source.client.as_ref(), source.environment)));
        blocks.extend(jwks_block(source.jwks.as_ref(), "jwks"));
        if let Some(check) = &source.active_check {
            blocks.extend(checked_blocks(visit, place, check));
        }
        if place.tenant.permit(Permission::CheckSources).is_ok() {
            blocks.push(Block::Actions(vec![
                act(place, source, "console-check-now", "check").named("check-now"),
            ]));
        }
        if let Some(candidate) = &source.candidate {
            blocks.extend(candidate_blocks(visit, place, source, candidate));
        }
        if let Some(previous) = &source.previous {
            blocks.push(Block::Heading {
                id: "previous",
                text: Text::Key("console-source-previous"),
                lead: Some(Text::Key("console-source-previous-lead")),
            });
            let until = Fact::new("console-source-previous-until", words::ago(previous.until, visit.now()));
            let mut facts = credentials_facts(previous.client.as_ref(), previous.environment);
            facts.push(until);
            blocks.push(Block::Facts(facts));
            if may_manage {
                let restore = act(place, source, "console-source-restore", "restore").named("restore");
                blocks.push(Block::Actions(vec![restore]));
            }
        }
    }
    if may_manage {
        let form = Block::Form(credentials_form(visit, place, (source, refusal)));
        if is_set && refusal.is_none() {
            blocks.push(Block::More { label: Text::Key("console-source-replace"), blocks: vec![form] });
        } else {
            blocks.push(form);
        }
    } else {
        let text = Text::Key("console-source-not-yours");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
    }
    blocks
}

/// Which form was refused.
#[derive(Clone, Copy)]
enum Refused<'a> {
    No,
    Credentials(&'a Refusal),
    Settings(&'a settings::Refused<'a>),
}

fn whole_page(
    visit: &Visit,
    place: &SourcePlace,
    source: Option<&SourceView>,
    refused: Refused<'_>,
) -> ConsolePage {
    let of_credentials = if let Refused::Credentials(refusal) = refused { Some(refusal) } else { None };
    let of_settings = if let Refused::Settings(refused) = refused { Some(refused) } else { None };
    let mut blocks = credential_blocks(visit, place, (source, of_credentials));
    if let Some(source) = source {
        let sheet = SourceSheet {
            source,
            environment: place.domain.environment,
            base: &place.base,
            may_change: place.tenant.permit(Permission::ManageSources).is_ok(),
        };
        blocks.extend(source_settings::blocks(visit, &sheet, of_settings));
        blocks.extend(switch_blocks(place, source));
    }
    let mut page = ConsolePage {
        heading: Text::plain(place.eid.name_in(visit.locale)),
        chip: Some(state(source)),
        lead: Some(Text::with("console-source-lead", "host", place.domain.host.clone())),
        blocks,
        ..ConsolePage::default()
    };
    let href = visit.environment_href("/identity-sources");
    page.frame.crumbs = vec![Crumb { label: Text::Key("console-sources-title"), href }];
    page
}

fn switch_blocks(place: &SourcePlace, source: &SourceView) -> Vec<Block> {
    let is_on = source.disabled_at.is_none();
    let permission = if is_on { Permission::DisableSources } else { Permission::ManageSources };
    if place.tenant.permit(permission).is_err() {
        return Vec::new();
    }
    let (lead, action) = if is_on {
        (
            "console-source-disable-lead",
            act(place, source, "console-disable", "disable").named("disable").dangerous(),
        )
    } else {
        ("console-source-enable-lead", act(place, source, "console-enable", "enable").named("enable"))
    };
    let heading =
        Block::Heading { id: "state", text: Text::Key("console-state"), lead: Some(Text::Key(lead)) };
    vec![heading, Block::Actions(vec![action])]
}

/// A trial of the eID, in the place of the first application of the domain that is enabled.
async fn trial(visit: &Visit, place: &SourcePlace) -> Result<Option<Action>, Refusal> {
    if !visit.offers(Permission::RunTrials) {
        return Ok(None);
    }
    let reading = place.tenant.permit(Permission::ReadSettings)?;
    let all = visit.site.console.applications(&reading, place.domain.id, None).await?;
    let first = all.into_iter().find(|it| it.disabled_at.is_none());
    let way = if place.eid == LoginMethod::NO_VIPPS { "vipps" } else { "bankid-high" };
    Ok(first.map(|it| super::trials::action(visit, it.id, way)))
}

/// `GET /t/{tenant}/{environment}/identity-sources/{domain}/{eid}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    let source = place.source(&visit).await?;
    let mut page = whole_page(&visit, &place, source.as_ref(), Refused::No);
    if source.as_ref().is_some_and(|it| it.client.is_some() && it.disabled_at.is_none()) {
        page.primary = trial(&visit, &place).await?;
    }
    Ok(shown(&visit, page))
}

/// For which installation of the eID credentials were typed.
pub(super) fn environment(visit: &Visit, place: &SourcePlace) -> Result<EidEnvironment, Refusal> {
    let chosen = match visit.form.maybe("environment") {
        Some(word) => EidEnvironment::parse(&word).filter(|it| place.environments.contains(it)),
        None => place.environments.first().copied(),
    };
    chosen.ok_or_else(|| Refusal::Invalid(AdminMessage::FieldMissing.at("environment")))
}

/// The credentials that were typed, or made here.
pub(super) fn typed(visit: &Visit, place: &SourcePlace) -> Result<NewIdentitySource, Refusal> {
    let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
    let client_id = visit.form.maybe("client_id").ok_or_else(|| missing("client_id"))?;
    let method = match visit.form.get("method") {
        "client_secret_basic" | "" => SourceMethod::ClientSecretBasic,
        "client_secret_post" => SourceMethod::ClientSecretPost,
        "private_key_jwt" => SourceMethod::PrivateKeyJwt,
        _ => return Err(missing("method")),
    };
    let (mut secret, mut private_key) = (None, None);
    if method == SourceMethod::PrivateKeyJwt {
        private_key = Some(console::Console::new_source_key()?.0.expose().clone());
    } else {
        let typed = visit.form.secret("secret");
        secret = Some(typed.to_owned()).filter(|it| !it.is_empty());
        if secret.is_none() {
            return Err(missing("secret"));
        }
    }
    Ok(NewIdentitySource {
        domain: place.domain.id,
        domain_environment: place.domain.environment,
        eid: place.eid,
        environment: environment(visit, place)?,
        credentials: SourceCredentials { client_id, method, secret, private_key },
    })
}

/// What became of credentials that were typed: the word for the message.
pub(super) async fn take_credentials(visit: &Visit, place: &SourcePlace) -> Result<&'static str, Refusal> {
    let console = &visit.site.console;
    let new = typed(visit, place)?;
    let managing = place.tenant.permit(Permission::ManageSources)?;
    let source = place.source(visit).await?;
    let seen = seen(visit);
    let is_set = source.as_ref().is_some_and(|it| it.client.is_some());
    // A key that was just made is known to nobody yet.
    let is_new_key = new.credentials.method == SourceMethod::PrivateKeyJwt;
    let asked = SourceToCheck { domain: new.domain, eid: new.eid, number: false, candidate: is_set };
    if !is_set {
        let seen = source.as_ref().and(seen);
        console.set_credentials(&managing, (&new, seen.as_ref()), visit.now()).await?;
        if !is_new_key {
            check_now(visit, place, asked).await?;
        }
        return Ok("saved");
    }
    let seen = seen.ok_or(Refusal::NotFound(Noun::IdentitySource))?;
    if !console.set_source_candidate(&managing, (&new, &seen), visit.now()).await? {
        return Ok("unchanged");
    }
    if is_new_key {
        return Ok("candidate");
    }
    let check = check_now(visit, place, asked).await?;
    if check.is_none_or(|it| it.state() == Some(CheckState::Bad)) {
        return Ok("candidate");
    }
    let source = place.source(visit).await?.ok_or(Refusal::NotFound(Noun::IdentitySource))?;
    // The version that this candidate made: another one that came meanwhile is not used by this.
    let mine = Seen::version(seen.number() + 1);
    console.activate_source_candidate(&managing, (&source, &mine), visit.now()).await?;
    Ok("activated")
}

/// The check that follows by itself; `None` where it may not be made so soon again.
async fn check_now(
    visit: &Visit,
    place: &SourcePlace,
    asked: SourceToCheck,
) -> Result<Option<SourceCheckView>, Refusal> {
    let Ok(permit) = place.tenant.permit(Permission::CheckSources) else { return Ok(None) };
    match visit.site.console.check_source(&permit, asked, visit.now()).await {
        Ok(check) => Ok(Some(check)),
        Err(Refusal::TooManyChecks(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn seen(visit: &Visit) -> Option<Seen> {
    visit.form.get("version").parse().ok().map(Seen::version)
}

fn seen_or_gone(visit: &Visit) -> Result<Seen, Refusal> {
    seen(visit).ok_or(Refusal::NotFound(Noun::IdentitySource))
}

/// `POST …/credentials`
pub(super) async fn set_credentials(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    match take_credentials(&visit, &place).await {
        Ok(word) => Ok(done(&place.base, word)),
        Err(refusal) => {
            let source = place.source(&visit).await?;
            let page = whole_page(&visit, &place, source.as_ref(), Refused::Credentials(&refusal));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST …/check`
pub(super) async fn check(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    checked(&visit, &place).await?;
    Ok(done(&place.base, "checked"))
}

pub(super) async fn checked(visit: &Visit, place: &SourcePlace) -> Result<(), Refusal> {
    let candidate = visit.form.has("candidate");
    let asked = SourceToCheck { domain: place.domain.id, eid: place.eid, number: false, candidate };
    let permit = place.tenant.permit(Permission::CheckSources)?;
    visit.site.console.check_source(&permit, asked, visit.now()).await.map(drop)
}

async fn existing(visit: &Visit, place: &SourcePlace) -> Result<SourceView, Refusal> {
    place.source(visit).await?.ok_or(Refusal::NotFound(Noun::IdentitySource))
}

/// Puts the candidate in use, discards it, or brings the previous credentials back, as the last word of the path says; gives the
/// word for the message.
pub(super) async fn change_generation(visit: &Visit, place: &SourcePlace) -> Result<&'static str, Refusal> {
    let (source, seen) = (existing(visit, place).await?, seen_or_gone(visit)?);
    let (console, now) = (&visit.site.console, visit.now());
    let permit = place.tenant.permit(Permission::ManageSources)?;
    let looked = (&source, &seen);
    match visit.path.rsplit('/').next() {
        Some("activate") => {
            console.activate_source_candidate(&permit, looked, now).await.map(|()| "activated")
        }
        Some("discard") => console.discard_source_candidate(&permit, looked, now).await.map(|()| "discarded"),
        _ => console.restore_source_credentials(&permit, looked, now).await.map(|()| "credentials-restored"),
    }
}

/// `POST …/activate`, `…/discard`, `…/restore`
pub(super) async fn generations(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    let word = change_generation(&visit, &place).await?;
    Ok(done(&place.base, word))
}

async fn switch(visit: &Visit, on: bool) -> Result<Response, Refusal> {
    let place = place(visit).await?;
    let (domain, eid) = place.at();
    let at = (domain, eid, &seen_or_gone(visit)?);
    visit.site.console.switch_identity_source(visit.permit()?, at, on, visit.now()).await?;
    Ok(done(&place.base, if on { "enabled" } else { "disabled" }))
}

/// `POST …/disable`
pub(super) async fn disable(visit: Visit) -> Result<Response, Refusal> {
    switch(&visit, false).await
}

/// `POST …/enable`
pub(super) async fn enable(visit: Visit) -> Result<Response, Refusal> {
    switch(&visit, true).await
}

/// `POST …/identity-sources/{domain}/{eid}/settings/{section}`
pub(super) async fn save_settings(visit: Visit) -> Result<Response, Refusal> {
    let place = place(&visit).await?;
    let section = source_settings::section_of(visit.param("section"))?;
    let source = existing(&visit, &place).await?;
    match source_settings::saved(&visit, &source, section).await {
        Ok(word) => Ok(done(&place.base, word)),
        Err(refusal) => {
            // What somebody else saved meanwhile stands beside what was typed.
            let source = existing(&visit, &place).await?;
            let refused = settings::Refused { section: section.word, refusal: &refusal, fields: Vec::new() };
            let page = whole_page(&visit, &place, Some(&source), Refused::Settings(&refused));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}
