//! `portvakt explain TRACE_ID`

use std::collections::HashMap;

use authority::Permission;
use clap::Args;
use model::{ApplicationId, ClockJump};
use serde_json::{Value, json};
use store::login_events::{Kind, LoginEvent};
use texts::{AdminMessage, Cause, Locale, Names, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::{CommandError, CommandResult},
    show::{instant, print},
};

/// What can be said to `portvakt explain`.
#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    place: ConfigLocation,
    /// As on the page, in the `trace-id` header, or in an `error_description`.
    trace: String,
    /// nb, nn or en.
    #[arg(long, default_value = "en")]
    language: String,
}

/// What a kind of event means.
const fn meaning(kind: Kind) -> Outcome {
    match kind {
        Kind::Started => Outcome::LoginStarted,
        Kind::RequestRefused => Outcome::LoginRequestRefused,
        Kind::SentToEid => Outcome::LoginSentToEid,
        Kind::Proved => Outcome::LoginProved,
        Kind::Declined => Outcome::LoginDeclined,
        Kind::Trouble => Outcome::LoginTrouble,
        Kind::Completed => Outcome::LoginCompleted,
        Kind::CompletedFromSession => Outcome::LoginCompletedFromSession,
        Kind::Failed => Outcome::LoginFailed,
        Kind::Refreshed => Outcome::LoginRefreshed,
        Kind::Redeemed => Outcome::LoginRedeemed,
        Kind::TokenRefused => Outcome::LoginTokenRefused,
        Kind::LoggedOut => Outcome::LoginLoggedOut,
    }
}

/// The clock, where it may be the reason.
fn clock(cause: Option<Cause>, jump: Option<ClockJump>, event: &LoginEvent) -> Option<Outcome> {
    let jump = jump.filter(|jump| jump.may_explain(event.happened_at))?;
    cause?.depends_on_the_clock().then_some(())?;
    Some(Outcome::ClockJumped { seconds: jump.seconds.to_string().into(), at: instant(jump.at).into() })
}

fn view(event: &LoginEvent, application: Option<&str>, (locale, jump): (Locale, Option<ClockJump>)) -> Value {
    let cause = event.cause.as_deref().and_then(Cause::parse);
    let names = Names {
        application,
        eid: event.eid.as_deref().and_then(model::LoginMethod::parse).map(model::LoginMethod::name),
    };
    let text = cause.map(|it| it.text(locale, names));
    json!({
        "happened_at": instant(event.happened_at),
        "kind": event.kind.as_str(),
        "what": meaning(event.kind).say(locale),
        "application": application,
        "eid": event.eid,
        "cause": event.cause,
        "why": text.as_ref().map(|it| &it.why),
        "clock": clock(cause, jump, event).map(|it| it.say(locale)),
        "remedy": text.as_ref().map(|it| &it.remedy),
        "for_developers": cause.and_then(|it| it.developer_text(locale)),
        "for_operators": cause.and_then(|it| it.operator_text(locale)),
        "who_can_fix_it": cause.map(|it| it.fixer_names(locale)),
        "trace": event.trace,
    })
}

/// One event as lines for the terminal; `asked` is the trace that was asked for.
fn lines(row: &Value, asked: &str) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let mark = if text("trace") == asked { ">" } else { " " };
    let mut all = format!("{mark} {}  {}", text("happened_at"), text("what"));
    if !text("eid").is_empty() {
        all.push_str(&format!(" ({})", text("eid")));
    }
    all.push('\n');
    for (name, label) in [
        ("cause", "cause"),
        ("why", "why"),
        ("clock", "clock"),
        ("remedy", "what to do"),
        ("for_developers", "developers"),
        ("for_operators", "operators"),
        ("who_can_fix_it", "who can fix it"),
    ] {
        if !text(name).is_empty() {
            all.push_str(&format!("      {label:<15} {}\n", text(name)));
        }
    }
    all
}

impl AtTheDesk for Explain {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let locale = Locale::parse(&self.language).ok_or_else(|| {
            let known = Locale::ALL.map(Locale::as_str).into();
            AdminMessage::OptionInvalid { option: "--language".into(), known }
        })?;
        let trace = self.trace.trim().to_ascii_lowercase();
        let permit = desk.installation(Permission::ReadLogins)?;
        let events = desk.console.explain(&permit, &trace).await.map_err(|refusal| match refusal {
            console::Refusal::NotFound(_) => {
                CommandError::from(AdminMessage::TraceUnknown { trace: trace.as_str().into() })
            }
            other => other.into(),
        })?;
        let jump = desk.console.clock_jump(&desk.installation(Permission::ReadInstallation)?).await?;
        let mut names: HashMap<ApplicationId, Option<String>> = HashMap::new();
        let mut rows = Vec::new();
        for event in &events {
            let name = match event.application_id {
                Some(id) => match names.get(&id) {
                    Some(known) => known.clone(),
                    None => {
                        let found = desk.console.application_name(&permit, event.tenant_id, id).await.ok();
                        let name = found.map(|(client_id, name)| format!("{name} ({client_id})"));
                        names.insert(id, name.clone());
                        name
                    }
                },
                None => None,
            };
            rows.push(view(event, name.as_deref(), (locale, jump)));
        }
        if desk.json {
            print(&format!("{}\n", Value::from(rows)));
            return Ok(());
        }
        let application = rows.iter().find_map(|row| row.get("application").and_then(Value::as_str));
        let heading = application
            .map_or(Outcome::LoginToUnknown, |name| Outcome::LoginTo { application: name.to_owned().into() });
        print(&format!("{}\n", heading.say(locale)));
        rows.iter().for_each(|row| print(&lines(row, &trace)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Locale, meaning};

    #[test]
    fn events_are_told_in_the_language_that_was_asked_for() {
        assert_eq!(meaning(Kind::Proved).say(Locale::Nb), "eID-en sa hvem personen er");
        assert_eq!(meaning(Kind::Proved).say(Locale::En), "the eID said who the person is");
    }
}
