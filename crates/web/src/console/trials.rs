//! Trying a login: a real one in an application's place, in another tab, and what the application would have been told. The key
//! of a trial is in a cookie of the browser that began it; other browsers are shown nothing.

use axum::response::Response;
use console::{NewTrial, Permission, Refusal, ReturnKey, TrialKey, TrialView};
use crypto::b64;
use model::{ApplicationId, TRIAL_WAYS, TenantId, TrialOutcome, TrialWay};
use pages::console::{
    Action, Block, Chip, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind, FieldOption, Notice,
    NoticeKind, Step, Text, Tone,
};
use serde_json::Value;
use texts::Noun;

use super::{activity, answer::shown, visit::Visit, words};
use crate::{
    cookies::{CONSOLE_TRIAL, set_console_cookie},
    respond::page::{going_on_by_itself, see_other},
};

/// How often the page looks whether the login has ended.
const LOOKS_EVERY: u32 = 2;

fn way_key(way: &TrialWay) -> &'static str {
    match way.word {
        "bankid-high" => "console-trial-bankid-high",
        "bankid-biometrics" => "console-trial-bankid-biometrics",
        "vipps" => "console-trial-vipps",
        "nin" => "console-trial-nin",
        _ => "console-trial-any",
    }
}

/// One click: the login in another tab, and this one shows what comes of it.
pub(super) fn action(visit: &Visit, application: ApplicationId, way: &'static str) -> Action {
    let href = visit.environment_href("/trials");
    Action::act("console-trial-try", href.clone())
        .with("application", application.to_string())
        .with("way", way)
        .with("elsewhere", "yes")
        .elsewhere_then(href)
        .named("try-login")
}

/// The form that begins a trial of an application.
pub(super) fn form(visit: &Visit, application: ApplicationId) -> ConsoleForm {
    let options = TRIAL_WAYS.iter().map(|it| FieldOption::new(it.word, Text::Key(way_key(it)))).collect();
    ConsoleForm {
        action: visit.environment_href("/trials"),
        hidden: vec![("application".to_owned(), application.to_string())],
        fields: vec![ConsoleField::new(
            "way",
            Text::Key("console-trial-way"),
            "any",
            FieldKind::Select(options),
        )],
        submit: Text::Key("console-trial-begin"),
        submit_id: "begin-trial",
        ..ConsoleForm::default()
    }
}

/// `POST /t/{tenant}/{environment}/trials`: begins a trial, and goes on to its page, from which the login opens in another tab.
pub(super) async fn begin(visit: Visit) -> Result<Response, Refusal> {
    let missing = || Refusal::NotFound(Noun::Application);
    let id = ApplicationId::parse(visit.form.get("application")).map_err(|_| missing())?;
    let reading = visit.may(Permission::ReadSettings)?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let domain = visit.site.console.domain_by_id(&reading, application.domain).await?;
    if Some(domain.environment) != visit.environment() {
        return Err(missing());
    }
    let word = visit.form.get("way");
    let way = TRIAL_WAYS.iter().find(|it| it.word == word).or(TRIAL_WAYS.first()).ok_or_else(missing)?;
    let new = NewTrial {
        domain: domain.id,
        application: id,
        acr_values: way.acr_values.map(str::to_owned),
        scope: way.scope.to_owned(),
        returns_to: Some(format!(
            "{}/trial-over/{}/{}",
            visit.site.origin(),
            visit.param("tenant"),
            domain.environment.as_str()
        )),
    };
    let key = visit.site.console.begin_trial(visit.permit()?, new, visit.now()).await?;
    let login = format!("{}/trial/{}", domain.issuer(), key.text().expose());
    // In the tab that the form opened, the login; in the one that stays, what comes of it.
    let mut response = if visit.form.has("elsewhere") {
        going_on_by_itself(see_other(&login), pages::Frame::default(), visit.locale)
    } else {
        see_other(&visit.environment_href("/trials"))
    };
    keep(&visit, &mut response, key.text().expose());
    Ok(response)
}

