//! The simulators in public: wired to the database and to the catalogue of eIDs.

use std::sync::Arc;

use async_trait::async_trait;
use crypto::{Random, SealKey};
use eid::{Catalogue, SourceCredentials, SourceMethod};
use model::TenantId;
use provider::Provider;
use sandbox::{Kind, Person, PublicSandbox, RegistrySimulator};
use store::{
    Store, StoreError,
    sandbox_people::{self, SandboxPerson},
    tenants,
};
use web::{PublicSandboxSite, SandboxPeople, Site, public_sandbox_router};

use crate::clock;

/// The simulators at the configured host. Their key follows from the master key, so every node has the same.
pub(crate) fn open(host: &str, master: &SealKey, random: &Random) -> Result<Arc<PublicSandbox>, String> {
    let key = master.subkey("public sandbox");
    let sandbox = PublicSandbox::new(format!("https://{host}"), key, random.clone());
    sandbox.map(Arc::new).map_err(|error| format!("the sandbox cannot be opened: {error}"))
}

/// Lets the sandbox sources of every tenant lead to its own simulators.
pub(crate) fn lead_there(catalogue: Catalogue, sandbox: &Arc<PublicSandbox>) -> Catalogue {
    let sandbox = Arc::clone(sandbox);
    catalogue.with_tenant_sandbox(Arc::new(move |tenant, eid, origin| {
        let kind = Kind::parse(eid.as_str())?;
        let tenant = tenant.to_string();
        let (client_id, secret) = sandbox.credentials(kind, &tenant, origin);
        let credentials = SourceCredentials {
            client_id,
            method: SourceMethod::ClientSecretBasic,
            secret: Some(secret.expose().clone()),
            private_key: None,
        };
        Some((sandbox.issuer(kind, &tenant), credentials))
    }))
}

/// The site of the simulators.
pub(crate) fn site(sandbox: &Arc<PublicSandbox>, store: Store, provider: Arc<Provider>) -> Site {
    public_sandbox_router(Arc::new(PublicSandboxSite {
        sandbox: Arc::clone(sandbox),
        registry: RegistrySimulator::default(),
        people: Arc::new(StoredPeople(store)),
        clock: clock::system(),
        random: provider.random().clone(),
        limits: Some(provider),
    }))
}

/// The people of each tenant, kept in the database.
struct StoredPeople(Store);

#[async_trait]
impl SandboxPeople for StoredPeople {
    async fn list(&self, tenant: TenantId) -> Result<Option<Vec<Person>>, String> {
        let rows = self.0.read(move |tx| match tenants::get(tx, tenant) {
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
            Ok(_) => sandbox_people::list(tx, tenant).map(Some),
        });
        let Some(rows) = rows.await.map_err(|error| error.to_string())? else { return Ok(None) };
        let read = |row: &SandboxPerson| serde_json::from_str(&row.person).map_err(|error| error.to_string());
        rows.iter().map(read).collect::<Result<_, _>>().map(Some)
    }

    async fn add(&self, tenant: TenantId, person: Person) -> Result<(), String> {
        let text = serde_json::to_string(&person).map_err(|error| error.to_string())?;
        let row = SandboxPerson { id: person.id, tenant_id: tenant, person: text, created_at: clock::now() };
        match self.0.write(move |tx| sandbox_people::insert(tx, &row)).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
