//! Tenants and their data keys.

use authority::{InstallationPermit, Permission, Permit, Record, SealedColumn, Tenant, check_master_key};
use crypto::{Random, SealKey};
use model::{Action, EidEnvironment, TenantId, Timestamp, name_key};
use serde_json::{Value, json};
use store::{StoreError, Tx, WriteTx, subject_keys, tenants};
use texts::Noun;

use crate::{Alike, Refusal, bin::restore_tenant, difference::with_name, name::check_name};

/// A tenant that is to be made, with one subject key for each environment.
#[derive(Clone, Debug)]
pub struct TenantRows {
    row: tenants::Tenant,
    keys: [subject_keys::SubjectKey; 3],
    record: Record,
    /// Wraps the data key.
    master: SealKey,
}

/// A tenant that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewTenant<'a> {
    /// Its id.
    pub id: TenantId,
    /// What the operator calls it.
    pub name: &'a str,
}

/// What a tenant's keys are made with.
#[derive(Clone, Copy)]
pub struct TenantKeys<'a> {
    /// Wraps the data key.
    pub master: &'a SealKey,
    /// Where they come from.
    pub random: &'a Random,
}

/// Makes the data key and everything else of a tenant, opened for the caller; nothing is written yet.
///
/// # Errors
/// [`Refusal::Invalid`], [`Refusal::Forbidden`].
pub fn make(
    permit: &InstallationPermit,
    keys: TenantKeys<'_>,
    new: NewTenant<'_>,
    now: Timestamp,
) -> Result<(Tenant, TenantRows), Refusal> {
    let (TenantKeys { master, random }, NewTenant { id, name }) = (keys, new);
    check_name(name)?;
    let tenant = permit.new_tenant(random, id, name)?;
    let permit = tenant.permit(Permission::CreateTenants)?;
    let record = permit.record(Action::TenantCreated, format!("tenant {id}"), &json!({"name": name}), now);
    let row = tenants::Tenant {
        id,
        name: name.to_owned(),
        sealed_data_key: tenant.opened().wrap(master, random),
        version: 1,
        created_at: now,
        disabled_at: None,
        deleted_at: None,
    };
    let keys = EidEnvironment::ALL.map(|environment| {
        let key = SealKey::generate(random);
        let column = SealedColumn::SubjectKey(environment);
        let sealed_key = tenant.opened().seal(random, &column, key.expose());
        subject_keys::SubjectKey { tenant_id: id, environment, sealed_key, created_at: now }
    });
    Ok((tenant, TenantRows { row, keys, record, master: master.clone() }))
}

/// How many tenants are read at a time.
const PAGE: u32 = 1_000;

/// What is shown of a tenant where changes are compared: its name and state.
pub fn shown(name: &str, disabled: bool) -> Value {
    json!({"name": name, "state": if disabled { "disabled" } else { "enabled" }})
}

/// Finds a tenant with this name without regard to case, other than `own`, also in the bin.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn named_alike(tx: &mut impl Tx, name: &str, own: Option<TenantId>) -> Result<Option<Alike>, StoreError> {
    let (key, mut after) = (name_key(name), None);
    loop {
        let page = tenants::list_with_bin(tx, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.id);
        if let Some(found) = page.into_iter().find(|it| Some(it.id) != own && name_key(&it.name) == key) {
            let binned = found.deleted_at.map(|at| (at, restore_tenant(&found.name)));
            return Ok(Some(Alike { name: found.name, binned }));
        }
    }
}

fn check_free(tx: &mut WriteTx<'_>, name: &str, own: Option<TenantId>) -> Result<(), Refusal> {
    tenants::lock_names(tx)?;
    match named_alike(tx, name, own)? {
        Some(alike) => Err(alike.refusal(Noun::TenantName)),
        None => Ok(()),
    }
}

/// Writes what [`make`] made.
///
/// # Errors
/// [`Refusal::NameTaken`]; [`Refusal::MasterKey`] when the key was replaced meanwhile; [`Refusal::Store`].
pub fn create(tx: &mut WriteTx<'_>, rows: &TenantRows) -> Result<(), Refusal> {
    // Locks the canary, as whoever makes tenants does before anything else.
    check_master_key(tx, &rows.master)?;
    check_free(tx, &rows.row.name, None)?;
    tenants::insert(tx, &rows.row).map_err(|error| Refusal::of(error, Noun::TenantName))?;
    for key in &rows.keys {
        subject_keys::insert_if_absent(tx, key)?;
    }
    Ok(rows.record.append(tx)?)
}

/// Gives a tenant another name, `row` as it is since [`tenants::lock_names`]; gives what it is then. Everything else knows
/// it by its id.
///
/// # Errors
/// [`Refusal::NameTaken`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn rename(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: tenants::Tenant,
    name: &str,
    now: Timestamp,
) -> Result<tenants::Tenant, Refusal> {
    permit.tenant(Permission::RenameTenants)?;
    if row.name == name {
        return Ok(row);
    }
    check_name(name)?;
    check_free(tx, name, Some(row.id))?;
    let details = with_name(json!({}), &row.name, name);
    permit.record(Action::TenantRenamed, format!("tenant {}", row.id), &details, now).append(tx)?;
    let row = tenants::Tenant { name: name.to_owned(), ..row };
    let version = tenants::save(tx, &row).map_err(|error| Refusal::of(error, Noun::TenantName))?;
    Ok(tenants::Tenant { version, ..row })
}

/// Disables a tenant, so that nobody can log in at its domains within seconds, or enables it again. `row`: as it is since
/// [`tenants::get`].
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn switch(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: tenants::Tenant,
    on: bool,
    now: Timestamp,
) -> Result<tenants::Tenant, Refusal> {
    permit.tenant(Permission::SwitchTenants)?;
    if row.disabled_at.is_none() == on {
        return Ok(row);
    }
    let row = tenants::Tenant { disabled_at: if on { None } else { Some(now) }, ..row };
    let action = if on { Action::TenantEnabled } else { Action::TenantDisabled };
    let version = tenants::save(tx, &row)?;
    permit.record(action, format!("tenant {}", row.id), &json!({}), now).append(tx)?;
    Ok(tenants::Tenant { version, ..row })
}
