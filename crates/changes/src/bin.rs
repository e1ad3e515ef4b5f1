//! Deleting tenants, domains and applications, restoring them, and destroying them 30 days later (docs/adr/0037).
//!
//! A deletion hides an object at once and stays on record ([`store::deletions`]), so that a restored backup does not bring
//! it back.

use authority::{InstallationPermit, Permission, Permit, check_master_key};
use crypto::SealKey;
use model::{Action, DomainId, KEPT_IN_BIN, Timestamp};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx,
    bin::{self, Binned, Kind, Mark, Object},
    deletions::{self, Deletion},
    domains, tenants,
};
use texts::Noun;

use crate::{Alike, Refusal};

/// Gives the permission that deleting and restoring take.
pub const fn deleting(kind: Kind) -> Permission {
    match kind {
        Kind::Tenant => Permission::DeleteTenants,
        Kind::Domain => Permission::DeleteDomains,
        Kind::Application => Permission::DeleteApplications,
    }
}

/// Names the kind.
pub const fn noun(kind: Kind) -> Noun {
    match kind {
        Kind::Tenant => Noun::Tenant,
        Kind::Domain => Noun::Domain,
        Kind::Application => Noun::Application,
    }
}

fn object_words(object: &Object) -> String {
    format!("{} {}", object.kind.as_str(), object.id)
}

/// Gives the command that restores a tenant.
pub fn restore_tenant(name: &str) -> String {
    format!("portvakt tenants restore {name:?}")
}

/// Gives the command that restores a domain.
pub fn restore_domain(host: &str) -> String {
    format!("portvakt domains restore {host}")
}

/// Gives the command that restores an application.
pub fn restore_application(client_id: &str, host: &str) -> String {
    format!("portvakt applications restore {client_id} --domain {host}")
}

/// What is to be deleted.
pub struct Deleting<'a> {
    /// Which object.
    pub object: &'a Object,
    /// Its version, as it was read in this write.
    pub version: i64,
    /// What it is called.
    pub name: &'a str,
    /// Of an application its domain.
    pub domain: Option<DomainId>,
}

/// Puts an object into the bin.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    Deleting { object, version, name, domain }: Deleting<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    permit.tenant(deleting(object.kind))?;
    let by = permit.caller().actor.to_string();
    bin::put(tx, object, version, &Mark { by: &by, at: now })?;
    if let Some(domain) = domain {
        // Of its applications a domain is remembered to have origins, addresses and more.
        tx.changed(domains::NOUN, domain);
    }
    deletions::save(tx, &deletion(object, now, None))?;
    let action = match object.kind {
        Kind::Tenant => Action::TenantDeleted,
        Kind::Domain => Action::DomainDeleted,
        Kind::Application => Action::ApplicationDeleted,
    };
    Ok(permit.record(action, object_words(object), &json!({"name": name}), now).append(tx)?)
}

fn deletion(object: &Object, deleted_at: Timestamp, restored_at: Option<Timestamp>) -> Deletion {
    let Object { kind, tenant_id, id } = object.clone();
    Deletion { tenant_id, kind, object_id: id, deleted_at, restored_at }
}

/// Takes an object out of the bin, where it has what it had.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not there (any more), [`Refusal::BeingDestroyed`], [`Refusal::ParentInBin`] of the tenant
/// or domain that it belongs to, [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn restore(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    object: &Object,
    now: Timestamp,
) -> Result<(), Refusal> {
    permit.tenant(deleting(object.kind))?;
    let binned = bin::find(tx, object)?.ok_or(Refusal::NotFound(noun(object.kind)))?;
    if let Some(since) = binned.destroying_at {
        return Err(Refusal::BeingDestroyed { noun: noun(object.kind), name: binned.name, since });
    }
    if object.kind != Kind::Tenant {
        check_parents(tx, &binned)?;
    }
    bin::take_out(tx, &binned)?;
    deletions::save(tx, &deletion(object, binned.deleted_at, Some(now)))?;
    let action = match object.kind {
        Kind::Tenant => Action::TenantRestored,
        Kind::Domain => Action::DomainRestored,
        Kind::Application => Action::ApplicationRestored,
    };
    Ok(permit.record(action, object_words(object), &json!({"name": binned.name}), now).append(tx)?)
}

/// Refuses to restore what belongs to something in the bin.
fn check_parents(tx: &mut impl Tx, binned: &Binned) -> Result<(), Refusal> {
    let tenant = tenants::get_with_bin(tx, binned.tenant_id)?;
    if tenant.deleted_at.is_some() {
        let command = restore_tenant(&tenant.name);
        return Err(Refusal::ParentInBin { noun: Noun::Tenant, name: tenant.name, command });
    }
    if let (Kind::Application, Ok(domain)) = (binned.kind, DomainId::parse(&binned.second))
        && let Some(domain) = bin::find(tx, &Object::domain(binned.tenant_id, domain))?
    {
        let command = restore_domain(&domain.name);
        return Err(Refusal::ParentInBin { noun: Noun::Domain, name: domain.name, command });
    }
    Ok(())
}

