//! Tenants and domains that a declaration names.

use authority::{InstallationPermit, Permission};
use changes::{
    bin::check_host,
    domains::{DomainChange, NewDomain, changed, check_address, named_alike},
    tenants,
};
use crypto::Algorithm;
use model::{DomainId, DomainSettings, Environment, TenantId};
use serde_json::{Map, Value, json};
use store::{
    declared_objects::DeclaredKind,
    domains::{self, Domain, Scheme},
};
use texts::AdminMessage;

use super::{
    compared::{Object, state},
    entry::Entry,
    plan::{Verb, unlike},
    planned_write::PlannedWrite,
    planner::{Planner, TargetDomain},
    settings::{Kind, merged},
};
use crate::{Refusal, Tenant, logos::with_picture};

/// What a file says of a new domain: its host, and why that is not free; its name, environment and scheme.
type Address<'v> =
    ((Option<&'v str>, Option<AdminMessage>), Option<&'v str>, Option<Environment>, Option<Scheme>);

/// How a word is read, and which there are.
type Words<T> = (fn(&str) -> Option<T>, &'static [&'static str]);

/// What an entry says of a domain.
struct SaidDomain<'a> {
    name: Option<&'a str>,
    environment: Option<Environment>,
    scheme: Option<Scheme>,
    settings: Option<Entry<'a>>,
}

