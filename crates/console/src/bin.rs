//! The bin: what was deleted, until it is destroyed (docs/adr/0037).

use authority::{Caller, InstallationPermit, Permission, Permit, Tenant};
use changes::{
    Seen,
    bin::{
        Deleting, Destroying, delete, deleting, destroy, noun, restore, restore_application, restore_domain,
        restore_tenant,
    },
};
use model::{ApplicationId, DomainId, KEPT_IN_BIN, OrderState, TenantId, Timestamp, destroyed_at};
use serde_json::json;
use store::{
    StoreError, WriteTx, applications,
    bin::{self, Binned, Kind, Object},
    deletions::{self, Deletion},
    domains,
    orders::{self, OpenOrder},
    tenants,
};
use texts::{AdminMessage, Noun};

use crate::{
    Console, Refusal, applications as console_applications, domains as console_domains, own_objects::keep_own,
};

/// The most of each kind that is shown of the bin, or destroyed in one turn.
const MOST: u32 = 1_000;

/// How many rows are destroyed in one write: a few tens of milliseconds on SQLite.
const ROWS: u32 = 500;

/// Something in the bin, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinView {
    /// What it is.
    pub kind: Kind,
    /// Whose it is; of a tenant its own id.
    pub tenant: TenantId,
    /// What the operator calls that tenant.
    pub tenant_name: String,
    /// Which one, as 32 hexadecimal digits.
    pub id: String,
    /// A tenant's name, a domain's host, an application's client id.
    pub name: String,
    /// Of an application the host of its domain.
    pub host: Option<String>,
    /// Since when it is in the bin.
    pub deleted_at: Timestamp,
    /// Who put it there; `None`: a restore did, from the list of deletions.
    pub deleted_by: Option<String>,
    /// When it is destroyed.
    pub destroyed_at: Timestamp,
    /// It is being destroyed, and can no longer be restored.
    pub is_being_destroyed: bool,
}

impl BinView {
    fn of(binned: Binned, tenant_name: String, host: Option<String>) -> Self {
        Self {
            kind: binned.kind,
            tenant: binned.tenant_id,
            tenant_name,
            id: binned.id,
            name: binned.name,
            host,
            deleted_at: binned.deleted_at,
            deleted_by: binned.deleted_by,
            destroyed_at: destroyed_at(binned.deleted_at),
            is_being_destroyed: binned.destroying_at.is_some(),
        }
    }

    /// Which object it is.
    pub fn object(&self) -> Object {
        Object { kind: self.kind, tenant_id: self.tenant, id: self.id.clone() }
    }

    /// The command that restores it.
    pub fn restore_command(&self) -> String {
        restore_command(self.kind, &self.name, self.host.as_deref())
    }
}

/// Gives the command that restores something. `host`: of an application its domain's.
pub fn restore_command(kind: Kind, name: &str, host: Option<&str>) -> String {
    match kind {
        Kind::Tenant => restore_tenant(name),
        Kind::Domain => restore_domain(name),
        Kind::Application => restore_application(name, host.unwrap_or_default()),
    }
}

/// What became of something that was to be destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destroyed {
    /// It is gone.
    Gone,
    /// Part of it is; the rest follows.
    Partly,
    /// It was restored, or goes with its tenant, or is gone already.
    Nothing,
}

fn list(tx: &mut store::ReadTx<'_>) -> Result<Vec<BinView>, StoreError> {
    let mut all = Vec::new();
    for kind in Kind::EVERY {
        for binned in bin::list(tx, kind, MOST)? {
            let tenant = tenants::get_with_bin(tx, binned.tenant_id)?.name;
            let domain = DomainId::parse(&binned.second).ok().filter(|_| kind == Kind::Application);
            let host = match domain {
                None => None,
                Some(domain) => host_of(tx, binned.tenant_id, domain)?,
            };
            all.push(BinView::of(binned, tenant, host));
        }
    }
    Ok(all)
}

fn host_of(
    tx: &mut store::ReadTx<'_>,
    tenant: TenantId,
    domain: DomainId,
) -> Result<Option<String>, StoreError> {
    match domains::get(tx, tenant, domain) {
        Ok(row) => Ok(Some(row.host)),
        Err(StoreError::NotFound) => Ok(bin::find(tx, &Object::domain(tenant, domain))?.map(|it| it.name)),
        Err(other) => Err(other),
    }
}

/// Whether somebody else has the order, or its credentials are on their way. A state that a later version wrote counts, too.
fn is_with_others(it: &OpenOrder) -> bool {
    let word = it.held_state.as_ref().unwrap_or(&it.state);
    OrderState::parse(word).is_none_or(OrderState::is_with_others)
}

