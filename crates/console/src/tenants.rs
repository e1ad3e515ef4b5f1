//! Tenants and their data keys.

use authority::{Caller, InstallationPermit, Permission, Permit, Tenant};
use changes::{
    Seen,
    tenants::{NewTenant, rename, shown},
};
use model::{TenantId, Timestamp};
use serde_json::{Value, json};
use store::{StoreError, tenants};
use texts::Noun;

use crate::{
    Console, FoundPage, ListQuery, Refusal,
    listing::{is_asked, is_found},
    member_session::Session,
    own_objects::keep_own,
};

/// The most that one page of a list has.
pub(crate) const PAGE: u32 = 1_000;

/// A tenant as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantView {
    /// Its row.
    pub id: TenantId,
    /// What the operator calls it.
    pub name: String,
    /// Counts its changes: a change names the one that it was based on.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when nobody can log in at its domains.
    pub disabled_at: Option<Timestamp>,
}

/// Which tenants a list has.
#[derive(Clone, Copy, Debug, Default)]
pub struct TenantFilter {
    /// Those that are switched off, or those that are not.
    pub is_disabled: Option<bool>,
}

/// What a list of tenants can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantColumn {
    /// What the operator calls it.
    Name,
    /// When it was made.
    Made,
}

impl TenantColumn {
    fn of(self, it: &TenantView) -> Option<String> {
        match self {
            Self::Name => Some(it.name.clone()),
            Self::Made => None,
        }
    }
}

impl TenantView {
    fn of(row: tenants::Tenant) -> Self {
        Self {
            id: row.id,
            name: row.name,
            version: row.version,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        }
    }

    /// What somebody has seen who opened the tenant.
    pub fn seen(tenant: &Tenant) -> Seen {
        Seen::of(tenant.version, shown(&tenant.name, tenant.is_disabled))
    }
}

