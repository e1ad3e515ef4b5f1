//! Identity sources that a declaration names. What the eID gave is already read from where it lies.

use authority::{Permission, Record, SealedColumn};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{
    Action, EidEnvironment, IdentitySourceId, IdentitySourceSettings, IdentitySourceSettingsError,
    LoginMethod, SettingsError,
};
use serde_json::{Value, json};
use store::{
    declared_objects::DeclaredKind,
    identity_sources::{self, IdentitySource},
};
use texts::AdminMessage;

use super::{
    entry::Entry,
    plan::{Verb, named, object},
    planner::{Planner, TargetDomain},
    settings::{Kind, merged},
};
use crate::{Console, Refusal, Tenant, identity_sources::check};

fn method(word: &str) -> Option<SourceMethod> {
    serde_json::from_value(json!(word)).ok()
}

/// Automation has no credentials and nobody to ask: it is a setting of the domain.
pub(super) fn parse_source(word: &str) -> Option<LoginMethod> {
    LoginMethod::parse(word).filter(|it| it.is_eid())
}

/// The words of all eIDs, for a sentence.
pub(super) fn known_sources() -> Vec<&'static str> {
    LoginMethod::eids().map(LoginMethod::as_str).collect()
}

/// What an entry says about credentials.
#[derive(Default)]
struct Said {
    client_id: Option<String>,
    method: Option<SourceMethod>,
    secret: Option<String>,
    private_key: Option<String>,
}

impl Said {
    /// Over what there is; `None` when nothing is said and nothing is there.
    fn over(
        self,
        before: Option<SourceCredentials>,
        environment: EidEnvironment,
    ) -> Option<SourceCredentials> {
        let nothing = self.client_id.is_none()
            && self.method.is_none()
            && self.secret.is_none()
            && self.private_key.is_none();
        if nothing && environment != EidEnvironment::Sandbox {
            return before;
        }
        if nothing && before.is_some() {
            return before;
        }
        // The sandbox knows every domain of its tenants; what stands here is never used.
        let sandbox = || (environment == EidEnvironment::Sandbox).then(|| "sandbox".to_owned());
        let default = match (&self.private_key, &before) {
            (Some(_), _) => SourceMethod::PrivateKeyJwt,
            (None, Some(before)) if self.secret.is_none() => before.method,
            _ => SourceMethod::ClientSecretBasic,
        };
        let method = self.method.unwrap_or(default);
        let of_key = method == SourceMethod::PrivateKeyJwt;
        let old = |read: fn(&SourceCredentials) -> Option<String>| before.as_ref().and_then(read);
        Some(SourceCredentials {
            client_id: self
                .client_id
                .or_else(|| old(|it| Some(it.client_id.clone())))
                .or_else(sandbox)
                .unwrap_or_default(),
            method,
            secret: self.secret.or_else(|| old(|it| it.secret.clone())).or_else(sandbox).filter(|_| !of_key),
            private_key: self.private_key.or_else(|| old(|it| it.private_key.clone())).filter(|_| of_key),
        })
    }
}

/// What an identity source shall be.
struct SourceChange {
    eid: LoginMethod,
    environment: EidEnvironment,
    credentials: SourceCredentials,
    settings: IdentitySourceSettings,
}

