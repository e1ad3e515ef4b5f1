//! Applications: the relying parties of a domain.

use authority::{Permission, Permit};
use model::{Action, ApplicationId, ApplicationSettings, DomainId, Environment, Timestamp};
use serde_json::json;
use store::{
    StoreError,
    applications::{self, Application},
    domains,
};
use texts::{AdminMessage, Noun};

use crate::{
    Console, Refusal,
    tenants::{PAGE, check_name},
};

/// What an application shall be.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Where it logs people in.
    pub domain: DomainId,
    /// That domain's environment.
    pub environment: Environment,
    /// Its identifier on the wire.
    pub client_id: String,
    /// The name that people see.
    pub name: String,
    /// Everything else.
    pub settings: ApplicationSettings,
}

/// An application as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationView {
    /// Its row.
    pub id: ApplicationId,
    /// Where it logs people in.
    pub domain: DomainId,
    /// Its identifier on the wire.
    pub client_id: String,
    /// The name that people see.
    pub name: String,
    /// Everything else.
    pub settings: ApplicationSettings,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when it is switched off.
    pub disabled_at: Option<Timestamp>,
}

impl ApplicationView {
    fn of(row: Application) -> Result<Self, Refusal> {
        Ok(Self {
            id: row.id,
            domain: row.domain_id,
            settings: ApplicationSettings::parse(&row.settings)?,
            client_id: row.client_id,
            name: row.name,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }
}

/// Refuses a client id that could not travel in a query, a header and a log line.
pub(crate) fn check_client_id(client_id: &str) -> Result<(), Refusal> {
    let fine = (1..=255).contains(&client_id.len()) && client_id.bytes().all(|it| matches!(it, 0x21..=0x7e));
    if fine {
        Ok(())
    } else {
        Err(Refusal::Invalid(AdminMessage::ClientIdInvalid { value: client_id.into() }.at("client_id")))
    }
}

const fn switching(on: bool) -> Permission {
    if on { Permission::ManageApplications } else { Permission::DisableApplications }
}

impl Console {
    /// Makes the application.
    ///
    /// # Errors
    /// [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::Settings`], [`Refusal::Forbidden`], [`Refusal::Key`],
    /// [`Refusal::Store`].
    pub async fn create_application(
        &self,
        permit: &Permit,
        new: &NewApplication,
        now: Timestamp,
    ) -> Result<ApplicationId, Refusal> {
        let tenant = permit.tenant(Permission::ManageApplications)?;
        check_client_id(&new.client_id)?;
        check_name(&new.name)?;
        permit.check_environment(new.environment)?;
        new.settings.check(new.environment)?;
        self.ensure_signing_key((permit, tenant), new.domain, new.settings.algorithm(), now).await?;
        let row = Application {
            id: ApplicationId::new(&self.random, now),
            tenant_id: tenant.id,
            domain_id: new.domain,
            client_id: new.client_id.clone(),
            name: new.name.clone(),
            settings: new.settings.to_text(),
            version: 1,
            created_at: now,
            disabled_at: None,
        };
        let id = row.id;
        let details = json!({
            "client_id": new.client_id, "name": new.name, "domain": new.domain.to_string(),
            "settings": serde_json::from_str::<serde_json::Value>(&row.settings).unwrap_or_default(),
        });
        let record = permit.record(Action::ApplicationCreated, format!("application {id}"), &details, now);
        let made = self.store.write(move |tx| {
            applications::insert(tx, &row)?;
            record.append(tx)
        });
        made.await.map_err(|error: StoreError| Refusal::of(error, Noun::ClientId))?;
        Ok(id)
    }

    /// Makes the application, or changes the one with this `client_id` to be so.
    ///
    /// # Errors
    /// As [`Console::create_application`] and [`Console::change_application`].
    pub async fn save_application(
        &self,
        permit: &Permit,
        new: &NewApplication,
        now: Timestamp,
    ) -> Result<ApplicationId, Refusal> {
        let tenant = permit.tenant(Permission::ManageApplications)?;
        let (tenant_id, domain, client_id) = (tenant.id, new.domain, new.client_id.clone());
        let found = self
            .store
            .read(move |tx| applications::find_by_client_id(tx, tenant_id, domain, &client_id))
            .await?;
        let Some(found) = found else { return self.create_application(permit, new, now).await };
        let (name, settings) = (new.name.clone(), new.settings.clone());
        let change = move |_: &str, _: ApplicationSettings| Ok((name, settings));
        self.change_application(permit, found.id, change, now).await.map(|it| it.id)
    }

    /// Finds an application of a domain by its `client_id`, disabled or not.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn application(
        &self,
        permit: &Permit,
        domain: DomainId,
        client_id: &str,
    ) -> Result<ApplicationView, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let (tenant_id, client_id) = (tenant.id, client_id.to_owned());
        let found = self
            .store
            .read(move |tx| applications::find_by_client_id(tx, tenant_id, domain, &client_id))
            .await?;
        ApplicationView::of(found.ok_or(Refusal::NotFound(Noun::Application))?)
    }