/// Refuses a tenant that has orders between sending and the first login: the issuer would be left with them.
fn keep_ordering_tenant(tx: &mut WriteTx<'_>, tenant: TenantId) -> Result<(), Refusal> {
    match orders::list_open(tx, tenant)?.iter().filter(|it| is_with_others(it)).count() {
        0 => Ok(()),
        count => {
            let (noun, count) = (Noun::Tenant, count.to_string().into());
            Err(Refusal::Invalid(AdminMessage::OrderKeepsObject { noun, count }.into()))
        }
    }
}

/// Refuses a domain that has orders which are not over: without it they could only fail later.
fn keep_ordered_domain(tx: &mut WriteTx<'_>, (tenant, id): (TenantId, DomainId)) -> Result<(), Refusal> {
    let open: Vec<_> = orders::list_open(tx, tenant)?.into_iter().filter(|it| it.domain_id == id).collect();
    match (open.iter().filter(|it| is_with_others(it)).count(), open.len()) {
        (0, 0) => Ok(()),
        (0, count) => {
            let count = count.to_string().into();
            Err(Refusal::Invalid(AdminMessage::OrderOfDomainOpen { count }.into()))
        }
        (count, _) => {
            let (noun, count) = (Noun::Domain, count.to_string().into());
            Err(Refusal::Invalid(AdminMessage::OrderKeepsObject { noun, count }.into()))
        }
    }
}

