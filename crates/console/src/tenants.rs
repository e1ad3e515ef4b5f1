//! Tenants and their data keys.

use crypto::SealKey;
use model::{EidEnvironment, TenantId, Timestamp, sealed_place};
use store::{StoreError, subject_keys, tenants};

use crate::{Console, Refusal};

/// A tenant whose data key is open.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its row.
    pub id: TenantId,
    pub(crate) seal: SealKey,
}

fn place(id: TenantId) -> Vec<u8> {
    sealed_place(id, "tenants", "sealed_data_key", &id.to_string())
}

impl Console {
    /// Finds a tenant by its name, or makes it, with its data key and one subject key for each environment.
    ///
    /// # Errors
    /// [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn ensure_tenant(&self, name: &str, now: Timestamp) -> Result<Tenant, Refusal> {
        let wanted = name.to_owned();
        let found = self.store.read(move |tx| tenants::find_by_name(tx, &wanted)).await?;
        if let Some(row) = found {
            let opened =
                self.master.open(&place(row.id), &row.sealed_data_key).map_err(|_| Refusal::MasterKey)?;
            let seal = SealKey::from_slice(opened.expose()).ok_or(Refusal::MasterKey)?;
            return Ok(Tenant { id: row.id, seal });
        }
        let id = TenantId::new(&self.random, now);
        let seal = SealKey::generate(&self.random);
        let row = tenants::Tenant {
            id,
            name: name.to_owned(),
            sealed_data_key: self.master.seal(&self.random, &place(id), seal.expose()),
            created_at: now,
        };
        let keys = EidEnvironment::ALL.map(|environment| {
            let place = sealed_place(id, "subject_keys", "sealed_key", environment.as_str());
            let key = SealKey::generate(&self.random);
            let sealed_key = seal.seal(&self.random, &place, key.expose());
            subject_keys::SubjectKey { tenant_id: id, environment, sealed_key, created_at: now }
        });
        self.store
            .write(move |tx| {
                tenants::insert(tx, &row)?;
                for key in &keys {
                    subject_keys::insert_if_absent(tx, key)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        Ok(Tenant { id, seal })
    }
}
