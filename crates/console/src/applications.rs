//! Applications and their secrets.

use crypto::{Digest, Secret};
use model::{ApplicationId, ApplicationSettings, DomainId, Environment, SecretId, Timestamp};
use store::{
    StoreError,
    applications::{self, Application},
    client_secrets,
};

use crate::{Console, Refusal, Tenant};

/// What an application shall be.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Where it logs people in.
    pub domain: DomainId,
    /// That domain's environment.
    pub environment: Environment,
    /// Its identifier on the wire.
    pub client_id: String,
    /// The name that people see.
    pub name: String,
    /// Everything else.
    pub settings: ApplicationSettings,
}

impl Console {
    /// Makes the application, or changes the one with this `client_id` to be so.
    ///
    /// # Errors
    /// [`Refusal::Settings`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn save_application(
        &self,
        tenant: &Tenant,
        new: &NewApplication,
        now: Timestamp,
    ) -> Result<ApplicationId, Refusal> {
        new.settings.check(new.environment)?;
        self.ensure_signing_key(tenant, new.domain, new.settings.algorithm(), now).await?;
        let row = Application {
            id: ApplicationId::new(&self.random, now),
            tenant_id: tenant.id,
            domain_id: new.domain,
            client_id: new.client_id.clone(),
            name: new.name.clone(),
            settings: new.settings.to_text(),
            version: 1,
            created_at: now,
            disabled_at: None,
        };
        let saved = self.store.write(move |tx| {
            match applications::find_by_client_id(tx, row.tenant_id, row.domain_id, &row.client_id)? {
                None => applications::insert(tx, &row).map(|()| row.id),
                Some(found) if found.name == row.name && found.settings == row.settings => Ok(found.id),
                Some(found) => {
                    let id = found.id;
                    applications::save(tx, &Application { name: row.name, settings: row.settings, ..found })?;
                    Ok(id)
                }
            }
        });
        saved.await.map_err(|error: StoreError| error.into())
    }

    /// Sees to it that this secret is among the application's live ones. Only its digest is stored.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn ensure_client_secret(
        &self,
        tenant: &Tenant,
        application: ApplicationId,
        secret: &Secret<String>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let row = client_secrets::ClientSecret {
            id: SecretId::new(&self.random, now),
            tenant_id: tenant.id,
            application_id: application,
            secret_digest: Digest::of(secret.expose().as_bytes()),
            created_at: now,
            expires_at: None,
            retired_at: None,
            last_used_at: None,
        };
        let saved = self.store.write(move |tx| {
            let live = client_secrets::list_live(tx, row.tenant_id, application, now)?;
            if live.iter().any(|it| it.secret_digest == row.secret_digest) {
                return Ok(());
            }
            client_secrets::insert(tx, &row)
        });
        saved.await.map_err(|error: StoreError| error.into())
    }
}
