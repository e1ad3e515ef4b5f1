//! Domains: a tenant's host names.

use authority::{Caller, Permission, Permit};
use changes::{
    Seen,
    domains::{DomainChange, DomainRows, NewDomain, change, check_address, create, move_to, shown, switch},
    signing_keys,
};
use crypto::Algorithm;
use model::{DomainId, DomainSettings, Environment, TenantId, Timestamp};
use serde_json::{Value, json};
use store::{
    ReadTx, StoreError, WriteTx,
    domains::{self, Domain, Scheme},
};
use texts::{AdminMessage, Noun};

use crate::{
    Console, FoundPage, ListQuery, Refusal, Tenant,
    listing::{is_asked, is_found},
    own_objects::keep_own,
    tenants::PAGE,
};

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
    /// Counts its changes: a change names the one that it was based on.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when nobody can log in there.
    pub disabled_at: Option<Timestamp>,
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
            version: row.version,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }

    /// What somebody who looked at this has seen.
    pub fn seen(&self) -> Seen {
        Seen::of(self.version, shown((&self.name, &self.settings), self.disabled_at.is_some()))
    }

    /// The issuer, byte for byte as in every token.
    pub fn issuer(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.host)
    }
}

/// What a list of domains can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainColumn {
    /// Host name.
    Host,
    /// What administrators call it.
    Name,
    /// When it was made.
    Made,
}

impl DomainColumn {
    fn of(self, it: &Domain) -> Option<String> {
        match self {
            Self::Host => Some(it.host.clone()),
            Self::Name => Some(it.name.clone()),
            Self::Made => None,
        }
    }
}

/// Every domain of a tenant, in the order in which they were made.
/// Which domains a list has.
#[derive(Clone, Copy, Debug, Default)]
pub struct DomainFilter {
    /// Those of this environment.
    pub environment: Option<Environment>,
    /// Those that are switched off, or those that are not.
    pub is_disabled: Option<bool>,
}

pub(crate) fn all_domains(tx: &mut ReadTx<'_>, tenant: TenantId) -> Result<Vec<Domain>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = domains::list(tx, tenant, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.id);
        all.extend(page);
    }
}

impl Console {
    /// Refuses real people where test people are operators.
    fn check_environment(&self, new: &NewDomain) -> Result<(), Refusal> {
        if self.test_only && new.environment == Environment::Production {
            return Err(Refusal::Invalid(AdminMessage::DomainsForTestOnly.at("environment")));
        }
        Ok(())
    }

    /// Finds the domain that answers to `host`, with its tenant opened for the actor. The operator's.
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

    /// Gets a domain of the tenant by its id.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn domain_by_id(&self, permit: &Permit, id: DomainId) -> Result<DomainView, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let found = self.store.read(move |tx| domains::get(tx, tenant, id)).await;
        DomainView::of(found.map_err(|error| Refusal::of(error, Noun::Domain))?)
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

