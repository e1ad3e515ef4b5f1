//! Identity sources: which eIDs a domain offers, and with which credentials.

use eid::SourceCredentials;
use model::{DomainId, Eid, EidEnvironment, Environment, IdentitySourceId, Timestamp, sealed_place};
use store::{
    StoreError,
    identity_sources::{self, IdentitySource},
};

use crate::{Console, Refusal, Tenant};

/// What an identity source shall be.
#[derive(Clone, Debug)]
pub struct NewIdentitySource {
    /// Where people choose it.
    pub domain: DomainId,
    /// That domain's environment.
    pub domain_environment: Environment,
    /// Which eID.
    pub eid: Eid,
    /// Which installation of it.
    pub environment: EidEnvironment,
    /// What the eID gave.
    pub credentials: SourceCredentials,
}

impl Console {
    /// Makes the domain's source of this eID, or gives the one it has these credentials.
    ///
    /// # Errors
    /// [`Refusal::Environment`], [`Refusal::Store`].
    pub async fn save_identity_source(
        &self,
        tenant: &Tenant,
        new: &NewIdentitySource,
        now: Timestamp,
    ) -> Result<IdentitySourceId, Refusal> {
        if !new.environment.may_serve(new.domain_environment) {
            return Err(Refusal::Environment);
        }
        let (tenant_id, domain, eid) = (tenant.id, new.domain, new.eid.as_str());
        let found = self.store.read(move |tx| identity_sources::find(tx, tenant_id, domain, eid)).await?;
        let id = found.as_ref().map_or_else(|| IdentitySourceId::new(&self.random, now), |row| row.id);
        let place = sealed_place(tenant_id, "identity_sources", "sealed_credentials", &id.to_string());
        let plain = crypto::Secret::new(serde_json::to_vec(&new.credentials).unwrap_or_default());
        let sealed = Some(tenant.seal.seal(&self.random, &place, plain.expose()));
        let saved = match found {
            None => {
                let row = IdentitySource {
                    id,
                    tenant_id,
                    domain_id: domain,
                    eid: eid.to_owned(),
                    environment: new.environment,
                    settings: "{}".to_owned(),
                    sealed_credentials: sealed,
                    version: 1,
                    created_at: now,
                    disabled_at: None,
                };
                self.store.write(move |tx| identity_sources::insert(tx, &row)).await
            }
            Some(row) => {
                let row = IdentitySource { environment: new.environment, sealed_credentials: sealed, ..row };
                self.store.write(move |tx| identity_sources::save(tx, &row).map(|_| ())).await
            }
        };
        saved.map(|()| id).map_err(|error: StoreError| error.into())
    }
}
