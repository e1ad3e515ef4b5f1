//! The demo tenant: made at the first start. A later start goes on with what somebody has changed in it, and adds what its
//! flags say.

use std::collections::BTreeMap;

use authority::{Caller, Permission, Permit};
use console::{
    ApplicationChange, ApplicationView, BinView, Console, NewApplication, NewDomain, NewIdentitySource,
    Refusal, Tenant, deleting,
};
use crypto::{Random, Secret};
use images::Bounds;
use model::{
    ApplicationKind, ApplicationSettings, Brand, Controller, DomainId, EidEnvironment, Environment,
    LoginMethod, Logo, TenantId, Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{Store, bin::Kind, domains::Scheme};
use texts::Noun;

use super::{
    demo::{Addresses, Seeded},
    folder::Folder,
    world::{OUR_CLIENT, World},
};
use crate::{clock, image_decoder, permits};

/// The file that knows the demo from one start to the next.
const KEPT: &str = "demo.json";
const SHOP: &str = "demo-shop";
const BROWSER: &str = "demo-browser";

/// What the demo tenant shall be.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) addresses: &'a Addresses,
    pub(crate) world: &'a World,
    pub(crate) random: &'a Random,
    pub(crate) more: &'a More,
}

/// What flags add to the demo's applications.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct More {
    /// Registers one more redirect URI for the demo application; can be repeated.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Registers one more address to come back to after logout, for the demo application; can be repeated.
    #[arg(long, value_name = "URI")]
    logout_uri: Vec<String>,
    /// Gives the demo application refresh tokens when it asks for `offline_access`.
    #[arg(long)]
    refresh_tokens: bool,
    /// Registers one more redirect URI for the demo's public application, which has no secret; can be repeated.
    #[arg(long, value_name = "URI")]
    public_redirect_uri: Vec<String>,
}

/// What is kept: the tenant and its domains are known by their ids, whatever somebody calls them, and addresses that moved with the ports
/// are known by what they were.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    tenant: Option<String>,
    domains: BTreeMap<String, String>,
    sample: Option<String>,
}

impl Kept {
    fn read(folder: &Folder) -> Result<Self, String> {
        let text = folder.read(KEPT)?;
        Ok(text.and_then(|it| serde_json::from_slice(it.expose()).ok()).unwrap_or_default())
    }

    fn tenant(&self) -> Option<TenantId> {
        TenantId::parse(self.tenant.as_deref()?).ok()
    }

    fn domain(&self, environment: Environment) -> Option<DomainId> {
        DomainId::parse(self.domains.get(environment.as_str())?).ok()
    }
}

struct Seeding<'a> {
    console: Console,
    tenant: Tenant,
    wish: Wish<'a>,
    secret: Secret<String>,
    now: Timestamp,
    kept: Kept,
}

/// Who is responsible for the demo's production domain, where nobody logs in.
const CONTROLLER: &str = "Demobutikken AS";
const CONTACT: &str = "personvern@demobutikken.example";

/// The demo's controller.
pub(super) fn controller() -> Controller {
    Controller { name: CONTROLLER.to_owned(), contact: CONTACT.to_owned() }
}

/// Drawn for the demo; it stands for no real shop.
const LOGO: &[u8] = include_bytes!("demo-logo.png");

/// What people see of the demo's shop, so that a newcomer sees that a shop can have a face.
async fn brand() -> Brand {
    let picture = image_decoder::decoder().fit(LOGO, Bounds::LOGO).await;
    if let Err(fault) = &picture {
        tracing::warn!(%fault, "the demo goes without a logo");
    }
    Brand {
        logo: picture.ok().map(|it| Logo::of(&it.png, it.width, it.height)),
        color: Some("#3d3a8c".to_owned()),
        support_contact: Some("hjelp@demobutikken.example".to_owned()),
        ..Brand::default()
    }
}

/// An application of the demo.
struct DemoApplication {
    client_id: &'static str,
    /// As it is made.
    settings: ApplicationSettings,
    /// What it must have at every start.
    redirect_uris: Vec<String>,
    logout_uris: Vec<String>,
    refresh_tokens: bool,
}

