//! `portvakt explain TRACE_ID`

use std::collections::HashMap;

use authority::{InstallationPermit, Permission};
use clap::Args;
use console::{ExplainedDetails, NamedApplication, Tenant, authentication_outcome, step_outcome};
use model::{ApplicationId, ClockJump};
use serde_json::{Value, json};
use store::login_events::LoginEvent;
use texts::{AdminMessage, Cause, Locale, Names, Outcome};

use crate::{every, permits};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::{CommandError, CommandResult},
    show::{instant, print},
};

/// How many events are read at once.
const AT_ONCE: u32 = 1_000;

/// What can be said to `portvakt explain`.
#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    place: ConfigLocation,
    /// As on the page (its ten digits will do), in the `trace-id` header, or in an `error_description`.
    #[arg(required_unless_present = "recent", num_args = 1..=2)]
    trace: Vec<String>,
    /// Lists what happened last, without a trace id.
    #[arg(long, conflicts_with = "trace")]
    recent: bool,
    /// Only of the application with this client id.
    #[arg(long, requires = "recent", value_name = "ID", allow_hyphen_values = true)]
    client: Option<String>,
    /// Only what went wrong.
    #[arg(long, requires = "recent")]
    errors: bool,
    /// How many.
    #[arg(long, requires = "recent", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// Only of this tenant.
    #[arg(long, requires = "recent", value_name = "NAME")]
    tenant: Option<String>,
    /// nb, nn or en.
    #[arg(long, default_value = "en")]
    language: String,
}

/// The clock, where it may be the reason.
fn clock(cause: Option<Cause>, jump: Option<ClockJump>, event: &LoginEvent) -> Option<Outcome> {
    let jump = jump.filter(|jump| jump.may_explain(event.happened_at))?;
    cause?.depends_on_the_clock().then_some(())?;
    Some(Outcome::ClockJumped { seconds: jump.seconds.to_string().into(), at: instant(jump.at).into() })
}

/// What is told of an event beside what its row says.
struct Known {
    named: Option<NamedApplication>,
    details: ExplainedDetails,
}

fn view(
    event: &LoginEvent,
    Known { named, details }: &Known,
    locale: Locale,
    jump: Option<ClockJump>,
) -> Value {
    let named = named.as_ref();
    let ExplainedDetails { kept, registered } = details;
    let cause = event.cause.as_deref().and_then(Cause::parse);
    let application = named.map(|it| format!("{} ({})", it.name, it.client_id));
    let names = Names {
        application: application.as_deref(),
        eid: event.eid.as_deref().and_then(model::LoginMethod::parse).map(model::LoginMethod::name),
    };
    let text = cause.map(|it| it.text(locale, names));
    json!({
        "happened_at": instant(event.happened_at),
        "kind": event.kind.as_str(),
        "what": step_outcome(event.kind).say(locale),
        "application": application,
        "eid": event.eid,
        "cause": event.cause,
        "sent_client_id": kept.client_id,
        "sent_uri": kept.return_uri,
        "registered": registered,
        "authentication": kept.authentication.map(|it| authentication_outcome(it).say(locale)),
        "host": kept.host,
        "path": kept.path,
        "why": text.as_ref().map(|it| &it.why),
        "clock": clock(cause, jump, event).map(|it| it.say(locale)),
        "remedy": text.as_ref().map(|it| &it.remedy),
        "for_developers": cause.and_then(|it| it.developer_text(locale)),
        "for_operators": cause.and_then(|it| it.operator_text(locale)),
        "who_can_fix_it": cause.map(|it| it.fixer_names(locale)),
        "trace": event.trace,
    })
}

/// What a request brought could move the cursor.
fn plain(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}

/// The members that are lines of their own, and what stands in front of each.
const LABELS: [(&str, Outcome); 13] = [
    ("cause", Outcome::ExplainCause),
    ("application", Outcome::ExplainApplication),
    ("host", Outcome::ExplainHost),
    ("path", Outcome::ExplainPath),
    ("sent_client_id", Outcome::ExplainSentClient),
    ("sent_uri", Outcome::ExplainSentAddress),
    ("authentication", Outcome::ExplainClient),
    ("why", Outcome::ExplainWhy),
    ("clock", Outcome::ExplainClock),
    ("remedy", Outcome::ExplainRemedy),
    ("for_developers", Outcome::ExplainDevelopers),
    ("for_operators", Outcome::ExplainOperators),
    ("who_can_fix_it", Outcome::ExplainFixer),
];

