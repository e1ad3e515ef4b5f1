//! `portvakt test login`: a real login by a real relying party, on this machine.
//!
//! 1. the application may come back to this machine, and has a secret of its own for it, both only for the try;
//! 2. the person opens the address and logs in; 3. the answer is verified as any application must; 4. both are taken back.

use std::{sync::Arc, time::Duration};

use clap::{Args, Subcommand};
use console::{ApplicationView, DomainView, Tenant};
use crypto::{Random, Secret};
use model::{ApplicationSettings, ClientAuthentication, Environment, SecretId, Timestamp};
use outbound::{Allowed, Outbound};
use sample::{Config, Finished, Sample};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    time::timeout,
};

use super::{AtTheDesk, Desk, Place, desk::words, show::print};
use crate::{clock, every};

/// What can be said to `portvakt test`.
#[derive(Args)]
pub(crate) struct Test {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
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

/// How long the person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// After this every node knows of a change.
const KNOWN_AFTER: Duration = Duration::from_secs(6);

impl AtTheDesk for Test {
    fn place(&self) -> &Place {
        &self.place
    }

    async fn run(self, desk: &Desk) -> Result<(), String> {
        let What::Login(login) = self.what;
        login.run(desk).await
    }
}

/// What is lent to the application for the try.
struct Lent {
    redirect_uri: String,
    /// Whether the address was added, so that it has to go again.
    added: bool,
    secret: Option<(SecretId, Secret<String>)>,
}

impl Login {
    async fn run(self, desk: &Desk) -> Result<(), String> {
        let (tenant, domain, application) = self.find(desk).await?;
        let listener = TcpListener::bind(("127.0.0.1", self.port))
            .await
            .map_err(|error| format!("port {}: {error}; choose another with --port", self.port))?;
        let lent = self.lend(desk, &tenant, &domain, &application).await?;
        let finished = tokio::select! {
            finished = self.try_it(desk, &domain, &lent, &listener) => finished,
            _ = tokio::signal::ctrl_c() => Err("stopped before the login was finished".to_owned()),
        };
        take_back(desk, &tenant, &application, lent).await?;
        show(desk, &finished?);
        Ok(())
    }

    async fn find(&self, desk: &Desk) -> Result<(Tenant, DomainView, ApplicationView), String> {
        let mut found = Vec::new();
        for (tenant, domain) in every::domains(&desk.console, &desk.actor).await? {
            let wanted = self.domain.as_ref().is_none_or(|host| *host == domain.host);
            let one = desk.console.application(&tenant, domain.id, &self.client).await;
            if let (true, Ok(application)) = (wanted, one) {
                found.push((tenant, domain, application));
            }
        }
        match found.len() {
            0 => Err(format!("there is no application {}", self.client)),
            1 => found.pop().ok_or_else(String::new),
            _ => Err(format!("several domains have an application {}: say which with --domain", self.client)),
        }
    }

    async fn lend(
        &self,
        desk: &Desk,
        tenant: &Tenant,
        domain: &DomainView,
        application: &ApplicationView,
    ) -> Result<Lent, String> {
        let redirect_uri = format!("http://localhost:{}/portvakt-test-login", self.port);
        let settings = &application.settings;
        if settings.authentication == ClientAuthentication::PrivateKeyJwt {
            return Err(
                "this application signs its assertions with a key that only it has: try it there".to_owned()
            );
        }
        let added = !settings.has_redirect_uri(&redirect_uri);
        if added {
            if domain.environment == Environment::Production {
                return Err(format!(
                    "an application of a production domain may not come back to this machine: try it on a test domain, or register {redirect_uri} where its kind allows it"
                ));
            }
            change_uris(desk, tenant, application, {
                let uri = redirect_uri.clone();
                move |uris| uris.push(uri)
            })
            .await?;
        }
        let mut lent = Lent { redirect_uri, added, secret: None };
        if settings.authentication == ClientAuthentication::ClientSecret {
            let until = desk.now.after(PATIENCE + PATIENCE);
            match desk.console.lend_client_secret(tenant, application.id, until, desk.now).await {
                Ok(secret) => lent.secret = Some(secret),
                Err(refusal) => {
                    take_back(desk, tenant, application, lent).await?;
                    return Err(words(refusal));
                }
            }
        }
        Ok(lent)
    }

