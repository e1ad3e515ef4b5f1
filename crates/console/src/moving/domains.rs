//! Tenants and domains that a declaration names.

use crypto::Algorithm;
use model::{Action, Actor, DomainSettings, Environment};
use serde_json::{Map, Value, json};
use store::{
    declared_objects::DeclaredKind,
    domains::{self, Domain, Scheme},
};

use super::{
    entry::Entry,
    fault::shown,
    plan::{Verb, object},
    planner::{Place, Planner},
    settings::{Kind, merged},
};
use crate::{NewDomain, Refusal, Tenant, domains::check_address};

impl Planner<'_> {
    /// Plans a tenant: opened, or made.
    pub(crate) async fn tenant(
        &mut self,
        actor: &Actor,
        entry: &mut Entry<'_>,
    ) -> Result<Option<Tenant>, Refusal> {
        let Some(name) = entry.required("name", &mut self.faults) else { return Ok(None) };
        let before = self.faults.count();
        self.check_plain_name(&entry.at("name"), name);
        if self.faults.count() > before {
            return Ok(None);
        }
        let tenant = match self.console.tenant(actor, name).await {
            Ok(tenant) => {
                self.read_declared(tenant.id).await?;
                self.plan.unchanged("tenant", name);
                self.name(tenant.id, (DeclaredKind::Tenant, &tenant.id.to_string()), false);
                tenant
            }
            Err(Refusal::NotFound(_)) => {
                let (tenant, rows) = self.console.new_tenant(actor, name, self.now)?;
                self.plan.change(Verb::Create, "tenant", name, json!({}));
                self.plan.step(move |tx| rows.insert(tx));
                self.name(tenant.id, (DeclaredKind::Tenant, &tenant.id.to_string()), true);
                tenant
            }
            Err(other) => return Err(other),
        };
        Ok(Some(tenant))
    }

    /// Plans a domain of a tenant. Its address and environment stay what they are: they are in every token.
    pub(crate) async fn domain(
        &mut self,
        tenant: &Tenant,
        entry: &mut Entry<'_>,
    ) -> Result<Option<Place>, Refusal> {
        let host = entry.required("host", &mut self.faults);
        let environment = entry.text("environment", &mut self.faults);
        let scheme = entry.text("scheme", &mut self.faults);
        let name = entry.text("name", &mut self.faults);
        if let Some(name) = name {
            self.check_plain_name(&entry.at("name"), name);
        }
        let settings = entry.object("settings", &mut self.faults);
        let said = (
            self.said(entry, ("environment", environment), (Environment::parse, "test and production")),
            self.said(entry, ("scheme", scheme), (Scheme::parse, "https and http")),
        );
        let (Some(host), Some(environment), Some(scheme)) = (host, said.0, said.1) else { return Ok(None) };
        let wanted = host.to_owned();
        let found = self.console.store.read(move |tx| domains::find_by_host(tx, &wanted)).await?;
        match found {
            Some(row) if row.tenant_id != tenant.id => {
                self.faults.wrong(&entry.at("host"), format!("{} is taken", shown(host)));
                Ok(None)
            }
            Some(row) => self.changed_domain(tenant, entry, (row, settings), (name, environment, scheme)),
            None => {
                let Some(environment) = environment else {
                    self.faults
                        .wrong(&entry.at("environment"), "a new domain needs this: say test or production");
                    return Ok(None);
                };
                let new = NewDomain {
                    host: host.to_owned(),
                    scheme: scheme.unwrap_or(Scheme::Https),
                    environment,
                    name: name.unwrap_or(host).to_owned(),
                };
                self.new_domain(tenant, entry, (new, settings))
            }
        }
    }

    /// A word that may be absent; `None` when it is said and is none.
    fn said<T>(
        &mut self,
        entry: &Entry<'_>,
        (name, text): (&str, Option<&str>),
        (parse, expected): (fn(&str) -> Option<T>, &str),
    ) -> Option<Option<T>> {
        let Some(text) = text else { return Some(None) };
        let word = parse(text);
        if word.is_none() {
            self.faults.wrong(&entry.at(name), format!("{} is none of {expected}", shown(text)));
        }
        word.map(Some)
    }

    fn domain_settings(
        &mut self,
        (base, environment): (&DomainSettings, Environment),
        entry: Option<Entry<'_>>,
    ) -> Option<DomainSettings> {
        let Some(entry) = entry else { return Some(base.clone()) };
        let members: Map<String, Value> = entry.rest();
        let kind = Kind {
            parse: DomainSettings::parse,
            check: &|settings: &DomainSettings| settings.check(environment),
            to_text: DomainSettings::to_text,
            together: &[],
        };
        merged(&kind, base, &members, &entry, &mut self.faults)
    }

    fn new_domain(
        &mut self,
        tenant: &Tenant,
        entry: &Entry<'_>,
        (new, settings): (NewDomain, Option<Entry<'_>>),
    ) -> Result<Option<Place>, Refusal> {
        if let Err(error) = check_address(&new) {
            self.faults.wrong(&entry.at("host"), error.to_string());
            return Ok(None);
        }
        if !self.hosts.insert(new.host.clone()) {
            self.faults
                .wrong(&entry.at("host"), format!("{} stands twice: keep one of them", shown(&new.host)));
            return Ok(None);
        }
        let settings = self
            .domain_settings((&DomainSettings::default(), new.environment), settings)
            .unwrap_or_default()
            .to_text();
        let rows = self.console.new_domain(tenant, (&new, settings), self.now)?;
        let place = Place { domain: rows.row.id, environment: new.environment, host: new.host };
        let details = json!({"environment": new.environment.as_str(), "name": new.name});
        self.plan.change(Verb::Create, "domain", place.host.clone(), details);
        self.plan.step(move |tx| rows.insert(tx));
        self.has_key(place.domain, Algorithm::Rs256);
        self.name(tenant.id, (DeclaredKind::Domain, &place.domain.to_string()), true);
        Ok(Some(place))
    }

    fn changed_domain(
        &mut self,
        tenant: &Tenant,
        entry: &Entry<'_>,
        (row, settings): (Domain, Option<Entry<'_>>),
        (name, environment, scheme): (Option<&str>, Option<Environment>, Option<Scheme>),
    ) -> Result<Option<Place>, Refusal> {
        let place = Place { domain: row.id, environment: row.environment, host: row.host.clone() };
        if !self.hosts.insert(row.host.clone()) {
            self.faults
                .wrong(&entry.at("host"), format!("{} stands twice: keep one of them", shown(&row.host)));
            return Ok(None);
        }
        if environment.is_some_and(|it| it != row.environment) {
            let text = format!(
                "this domain is there, for {}, and stays so: make another one",
                row.environment.as_str()
            );
            self.faults.wrong(&entry.at("environment"), text);
        }
        if scheme.is_some_and(|it| it != row.scheme) {
            self.faults.wrong(
                &entry.at("scheme"),
                "this domain is there, and its address stays: it is in every token",
            );
        }
        self.name(tenant.id, (DeclaredKind::Domain, &row.id.to_string()), false);
        let base = DomainSettings::parse(&row.settings)?;
        let Some(settings) = self.domain_settings((&base, row.environment), settings) else {
            return Ok(Some(place));
        };
        let (before, text) = (base.to_text(), settings.to_text());
        let name = name.map_or_else(|| row.name.clone(), str::to_owned);
        if name == row.name && before == text {
            self.plan.unchanged("domain", place.host.clone());
            return Ok(Some(place));
        }
        let mut details = crate::audit::difference(&before, &text);
        if let (true, Some(details)) = (name != row.name, details.as_object_mut()) {
            details.insert("name".to_owned(), json!({"from": row.name, "to": name}));
        }
        let object = object("domain", row.id);
        let record = Self::permit(tenant)?.record(Action::DomainChanged, object, &details, self.now);
        self.plan.change(Verb::Change, "domain", place.host.clone(), details);
        let row = Domain { name, settings: text, ..row };
        self.plan.step(move |tx| {
            domains::save(tx, &row)?;
            record.append(tx)
        });
        Ok(Some(place))
    }
}
