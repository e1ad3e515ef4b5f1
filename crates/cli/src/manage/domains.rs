//! `portvakt domains …`

use std::time::Duration;

use authority::Permission;
use clap::{Args, Subcommand};
use console::{BinView, DomainChange, DomainView, NewDomain};
use model::{DomainSettings, Environment, LoginMethod};
use serde_json::{Value, json};
use store::{bin::Kind, domains::Scheme};
use texts::{AdminMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    bin::{self, Confirm},
    brand::BrandWishes,
    command_error::CommandResult,
    desk::IfVersion,
    list_changes::{ListChange, edit},
    show::{instant, maybe_instant, said},
    words::{environment, lasting, way},
};
use crate::{every, permits};

/// What can be said to `portvakt domains`.
#[derive(Args)]
pub(crate) struct Domains {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: DomainsCommand,
}

#[derive(Subcommand)]
enum DomainsCommand {
    /// Lists the domains of a tenant, or of all.
    List {
        /// Of this tenant only.
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Makes a domain with a first signing key.
    Create {
        /// The host name, such as login.example.no: it is the issuer, and stays so.
        host: String,
        /// Whose it is; not needed when there is one tenant only.
        #[arg(long)]
        tenant: Option<String>,
        /// test or production.
        #[arg(long, value_parser = environment)]
        environment: Environment,
        /// What you call it; the host by default.
        #[arg(long)]
        name: Option<String>,
        /// A test domain on localhost, without TLS.
        #[arg(long)]
        http: bool,
        /// What people call whoever it belongs to.
        #[arg(long)]
        display_name: Option<String>,
        #[command(flatten)]
        statements: Box<StatementWishes>,
        #[command(flatten)]
        brand: Box<BrandWishes>,
    },
    /// Shows a domain.
    Show {
        /// Its host.
        host: String,
    },
    /// Changes what can be set of a domain.
    Change(Box<Change>),
    /// Disables a domain: nobody can log in there within seconds.
    Disable(Switched),
    /// Enables a domain again.
    Enable(Switched),
    /// Deletes a domain with its applications: at once for everybody, for good after 30 days. Its host stays reserved.
    Delete(Delete),
    /// Restores a domain that was deleted.
    Restore {
        /// Its host.
        host: String,
    },
    /// Lists the domains that were deleted, and when they are destroyed.
    Bin {
        /// Of this tenant only.
        #[arg(long)]
        tenant: Option<String>,
    },
}

#[derive(Args)]
struct Delete {
    /// Its host.
    host: String,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args)]
struct Switched {
    /// Its host.
    host: String,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args)]
struct Change {
    /// Its host.
    host: String,
    /// What you call it.
    #[arg(long)]
    name: Option<String>,
    /// Refused: a host never changes.
    #[arg(long = "host", hide = true)]
    new_host: Option<String>,
    /// The eIDs (or `automation`) with which browsers are remembered; give it without a value for none.
    #[arg(long, value_name = "EID", value_delimiter = ',', num_args = 0.., value_parser = way)]
    single_sign_on: Option<Vec<LoginMethod>>,
    /// One more eID with which browsers are remembered; can be repeated.
    #[arg(long, value_name = "EID", value_parser = way)]
    add_single_sign_on: Vec<LoginMethod>,
    /// An eID with which browsers are remembered no more; can be repeated.
    #[arg(long, value_name = "EID", value_parser = way)]
    remove_single_sign_on: Vec<LoginMethod>,
    /// How long a browser session may rest, such as 30m.
    #[arg(long, value_parser = lasting)]
    session_idle: Option<Duration>,
    /// How long a browser session lasts at most, such as 8h.
    #[arg(long, value_parser = lasting)]
    session_absolute: Option<Duration>,
    /// Whether every application must push its requests (RFC 9126).
    #[arg(long, value_name = "BOOL")]
    require_par: Option<bool>,
    /// Whether test users may sign in with a password; on test domains only.
    #[arg(long, value_name = "BOOL")]
    automation: Option<bool>,
    /// What people call whoever it belongs to; an empty one clears it.
    #[arg(long)]
    display_name: Option<String>,
    #[command(flatten)]
    statements: StatementWishes,
    #[command(flatten)]
    brand: Box<BrandWishes>,
    #[command(flatten)]
    if_version: IfVersion,
}

