//! The secrets of an application: two may be live, each with its last use and its end; one is shown when it is made.

use std::time::Duration;

use axum::response::Response;
use console::{Permission, Refusal, SecretRotation, SecretView};
use model::{ClientAuthentication, SecretId, Timestamp};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind, FieldOption, Notice,
    NoticeKind, Table, TableRow, Text, Tone,
};
use texts::Noun;

use super::{
    answer::{done, refused_form, shown, wrong_form},
    places::{ApplicationPlace, application, application_crumbs, application_page},
    visit::Visit,
    words,
};

const DAY: Duration = Duration::from_secs(86_400);

/// When a secret ends: the word of a form, the key of its name, and in how long; `None`: not by itself.
const ENDS: [(&str, &str, Option<u32>); 5] = [
    ("now", "console-secret-ends-now", Some(0)),
    ("1d", "console-secret-ends-1d", Some(1)),
    ("7d", "console-secret-ends-7d", Some(7)),
    ("30d", "console-secret-ends-30d", Some(30)),
    ("open", "console-secret-ends-open", None),
];

fn is_live(secret: &SecretView, now: Timestamp) -> bool {
    secret.ends_at.is_none_or(|at| at > now)
}

fn plain(visit: &Visit, key: &'static str, values: &[(&str, &str)]) -> String {
    texts::say(visit.locale, key, values)
}

/// A secret by what is known of it.
fn named(visit: &Visit, it: &SecretView) -> String {
    let minute = |at: Timestamp| at.to_iso_seconds().replace('T', " ").chars().take(16).collect::<String>();
    let made = minute(it.created_at);
    match it.last_used_at {
        Some(used) => plain(visit, "console-secret-made-used", &[("made", &made), ("used", &minute(used))]),
        None => plain(visit, "console-secret-made-unused", &[("made", &made)]),
    }
}

fn row(visit: &Visit, place: &ApplicationPlace, it: &SecretView) -> TableRow {
    let never = || Cell::Text(Text::Key("console-never"));
    let live = is_live(it, visit.now());
    let chip = if live {
        words::chip(Tone::Good, "console-secret-live")
    } else {
        words::chip(Tone::Neutral, "console-secret-ended")
    };
    let end = Action::to("console-secret-end", format!("{}/secrets/{}/end", place.base, it.id)).dangerous();
    let actions = if live && visit.offers(Permission::ManageSecrets) { vec![end] } else { Vec::new() };
    TableRow {
        cells: vec![
            words::time(it.created_at, visit.now()),
            Cell::Chip(chip),
            it.last_used_at.map_or_else(never, |at| words::time(at, visit.now())),
            it.ends_at.map_or_else(
                || Cell::Text(Text::Key("console-secret-open")),
                |at| words::time(at, visit.now()),
            ),
            Cell::Actions(actions),
        ],
    }
}

/// The form that makes a secret: one that was live before ends after an overlap, or one of two at once.
fn new_form(
    visit: &Visit,
    place: &ApplicationPlace,
    (live, refusal): (&[&SecretView], Option<&Refusal>),
) -> ConsoleForm {
    let mut fields = Vec::new();
    if let [first, _, ..] = live {
        let options = live
            .iter()
            .map(|it| FieldOption::new(it.id.to_string(), Text::plain(named(visit, it))))
            .collect();
        let chosen = visit.form.maybe("end").unwrap_or_else(|| {
            // The one that nobody uses is the one to end.
            live.iter().find(|it| it.last_used_at.is_none()).unwrap_or(first).id.to_string()
        });
        let field =
            ConsoleField::new("end", Text::Key("console-secret-which"), chosen, FieldKind::Radio(options));
        fields.push(field.with_help(Text::Key("console-secret-which-help")));
    }
    if !live.is_empty() {
        // Beside two that are live there is no third.
        let fits = |(_, _, days): &&(&str, &str, Option<u32>)| days.is_some() || live.len() == 1;
        let options = ENDS.iter().filter(fits).map(|(word, key, _)| FieldOption::new(*word, Text::Key(key)));
        let options = options.collect();
        let chosen = visit.form.maybe("overlap").unwrap_or_else(|| "7d".to_owned());
        let field = ConsoleField::new(
            "overlap",
            Text::Key("console-secret-overlap"),
            chosen,
            FieldKind::Select(options),
        );
        fields.push(field.with_help(Text::Key("console-secret-overlap-help")));
    }
    ConsoleForm {
        action: format!("{}/secrets", place.base),
        fields,
        submit: Text::Key("console-secret-new"),
        submit_id: "new-secret",
        error: wrong_form(visit, refusal, &[]),
        ..ConsoleForm::default()
    }
}

