//! Imported subjects: by what a person was known elsewhere. Never changed, never removed one by one.

use crypto::Digest;
use model::{EidEnvironment, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, value::Row};

const INSERT: &str = "INSERT INTO imported_subjects
    (tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_OF: &str =
    "SELECT tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at
    FROM imported_subjects WHERE tenant_id = $1 AND environment = $2 AND sector = $3 AND person_digest = $4
    UNION SELECT tenant_id, environment, sector, person_digest, sub_digest, sealed_sub, created_at
    FROM imported_subjects WHERE tenant_id = $1 AND environment = $2 AND sector = $3 AND sub_digest = $5";

pub(crate) const ALL: &[&str] = &[INSERT, LIST_OF];

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

/// Gives the rows that a person or a subject has in a tenant, environment and sector: at most two, in one read.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_of(
    tx: &mut impl Tx,
    (tenant_id, environment, sector): (TenantId, EidEnvironment, &str),
    person_digest: &Digest,
    sub_digest: &Digest,
) -> Result<Vec<ImportedSubject>, StoreError> {
    let values =
        [tenant_id.into(), environment.into(), sector.into(), person_digest.into(), sub_digest.into()];
    tx.list(LIST_OF, &values)?.into_iter().map(read).collect()
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