/// What the statements of a domain name.
#[derive(Args)]
struct StatementWishes {
    /// The legal name of whoever is responsible for the personal data of logins; a production domain needs one.
    #[arg(long, value_name = "NAME")]
    controller: Option<String>,
    /// The e-mail address at which the controller is asked.
    #[arg(long, value_name = "EMAIL")]
    contact: Option<String>,
}

impl StatementWishes {
    /// Puts what was said into settings; an empty value clears one.
    fn apply(self, settings: &mut DomainSettings) {
        for (setting, said) in
            [(&mut settings.controller, self.controller), (&mut settings.contact, self.contact)]
        {
            if let Some(said) = said {
                *setting = Some(said).filter(|it| !it.is_empty());
            }
        }
    }
}

/// What people want to see first.
const FIRST: &[&str] = &["host", "tenant", "environment", "issuer", "name", "state"];

fn view(tenant: &str, domain: &DomainView) -> Value {
    let settings = &domain.settings;
    let mut view = json!({
        "host": domain.host,
        "tenant": tenant,
        "environment": domain.environment.as_str(),
        "issuer": domain.issuer(),
        "name": domain.name,
        "id": domain.id.to_string(),
        "version": domain.version,
        "single_sign_on": settings.single_sign_on.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "session_idle_minutes": settings.session_idle_minutes,
        "session_absolute_minutes": settings.session_absolute_minutes,
        "require_par": settings.require_par,
        "automation": settings.automation,
        "state": if domain.disabled_at.is_some() { "disabled" } else { "enabled" },
        "created_at": instant(domain.created_at),
        "disabled_at": maybe_instant(domain.disabled_at),
    });
    if let Some(members) = view.as_object_mut() {
        for (name, text) in [
            ("display_name", &settings.display_name),
            ("controller", &settings.controller),
            ("contact", &settings.contact),
        ] {
            members.extend(text.iter().map(|it| (name.to_owned(), json!(it))));
        }
        let brand = (!settings.brand.is_empty()).then(|| json!(settings.brand.without_picture()));
        members.extend(brand.map(|it| ("brand".to_owned(), it)));
    }
    view
}

fn minutes(span: Duration) -> Result<u32, AdminMessage> {
    let whole = span.as_secs().is_multiple_of(60);
    let minutes = u32::try_from(span.as_secs() / 60).ok().filter(|_| whole);
    minutes.ok_or(AdminMessage::SessionLimitsNotMinutes)
}

impl AtTheDesk for Domains {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        match self.what {
            DomainsCommand::List { tenant } => list(desk, tenant.as_deref()).await,
            DomainsCommand::Create {
                host,
                tenant,
                environment,
                name,
                http,
                display_name,
                statements,
                brand,
            } => {
                let tenant = desk.tenant(tenant.as_deref()).await?;
                let scheme = if http { Scheme::Http } else { Scheme::Https };
                let name = name.unwrap_or_else(|| host.clone());
                let new = NewDomain { host: host.clone(), scheme, environment, name };
                let mut settings = DomainSettings { display_name, ..DomainSettings::default() };
                statements.apply(&mut settings);
                let note = brand.apply(&mut settings.brand).await?;
                let permit = permits::may(&tenant, Permission::ManageDomains)?;
                desk.console.create_domain_with(&permit, (&new, settings), desk.now).await?;
                let (_, domain) = desk.domain(&host).await?;
                let next = format!(
                    "{}\n  {} …\n  {} …",
                    said(&Outcome::DomainCreated { issuer: domain.issuer().into() }),
                    desk.command(format!("portvakt identity-sources set no-bankid --domain {host}"))
                        + " --environment",
                    desk.command(format!("portvakt applications create --domain {host}")),
                );
                desk.done(&next, &view(&tenant.name, &domain));
                note.iter().for_each(Desk::note);
                Ok(())
            }
            DomainsCommand::Show { host } => {
                let (tenant, domain) = desk.domain(&host).await?;
                desk.one(FIRST, &view(&tenant.name, &domain));
                Ok(())
            }
            DomainsCommand::Change(change) => change.run(desk).await,
            DomainsCommand::Disable(it) => it.run(desk, false).await,
            DomainsCommand::Enable(it) => it.run(desk, true).await,
            DomainsCommand::Delete(it) => it.run(desk).await,
            DomainsCommand::Restore { host } => bin::restore(desk, Kind::Domain, (&host, None)).await,
            DomainsCommand::Bin { tenant } => {
                let of = |it: &BinView| tenant.as_ref().is_none_or(|name| *name == it.tenant_name);
                bin::list(desk, Kind::Domain, of).await
            }
        }
    }
}

