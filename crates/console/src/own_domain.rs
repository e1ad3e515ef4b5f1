//! The console's own tenant, domain and application: where its members sign in. They are the installation's, and
//! operators' only.

use authority::{InstallationPermit, OpenTenant, Permission};
use model::{Action, ApplicationId, ApplicationKind, ApplicationSettings, DomainId, Environment, Timestamp};
use serde_json::json;
use store::{domains::Scheme, installation, tenants};
use texts::{AdminMessage, Noun};

use crate::{
    Console, NewApplication, NewDomain, Refusal, Tenant,
    own_objects::{FACT, OwnDomain},
};

/// What their tenant is called.
const TENANT: &str = "Portvakt console";
/// The client id of the console at its own domain.
pub const OWN_CLIENT: &str = "portvakt-console";

/// Where the console answers, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleAddress {
    /// Host, with its port where it is not the scheme's own.
    pub host: String,
    /// How browsers come there.
    pub scheme: Scheme,
    /// What its sign-ins are worth: those of real people, or of test people.
    pub environment: Environment,
}

impl ConsoleAddress {
    /// Whether test people sign in, so that no domain of the installation is for real people.
    pub fn is_test(&self) -> bool {
        self.environment == Environment::Test
    }

    /// As browsers write it.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.host)
    }

    /// Where the answer of a sign-in comes back to.
    pub fn callback(&self) -> String {
        format!("{}/sign-in/callback", self.origin())
    }
}

impl Console {
    /// Gives the console's own objects, where it has them.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn own_domain(&self) -> Result<Option<OwnDomain>, Refusal> {
        let fact = self.store.read(|tx| installation::find(tx, FACT)).await?;
        Ok(fact.and_then(|it| serde_json::from_slice(&it).ok()))
    }

    /// Makes the console's tenant, domain and application, or what is missing of them; a host that was changed in the
    /// configuration gets a domain of its own.
    ///
    /// # Errors
    /// [`Refusal::HostTaken`], [`Refusal::Invalid`]: nobody is named as responsible for a domain of real people.
    /// [`Refusal::Forbidden`], [`Refusal::MasterKey`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn ensure_own_domain(
        &self,
        permit: &InstallationPermit,
        address: &ConsoleAddress,
        now: Timestamp,
    ) -> Result<OwnDomain, Refusal> {
        let known = self.own_domain().await?;
        let tenant = match known {
            Some(own) => self.tenant_by_id(permit.caller(), own.tenant).await?,
            None => self.ensure_tenant(permit, TENANT, now).await?,
        };
        let domain = self.own_domain_at(&tenant, address, now).await?;
        let application = self.own_application(&tenant, (domain, address), now).await?;
        let own = OwnDomain { tenant: tenant.id, domain, application };
        if known == Some(own) {
            return Ok(own);
        }
        let permit = permit.clone();
        let fact = serde_json::to_vec(&own).unwrap_or_default();
        let host = address.host.clone();
        let kept = self.store.write(move |tx| {
            installation::insert_if_absent(tx, FACT, &fact)?;
            installation::save(tx, FACT, &fact)?;
            let object = format!("domain {}", own.domain);
            permit.record(Action::ConsoleSetUp, object, &json!({"host": host}), now).append(tx)?;
            Ok::<_, Refusal>(())
        });
        kept.await?;
        Ok(own)
    }

    async fn own_domain_at(
        &self,
        tenant: &Tenant,
        address: &ConsoleAddress,
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        let all = self.domains(&tenant.permit(Permission::ReadSettings)?, None).await?;
        if let Some(found) = all.iter().find(|it| it.host == address.host) {
            return Ok(found.id);
        }
        let new = NewDomain {
            host: address.host.clone(),
            scheme: address.scheme,
            environment: address.environment,
            name: address.host.clone(),
        };
        self.ensure_domain(&tenant.permit(Permission::ManageDomains)?, None, &new, now).await
    }

    async fn own_application(
        &self,
        tenant: &Tenant,
        (domain, address): (DomainId, &ConsoleAddress),
        now: Timestamp,
    ) -> Result<ApplicationId, Refusal> {
        let reading = tenant.permit(Permission::ReadSettings)?;
        match self.application(&reading, domain, OWN_CLIENT).await {
            Ok(found) => return Ok(found.id),
            Err(Refusal::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        let new = NewApplication {
            domain,
            environment: address.environment,
            client_id: OWN_CLIENT.to_owned(),
            name: TENANT.to_owned(),
            settings: ApplicationSettings::new(ApplicationKind::Web, vec![address.callback()]),
        };
        self.create_application(&tenant.permit(Permission::ManageApplications)?, &new, now).await
    }

    /// Opens the key by which members are recognised.
    pub(crate) async fn member_keys(&self) -> Result<OpenTenant, Refusal> {
        let own =
            self.own_domain().await?.ok_or(Refusal::Invalid(AdminMessage::ConsoleNotConfigured.into()))?;
        let row = self.store.read(move |tx| tenants::find(tx, own.tenant)).await?;
        let row = row.ok_or(Refusal::NotFound(Noun::Tenant))?;
        OpenTenant::open(&self.master, &row).map_err(|_| Refusal::MasterKey)
    }
}