/// Makes the demo tenant be as this start wants it.
pub(crate) async fn seed(store: &Store, folder: &Folder, wish: Wish<'_>) -> Result<Seeded, String> {
    let now = clock::now();
    let Wish { addresses, random, .. } = wish;
    let console = Console::new(store.clone(), folder.master_key(random)?, random.clone());
    let console = console.with_controller(Some(controller()));
    let permit = permits::installation(&console, &Caller::operator("dev"), Permission::CreateTenants)
        .map_err(words)?;
    let mut kept = Kept::read(folder)?;
    restore_tenant(&console, &kept, now).await?;
    let known = match kept.tenant() {
        Some(id) => console.tenant_by_id(permit.caller(), id).await,
        None => Err(Refusal::NotFound(Noun::Tenant)),
    };
    let tenant = match known {
        Err(Refusal::NotFound(_)) => console.ensure_tenant(&permit, "demo", now).await,
        other => other,
    };
    let tenant = tenant.map_err(words)?;
    kept.tenant = Some(tenant.id.to_string());
    let secret = folder.client_secret(random)?;
    let mut seeding = Seeding { console, tenant, wish, secret, now, kept };
    let test = seeding.domain(addresses.host(), Environment::Test).await?;
    seeding.shop(test, Environment::Test).await?;
    seeding.browser(test).await?;
    if addresses.is_https() {
        let production = seeding.domain(addresses.production_host(), Environment::Production).await?;
        seeding.shop(production, Environment::Production).await?;
    }
    seeding.kept.sample = Some(addresses.sample());
    let kept = serde_json::to_vec_pretty(&seeding.kept).map_err(|error| error.to_string())?;
    folder.write(KEPT, &kept)?;
    Ok(Seeded {
        client_id: SHOP.to_owned(),
        client_secret: seeding.secret,
        redirect_uri: callback(addresses),
        browser_client_id: BROWSER.to_owned(),
    })
}

fn words(refusal: Refusal) -> String {
    refusal.to_string()
}

fn callback(addresses: &Addresses) -> String {
    format!("{}/callback", addresses.sample())
}

/// Adds to a list what it lacks.
fn add(list: &mut Vec<String>, wanted: &[String]) {
    for address in wanted {
        if !list.contains(address) {
            list.push(address.clone());
        }
    }
}

/// The demo is made anew at the first start only, and its names stay taken in the bin: a start brings back what it needs
/// from there, and says so.
async fn restore(console: &Console, of: impl Fn(&BinView) -> bool, now: Timestamp) -> Result<(), String> {
    let caller = Caller::operator("dev");
    let reading = permits::installation(console, &caller, Permission::ReadInstallation).map_err(words)?;
    for binned in console.bin(&reading).await.map_err(words)? {
        if binned.is_being_destroyed || !of(&binned) {
            continue;
        }
        let tenant = console.tenant_with_bin(&caller, binned.tenant).await.map_err(words)?;
        let permit = permits::may(&tenant, deleting(binned.kind)).map_err(words)?;
        console.restore_deleted(&permit, &binned.object(), now).await.map_err(words)?;
        eprintln!(
            "{} {} was in the bin; `dev` needs it and has restored it",
            binned.kind.as_str(),
            binned.name
        );
    }
    Ok(())
}

async fn restore_tenant(console: &Console, kept: &Kept, now: Timestamp) -> Result<(), String> {
    let known = kept.tenant();
    restore(console, |it| it.kind == Kind::Tenant && Some(it.tenant) == known, now).await
}

