//! What happened: logins, one login with its explanation, and who changed what.

use std::{collections::HashMap, time::Duration};

use axum::response::Response;
use console::{
    AuditPlace, AuditQuery, ChainVerdict, FoundLink, FoundLinks, LoginEvent, NamedApplication, Permit,
    Refusal, StepKind, authentication_outcome, step_outcome,
};
use model::{ApplicationId, LoginEventId, LoginMethod, Timestamp};
use pages::console::{
    Action, Block, Cell, Chip, ConsoleField, ConsolePage, Crumb, Fact, FieldKind, FieldOption, Notice,
    NoticeKind, Pager, Step, Table, TableRow, Text, Tone,
};
use texts::{Cause, Names, UNTRANSLATED, say};

use super::{
    answer::{capital, shown},
    list::ROWS,
    visit::Visit,
    words,
};

/// How many events are read at once, and how often, when a filter leaves most of them out.
const AT_ONCE: u32 = 1_000;
const MOST_READS: usize = 20;
/// How many changes a search looks at before it says how far it came.
const LOOKED_AT: usize = 20_000;

type ApplicationNames = HashMap<ApplicationId, NamedApplication>;

fn eid_of(event: &LoginEvent) -> Option<LoginMethod> {
    event.eid.as_deref().and_then(LoginMethod::parse)
}

fn tone(event: &LoginEvent) -> Tone {
    match event.kind {
        StepKind::Completed | StepKind::CompletedFromSession | StepKind::Redeemed | StepKind::Proved => {
            Tone::Good
        }
        StepKind::Trouble | StepKind::Failed | StepKind::RequestRefused | StepKind::TokenRefused => Tone::Bad,
        _ => Tone::Neutral,
    }
}

/// What each event was, and for what went wrong: why, what to do, and who can.
pub(super) async fn steps(
    visit: &Visit,
    permit: &Permit,
    events: &[LoginEvent],
) -> Result<Vec<Step>, Refusal> {
    let names = names_of(visit, permit, events).await?;
    let first = events.first().map_or(visit.now(), |it| it.happened_at);
    let mut steps = Vec::new();
    for event in events {
        let details = visit.site.console.event_details_in(permit, event).await?;
        let named = event.application_id.and_then(|id| names.get(&id));
        let application = named.map(|it| it.name.as_str());
        let mut lines = Vec::new();
        if let Some(cause) = event.cause.as_deref().and_then(Cause::parse) {
            let names = Names { application, eid: eid_of(event).map(LoginMethod::name) };
            let text = cause.text(visit.locale, names);
            lines.extend([text.why, text.remedy].map(Text::plain));
            lines.extend(cause.developer_text(visit.locale).map(Text::plain));
            lines.push(Text::with("console-login-fixer", "who", cause.fixer_names(visit.locale)));
        }
        lines.extend(
            details.kept.authentication.map(|it| Text::plain(authentication_outcome(it).say(visit.locale))),
        );
        lines.extend(details.kept.return_uri.map(|it| Text::with("console-login-sent", "uri", it)));
        lines.extend(
            details.registered.into_iter().map(|it| Text::with("console-login-registered", "uri", it)),
        );
        let after = event.happened_at.micros().saturating_sub(first.micros()) / 1_000;
        steps.push(Step {
            tone: tone(event),
            aside: Text::with("console-login-after", "ms", after.to_string()),
            text: Text::plain(capital(&step_outcome(event.kind).say(visit.locale))),
            details: lines,
            action: None,
        });
    }
    Ok(steps)
}

async fn names_of(
    visit: &Visit,
    permit: &Permit,
    events: &[LoginEvent],
) -> Result<ApplicationNames, Refusal> {
    let mut ids: Vec<ApplicationId> = events.iter().filter_map(|it| it.application_id).collect();
    ids.sort_unstable();
    ids.dedup();
    visit.site.console.application_names_in(permit, ids).await
}