impl Console {
    /// Gives leave for what concerns no tenant, or every one.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn installation(
        &self,
        caller: &Caller,
        permission: Permission,
    ) -> Result<InstallationPermit, Refusal> {
        Ok(InstallationPermit::ask((&self.master, &self.random), caller, permission)?)
    }

    /// Opens a tenant by its name, for the actor.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn tenant(&self, caller: &Caller, name: &str) -> Result<Tenant, Refusal> {
        let wanted = name.to_owned();
        let found = self.store.read(move |tx| tenants::find_by_name(tx, &wanted)).await?;
        Ok(Tenant::open(
            (&self.master, &self.random),
            &found.ok_or(Refusal::NotFound(Noun::Tenant))?,
            caller,
        )?)
    }

    /// Opens a tenant by its id, for the actor.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn tenant_by_id(&self, caller: &Caller, id: TenantId) -> Result<Tenant, Refusal> {
        let found = self.store.read(move |tx| tenants::get(tx, id)).await;
        let row = found.map_err(|error| Refusal::of(error, Noun::Tenant))?;
        Ok(Tenant::open((&self.master, &self.random), &row, caller)?)
    }

    /// Lists at most 1,000 tenants in the order in which they were made, from the one that follows `after`.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn tenants(
        &self,
        permit: &InstallationPermit,
        after: Option<TenantId>,
    ) -> Result<Vec<TenantView>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let rows = self.store.read(move |tx| tenants::list(tx, after, PAGE)).await?;
        Ok(rows.into_iter().map(TenantView::of).collect())
    }

    /// Finds tenants by their names.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn find_tenants(
        &self,
        permit: &InstallationPermit,
        query: ListQuery<'_, TenantColumn, TenantFilter>,
    ) -> Result<FoundPage<TenantView>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let (wanted, is_disabled) = (query.search.to_lowercase(), query.filter.is_disabled);
        let found = self.store.read(move |tx| {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = tenants::list(tx, after, PAGE)?;
                let Some(last) = page.last() else { return Ok(found) };
                after = Some(last.id);
                let fits = |it: &tenants::Tenant| {
                    is_asked(is_disabled, it.disabled_at.is_some()) && is_found(&wanted, &[&it.name])
                };
                found.extend(page.into_iter().filter(fits).map(TenantView::of));
            }
        });
        let found = found.await.map_err(|error: StoreError| Refusal::from(error))?;
        Ok(query.cut(found, |it| query.order.by.of(it)))
    }

    /// Lists the tenants in which somebody has a role, in the order in which they were made; those that are gone are left out.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn tenants_of(&self, session: &Session) -> Result<Vec<TenantView>, Refusal> {
        let mut ids = session.tenants();
        ids.sort_unstable();
        let rows = self.store.read(move |tx| {
            ids.into_iter().map(|id| tenants::find(tx, id)).collect::<Result<Vec<_>, StoreError>>()
        });
        Ok(rows.await?.into_iter().flatten().map(TenantView::of).collect())
    }

    /// Finds those of them by their names.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn find_tenants_of(
        &self,
        session: &Session,
        query: ListQuery<'_, TenantColumn, TenantFilter>,
    ) -> Result<FoundPage<TenantView>, Refusal> {
        let wanted = query.search.to_lowercase();
        let mut rows = self.tenants_of(session).await?;
        let is_disabled = query.filter.is_disabled;
        rows.retain(|it| is_asked(is_disabled, it.disabled_at.is_some()) && is_found(&wanted, &[&it.name]));
        Ok(query.cut(rows, |it| query.order.by.of(it)))
    }

    /// Makes a tenant, with its data key and one subject key for each environment.
    ///
    /// # Errors
    /// [`Refusal::NameTaken`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn create_tenant(
        &self,
        permit: &InstallationPermit,
        name: &str,
        now: Timestamp,
    ) -> Result<Tenant, Refusal> {
        let id = TenantId::new(&self.random, now);
        let (tenant, rows) = changes::tenants::make(permit, self.tenant_keys(), NewTenant { id, name }, now)?;
        let made = self.store.write(move |tx| changes::tenants::create(tx, &rows));
        made.await?;
        Ok(tenant)
    }

    /// Gives a tenant that was seen another name; gives what it is then.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::NameTaken`], [`Refusal::Invalid`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn rename_tenant(
        &self,
        permit: &Permit,
        seen: &Seen,
        name: &str,
        now: Timestamp,
    ) -> Result<TenantView, Refusal> {
        let id = permit.tenant(Permission::RenameTenants)?.id;
        let (permit, seen, name) = (permit.clone(), seen.clone(), name.to_owned());
        let renamed = self.store.write(move |tx| {
            tenants::lock_names(tx)?;
            let row = tenants::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Tenant))?;
            check_seen(&row, &seen, json!({"name": name}))?;
            rename(tx, &permit, row, &name, now)
        });
        Ok(TenantView::of(renamed.await?))
    }

    /// Disables a tenant that was seen, so that nobody can log in at its domains within seconds, or enables it again.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn switch_tenant(
        &self,
        permit: &Permit,
        seen: &Seen,
        on: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let id = permit.tenant(Permission::SwitchTenants)?.id;
        let (permit, seen) = (permit.clone(), seen.clone());
        let switched = self.store.write(move |tx| {
            if !on {
                keep_own(tx, |own| own.tenant == id)?;
            }
            let row = tenants::get(tx, id).map_err(|error| Refusal::of(error, Noun::Tenant))?;
            check_seen(&row, &seen, json!({"state": if on { "enabled" } else { "disabled" }}))?;
            changes::tenants::switch(tx, &permit, row, on, now).map(drop)
        });
        switched.await
    }

    /// Opens a tenant by its name, or makes it.
    ///
    /// # Errors
    /// [`Refusal::NameTaken`], [`Refusal::MasterKey`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn ensure_tenant(
        &self,
        permit: &InstallationPermit,
        name: &str,
        now: Timestamp,
    ) -> Result<Tenant, Refusal> {
        match self.tenant(permit.caller(), name).await {
            Err(Refusal::NotFound(_)) => self.create_tenant(permit, name, now).await,
            other => other,
        }
    }
}

pub(crate) fn check_seen(row: &tenants::Tenant, seen: &Seen, wanted: Value) -> Result<(), Refusal> {
    let now = shown(&row.name, row.disabled_at.is_some());
    Ok(seen.check(Noun::Tenant, (row.version, now), wanted)?)
}
