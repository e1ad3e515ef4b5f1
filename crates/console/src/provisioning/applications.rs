//! Applications that somebody brings.

use changes::{
    applications::{ApplicationChange, NewApplication, changed, check_client_id},
    bin::binned_application,
};
use model::{
    ApplicationId, ApplicationKind, ApplicationSettings, ClientAuthentication, IdTokenResponse, Pkce,
    Profile, Sector, UserinfoResponse, check_redirect_uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use store::{
    applications::{self, Application},
    declared_objects::DeclaredKind,
};
use texts::{AdminMessage, Noun};

use super::{
    compared::{Object, state},
    entry::{Entry, noun},
    plan::{Verb, named, unlike},
    planned_write::PlannedWrite,
    planner::{Planner, TargetDomain},
    settings::{Kind, merged},
};
use crate::{Refusal, Tenant, logos::with_picture};

/// An application that is there or will be.
pub(crate) struct Planned {
    pub(crate) id: ApplicationId,
    pub(crate) client_id: String,
    pub(crate) settings: ApplicationSettings,
    pub(crate) is_made: bool,
}

/// What other settings are judged by.
const TOGETHER: &[&str] = &["kind", "authentication", "jwks", "nin_allowed"];

/// How the settings of an application are read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    place: &'a TargetDomain,
    /// An application that is made may go without PKCE.
    pkce_off: bool,
    /// It may be there, and cannot be looked up.
    unseen: bool,
}

