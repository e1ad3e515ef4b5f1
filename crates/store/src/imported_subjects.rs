//! Imported subjects: by what a person was known elsewhere. Never changed, never removed one by one.

use crypto::Digest;
use model::{EidEnvironment, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO imported_subjects
    (tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "SELECT tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at
    FROM imported_subjects WHERE tenant_id = $1 AND environment = $2 AND sector = $3 AND person_digest = $4";
const FIND_BY_SUB: &str =
    "SELECT tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at
    FROM imported_subjects WHERE tenant_id = $1 AND environment = $2 AND sector = $3 AND sub_digest = $4";

pub(crate) const ALL: &[&str] = &[INSERT, FIND, FIND_BY_SUB];

/// An imported subject's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSubject {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Where the person is one: production, test or sandbox.
    pub environment: EidEnvironment,
    /// Who shares it: `tenant`, or `application:` and an id.
    pub sector: String,
    /// HMAC of eID and stable identifier.
    pub person_digest: Digest,
    /// HMAC of the subject.
    pub sub_digest: Digest,
    /// The subject, sealed.
    pub sealed_sub: Vec<u8>,
    /// When it was imported.
    pub created_at: Timestamp,
}

/// Adds a subject.
///
/// # Errors
/// [`StoreError::Conflict`] when the person has one, or the subject is another person's; on PostgreSQL perhaps only when
/// the write ends.
pub fn insert(tx: &mut WriteTx<'_>, subject: &ImportedSubject) -> Result<(), StoreError> {
    let values = [
        subject.tenant_id.into(),
        subject.environment.into(),
        (&subject.sector).into(),
        (&subject.person_digest).into(),
        (&subject.sub_digest).into(),
        (&subject.sealed_sub).into(),
        subject.created_at.into(),
    ];
    // Many at once: their answers are not waited for one by one.
    tx.put(INSERT, &values)
}

/// Finds a person's subject.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    environment: EidEnvironment,
    sector: &str,
    person_digest: &Digest,
) -> Result<Option<ImportedSubject>, StoreError> {
    let values = [tenant_id.into(), environment.into(), sector.into(), person_digest.into()];
    tx.find(FIND, &values)?.map(read).transpose()
}

/// Finds whose a subject is.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_by_sub(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    environment: EidEnvironment,
    sector: &str,
    sub_digest: &Digest,
) -> Result<Option<ImportedSubject>, StoreError> {
    let values = [tenant_id.into(), environment.into(), sector.into(), sub_digest.into()];
    tx.find(FIND_BY_SUB, &values)?.map(read).transpose()
}

fn read(row: Row) -> Result<ImportedSubject, StoreError> {
    let mut row = row.of("imported_subjects");
    Ok(ImportedSubject {
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        environment: row.word("environment", EidEnvironment::parse)?,
        sector: row.text("sector")?,
        person_digest: row.digest("person_digest")?,
        sub_digest: row.digest("sub_digest")?,
        sealed_sub: row.bytes("sealed_sub")?,
        created_at: row.time("created_at")?,
    })
}
