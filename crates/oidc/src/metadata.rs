//! What an upstream provider says of itself.

use crypto::Algorithm;
use serde_json::Value;

/// Why a discovery document is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Its `issuer` is not the one that was asked, byte for byte.
    #[error("the discovery document speaks for another issuer")]
    Issuer,
    /// A required member is missing or of the wrong type.
    #[error("the discovery document lacks a required member")]
    Missing,
}

/// The members of a discovery document that a relying party needs.
///
/// Spec: OpenID Connect Discovery 1.0 §3, §4.3
/// <https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamMetadata {
    /// Equal to the one that was asked.
    pub issuer: String,
    /// Where the browser goes.
    pub authorization_endpoint: String,
    /// Where a code is redeemed.
    pub token_endpoint: String,
    /// Where the keys are.
    pub jwks_uri: String,
    /// Where more claims are, when there is such a place.
    pub userinfo_endpoint: Option<String>,
    /// RFC 9126 §5
    pub pushed_authorization_request_endpoint: Option<String>,
    /// RFC 9207 §3: then an answer without `iss` is refused.
    pub sends_iss: bool,
    /// The algorithms of ID tokens, those that we know.
    pub id_token_algorithms: Vec<Algorithm>,
}

impl UpstreamMetadata {
    /// Reads a document that was fetched for `issuer`.
    ///
    /// # Errors
    /// [`MetadataError`]: do not use this issuer now.
    pub fn parse(document: &Value, issuer: &str) -> Result<Self, MetadataError> {
        let word = |name| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let need = |name| word(name).ok_or(MetadataError::Missing);
        if need("issuer")? != issuer {
            return Err(MetadataError::Issuer);
        }
        let algorithms = document.get("id_token_signing_alg_values_supported").and_then(Value::as_array);
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: need("authorization_endpoint")?,
            token_endpoint: need("token_endpoint")?,
            jwks_uri: need("jwks_uri")?,
            userinfo_endpoint: word("userinfo_endpoint"),
            pushed_authorization_request_endpoint: word("pushed_authorization_request_endpoint"),
            sends_iss: document
                .get("authorization_response_iss_parameter_supported")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            id_token_algorithms: algorithms
                .into_iter()
                .flatten()
                .filter_map(|it| it.as_str().and_then(Algorithm::parse))
                .collect(),
        })
    }
}
