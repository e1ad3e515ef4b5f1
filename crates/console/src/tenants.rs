//! Tenants and their data keys.

use authority::{Caller, InstallationPermit, Permission, Record, SealedColumn, Tenant};
use crypto::SealKey;
use model::{Action, EidEnvironment, TenantId, Timestamp};
use serde_json::json;
use store::{StoreError, WriteTx, subject_keys, tenants};
use texts::Noun;

use crate::{Console, Refusal};

/// The most that one page of a list has.
pub(crate) const PAGE: u32 = 1_000;

/// A tenant as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantView {
    /// Its row.
    pub id: TenantId,
    /// What the operator calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// Refuses a name that nobody could read or type, or that is not what it looks like.
pub(crate) fn check_name(name: &str) -> Result<(), Refusal> {
    model::check_name(name).map_err(|error| Refusal::Invalid(error.message(name).at("name")))
}

/// A tenant that is to be written.
pub(crate) struct TenantRows {
    row: tenants::Tenant,
    keys: [subject_keys::SubjectKey; 3],
    record: Record,
}

impl TenantRows {
    pub(crate) fn insert(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        tenants::insert(tx, &self.row)?;
        for key in &self.keys {
            subject_keys::insert_if_absent(tx, key)?;
        }
        self.record.append(tx)
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

    /// Opens a tenant by its name, for whoever acts.
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

    /// Opens a tenant by its id, for whoever acts.
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
        let view =
            |row: tenants::Tenant| TenantView { id: row.id, name: row.name, created_at: row.created_at };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Makes everything of a tenant; nothing is written yet.
    pub(crate) fn new_tenant(
        &self,
        permit: &InstallationPermit,
        name: &str,
        now: Timestamp,
    ) -> Result<(Tenant, TenantRows), Refusal> {
        check_name(name)?;
        let id = TenantId::new(&self.random, now);
        let tenant = permit.new_tenant(&self.random, id, name)?;
        let permit = tenant.permit(Permission::CreateTenants)?;
        let record =
            permit.record(Action::TenantCreated, format!("tenant {id}"), &json!({"name": name}), now);
        let row = tenants::Tenant {
            id,
            name: name.to_owned(),
            sealed_data_key: tenant.opened().wrap(&self.master, &self.random),
            created_at: now,
        };
        let keys = EidEnvironment::ALL.map(|environment| {
            let key = SealKey::generate(&self.random);
            let column = SealedColumn::SubjectKey(environment);
            let sealed_key = tenant.opened().seal(&self.random, &column, key.expose());
            subject_keys::SubjectKey { tenant_id: id, environment, sealed_key, created_at: now }
        });
        Ok((tenant, TenantRows { row, keys, record }))
    }

    /// Makes a tenant, with its data key and one subject key for each environment.
    ///
    /// # Errors
    /// [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn create_tenant(
        &self,
        permit: &InstallationPermit,
        name: &str,
        now: Timestamp,
    ) -> Result<Tenant, Refusal> {
        let (tenant, rows) = self.new_tenant(permit, name, now)?;
        let made = self.store.write(move |tx| rows.insert(tx));
        made.await.map_err(|error: StoreError| Refusal::of(error, Noun::TenantName))?;
        Ok(tenant)
    }

    /// Opens a tenant by its name, or makes it.
    ///
    /// # Errors
    /// [`Refusal::MasterKey`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
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
