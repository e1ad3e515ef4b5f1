//! Objects that a plan was compared with, and whether they are still what they were then.

use std::fmt::Display;

use changes::{
    issuers::{self, IssuerView},
    order_templates,
};
use model::{
    ApplicationId, DomainId, LoginMethod, TemplateKind, TemplateLanguage, TenantId, Timestamp, name_key,
};
use serde::{Deserialize, Serialize};
use store::{
    StoreError, Tx, WriteTx, applications,
    client_secrets::{self, ClientSecret},
    domains, identity_sources, tenants, test_users,
};

/// An object, by what finds it whether it is there or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Object {
    /// By its name.
    Tenant(String),
    /// By its host.
    Domain(String),
    Application(DomainId, String),
    IdentitySource(DomainId, LoginMethod),
    TestUser(DomainId, String),
    /// All live ones of an application.
    Secrets(ApplicationId),
    /// By the key of its name.
    Issuer(String),
    Template(TemplateKind, TemplateLanguage),
}

impl Object {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Tenant(_) => "tenant",
            Self::Domain(_) => "domain",
            Self::Application(..) => "application",
            Self::IdentitySource(..) => "identity source",
            Self::TestUser(..) => "test user",
            Self::Secrets(_) => "client secrets of",
            Self::Issuer(_) => "issuer",
            Self::Template(..) => "template",
        }
    }
}

/// What an object was when a plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compared {
    pub(crate) tenant: TenantId,
    pub(crate) object: Object,
    /// How it is shown.
    pub(crate) name: String,
    /// Its id and version; `None` where there was no such object.
    pub(crate) state: Option<String>,
}

/// The state of an object that is there.
pub(crate) fn state(id: impl Display, version: i64) -> String {
    format!("{id} {version}")
}

/// The state of an issuer of the register.
pub(crate) fn state_of_issuer(it: &IssuerView) -> Option<String> {
    Some(state(it.id?, it.version))
}

/// The state of the live secrets of an application, which have no version.
pub(crate) fn state_of_secrets(live: &[ClientSecret]) -> String {
    live.iter().map(|it| it.id.to_string()).collect::<Vec<_>>().join(" ")
}

impl Compared {
    /// Names the object, unless it is what it was. What is there stays so until the write ends.
    pub(crate) fn changed(&self, tx: &mut WriteTx<'_>, now: Timestamp) -> Result<Option<String>, StoreError> {
        let is = self.find(tx, now)?;
        Ok((is != self.state).then(|| format!("{} {}", self.object.kind(), self.name)))
    }

    fn find(&self, tx: &mut WriteTx<'_>, now: Timestamp) -> Result<Option<String>, StoreError> {
        let tenant = self.tenant;
        Ok(match &self.object {
            Object::Tenant(name) => tenants::find_by_name(tx, name)?.map(|row| state(row.id, row.version)),
            Object::Domain(host) => match domains::find_by_host(tx, host)? {
                Some(row) if row.tenant_id == tenant => {
                    let row = domains::get(tx, tenant, row.id)?;
                    Some(state(row.id, row.version))
                }
                Some(_) => Some("another tenant's".to_owned()),
                None => None,
            },
            Object::Application(domain, client_id) => {
                match applications::find_by_client_id(tx, tenant, *domain, client_id)? {
                    Some(row) => {
                        let row = applications::get(tx, tenant, row.id)?;
                        Some(state(row.id, row.version))
                    }
                    None => None,
                }
            }
            Object::IdentitySource(domain, eid) => {
                let found = identity_sources::find(tx, tenant, *domain, eid.as_str())?;
                found.map(|row| state(row.id, row.version))
            }
            Object::TestUser(domain, username) => {
                let found = test_users::find_by_username(tx, tenant, *domain, username)?;
                found.map(|row| state(row.id, row.version))
            }
            Object::Secrets(application) => Some(secrets(tx, (tenant, *application), now)?),
            Object::Issuer(key) => {
                let found = issuers::all(tx)?.into_iter().find(|it| name_key(&it.settings.name) == *key);
                found.as_ref().and_then(state_of_issuer)
            }
            Object::Template(kind, language) => {
                Some(order_templates::version(tx, (*kind, *language))?.to_string())
            }
        })
    }
}

fn secrets(tx: &mut impl Tx, of: (TenantId, ApplicationId), now: Timestamp) -> Result<String, StoreError> {
    client_secrets::list_live(tx, of.0, of.1, now).map(|live| state_of_secrets(&live))
}
