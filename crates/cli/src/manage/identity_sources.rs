//! `portvakt identity-sources …`

use std::path::PathBuf;

use authority::{Permission, Permit};
use clap::{Args, Subcommand};
use console::{
    CheckedCredentials, Console, DomainView, GenerationView, NewIdentitySource, Refusal, Seen,
    SourceCheckView, SourceToCheck, SourceView, Tenant,
};
use eid::{SourceCredentials, SourceMethod};
use model::{CheckLine, CheckState, EidEnvironment, LoginMethod};
use serde_json::{Value, json};
use texts::{AdminMessage, Noun, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk, LOCALE,
    command_error::CommandResult,
    desk::{AtDomain, IfVersion},
    identity_source_settings::{Button, Change, Notice, find},
    show::{instant, maybe_instant, said},
    words::{eid, eid_environment, secret},
};
use crate::{clock, permits};

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
    /// Enters the credentials that an eID gave, or makes a key pair for it. Where others are in use, the new ones are a candidate
    /// until a live check finds nothing bad; a new key stays one until `activate`.
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
        /// Checks the candidate instead of the credentials in use.
        #[arg(long)]
        candidate: bool,
    },
    /// Uses the candidate: credentials that `set` kept. They are checked first, and used when nothing is bad.
    Activate {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
        #[command(flatten)]
        how: HowToUse,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Goes back to the credentials that were in use before, within seven days.
    RestoreCredentials {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Discards the candidate.
    DiscardCandidate {
        /// no-bankid, no-vipps.
        #[arg(value_parser = eid)]
        eid: LoginMethod,
        #[command(flatten)]
        if_version: IfVersion,
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
    /// Changes what can be set of an eID of a domain: its name for people, what it may be asked for, the national number.
    Change(Change),
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
    how: HowToUse,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args, Clone, Copy)]
struct HowToUse {
    /// Uses the credentials whatever the live check finds.
    #[arg(long)]
    use_anyway: bool,
    /// Uses the credentials without a live check; nothing is asked over the network.
    #[arg(long, conflicts_with = "use_anyway")]
    no_check: bool,
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
        "of": match check.of {
            CheckedCredentials::Active => "active",
            CheckedCredentials::Candidate => "candidate",
            CheckedCredentials::Others => "others",
        },
        "at": instant(check.at),
        "by": check.by,
        "lines": lines,
    })
}

/// What the last check came to, in a word or two.
fn checked(source: &SourceView) -> Option<String> {
    let check = source.last_check.as_ref()?;
    let state = check.state().map_or("unfinished", CheckState::as_str);
    Some(match check.of {
        CheckedCredentials::Active => state.to_owned(),
        CheckedCredentials::Candidate => format!("{state}, of the candidate"),
        CheckedCredentials::Others => format!("{state}, of other credentials"),
    })
}

/// Credentials that are not in use, for programs.
fn generation(it: &GenerationView) -> Value {
    json!({
        "environment": it.environment.as_str(),
        "client_id": it.client.as_ref().map(|it| &it.0),
        "method": it.client.as_ref().map(|it| it.1),
        "since": instant(it.set_at),
        "jwks": it.jwks,
    })
}

