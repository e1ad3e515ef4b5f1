//! The demo tenant: made at the first start, brought up to date at every other.

use authority::{Caller, Permission};
use console::{Console, NewApplication, NewDomain, NewIdentitySource, Tenant};
use crypto::{Random, Secret};
use model::{
    ApplicationKind, ApplicationSettings, DomainId, EidEnvironment, Environment, LoginMethod, Timestamp,
};
use store::{Store, domains::Scheme};

use super::{
    demo::{Addresses, Seeded},
    folder::Folder,
    world::World,
};
use crate::{clock, permits};

struct Seeding<'a> {
    console: Console,
    tenant: Tenant,
    addresses: &'a Addresses,
    world: &'a World,
    secret: Secret<String>,
    now: Timestamp,
}

/// What the demo tenant shall be.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) addresses: &'a Addresses,
    pub(crate) world: &'a World,
    pub(crate) random: &'a Random,
    /// More callback addresses of the shop.
    pub(crate) redirect_uris: &'a [String],
}

/// Makes the demo tenant be as this start wants it.
pub(crate) async fn seed(store: &Store, folder: &Folder, wish: Wish<'_>) -> Result<Seeded, String> {
    let Wish { addresses, world, random, redirect_uris: more } = wish;
    let now = clock::now();
    let console = Console::new(store.clone(), folder.master_key(random)?, random.clone());
    let permit = permits::installation(&console, &Caller::operator("dev"), Permission::CreateTenants)
        .map_err(words)?;
    let tenant = console.ensure_tenant(&permit, "demo", now).await.map_err(|error| error.to_string())?;
    let secret = folder.client_secret(random)?;
    let seeding = Seeding { console, tenant, addresses, world, secret, now };
    let scheme = if addresses.is_https() { Scheme::Https } else { Scheme::Http };
    let test = seeding.domain(addresses.host(), scheme, Environment::Test).await?;
    let redirect_uri = format!("{}/callback", addresses.sample());
    seeding.shop(test, Environment::Test, &redirect_uri, more).await?;
    seeding.browser(test).await?;
    if addresses.is_https() {
        let production = seeding.domain(addresses.production_host(), scheme, Environment::Production).await?;
        seeding.shop(production, Environment::Production, &redirect_uri, &[]).await?;
    }
    Ok(Seeded {
        client_id: SHOP.to_owned(),
        client_secret: seeding.secret,
        redirect_uri,
        browser_client_id: BROWSER.to_owned(),
    })
}

fn words(refusal: console::Refusal) -> String {
    refusal.to_string()
}

const SHOP: &str = "demo-shop";
const BROWSER: &str = "demo-browser";

impl Seeding<'_> {
    async fn domain(
        &self,
        host: String,
        scheme: Scheme,
        environment: Environment,
    ) -> Result<DomainId, String> {
        let new = NewDomain { host, scheme, environment, name: environment.as_str().to_owned() };
        let domain = self
            .console
            .ensure_domain(
                &permits::may(&self.tenant, Permission::ManageDomains).map_err(words)?,
                &new,
                self.now,
            )
            .await;
        let domain = domain.map_err(|error| error.to_string())?;
        for eid in LoginMethod::eids() {
            let source = NewIdentitySource {
                domain,
                domain_environment: environment,
                eid,
                environment: match environment {
                    Environment::Test => EidEnvironment::Sandbox,
                    Environment::Production => EidEnvironment::Production,
                },
                credentials: self.world.credentials(eid),
            };
            let saved = self
                .console
                .save_identity_source(
                    &permits::may(&self.tenant, Permission::ManageSources).map_err(words)?,
                    &source,
                    self.now,
                )
                .await;
            saved.map_err(|error| error.to_string())?;
        }
        Ok(domain)
    }

    /// The demo application: confidential, with the sample application's address.
    async fn shop(
        &self,
        domain: DomainId,
        environment: Environment,
        redirect_uri: &str,
        more: &[String],
    ) -> Result<(), String> {
        let uris = std::iter::once(redirect_uri.to_owned()).chain(more.iter().cloned());
        let mut settings = ApplicationSettings::new(ApplicationKind::Web, uris.collect());
        settings.post_logout_redirect_uris = vec![format!("{}/", self.addresses.sample())];
        // In production a legal ground would have to be recorded.
        settings.nin_allowed = environment == Environment::Test;
        let new = NewApplication {
            domain,
            environment,
            client_id: SHOP.to_owned(),
            name: "Demobutikken".to_owned(),
            settings,
        };
        let id = self
            .console
            .save_application(
                &permits::may(&self.tenant, Permission::ManageApplications).map_err(words)?,
                &new,
                self.now,
            )
            .await;
        let id = id.map_err(|error| error.to_string())?;
        let kept = self
            .console
            .ensure_client_secret(
                &permits::may(&self.tenant, Permission::ManageSecrets).map_err(words)?,
                id,
                &self.secret,
                self.now,
            )
            .await;
        kept.map_err(|error| error.to_string())
    }

    /// The application that runs in the browser alone: public, so PKCE always.
    async fn browser(&self, domain: DomainId) -> Result<(), String> {
        let uris = vec![format!("{}/browser", self.addresses.sample())];
        let new = NewApplication {
            domain,
            environment: Environment::Test,
            client_id: BROWSER.to_owned(),
            name: "Demobutikken".to_owned(),
            settings: ApplicationSettings::new(ApplicationKind::Browser, uris),
        };
        let saved = self
            .console
            .save_application(
                &permits::may(&self.tenant, Permission::ManageApplications).map_err(words)?,
                &new,
                self.now,
            )
            .await;
        saved.map(|_| ()).map_err(|error| error.to_string())
    }
}
