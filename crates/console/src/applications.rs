//! Applications: the relying parties of a domain.

use std::collections::HashSet;

use authority::{Permission, Permit};
use changes::{
    Seen,
    applications::{ApplicationChange, NewApplication, change, check_free, create, shown, switch, switching},
    client_secrets,
};
use crypto::Secret;
use model::{
    ApplicationId, ApplicationKind, ApplicationSettings, ClientAuthentication, DomainId, Environment,
    TenantId, Timestamp,
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    ReadTx, StoreError, WriteTx,
    applications::{self, Application, NamedApplication},
};
use texts::{FieldMessage, Noun};

use crate::{
    Console, FoundPage, ListQuery, Refusal,
    domains::all_domains,
    listing::{is_asked, is_found},
    own_objects::keep_own,
    signing_keys::publish_first,
    tenants::PAGE,
};

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
    /// Counts its changes: a change names the one that it was based on.
    pub version: i64,
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
            version: row.version,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }

    /// What somebody who looked at this has seen.
    pub fn seen(&self) -> Seen {
        Seen::of(self.version, shown((&self.name, &self.settings), self.disabled_at.is_some()))
    }
}

/// What a list of applications can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationColumn {
    /// The name that people see.
    Name,
    /// The identifier on the wire.
    ClientId,
    /// When it was made.
    Made,
}

impl ApplicationColumn {
    fn of(self, it: &NamedApplication) -> Option<String> {
        match self {
            Self::Name => Some(it.name.clone()),
            Self::ClientId => Some(it.client_id.clone()),
            Self::Made => None,
        }
    }
}

/// Which applications a list has.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationFilter {
    /// Those of domains of this environment.
    pub environment: Environment,
    /// Those of this domain.
    pub domain: Option<DomainId>,
    /// Those of this kind.
    pub kind: Option<ApplicationKind>,
    /// Those that are switched off, or those that are not.
    pub is_disabled: Option<bool>,
}

/// The kind alone of the settings of an application.
#[derive(Deserialize)]
struct KindOf {
    kind: ApplicationKind,
}

/// The applications of these domains that are of a kind, which stands in their settings.
fn all_of_kind(
    tx: &mut ReadTx<'_>,
    tenant: TenantId,
    (domains, kind): (&HashSet<DomainId>, ApplicationKind),
) -> Result<HashSet<ApplicationId>, StoreError> {
    let mut found = HashSet::new();
    for domain in domains {
        let mut after = None;
        loop {
            let page = applications::list(tx, tenant, *domain, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let is_it = |it: &Application| {
                serde_json::from_str::<KindOf>(&it.settings).is_ok_and(|it| it.kind == kind)
            };
            found.extend(page.iter().filter(|it| is_it(it)).map(|it| it.id));
        }
    }
    Ok(found)
}

/// Finds a tenant's applications by their names, in the order in which they were made.
fn matching(
    tx: &mut ReadTx<'_>,
    tenant: TenantId,
    (filter, wanted): (ApplicationFilter, &str),
) -> Result<Vec<NamedApplication>, StoreError> {
    let domains: HashSet<DomainId> = all_domains(tx, tenant)?
        .into_iter()
        .filter(|it| it.environment == filter.environment && is_asked(filter.domain, it.id))
        .map(|it| it.id)
        .collect();
    let of_kind = filter.kind.map(|kind| all_of_kind(tx, tenant, (&domains, kind))).transpose()?;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = applications::list_names(tx, tenant, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.id);
        let fits = |it: &NamedApplication| {
            domains.contains(&it.domain_id)
                && is_asked(filter.is_disabled, it.disabled_at.is_some())
                && of_kind.as_ref().is_none_or(|all| all.contains(&it.id))
                && is_found(wanted, &[&it.name, &it.client_id])
        };
        found.extend(page.into_iter().filter(fits));
    }
}

impl Console {
    /// Makes the application, and its first secret where it authenticates with one, which can be seen now and never again.
    ///
    /// # Errors
    /// As [`Console::create_application`].
    pub async fn create_application_with_secret(
        &self,
        (permit, secrets): (&Permit, &Permit),
        new: &NewApplication,
        now: Timestamp,
    ) -> Result<(ApplicationId, Option<Secret<String>>), Refusal> {
        let tenant = permit.tenant(Permission::ManageApplications)?;
        let key = self.missing_first_key((tenant, new.domain), new.settings.algorithm(), now).await?;
        let id = ApplicationId::new(&self.random, now);
        let has_secret = new.settings.authentication == ClientAuthentication::ClientSecret;
        let made = has_secret.then(|| self.new_token(id));
        let (secret, token) = made.map_or((None, None), |(secret, token)| (Some(secret), Some(token)));
        let (permit, secrets, new) = (permit.clone(), secrets.clone(), new.clone());
        let saved = self.store.write(move |tx| {
            publish_first(tx, key.as_ref(), &permit, now)?;
            create(tx, &permit, (id, &new), now)?;
            match &token {
                Some(token) => client_secrets::add(tx, &secrets, token, now).map(drop),
                None => Ok(()),
            }
        });
        saved.await?;
        Ok((id, secret))
    }