fn keep(visit: &Visit, response: &mut Response, text: &str) {
    let kept_for = Some(console::TRIAL_FOR);
    set_console_cookie(response.headers_mut(), (CONSOLE_TRIAL, text), kept_for, visit.site.is_https());
}

/// The keys of the trial that this browser began last: of its link, and what the login brought back.
fn kept(visit: &Visit) -> Option<(TrialKey, Option<ReturnKey>)> {
    let text = visit.trial.as_deref()?;
    let (key, returned) = text.split_once('.').unwrap_or((text, ""));
    Some((TrialKey::parse(key)?, ReturnKey::parse(returned)))
}

/// `GET /trial-over/{tenant_id}/{environment}`: the login is over. Only the browser that began the trial has the other half of
/// the answer's key, so that the login of whoever a link was forwarded to is shown to nobody.
pub(super) async fn returned(visit: Visit) -> Result<Response, Refusal> {
    let tenant = TenantId::parse(visit.param("tenant_id")).map_err(|_| Refusal::NotFound(Noun::Tenant))?;
    let environment = visit.environment().ok_or(Refusal::NotFound(Noun::Object))?;
    let (Some((key, _)), Some(returned)) = (kept(&visit), ReturnKey::parse(visit.query.get("key"))) else {
        return Ok(shown(&visit, of_another_browser()));
    };
    let mut response = see_other(&format!("/t/{tenant}/{}/trials", environment.as_str()));
    let text = format!("{}.{}", key.text().expose(), returned.text().expose());
    keep(&visit, &mut response, &text);
    Ok(response)
}

fn of_another_browser() -> ConsolePage {
    let text = Text::Key("console-trial-of-another-browser");
    ConsolePage {
        heading: Text::Key("console-trial-title"),
        blocks: vec![Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None })],
        is_bare: true,
        ..ConsolePage::default()
    }
}

fn decoded(token: &str) -> (String, String) {
    let part = |at: usize| -> Option<String> {
        let value: Value = serde_json::from_slice(&b64::decode(token.split('.').nth(at)?)?).ok()?;
        serde_json::to_string_pretty(&value).ok()
    };
    (part(0).unwrap_or_default(), part(1).unwrap_or_default())
}

fn claim(token: Option<&str>, name: &str) -> Option<String> {
    let (_, claims) = decoded(token?);
    let claims: Value = serde_json::from_str(&claims).ok()?;
    claims.get(name)?.as_str().map(str::to_owned)
}

fn code(label: &'static str, text: String, id: &'static str) -> Block {
    Block::Code { label: Text::Key(label), text, id }
}

fn outcome_blocks(trial: &TrialView) -> (Chip, Vec<Block>) {
    let waiting = words::chip(Tone::Attention, "console-trial-waiting");
    let Some(answer) = &trial.answer else { return (waiting, Vec::new()) };
    match &answer.outcome {
        TrialOutcome::Error { error, description, .. } => {
            let told = Fact::new("console-trial-told", Text::code(format!("{error}: {description}")));
            (words::chip(Tone::Bad, "console-trial-failed"), vec![Block::Facts(vec![told])])
        }
        TrialOutcome::Tokens { id_token, userinfo, scope } => {
            let asked = trial.acr_values.clone().map_or(Text::Key("console-trial-any"), Text::Code);
            let got = claim(id_token.as_deref(), "acr").map_or(Text::plain("–"), Text::Code);
            let facts = vec![
                Fact::new("console-trial-asked", asked),
                Fact::new("console-trial-got", got),
                Fact::new("console-trial-scope", Text::code(scope.clone())),
            ];
            let mut blocks = vec![Block::Facts(facts)];
            if let Some(token) = id_token {
                let (header, claims) = decoded(token);
                blocks.push(code("console-trial-claims", claims, "claims"));
                let raw = vec![
                    code("console-trial-header", header, "header"),
                    code("console-trial-raw", token.clone(), "id-token"),
                ];
                blocks.push(Block::More { label: Text::Key("console-trial-token"), blocks: raw });
            }
            if let Some(userinfo) = userinfo {
                let text = serde_json::to_string_pretty(userinfo).unwrap_or_default();
                blocks.push(code("console-trial-userinfo", text, "userinfo"));
            }
            (words::chip(Tone::Good, "console-trial-worked"), blocks)
        }
    }
}