impl Delete {
    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain) = desk.domain(&self.host).await?;
        self.confirm.check(Kind::Domain, &domain.host)?;
        let permit = permits::may(&tenant, Permission::DeleteDomains)?;
        let seen = self.if_version.or(domain.seen());
        desk.console.delete_domain(&permit, (domain.id, &seen), desk.now).await?;
        bin::deleted(desk, Kind::Domain, &domain.id.to_string()).await
    }
}

impl Switched {
    async fn run(self, desk: &Desk, on: bool) -> CommandResult {
        let (tenant, domain) = desk.domain(&self.host).await?;
        let permit = permits::may(&tenant, Permission::ManageDomains)?;
        let seen = self.if_version.or(domain.seen());
        match on {
            true => desk.console.enable_domain(&permit, domain.id, &seen, desk.now).await?,
            false => desk.console.disable_domain(&permit, domain.id, &seen, desk.now).await?,
        }
        let name = domain.host.clone().into();
        let done = if on { Outcome::Enabled { name } } else { Outcome::Disabled { name } };
        let state = if on { "enabled" } else { "disabled" };
        desk.done(&said(&done), &json!({"host": domain.host, "state": state}));
        Ok(())
    }
}

impl Change {
    async fn run(self, desk: &Desk) -> CommandResult {
        if self.new_host.is_some() {
            return Err(AdminMessage::HostFixed.at("host").into());
        }
        let (tenant, domain) = desk.domain(&self.host).await?;
        let idle = self.session_idle.map(minutes).transpose()?;
        let absolute = self.session_absolute.map(minutes).transpose()?;
        let (sso, require_par, automation) = (self.single_sign_on, self.require_par, self.automation);
        let mut settings = domain.settings.clone();
        settings.single_sign_on = sso.unwrap_or(settings.single_sign_on);
        let remembered = ListChange::all(&self.remove_single_sign_on, &self.add_single_sign_on);
        let mut notes = change_eids("single_sign_on", &mut settings.single_sign_on, &remembered)?;
        settings.session_idle_minutes = idle.unwrap_or(settings.session_idle_minutes);
        settings.session_absolute_minutes = absolute.unwrap_or(settings.session_absolute_minutes);
        settings.require_par = require_par.unwrap_or(settings.require_par);
        settings.automation = automation.unwrap_or(settings.automation);
        if let Some(name) = self.display_name {
            settings.display_name = Some(name).filter(|it| !it.is_empty());
        }
        self.statements.apply(&mut settings);
        notes.extend(self.brand.apply(&mut settings.brand).await?);
        let change = DomainChange { name: self.name.unwrap_or_else(|| domain.name.clone()), settings };
        let seen = self.if_version.or(domain.seen());
        let changed = desk
            .console
            .change_domain(
                &permits::may(&tenant, Permission::ManageDomains)?,
                (domain.id, &seen),
                &change,
                desk.now,
            )
            .await?;
        desk.one(FIRST, &view(&tenant.name, &changed));
        notes.iter().for_each(Desk::note);
        Ok(())
    }
}

/// Adds eIDs to a setting, and removes them; gives what is to be said about it.
fn change_eids(
    setting: &str,
    eids: &mut Vec<LoginMethod>,
    changes: &[ListChange],
) -> CommandResult<Vec<Outcome>> {
    let mut list: Vec<Value> = eids.iter().map(|it| json!(it.as_str())).collect();
    let mut notes = Vec::new();
    for change in changes {
        notes.extend(edit(setting, &mut list, change)?);
    }
    *eids = list.iter().filter_map(Value::as_str).filter_map(LoginMethod::parse).collect();
    Ok(notes)
}

async fn list(desk: &Desk, tenant: Option<&str>) -> CommandResult {
    let only = match tenant {
        Some(name) => Some(desk.tenant(Some(name)).await?.id),
        None => None,
    };
    let all = every::domains(&desk.console, &desk.caller).await?;
    let wanted = all.iter().filter(|(of, _)| only.is_none_or(|id| id == of.id));
    let rows: Vec<Value> = wanted.map(|(of, domain)| view(&of.name, domain)).collect();
    desk.list(
        &["host", "tenant", "environment", "name", "state", "single_sign_on"],
        &rows,
        &Outcome::NoDomain,
    );
    Ok(())
}