    async fn try_it(
        &self,
        desk: &Desk,
        domain: &DomainView,
        lent: &Lent,
        listener: &TcpListener,
    ) -> Result<Finished, String> {
        let config = Config {
            issuer: domain.issuer(),
            client_id: self.client.clone(),
            client_secret: lent.secret.as_ref().map(|(_, secret)| secret.clone()),
            redirect_uri: lent.redirect_uri.clone(),
            post_logout_redirect_uri: lent.redirect_uri.clone(),
        };
        let sample = Sample::new(config, Arc::new(outbound(desk, domain)), Random::system());
        let begun = sample.start(&self.with, seconds()).await.map_err(|error| error.to_string())?;
        if !desk.json {
            print("Waiting six seconds, until every node knows what was lent to the application …\n");
        }
        // What does not end ends here: the limit is the wait.
        let _ = timeout(KNOWN_AFTER, std::future::pending::<()>()).await;
        if desk.json {
            print(&format!("{}\n", json!({"open": begun.location})));
        } else {
            print(&format!("Open this in a browser on this machine, and log in:\n\n{}\n\n", begun.location));
        }
        let query = timeout(PATIENCE, come_back(listener)).await;
        let query = query.map_err(|_| "nobody came back in ten minutes".to_owned())??;
        sample.finish(&query, &begun.memo, seconds()).await.map_err(|error| error.to_string())
    }
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
async fn come_back(listener: &TcpListener) -> Result<String, String> {
    loop {
        let (mut stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
        let mut line = String::new();
        let mut bounded = BufReader::new((&mut stream).take(65_536));
        let read = bounded.read_line(&mut line);
        if !matches!(timeout(Duration::from_secs(10), read).await, Ok(Ok(1..=65_536))) {
            continue;
        }
        let target = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let ours = path == "/portvakt-test-login";
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

async fn change_uris(
    desk: &Desk,
    tenant: &Tenant,
    application: &ApplicationView,
    change: impl FnOnce(&mut Vec<String>) + Send,
) -> Result<(), String> {
    let changed = |name: &str, mut settings: ApplicationSettings| {
        change(&mut settings.redirect_uris);
        Ok((name.to_owned(), settings))
    };
    let saved = desk.console.change_application(tenant, application.id, changed, clock::now()).await;
    saved.map(drop).map_err(words)
}

async fn take_back(
    desk: &Desk,
    tenant: &Tenant,
    application: &ApplicationView,
    lent: Lent,
) -> Result<(), String> {
    if lent.added {
        let uri = lent.redirect_uri;
        change_uris(desk, tenant, application, move |uris| uris.retain(|it| *it != uri)).await?;
    }
    if let Some((id, _)) = lent.secret {
        let now: Timestamp = clock::now();
        let retired = desk.console.retire_client_secret(tenant, (application.id, id), now, now).await;
        retired.map_err(words)?;
    }
    Ok(())
}

fn show(desk: &Desk, finished: &Finished) {
    let claims = |all: &sample::Claims| serde_json::to_value(all).unwrap_or_default();
    let thing = json!({
        "id_token": {"header": finished.header, "claims": claims(&finished.claims)},
        "userinfo": claims(&finished.userinfo),
    });
    if desk.json {
        return print(&format!("{thing}\n"));
    }
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let part = |name: &str| pretty(thing.get(name).unwrap_or(&Value::Null));
    print(&format!(
        "The login worked; the ID token is verified.\n\nID token\n{}\n\nuserinfo\n{}\n",
        part("id_token"),
        part("userinfo")
    ));
}