/// Refuses a host that a domain has, also one in the bin. Whose domain it is, only those who act for the installation are
/// told.
///
/// # Errors
/// [`Refusal::HostTaken`], [`Refusal::NameInBin`], [`Refusal::Taken`], [`Refusal::Store`].
pub fn check_host(tx: &mut impl Tx, host: &str, of_installation: bool) -> Result<(), Refusal> {
    let Some(found) = domains::find_by_host_with_bin(tx, host)? else { return Ok(()) };
    let tenant = tenants::get_with_bin(tx, found.tenant_id)?;
    let tenant_in_bin = tenant.deleted_at.map(|at| (at, restore_tenant(&tenant.name)));
    let binned = tenant_in_bin.or(found.deleted_at.map(|at| (at, restore_domain(host))));
    let name = host.to_owned();
    match binned {
        _ if !of_installation => Err(Refusal::Taken(Noun::Host)),
        None => Err(Refusal::HostTaken { host: name, tenant: tenant.name }),
        Some((deleted_at, command)) => {
            Err(Refusal::NameInBin { noun: Noun::Host, name, deleted_at, command })
        }
    }
}

/// What has a client id of a domain, if it is in the bin.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn binned_application(
    tx: &mut impl Tx,
    (tenant, domain): (model::TenantId, DomainId),
    client_id: &str,
) -> Result<Option<Alike>, StoreError> {
    let Some(found) = bin::find_application(tx, tenant, domain, client_id)? else { return Ok(None) };
    let host = domains::get(tx, tenant, domain).map(|it| it.host).unwrap_or_default();
    let command = restore_application(client_id, &host);
    Ok(Some(Alike { name: found.name, binned: Some((found.deleted_at, command)) }))
}

/// What is to be destroyed, and what for.
pub struct Destroying<'a> {
    /// Which object.
    pub object: &'a Object,
    /// How many rows go in one write.
    pub rows: u32,
}

/// Begins to destroy an object whose time in the bin is over, or goes on with it; says whether it is gone. Each call is a
/// write of its own, so that others are not kept waiting: call it until it is gone. Whoever comes second finds nothing
/// left to do.
///
/// `permit`: leave for destroying, of the worker. `tenant`: the same in the object's tenant, for its audit trail; `None` of a
/// tenant, whose own trail goes with it.
///
/// # Errors
/// [`Refusal::NotFound`] when it was restored, or is not due; [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn destroy(
    tx: &mut WriteTx<'_>,
    (permit, tenant): (&InstallationPermit, Option<&Permit>),
    Destroying { object, rows }: Destroying<'_>,
    now: Timestamp,
) -> Result<bool, Refusal> {
    permit.check(Permission::Destroy)?;
    let Some(binned) = bin::find(tx, object)? else { return Err(Refusal::NotFound(noun(object.kind))) };
    if binned.destroying_at.is_none() {
        let begun = bin::begin_destroying(tx, object, now.before(KEPT_IN_BIN), now);
        begun.map_err(|error| match error {
            StoreError::Changed => Refusal::NotFound(noun(object.kind)),
            other => Refusal::Store(other),
        })?;
        return Ok(false);
    }
    if bin::remove_some(tx, object, rows)? > 0 {
        return Ok(false);
    }
    bin::remove(tx, object)?;
    let words = object_words(object);
    match (object.kind, tenant) {
        (Kind::Domain, Some(tenant)) => {
            tenant.tenant(Permission::Destroy)?;
            tenant.record(Action::DomainDestroyed, words, &json!({}), now).append(tx)?;
        }
        (Kind::Application, Some(tenant)) => {
            tenant.tenant(Permission::Destroy)?;
            tenant.record(Action::ApplicationDestroyed, words, &json!({}), now).append(tx)?;
        }
        _ => permit.record(Action::TenantDestroyed, words, &json!({}), now).append(tx)?,
    }
    Ok(true)
}

/// What the list of deletions changed in a restored backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reapplied {
    /// How many objects are in the bin again, since when they were.
    pub deleted: u64,
    /// How many were taken out of the bin again, because they had been restored after the backup.
    pub restored: u64,
}

/// Applies what is known of deletions to rows that a backup brought back.
///
/// # Errors
/// [`Refusal::MasterKey`], [`Refusal::Store`].
pub fn reapply(tx: &mut WriteTx<'_>, master: &SealKey, known: &[Deletion]) -> Result<Reapplied, Refusal> {
    check_master_key(tx, master)?;
    let mut done = Reapplied::default();
    for deletion in known {
        deletions::save(tx, deletion)?;
        let Deletion { tenant_id, kind, object_id, deleted_at, restored_at } = deletion;
        let object = Object { kind: *kind, tenant_id: *tenant_id, id: object_id.clone() };
        let Some(restored_at) = restored_at else {
            done.deleted += u64::from(bin::put_again(tx, &object, *deleted_at)?);
            continue;
        };
        let binned = bin::find(tx, &object)?;
        if let Some(binned) = binned.filter(|it| it.destroying_at.is_none() && it.deleted_at <= *restored_at)
        {
            bin::take_out(tx, &binned)?;
            done.restored += 1;
        }
    }
    Ok(done)
}
