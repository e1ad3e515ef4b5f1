//! Domains: a tenant's host names.

use authority::{Caller, Permission, Permit, Record};
use crypto::Algorithm;
use model::{Action, DomainId, DomainSettings, EnteredError, Environment, Timestamp, check_domain_host};
use serde_json::json;
use store::{
    StoreError, WriteTx,
    domains::{self, Domain, Scheme},
    signing_keys,
};
use texts::Noun;

use crate::{
    Console, Refusal, Tenant,
    tenants::{PAGE, check_name},
};

/// What a domain shall be.
#[derive(Clone, Debug)]
pub struct NewDomain {
    /// Host name, with the port where it is not the scheme's own.
    pub host: String,
    /// `https`, or `http` on loopback for test domains.
    pub scheme: Scheme,
    /// For test people or real ones.
    pub environment: Environment,
    /// What administrators call it.
    pub name: String,
}

/// A domain as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainView {
    /// Its row.
    pub id: DomainId,
    /// Host name, with the port where it is not the scheme's own.
    pub host: String,
    /// How it is reached.
    pub scheme: Scheme,
    /// For test people or real ones.
    pub environment: Environment,
    /// What administrators call it.
    pub name: String,
    /// Everything else.
    pub settings: DomainSettings,
    /// Since when.
    pub created_at: Timestamp,
}

impl DomainView {
    pub(crate) fn of(row: Domain) -> Result<Self, Refusal> {
        Ok(Self {
            id: row.id,
            settings: DomainSettings::parse(&row.settings)?,
            host: row.host,
            scheme: row.scheme,
            environment: row.environment,
            name: row.name,
            created_at: row.created_at,
        })
    }

    /// The issuer, byte for byte as in every token.
    pub fn issuer(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.host)
    }
}

/// A domain that is to be written.
pub(crate) struct DomainRows {
    pub(crate) row: Domain,
    key: signing_keys::SigningKey,
    record: Record,
}

impl DomainRows {
    pub(crate) fn insert(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        domains::insert(tx, &self.row)?;
        signing_keys::insert(tx, &self.key)?;
        self.record.append(tx)
    }
}

impl Console {
    /// Refuses a host that no browser could be sent to, and plain http but on loopback for tests.
    pub(crate) fn check_address(&self, new: &NewDomain) -> Result<(), Refusal> {
        let how = (new.scheme == Scheme::Https, new.environment);
        let checked = check_domain_host(&new.host, how, self.sandbox_host.as_deref());
        checked.map_err(|error| {
            let field = if error == EnteredError::PlainHttp { "scheme" } else { "host" };
            Refusal::Invalid(error.message(&new.host).at(field))
        })
    }