impl Seeding<'_> {
    fn may(&self, permission: Permission) -> Result<Permit, String> {
        permits::may(&self.tenant, permission).map_err(words)
    }

    async fn domain(&mut self, host: String, environment: Environment) -> Result<DomainId, String> {
        let scheme = if self.wish.addresses.is_https() { Scheme::Https } else { Scheme::Http };
        let new = NewDomain { host, scheme, environment, name: environment.as_str().to_owned() };
        let (permit, known) = (self.may(Permission::ManageDomains)?, self.kept.domain(environment));
        let (tenant, own) = (self.tenant.id, known.map(|it| it.to_string()));
        let is_ours = |it: &BinView| {
            let known = own.as_deref() == Some(it.id.as_str());
            it.kind == Kind::Domain && it.tenant == tenant && (known || it.name == new.host)
        };
        restore(&self.console, is_ours, self.now).await?;
        let domain = match self.console.ensure_domain(&permit, known, &new, self.now).await {
            // Somebody gave that name to another domain.
            Err(Refusal::NameTaken { .. }) => {
                let new = NewDomain { name: new.host.clone(), ..new };
                self.console.ensure_domain(&permit, known, &new, self.now).await
            }
            other => other,
        };
        let domain = domain.map_err(|error| error.to_string())?;
        self.kept.domains.insert(environment.as_str().to_owned(), domain.to_string());
        for eid in LoginMethod::eids() {
            self.source(domain, environment, eid).await?;
        }
        Ok(domain)
    }

    /// The simulators are given new keys at every start. A source that somebody pointed elsewhere stays there.
    async fn source(
        &self,
        domain: DomainId,
        domain_environment: Environment,
        eid: LoginMethod,
    ) -> Result<(), String> {
        let environment = match domain_environment {
            Environment::Test => EidEnvironment::Sandbox,
            Environment::Production => EidEnvironment::Production,
        };
        let reading = self.may(Permission::ReadSettings)?;
        let all = self.console.identity_sources(&reading, domain).await.map_err(|error| error.to_string())?;
        let ours = |client: &str| client == OUR_CLIENT;
        let elsewhere = all.iter().filter(|it| it.eid == eid).any(|it| {
            it.environment != environment || it.client.as_ref().is_some_and(|(client, _)| !ours(client))
        });
        if elsewhere {
            return Ok(());
        }
        let credentials = self.wish.world.credentials(eid);
        let source = NewIdentitySource { domain, domain_environment, eid, environment, credentials };
        let permit = self.may(Permission::ManageSources)?;
        let saved = self.console.save_identity_source(&permit, &source, self.now).await;
        saved.map(drop).map_err(|error| error.to_string())
    }

    /// The demo application: confidential, with the sample application's address.
    async fn shop(&self, domain: DomainId, environment: Environment) -> Result<(), String> {
        let (addresses, more) = (self.wish.addresses, self.wish.more);
        let mut redirect_uris = vec![callback(addresses)];
        let mut logout_uris = vec![format!("{}/", addresses.sample())];
        let is_test = environment == Environment::Test;
        if is_test {
            redirect_uris.extend_from_slice(&more.redirect_uri);
            logout_uris.extend_from_slice(&more.logout_uri);
        }
        let mut settings = ApplicationSettings::new(ApplicationKind::Web, redirect_uris.clone());
        // In production a legal ground would have to be recorded.
        settings.nin_allowed = is_test;
        let refresh_tokens = is_test && more.refresh_tokens;
        let wanted =
            DemoApplication { client_id: SHOP, settings, redirect_uris, logout_uris, refresh_tokens };
        let shop = self.application(domain, environment, wanted).await?;
        let permit = self.may(Permission::ManageSecrets)?;
        let kept = self.console.ensure_client_secret(&permit, shop.id, &self.secret, self.now).await;
        kept.map_err(|error| error.to_string())
    }

    /// The application that runs in the browser alone: public, so PKCE always.
    async fn browser(&self, domain: DomainId) -> Result<(), String> {
        let mut redirect_uris = vec![format!("{}/browser", self.wish.addresses.sample())];
        redirect_uris.extend_from_slice(&self.wish.more.public_redirect_uri);
        let settings = ApplicationSettings::new(ApplicationKind::Browser, redirect_uris.clone());
        let wanted = DemoApplication {
            client_id: BROWSER,
            settings,
            redirect_uris,
            logout_uris: Vec::new(),
            refresh_tokens: false,
        };
        self.application(domain, Environment::Test, wanted).await.map(drop)
    }

    /// Makes an application, or adds to the one there is what it lacks.
    async fn application(
        &self,
        domain: DomainId,
        environment: Environment,
        wanted: DemoApplication,
    ) -> Result<ApplicationView, String> {
        let (reading, managing) =
            (self.may(Permission::ReadSettings)?, self.may(Permission::ManageApplications)?);
        let mut found = self.console.application(&reading, domain, wanted.client_id).await;
        if matches!(found, Err(Refusal::NotFound(_))) {
            let all = self.console.domains(&reading, None).await.map_err(words)?;
            let host = all.into_iter().find(|it| it.id == domain).map(|it| it.host);
            let tenant = self.tenant.id;
            let is_it = |it: &BinView| {
                it.kind == Kind::Application
                    && it.tenant == tenant
                    && it.host == host
                    && it.name == wanted.client_id
            };
            restore(&self.console, is_it, self.now).await?;
            found = self.console.application(&reading, domain, wanted.client_id).await;
        }
        let found = match found {
            Err(Refusal::NotFound(_)) => {
                let (client_id, name) = (wanted.client_id.to_owned(), "Demobutikken".to_owned());
                let settings = ApplicationSettings { brand: brand().await, ..wanted.settings.clone() };
                let new = NewApplication { domain, environment, client_id, name, settings };
                self.console.create_application(&managing, &new, self.now).await.map_err(words)?;
                self.console.application(&reading, domain, wanted.client_id).await
            }
            other => other,
        };
        let found = found.map_err(words)?;
        let mut settings = found.settings.clone();
        self.move_addresses(&mut settings);
        add(&mut settings.redirect_uris, &wanted.redirect_uris);
        add(&mut settings.post_logout_redirect_uris, &wanted.logout_uris);
        settings.refresh_tokens |= wanted.refresh_tokens;
        if settings == found.settings {
            return Ok(found);
        }
        let change = ApplicationChange { name: found.name.clone(), settings };
        let seen = (found.id, &found.seen());
        self.console.change_application(&managing, seen, &change, self.now).await.map_err(words)
    }

    /// The sample application stood elsewhere at the last start.
    fn move_addresses(&self, settings: &mut ApplicationSettings) {
        let (Some(before), now) = (&self.kept.sample, self.wish.addresses.sample()) else { return };
        let lists = [&mut settings.redirect_uris, &mut settings.post_logout_redirect_uris];
        for address in lists.into_iter().flatten() {
            if let Some(path) = address.strip_prefix(before.as_str()).filter(|it| it.starts_with('/')) {
                *address = format!("{now}{path}");
            }
        }
    }
}