    /// Finds applications by name and client id. Settings are read of those only that are
    /// shown.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn find_applications(
        &self,
        permit: &Permit,
        query: ListQuery<'_, ApplicationColumn, ApplicationFilter>,
    ) -> Result<FoundPage<ApplicationView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let wanted = query.search.to_lowercase();
        let query = ListQuery { search: "", ..query };
        let read = self.store.read(move |tx| {
            let named = matching(tx, tenant, (query.filter, &wanted))?;
            let found = query.cut(named, |it| query.order.by.of(it));
            let rows = found.rows.iter().map(|it| applications::get(tx, tenant, it.id));
            let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
            Ok::<_, StoreError>(FoundPage { rows, count: found.count, before: found.before })
        });
        let FoundPage { rows, count, before } = read.await?;
        let rows = rows.into_iter().map(ApplicationView::of).collect::<Result<_, _>>()?;
        Ok(FoundPage { rows, count, before })
    }

    /// Makes the application, and its domain a first key where its algorithm needs one.
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
        let key = self.missing_first_key((tenant, new.domain), new.settings.algorithm(), now).await?;
        let (permit, new) = (permit.clone(), new.clone());
        let id = ApplicationId::new(&self.random, now);
        let made = self.store.write(move |tx| {
            publish_first(tx, key.as_ref(), &permit, now)?;
            create(tx, &permit, (id, &new), now).map(|row| row.id)
        });
        made.await
    }

    /// Says everything that keeps the application from being made, where making it says the first thing.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn faults_of_new_application(
        &self,
        permit: &Permit,
        new: &NewApplication,
    ) -> Result<Vec<FieldMessage>, Refusal> {
        let mut faults = new.faults();
        let (permit, new) = (permit.clone(), new.clone());
        match self.store.read(move |tx| check_free(tx, &permit, &new)).await {
            Ok(()) => {}
            Err(taken @ (Refusal::ClientIdTaken { .. } | Refusal::NameInBin { .. })) => {
                faults.insert(0, taken.message());
            }
            Err(refusal) => return Err(refusal),
        }
        Ok(faults)
    }

    /// Makes the application, or changes the one with this `client_id` to be so, whatever it was: for programs that own it.
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
        let found = ApplicationView::of(found)?;
        let wanted = ApplicationChange { name: new.name.clone(), settings: new.settings.clone() };
        self.change_application(permit, (found.id, &found.seen()), &wanted, now).await.map(|it| it.id)
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

    /// Gets an application of the tenant by its id, disabled or not.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn application_by_id(
        &self,
        permit: &Permit,
        id: ApplicationId,
    ) -> Result<ApplicationView, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let found = self.store.read(move |tx| applications::get(tx, tenant, id)).await;
        ApplicationView::of(found.map_err(|error: StoreError| Refusal::of(error, Noun::Application))?)
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

    /// Changes name and settings of an application that was seen; gives what it is then.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Settings`], [`Refusal::Invalid`],
    /// [`Refusal::Forbidden`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn change_application(
        &self,
        permit: &Permit,
        (id, seen): (ApplicationId, &Seen),
        wanted: &ApplicationChange,
        now: Timestamp,
    ) -> Result<ApplicationView, Refusal> {
        let tenant = permit.tenant(Permission::ManageApplications)?;
        let tenant_id = tenant.id;
        let read = self.store.read(move |tx| {
            let row = applications::get(tx, tenant_id, id)?;
            store::domains::get(tx, tenant_id, row.domain_id)
        });
        let domain = read.await.map_err(|error: StoreError| Refusal::of(error, Noun::Application))?;
        let key = self.missing_first_key((tenant, domain.id), wanted.settings.algorithm(), now).await?;
        let (permit, seen, wanted) = (permit.clone(), seen.clone(), wanted.clone());
        let saved = self.store.write(move |tx| {
            publish_first(tx, key.as_ref(), &permit, now)?;
            let row = get(tx, tenant_id, id)?;
            let is_disabled = row.disabled_at.is_some();
            let mut asked = shown((&wanted.name, &wanted.settings), is_disabled);
            if let Some(members) = asked.as_object_mut() {
                members.remove("state");
            }
            check_seen(&row, &seen, asked)?;
            if wanted.settings != ApplicationSettings::parse(&row.settings)? {
                keep_own(tx, |own| own.application == id)?;
            }
            change(tx, &permit, (row, domain.environment), &wanted, now)
        });
        ApplicationView::of(saved.await?)
    }

    /// Switches an application that was seen off, so that its logins stop within seconds, or on again. `permit`: for
    /// disabling; for on again, for managing.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn switch_application(
        &self,
        permit: &Permit,
        (id, seen): (ApplicationId, &Seen),
        on: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant_id = permit.tenant(switching(on))?.id;
        let (permit, seen) = (permit.clone(), seen.clone());
        let saved = self.store.write(move |tx| {
            if !on {
                keep_own(tx, |own| own.application == id)?;
            }
            let row = get(tx, tenant_id, id)?;
            check_seen(&row, &seen, json!({"state": if on { "enabled" } else { "disabled" }}))?;
            switch(tx, &permit, row, on, now).map(drop)
        });
        saved.await
    }
}

fn get(tx: &mut WriteTx<'_>, tenant: TenantId, id: ApplicationId) -> Result<Application, Refusal> {
    applications::get(tx, tenant, id).map_err(|error| Refusal::of(error, Noun::Application))
}

pub(crate) fn check_seen(row: &Application, seen: &Seen, wanted: Value) -> Result<(), Refusal> {
    let settings = ApplicationSettings::parse(&row.settings)?;
    let now = shown((&row.name, &settings), row.disabled_at.is_some());
    Ok(seen.check(Noun::Application, (row.version, now), wanted)?)
}
