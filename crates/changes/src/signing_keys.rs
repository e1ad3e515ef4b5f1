//! Signing keys: made before the write, and published in it where one is missing.

use authority::{Permit, SealedColumn, Tenant};
use crypto::Algorithm;
use model::{Action, DomainId, KeySchedule, KeyTimes, Timestamp, missing_key, signs_now};
use serde_json::json;
use store::{
    StoreError, WriteTx,
    signing_keys::{self, SigningKey},
};

use crate::Refusal;

/// Gives the instants of a key.
pub const fn times(row: &SigningKey) -> KeyTimes {
    KeyTimes {
        published_at: row.published_at,
        active_at: row.active_at,
        retired_at: row.retired_at,
        withdrawn_at: row.withdrawn_at,
    }
}

/// Keeps the keys of an algorithm.
pub fn of_algorithm(rows: Vec<SigningKey>, algorithm: Algorithm) -> Vec<SigningKey> {
    rows.into_iter().filter(|row| row.algorithm == algorithm.as_str()).collect()
}

/// Makes a key for a domain that signs at once; nothing is written yet. An RSA key takes a tenth of a second of the thread.
///
/// # Errors
/// [`Refusal::Key`].
pub fn make(
    tenant: &Tenant,
    domain: DomainId,
    algorithm: Algorithm,
    now: Timestamp,
) -> Result<SigningKey, Refusal> {
    let key = crypto::SigningKey::generate(algorithm)?;
    let column = SealedColumn::SigningKey(key.kid());
    Ok(SigningKey {
        id: key.kid().to_owned(),
        tenant_id: tenant.id,
        domain_id: domain,
        algorithm: algorithm.as_str().to_owned(),
        public_jwk: key.public_jwk().to_string(),
        sealed_private_key: tenant.opened().seal(tenant.random(), &column, key.to_pkcs8()?.expose()),
        published_at: now,
        active_at: now,
        retired_at: None,
        withdrawn_at: None,
    })
}

/// Lets whichever key signs until `at` retire then.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn retire_at(
    tx: &mut WriteTx<'_>,
    keys: &[SigningKey],
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    for key in keys.iter().filter(|key| signs_now(&times(key), now)) {
        signing_keys::save(tx, &SigningKey { retired_at: Some(at), ..key.clone() })?;
    }
    Ok(())
}

/// Publishes `made` if one is missing; says whether it was. The caller has got the domain for change, so that of two that
/// come at once the second finds nothing missing. `permit`: for what the key is needed for.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn publish(
    tx: &mut WriteTx<'_>,
    made: &SigningKey,
    (permit, schedule): (&Permit, KeySchedule),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let keys = signing_keys::list(tx, made.tenant_id, made.domain_id)?;
    let keys: Vec<SigningKey> = keys.into_iter().filter(|row| row.algorithm == made.algorithm).collect();
    let all: Vec<KeyTimes> = keys.iter().map(times).collect();
    let Some(active_at) = missing_key(&all, schedule, now) else { return Ok(false) };
    retire_at(tx, &keys, active_at, now)?;
    let row = SigningKey { published_at: now, active_at, ..made.clone() };
    signing_keys::insert(tx, &row)?;
    let details = json!({
        "domain": row.domain_id.to_string(), "algorithm": row.algorithm, "active_at_seconds": active_at.seconds(),
    });
    permit.record(Action::KeyPublished, format!("signing_key {}", row.id), &details, now).append(tx)?;
    Ok(true)
}
