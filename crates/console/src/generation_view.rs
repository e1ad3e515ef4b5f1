//! Credentials of an identity source that are not in use, as they are shown: never the secret, nor the private key.

use changes::identity_sources::{credentials_of_generation, jwks};
use eid::SourceMethod;
use model::{EidEnvironment, Timestamp};
use serde_json::Value;
use store::source_generations::{RESTORED_FOR, SourceGeneration};

use crate::Tenant;

/// Credentials of a source that are not in use, as they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationView {
    /// For which installation of the eID.
    pub environment: EidEnvironment,
    /// Our client id there, and how we authenticate; `None` when they cannot be read.
    pub client: Option<(String, SourceMethod)>,
    /// The public key that the eID must know, as a JWKS; with `private_key_jwt` only.
    pub jwks: Option<Value>,
    /// When the candidate was entered, or the previous ones were replaced.
    pub set_at: Timestamp,
    /// Until when the previous ones can be restored; of a candidate without meaning.
    pub until: Timestamp,
}

impl GenerationView {
    pub(crate) fn of(tenant: &Tenant, row: &SourceGeneration) -> Self {
        let credentials = credentials_of_generation(tenant, row);
        Self {
            environment: row.environment,
            jwks: credentials.as_ref().and_then(jwks),
            client: credentials.map(|it| (it.client_id, it.method)),
            set_at: row.set_at,
            until: row.set_at.after(RESTORED_FOR),
        }
    }
}
