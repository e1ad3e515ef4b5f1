//! Applications that somebody brings.

use model::{
    Action, ApplicationId, ApplicationKind, ApplicationSettings, ClientAuthentication, Pkce,
    check_redirect_uri,
};
use serde_json::{Map, Value, json};
use store::{
    applications::{self, Application},
    declared_objects::DeclaredKind,
};

use super::{
    entry::Entry,
    fault::shown,
    plan::{Verb, named, object},
    planner::{Place, Planner},
    settings::{Kind, merged},
};
use crate::{Refusal, Tenant, applications::check_client_id};

/// An application that is there or will be.
pub(crate) struct Planned {
    pub(crate) id: ApplicationId,
    pub(crate) client_id: String,
    pub(crate) settings: ApplicationSettings,
    pub(crate) is_made: bool,
}

/// What other settings are judged by.
const TOGETHER: &[&str] = &["kind", "authentication", "jwks", "nin_allowed"];

impl Planner<'_> {
    /// Plans an application. What belongs to it beside its settings must have been asked of `entry` before, so that the
    /// rest are settings. `pkce_off`: a new confidential application need not use PKCE.
    pub(crate) async fn application(
        &mut self,
        (tenant, place): (&Tenant, &Place),
        entry: &mut Entry<'_>,
        pkce_off: bool,
    ) -> Result<Option<Planned>, Refusal> {
        let client_id = entry.required("client_id", &mut self.faults).map(str::to_owned);
        let name = entry.text("name", &mut self.faults).map(str::to_owned);
        if let Some(name) = &name {
            self.check_plain_name(&entry.at("name"), name);
        }
        let Some(client_id) = client_id else { return Ok(None) };
        if let Err(error) = check_client_id(&client_id) {
            self.faults.wrong(&entry.at("client_id"), format!("{}: {error}", shown(&client_id)));
            return Ok(None);
        }
        if self.applications.contains_key(&(place.domain, client_id.clone())) {
            let text = format!("{} stands twice at {}: keep one of them", shown(&client_id), place.host);
            self.faults.wrong(&entry.at("client_id"), text);
            return Ok(None);
        }
        let (tenant_id, domain, wanted) = (tenant.id, place.domain, client_id.clone());
        let read = self
            .console
            .store
            .read(move |tx| applications::find_by_client_id(tx, tenant_id, domain, &wanted));
        let found = read.await?;
        let id =
            found.as_ref().map_or_else(|| ApplicationId::new(&self.console.random, self.now), |row| row.id);
        let sector = found.as_ref().and_then(|row| ApplicationSettings::parse(&row.settings).ok());
        let sector = sector.map(|it| it.sector).unwrap_or_default();
        self.applications.insert((place.domain, client_id.clone()), (id, sector));
        let members = entry.rest();
        self.check_addresses(entry, &members, found.as_ref(), place);
        let Some(settings) = self.settings(entry, &members, found.as_ref(), (place, pkce_off))? else {
            return Ok(None);
        };
        self.applications.insert((place.domain, client_id.clone()), (id, settings.sector));
        self.ensure_key((tenant, place), settings.algorithm()).await?;
        let planned = Planned { id, client_id, settings, is_made: found.is_none() };
        match found {
            None => self.new_application((tenant, place), entry, (&planned, name)).await?,
            Some(row) => self.changed_application((tenant, place), row, (&planned, name))?,
        }
        self.name(tenant.id, (DeclaredKind::Application, &id.to_string()), planned.is_made);
        Ok(Some(planned))
    }

    /// Names every address that cannot be registered, not only the first.
    fn check_addresses(
        &mut self,
        entry: &Entry<'_>,
        members: &Map<String, Value>,
        found: Option<&Application>,
        place: &Place,
    ) {
        let before = found.and_then(|row| ApplicationSettings::parse(&row.settings).ok()).map(|it| it.kind);
        let said = members.get("kind").and_then(|it| serde_json::from_value(it.clone()).ok());
        let kind: ApplicationKind = said.or(before).unwrap_or(ApplicationKind::Web);
        for name in ["redirect_uris", "post_logout_redirect_uris"] {
            let uris = members.get(name).and_then(Value::as_array).into_iter().flatten();
            for (at, uri) in uris.enumerate() {
                let path = format!("{}[{at}]", entry.at(name));
                match uri.as_str() {
                    None => self.faults.wrong(&path, "a text is expected here"),
                    Some(uri) => {
                        if let Err(error) = check_redirect_uri(uri, kind, place.environment) {
                            self.faults.wrong(&path, format!("{}: {error}", shown(uri)));
                        }
                    }
                }
            }
        }
    }

    fn settings(
        &mut self,
        entry: &Entry<'_>,
        members: &Map<String, Value>,
        found: Option<&Application>,
        (place, pkce_off): (&Place, bool),
    ) -> Result<Option<ApplicationSettings>, Refusal> {
        let mut base = match found {
            Some(row) => ApplicationSettings::parse(&row.settings)?,
            None => {
                for name in ["kind", "redirect_uris"] {
                    if !members.contains_key(name) {
                        self.faults.wrong(&entry.at(name), "a new application needs this: give it");
                    }
                }
                let kind = members.get("kind").and_then(|it| serde_json::from_value(it.clone()).ok());
                ApplicationSettings::new(kind.unwrap_or(ApplicationKind::Web), Vec::new())
            }
        };
        // The addresses have been judged one by one.
        let wrong_addresses = members.keys().any(|name| self.faults.has_below(&entry.at(name)));
        if found.is_none() && pkce_off && base.kind == ApplicationKind::Web && !members.contains_key("pkce") {
            base.pkce = Pkce::Off;
        }
        let check = |it: &ApplicationSettings| it.check(place.environment);
        let kind = Kind {
            parse: ApplicationSettings::parse,
            check: &check,
            to_text: ApplicationSettings::to_text,
            together: TOGETHER,
        };
        let mut judged = members.clone();
        if wrong_addresses {
            judged.retain(|name, _| !self.faults.has_below(&entry.at(name)));
        }
        let merged = merged(&kind, &base, &judged, entry, &mut self.faults);
        Ok(merged.filter(|_| !wrong_addresses))
    }

    async fn new_application(
        &mut self,
        (tenant, place): (&Tenant, &Place),
        entry: &Entry<'_>,
        (planned, name): (&Planned, Option<String>),
    ) -> Result<(), Refusal> {
        let Some(name) = name else {
            self.faults.wrong(&entry.at("name"), "a new application needs this: give it");
            return Ok(());
        };
        let row = Application {
            id: planned.id,
            tenant_id: tenant.id,
            domain_id: place.domain,
            client_id: planned.client_id.clone(),
            name: name.clone(),
            settings: planned.settings.to_text(),
            version: 1,
            created_at: self.now,
            disabled_at: None,
        };
        let settings: Value = serde_json::from_str(&row.settings).unwrap_or_default();
        let details = json!({
            "client_id": row.client_id, "name": name, "domain": place.domain.to_string(), "settings": settings,
        });
        let object = object("application", planned.id);
        let record = Self::permit(tenant)?.record(Action::ApplicationCreated, object, &details, self.now);
        let said = in_short(&name, planned.settings.kind, &settings);
        self.plan.change(Verb::Create, "application", named(&place.host, &planned.client_id), said);
        let is_public = planned.settings.authentication == ClientAuthentication::None;
        if planned.settings.pkce == Pkce::Off && !is_public {
            let text = "PKCE is off for it, so that it works as before; switch it on when it can:";
            let set = "applications change … --set pkce=default";
            self.plan.note(format!("{}: {text} {set}", named(&place.host, &planned.client_id)));
        }
        self.plan.step(move |tx| {
            applications::insert(tx, &row)?;
            record.append(tx)
        });
        Ok(())
    }

    fn changed_application(
        &mut self,
        (tenant, place): (&Tenant, &Place),
        row: Application,
        (planned, name): (&Planned, Option<String>),
    ) -> Result<(), Refusal> {
        let shown = named(&place.host, &planned.client_id);
        let text = planned.settings.to_text();
        let name = name.unwrap_or_else(|| row.name.clone());
        let id = planned.id.to_string();
        let owned = self.owned(tenant.id, DeclaredKind::Application, &id);
        // At another time it was somebody else, by hand.
        let returns = row.disabled_at.is_some() && owned.is_some_and(|it| it.removed_at == row.disabled_at);
        if row.disabled_at.is_some() && !returns {
            self.plan.note(format!("{shown}: it is disabled, and stays so"));
        }
        // Written anew, so that an older text of the same settings is no difference.
        let before = ApplicationSettings::parse(&row.settings)?.to_text();
        if name == row.name && text == before && !returns {
            self.plan.unchanged("application", shown);
            return Ok(());
        }
        let mut details = crate::audit::difference(&before, &text);
        if let (true, Some(details)) = (name != row.name, details.as_object_mut()) {
            details.insert("name".to_owned(), json!({"from": row.name, "to": name}));
        }
        let changes = details.as_object().is_some_and(|it| !it.is_empty());
        let permit = Self::permit(tenant)?;
        let mut records = Vec::new();
        if changes {
            let object = object("application", &id);
            records.push(permit.record(Action::ApplicationChanged, object, &details, self.now));
            self.plan.change(Verb::Change, "application", shown.clone(), details);
        }
        if returns {
            let object = object("application", &id);
            records.push(permit.record(Action::ApplicationEnabled, object, &json!({}), self.now));
            self.plan.change(Verb::Enable, "application", shown, json!({}));
        }
        let disabled_at = if returns { None } else { row.disabled_at };
        let row = Application { name, settings: text, disabled_at, ..row };
        self.plan.step(move |tx| {
            applications::save(tx, &row)?;
            records.iter().try_for_each(|it| it.append(tx))
        });
        Ok(())
    }
}

/// What there is to say of a new application: its name, its kind, and what is not as it would be anyway.
fn in_short(name: &str, kind: ApplicationKind, settings: &Value) -> Value {
    let plain = ApplicationSettings::new(kind, Vec::new()).to_text();
    let plain: Map<String, Value> = serde_json::from_str(&plain).unwrap_or_default();
    let said = settings.as_object().into_iter().flatten();
    let said = said.filter(|(name, value)| *name == "kind" || plain.get(*name) != Some(*value));
    let name = std::iter::once(("name".to_owned(), json!(name)));
    Value::Object(name.chain(said.map(|(name, value)| (name.clone(), value.clone()))).collect())
}