impl Planner<'_> {
    /// Plans a tenant: opened, or made.
    pub(crate) async fn tenant(
        &mut self,
        permit: &InstallationPermit,
        entry: &mut Entry<'_>,
    ) -> Result<Option<Tenant>, Refusal> {
        let Some(name) = entry.required("name", &mut self.faults) else { return Ok(None) };
        let before = self.faults.count();
        self.check_plain_name(&entry.at("name"), name);
        if self.faults.count() > before {
            return Ok(None);
        }
        let tenant = match self.console.tenant(permit.caller(), name).await {
            Ok(tenant) => {
                self.read_declared(tenant.id).await?;
                self.plan.unchanged("tenant", name);
                self.compare_tenant(name, tenant.id, Some(state(tenant.id, tenant.version)));
                self.name(tenant.id, (DeclaredKind::Tenant, &tenant.id.to_string()), false);
                tenant
            }
            Err(Refusal::NotFound(_)) => {
                let wanted = name.to_owned();
                let found =
                    self.console.store.read(move |tx| tenants::named_alike(tx, &wanted, None)).await?;
                // A tenant that stands there twice is told as that.
                if !self.gives(None, name) {
                    self.give_name(&entry.at("name"), name, None, found);
                }
                let making = self.console.installation(permit.caller(), Permission::CreateTenants)?;
                let id = TenantId::new(&self.console.random, self.now);
                // Opened for what follows in the plan; its data key is made when the plan is carried out.
                let tenant = making.new_tenant(&self.console.random, id, name)?;
                self.plan.change(Verb::Create, "tenant", name, json!({}));
                self.compare_tenant(name, id, None);
                self.step(&tenant, PlannedWrite::CreateTenant { name: name.to_owned() })?;
                self.name(tenant.id, (DeclaredKind::Tenant, &tenant.id.to_string()), true);
                tenant
            }
            Err(other) => return Err(other),
        };
        Ok(Some(tenant))
    }

    fn compare_tenant(&mut self, name: &str, id: TenantId, found: Option<String>) {
        self.plan.compare(id, Object::Tenant(name.to_owned()), name, found);
    }

    /// Plans a domain of a tenant. Its address and environment stay what they are: they are in every token.
    pub(crate) async fn domain(
        &mut self,
        tenant: &Tenant,
        entry: &mut Entry<'_>,
    ) -> Result<TargetDomain, Refusal> {
        let host = entry.required("host", &mut self.faults);
        let environment = entry.text("environment", &mut self.faults);
        let scheme = entry.text("scheme", &mut self.faults);
        let name = entry.text("name", &mut self.faults);
        if let Some(name) = name {
            self.check_plain_name(&entry.at("name"), name);
        }
        let settings = entry.object("settings", &mut self.faults);
        let environment =
            self.said(entry, ("environment", environment), (Environment::parse, &["test", "production"]));
        let scheme = self.said(entry, ("scheme", scheme), (Scheme::parse, &["https", "http"]));
        let found = match host.map(str::to_owned) {
            Some(host) => self.console.store.read(move |tx| domains::find_by_host(tx, &host)).await?,
            None => None,
        };
        match found {
            Some(row) if row.tenant_id == tenant.id => {
                let said = SaidDomain { name, environment, scheme, settings };
                if let Some(name) = said.name.filter(|it| *it != row.name) {
                    self.name_domain(tenant, entry, name, Some(row.id)).await?;
                }
                self.changed_domain(tenant, entry, row, said).await
            }
            _ => {
                let taken = self.host_taken(tenant, host).await?;
                if let Some(name) = name.or(host)
                    && host.is_none_or(|it| !self.hosts.contains(it))
                {
                    self.name_domain(tenant, entry, name, None).await?;
                }
                let host = (host, taken);
                self.new_domain(tenant, entry, settings, (host, name, environment, scheme)).await
            }
        }
    }

    /// Why no domain can be made at a host that this tenant's domains do not have.
    async fn host_taken(&self, tenant: &Tenant, host: Option<&str>) -> Result<Option<AdminMessage>, Refusal> {
        let Some(host) = host.map(str::to_ascii_lowercase) else { return Ok(None) };
        let of_installation = tenant.permit(Permission::ReadSettings)?.is_of_installation();
        let checked = self.console.store.read(move |tx| check_host(tx, &host, of_installation)).await;
        match checked {
            Ok(()) => Ok(None),
            Err(Refusal::Store(error)) => Err(Refusal::Store(error)),
            Err(taken) => Ok(Some(taken.message().message)),
        }
    }

    /// Gives a domain a name that no other domain of the tenant may have; `own`: the domain that is there.
    async fn name_domain(
        &mut self,
        tenant: &Tenant,
        entry: &Entry<'_>,
        name: &str,
        own: Option<DomainId>,
    ) -> Result<(), Refusal> {
        let (id, wanted) = (tenant.id, name.to_owned());
        let found = self.console.store.read(move |tx| named_alike(tx, id, &wanted, own)).await?;
        let field = if entry.has("name") { "name" } else { "host" };
        self.give_name(&entry.at(field), name, Some(id), found);
        Ok(())
    }

    /// A word that may be absent.
    fn said<T>(
        &mut self,
        entry: &Entry<'_>,
        (name, text): (&str, Option<&str>),
        (parse, expected): Words<T>,
    ) -> Option<T> {
        let text = text?;
        let word = parse(text);
        if word.is_none() {
            let known = expected.into();
            self.faults.wrong(&entry.at(name), AdminMessage::WordUnknown { value: text.into(), known });
        }
        word
    }

    async fn domain_settings(
        &mut self,
        (base, environment): (&DomainSettings, Environment),
        entry: Option<Entry<'_>>,
    ) -> Option<DomainSettings> {
        let Some(entry) = entry else { return Some(base.clone()) };
        let mut members: Map<String, Value> = entry.rest();
        let logo = self.console.said_logo(&mut members, &entry.at("brand"), &mut self.faults).await;
        let kind = Kind {
            parse: DomainSettings::parse,
            check: &|settings: &DomainSettings| settings.check(environment).map_err(|it| it.message()),
            to_text: DomainSettings::to_text,
            together: &[],
        };
        let mut settings = merged(&kind, base, &members, &entry, &mut self.faults)?;
        with_picture(&mut settings.brand, logo);
        Some(settings)
    }

    async fn new_domain(
        &mut self,
        tenant: &Tenant,
        entry: &Entry<'_>,
        settings: Option<Entry<'_>>,
        ((host, taken), name, environment, scheme): Address<'_>,
    ) -> Result<TargetDomain, Refusal> {
        let before = self.faults.count();
        if !entry.has("environment") {
            self.faults.wrong(&entry.at("environment"), AdminMessage::DomainEnvironmentMissing);
        }
        let nowhere = self.nowhere(host.unwrap_or_default(), environment);
        let new = NewDomain {
            host: nowhere.host.clone(),
            scheme: scheme.unwrap_or(Scheme::Https),
            environment: nowhere.environment,
            name: name.unwrap_or(&nowhere.host).to_owned(),
        };
        if host.is_some() {
            self.new_host(&entry.at("host"), &new, taken);
        }
        let is_known = host.is_some() && environment.is_some() && self.faults.count() == before;
        let plain = DomainSettings::default();
        let settings = self.domain_settings((&plain, new.environment), settings).await;
        let settings = self.console.complete(settings.unwrap_or_default(), new.environment);
        if let Err(error) = settings.check_controller(None, new.environment) {
            self.faults.push(error.message().inside("settings").inside(&entry.path));
        }
        // Refused anyway, and what is wrong with its address or name could not even be planned.
        if self.faults.count() > 0 {
            return Ok(TargetDomain { is_known, ..nowhere });
        }
        let mut details = unlike(&plain.to_text(), &settings.to_text());
        details.insert("environment".to_owned(), json!(new.environment.as_str()));
        details.insert("name".to_owned(), json!(new.name));
        if new.scheme != Scheme::Https {
            details.insert("scheme".to_owned(), json!(new.scheme.as_str()));
        }
        let place = TargetDomain { is_known, ..nowhere };
        let (id, host) = (place.domain, place.host.clone());
        self.plan.change(Verb::Create, "domain", host.clone(), Value::Object(details));
        self.plan.compare(tenant.id, Object::Domain(host.clone()), host, None);
        self.step(tenant, PlannedWrite::CreateDomain { id, new, settings })?;
        self.has_key(place.domain, Algorithm::Rs256);
        self.name(tenant.id, (DeclaredKind::Domain, &place.domain.to_string()), true);
        Ok(place)
    }

    /// Says why no domain can be made at this host.
    fn new_host(&mut self, path: &str, new: &NewDomain, taken: Option<AdminMessage>) {
        if let Some(taken) = taken {
            self.faults.wrong(path, taken);
        } else if let Err(error) = check_address(new, self.console.sandbox_host.as_deref()) {
            self.faults.wrong(path, error.message().message);
        }
        if !self.hosts.insert(new.host.clone()) {
            self.faults.wrong(path, AdminMessage::ValueRepeated { value: new.host.as_str().into() });
        }
    }

    async fn changed_domain(
        &mut self,
        tenant: &Tenant,
        entry: &Entry<'_>,
        row: Domain,
        said: SaidDomain<'_>,
    ) -> Result<TargetDomain, Refusal> {
        let SaidDomain { name, environment, scheme, settings } = said;
        let place = TargetDomain {
            domain: row.id,
            environment: row.environment,
            host: row.host.clone(),
            is_known: true,
        };
        if !self.hosts.insert(row.host.clone()) {
            self.faults
                .wrong(&entry.at("host"), AdminMessage::ValueRepeated { value: row.host.as_str().into() });
        }
        if environment.is_some_and(|it| it != row.environment) {
            let environment = row.environment.as_str().into();
            self.faults.wrong(&entry.at("environment"), AdminMessage::DomainEnvironmentFixed { environment });
        }
        if scheme.is_some_and(|it| it != row.scheme) {
            self.faults.wrong(&entry.at("scheme"), AdminMessage::DomainAddressFixed);
        }
        let is = Some(state(row.id, row.version));
        self.plan.compare(tenant.id, Object::Domain(row.host.clone()), row.host.clone(), is);
        self.name(tenant.id, (DeclaredKind::Domain, &row.id.to_string()), false);
        let base = DomainSettings::parse(&row.settings)?;
        let Some(settings) = self.domain_settings((&base, row.environment), settings).await else {
            return Ok(place);
        };
        let name = name.map_or_else(|| row.name.clone(), str::to_owned);
        let change = DomainChange { name, settings };
        let details = changed(&row, &change)?;
        if details.as_object().is_none_or(Map::is_empty) {
            self.plan.unchanged("domain", place.host.clone());
            return Ok(place);
        }
        self.plan.change(Verb::Change, "domain", place.host.clone(), details);
        self.step(tenant, PlannedWrite::ChangeDomain { id: row.id, change })?;
        Ok(place)
    }
}
