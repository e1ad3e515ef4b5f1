//! `portvakt identity-sources …`

use std::path::PathBuf;

use authority::Permission;
use clap::{Args, Subcommand};
use console::{
    Console, DomainView, NewIdentitySource, Refusal, Seen, SourceCheckView, SourceToCheck, SourceView, Tenant,
};
use eid::{SourceCredentials, SourceMethod};
use model::{CheckLine, CheckState, DomainId, EidEnvironment, IdentitySourceSettings, LoginMethod};
use serde_json::{Value, json};
use texts::{AdminMessage, Noun, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk, LOCALE,
    command_error::CommandResult,
    desk::{AtDomain, IfVersion},
    show::{instant, maybe_instant, said},
    words::{eid, eid_environment, secret},
};
use crate::permits;

/// What can be said to `portvakt identity-sources`.
#[derive(Args)]
pub(crate) struct IdentitySources {
    #[command(flatten)]
    at: AtDomain,
    #[command(subcommand)]
    what: IdentitySourcesCommand,
}

#[derive(Subcommand)]
enum IdentitySourcesCommand {
    /// Lists the eIDs of a domain, with the callback address that each must know.
    List,
    /// Shows an eID of a domain, with the public key that it must know.
    Show {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
    },
    /// Enters the credentials that an eID gave, or makes a key pair for it.
    Set(Set),
    /// Checks an eID of a domain against the eID, without anybody logging in: discovery, credentials, callback address,
    /// national identity number. Fails when something does not work.
    Check {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
        /// Asks for the national identity number although no application of the domain may have it.
        #[arg(long)]
        number: bool,
    },
    /// Switches an eID off: its logins stop within seconds.
    Disable {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Switches an eID on again.
    Enable {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Shows people a text of yours where they choose this eID.
    Notice(Notice),
    /// Which button people see for an eID: its own, or a neutral one. Its own needs an agreement with the eID.
    Button(Button),
}

#[derive(Args)]
struct Set {
    /// no-bankid, no-vipps.
    #[arg(value_parser = eid)]
    eid: LoginMethod,
    /// sandbox, test or production.
    #[arg(long, value_parser = eid_environment)]
    environment: EidEnvironment,
    /// The client id that the eID gave; the sandbox needs none.
    #[arg(long, allow_hyphen_values = true, required_if_eq_any([("environment", "test"), ("environment", "production")]))]
    client_id: Option<String>,
    /// A file with the secret that the eID gave; - reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["generate_key", "private_key_file"])]
    secret_file: Option<PathBuf>,
    /// Sends the secret in the body of the request instead of its header.
    #[arg(long, requires = "secret_file")]
    in_body: bool,
    /// Makes a key pair and prints the JWKS that the eID must receive.
    #[arg(long, conflicts_with = "private_key_file")]
    generate_key: bool,
    /// A file with an ES256 key: PKCS #8 DER in base64url; - reads standard input.
    #[arg(long, value_name = "FILE")]
    private_key_file: Option<PathBuf>,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args)]
struct Notice {
    /// no-bankid, no-vipps.
    #[arg(value_parser = eid)]
    eid: LoginMethod,
    /// In bokmål.
    #[arg(long)]
    nb: Option<String>,
    /// In nynorsk.
    #[arg(long)]
    nn: Option<String>,
    /// In English.
    #[arg(long)]
    en: Option<String>,
    /// Takes the text away.
    #[arg(long, conflicts_with_all = ["nb", "nn", "en"])]
    clear: bool,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args)]
struct Button {
    /// no-bankid.
    #[arg(value_parser = eid)]
    eid: LoginMethod,
    /// The tenant has an agreement with the eID that lets it use the eID's own button.
    #[arg(long, required_unless_present = "neutral")]
    agreement_confirmed: bool,
    /// Goes back to a neutral button.
    #[arg(long, conflicts_with = "agreement_confirmed")]
    neutral: bool,
    #[command(flatten)]
    if_version: IfVersion,
}

fn callback(domain: &DomainView, eid: LoginMethod) -> String {
    format!("{}/callback/{}", domain.issuer(), eid.as_str())
}

/// What people want to see first.
const FIRST: &[&str] = &["eid", "environment", "state", "client_id", "method", "callback"];

/// A line of a live check for programs; the texts are those of the terminal.
fn line(eid: LoginMethod, line: &CheckLine) -> Value {
    let message = line.message(eid);
    let good = line.outcome(eid).map(|it| said(&it));
    json!({
        "line": line.subject.as_str(),
        "state": line.state().as_str(),
        "finding": line.finding,
        "error": line.error,
        "description": line.description,
        "message": message.as_ref().map(|it| it.say(LOCALE)).or(good),
        "what_to_do": message.as_ref().map(|it| it.remedy(LOCALE)),
    })
}

/// A live check for programs.
fn check_view(eid: LoginMethod, check: &SourceCheckView) -> Value {
    let lines = check.lines.as_ref().map(|it| it.iter().map(|it| line(eid, it)).collect::<Vec<_>>());
    json!({
        "state": check.state().map_or("unfinished", CheckState::as_str),
        "of_these_credentials": check.is_current,
        "at": instant(check.at),
        "by": check.by,
        "lines": lines,
    })
}

