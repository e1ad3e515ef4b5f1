//! `portvakt test login`: a real login by a real relying party, on this machine.
//!
//! 1. the application may come back to this machine, and has a secret of its own for it, both only for the try;
//! 2. the person opens the address and logs in; 3. the answer is verified as any application must; 4. both are taken back.

use std::{sync::Arc, time::Duration};

use authority::{Permission, Permit};
use clap::{Args, Subcommand};
use console::{ApplicationChange, ApplicationView, DomainView, Refusal, Tenant};
use crypto::{Random, Secret};
use model::{ClientAuthentication, Environment, IdTokenResponse, SecretId, Timestamp, UserinfoResponse};
use outbound::{Allowed, Outbound};
use sample::{Config, Finished, Sample};
use serde_json::{Value, json};
use store::StoreError;
use texts::{AdminMessage, Noun, Outcome};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    time::timeout,
};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::{CommandError, CommandResult},
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
    /// Runs a login and prints the decoded tokens.
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
    /// The port on this machine to come back to.
    #[arg(long, default_value_t = 8799)]
    port: u16,
}

/// Where the browser comes back to.
const PATH: &str = "/portvakt-test-login";
/// How long the person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// After this every node knows of a change.
const KNOWN_AFTER: Duration = Duration::from_secs(6);

impl AtTheDesk for Test {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let TestLoginCommand::Login(login) = self.what;
        login.run(desk).await
    }
}

/// Where the login is tried.
#[derive(Clone, Copy)]
struct Target<'a> {
    domain: &'a DomainView,
    application: &'a ApplicationView,
}

/// What is lent to the application for the try.
struct Lent {
    redirect_uri: String,
    /// Whether the address was added, so that it has to go again.
    added: bool,
    secret: Option<(SecretId, Secret<String>)>,
}

impl Login {
    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain, application) = self.find(desk).await?;
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.map_err(|error| {
            AdminMessage::TryPortUnusable {
                port: u32::from(self.port).into(),
                detail: error.to_string().into(),
            }
        })?;
        showable(&application)?;
        // Heard from here on, so that nothing lent stays behind.
        let stop_asked = signals::stop_asked()?;
        let target = Target { domain: &domain, application: &application };
        let lent = self.lend(desk, &tenant, &domain, &application).await?;
        let finished = tokio::select! {
            finished = self.try_it(desk, target, &lent, &listener) => finished,
            () = stop_asked => Err(AdminMessage::TryStopped.into()),
        };
        take_back(desk, &tenant, &application, lent).await?;
        show(desk, &finished?);
        Ok(())
    }

    async fn find(&self, desk: &Desk) -> CommandResult<(Tenant, DomainView, ApplicationView)> {
        let mut found = Vec::new();
        for (tenant, domain) in every::domains(&desk.console, &desk.caller).await? {
            let wanted = self.domain.as_ref().is_none_or(|host| *host == domain.host);
            let one = desk
                .console
                .application(&permits::may(&tenant, Permission::ReadSettings)?, domain.id, &self.client)
                .await;
            if let (true, Ok(application)) = (wanted, one) {
                found.push((tenant, domain, application));
            }
        }
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => {
                let command = "portvakt applications list --domain HOST".to_owned();
                let refusal = Refusal::NotFound(Noun::Application);
                Err(missing(refusal, (Noun::Application, &self.client), std::iter::empty(), command))
            }
            (Some(_), false) => {
                let client = self.client.as_str().into();
                Err(AdminMessage::ApplicationOnSeveralDomains { client }.into())
            }
        }
    }

    async fn lend(
        &self,
        desk: &Desk,
        tenant: &Tenant,
        domain: &DomainView,
        application: &ApplicationView,
    ) -> CommandResult<Lent> {
        let redirect_uri = format!("http://localhost:{}{PATH}", self.port);
        let settings = &application.settings;
        let add = domain.environment != Environment::Production;
        if !add && !settings.has_redirect_uri(&redirect_uri) {
            return Err(AdminMessage::TryProduction { uri: redirect_uri.into() }.into());
        }
        let has_secrets = settings.authentication == ClientAuthentication::ClientSecret;
        let alone = has_secrets && !others_try(desk, tenant, application).await?;
        let mut lent = Lent { redirect_uri: redirect_uri.clone(), added: false, secret: None };
        // First, because it tells others that a try is going on.
        if has_secrets {
            let secret = desk
                .console
                .lend_client_secret(
                    &permits::may(tenant, Permission::ManageSecrets)?,
                    application.id,
                    desk.now,
                )
                .await;
            lent.secret = Some(secret?);
        }
        if add {
            let change = |uris: &mut Vec<String>| {
                uris.retain(|it| !(*it == redirect_uri || alone && is_ours(it)));
                uris.push(redirect_uri.clone());
            };
            if let Err(error) = change_uris(desk, tenant, application, change).await {
                take_back(desk, tenant, application, lent).await?;
                return Err(error);
            }
            lent.added = true;
        }
        Ok(lent)
    }

    async fn try_it(
        &self,
        desk: &Desk,
        target: Target<'_>,
        lent: &Lent,
        listener: &TcpListener,
    ) -> CommandResult<Finished> {
        let Target { domain, application } = target;
        let config = Config {
            issuer: domain.issuer(),
            client_id: self.client.clone(),
            client_secret: lent.secret.as_ref().map(|(_, secret)| secret.clone()),
            redirect_uri: lent.redirect_uri.clone(),
            post_logout_redirect_uri: lent.redirect_uri.clone(),
            pushes: application.settings.require_par || domain.settings.require_par,
            asks_userinfo: application.settings.userinfo_response != UserinfoResponse::FromTokenEndpoint,
        };
        let sample = Sample::new(config, Arc::new(outbound(desk, domain)), Random::system());
        if !desk.json {
            print(&format!("{}\n", said(&Outcome::TryWaiting)));
        }
        // What does not end ends here: the limit is the wait.
        let _ = timeout(KNOWN_AFTER, std::future::pending::<()>()).await;
        let begun = sample.start(&self.with, seconds()).await.map_err(|error| failed(&error))?;
        if desk.json {
            print(&format!("{}\n", json!({"open": begun.location})));
        } else {
            let within = |it: u64| Outcome::TryOpenWithin { seconds: it.to_string().into() };
            let open = begun.waits.map_or(Outcome::TryOpen, within);
            print(&format!("{}\n\n{}\n\n", said(&open), begun.location));
        }
        let query = timeout(PATIENCE, come_back(listener)).await;
        let query = query.map_err(|_| AdminMessage::TryNobodyCame)??;
        Ok(sample.finish(&query, &begun.memo, seconds()).await.map_err(|error| failed(&error))?)
    }
}

