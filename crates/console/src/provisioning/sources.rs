//! Identity sources that a declaration names. What the eID gave is already read from where it lies.

use changes::{
    difference,
    identity_sources::{NewIdentitySource, check, credentials_of, is_set},
};
use eid::{SourceCredentials, SourceMethod};
use model::{
    EidEnvironment, IdentitySourceId, IdentitySourceSettings, IdentitySourceSettingsError, LoginMethod,
    SettingsError,
};
use serde_json::{Value, json};
use store::{
    declared_objects::DeclaredKind,
    identity_sources::{self, IdentitySource},
};
use texts::AdminMessage;

use super::{
    compared::{Object, state},
    entry::Entry,
    plan::{Verb, named},
    planned_write::PlannedWrite,
    planner::{Planner, TargetDomain},
    settings::{Kind, merged},
};
use crate::{Refusal, Tenant};

fn method(word: &str) -> Option<SourceMethod> {
    serde_json::from_value(json!(word)).ok()
}

/// Automation has no credentials and no eID: it is a setting of the domain.
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
        let is = found.as_ref().map(|row| state(row.id, row.version));
        let name = named(&place.host, eid.as_str());
        self.plan.compare(tenant_id, Object::IdentitySource(domain, eid), name, is);
        let before = found.as_ref().and_then(|row| credentials_of(tenant, row));
        let text = found.as_ref().map_or("{}", |row| row.settings.as_str());
        let settings = self.source_settings(eid, (text, settings));
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
        let domain_environment = place.environment;
        let wanted = NewIdentitySource { domain, domain_environment, eid, environment, credentials };
        self.save_source((tenant, place), found, (wanted, settings))
    }

    fn source_settings(
        &mut self,
        eid: LoginMethod,
        (base, entry): (&str, Option<Entry<'_>>),
    ) -> Option<IdentitySourceSettings> {
        let Some(entry) = entry else { return IdentitySourceSettings::parse(base).ok() };
        let kind = Kind {
            parse: |text| {
                IdentitySourceSettings::parse(text).map_err(|error| match error {
                    IdentitySourceSettingsError::Malformed(text) => SettingsError::Unreadable(text),
                    other => SettingsError::IdentitySource(other),
                })
            },
            check: &|it: &IdentitySourceSettings| it.check_for(eid).map_err(|it| it.message()),
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
        (wanted, settings): (NewIdentitySource, IdentitySourceSettings),
    ) -> Result<(), Refusal> {
        let new_id = IdentitySourceId::new(&self.console.random, self.now);
        let id = found.as_ref().map_or(new_id, |row| row.id);
        let key = id.to_string();
        let owned = self.owned(tenant.id, DeclaredKind::IdentitySource, &key);
        // At another time it was somebody else, by hand.
        let disabled_at = found.as_ref().and_then(|it| it.disabled_at);
        let returns = disabled_at.is_some() && owned.is_some_and(|it| it.removed_at == disabled_at);
        let same = found.as_ref().is_some_and(|row| is_set(tenant, row, &wanted));
        let before = found.as_ref().map_or("{}", |row| row.settings.as_str());
        let difference = difference(before, &settings.to_text());
        let other_settings = difference.as_object().is_some_and(|it| !it.is_empty());
        let (name, domain, eid) = (named(&place.host, wanted.eid.as_str()), wanted.domain, wanted.eid);
        self.name(tenant.id, (DeclaredKind::IdentitySource, &key), found.is_none());
        if same && !other_settings && !returns {
            self.plan.unchanged("identity source", name);
            return Ok(());
        }
        if !same {
            let verb = if found.is_none() { Verb::Create } else { Verb::Change };
            self.plan.change(verb, "identity source", name.clone(), credentials_shown(&wanted));
            let write = match found {
                None => PlannedWrite::CreateSource { id, new: wanted },
                Some(_) => PlannedWrite::SetCredentials { new: wanted },
            };
            self.step(tenant, write)?;
        }
        if other_settings {
            self.plan.change(Verb::Change, "identity source", name.clone(), difference);
            self.step(tenant, PlannedWrite::ChangeSource { domain, eid, settings })?;
        }
        if returns {
            self.plan.change(Verb::Enable, "identity source", name, json!({}));
            self.step(tenant, PlannedWrite::SwitchSource { domain, eid, on: true })?;
        }
        Ok(())
    }
}

/// What may be seen of credentials.
fn credentials_shown(wanted: &NewIdentitySource) -> Value {
    json!({
        "environment": wanted.environment.as_str(), "client_id": wanted.credentials.client_id,
        "method": wanted.credentials.method, "credentials": "set",
    })
}
