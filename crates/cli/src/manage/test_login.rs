//! `portvakt test login`: a real login in an application's place, and what the application would have been given.
//!
//! A trial is begun and its link printed; a person opens the link, in any browser, and logs in; the answer is taken out of
//! the database and shown. The application stays as it is (docs/adr/0038).

use std::time::Duration;

use authority::{Permission, Permit, TrialKey};
use clap::{Args, Subcommand};
use console::{ApplicationView, DomainView, NewTrial, Refusal, TRIAL_FOR, Tenant};
use crypto::b64;
use model::{TRIAL_WAYS, TrialAnswer, TrialOutcome, TrialWay};
use serde_json::{Value, json};
use store::StoreError;
use texts::{AdminMessage, Noun, Outcome};
use tokio::time::{interval, timeout};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    desk::missing,
    show::{print, said},
};
use crate::{clock, every, permits, signals};

/// What can be said to `portvakt test`.
#[derive(Args)]
pub(crate) struct Test {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: TestLoginCommand,
}

#[derive(Subcommand)]
enum TestLoginCommand {
    /// Runs a login in an application's place, and prints the decoded tokens. The application is not changed.
    Login(Login),
}

#[derive(Args)]
struct Login {
    /// The application, by its client id.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    client: String,
    /// Its domain; not needed when no other domain has an application of this client id.
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,
    /// any, bankid-high, bankid-biometrics, vipps or nin.
    #[arg(long = "with", default_value = "any", value_name = "LOGIN")]
    with: String,
    /// The scopes to ask for, in place of those that go with the login.
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
}

/// How often the answer is looked for.
const LOOKED_FOR: Duration = Duration::from_millis(300);

impl AtTheDesk for Test {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let TestLoginCommand::Login(login) = self.what;
        login.run(desk).await
    }
}

impl Login {
    async fn run(self, desk: &Desk) -> CommandResult {
        let known: Vec<&str> = TRIAL_WAYS.iter().map(|it| it.word).collect();
        let way = TRIAL_WAYS.into_iter().find(|it| it.word == self.with);
        let Some(TrialWay { acr_values, scope, .. }) = way else {
            return Err(AdminMessage::OptionInvalid { option: "--with".into(), known: known.into() }.into());
        };
        let (tenant, domain, application) = self.find(desk).await?;
        let stop_asked = signals::stop_asked()?;
        let new = NewTrial {
            domain: domain.id,
            application: application.id,
            acr_values: acr_values.map(str::to_owned),
            scope: self.scope.clone().unwrap_or_else(|| scope.to_owned()),
            returns_to: None,
        };
        let permit = permits::may(&tenant, Permission::RunTrials)?;
        let key = desk.console.begin_trial(&permit, new, clock::now()).await?;
        let open = format!("{}/trial/{}", domain.issuer(), key.text().expose());
        if desk.json {
            print(&format!("{}\n", json!({"open": open})));
        } else {
            let minutes = (TRIAL_FOR.as_secs() / 60).to_string().into();
            print(&format!("{}\n\n{open}\n\n", said(&Outcome::TryOpen { minutes })));
        }
        let ended = tokio::select! {
            answered = timeout(TRIAL_FOR, answer(desk, &permit, &key)) => match answered {
                Ok(answered) => answered,
                Err(_) => Err(AdminMessage::TryNobodyCame.into()),
            },
            () = stop_asked => Err(AdminMessage::TryStopped.into()),
        };
        if ended.is_err() {
            desk.console.give_up_trial(&permit, &key).await?;
        }
        show(desk, ended?)
    }

    async fn find(&self, desk: &Desk) -> CommandResult<(Tenant, DomainView, ApplicationView)> {
        let domains = match &self.domain {
            Some(host) => vec![desk.domain(host).await?],
            None => every::domains(&desk.console, &desk.caller).await?,
        };
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for (tenant, domain) in domains {
            for application in every::applications_of(&desk.console, &tenant, domain.id).await? {
                if application.client_id == self.client {
                    found.push((tenant.clone(), domain.clone(), application));
                } else {
                    others.push(application.client_id);
                }
            }
        }
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => {
                let host = self.domain.as_deref().unwrap_or("HOST");
                let command = format!("portvakt applications list --domain {host}");
                let (refusal, others) =
                    (Refusal::NotFound(Noun::Application), others.iter().map(String::as_str));
                Err(missing(refusal, (Noun::Application, &self.client), others, command))
            }
            (Some(_), false) => {
                let client = self.client.as_str().into();
                Err(AdminMessage::ApplicationOnSeveralDomains { client }.into())
            }
        }
    }
}

/// Waits for the answer.
async fn answer(desk: &Desk, permit: &Permit, key: &TrialKey) -> CommandResult<TrialAnswer> {
    let mut turns = interval(LOOKED_FOR);
    loop {
        turns.tick().await;
        match desk.console.take_trial_answer(permit, key, clock::now()).await {
            Ok(Some(answer)) => return Ok(answer),
            // The person is at the eID meanwhile: the next turn asks again.
            Ok(None) | Err(Refusal::Store(StoreError::Busy | StoreError::Unreachable(_))) => {}
            Err(other) => return Err(other.into()),
        }
    }
}

/// Header and claims of a token.
fn decoded(token: &str) -> Value {
    let part = |at: usize| -> Option<Value> {
        serde_json::from_slice(&b64::decode(token.split('.').nth(at)?)?).ok()
    };
    json!({"header": part(0), "claims": part(1)})
}

fn show(desk: &Desk, answer: TrialAnswer) -> CommandResult {
    let TrialAnswer { trace, outcome } = answer;
    let (id_token, userinfo, scope) = match outcome {
        TrialOutcome::Error { error, description, .. } => {
            let detail = format!("{error}: {description}").into();
            return Err(AdminMessage::TryFailed { detail, trace: trace.into() }.into());
        }
        TrialOutcome::Tokens { id_token, userinfo, scope } => (id_token, userinfo, scope),
    };
    let id_token = id_token.as_deref().map(decoded);
    if desk.json {
        let thing = json!({"id_token": id_token, "userinfo": userinfo, "scope": scope, "trace": trace});
        print(&format!("{thing}\n"));
        return Ok(());
    }
    let pretty = |value: &Option<Value>| match value {
        Some(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        None => said(&Outcome::TryNone),
    };
    print(&format!(
        "{}\n\nID token\n{}\n\nuserinfo\n{}\n\nscope\n{scope}\n\ntrace\n{trace}\n",
        said(&Outcome::TryWorked),
        pretty(&id_token),
        pretty(&userinfo),
    ));
    Ok(())
}
