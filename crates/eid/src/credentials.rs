//! What an eID gave us to authenticate with.

use crypto::Secret;
use serde::{Deserialize, Serialize};

/// How we authenticate at the eID's token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceMethod {
    /// Secret in the header.
    ClientSecretBasic,
    /// Secret in the body.
    ClientSecretPost,
    /// A signed assertion.
    PrivateKeyJwt,
}

/// The client credentials that the eID gave; sealed wherever they are stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceCredentials {
    /// Our client id there.
    pub client_id: String,
    /// How we authenticate.
    pub method: SourceMethod,
    /// For the two secret methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// PKCS #8 DER in base64url, ES256, for `private_key_jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
}

impl SourceCredentials {
    /// Gives the public half of the key, as the eID must know it; `None` without a key that can be read.
    pub fn public_jwk(&self) -> Option<serde_json::Value> {
        let der = Secret::new(crypto::b64::decode(self.private_key.as_deref()?)?);
        let key = crypto::SigningKey::from_pkcs8(crypto::Algorithm::Es256, der.expose()).ok()?;
        Some(key.public_jwk())
    }

    /// Reads what [`SourceCredentials::write`] wrote; `None` for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Writes them to be sealed. Only the connector of their eID reads them again.
    pub fn write(&self) -> Secret<Vec<u8>> {
        Secret::new(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl std::fmt::Debug for SourceCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SourceCredentials({}, {:?})", self.client_id, self.method)
    }
}
