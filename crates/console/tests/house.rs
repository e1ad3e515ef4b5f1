//! A console over an empty database, with a tenant and a test domain.

use authority::{Caller, InstallationPermit, Permission, Permit};
use console::{ApplicationView, Console, DomainView, NewApplication, NewDomain, SourceView, Tenant};
use crypto::{Random, SealKey};
use model::{
    ApplicationId, ApplicationKind, ApplicationSettings, DomainId, Environment, LoginMethod, TenantId,
    Timestamp,
};
use store::{DatabaseLocation, Settings, Store, audit_events::Link, domains::Scheme};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub(crate) const HOST: &str = "login.acme.example";

pub(crate) struct House {
    pub(crate) console: Console,
    pub(crate) store: Store,
    pub(crate) master: SealKey,
    pub(crate) tenant: Tenant,
    pub(crate) domain: DomainId,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn kari() -> Caller {
    Caller::operator("kari")
}

pub(crate) fn may(tenant: &Tenant, permission: Permission) -> Permit {
    tenant.permit(permission).unwrap()
}

pub(crate) fn installation(console: &Console, permission: Permission) -> InstallationPermit {
    console.installation(&kari(), permission).unwrap()
}

/// Settings of a domain that says who is responsible, as one for real people must.
pub(crate) fn named() -> model::DomainSettings {
    model::DomainSettings {
        controller: Some("Acme AS".to_owned()),
        contact: Some("personvern@acme.example".to_owned()),
        ..model::DomainSettings::default()
    }
}

pub(crate) fn a_domain(host: &str) -> NewDomain {
    NewDomain {
        host: host.to_owned(),
        scheme: Scheme::Https,
        environment: Environment::Test,
        name: host.to_owned(),
    }
}

/// A console over a database that has no tenant yet.
pub(crate) struct EmptyHouse {
    pub(crate) console: Console,
    store: Store,
    folder: tempfile::TempDir,
}

impl EmptyHouse {
    pub(crate) async fn links(&self, tenant: TenantId) -> Vec<Link> {
        links(&self.store, tenant).await
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn meddle(&self, sql: &str) {
        meddle(&self.folder, sql);
    }
}

async fn links(store: &Store, tenant: TenantId) -> Vec<Link> {
    store.read(move |tx| store::audit_events::list(tx, tenant, 0, 1_000)).await.unwrap()
}

fn meddle(folder: &tempfile::TempDir, sql: &str) {
    rusqlite::Connection::open(folder.path().join("portvakt.db")).unwrap().execute_batch(sql).unwrap();
}

impl House {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(DatabaseLocation::Sqlite(folder.path().join("portvakt.db")), Settings::default())
                .unwrap();
        let random = Random::seeded(1);
        let master = SealKey::generate(&random);
        let console = Console::new(store.clone(), master.clone(), random);
        let tenant = console
            .create_tenant(&console.installation(&kari(), Permission::CreateTenants).unwrap(), "acme", NOW)
            .await
            .unwrap();
        let domain = console
            .create_domain(&may(&tenant, Permission::ManageDomains), &a_domain(HOST), NOW)
            .await
            .unwrap();
        Self { console, store, master, tenant, domain, folder }
    }

    /// A console over an empty database, with this master key.
    pub(crate) fn empty(master: SealKey) -> EmptyHouse {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(DatabaseLocation::Sqlite(folder.path().join("portvakt.db")), Settings::default())
                .unwrap();
        let console = Console::new(store.clone(), master, Random::seeded(1));
        EmptyHouse { console, store, folder }
    }

    pub(crate) async fn an_application(&self, client_id: &str) -> ApplicationId {
        let uris = vec!["https://shop.example/callback".to_owned()];
        let new = NewApplication {
            domain: self.domain,
            environment: Environment::Test,
            client_id: client_id.to_owned(),
            name: "Shop".to_owned(),
            settings: ApplicationSettings::new(ApplicationKind::Web, uris),
        };
        self.console
            .create_application(&may(&self.tenant, Permission::ManageApplications), &new, NOW)
            .await
            .unwrap()
    }

    /// The house's application of this client id, as somebody sees it who looks now.
    pub(crate) async fn application(&self, client_id: &str) -> ApplicationView {
        let reading = may(&self.tenant, Permission::ReadSettings);
        self.console.application(&reading, self.domain, client_id).await.unwrap()
    }

    /// The house's domain, as somebody sees it who looks now.
    pub(crate) async fn domain(&self) -> DomainView {
        self.console.domain(&kari(), HOST).await.unwrap().1
    }

    /// The house's source of BankID, as somebody sees it who looks now.
    pub(crate) async fn source(&self) -> SourceView {
        let reading = may(&self.tenant, Permission::ReadSettings);
        self.console.identity_source(&reading, (self.domain, LoginMethod::NO_BANKID)).await.unwrap()
    }

    pub(crate) async fn links(&self, tenant: TenantId) -> Vec<Link> {
        links(&self.store, tenant).await
    }

    /// What was done to the tenant so far.
    pub(crate) async fn actions(&self) -> Vec<String> {
        self.links(self.tenant.id).await.into_iter().map(|it| it.event.action).collect()
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn meddle(&self, sql: &str) {
        meddle(&self.folder, sql);
    }
}