/// One event as lines for the terminal; `asked` is the trace that was asked for, or its beginning.
fn lines(row: &Value, asked: &str, locale: Locale) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let mark = if text("trace").starts_with(asked) { ">" } else { " " };
    let mut all = format!("{mark} {}  {}", text("happened_at"), text("what"));
    if !text("eid").is_empty() {
        all.push_str(&format!(" ({})", text("eid")));
    }
    all.push('\n');
    let registered: Vec<&str> = row
        .get("registered")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, label) in LABELS {
        if !text(name).is_empty() {
            all.push_str(&format!("      {:<18} {}\n", label.say(locale), plain(text(name))));
        }
    }
    for uri in registered {
        all.push_str(&format!("      {:<18} {}\n", Outcome::ExplainRegistered.say(locale), plain(uri)));
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
        let mut names = ApplicationNames::new(desk)?;
        let jump = desk.console.clock_jump(&desk.installation(Permission::ReadInstallation)?).await?;
        if self.recent {
            return self.list(desk, &mut names, locale, jump).await;
        }
        let trace = self.trace.concat().trim().to_ascii_lowercase();
        let events = desk.console.explain(&names.permit, &trace).await.map_err(|refusal| match refusal {
            console::Refusal::NotFound(_) => {
                CommandError::from(AdminMessage::TraceUnknown { trace: trace.as_str().into() })
            }
            other => other.into(),
        })?;
        let mut rows = Vec::new();
        for event in &events {
            rows.push(view(event, &names.known(event).await?, locale, jump));
        }
        if desk.json {
            print(&format!("{}\n", Value::from(rows)));
            return Ok(());
        }
        let application = rows.iter().find_map(|row| row.get("application").and_then(Value::as_str));
        let heading = application
            .map_or(Outcome::LoginToUnknown, |name| Outcome::LoginTo { application: name.to_owned().into() });
        print(&format!("{}\n", heading.say(locale)));
        rows.iter().for_each(|row| print(&lines(row, &trace, locale)));
        Ok(())
    }
}

/// The names of applications, asked for once each.
struct ApplicationNames<'a> {
    desk: &'a Desk,
    permit: InstallationPermit,
    known: HashMap<ApplicationId, Option<NamedApplication>>,
}

impl<'a> ApplicationNames<'a> {
    fn new(desk: &'a Desk) -> Result<Self, CommandError> {
        Ok(Self { desk, permit: desk.installation(Permission::ReadLogins)?, known: HashMap::new() })
    }

    async fn known(&mut self, event: &LoginEvent) -> CommandResult<Known> {
        let details = self.desk.console.event_details(&self.permit, event).await?;
        Ok(Known { named: self.of(event).await, details })
    }

    /// Name and client id of the application of an event.
    async fn of(&mut self, event: &LoginEvent) -> Option<NamedApplication> {
        let id = event.application_id?;
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let named = self.desk.console.application_name(&self.permit, event.tenant_id, id).await.ok();
        self.known.insert(id, named.clone());
        named
    }
}

impl Explain {
    /// The latest events of a tenant that are asked for, however many others came after them.
    async fn latest_of(
        &self,
        desk: &Desk,
        tenant: &Tenant,
        names: &mut ApplicationNames<'_>,
        most: usize,
    ) -> CommandResult<Vec<(LoginEvent, Option<NamedApplication>)>> {
        let permit = permits::may(tenant, Permission::ReadLogins)?;
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = desk.console.latest_events(&permit, before, AT_ONCE).await?;
            let Some(last) = page.last() else { return Ok(found) };
            before = Some(last.id);
            for event in page.into_iter().filter(|it| !self.errors || it.cause.is_some()) {
                let named = names.of(&event).await;
                let client_id = named.as_ref().map(|it| &it.client_id);
                if self.client.is_none() || self.client.as_ref() == client_id {
                    found.push((event, named));
                }
                if found.len() >= most {
                    return Ok(found);
                }
            }
        }
    }

    /// The latest events at no domain, unless an application or tenant is asked for.
    async fn latest_elsewhere(
        &self,
        desk: &Desk,
        names: &ApplicationNames<'_>,
    ) -> CommandResult<Vec<(LoginEvent, Option<NamedApplication>)>> {
        if self.tenant.is_some() || self.client.is_some() {
            return Ok(Vec::new());
        }
        let found = desk.console.latest_elsewhere(&names.permit, None, self.limit).await?;
        Ok(found.into_iter().map(|it| (it, None)).collect())
    }

    /// Lists the latest events, the last one first.
    async fn list(
        &self,
        desk: &Desk,
        names: &mut ApplicationNames<'_>,
        locale: Locale,
        jump: Option<ClockJump>,
    ) -> CommandResult {
        let tenants = match &self.tenant {
            Some(name) => vec![desk.tenant(Some(name)).await?],
            None => every::opened_tenants(&desk.console, &desk.caller).await?,
        };
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut found = self.latest_elsewhere(desk, names).await?;
        for tenant in &tenants {
            found.extend(self.latest_of(desk, tenant, names, most).await?);
        }
        found.sort_by_key(|(event, _)| std::cmp::Reverse((event.happened_at, event.kind as u8)));
        let mut rows = Vec::new();
        for (event, _) in found.iter().take(most) {
            rows.push(view(event, &names.known(event).await?, locale, jump));
        }
        let columns = ["happened_at", "trace", "application", "what", "cause"];
        desk.list(&columns, &rows, &Outcome::NoLoginEvent);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Locale, step_outcome};
    use store::login_events::Kind;

    #[test]
    fn events_are_told_in_the_language_that_was_asked_for() {
        assert_eq!(step_outcome(Kind::Proved).say(Locale::Nb), "eID-en sa hvem personen er");
        assert_eq!(step_outcome(Kind::Proved).say(Locale::En), "the eID said who the person is");
    }
}