fn previous(it: &GenerationView) -> Value {
    let mut value = generation(it);
    if let Some(members) = value.as_object_mut() {
        members.insert("until".to_owned(), json!(instant(it.until)));
    }
    value
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
        "candidate": source.candidate.as_ref().map(generation),
        "previous": source.previous.as_ref().map(previous),
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
            IdentitySourcesCommand::List => list(desk, &tenant, &domain).await,
            IdentitySourcesCommand::Show { eid } => show(desk, &tenant, (&domain, eid)).await,
            IdentitySourcesCommand::Check { eid, number, candidate } => {
                check(desk, &tenant, SourceToCheck { domain: domain.id, eid, number, candidate }).await
            }
            IdentitySourcesCommand::Activate { eid, how, if_version } => {
                activate(desk, &tenant, Aim { domain: &domain, eid, if_version: &if_version }, how).await
            }
            IdentitySourcesCommand::RestoreCredentials { eid, if_version } => {
                restore(desk, &tenant, (&domain, eid), &if_version).await
            }
            IdentitySourcesCommand::DiscardCandidate { eid, if_version } => {
                discard(desk, &tenant, (&domain, eid), &if_version).await
            }
            IdentitySourcesCommand::Set(set) => set.run(desk, &tenant, &domain).await,
            IdentitySourcesCommand::Disable { eid, if_version } => {
                switch(desk, &tenant, Aim { domain: &domain, eid, if_version: &if_version }, false).await
            }
            IdentitySourcesCommand::Enable { eid, if_version } => {
                switch(desk, &tenant, Aim { domain: &domain, eid, if_version: &if_version }, true).await
            }
            IdentitySourcesCommand::Change(change) => change.run(desk, &tenant, &domain).await,
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
        if self.is_plain_sandbox() {
            // The sandbox knows every domain of its tenants; what stands here is never used.
            return Ok((with(SourceMethod::ClientSecretBasic, Some("sandbox".to_owned()), None), None));
        }
        if !self.generate_key {
            return Err(AdminMessage::SourceAuthenticationNotSaid.into());
        }
        let (key, jwks) = Console::new_source_key()?;
        Ok((with(SourceMethod::PrivateKeyJwt, None, Some(key.expose().clone())), Some(jwks)))
    }

    /// The sandbox without credentials of anybody's own: there is nothing in it to check, and it may not run yet.
    fn is_plain_sandbox(&self) -> bool {
        let own = self.generate_key || self.secret_file.is_some() || self.private_key_file.is_some();
        self.environment == EidEnvironment::Sandbox && !own
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
        let (done, check) = match &found {
            Some(before) if before.client.is_some() && !self.how.no_check && !self.is_plain_sandbox() => {
                self.replace(desk, tenant, (before, &new)).await?
            }
            found => self.put(desk, tenant, (found.as_ref(), &new)).await?,
        };
        let source = get(desk, tenant, (domain, self.eid)).await?;
        let address = callback(domain, self.eid);
        let mut sentence = said(&done);
        if matches!(done, Outcome::SourceSet { .. }) {
            sentence.push_str(&format!("\n{address}"));
        }
        if let Some(jwks) = &jwks {
            sentence.push_str(&format!("\n{}\n{jwks}", said(&Outcome::SourceJwks)));
        }
        let thing = json!({
            "id": source.id.to_string(), "eid": self.eid.as_str(), "callback": address, "jwks": jwks,
            "in_use": !matches!(done, Outcome::SourceCandidateSet { .. }),
            "check": check.map(|it| check_view(self.eid, &it)),
        });
        desk.done(&sentence, &thing);
        Ok(())
    }

    /// Puts credentials in the place of those there are, if any. Where there were none they are used at once, because no login
    /// could break, and the check only tells; a key that was just made is known to nobody yet, and the sandbox needs none.
    async fn put(
        &self,
        desk: &Desk,
        tenant: &Tenant,
        (found, new): (Option<&SourceView>, &NewIdentitySource),
    ) -> CommandResult<(Outcome, Option<SourceCheckView>)> {
        let permit = permits::may(tenant, Permission::ManageSources)?;
        let seen = found.map(|it| self.if_version.or(it.seen()));
        desk.console.set_credentials(&permit, (new, seen.as_ref()), desk.now).await?;
        let done = Outcome::SourceSet { eid: self.eid.name().into() };
        let is_sandbox = self.environment == EidEnvironment::Sandbox;
        if self.how.no_check || self.generate_key || is_sandbox {
            return Ok((done, None));
        }
        let asked = SourceToCheck { domain: new.domain, eid: self.eid, number: false, candidate: false };
        let check = checked_now(desk, tenant, asked).await?;
        warn_of(self.eid, &check);
        Ok((done, Some(check)))
    }

    /// Makes credentials the candidate, and uses them when the live check finds nothing bad.
    async fn replace(
        &self,
        desk: &Desk,
        tenant: &Tenant,
        (before, new): (&SourceView, &NewIdentitySource),
    ) -> CommandResult<(Outcome, Option<SourceCheckView>)> {
        let permit = permits::may(tenant, Permission::ManageSources)?;
        let seen = self.if_version.or(before.seen());
        if !desk.console.set_source_candidate(&permit, (new, &seen), desk.now).await? {
            return Ok((Outcome::SourceSet { eid: self.eid.name().into() }, None));
        }
        if self.generate_key && !self.how.use_anyway {
            return Ok((Outcome::SourceCandidateSet { eid: self.eid.name().into() }, None));
        }
        // The version that this candidate made: another one that came meanwhile is not used by this command.
        let mine = Seen::version(before.version + 1);
        let check = use_candidate(desk, tenant, (before, &mine), self.how).await?;
        Ok((Outcome::SourceActivated { eid: self.eid.name().into() }, check))
    }
}