fn failed(error: &impl ToString) -> AdminMessage {
    AdminMessage::TryFailed { detail: error.to_string().into() }
}

/// Refuses, before anything is lent, what could not be shown in the end.
fn showable(application: &ApplicationView) -> Result<(), AdminMessage> {
    if application.settings.authentication == ClientAuthentication::PrivateKeyJwt {
        return Err(AdminMessage::TryPrivateKey);
    }
    if application.settings.id_token_response == IdTokenResponse::SignedAndEncryptedJwt {
        return Err(AdminMessage::TryEncrypted);
    }
    Ok(())
}

/// Whether somebody else may be in the middle of a try with a secret; an interrupted one counts for 20 minutes.
async fn others_try(desk: &Desk, tenant: &Tenant, application: &ApplicationView) -> CommandResult<bool> {
    let secrets =
        desk.console.client_secrets(&permits::may(tenant, Permission::ReadSettings)?, application.id).await?;
    Ok(secrets.iter().any(|it| it.lent && it.ends_at.is_some_and(|at| at > desk.now)))
}

/// Whether an address is one that a try adds, on whichever port.
fn is_ours(uri: &str) -> bool {
    let port = uri.strip_prefix("http://localhost:").and_then(|rest| rest.strip_suffix(PATH));
    port.is_some_and(|port| port.parse::<u16>().is_ok())
}

fn seconds() -> i64 {
    clock::now().seconds()
}

/// The issuer may be on this machine, and its authority one of the operator's.
fn outbound(desk: &Desk, domain: &DomainView) -> Outbound {
    let (host, port) = match domain.host.split_once(':') {
        Some((host, port)) => (host, port.parse().unwrap_or(443)),
        None => (domain.host.as_str(), 443),
    };
    let mut settings = desk.outbound.clone();
    settings.allowed.push(Allowed { host: host.to_owned(), port });
    Outbound::new(settings)
}