/// What is looked for among logins.
struct Wanted {
    application: String,
    eid: Option<LoginMethod>,
    outcome: String,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Wanted {
    fn fits(&self, event: &LoginEvent, names: &ApplicationNames) -> bool {
        let named = event.application_id.and_then(|id| names.get(&id));
        let has = |it: &NamedApplication| {
            let part = self.application.to_lowercase();
            it.client_id.to_lowercase().contains(&part) || it.name.to_lowercase().contains(&part)
        };
        (self.application.is_empty() || named.is_some_and(has))
            && (self.eid.is_none() || eid_of(event) == self.eid)
            && match self.outcome.as_str() {
                "wrong" => event.cause.is_some(),
                "done" => matches!(event.kind, StepKind::Completed | StepKind::CompletedFromSession),
                _ => true,
            }
            && self.since.is_none_or(|it| event.happened_at >= it)
            && self.until.is_none_or(|it| event.happened_at < it)
    }
}

/// `GET /t/{tenant}/logins`
pub(super) async fn logins(visit: Visit) -> Result<Response, Refusal> {
    let search = visit.query.get("q").to_owned();
    // A trace id is looked up, by whoever reads it out.
    let digits = search.chars().filter(|it| !it.is_whitespace() && *it != '-').collect::<String>();
    if (10..=32).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        let href = visit.tenant_href(&format!("/logins/{}", digits.to_lowercase()));
        return Ok(crate::respond::page::see_other(&href));
    }
    let permit = visit.permit()?;
    let wanted = Wanted {
        application: search,
        eid: LoginMethod::parse(visit.query.get("eid")),
        outcome: visit.query.get("outcome").to_owned(),
        since: day(visit.query.get("since")),
        until: day(visit.query.get("until")).map(|it| it.after(DAY)),
    };
    let mut before = LoginEventId::parse(visit.query.get("before")).ok();
    let (mut found, mut names, mut has_more) = (Vec::new(), ApplicationNames::new(), false);
    let mut is_all = false;
    for _ in 0..MOST_READS {
        let page = visit.site.console.latest_events(permit, before, AT_ONCE).await?;
        let last = page.last().map(|it| (it.id, it.happened_at));
        // The newest come first.
        is_all = last.is_none_or(|(_, at)| wanted.since.is_some_and(|since| at < since));
        before = last.map(|(id, _)| id);
        names.extend(names_of(&visit, permit, &page).await?);
        for event in page {
            if found.len() == ROWS {
                has_more = true;
                break;
            }
            if wanted.fits(&event, &names) {
                found.push(event);
            }
        }
        if has_more || is_all {
            break;
        }
    }
    let mut page = logins_page(&visit, (&found, &names), &wanted, has_more);
    if let Some(before) = before.filter(|_| !has_more && !is_all) {
        let kept = kept_query(&visit, &LOGIN_QUERY);
        let further = format!("{}?{kept}&before={before}", visit.tenant_href("/logins"));
        let count = MOST_READS * AT_ONCE as usize;
        page.blocks.insert(0, looked_at(("console-logins-stopped", count), Some(further)));
    }
    Ok(shown(&visit, page))
}

/// What logins are looked for by.
const LOGIN_QUERY: [&str; 5] = ["q", "eid", "outcome", "since", "until"];

/// What a list was filtered by, for its next page.
fn kept_query(visit: &Visit, names: &[&str]) -> String {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    kept.extend_pairs(names.iter().filter_map(|name| Some((*name, visit.query.maybe(name)?))));
    kept.finish()
}

fn filter(visit: &Visit, name: &'static str, label: &'static str, kind: FieldKind) -> ConsoleField {
    ConsoleField::new(name, Text::Key(label), visit.query.get(name), kind)
}

fn choices(all: &[(&'static str, &'static str)]) -> FieldKind {
    let every = FieldOption::new("", Text::Key("console-filter-all"));
    let options = all.iter().map(|(value, label)| FieldOption::new(*value, Text::Key(label)));
    FieldKind::Select(std::iter::once(every).chain(options).collect())
}