async fn list(desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
    let reading = permits::may(tenant, Permission::ReadSettings)?;
    let all = desk.console.identity_sources(&reading, domain.id).await?;
    let rows: Vec<Value> = all.iter().map(|it| view(domain, it)).collect();
    let columns = ["eid", "environment", "state", "checked", "client_id", "method", "callback"];
    desk.list(&columns, &rows, &Outcome::NoSource);
    Ok(())
}

async fn show(desk: &Desk, tenant: &Tenant, (domain, eid): (&DomainView, LoginMethod)) -> CommandResult {
    let found = find(desk, tenant, (domain, eid)).await?;
    let found = found.ok_or_else(|| AdminMessage::SourceNone {
        eid: eid.as_str().into(),
        host: domain.host.clone().into(),
    })?;
    desk.one(FIRST, &view(domain, &found));
    Ok(())
}

/// Checks a source live and shows every line; fails where one is bad.
async fn check(desk: &Desk, tenant: &Tenant, asked: SourceToCheck) -> CommandResult {
    let check = checked_now(desk, tenant, asked).await?;
    show_check(desk, asked.eid, &check);
    match bad_lines(&check) {
        bad if bad.is_empty() => Ok(()),
        bad => Err(AdminMessage::SourceCheckBad { lines: bad.into() }.into()),
    }
}

/// Which source a command changes, and only if it has this version, where one was named.
struct Aim<'a> {
    domain: &'a DomainView,
    eid: LoginMethod,
    if_version: &'a IfVersion,
}

async fn activate(desk: &Desk, tenant: &Tenant, aim: Aim<'_>, how: HowToUse) -> CommandResult {
    let Aim { domain, eid, if_version } = aim;
    let source = get(desk, tenant, (domain, eid)).await?;
    let seen = if_version.or(source.seen());
    let check = use_candidate(desk, tenant, (&source, &seen), how).await?;
    let check = check.map(|it| check_view(eid, &it));
    let done = Outcome::SourceActivated { eid: eid.name().into() };
    desk.done(&said(&done), &json!({"eid": eid.as_str(), "check": check}));
    Ok(())
}

/// A source that is to be changed, with leave for it and what the caller has seen.
async fn to_change(
    desk: &Desk,
    tenant: &Tenant,
    at: (&DomainView, LoginMethod),
    if_version: &IfVersion,
) -> CommandResult<(Permit, SourceView, Seen)> {
    let source = get(desk, tenant, at).await?;
    let seen = if_version.or(source.seen());
    Ok((permits::may(tenant, Permission::ManageSources)?, source, seen))
}

async fn restore(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid): (&DomainView, LoginMethod),
    if_version: &IfVersion,
) -> CommandResult {
    let (permit, source, seen) = to_change(desk, tenant, (domain, eid), if_version).await?;
    desk.console.restore_source_credentials(&permit, (&source, &seen), desk.now).await?;
    let done = Outcome::SourceRestored { eid: eid.name().into() };
    desk.done(&said(&done), &json!({"eid": eid.as_str()}));
    Ok(())
}