impl Planner<'_> {
    pub(crate) async fn source(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        mut entry: Entry<'_>,
    ) -> Result<(), Refusal> {
        let faults = &mut self.faults;
        let eid = entry.word("eid", (parse_source, &known_sources()), faults);
        let environment =
            entry.word("environment", (EidEnvironment::parse, &["sandbox", "test", "production"]), faults);
        let mut said = Said {
            client_id: entry.text("client_id", faults).map(str::to_owned),
            method: None,
            secret: entry.text("client_secret", faults).map(str::to_owned),
            private_key: entry.text("private_key", faults).map(str::to_owned),
        };
        if entry.rest().contains_key("method") {
            let expected = &["private_key_jwt", "client_secret_basic", "client_secret_post"];
            said.method = entry.word("method", (method, expected), faults);
        }
        entry.value("method");
        let settings = entry.object("settings", faults);
        entry.nothing_else(faults);
        let (Some(eid), Some(environment)) = (eid, environment) else { return Ok(()) };
        if !self.sources.insert((place.domain, eid)) {
            self.faults.wrong(&entry.at("eid"), AdminMessage::ValueRepeated { value: eid.as_str().into() });
            return Ok(());
        }
        if place.is_known && !environment.may_serve(place.environment) {
            self.faults.wrong(&entry.at("environment"), AdminMessage::SourceEnvironmentUnsuitable);
            return Ok(());
        }
        let (tenant_id, domain) = (tenant.id, place.domain);
        let read =
            self.console.store.read(move |tx| identity_sources::find(tx, tenant_id, domain, eid.as_str()));
        let found = read.await?;
        let before = found.as_ref().and_then(|row| Console::opened(tenant, row));
        let text = found.as_ref().map_or("{}", |row| row.settings.as_str());
        let settings = self.source_settings(text, settings);
        let credentials = said.over(before, environment);
        if credentials.is_none() && !place.is_known {
            return Ok(());
        }
        let Some(credentials) = credentials else {
            self.faults.wrong(&entry.path, AdminMessage::SourceCredentialsMissing);
            return Ok(());
        };
        if let (true, Err(error)) = (place.is_known, check(&credentials)) {
            self.faults.push(error.message().inside(&entry.path));
            return Ok(());
        }
        let Some(settings) = settings else { return Ok(()) };
        self.save_source((tenant, place), found, SourceChange { eid, environment, credentials, settings })
    }

    fn source_settings(&mut self, base: &str, entry: Option<Entry<'_>>) -> Option<IdentitySourceSettings> {
        let Some(entry) = entry else { return IdentitySourceSettings::parse(base).ok() };
        let kind = Kind {
            parse: |text| {
                IdentitySourceSettings::parse(text).map_err(|error| match error {
                    IdentitySourceSettingsError::Malformed(text) => SettingsError::Unreadable(text),
                    other => SettingsError::IdentitySource(other),
                })
            },
            check: &|_| Ok(()),
            to_text: IdentitySourceSettings::to_text,
            together: &[],
        };
        let base = IdentitySourceSettings::parse(base).unwrap_or_default();
        merged(&kind, &base, &entry.rest(), &entry, &mut self.faults)
    }

    fn save_source(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        found: Option<IdentitySource>,
        wanted: SourceChange,
    ) -> Result<(), Refusal> {
        let id = found
            .as_ref()
            .map_or_else(|| IdentitySourceId::new(&self.console.random, self.now), |row| row.id);
        let key = id.to_string();
        let owned = self.owned(tenant.id, DeclaredKind::IdentitySource, &key);
        // At another time it was somebody else, by hand.
        let disabled_at = found.as_ref().and_then(|it| it.disabled_at);
        let returns = disabled_at.is_some() && owned.is_some_and(|it| it.removed_at == disabled_at);
        let same = found.as_ref().is_some_and(|row| {
            row.environment == wanted.environment
                && Console::opened(tenant, row).as_ref() == Some(&wanted.credentials)
        });
        let settings = wanted.settings.to_text();
        let before = found.as_ref().map_or_else(|| "{}".to_owned(), |row| row.settings.clone());
        let difference = crate::audit::difference(&before, &settings);
        let other_settings = difference.as_object().is_some_and(|it| !it.is_empty());
        let name = named(&place.host, wanted.eid.as_str());
        self.name(tenant.id, (DeclaredKind::IdentitySource, &key), found.is_none());
        if same && !other_settings && !returns {
            self.plan.unchanged("identity source", name);
            return Ok(());
        }
        let differs = (!same, other_settings.then_some(difference), returns);
        let records = self.source_records((tenant, place), (id, found.is_none()), &wanted, differs)?;
        let is_new = found.is_none();
        let row = self.source_row((tenant, place), (id, found), &wanted, (same, returns));
        self.plan.step(move |tx| {
            if is_new {
                identity_sources::insert(tx, &row)?;
            } else {
                identity_sources::save(tx, &row)?;
            }
            records.iter().try_for_each(|it| it.append(tx))
        });
        Ok(())
    }

    fn source_records(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        (id, is_new): (IdentitySourceId, bool),
        wanted: &SourceChange,
        (other_credentials, other_settings, returns): (bool, Option<Value>, bool),
    ) -> Result<Vec<Record>, Refusal> {
        let (permit, mut records, object) =
            (tenant.permit(Permission::ManageSources)?, Vec::new(), object("identity_source", id));
        let name = named(&place.host, wanted.eid.as_str());
        if other_credentials {
            let action = if is_new { Action::SourceCreated } else { Action::SourceCredentialsSet };
            let verb = if is_new { Verb::Create } else { Verb::Change };
            let details = json!({
                "eid": wanted.eid.as_str(), "environment": wanted.environment.as_str(),
                "domain": place.domain.to_string(), "client_id": wanted.credentials.client_id,
                "method": wanted.credentials.method,
            });
            records.push(permit.record(action, object.clone(), &details, self.now));
            self.plan.change(verb, "identity source", name.clone(), credentials_shown(wanted));
        }
        if let Some(difference) = other_settings {
            records.push(permit.record(Action::SourceChanged, object.clone(), &difference, self.now));
            self.plan.change(Verb::Change, "identity source", name.clone(), difference);
        }
        if returns {
            records.push(permit.record(Action::SourceEnabled, object, &json!({}), self.now));
            self.plan.change(Verb::Enable, "identity source", name, json!({}));
        }
        Ok(records)
    }

    fn source_row(
        &self,
        (tenant, place): (&Tenant, &TargetDomain),
        (id, found): (IdentitySourceId, Option<IdentitySource>),
        wanted: &SourceChange,
        (same, returns): (bool, bool),
    ) -> IdentitySource {
        let column = SealedColumn::Credentials { source: id, version: None };
        let plain = Secret::new(serde_json::to_vec(&wanted.credentials).unwrap_or_default());
        let sealed = tenant.opened().seal(&self.console.random, &column, plain.expose());
        let row = found.unwrap_or_else(|| IdentitySource {
            id,
            tenant_id: tenant.id,
            domain_id: place.domain,
            eid: wanted.eid.as_str().to_owned(),
            environment: wanted.environment,
            settings: String::new(),
            sealed_credentials: None,
            credentials_version: None,
            version: 1,
            created_at: self.now,
            disabled_at: None,
        });
        IdentitySource {
            environment: wanted.environment,
            settings: wanted.settings.to_text(),
            sealed_credentials: if same { row.sealed_credentials } else { Some(sealed) },
            credentials_version: row.credentials_version.filter(|_| same),
            disabled_at: if returns { None } else { row.disabled_at },
            ..row
        }
    }
}

/// What may be seen of credentials.
fn credentials_shown(wanted: &SourceChange) -> Value {
    json!({
        "environment": wanted.environment.as_str(), "client_id": wanted.credentials.client_id,
        "method": wanted.credentials.method, "credentials": "set",
    })
}
