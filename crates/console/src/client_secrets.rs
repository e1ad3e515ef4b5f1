//! Client secrets: two may be live, so that one can be changed without a gap.

use std::time::Duration;

use authority::{Permission, Permit};
use changes::client_secrets::{NewSecret, add, add_within_limit, retire, too_many};
use crypto::{Digest, Secret};
use model::{ApplicationId, SecretId, Timestamp};
use store::{
    applications,
    client_secrets::{self, ClientSecret},
};
use texts::Noun;

use crate::{Console, Refusal};

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
}

/// How a secret is rotated.
#[derive(Clone, Copy, Debug)]
pub struct SecretRotation {
    /// How long the one before is still accepted.
    pub overlap: Duration,
    /// One that ends at once, where two are live.
    pub end: Option<SecretId>,
}

impl SecretView {
    fn of(row: &ClientSecret) -> Self {
        let ends_at = match (row.expires_at, row.retired_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { id: row.id, created_at: row.created_at, ends_at, last_used_at: row.last_used_at }
    }
}

impl Console {
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
        permit.tenant(Permission::ManageSecrets)?;
        let permit = permit.clone();
        let (secret, new) = self.new_token(application);
        let saved = self.store.write(move |tx| add_within_limit(tx, &permit, &new, now));
        Ok((saved.await?, secret))
    }

    /// Makes a secret and lets the one before end after the overlap; meanwhile both are accepted.
    ///
    /// # Errors
    /// [`Refusal::TooManySecrets`] while two are live: the one in use would end before its overlap is over. Say which ends
    /// at once. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn rotate_client_secret(
        &self,
        permit: &Permit,
        application: ApplicationId,
        rotation: SecretRotation,
        now: Timestamp,
    ) -> Result<(SecretId, Secret<String>), Refusal> {
        let tenant_id = permit.tenant(Permission::ManageSecrets)?.id;
        let permit = permit.clone();
        let (secret, new) = self.new_token(application);
        let saved = self.store.write(move |tx| {
            // Locked: others that count secrets wait here.
            applications::get(tx, tenant_id, application)
                .map_err(|error| Refusal::of(error, Noun::Application))?;
            let mut live = client_secrets::list_live(tx, tenant_id, application, now)?;
            if let Some(end) = rotation.end {
                let at = live.iter().position(|it| it.id == end);
                let ended = live.remove(at.ok_or(Refusal::NotFound(Noun::ClientSecret))?);
                retire(tx, &permit, ended, now, now)?;
            }
            if live.len() > 1 {
                return Err(too_many(&live));
            }
            let until = now.after(rotation.overlap);
            let old = live.pop().filter(|it| SecretView::of(it).ends_at.is_none_or(|at| at > until));
            if let Some(old) = old {
                retire(tx, &permit, old, until, now)?;
            }
            add(tx, &permit, &new, now)
        });
        Ok((saved.await?, secret))
    }

    pub(crate) fn new_token(&self, application: ApplicationId) -> (Secret<String>, NewSecret) {
        let secret = self.random.token();
        let digest = Digest::of(secret.expose().as_bytes());
        (secret, NewSecret { application, digest, expires_at: None })
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
            applications::get(tx, tenant_id, application)
                .map_err(|error| Refusal::of(error, Noun::ClientSecret))?;
            let rows = client_secrets::list(tx, tenant_id, application)?;
            let row =
                rows.into_iter().find(|it| it.id == secret).ok_or(Refusal::NotFound(Noun::ClientSecret))?;
            if SecretView::of(&row).ends_at.is_some_and(|ends_at| ends_at <= at) {
                return Ok(());
            }
            retire(tx, &permit, row, at, now)
        });
        saved.await
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
        let tenant_id = permit.tenant(Permission::ManageSecrets)?.id;
        let permit = permit.clone();
        let digest = Digest::of(secret.expose().as_bytes());
        let saved = self.store.write(move |tx| {
            let live = client_secrets::list_live(tx, tenant_id, application, now)?;
            if live.iter().any(|it| it.secret_digest == digest) {
                return Ok(());
            }
            add(tx, &permit, &NewSecret { application, digest, expires_at: None }, now).map(drop)
        });
        saved.await
    }
}
