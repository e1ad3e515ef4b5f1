//! Client secrets: two may be live, so that one can be changed without a gap.

use std::time::Duration;

use authority::{Permission, Permit};
use crypto::{Digest, Secret};
use model::{Action, ApplicationId, SecretId, TenantId, Timestamp};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx, applications,
    client_secrets::{self, ClientSecret},
};
use texts::Noun;

use crate::{Console, Refusal, Tenant};

/// How many secrets of an application may be live, beside those that are lent.
pub(crate) const MOST_LIVE: usize = 2;
/// How long a secret is lent for a try.
const LOAN: Duration = Duration::from_secs(20 * 60);

/// A secret that was made to end so soon is lent; an application's own is never that short.
pub(crate) fn is_lent(row: &ClientSecret) -> bool {
    row.expires_at.is_some_and(|at| at <= row.created_at.after(LOAN))
}

/// The application's own secrets that are accepted at `now`, the oldest first.
pub(crate) fn own_live(
    tx: &mut impl Tx,
    (tenant, application): (TenantId, ApplicationId),
    now: Timestamp,
) -> Result<Vec<ClientSecret>, StoreError> {
    let mut live = client_secrets::list_live(tx, tenant, application, now)?;
    live.retain(|row| !is_lent(row));
    Ok(live)
}

/// A client secret as it is shown: everything but itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretView {
    /// Its row.
    pub id: SecretId,
    /// Since when.
    pub created_at: Timestamp,
    /// From when on it is not accepted.
    pub ends_at: Option<Timestamp>,
    /// When it was last used, to the hour or so.
    pub last_used_at: Option<Timestamp>,
    /// Whether it was lent for a try, and is none of the application's own.
    pub lent: bool,
}

impl SecretView {
    fn of(row: &ClientSecret) -> Self {
        let ends_at = match (row.expires_at, row.retired_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            id: row.id,
            created_at: row.created_at,
            ends_at,
            last_used_at: row.last_used_at,
            lent: is_lent(row),
        }
    }
}

pub(crate) fn insert(
    tx: &mut WriteTx<'_>,
    row: &ClientSecret,
    permit: &Permit,
    now: Timestamp,
) -> Result<(), StoreError> {
    client_secrets::insert(tx, row)?;
    let details = json!({"application": row.application_id.to_string()});
    permit.record(Action::SecretCreated, format!("client_secret {}", row.id), &details, now).append(tx)
}