impl Console {
    /// Lists what is in the bin: tenants, domains and applications, each at most 1,000, the first deleted first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn bin(&self, permit: &InstallationPermit) -> Result<Vec<BinView>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        Ok(self.store.read(list).await?)
    }

    /// Says whether there is a domain of this host, also in the bin.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn is_known_host(&self, permit: &InstallationPermit, host: &str) -> Result<bool, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let host = host.to_ascii_lowercase();
        Ok(self.store.read(move |tx| domains::find_by_host_with_bin(tx, &host)).await?.is_some())
    }

    /// Lists the domains and applications that a tenant has in the bin, each at most 1,000, the first deleted first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn bin_of_tenant(&self, permit: &Permit) -> Result<Vec<BinView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let (id, name) = (tenant.id, tenant.name.clone());
        let read = self.store.read(move |tx| {
            let mut all = Vec::new();
            for kind in [Kind::Domain, Kind::Application] {
                for binned in bin::list_of_tenant(tx, id, kind, MOST)? {
                    let domain = DomainId::parse(&binned.second).ok().filter(|_| kind == Kind::Application);
                    let host = domain.map(|it| host_of(tx, id, it)).transpose()?.flatten();
                    all.push(BinView::of(binned, name.clone(), host));
                }
            }
            Ok::<_, StoreError>(all)
        });
        Ok(read.await?)
    }

    /// Opens a tenant that may be in the bin, for the actor.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::BeingDestroyed`]; [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn tenant_with_bin(&self, caller: &Caller, id: TenantId) -> Result<Tenant, Refusal> {
        let found = self.store.read(move |tx| {
            let row = tenants::get_with_bin(tx, id)?;
            Ok::<_, StoreError>((row, bin::find(tx, &Object::tenant(id))?))
        });
        let (row, binned) = found.await.map_err(|error| Refusal::of(error, Noun::Tenant))?;
        if let Some(since) = binned.and_then(|it| it.destroying_at) {
            return Err(Refusal::BeingDestroyed { noun: Noun::Tenant, name: row.name, since });
        }
        Ok(Tenant::open((&self.master, &self.random), &row, caller)?)
    }

    /// Puts a tenant that was seen into the bin: its domains are unknown hosts within seconds, and it is destroyed 30 days
    /// later.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] while an issuer has an order of it; [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn delete_tenant(&self, permit: &Permit, seen: &Seen, now: Timestamp) -> Result<(), Refusal> {
        let id = permit.tenant(Permission::DeleteTenants)?.id;
        let (permit, seen) = (permit.clone(), seen.clone());
        let deleted = self.store.write(move |tx| {
            keep_own(tx, |own| own.tenant == id)?;
            keep_ordering_tenant(tx, id)?;
            let row = tenants::get(tx, id).map_err(|error| Refusal::of(error, Noun::Tenant))?;
            crate::tenants::check_seen(&row, &seen, json!({"state": "deleted"}))?;
            let (version, name) = (row.version, row.name.as_str());
            delete(tx, &permit, Deleting { object: &Object::tenant(id), version, name, domain: None }, now)
        });
        deleted.await
    }

    /// Puts a domain that was seen into the bin: its host is an unknown one within seconds and stays reserved, and it is
    /// destroyed 30 days later.
    ///
    /// # Errors
    /// As [`Console::delete_tenant`]; [`Refusal::Invalid`] while any order for it is not over.
    pub async fn delete_domain(
        &self,
        permit: &Permit,
        (id, seen): (DomainId, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::DeleteDomains)?.id;
        let (permit, seen) = (permit.clone(), seen.clone());
        let deleted = self.store.write(move |tx| {
            keep_own(tx, |own| own.domain == id)?;
            keep_ordered_domain(tx, (tenant, id))?;
            let row = domains::get(tx, tenant, id).map_err(|error| Refusal::of(error, Noun::Domain))?;
            console_domains::check_seen(&row, &seen, json!({"state": "deleted"}))?;
            let (object, version) = (Object::domain(tenant, id), row.version);
            delete(tx, &permit, Deleting { object: &object, version, name: &row.host, domain: None }, now)
        });
        deleted.await
    }

    /// Puts an application that was seen into the bin: its logins stop within seconds, and it is destroyed 30 days later.
    ///
    /// # Errors
    /// As [`Console::delete_tenant`].
    pub async fn delete_application(
        &self,
        permit: &Permit,
        (id, seen): (ApplicationId, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::DeleteApplications)?.id;
        let (permit, seen) = (permit.clone(), seen.clone());
        let deleted = self.store.write(move |tx| {
            keep_own(tx, |own| own.application == id)?;
            let row =
                applications::get(tx, tenant, id).map_err(|error| Refusal::of(error, Noun::Application))?;
            console_applications::check_seen(&row, &seen, json!({"state": "deleted"}))?;
            let object = Object::application(tenant, id);
            let (name, domain) = (row.client_id.as_str(), Some(row.domain_id));
            delete(tx, &permit, Deleting { object: &object, version: row.version, name, domain }, now)
        });
        deleted.await
    }

    /// Takes something out of the bin. `permit`: [`changes::bin::deleting`] says which.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::BeingDestroyed`]; [`Refusal::ParentInBin`] of the tenant or domain that it belongs to;
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn restore_deleted(
        &self,
        permit: &Permit,
        object: &Object,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        // Another tenant's object does not exist.
        if permit.tenant(deleting(object.kind))?.id != object.tenant_id {
            return Err(Refusal::NotFound(noun(object.kind)));
        }
        let (permit, object) = (permit.clone(), object.clone());
        self.store.write(move |tx| restore(tx, &permit, &object, now)).await
    }

    /// Lists what is to be destroyed now, at most 1,000 of each kind.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn due_for_destruction(
        &self,
        permit: &InstallationPermit,
        now: Timestamp,
    ) -> Result<Vec<Object>, Refusal> {
        permit.check(Permission::Destroy)?;
        let read = self.store.read(|tx| {
            let lists = Kind::EVERY.map(|kind| bin::list(tx, kind, MOST));
            lists.into_iter().collect::<Result<Vec<_>, StoreError>>()
        });
        let is_due = |it: &Binned| it.destroying_at.is_some() || it.deleted_at <= now.before(KEPT_IN_BIN);
        Ok(read.await?.into_iter().flatten().filter(is_due).map(|it| it.object()).collect())
    }

    /// Goes on with destroying something that is due, in one write of at most 500 rows.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn destroy_some(
        &self,
        permit: &InstallationPermit,
        object: &Object,
        now: Timestamp,
    ) -> Result<Destroyed, Refusal> {
        let of_tenant = match object.kind {
            Kind::Tenant => None,
            Kind::Domain | Kind::Application => {
                match self.tenant_with_bin(permit.caller(), object.tenant_id).await {
                    Ok(tenant) => Some(tenant.permit(Permission::Destroy)?),
                    // It goes with its tenant.
                    Err(Refusal::NotFound(_) | Refusal::BeingDestroyed { .. }) => {
                        return Ok(Destroyed::Nothing);
                    }
                    Err(other) => return Err(other),
                }
            }
        };
        let (permit, object) = (permit.clone(), object.clone());
        let gone = self.store.write(move |tx: &mut WriteTx<'_>| {
            let what = Destroying { object: &object, rows: ROWS };
            destroy(tx, (&permit, of_tenant.as_ref()), what, now)
        });
        match gone.await {
            Ok(true) => Ok(Destroyed::Gone),
            Ok(false) => Ok(Destroyed::Partly),
            Err(Refusal::NotFound(_)) => Ok(Destroyed::Nothing),
            Err(other) => Err(other),
        }
    }

    /// Everything on record that was deleted, for the list outside the backups.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn deletions(&self, permit: &InstallationPermit) -> Result<Vec<Deletion>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let mut all: Vec<Deletion> = Vec::new();
        loop {
            let after = all.last().cloned();
            let page = self.store.read(move |tx| deletions::list(tx, after.as_ref(), MOST)).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}