fn login_filters(visit: &Visit) -> Vec<ConsoleField> {
    let every = FieldOption::new("", Text::Key("console-filter-all"));
    let eids =
        LoginMethod::eids().map(|it| FieldOption::new(it.as_str(), Text::plain(it.name_in(visit.locale))));
    let outcomes = [("wrong", "console-filter-wrong"), ("done", "console-filter-done")];
    vec![
        filter(
            visit,
            "eid",
            "console-column-eid",
            FieldKind::Select(std::iter::once(every).chain(eids).collect()),
        ),
        filter(visit, "outcome", "console-filter-outcome", choices(&outcomes)),
        filter(visit, "since", "console-filter-since", FieldKind::Date),
        filter(visit, "until", "console-filter-until", FieldKind::Date),
    ]
}

const KINDS: [(&str, &str); 8] = [
    ("application", "console-kind-application"),
    ("client_secret", "console-kind-secret"),
    ("identity_source", "console-kind-source"),
    ("domain", "console-kind-domain"),
    ("signing_key", "console-kind-key"),
    ("member", "console-kind-member"),
    ("invitation", "console-kind-invitation"),
    ("tenant", "console-kind-tenant"),
];

fn change_filters(visit: &Visit) -> Vec<ConsoleField> {
    vec![
        filter(visit, "action", "console-column-what", choices(&KINDS)),
        filter(visit, "actor", "console-column-who", FieldKind::Line(100)),
        filter(visit, "since", "console-filter-since", FieldKind::Date),
        filter(visit, "until", "console-filter-until", FieldKind::Date),
    ]
}

fn logins_page(
    visit: &Visit,
    (found, names): (&[LoginEvent], &ApplicationNames),
    wanted: &Wanted,
    has_more: bool,
) -> ConsolePage {
    let row = |it: &LoginEvent| {
        let named = it.application_id.and_then(|id| names.get(&id));
        let cause = it.cause.as_deref().and_then(Cause::parse);
        let state =
            Chip { tone: tone(it), text: Text::plain(capital(&step_outcome(it.kind).say(visit.locale))) };
        TableRow {
            cells: vec![
                words::time(it.happened_at, visit.now()),
                Cell::Text(Text::plain(named.map_or_else(|| "–".to_owned(), |it| it.name.clone()))),
                Cell::Text(Text::plain(
                    eid_of(it).map_or_else(|| "–".to_owned(), |it| it.name_in(visit.locale)),
                )),
                Cell::Chip(state),
                Cell::Text(cause.map_or_else(|| Text::plain("–"), |it| Text::code(it.id()))),
                Cell::Link {
                    text: Text::code(it.trace.chars().take(10).collect::<String>()),
                    href: visit.tenant_href(&format!("/logins/{}", it.trace)),
                },
            ],
        }
    };
    let base = visit.tenant_href("/logins");
    let kept = kept_query(visit, &LOGIN_QUERY);
    let older = found.last().filter(|_| has_more).map(|it| format!("{base}?{kept}&before={}", it.id));
    let table = Table {
        id: "logins",
        caption: Text::Key("console-logins-title"),
        columns: [
            "console-column-time",
            "console-column-application",
            "console-column-eid",
            "console-column-what",
            "console-column-cause",
            "console-column-trace",
        ]
        .map(Text::Key)
        .to_vec(),
        sorts: Vec::new(),
        rows: found.iter().map(row).collect(),
        empty: Text::Key("console-logins-none"),
        empty_action: None,
        pager: Some(Pager {
            action: base.clone(),
            search: wanted.application.clone(),
            filters: login_filters(visit),
            hidden: Vec::new(),
            count: Text::with("console-count-shown", "count", found.len().to_string()),
            newer_href: visit.query.maybe("before").map(|_| format!("{base}?{kept}")),
            older_href: older,
            whole_href: None,
            is_by_time: true,
        }),
    };
    ConsolePage {
        heading: Text::Key("console-logins-title"),
        lead: Some(Text::Key("console-logins-lead")),
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    }
}