/// What the last check came to, in a word or two.
fn checked(source: &SourceView) -> Option<String> {
    let check = source.last_check.as_ref()?;
    let state = check.state().map_or("unfinished", CheckState::as_str);
    Some(if check.is_current { state.to_owned() } else { format!("{state}, of other credentials") })
}

fn view(domain: &DomainView, source: &SourceView) -> Value {
    let settings: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    json!({
        "eid": source.eid.as_str(),
        "environment": source.environment.as_str(),
        "state": if source.disabled_at.is_some() { "disabled" } else { "enabled" },
        "client_id": source.client.as_ref().map(|it| &it.0),
        "method": source.client.as_ref().map(|it| it.1),
        "callback": callback(domain, source.eid),
        "id": source.id.to_string(),
        "version": source.version,
        "created_at": instant(source.created_at),
        "disabled_at": maybe_instant(source.disabled_at),
        "checked": checked(source),
        "last_check": source.last_check.as_ref().map(|it| check_view(source.eid, it)),
        "settings": settings,
        "jwks": source.jwks,
    })
}

impl AtTheDesk for IdentitySources {
    fn place(&self) -> &ConfigLocation {
        &self.at.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain) = self.at.find(desk).await?;
        match self.what {
            IdentitySourcesCommand::List => {
                let all = desk
                    .console
                    .identity_sources(&permits::may(&tenant, Permission::ReadSettings)?, domain.id)
                    .await?;
                let rows: Vec<Value> = all.iter().map(|it| view(&domain, it)).collect();
                desk.list(
                    &["eid", "environment", "state", "checked", "client_id", "method", "callback"],
                    &rows,
                    &Outcome::NoSource,
                );
                Ok(())
            }
            IdentitySourcesCommand::Show { eid } => {
                let found = find(desk, &tenant, (&domain, eid)).await?;
                let found = found.ok_or_else(|| AdminMessage::SourceNone {
                    eid: eid.as_str().into(),
                    host: domain.host.clone().into(),
                })?;
                desk.one(FIRST, &view(&domain, &found));
                Ok(())
            }
            IdentitySourcesCommand::Check { eid, number } => {
                check(desk, &tenant, (&domain, eid), number).await
            }
            IdentitySourcesCommand::Set(set) => set.run(desk, &tenant, &domain).await,
            IdentitySourcesCommand::Disable { eid, if_version } => {
                let seen = seen(desk, &tenant, (&domain, eid), &if_version).await?;
                switch(desk, &tenant, (domain.id, eid, &seen), false).await
            }
            IdentitySourcesCommand::Enable { eid, if_version } => {
                let seen = seen(desk, &tenant, (&domain, eid), &if_version).await?;
                switch(desk, &tenant, (domain.id, eid, &seen), true).await
            }
            IdentitySourcesCommand::Notice(notice) => notice.run(desk, &tenant, &domain).await,
            IdentitySourcesCommand::Button(button) => button.run(desk, &tenant, &domain).await,
        }
    }
}

impl Set {
    fn credentials(&self) -> CommandResult<(SourceCredentials, Option<Value>)> {
        let with = |method, secret, private_key| SourceCredentials {
            client_id: self.client_id.clone().unwrap_or_else(|| "sandbox".to_owned()),
            method,
            secret,
            private_key,
        };
        if let Some(path) = &self.secret_file {
            let method =
                if self.in_body { SourceMethod::ClientSecretPost } else { SourceMethod::ClientSecretBasic };
            return Ok((with(method, Some(secret(path)?.expose().clone()), None), None));
        }
        if let Some(path) = &self.private_key_file {
            let key = Some(secret(path)?.expose().clone());
            return Ok((with(SourceMethod::PrivateKeyJwt, None, key), None));
        }
        if !self.generate_key && self.environment == EidEnvironment::Sandbox {
            // The sandbox knows every domain of its tenants; what stands here is never used.
            return Ok((with(SourceMethod::ClientSecretBasic, Some("sandbox".to_owned()), None), None));
        }
        if !self.generate_key {
            return Err(AdminMessage::SourceAuthenticationNotSaid.into());
        }
        let (key, jwks) = Console::new_source_key()?;
        Ok((with(SourceMethod::PrivateKeyJwt, None, Some(key.expose().clone())), Some(jwks)))
    }

    async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let (credentials, jwks) = self.credentials()?;
        let new = NewIdentitySource {
            domain: domain.id,
            domain_environment: domain.environment,
            eid: self.eid,
            environment: self.environment,
            credentials,
        };
        let found = find(desk, tenant, (domain, self.eid)).await?;
        if found.is_none() && self.if_version.is_said() {
            return Err(Refusal::NotFound(Noun::IdentitySource).into());
        }
        let seen = found.map(|it| self.if_version.or(it.seen()));
        let id = desk
            .console
            .set_credentials(
                &permits::may(tenant, Permission::ManageSources)?,
                (&new, seen.as_ref()),
                desk.now,
            )
            .await?;
        let address = callback(domain, self.eid);
        let mut sentence =
            format!("{}\n{address}", said(&Outcome::SourceSet { eid: self.eid.name().into() }));
        if let Some(jwks) = &jwks {
            sentence.push_str(&format!("\n{}\n{jwks}", said(&Outcome::SourceJwks)));
        }
        let thing =
            json!({"id": id.to_string(), "eid": self.eid.as_str(), "callback": address, "jwks": jwks});
        desk.done(&sentence, &thing);
        Ok(())
    }
}

