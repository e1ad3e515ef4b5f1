//! Subjects that people had elsewhere and keep.

use std::collections::BTreeMap;

use authority::{Permission, Permit, SealedColumn, Tenant};
use crypto::Digest;
use model::{Action, EidEnvironment, Timestamp};
use serde_json::json;
use store::{
    WriteTx,
    imported_subjects::{self, ImportedSubject},
};

use crate::Refusal;

/// A subject of a person.
#[derive(Clone, Debug)]
pub struct NewSubject {
    /// Where the person is known.
    pub environment: EidEnvironment,
    /// `tenant`, or `application:` and an id.
    pub sector: String,
    /// [`model::SubjectRoom::person_digest`].
    pub person: Digest,
    /// What applications know them by.
    pub sub: String,
    /// [`model::SubjectRoom::sub_digest`].
    pub sub_digest: Digest,
}

/// Seals subjects, which for many takes a while: before the write.
pub fn make(tenant: &Tenant, subjects: &[NewSubject], now: Timestamp) -> Vec<ImportedSubject> {
    let row = |it: &NewSubject| {
        let column = SealedColumn::ImportedSubject {
            environment: it.environment,
            sector: &it.sector,
            person: &it.person,
        };
        ImportedSubject {
            tenant_id: tenant.id,
            environment: it.environment,
            sector: it.sector.clone(),
            sealed_sub: tenant.opened().seal(tenant.random(), &column, it.sub.as_bytes()),
            person_digest: it.person,
            sub_digest: it.sub_digest,
            created_at: now,
        }
    };
    subjects.iter().map(row).collect()
}

/// Counts subjects by environment and sector, of which there are no more than applications.
pub fn counts<'s>(places: impl Iterator<Item = (EidEnvironment, &'s str)>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (environment, sector) in places {
        *counts.entry(format!("{} {sector}", environment.as_str())).or_default() += 1;
    }
    counts
}

/// Writes what [`make`] made.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::Store`], perhaps only from the write itself, for a person or a subject that is there
/// already.
pub fn import(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    rows: &[ImportedSubject],
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::Import)?;
    let counts = counts(rows.iter().map(|it| (it.environment, it.sector.as_str())));
    // The row names a few of them.
    let named: BTreeMap<&String, &u64> = counts.iter().take(20).collect();
    let details = json!({"created": rows.len(), "sectors": counts.len(), "of_them": named});
    rows.iter().try_for_each(|row| imported_subjects::insert(tx, row))?;
    Ok(permit.record(Action::SubjectsImported, format!("tenant {}", tenant.id), &details, now).append(tx)?)
}
