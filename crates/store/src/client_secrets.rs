//! Client secrets: digests of what applications prove themselves with.
//!
//! Has no version: counting and retiring secrets locks the application first, in the same write, and so
//! keeps others out.

use crypto::Digest;
use model::{ApplicationId, SecretId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, applications, value::Row};

const INSERT: &str = "INSERT INTO client_secrets
    (id, tenant_id, application_id, secret_digest, created_at, expires_at, retired_at, last_used_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LIST_LIVE: &str =
    "SELECT id, tenant_id, application_id, secret_digest, created_at, expires_at, retired_at, last_used_at
    FROM client_secrets WHERE tenant_id = $1 AND application_id = $2
    AND (expires_at IS NULL OR expires_at > $3) AND (retired_at IS NULL OR retired_at > $3)
    ORDER BY id LIMIT 100";
const LIST: &str =
    "SELECT id, tenant_id, application_id, secret_digest, created_at, expires_at, retired_at, last_used_at
    FROM client_secrets WHERE tenant_id = $1 AND application_id = $2 ORDER BY id LIMIT 1000";
const USED: &str = "UPDATE client_secrets SET last_used_at = $1
    WHERE tenant_id = $2 AND application_id = $3 AND secret_digest = $4
    AND (last_used_at IS NULL OR last_used_at < $1)";
const SAVE: &str =
    "UPDATE client_secrets SET expires_at = $1, retired_at = $2 WHERE tenant_id = $3 AND id = $4";

pub(crate) const ALL: &[&str] = &[INSERT, LIST_LIVE, LIST, USED, SAVE];

/// A client secret's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its id.
    pub id: SecretId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The application that proves itself with it.
    pub application_id: ApplicationId,
    /// SHA-256 of the secret.
    pub secret_digest: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is not accepted, by plan.
    pub expires_at: Option<Timestamp>,
    /// From when on it is not accepted, because somebody said so.
    pub retired_at: Option<Timestamp>,
    /// When it was last used, to the hour or so.
    pub last_used_at: Option<Timestamp>,
}

/// Adds a secret.
///
/// # Errors
/// [`StoreError::Failed`] when the tenant has no such application.
pub fn insert(tx: &mut WriteTx<'_>, secret: &ClientSecret) -> Result<(), StoreError> {
    let values = [
        secret.id.into(),
        secret.tenant_id.into(),
        secret.application_id.into(),
        (&secret.secret_digest).into(),
        secret.created_at.into(),
        secret.expires_at.into(),
        secret.retired_at.into(),
        secret.last_used_at.into(),
    ];
    tx.changed(applications::NOUN, secret.application_id);
    tx.execute(INSERT, &values).map(drop)
}

/// Lists the secrets that are accepted at `now`, the oldest first; at most 100.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_live(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    application_id: ApplicationId,
    now: Timestamp,
) -> Result<Vec<ClientSecret>, StoreError> {
    let values = [tenant_id.into(), application_id.into(), now.into()];
    tx.list_for_change(LIST_LIVE, &values)?.into_iter().map(read).collect()
}

/// Lists all secrets, those that are accepted no more too, the oldest first; at most 1,000.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    application_id: ApplicationId,
) -> Result<Vec<ClientSecret>, StoreError> {
    tx.list_for_change(LIST, &[tenant_id.into(), application_id.into()])?.into_iter().map(read).collect()
}

/// Notes that a secret was used.
///
/// # Errors
/// [`StoreError`], perhaps only from the write itself.
pub fn note_use(
    tx: &mut WriteTx<'_>,
    (tenant_id, application_id): (TenantId, ApplicationId),
    digest: &Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.put(USED, &[now.into(), tenant_id.into(), application_id.into(), digest.into()])
}

/// Saves `expires_at` and `retired_at`.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such secret.
pub fn save(tx: &mut WriteTx<'_>, secret: &ClientSecret) -> Result<(), StoreError> {
    let values =
        [secret.expires_at.into(), secret.retired_at.into(), secret.tenant_id.into(), secret.id.into()];
    tx.changed(applications::NOUN, secret.application_id);
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

fn read(row: Row) -> Result<ClientSecret, StoreError> {
    let mut row = row.of("client_secrets");
    Ok(ClientSecret {
        id: row.id("id", SecretId::parse)?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        application_id: row.id("application_id", ApplicationId::parse)?,
        secret_digest: row.digest("secret_digest")?,
        created_at: row.time("created_at")?,
        expires_at: row.maybe_time("expires_at")?,
        retired_at: row.maybe_time("retired_at")?,
        last_used_at: row.maybe_time("last_used_at")?,
    })
}