impl Planner<'_> {
    /// Plans an application. What belongs to it beside its settings must have been asked of `entry` before, so that the
    /// rest are settings. `pkce_off`: a new confidential application need not use PKCE.
    pub(crate) async fn application(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        entry: &mut Entry<'_>,
        pkce_off: bool,
    ) -> Result<Option<Planned>, Refusal> {
        let client_id = self.client_id(entry);
        let name = entry.text("name", &mut self.faults).map(str::to_owned);
        if let Some(name) = &name {
            self.check_plain_name(&entry.at("name"), name);
        }
        let found = self.found((tenant, place), client_id.as_deref()).await?;
        if let (None, Some(client_id)) = (&found, &client_id) {
            self.check_bin((tenant, place), (entry, client_id)).await?;
        }
        let id =
            found.as_ref().map_or_else(|| ApplicationId::new(&self.console.random, self.now), |row| row.id);
        let mut members = entry.rest();
        let logo = self.console.said_logo(&mut members, &entry.at("brand"), &mut self.faults).await;
        let sector = found.as_ref().and_then(|row| ApplicationSettings::parse(&row.settings).ok());
        let sector = said(&members, "sector").or(sector.map(|it| it.sector)).unwrap_or_default();
        let stands_twice = client_id.as_ref().is_some_and(|it| !self.is_first((place, it), (id, sector)));
        if let (true, Some(client_id)) = (stands_twice, &client_id) {
            let (client, host) = (client_id.into(), place.host.clone().into());
            self.faults.wrong(&entry.at("client_id"), AdminMessage::ClientIdRepeated { client, host });
        }
        let unseen = found.is_none() && (stands_twice || !place.is_known || client_id.is_none());
        if found.is_none() && !unseen {
            self.check_complete(entry, &members);
        }
        self.check_addresses(entry, &members, found.as_ref(), place);
        let reading = Reading { place, pkce_off, unseen };
        let mut settings = self.settings(entry, &members, found.as_ref(), reading)?;
        if let Some(settings) = &mut settings {
            with_picture(&mut settings.brand, logo);
        }
        let (Some(client_id), Some(settings), false) = (client_id, settings, stands_twice) else {
            return Ok(None);
        };
        self.ensure_key((tenant, place), settings.algorithm()).await?;
        let planned = Planned { id, client_id, settings, is_made: found.is_none() };
        match found {
            None => self.new_application((tenant, place), (&planned, name.unwrap_or_default()))?,
            Some(row) => self.changed_application((tenant, place), row, (&planned, name))?,
        }
        self.name(tenant.id, (DeclaredKind::Application, &id.to_string()), planned.is_made);
        Ok(Some(planned))
    }

    fn client_id(&mut self, entry: &mut Entry<'_>) -> Option<String> {
        let client_id = entry.required("client_id", &mut self.faults)?;
        if let Err(error) = check_client_id(client_id) {
            self.faults.wrong(&entry.at("client_id"), error.message().message);
            return None;
        }
        Some(client_id.to_owned())
    }

    async fn found(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        client_id: Option<&str>,
    ) -> Result<Option<Application>, Refusal> {
        let Some(client_id) = client_id.map(str::to_owned) else { return Ok(None) };
        let (tenant, domain, wanted) = (tenant.id, place.domain, client_id.clone());
        let read =
            self.console.store.read(move |tx| applications::find_by_client_id(tx, tenant, domain, &wanted));
        let found = read.await?;
        let (name, is) = (named(&place.host, &client_id), found.as_ref().map(|it| state(it.id, it.version)));
        self.plan.compare(tenant, Object::Application(domain, client_id), name, is);
        Ok(found)
    }

    /// Says that a client id is that of an application in the bin: deleting it was a decision, which a file does not undo.
    async fn check_bin(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        (entry, client_id): (&Entry<'_>, &str),
    ) -> Result<(), Refusal> {
        let (at, wanted) = ((tenant.id, place.domain), client_id.to_owned());
        let found = self.console.store.read(move |tx| binned_application(tx, at, &wanted)).await?;
        if let Some(binned) = found {
            self.faults.wrong(&entry.at("client_id"), binned.refusal(Noun::ClientId).message().message);
        }
        Ok(())
    }

    /// Keeps the first application of a client id at a place; says whether this is it.
    fn is_first(&mut self, (place, client_id): (&TargetDomain, &str), it: (ApplicationId, Sector)) -> bool {
        if !place.is_known {
            self.strangers.insert(client_id.to_owned());
        }
        let key = (place.domain, client_id.to_owned());
        let is_first = !self.applications.contains_key(&key);
        if is_first {
            self.applications.insert(key, it);
        }
        is_first
    }

    fn check_complete(&mut self, entry: &Entry<'_>, members: &Map<String, Value>) {
        for name in ["name", "kind", "redirect_uris"] {
            if !entry.has(name) {
                self.faults.wrong(&entry.at(name), AdminMessage::ApplicationIncomplete);
            }
        }
        if members.get("redirect_uris").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            self.faults.wrong(&entry.at("redirect_uris"), AdminMessage::RedirectUrisEmpty);
        }
    }

    /// Names every address that cannot be registered, not only the first.
    fn check_addresses(
        &mut self,
        entry: &Entry<'_>,
        members: &Map<String, Value>,
        found: Option<&Application>,
        place: &TargetDomain,
    ) {
        let stored = found.and_then(|row| ApplicationSettings::parse(&row.settings).ok());
        // Where kind or profile is not clear, it may be the one that may most.
        let kind = match (members.contains_key("kind"), &stored) {
            (false, Some(stored)) => stored.kind,
            _ => said(members, "kind").unwrap_or(ApplicationKind::Native),
        };
        let profile = match (members.contains_key("profile"), &stored) {
            (true, _) => said(members, "profile").unwrap_or(Profile::Compatible),
            (false, stored) => stored.as_ref().map(|it| it.profile).unwrap_or_default(),
        };
        for name in ["redirect_uris", "post_logout_redirect_uris"] {
            let uris = members.get(name).and_then(Value::as_array).into_iter().flatten();
            for (at, uri) in uris.enumerate() {
                let path = format!("{}[{at}]", entry.at(name));
                match uri.as_str() {
                    None => self.faults.wrong(&path, AdminMessage::TextExpected { found: noun(uri) }),
                    Some(uri) => {
                        if let Err(error) = check_redirect_uri(uri, (kind, profile), place.environment) {
                            self.faults.wrong(&path, error.message(uri));
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
        reading: Reading<'_>,
    ) -> Result<Option<ApplicationSettings>, Refusal> {
        let Reading { place, pkce_off, unseen } = reading;
        let said: Option<ApplicationKind> = said(members, "kind");
        let mut base = match found {
            Some(row) => ApplicationSettings::parse(&row.settings)?,
            None => ApplicationSettings::new(said.unwrap_or(ApplicationKind::Web), Vec::new()),
        };
        if found.is_none() && pkce_off && base.kind == ApplicationKind::Web && !members.contains_key("pkce") {
            base.pkce = Pkce::Off;
        }
        let knows_kind = said.is_some() || (found.is_some() && !members.contains_key("kind"));
        let check = |it: &ApplicationSettings| {
            let mut it = it.clone();
            if !knows_kind {
                suit_kind(&mut it);
            }
            if unseen {
                suit_what_is_said(&mut it, members);
            }
            it.check(place.environment).map_err(|it| it.message())
        };
        let kind = Kind {
            parse: ApplicationSettings::parse,
            check: &check,
            to_text: ApplicationSettings::to_text,
            together: TOGETHER,
        };
        // The addresses have been judged one by one.
        let wrong_addresses = members.keys().any(|name| self.faults.has_below(&entry.at(name)));
        let mut judged = members.clone();
        if wrong_addresses {
            judged.retain(|name, _| !self.faults.has_below(&entry.at(name)));
        }
        let merged = merged(&kind, &base, &judged, entry, &mut self.faults);
        Ok(merged.filter(|_| !wrong_addresses))
    }

    fn new_application(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        (planned, name): (&Planned, String),
    ) -> Result<(), Refusal> {
        let said = in_short(&name, &planned.settings);
        self.plan.change(Verb::Create, "application", named(&place.host, &planned.client_id), said);
        let is_public = planned.settings.authentication == ClientAuthentication::None;
        if planned.settings.pkce == Pkce::Off && !is_public {
            self.plan.note(AdminMessage::PkceIsOff.at(named(&place.host, &planned.client_id)));
        }
        self.plan.warn(&named(&place.host, &planned.client_id), planned.settings.warning());
        let new = NewApplication {
            domain: place.domain,
            environment: place.environment,
            client_id: planned.client_id.clone(),
            name,
            settings: planned.settings.clone(),
        };
        self.step(tenant, PlannedWrite::CreateApplication { id: planned.id, new: Box::new(new) })
    }

    fn changed_application(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        row: Application,
        (planned, name): (&Planned, Option<String>),
    ) -> Result<(), Refusal> {
        let shown = named(&place.host, &planned.client_id);
        let name = name.unwrap_or_else(|| row.name.clone());
        let id = planned.id.to_string();
        let owned = self.owned(tenant.id, DeclaredKind::Application, &id);
        // At another time it was somebody else, by hand.
        let returns = row.disabled_at.is_some() && owned.is_some_and(|it| it.removed_at == row.disabled_at);
        if row.disabled_at.is_some() && !returns {
            self.plan.note(AdminMessage::ApplicationStaysDisabled.at(shown.as_str()));
        }
        let change = ApplicationChange { name, settings: planned.settings.clone() };
        let details = changed(&row, &change)?;
        let changes = details.as_object().is_some_and(|it| !it.is_empty());
        if !changes && !returns {
            self.plan.unchanged("application", shown);
            return Ok(());
        }
        let (id, environment) = (row.id, place.environment);
        if changes {
            self.plan.warn(&shown, planned.settings.warning());
            self.plan.change(Verb::Change, "application", shown.clone(), details);
            let change = Box::new(change);
            self.step(tenant, PlannedWrite::ChangeApplication { id, environment, change })?;
        }
        if returns {
            self.plan.change(Verb::Enable, "application", shown, json!({}));
            self.step(tenant, PlannedWrite::SwitchApplication { id, on: true })?;
        }
        Ok(())
    }
}

/// A member, where it can be read.
fn said<T: DeserializeOwned>(members: &Map<String, Value>, name: &str) -> Option<T> {
    T::deserialize(members.get(name)?).ok()
}

/// Lets the kind be one that suits the rest: it is not clear, and the addresses have been judged.
fn suit_kind(settings: &mut ApplicationSettings) {
    let is_public = settings.authentication == ClientAuthentication::None;
    settings.kind = if is_public { ApplicationKind::Browser } else { ApplicationKind::Web };
    settings.redirect_uris.clear();
    settings.post_logout_redirect_uris.clear();
}

/// Skips checks that depend on omitted members; the stored application may satisfy them.
fn suit_what_is_said(settings: &mut ApplicationSettings, members: &Map<String, Value>) {
    if !members.contains_key("jwks") {
        if settings.authentication == ClientAuthentication::PrivateKeyJwt {
            settings.authentication = ClientAuthentication::ClientSecret;
        }
        settings.id_token_response = IdTokenResponse::Signed;
        if settings.userinfo_response == UserinfoResponse::SignedAndEncryptedJwt {
            settings.userinfo_response = UserinfoResponse::PlainJson;
        }
    }
    if !members.contains_key("nin_allowed") {
        settings.nin_allowed = true;
    }
}

/// What there is to say of a new application: its name, its kind, and what is not as it would be anyway.
fn in_short(name: &str, settings: &ApplicationSettings) -> Value {
    let plain = ApplicationSettings::new(settings.kind, Vec::new()).to_text();
    let mut said = unlike(&plain, &settings.to_text());
    said.insert("name".to_owned(), json!(name));
    said.insert("kind".to_owned(), json!(settings.kind));
    Value::Object(said)
}