/// Checks a source live and shows every line; fails where one is bad.
async fn check(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid): (&DomainView, LoginMethod),
    number: bool,
) -> CommandResult {
    let permit = permits::may(tenant, Permission::CheckSources)?;
    let asked = SourceToCheck { domain: domain.id, eid, number };
    let check = desk.console.check_identity_source(&permit, &desk.catalogue, asked, desk.now).await?;
    let lines = check.lines.as_deref().unwrap_or_default();
    if desk.json {
        desk.done("", &check_view(eid, &check));
    } else {
        let row = |it: &CheckLine| {
            let good = it.outcome(eid).map(|it| said(&it));
            let found = it.message(eid).map(|it| it.line(LOCALE)).or(good);
            json!({"line": it.subject.as_str(), "state": it.state().as_str(), "found": found})
        };
        let rows: Vec<Value> = lines.iter().map(row).collect();
        desk.list(&["line", "state", "found"], &rows, &Outcome::NoSource);
    }
    let bad = lines.iter().filter(|it| it.state() == CheckState::Bad);
    let bad: Vec<&'static str> = bad.map(|it| it.subject.as_str()).collect();
    if bad.is_empty() { Ok(()) } else { Err(AdminMessage::SourceCheckBad { lines: bad.into() }.into()) }
}

/// The domain's source of this eID, if there is one.
async fn find(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid): (&DomainView, LoginMethod),
) -> CommandResult<Option<SourceView>> {
    let reading = permits::may(tenant, Permission::ReadSettings)?;
    match desk.console.identity_source(&reading, (domain.id, eid)).await {
        Ok(found) => Ok(Some(found)),
        Err(Refusal::NotFound(_)) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn seen(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid): (&DomainView, LoginMethod),
    if_version: &IfVersion,
) -> CommandResult<Seen> {
    let found = find(desk, tenant, (domain, eid)).await?;
    found.map(|it| if_version.or(it.seen())).ok_or_else(|| Refusal::NotFound(Noun::IdentitySource).into())
}

async fn switch(desk: &Desk, tenant: &Tenant, at: (DomainId, LoginMethod, &Seen), on: bool) -> CommandResult {
    let eid = at.1;
    let switched = desk
        .console
        .switch_identity_source(
            &permits::may(tenant, if on { Permission::ManageSources } else { Permission::DisableSources })?,
            at,
            on,
            desk.now,
        )
        .await;
    switched?;
    let state = if on { "enabled" } else { "disabled" };
    let name = eid.name().into();
    let done = if on { Outcome::Enabled { name } } else { Outcome::Disabled { name } };
    desk.done(&said(&done), &json!({"eid": eid.as_str(), "state": state}));
    Ok(())
}

impl Notice {
    async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let notice = (!self.clear).then_some(model::Notice { nb: self.nb, nn: self.nn, en: self.en });
        let at = (domain, self.eid, &self.if_version);
        let thing = change_settings(desk, tenant, at, |settings| settings.notice = notice).await?;
        let done = if self.clear { Outcome::NoticeCleared } else { Outcome::NoticeSet };
        desk.done(&said(&done), &thing);
        Ok(())
    }
}

impl Button {
    async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        if self.eid.button().is_none() {
            return Err(AdminMessage::EidWithoutButton { eid: self.eid.name().into() }.at("eid").into());
        }
        let own = self.agreement_confirmed;
        let at = (domain, self.eid, &self.if_version);
        let thing = change_settings(desk, tenant, at, |settings| settings.own_button = own).await?;
        let eid = self.eid.name().into();
        let done = if own { Outcome::ButtonOwn { eid } } else { Outcome::ButtonNeutral { eid } };
        desk.done(&said(&done), &thing);
        Ok(())
    }
}

/// Changes what an identity source is told beside its credentials; gives the settings then.
async fn change_settings(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid, if_version): (&DomainView, LoginMethod, &IfVersion),
    change: impl FnOnce(&mut IdentitySourceSettings),
) -> CommandResult<Value> {
    let found = find(desk, tenant, (domain, eid)).await?;
    let found = found.ok_or(Refusal::NotFound(Noun::IdentitySource))?;
    let mut settings = IdentitySourceSettings::parse(&found.settings).unwrap_or_default();
    change(&mut settings);
    let seen = if_version.or(found.seen());
    let permit = permits::may(tenant, Permission::ManageSources)?;
    let at = (domain.id, eid, &seen);
    desk.console.set_source_settings(&permit, at, &settings, desk.now).await?;
    Ok(serde_json::from_str(&settings.to_text()).unwrap_or_default())
}