async fn blocks_with(
    visit: &Visit,
    place: &ApplicationPlace,
    refusal: Option<&Refusal>,
) -> Result<Vec<Block>, Refusal> {
    let settings = &place.application.settings;
    if settings.is_public() {
        return Ok(Vec::new());
    }
    let reading = visit.may(Permission::ReadSettings)?;
    let mut secrets = visit.site.console.client_secrets(&reading, place.application.id).await?;
    secrets.reverse();
    let live: Vec<&SecretView> = secrets.iter().filter(|it| is_live(it, visit.now())).collect();
    let uses_secret = settings.authentication == ClientAuthentication::ClientSecret;
    if !uses_secret && secrets.is_empty() {
        return Ok(Vec::new());
    }
    let mut blocks = vec![Block::Heading {
        id: "secrets",
        text: Text::Key("console-secrets-title"),
        lead: Some(Text::Key("console-secrets-lead")),
    }];
    if uses_secret && live.is_empty() {
        let text = Text::Key("console-secrets-missing");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }));
    }
    blocks.push(Block::Table(Table {
        id: "client-secrets",
        caption: Text::Key("console-secrets-title"),
        columns: [
            "console-column-created",
            "console-column-state",
            "console-column-used",
            "console-column-ends",
            "console-column-actions",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: secrets.iter().map(|it| row(visit, place, it)).collect(),
        empty: Text::Key("console-secrets-none"),
        ..Table::default()
    }));
    if uses_secret && visit.offers(Permission::ManageSecrets) {
        let form = Block::Form(new_form(visit, place, (&live, refusal)));
        if live.is_empty() || refusal.is_some() {
            blocks.push(form);
        } else {
            blocks.push(Block::More { label: Text::Key("console-secret-new"), blocks: vec![form] });
        }
    }
    Ok(blocks)
}

/// The secrets, and the form that makes one.
pub(super) async fn blocks(visit: &Visit, place: &ApplicationPlace) -> Result<Vec<Block>, Refusal> {
    blocks_with(visit, place, None).await
}

fn over(days: u32) -> Duration {
    DAY * days
}

/// How the form wants the secret made: beside those that are live, or in the place of one.
fn rotation(visit: &Visit) -> Result<Option<SecretRotation>, Refusal> {
    let chosen = ENDS.iter().find(|(word, ..)| *word == visit.form.get("overlap"));
    let end = visit.form.maybe("end").map(|it| SecretId::parse(&it));
    let end = end.transpose().map_err(|_| Refusal::NotFound(Noun::ClientSecret))?;
    let days = chosen.and_then(|(_, _, days)| *days);
    // One of two ends at once; the other lasts as long as is chosen.
    Ok(days.map(|it| SecretRotation { overlap: over(it), end }))
}

/// `POST …/applications/{application}/secrets`
pub(super) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let place = application(&visit).await?;
    let (console, id) = (&visit.site.console, place.application.id);
    let made = match rotation(&visit)? {
        None => console.create_client_secret(visit.permit()?, id, visit.now()).await,
        Some(it) => console.rotate_client_secret(visit.permit()?, id, it, visit.now()).await,
    };
    match made {
        Ok((_, secret)) => {
            let mut page = application_page(&visit, &place, "keys");
            let text = Text::Key("console-secret-made");
            page.message = Some(Notice { kind: NoticeKind::Done, text, action: None });
            let label = Text::Key("console-secret");
            page.blocks = vec![Block::Secret { label, value: secret.expose().clone(), id: "client-secret" }];
            page.blocks.extend(blocks(&visit, &place).await?);
            Ok(shown(&visit, page))
        }
        Err(refusal) => {
            let mut page = application_page(&visit, &place, "keys");
            page.blocks = blocks_with(&visit, &place, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

async fn secret(visit: &Visit, place: &ApplicationPlace) -> Result<SecretView, Refusal> {
    let missing = || Refusal::NotFound(Noun::ClientSecret);
    let id = SecretId::parse(visit.param("secret")).map_err(|_| missing())?;
    let all = visit
        .site
        .console
        .client_secrets(&visit.may(Permission::ReadSettings)?, place.application.id)
        .await?;
    all.into_iter().find(|it| it.id == id).ok_or_else(missing)
}

/// `GET …/secrets/{secret}/end`: who is asked to think again sees when it was last used.
pub(super) async fn end_page(visit: Visit) -> Result<Response, Refusal> {
    let place = application(&visit).await?;
    let it = secret(&visit, &place).await?;
    let back = format!("{}/keys", place.base);
    let used = it.last_used_at.map_or(Text::Key("console-never"), |at| words::ago(at, visit.now()));
    let options = ENDS.iter().filter(|(_, _, days)| days.is_some());
    let options = options.map(|(word, key, _)| FieldOption::new(*word, Text::Key(key))).collect();
    let form = ConsoleForm {
        action: visit.path.clone(),
        fields: vec![ConsoleField::new(
            "when",
            Text::Key("console-secret-when"),
            "7d",
            FieldKind::Radio(options),
        )],
        submit: Text::Key("console-secret-end"),
        submit_id: "end-secret",
        is_danger: true,
        cancel_href: Some(back.clone()),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::with("console-secret-end-title", "name", place.application.name.clone()),
        lead: Some(Text::Key("console-secret-end-lead")),
        blocks: vec![
            Block::Facts(vec![
                Fact::new("console-column-created", words::ago(it.created_at, visit.now())),
                Fact::new("console-column-used", used),
            ]),
            Block::Form(form),
        ],
        ..ConsolePage::default()
    };
    page.frame.crumbs = application_crumbs(&visit);
    page.frame.crumbs.push(Crumb { label: Text::plain(place.application.name), href: back });
    Ok(shown(&visit, page))
}

/// `POST …/secrets/{secret}/end`
pub(super) async fn end(visit: Visit) -> Result<Response, Refusal> {
    let place = application(&visit).await?;
    let it = secret(&visit, &place).await?;
    let days = ENDS.iter().find(|(word, ..)| *word == visit.form.get("when")).and_then(|(_, _, days)| *days);
    let days = days.ok_or(Refusal::Invalid(texts::AdminMessage::FieldMissing.at("when")))?;
    let (at, of) = (visit.now().after(over(days)), (place.application.id, it.id));
    visit.site.console.retire_client_secret(visit.permit()?, of, at, visit.now()).await?;
    Ok(done(&format!("{}/keys", place.base), "secret-ends"))
}
