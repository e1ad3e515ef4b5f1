//! Signing keys of a domain: next, current, retired, withdrawn; which is which follows from the instants.
//!
//! Has no version: adding and rotating keys locks the domain first, in the same write, and so keeps
//! others out.

use model::{DomainId, TenantId, Timestamp};

use crate::{StoreError, Tx, WriteTx, domains, value::Row};

const INSERT: &str = "INSERT INTO signing_keys
    (id, tenant_id, domain_id, algorithm, public_jwk, sealed_private_key,
    published_at, active_at, retired_at, withdrawn_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const LIST: &str = "SELECT id, tenant_id, domain_id, algorithm, public_jwk, sealed_private_key,
    published_at, active_at, retired_at, withdrawn_at
    FROM signing_keys WHERE tenant_id = $1 AND domain_id = $2 ORDER BY active_at DESC, id LIMIT 1000";
const SAVE: &str =
    "UPDATE signing_keys SET published_at = $1, active_at = $2, retired_at = $3, withdrawn_at = $4
    WHERE tenant_id = $5 AND domain_id = $6 AND id = $7";

pub(crate) const ALL: &[&str] = &[INSERT, LIST, SAVE];

/// A signing key's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The key id, its thumbprint.
    pub id: String,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it signs for.
    pub domain_id: DomainId,
    /// `RS256`, `ES256`, `PS256` or `EdDSA`.
    pub algorithm: String,
    /// The public key as it stands in the JWKS.
    pub public_jwk: String,
    /// The private key, sealed.
    pub sealed_private_key: Vec<u8>,
    /// From when on it stands in the JWKS.
    pub published_at: Timestamp,
    /// From when on it signs.
    pub active_at: Timestamp,
    /// From when on it signs no more.
    pub retired_at: Option<Timestamp>,
    /// From when on it does not stand in the JWKS any more.
    pub withdrawn_at: Option<Timestamp>,
}

/// Adds a key.
///
/// # Errors
/// [`StoreError::Conflict`] when the domain has this key already.
pub fn insert(tx: &mut WriteTx<'_>, key: &SigningKey) -> Result<(), StoreError> {
    let values = [
        (&key.id).into(),
        key.tenant_id.into(),
        key.domain_id.into(),
        (&key.algorithm).into(),
        (&key.public_jwk).into(),
        (&key.sealed_private_key).into(),
        key.published_at.into(),
        key.active_at.into(),
        key.retired_at.into(),
        key.withdrawn_at.into(),
    ];
    tx.changed(domains::NOUN, key.domain_id);
    tx.execute(INSERT, &values).map(drop)
}

/// Lists a domain's keys, the latest to become active first; at most 1,000.
///
/// In a write, they are locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
) -> Result<Vec<SigningKey>, StoreError> {
    tx.list_for_change(LIST, &[tenant_id.into(), domain_id.into()])?.into_iter().map(read).collect()
}

/// Saves the four instants.
///
/// # Errors
/// [`StoreError::NotFound`] when the domain has no such key.
pub fn save(tx: &mut WriteTx<'_>, key: &SigningKey) -> Result<(), StoreError> {
    let values = [
        key.published_at.into(),
        key.active_at.into(),
        key.retired_at.into(),
        key.withdrawn_at.into(),
        key.tenant_id.into(),
        key.domain_id.into(),
        (&key.id).into(),
    ];
    tx.changed(domains::NOUN, key.domain_id);
    match tx.execute(SAVE, &values)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

fn read(row: Row) -> Result<SigningKey, StoreError> {
    let mut row = row.of("signing_keys");
    Ok(SigningKey {
        id: row.word("id", |text| Some(text.to_owned()))?,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        domain_id: row.id("domain_id", DomainId::parse)?,
        algorithm: row.text("algorithm")?,
        public_jwk: row.text("public_jwk")?,
        sealed_private_key: row.bytes("sealed_private_key")?,
        published_at: row.time("published_at")?,
        active_at: row.time("active_at")?,
        retired_at: row.maybe_time("retired_at")?,
        withdrawn_at: row.maybe_time("withdrawn_at")?,
    })
}
