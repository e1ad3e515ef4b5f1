//! `portvakt applications …`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use authority::Permission;
use clap::{Args, Subcommand};
use console::{
    ApplicationChange, ApplicationView, BinView, DomainView, NewApplication, SecretRotation, SecretView,
    Seen, Tenant,
};
use model::{ApplicationKind, ApplicationSettings, SecretId, SettingsError, Timestamp};
use serde_json::{Value, json};
use store::bin::Kind;
use texts::{AdminMessage, FieldMessage, Noun, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    application_settings::{Wishes, set},
    bin::{self, Confirm},
    brand::BrandWishes,
    command_error::{CommandError, CommandResult},
    desk::{AtDomain, IfVersion, missing},
    list_changes::ListWishes,
    show::{instant, maybe_instant, said},
    words::{lasting, unusable},
};
use crate::{every, nearest::with_nearest, permits};

/// What can be said to `portvakt applications`.
#[derive(Args)]
pub(crate) struct Applications {
    #[command(flatten)]
    at: AtDomain,
    #[command(subcommand)]
    what: ApplicationsCommand,
}

#[derive(Subcommand)]
enum ApplicationsCommand {
    /// Lists the applications of a domain.
    List,
    /// Makes an application, and a first secret where it can keep one.
    Create(Create),
    /// Changes an application.
    Change(Change),
    /// Restores an application that was deleted.
    Restore {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Lists the applications that were deleted, and when they are destroyed.
    Bin,
    #[command(flatten)]
    One(One),
}

/// What can be done to one application.
#[derive(Subcommand)]
enum One {
    /// Shows an application and its secrets.
    Show {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Switches an application off: its logins stop within seconds.
    Disable {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Switches an application on again.
    Enable {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Deletes an application: at once for everybody, for good after 30 days.
    Delete {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        #[command(flatten)]
        confirm: Confirm,
        #[command(flatten)]
        if_version: IfVersion,
    },
    /// Makes one more secret; two may be live.
    NewSecret {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Makes a secret, and lets the one before end after an overlap.
    RotateSecret {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// How long both are accepted.
        #[arg(long, default_value = "7d", value_parser = lasting)]
        overlap: Duration,
        /// A secret that ends at once, by its id, where two are live already.
        #[arg(long, value_name = "ID")]
        end: Option<String>,
    },
    /// Lets a secret end, at once or later.
    RetireSecret {
        /// Its client id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// The secret's id, as `show` lists it.
        secret_id: String,
        /// How long it is still accepted; not at all by default.
        #[arg(long = "in", value_parser = lasting)]
        in_: Option<Duration>,
    },
}

#[derive(Args)]
struct Create {
    /// Its identifier on the wire.
    #[arg(long, allow_hyphen_values = true)]
    client_id: String,
    /// The name that people see.
    #[arg(long)]
    name: String,
    /// web (confidential), browser or native (public).
    #[arg(long, default_value = "web")]
    kind: String,
    /// An address to answer to; can be repeated.
    #[arg(long, value_name = "URI", required = true)]
    redirect_uri: Vec<String>,
    /// An address to go to after logging out; can be repeated.
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    #[command(flatten)]
    wishes: Box<Wishes>,
    #[command(flatten)]
    brand: Box<BrandWishes>,
    /// One more setting, as `name=JSON`; can be repeated.
    #[arg(long, value_name = "NAME=JSON")]
    set: Vec<String>,
}

#[derive(Args)]
struct Change {
    /// Its client id.
    #[arg(allow_hyphen_values = true)]
    client_id: String,
    /// The name that people see.
    #[arg(long)]
    name: Option<String>,
    /// Refused: a client id never changes.
    #[arg(long = "client-id", hide = true, allow_hyphen_values = true)]
    new_client_id: Option<String>,
    #[command(flatten)]
    wishes: Box<Wishes>,
    #[command(flatten)]
    brand: Box<BrandWishes>,
    #[command(flatten)]
    lists: Box<ListWishes>,
    /// A setting, as `name=JSON`; `show` lists those that have a value. Can be repeated.
    #[arg(long, value_name = "NAME=JSON")]
    set: Vec<String>,
    /// A file with all settings as a JSON object.
    #[arg(long, value_name = "FILE", conflicts_with = "set")]
    settings_file: Option<PathBuf>,
    #[command(flatten)]
    if_version: IfVersion,
}

/// What people want to see first.
const FIRST: &[&str] = &["client_id", "name", "state", "kind", "eids"];

fn view(application: &ApplicationView) -> Value {
    let settings: Value = serde_json::from_str(&application.settings.to_text()).unwrap_or_default();
    let state = if application.disabled_at.is_some() { "disabled" } else { "enabled" };
    json!({
        "client_id": application.client_id,
        "name": application.name,
        "state": state,
        "kind": settings.get("kind"),
        "eids": settings.get("eids"),
        "id": application.id.to_string(),
        "version": application.version,
        "created_at": instant(application.created_at),
        "disabled_at": maybe_instant(application.disabled_at),
        "settings": settings,
    })
}

fn secret_view(secret: &SecretView, now: Timestamp) -> Value {
    json!({
        "id": secret.id.to_string(),
        "state": if secret.ends_at.is_some_and(|at| at <= now) { "ended" } else { "live" },
        "created_at": instant(secret.created_at),
        "ends_at": maybe_instant(secret.ends_at),
        "last_used_at": maybe_instant(secret.last_used_at),
    })
}

impl AtTheDesk for Applications {
    fn place(&self) -> &ConfigLocation {
        &self.at.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        match &self.what {
            ApplicationsCommand::Restore { client_id } => {
                let host = self.at.host()?;
                bin::check_host(desk, host).await?;
                return bin::restore(desk, Kind::Application, (client_id, Some(host))).await;
            }
            ApplicationsCommand::Bin => {
                let host = self.at.host()?;
                bin::check_host(desk, host).await?;
                let of = |it: &BinView| it.host.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(host));
                return bin::list(desk, Kind::Application, of).await;
            }
            _ => {}
        }
        let (tenant, domain) = self.at.find(desk).await?;
        let find = async |client_id: &str| {
            let found = desk
                .console
                .application(&permits::may(&tenant, Permission::ReadSettings)?, domain.id, client_id)
                .await;
            match found {
                Ok(found) => Ok(found),
                Err(error) => {
                    let all = every::applications_of(&desk.console, &tenant, domain.id).await?;
                    let names = all.iter().map(|it| it.client_id.as_str());
                    let command = format!("portvakt applications list --domain {}", domain.host);
                    Err(missing(error, (Noun::Application, client_id), names, command))
                }
            }
        };
        match self.what {
            ApplicationsCommand::List => list(desk, &tenant, &domain).await,
            ApplicationsCommand::Create(create) => create.run(desk, &tenant, &domain).await,
            ApplicationsCommand::Change(change) => {
                let found = find(&change.client_id).await?;
                change.run(desk, (&tenant, &domain), &found).await
            }
            // Above: their domain may be in the bin itself.
            ApplicationsCommand::Restore { .. } | ApplicationsCommand::Bin => Ok(()),
            ApplicationsCommand::One(one) => {
                let found = find(one.client_id()).await?;
                one.run(desk, &tenant, &found).await
            }
        }
    }
}

impl One {
    fn client_id(&self) -> &str {
        match self {
            Self::Show { client_id }
            | Self::Disable { client_id, .. }
            | Self::Enable { client_id, .. }
            | Self::Delete { client_id, .. }
            | Self::NewSecret { client_id }
            | Self::RotateSecret { client_id, .. }
            | Self::RetireSecret { client_id, .. } => client_id,
        }
    }

    async fn run(self, desk: &Desk, tenant: &Tenant, found: &ApplicationView) -> CommandResult {
        match self {
            Self::Show { .. } => show(desk, tenant, found).await,
            Self::Disable { if_version, .. } => {
                switch(desk, tenant, (found, &if_version.or(found.seen())), false).await
            }
            Self::Enable { if_version, .. } => {
                switch(desk, tenant, (found, &if_version.or(found.seen())), true).await
            }
            Self::Delete { confirm, if_version, .. } => {
                confirm.check(Kind::Application, &found.client_id)?;
                let permit = permits::may(tenant, Permission::DeleteApplications)?;
                let seen = if_version.or(found.seen());
                desk.console.delete_application(&permit, (found.id, &seen), desk.now).await?;
                bin::deleted(desk, Kind::Application, &found.id.to_string()).await
            }
            Self::NewSecret { .. } => new_secret(desk, tenant, found, None).await,
            Self::RotateSecret { overlap, end, .. } => {
                let end = end.as_deref().map(SecretId::parse).transpose()?;
                new_secret(desk, tenant, found, Some(SecretRotation { overlap, end })).await
            }
            Self::RetireSecret { secret_id, in_, .. } => {
                let id = SecretId::parse(&secret_id)?;
                let at = desk.now.after(in_.unwrap_or_default());
                let retired = desk
                    .console
                    .retire_client_secret(
                        &permits::may(tenant, Permission::ManageSecrets)?,
                        (found.id, id),
                        at,
                        desk.now,
                    )
                    .await;
                retired?;
                let sentence = said(&Outcome::ClientSecretRetired { at: instant(at).into() });
                desk.done(&sentence, &json!({"id": secret_id, "ends_at": instant(at)}));
                warn_without_secret(desk, tenant, found).await
            }
        }
    }
}

async fn list(desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
    let all = every::applications_of(&desk.console, tenant, domain.id).await?;
    let rows: Vec<_> = all.iter().map(view).collect();
    desk.list(&["client_id", "name", "kind", "state", "eids", "created_at"], &rows, &Outcome::NoApplication);
    Ok(())
}

impl Create {
    async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let mut faults = Vec::new();
        let kind = match self.kind.as_str() {
            "web" => ApplicationKind::Web,
            "browser" => ApplicationKind::Browser,
            "native" => ApplicationKind::Native,
            _ => {
                let known = ["web", "browser", "native"].into();
                faults.push(AdminMessage::OptionInvalid { option: "--kind".into(), known }.into());
                // The one whose addresses may be most: what is wrong for it is wrong for all.
                ApplicationKind::Native
            }
        };
        let mut settings = ApplicationSettings::new(kind, self.redirect_uri);
        settings.post_logout_redirect_uris = self.post_logout_redirect_uri;
        let mut settings = set(&settings, &[self.wishes.changes(), self.set].concat(), &mut faults);
        let note = self.brand.apply(&mut settings.brand).await.unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let warning = settings.warning();
        let with_secret = settings.authentication == model::ClientAuthentication::ClientSecret;
        let new = NewApplication {
            domain: domain.id,
            environment: domain.environment,
            client_id: self.client_id.clone(),
            name: self.name,
            settings,
        };
        let permit = permits::may(tenant, Permission::ManageApplications)?;
        faults.extend(desk.console.faults_of_new_application(&permit, &new).await?);
        CommandError::unless_none(faults)?;
        let id = desk.console.create_application(&permit, &new, desk.now).await?;
        let mut thing = json!({"client_id": self.client_id, "id": id.to_string(), "issuer": domain.issuer()});
        let (client, issuer) = (self.client_id.clone().into(), domain.issuer().into());
        let mut sentence = said(&Outcome::ApplicationCreated { client, issuer });
        if with_secret {
            let made = desk
                .console
                .create_client_secret(&permits::may(tenant, Permission::ManageSecrets)?, id, desk.now)
                .await;
            let (secret_id, secret) = made?;
            sentence.push_str(&format!("\n{}\n{}", said(&Outcome::ClientSecretOnce), secret.expose()));
            if let Some(members) = thing.as_object_mut() {
                members.insert("client_secret".to_owned(), json!(secret.expose()));
                members.insert("secret_id".to_owned(), json!(secret_id.to_string()));
            }
        }
        desk.done(&sentence, &thing);
        note.iter().for_each(Desk::note);
        warn_of(warning, &self.client_id);
        Ok(())
    }
}

/// Says on standard error what settings may do to others.
fn warn_of(warning: Option<AdminMessage>, client_id: &str) {
    if let Some(warning) = warning {
        Desk::warn(&warning.at(client_id));
    }
}

impl Change {
    async fn run(
        mut self,
        desk: &Desk,
        (tenant, domain): (&Tenant, &DomainView),
        found: &ApplicationView,
    ) -> CommandResult {
        let mut faults = Vec::new();
        let is_client_id = |it: &String| it.split('=').next() == Some("client_id");
        if self.new_client_id.is_some() || self.set.iter().any(is_client_id) {
            faults.push(AdminMessage::ClientIdFixed.at("client_id"));
            self.set.retain(|it| !is_client_id(it));
        }
        let settings = self.settings_file.as_deref().map(settings_of).transpose();
        let settings = settings.unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let settings = settings.as_ref().unwrap_or(&found.settings);
        let mut settings = set(settings, &[self.wishes.changes(), self.set].concat(), &mut faults);
        let mut notes = self.lists.apply(&mut settings, &mut faults);
        match self.brand.apply(&mut settings.brand).await {
            Ok(note) => notes.extend(note),
            Err(fault) => faults.push(fault),
        }
        let change = ApplicationChange { name: self.name.unwrap_or_else(|| found.name.clone()), settings };
        faults.extend(change.faults(&found.name, domain.environment));
        CommandError::unless_none(faults)?;
        let seen = self.if_version.or(found.seen());
        let changed = desk
            .console
            .change_application(
                &permits::may(tenant, Permission::ManageApplications)?,
                (found.id, &seen),
                &change,
                desk.now,
            )
            .await;
        let changed = changed?;
        desk.one(FIRST, &view(&changed));
        notes.iter().for_each(Desk::note);
        warn_of(changed.settings.warning(), &changed.client_id);
        warn_without_secret(desk, tenant, &changed).await
    }
}

/// Reads a file with all settings.
fn settings_of(path: &Path) -> Result<ApplicationSettings, FieldMessage> {
    let text = std::fs::read_to_string(path).map_err(|error| unusable(path, &error))?;
    let wrong = |error: SettingsError| with_nearest(error.message().message.at(path.display().to_string()));
    ApplicationSettings::parse(&text).map_err(wrong)
}

/// Says on standard error that an application has to have a secret and has none that lasts.
async fn warn_without_secret(desk: &Desk, tenant: &Tenant, found: &ApplicationView) -> CommandResult {
    if found.settings.authentication != model::ClientAuthentication::ClientSecret {
        return Ok(());
    }
    let secrets =
        desk.console.client_secrets(&permits::may(tenant, Permission::ReadSettings)?, found.id).await?;
    if !secrets.iter().any(|it| it.ends_at.is_none_or(|at| at > desk.now)) {
        Desk::warn(&AdminMessage::ApplicationWithoutSecret.at(found.client_id.as_str()));
    }
    Ok(())
}

async fn show(desk: &Desk, tenant: &Tenant, found: &ApplicationView) -> CommandResult {
    let secrets =
        desk.console.client_secrets(&permits::may(tenant, Permission::ReadSettings)?, found.id).await?;
    let secrets: Vec<Value> = secrets.iter().map(|it| secret_view(it, desk.now)).collect();
    let mut thing = view(found);
    if let (true, Some(members)) = (desk.json, thing.as_object_mut()) {
        members.insert("secrets".to_owned(), Value::from(secrets.clone()));
    }
    desk.one(FIRST, &thing);
    if !desk.json {
        desk.list(&["id", "state", "created_at", "ends_at", "last_used_at"], &secrets, &Outcome::NoSecret);
    }
    Ok(())
}

async fn switch(
    desk: &Desk,
    tenant: &Tenant,
    (found, seen): (&ApplicationView, &Seen),
    on: bool,
) -> CommandResult {
    desk.console
        .switch_application(
            &permits::may(
                tenant,
                if on { Permission::ManageApplications } else { Permission::DisableApplications },
            )?,
            (found.id, seen),
            on,
            desk.now,
        )
        .await?;
    let state = if on { "enabled" } else { "disabled" };
    let name = found.client_id.clone().into();
    let done = if on { Outcome::Enabled { name } } else { Outcome::Disabled { name } };
    desk.done(&said(&done), &json!({"client_id": found.client_id, "state": state}));
    Ok(())
}

async fn new_secret(
    desk: &Desk,
    tenant: &Tenant,
    found: &ApplicationView,
    rotation: Option<SecretRotation>,
) -> CommandResult {
    let made = match rotation {
        None => {
            desk.console
                .create_client_secret(&permits::may(tenant, Permission::ManageSecrets)?, found.id, desk.now)
                .await
        }
        Some(rotation) => {
            desk.console
                .rotate_client_secret(
                    &permits::may(tenant, Permission::ManageSecrets)?,
                    found.id,
                    rotation,
                    desk.now,
                )
                .await
        }
    };
    let (id, secret) = made?;
    let until = rotation.map(|it| instant(desk.now.after(it.overlap)).into());
    let until = until.map(|at| Outcome::PreviousSecretUntil { at });
    let sentence = format!(
        "{}\n{}\n{}{}",
        said(&Outcome::NewClientSecretOnce),
        secret.expose(),
        said(&Outcome::ClientSecretAccepted),
        until.map(|it| format!(" {}", said(&it))).unwrap_or_default()
    );
    let thing =
        json!({"client_id": found.client_id, "secret_id": id.to_string(), "client_secret": secret.expose()});
    desk.done(&sentence, &thing);
    Ok(())
}
