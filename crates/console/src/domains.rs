//! Domains and their signing keys.

use crypto::{Algorithm, SigningKey};
use model::{DomainId, Environment, Timestamp, sealed_place};
use store::{
    StoreError,
    domains::{self, Domain, Scheme},
    signing_keys,
};

use crate::{Console, Refusal, Tenant};

/// How many domains of a tenant are looked through.
const MOST: u32 = 1_000;

/// What a domain shall be.
#[derive(Clone, Debug)]
pub struct NewDomain {
    /// Host name, with the port where it is not the scheme's own.
    pub host: String,
    /// `https`, or `http` on loopback for test domains.
    pub scheme: Scheme,
    /// For test people or real ones.
    pub environment: Environment,
    /// What administrators call it.
    pub name: String,
}

impl Console {
    /// Finds the tenant's domain of this name, moved to this address if it stood elsewhere, or makes it with a
    /// first signing key.
    ///
    /// # Errors
    /// [`Refusal::Key`], [`Refusal::Store`].
    pub async fn ensure_domain(
        &self,
        tenant: &Tenant,
        new: &NewDomain,
        now: Timestamp,
    ) -> Result<DomainId, Refusal> {
        let id = tenant.id;
        let all = self.store.read(move |tx| domains::list(tx, id, None, MOST)).await?;
        if let Some(found) = all.into_iter().find(|it| it.name == new.name) {
            let moved = Domain { host: new.host.clone(), scheme: new.scheme, ..found.clone() };
            if moved != found {
                self.store.write(move |tx| domains::save(tx, &moved)).await?;
            }
            return Ok(found.id);
        }
        let row = Domain {
            id: DomainId::new(&self.random, now),
            tenant_id: tenant.id,
            host: new.host.clone(),
            scheme: new.scheme,
            environment: new.environment,
            name: new.name.clone(),
            settings: "{}".to_owned(),
            version: 1,
            created_at: now,
        };
        let domain = row.id;
        let key = self.new_key(tenant, domain, Algorithm::Rs256, now)?;
        self.store
            .write(move |tx| {
                domains::insert(tx, &row)?;
                signing_keys::insert(tx, &key)
            })
            .await?;
        Ok(domain)
    }

    /// Sees to it that the domain has a key for this algorithm. The first one of an algorithm signs at once:
    /// nobody has cached a key set that lacks it and needs it.
    ///
    /// # Errors
    /// [`Refusal::Key`], [`Refusal::Store`].
    pub async fn ensure_signing_key(
        &self,
        tenant: &Tenant,
        domain: DomainId,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let id = tenant.id;
        let keys = self.store.read(move |tx| signing_keys::list(tx, id, domain)).await?;
        if keys.iter().any(|key| key.algorithm == algorithm.as_str() && key.withdrawn_at.is_none()) {
            return Ok(());
        }
        let key = self.new_key(tenant, domain, algorithm, now)?;
        self.store
            .write(move |tx| signing_keys::insert(tx, &key))
            .await
            .map_err(|error: StoreError| error.into())
    }

    fn new_key(
        &self,
        tenant: &Tenant,
        domain: DomainId,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<signing_keys::SigningKey, Refusal> {
        let key = SigningKey::generate(algorithm)?;
        let place = sealed_place(tenant.id, "signing_keys", "sealed_private_key", key.kid());
        Ok(signing_keys::SigningKey {
            id: key.kid().to_owned(),
            tenant_id: tenant.id,
            domain_id: domain,
            algorithm: algorithm.as_str().to_owned(),
            public_jwk: key.public_jwk().to_string(),
            sealed_private_key: tenant.seal.seal(&self.random, &place, key.to_pkcs8()?.expose()),
            published_at: now,
            active_at: now,
            retired_at: None,
            withdrawn_at: None,
        })
    }
}