/// `GET /t/{tenant}/{environment}/trials`: the trial that this browser began last.
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let heading = Text::Key("console-trial-title");
    let lead = Some(Text::Key("console-trial-lead"));
    let keys = kept(&visit);
    let found = match &keys {
        Some((key, returned)) => {
            let keys = (key, returned.as_ref());
            visit.site.console.trial(visit.permit()?, keys, visit.now()).await?
        }
        None => None,
    };
    let (Some(trial), Some((key, _))) = (found, keys) else {
        let action = Some(Action::to("console-nav-applications", visit.environment_href("/applications")));
        let text = Text::Key("console-trial-none");
        let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action })];
        let mut page = ConsolePage { heading, lead, blocks, ..ConsolePage::default() };
        page.frame.crumbs = vec![applications(&visit)];
        return Ok(shown(&visit, page));
    };
    let (chip, outcome) = outcome_blocks(&trial);
    let mut blocks = Vec::new();
    if trial.is_over && trial.answer.is_none() {
        let text = Text::Key("console-trial-elsewhere");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }));
    }
    if !trial.is_over {
        let domain =
            visit.site.console.domain_by_id(&visit.may(Permission::ReadSettings)?, trial.domain).await?;
        let login = format!("{}/trial/{}", domain.issuer(), key.text().expose());
        blocks.push(Block::Actions(vec![
            Action::to("console-trial-open", login).elsewhere().named("open-trial"),
        ]));
        blocks.push(Block::Notice(Notice {
            kind: NoticeKind::Info,
            text: Text::Key("console-trial-await"),
            action: None,
        }));
    }
    blocks.extend(outcome);
    if let Some(answer) = &trial.answer {
        blocks.push(Block::Heading { id: "steps", text: Text::Key("console-login-steps"), lead: None });
        blocks.push(Block::Steps(steps(&visit, &answer.trace).await?));
        blocks.push(Block::Heading { id: "again", text: Text::Key("console-trial-again"), lead: None });
        blocks.push(Block::Form(form(&visit, trial.application)));
    }
    let refresh = trial.answer.is_none().then_some(LOOKS_EVERY);
    let mut page = ConsolePage { heading, lead, chip: Some(chip), blocks, refresh, ..ConsolePage::default() };
    page.frame.crumbs = crumbs(&visit, trial.application).await?;
    Ok(shown(&visit, page))
}

fn applications(visit: &Visit) -> Crumb {
    let href = visit.environment_href("/applications");
    Crumb { label: Text::Key("console-nav-applications"), href }
}

/// The application in whose place the login is tried.
async fn crumbs(visit: &Visit, id: ApplicationId) -> Result<Vec<Crumb>, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let mut crumbs = vec![applications(visit)];
    let href = visit.environment_href(&format!("/applications/{id}"));
    crumbs.push(Crumb { label: Text::plain(application.name), href });
    Ok(crumbs)
}

async fn steps(visit: &Visit, trace: &str) -> Result<Vec<Step>, Refusal> {
    let Ok(reading) = visit.may(Permission::ReadLogins) else { return Ok(Vec::new()) };
    match visit.site.console.explain_in(&reading, trace).await {
        Ok(events) => activity::steps(visit, &reading, &events).await,
        // Events are written a moment later.
        Err(Refusal::NotFound(_)) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}