/// `GET /t/{tenant}/logins/{trace}`
pub(super) async fn login(visit: Visit) -> Result<Response, Refusal> {
    let permit = visit.permit()?;
    let events = visit.site.console.explain_in(permit, visit.param("trace")).await?;
    let names = names_of(&visit, permit, &events).await?;
    let named = events.iter().find_map(|it| names.get(&it.application_id?));
    let trace = events.first().map(|it| it.trace.clone()).unwrap_or_default();
    let mut facts = vec![Fact::copied("trace", "console-column-trace", trace)];
    facts.extend(named.map(|it| Fact::new("console-column-application", Text::plain(it.name.clone()))));
    facts.extend(
        events
            .first()
            .map(|it| Fact::new("console-column-time", Text::plain(it.happened_at.to_iso_seconds()))),
    );
    let blocks = vec![Block::Facts(facts), Block::Steps(steps(&visit, permit, &events).await?)];
    let mut page = ConsolePage {
        heading: Text::Key("console-login-title"),
        lead: Some(Text::Key("console-login-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs =
        vec![Crumb { label: Text::Key("console-logins-title"), href: visit.tenant_href("/logins") }];
    Ok(shown(&visit, page))
}

fn day(text: &str) -> Option<Timestamp> {
    let numbers: Vec<i64> = text.split('-').map_while(|it| it.parse().ok()).collect();
    let [year, month, day] = numbers.as_slice() else { return None };
    Timestamp::of_date(*year, *month, *day)
}

/// `GET /t/{tenant}/changes`
pub(super) async fn changes(visit: Visit) -> Result<Response, Refusal> {
    let permit = visit.permit()?;
    let search = visit.query.get("q").to_owned();
    let filter = AuditQuery {
        since: day(visit.query.get("since")),
        until: day(visit.query.get("until")).map(|it| it.after(DAY)),
        action: visit.query.maybe("action"),
        actor: visit.query.maybe("actor"),
        object: Some(search.clone()).filter(|it| !it.is_empty()),
        before: AuditPlace::parse(visit.query.get("before")),
    };
    let mut found = FoundLinks::within(ROWS, LOOKED_AT);
    visit.site.console.search_audit(permit, &filter, &mut found).await?;
    let rows: Vec<TableRow> = found.iter().map(|(_, it)| change_row(&visit, it)).rev().collect();
    let base = visit.tenant_href("/changes");
    let first = found.iter().next().map(|(place, _)| place.to_string());
    let kept = kept_query(&visit, &["q", "action", "actor", "since", "until"]);
    let stopped = found.stopped_before.filter(|_| !found.has_earlier);
    let further = stopped.map(|it| it.to_string()).or(first.filter(|_| found.has_earlier));
    let older = further.map(|it| format!("{base}?{kept}&before={it}"));
    let table = Table {
        id: "changes",
        caption: Text::Key("console-changes-title"),
        columns: [
            "console-column-time",
            "console-column-who",
            "console-column-what",
            "console-column-object",
            "console-column-details",
        ]
        .map(Text::Key)
        .to_vec(),
        sorts: Vec::new(),
        empty: Text::Key(if stopped.is_some() { "console-changes-none-yet" } else { "console-changes-none" }),
        empty_action: None,
        pager: Some(Pager {
            action: base.clone(),
            search: search.clone(),
            filters: change_filters(&visit),
            count: Text::with("console-count-shown", "count", rows.len().to_string()),
            newer_href: filter.before.map(|_| format!("{base}?{kept}")),
            older_href: older.clone(),
            is_by_time: true,
            ..Pager::default()
        }),
        rows,
    };
    let verify = Action::act("console-changes-verify", format!("{base}/verify")).named("verify");
    let page = ConsolePage {
        heading: Text::Key("console-changes-title"),
        lead: Some(Text::Key("console-changes-lead")),
        blocks: stopped
            .map(|_| looked_at(("console-changes-stopped", LOOKED_AT), older))
            .into_iter()
            .chain([Block::Table(table), Block::Actions(vec![verify])])
            .collect(),
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

/// Says that not everything was looked at, with the way on.
fn looked_at((text, count): (&'static str, usize), further: Option<String>) -> Block {
    Block::Notice(Notice {
        kind: NoticeKind::Info,
        text: Text::with(text, "count", count.to_string()),
        action: further.map(|href| Action::to("console-changes-further", href).named("further")),
    })
}

/// What stands in the details as one line for each member.
fn said(details: &str) -> String {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(details) else { return String::new() };
    let short = |it: &serde_json::Value| match it {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // What something was made with is on its page, and ids tell a reader nothing.
    let is_told = |(name, _): &(&String, &serde_json::Value)| {
        !["settings", "domain", "application"].contains(&name.as_str())
    };
    let line = |(name, value): (&String, &serde_json::Value)| match (value.get("from"), value.get("to")) {
        (Some(from), Some(to)) => format!("{name}: {} → {}", short(from), short(to)),
        _ => format!("{name}: {}", short(value)),
    };
    let all: Vec<String> = members.iter().filter(is_told).map(line).collect();
    let text = all.join("; ");
    if text.chars().count() > 300 { text.chars().take(300).chain(['…']).collect() } else { text }
}

/// What was done, in words; the word of a later version stays as it is.
fn action(visit: &Visit, word: &str) -> Text {
    let said = say(visit.locale, &format!("console-action-{}", word.replace(['.', '_'], "-")), &[]);
    if said.starts_with(UNTRANSLATED) { Text::code(word) } else { Text::plain(said) }
}

/// Who acts, where no name is kept: the account on the host, or the service itself.
fn actor(word: &str) -> Text {
    match word.split_once(':') {
        Some(("operator", account)) => Text::with("console-actor-host", "account", account),
        Some(("worker", _)) => Text::Key("console-role-worker"),
        _ => Text::code(word),
    }
}

fn change_row(visit: &Visit, found: &FoundLink) -> TableRow {
    let event = &found.link.event;
    let name = found.actor_name.clone();
    let object = found.object_name.clone().unwrap_or_else(|| event.object.clone());
    let object = LoginMethod::parse(&object).map_or(object, |it| it.name_in(visit.locale));
    TableRow {
        cells: vec![
            words::time(event.happened_at, visit.now()),
            Cell::Text(name.map_or_else(|| actor(&event.actor), Text::plain)),
            Cell::Text(action(visit, &event.action)),
            Cell::Text(Text::plain(object)),
            Cell::Text(Text::plain(said(&event.details))),
        ],
    }
}

/// `POST /t/{tenant}/changes/verify`: walks the whole chain.
pub(super) async fn verify(visit: Visit) -> Result<Response, Refusal> {
    let verdict = visit.site.console.verify_audit(visit.permit()?).await?;
    let (kind, text) = match &verdict {
        ChainVerdict::Intact(verified) => (
            NoticeKind::Done,
            Text::With(
                "console-chain-holds",
                vec![("links", verified.links.to_string()), ("head", verified.head.clone())],
            ),
        ),
        ChainVerdict::Broken(trouble) => {
            (NoticeKind::Wrong, Text::plain(trouble.outcome().say(visit.locale)))
        }
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-changes-verify"),
        blocks: vec![Block::Notice(Notice { kind, text, action: None })],
        ..ConsolePage::default()
    };
    page.frame.crumbs =
        vec![Crumb { label: Text::Key("console-changes-title"), href: visit.tenant_href("/changes") }];
    Ok(shown(&visit, page))
}