    /// Finds the domain that answers to `host`, with its tenant opened for whoever acts. The operator's.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn domain(&self, caller: &Caller, host: &str) -> Result<(Tenant, DomainView), Refusal> {
        let host = host.to_ascii_lowercase();
        let found = self.store.read(move |tx| domains::find_by_host(tx, &host)).await?;
        let row = found.ok_or(Refusal::NotFound(Noun::Domain))?;
        let tenant = self.tenant_by_id(caller, row.tenant_id).await?;
        tenant.permit(Permission::ReadSettings)?;
        Ok((tenant, DomainView::of(row)?))
    }

    /// Lists at most 1,000 domains in the order in which they were made, from the one that follows `after`.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn domains(
        &self,
        permit: &Permit,
        after: Option<DomainId>,
    ) -> Result<Vec<DomainView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let id = tenant.id;
        let rows = self.store.read(move |tx| domains::list(tx, id, after, PAGE)).await?;
        rows.into_iter().map(DomainView::of).collect()
    }

    /// Makes everything of a domain; nothing is written yet. `settings`: its settings as JSON.
    pub(crate) fn new_domain(
        &self,
        (permit, tenant): (&Permit, &Tenant),
        (new, settings): (&NewDomain, String),
        now: Timestamp,
    ) -> Result<DomainRows, Refusal> {
        permit.check_environment(new.environment)?;
        self.check_address(new)?;
        check_name(&new.name)?;
        let row = Domain {
            id: DomainId::new(&self.random, now),
            tenant_id: tenant.id,
            host: new.host.clone(),
            scheme: new.scheme,
            environment: new.environment,
            name: new.name.clone(),
            settings,
            version: 1,
            created_at: now,
        };
        let domain = row.id;
        let key = self.new_key((tenant, domain), Algorithm::Rs256, now, now)?;
        let mut details = json!({
            "host": new.host, "environment": new.environment.as_str(), "name": new.name, "signing_key": key.id,
        });
        if let (true, Some(all)) =
            (row.settings != DomainSettings::default().to_text(), details.as_object_mut())
        {
            all.insert("settings".to_owned(), serde_json::from_str(&row.settings).unwrap_or_default());
        }
        let record = permit.record(Action::DomainCreated, format!("domain {domain}"), &details, now);
        Ok(DomainRows { row, key, record })
    }

    /// Makes a domain with a first signing key.
    ///
    /// # Errors
    /// [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn create_domain(
        &self,
        permit: &Permit,
        new: &NewDomain,
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        let tenant = permit.tenant(Permission::ManageDomains)?;
        let rows = self.new_domain((permit, tenant), (new, DomainSettings::default().to_text()), now)?;
        let domain = rows.row.id;
        let made = self.store.write(move |tx| rows.insert(tx));
        made.await.map_err(|error: StoreError| Refusal::of(error, Noun::Host))?;
        Ok(domain)
    }

    /// Finds the tenant's domain of this name, moved to this address if it stood elsewhere, or makes it.
    ///
    /// # Errors
    /// As [`Console::create_domain`].
    pub async fn ensure_domain(
        &self,
        permit: &Permit,
        new: &NewDomain,
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        let tenant = permit.tenant(Permission::ManageDomains)?;
        let id = tenant.id;
        let all = self.store.read(move |tx| domains::list(tx, id, None, PAGE)).await?;
        let Some(found) = all.into_iter().find(|it| it.name == new.name) else {
            return self.create_domain(permit, new, now).await;
        };
        let moved = Domain { host: new.host.clone(), scheme: new.scheme, ..found.clone() };
        let domain = found.id;
        if moved == found {
            return Ok(domain);
        }
        self.check_address(new)?;
        let details = json!({"host": {"from": found.host, "to": new.host}});
        let record = permit.record(Action::DomainChanged, format!("domain {domain}"), &details, now);
        let saved = self.store.write(move |tx| {
            domains::save(tx, &moved)?;
            record.append(tx)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::Host))?;
        Ok(domain)
    }

    /// Changes what can be set of a domain; gives what it is then. The address stays: it is in every token.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Settings`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn change_domain(
        &self,
        permit: &Permit,
        id: DomainId,
        change: impl FnOnce(&mut DomainSettings) + Send + 'static,
        now: Timestamp,
    ) -> Result<DomainView, Refusal> {
        let tenant = permit.tenant(Permission::ManageDomains)?;
        let permit = permit.clone();
        let tenant_id = tenant.id;
        let saved = self.store.write(move |tx| {
            let row = domains::get(tx, tenant_id, id).map_err(|error| Refusal::of(error, Noun::Domain))?;
            let mut settings = DomainSettings::parse(&row.settings)?;
            change(&mut settings);
            settings.check(row.environment)?;
            let text = settings.to_text();
            if text == row.settings {
                return Ok(row);
            }
            let details = crate::audit::difference(&row.settings, &text);
            let row = Domain { settings: text, ..row };
            domains::save(tx, &row)?;
            permit.record(Action::DomainChanged, format!("domain {id}"), &details, now).append(tx)?;
            Ok::<_, Refusal>(row)
        });
        DomainView::of(saved.await?)
    }
}
