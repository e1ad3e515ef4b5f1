//! Client secrets: two may be live, so that one can be changed without a gap.

use authority::{Permission, Permit};
use crypto::Digest;
use model::{Action, ApplicationId, SecretId, Timestamp};
use serde_json::json;
use store::{
    WriteTx, applications,
    client_secrets::{self, ClientSecret},
};
use texts::Noun;

use crate::{LiveSecret, Refusal};

/// How many secrets of an application may be live.
pub const MOST_LIVE: usize = 2;

/// A secret that an application shall have.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Whose it is.
    pub application: ApplicationId,
    /// SHA-256 of the secret.
    pub digest: Digest,
    /// From when on it is not accepted, where that is known already.
    pub expires_at: Option<Timestamp>,
}

/// Adds a secret, however many there are.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn add(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    new: &NewSecret,
    now: Timestamp,
) -> Result<SecretId, Refusal> {
    lock_application(tx, permit, new.application)?;
    insert(tx, permit, new, now)
}

/// Whoever counts an application's secrets, or adds to them, waits here.
fn lock_application(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    application: ApplicationId,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::ManageSecrets)?.id;
    let found = applications::get(tx, tenant, application);
    found.map(drop).map_err(|error| Refusal::of(error, Noun::Application))
}

fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    new: &NewSecret,
    now: Timestamp,
) -> Result<SecretId, Refusal> {
    let tenant = permit.tenant(Permission::ManageSecrets)?;
    let row = ClientSecret {
        id: SecretId::new(tenant.random(), now),
        tenant_id: tenant.id,
        application_id: new.application,
        secret_digest: new.digest,
        created_at: now,
        expires_at: new.expires_at,
        retired_at: None,
        last_used_at: None,
    };
    client_secrets::insert(tx, &row)?;
    let details = json!({"application": row.application_id.to_string()});
    permit.record(Action::SecretCreated, format!("client_secret {}", row.id), &details, now).append(tx)?;
    Ok(row.id)
}

/// The refusal that names the secrets which are live.
pub fn too_many(live: &[ClientSecret]) -> Refusal {
    let live = live.iter().map(|it| LiveSecret { id: it.id, last_used_at: it.last_used_at });
    Refusal::TooManySecrets(live.collect())
}

/// Adds a secret, unless as many are live as may be.
///
/// # Errors
/// As [`add`], and [`Refusal::TooManySecrets`].
pub fn add_within_limit(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    new: &NewSecret,
    now: Timestamp,
) -> Result<SecretId, Refusal> {
    lock_application(tx, permit, new.application)?;
    let live =
        client_secrets::list_live(tx, permit.tenant(Permission::ManageSecrets)?.id, new.application, now)?;
    if live.len() >= MOST_LIVE {
        return Err(too_many(&live));
    }
    insert(tx, permit, new, now)
}

/// Lets a secret end at `at`.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn retire(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: ClientSecret,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    permit.tenant(Permission::ManageSecrets)?;
    let details = json!({"application": row.application_id.to_string(), "ends_at_seconds": at.seconds()});
    let object = format!("client_secret {}", row.id);
    client_secrets::save(tx, &ClientSecret { retired_at: Some(at), ..row })
        .map_err(|error| Refusal::of(error, Noun::ClientSecret))?;
    Ok(permit.record(Action::SecretRetired, object, &details, now).append(tx)?)
}