async fn discard(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid): (&DomainView, LoginMethod),
    if_version: &IfVersion,
) -> CommandResult {
    let (permit, source, seen) = to_change(desk, tenant, (domain, eid), if_version).await?;
    desk.console.discard_source_candidate(&permit, (&source, &seen), desk.now).await?;
    let done = Outcome::SourceCandidateDiscarded { eid: eid.name().into() };
    desk.done(&said(&done), &json!({"eid": eid.as_str()}));
    Ok(())
}

/// Checks a source live.
async fn checked_now(desk: &Desk, tenant: &Tenant, asked: SourceToCheck) -> CommandResult<SourceCheckView> {
    let permit = permits::may(tenant, Permission::CheckSources)?;
    Ok(desk.console.check_identity_source(&permit, &desk.catalogue, asked, clock::now()).await?)
}

/// The lines that are bad, by their ids.
fn bad_lines(check: &SourceCheckView) -> Vec<&'static str> {
    let lines = check.lines.as_deref().unwrap_or_default().iter();
    lines.filter(|it| it.state() == CheckState::Bad).map(|it| it.subject.as_str()).collect()
}

fn show_check(desk: &Desk, eid: LoginMethod, check: &SourceCheckView) {
    if desk.json {
        return desk.done("", &check_view(eid, check));
    }
    let row = |it: &CheckLine| {
        let good = it.outcome(eid).map(|it| said(&it));
        let found = it.message(eid).map(|it| it.line(LOCALE)).or(good);
        json!({"line": it.subject.as_str(), "state": it.state().as_str(), "found": found})
    };
    let rows: Vec<Value> = check.lines.as_deref().unwrap_or_default().iter().map(row).collect();
    desk.list(&["line", "state", "found"], &rows, &Outcome::NoSource);
}

/// Says on standard error what a check found that is not good; the rest of the output belongs to the command.
fn warn_of(eid: LoginMethod, check: &SourceCheckView) {
    let lines = check.lines.as_deref().unwrap_or_default().iter();
    for line in lines.filter(|it| it.state() == CheckState::Bad) {
        if let Some(message) = line.message(eid) {
            Desk::warn(&message.at(line.subject.as_str()));
        }
    }
}

/// Checks the candidate of a source, unless told not to, and uses it when nothing is bad. Gives what the check found.
async fn use_candidate(
    desk: &Desk,
    tenant: &Tenant,
    (source, seen): (&SourceView, &Seen),
    how: HowToUse,
) -> CommandResult<Option<SourceCheckView>> {
    let permit = permits::may(tenant, Permission::ManageSources)?;
    let mut check = None;
    if !how.no_check {
        let (domain, eid) = (source.domain, source.eid);
        let asked = SourceToCheck { domain, eid, number: false, candidate: true };
        let made = checked_now(desk, tenant, asked).await?;
        warn_of(eid, &made);
        let bad = bad_lines(&made);
        if !bad.is_empty() && !how.use_anyway {
            return Err(AdminMessage::SourceCandidateKept { lines: bad.into() }.into());
        }
        check = Some(made);
    }
    desk.console.activate_source_candidate(&permit, (source, seen), clock::now()).await?;
    Ok(check)
}

async fn get(desk: &Desk, tenant: &Tenant, at: (&DomainView, LoginMethod)) -> CommandResult<SourceView> {
    let found = find(desk, tenant, at).await?;
    found.ok_or_else(|| Refusal::NotFound(Noun::IdentitySource).into())
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

async fn switch(desk: &Desk, tenant: &Tenant, aim: Aim<'_>, on: bool) -> CommandResult {
    let Aim { domain, eid, if_version } = aim;
    let seen = seen(desk, tenant, (domain, eid), if_version).await?;
    let at = (domain.id, eid, &seen);
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