fn end(
    tx: &mut WriteTx<'_>,
    row: ClientSecret,
    (permit, at): (&Permit, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let details = json!({"application": row.application_id.to_string(), "ends_at_seconds": at.seconds()});
    let object = format!("client_secret {}", row.id);
    client_secrets::save(tx, &ClientSecret { retired_at: Some(at), ..row })?;
    permit.record(Action::SecretRetired, object, &details, now).append(tx)
}

impl Console {
    fn secret_row(
        &self,
        tenant: &Tenant,
        application: ApplicationId,
        secret: &Secret<String>,
        now: Timestamp,
    ) -> ClientSecret {
        ClientSecret {
            id: SecretId::new(&self.random, now),
            tenant_id: tenant.id,
            application_id: application,
            secret_digest: Digest::of(secret.expose().as_bytes()),
            created_at: now,
            expires_at: None,
            retired_at: None,
            last_used_at: None,
        }
    }

    /// Makes a secret; it can be seen now and never again.
    ///
    /// # Errors
    /// [`Refusal::TooManySecrets`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn create_client_secret(
        &self,
        permit: &Permit,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<(SecretId, Secret<String>), Refusal> {
        self.new_secret((permit, application), None, now).await
    }

    /// Makes a secret and lets all others end after `overlap`; meanwhile both are accepted. What is lent stays.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn rotate_client_secret(
        &self,
        permit: &Permit,
        application: ApplicationId,
        overlap: Duration,
        now: Timestamp,
    ) -> Result<(SecretId, Secret<String>), Refusal> {
        self.new_secret((permit, application), Some(overlap), now).await
    }

    async fn new_secret(
        &self,
        (permit, application): (&Permit, ApplicationId),
        overlap: Option<Duration>,
        now: Timestamp,
    ) -> Result<(SecretId, Secret<String>), Refusal> {
        let tenant = permit.tenant(Permission::ManageSecrets)?;
        let permit = permit.clone();
        let secret = self.random.token();
        let row = self.secret_row(tenant, application, &secret, now);
        let id = row.id;
        let saved = self.store.write(move |tx| {
            // Got for change: whoever else counts secrets waits here.
            applications::get(tx, row.tenant_id, application)
                .map_err(|error| Refusal::of(error, Noun::Application))?;
            let mut live = own_live(tx, (row.tenant_id, application), now)?;
            if overlap.is_none() && live.len() >= MOST_LIVE {
                return Err(Refusal::TooManySecrets);
            }
            if let Some(overlap) = overlap {
                // The newest of the others overlaps; what is older ends now, so that two are live.
                let newest = live.pop();
                for old in live {
                    end(tx, old, (&permit, now), now)?;
                }
                let until = now.after(overlap);
                if let Some(old) = newest.filter(|it| SecretView::of(it).ends_at.is_none_or(|at| at > until))
                {
                    end(tx, old, (&permit, until), now)?;
                }
            }
            Ok(insert(tx, &row, &permit, now)?)
        });
        saved.await?;
        Ok((id, secret))
    }

    /// Lists an application's secrets, the oldest first; those that ended too.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn client_secrets(
        &self,
        permit: &Permit,
        application: ApplicationId,
    ) -> Result<Vec<SecretView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let id = tenant.id;
        let rows = self.store.read(move |tx| client_secrets::list(tx, id, application)).await?;
        Ok(rows.iter().map(SecretView::of).collect())
    }

    /// Ends a secret at `at`, or earlier if it would have ended earlier.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn retire_client_secret(
        &self,
        permit: &Permit,
        (application, secret): (ApplicationId, SecretId),
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ManageSecrets)?;
        let permit = permit.clone();
        let tenant_id = tenant.id;
        let saved = self.store.write(move |tx| {
            applications::get(tx, tenant_id, application)?;
            let rows = client_secrets::list(tx, tenant_id, application)?;
            let row = rows.into_iter().find(|it| it.id == secret).ok_or(StoreError::NotFound)?;
            if SecretView::of(&row).ends_at.is_some_and(|ends_at| ends_at <= at) {
                return Ok(());
            }
            end(tx, row, (&permit, at), now)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::ClientSecret))
    }

    /// Makes a secret beside the others that is accepted for 20 minutes and no longer, for a try.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn lend_client_secret(
        &self,
        permit: &Permit,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<(SecretId, Secret<String>), Refusal> {
        let tenant = permit.tenant(Permission::ManageSecrets)?;
        let permit = permit.clone();
        let secret = self.random.token();
        let until = Some(now.after(LOAN));
        let row = ClientSecret { expires_at: until, ..self.secret_row(tenant, application, &secret, now) };
        let id = row.id;
        let saved = self.store.write(move |tx| {
            applications::get(tx, row.tenant_id, application)?;
            insert(tx, &row, &permit, now)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::Application))?;
        Ok((id, secret))
    }

    /// Sees to it that this secret is among the application's live ones. Only its digest is stored.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn ensure_client_secret(
        &self,
        permit: &Permit,
        application: ApplicationId,
        secret: &Secret<String>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ManageSecrets)?;
        let permit = permit.clone();
        let row = self.secret_row(tenant, application, secret, now);
        let saved = self.store.write(move |tx| {
            let live = client_secrets::list_live(tx, row.tenant_id, application, now)?;
            if live.iter().any(|it| it.secret_digest == row.secret_digest) {
                return Ok(());
            }
            insert(tx, &row, &permit, now)
        });
        saved.await.map_err(|error: StoreError| error.into())
    }
}
