//! Tenants and their data keys.

use authority::{InstallationPermit, Permission, Record, SealedColumn, Tenant, check_master_key};
use crypto::{Random, SealKey};
use model::{Action, EidEnvironment, TenantId, Timestamp};
use serde_json::json;
use store::{WriteTx, subject_keys, tenants};
use texts::Noun;

use crate::{Refusal, name::check_name};

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
    };
    let keys = EidEnvironment::ALL.map(|environment| {
        let key = SealKey::generate(random);
        let column = SealedColumn::SubjectKey(environment);
        let sealed_key = tenant.opened().seal(random, &column, key.expose());
        subject_keys::SubjectKey { tenant_id: id, environment, sealed_key, created_at: now }
    });
    Ok((tenant, TenantRows { row, keys, record, master: master.clone() }))
}

/// Writes what [`make`] made.
///
/// # Errors
/// [`Refusal::Taken`]; [`Refusal::MasterKey`] when the key was replaced meanwhile; [`Refusal::Store`].
pub fn create(tx: &mut WriteTx<'_>, rows: &TenantRows) -> Result<(), Refusal> {
    check_master_key(tx, &rows.master)?;
    tenants::insert(tx, &rows.row).map_err(|error| Refusal::of(error, Noun::TenantName))?;
    for key in &rows.keys {
        subject_keys::insert_if_absent(tx, key)?;
    }
    Ok(rows.record.append(tx)?)
}