/// Waits for the browser; gives the query that it brings.
async fn come_back(listener: &TcpListener) -> CommandResult<String> {
    loop {
        let (mut stream, _) = listener.accept().await.map_err(|error| failed(&error))?;
        let mut line = String::new();
        let mut bounded = BufReader::new((&mut stream).take(65_536));
        let read = bounded.read_line(&mut line);
        if !matches!(timeout(Duration::from_secs(10), read).await, Ok(Ok(1..=65_536))) {
            continue;
        }
        let target = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let ours = path == PATH;
        let (status, text) = if ours {
            ("200 OK", "The rest is in the terminal; this window can be closed.")
        } else {
            ("404 Not Found", "There is nothing here.")
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        // A browser that went away has brought its query all the same.
        let _ = stream.write_all(answer.as_bytes()).await;
        if ours {
            return Ok(query.to_owned());
        }
    }
}

/// How often a change is tried that others come before.
const MOST_TRIES: usize = 5;

/// Tries until nobody else changed the object between reading and writing.
async fn until_unchanged<T>(attempt: impl AsyncFn() -> Result<T, Refusal>) -> Result<T, Refusal> {
    for _ in 1..MOST_TRIES {
        match attempt().await {
            Err(Refusal::ChangedMeanwhile(_) | Refusal::Store(StoreError::Changed)) => {}
            done => return done,
        }
    }
    attempt().await
}

async fn change_uris(
    desk: &Desk,
    tenant: &Tenant,
    application: &ApplicationView,
    change: impl Fn(&mut Vec<String>) + Sync,
) -> CommandResult {
    let permits = (
        permits::may(tenant, Permission::ReadSettings)?,
        permits::may(tenant, Permission::ManageApplications)?,
    );
    let changed = until_unchanged(async || change_uris_once(desk, &permits, application, &change).await);
    changed.await.map_err(CommandError::from)
}

async fn change_uris_once(
    desk: &Desk,
    (reading, managing): &(Permit, Permit),
    application: &ApplicationView,
    change: &(impl Fn(&mut Vec<String>) + Sync),
) -> Result<(), Refusal> {
    // As it is now: minutes may have passed, and others may try it too.
    let found = desk.console.application(reading, application.domain, &application.client_id).await?;
    let mut changed = ApplicationChange { name: found.name.clone(), settings: found.settings.clone() };
    change(&mut changed.settings.redirect_uris);
    let at = (application.id, &found.seen());
    desk.console.change_application(managing, at, &changed, clock::now()).await.map(drop)
}

async fn take_back(desk: &Desk, tenant: &Tenant, application: &ApplicationView, lent: Lent) -> CommandResult {
    let mut uris = Ok(());
    if lent.added {
        let uri = lent.redirect_uri;
        uris = change_uris(desk, tenant, application, move |uris| uris.retain(|it| *it != uri)).await;
    }
    if let Some((id, _)) = lent.secret {
        let now: Timestamp = clock::now();
        let retired = desk
            .console
            .retire_client_secret(
                &permits::may(tenant, Permission::ManageSecrets)?,
                (application.id, id),
                now,
                now,
            )
            .await;
        retired?;
    }
    uris
}

fn show(desk: &Desk, finished: &Finished) {
    let claims = |all: &sample::Claims| serde_json::to_value(all).unwrap_or_default();
    let thing = json!({
        "id_token": {"header": finished.header, "claims": claims(&finished.claims)},
        "userinfo": finished.userinfo.claims().map_or(Value::Null, claims),
        "userinfo_not_shown": finished.userinfo.unavailable().map(|it| it.to_string()),
    });
    if desk.json {
        return print(&format!("{thing}\n"));
    }
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let part = |name: &str| pretty(thing.get(name).unwrap_or(&Value::Null));
    let userinfo = match finished.userinfo.unavailable() {
        None => part("userinfo"),
        Some(why) => said(&Outcome::TryUserinfoHidden { detail: why.to_string().into() }),
    };
    print(&format!(
        "{}\n\nID token\n{}\n\nuserinfo\n{userinfo}\n",
        said(&Outcome::TryWorked),
        part("id_token"),
    ));
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use console::Refusal;
    use store::StoreError;

    use super::{MOST_TRIES, until_unchanged};

    #[tokio::test]
    async fn what_was_lent_stayed_behind_where_somebody_else_changed_the_application_meanwhile() {
        let changed = || Refusal::Store(StoreError::Changed);
        let tries = Cell::new(0);
        let third = until_unchanged(async || {
            tries.set(tries.get() + 1);
            if tries.get() < 3 { Err(changed()) } else { Ok(tries.get()) }
        });
        assert_eq!(third.await.unwrap(), 3);
        tries.set(0);
        let never = until_unchanged(async || {
            tries.set(tries.get() + 1);
            Err::<(), _>(changed())
        });
        assert!(never.await.is_err());
        assert_eq!(tries.get(), MOST_TRIES);
    }
}