    /// Finds domains of the tenant by host and name.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn find_domains(
        &self,
        permit: &Permit,
        query: ListQuery<'_, DomainColumn, DomainFilter>,
    ) -> Result<FoundPage<DomainView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let wanted = query.search.to_lowercase();
        let mut rows = self.store.read(move |tx| all_domains(tx, tenant)).await?;
        let DomainFilter { environment, is_disabled } = query.filter;
        rows.retain(|it| {
            is_asked(environment, it.environment)
                && is_asked(is_disabled, it.disabled_at.is_some())
                && is_found(&wanted, &[&it.host, &it.name])
        });
        let FoundPage { rows, count, before } = query.cut(rows, |it| query.order.by.of(it));
        let rows = rows.into_iter().map(DomainView::of).collect::<Result<_, _>>()?;
        Ok(FoundPage { rows, count, before })
    }

    /// Makes a domain with a first signing key.
    ///
    /// # Errors
    /// [`Refusal::HostTaken`], [`Refusal::NameInBin`], [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::Forbidden`],
    /// [`Refusal::Key`], [`Refusal::Store`].
    pub async fn create_domain(
        &self,
        permit: &Permit,
        new: &NewDomain,
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        self.create_domain_with(permit, (new, DomainSettings::default()), now).await
    }

    /// The same with settings.
    ///
    /// # Errors
    /// As [`Console::create_domain`], and [`Refusal::Settings`].
    pub async fn create_domain_with(
        &self,
        permit: &Permit,
        (new, settings): (&NewDomain, DomainSettings),
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        let tenant = permit.tenant(Permission::ManageDomains)?;
        check_address(new, self.sandbox_host.as_deref())?;
        self.check_environment(new)?;
        let settings = self.complete(settings, new.environment);
        let id = DomainId::new(&self.random, now);
        let key = signing_keys::make(tenant, id, Algorithm::Rs256, now)?;
        let rows = DomainRows { id, new: new.clone(), settings, key };
        let permit = permit.clone();
        let made = self.store.write(move |tx| create(tx, &permit, &rows, now).map(drop));
        made.await?;
        Ok(id)
    }

    /// Finds a domain of the tenant, moved to this address if it stood elsewhere, or makes it: for programs that own it.
    /// `known`: the id that an earlier call gave; without it, the domain is known by its host, or by its name.
    ///
    /// # Errors
    /// As [`Console::create_domain`].
    pub async fn ensure_domain(
        &self,
        permit: &Permit,
        known: Option<DomainId>,
        new: &NewDomain,
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        let tenant = permit.tenant(Permission::ManageDomains)?;
        let id = tenant.id;
        let all = self.store.read(move |tx| domains::list(tx, id, None, PAGE)).await?;
        let is_it = [
            all.iter().position(|it| Some(it.id) == known),
            all.iter().position(|it| it.host == new.host),
            all.iter().position(|it| it.name == new.name && it.environment == new.environment),
        ];
        let at = is_it.into_iter().flatten().next();
        let Some(found) = at.and_then(|at| all.into_iter().nth(at)) else {
            return self.create_domain(permit, new, now).await;
        };
        let domain = found.id;
        if found.host == new.host && found.scheme == new.scheme {
            return Ok(domain);
        }
        check_address(new, self.sandbox_host.as_deref())?;
        self.check_environment(new)?;
        let (permit, new) = (permit.clone(), new.clone());
        let saved = self.store.write(move |tx| move_to(tx, &permit, found, &new, now).map(drop));
        saved.await?;
        Ok(domain)
    }

    /// Changes what can be set of a domain that was seen; gives what it is then. The address stays: it is in every token.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Settings`], [`Refusal::Invalid`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn change_domain(
        &self,
        permit: &Permit,
        (id, seen): (DomainId, &Seen),
        wanted: &DomainChange,
        now: Timestamp,
    ) -> Result<DomainView, Refusal> {
        let tenant_id = permit.tenant(Permission::ManageDomains)?.id;
        let (permit, seen, wanted) = (permit.clone(), seen.clone(), wanted.clone());
        let saved = self.store.write(move |tx| {
            let row = domains::get(tx, tenant_id, id).map_err(|error| Refusal::of(error, Noun::Domain))?;
            let mut asked = shown((&wanted.name, &wanted.settings), row.disabled_at.is_some());
            if let Some(members) = asked.as_object_mut() {
                members.remove("state");
            }
            check_seen(&row, &seen, asked)?;
            if wanted.settings.require_par || !wanted.settings.single_sign_on.is_empty() {
                // The console sends its own request by the browser, and each sign-in proves a person anew.
                keep_own(tx, |own| own.domain == id)?;
            }
            change(tx, &permit, row, &wanted, now)
        });
        DomainView::of(saved.await?)
    }

    /// Disables a domain that was seen, so that nobody can log in there within seconds.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn disable_domain(
        &self,
        permit: &Permit,
        id: DomainId,
        seen: &Seen,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (permit, seen) = (permit.clone(), seen.clone());
        let disabled = self.store.write(move |tx| {
            keep_own(tx, |own| own.domain == id)?;
            switched(tx, &permit, Switching { id, seen, on: false }, now)
        });
        disabled.await
    }

    /// Enables a domain again that was seen.
    ///
    /// # Errors
    /// As [`Console::disable_domain`].
    pub async fn enable_domain(
        &self,
        permit: &Permit,
        id: DomainId,
        seen: &Seen,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (permit, seen) = (permit.clone(), seen.clone());
        self.store.write(move |tx| switched(tx, &permit, Switching { id, seen, on: true }, now)).await
    }
}

struct Switching {
    id: DomainId,
    seen: Seen,
    on: bool,
}

fn switched(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    Switching { id, seen, on }: Switching,
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::ManageDomains)?.id;
    let row = domains::get(tx, tenant, id).map_err(|error| Refusal::of(error, Noun::Domain))?;
    check_seen(&row, &seen, json!({"state": if on { "enabled" } else { "disabled" }}))?;
    switch(tx, permit, row, on, now).map(drop)
}

pub(crate) fn check_seen(row: &Domain, seen: &Seen, wanted: Value) -> Result<(), Refusal> {
    let now = shown((&row.name, &DomainSettings::parse(&row.settings)?), row.disabled_at.is_some());
    Ok(seen.check(Noun::Domain, (row.version, now), wanted)?)
}