    /// Lists at most 1,000 applications of a domain, from the one that follows `after`.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn applications(
        &self,
        permit: &Permit,
        domain: DomainId,
        after: Option<ApplicationId>,
    ) -> Result<Vec<ApplicationView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let tenant_id = tenant.id;
        let rows = self.store.read(move |tx| applications::list(tx, tenant_id, domain, after, PAGE)).await?;
        rows.into_iter().map(ApplicationView::of).collect()
    }

    /// Changes name and settings; gives what it is then. `change` gets both and gives both, or says why not.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Settings`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Key`],
    /// [`Refusal::Store`].
    pub async fn change_application(
        &self,
        permit: &Permit,
        id: ApplicationId,
        change: impl FnOnce(&str, ApplicationSettings) -> Result<(String, ApplicationSettings), Refusal>,
        now: Timestamp,
    ) -> Result<ApplicationView, Refusal> {
        let tenant = permit.tenant(Permission::ManageApplications)?;
        let tenant_id = tenant.id;
        let read = self.store.read(move |tx| {
            let row = applications::get(tx, tenant_id, id)?;
            let domain = domains::get(tx, tenant_id, row.domain_id)?;
            Ok::<_, StoreError>((row, domain.environment))
        });
        let (row, environment) = read.await.map_err(|error| Refusal::of(error, Noun::Application))?;
        let (name, settings) = change(&row.name, ApplicationSettings::parse(&row.settings)?)?;
        if name != row.name {
            check_name(&name)?;
        }
        permit.check_environment(environment)?;
        settings.check(environment)?;
        self.ensure_signing_key((permit, tenant), row.domain_id, settings.algorithm(), now).await?;
        let text = settings.to_text();
        if name == row.name && text == row.settings {
            return ApplicationView::of(row);
        }
        let mut details = crate::audit::difference(&row.settings, &text);
        if let (true, Some(details)) = (name != row.name, details.as_object_mut()) {
            details.insert("name".to_owned(), json!({"from": row.name, "to": name}));
        }
        let record = permit.record(Action::ApplicationChanged, format!("application {id}"), &details, now);
        let row = Application { name, settings: text, ..row };
        let view = ApplicationView::of(row.clone())?;
        self.store
            .write(move |tx| {
                applications::save(tx, &row)?;
                record.append(tx)
            })
            .await
            .map_err(|error: StoreError| Refusal::of(error, Noun::Application))?;
        Ok(view)
    }

    /// Switches an application off, so that its logins stop within seconds, or on again. `permit`: for disabling; for on
    /// again, for managing.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn switch_application(
        &self,
        permit: &Permit,
        id: ApplicationId,
        on: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(switching(on))?;
        let permit = permit.clone();
        let tenant_id = tenant.id;
        let saved = self.store.write(move |tx| {
            let row = applications::get(tx, tenant_id, id)?;
            if row.disabled_at.is_none() == on {
                return Ok(());
            }
            let disabled_at = if on { None } else { Some(now) };
            applications::save(tx, &Application { disabled_at, ..row })?;
            let action = if on { Action::ApplicationEnabled } else { Action::ApplicationDisabled };
            permit.record(action, format!("application {id}"), &json!({}), now).append(tx)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::Application))
    }
}
