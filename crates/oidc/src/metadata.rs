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
    /// An endpoint is no address that the issuer may name.
    #[error("the discovery document names an endpoint that is no https address")]
    Endpoint,
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

/// Says whether a browser, or we, may be sent to this address: absolute, https (http only where the issuer has it
/// too, which the operator allowed), with a host, and without user and fragment. It is written as a header can carry
/// it, so that what was judged is what is used.
///
/// Spec: RFC 6749 §3.1, §3.2 <https://www.rfc-editor.org/rfc/rfc6749#section-3.1>, OpenID Connect Discovery 1.0 §3
fn is_endpoint(address: &str, issuer: &str) -> bool {
    let scheme = |scheme: &str| address.starts_with(scheme) && !address.starts_with(&format!("{scheme}/"));
    let secure = scheme("https://") || (issuer.starts_with("http://") && scheme("http://"));
    let plain = address.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'#' | b'\\'));
    secure
        && plain
        && url::Url::parse(address)
            .is_ok_and(|url| url.has_host() && url.username().is_empty() && url.password().is_none())
}

impl UpstreamMetadata {
    /// Reads a document that was fetched for `issuer`.
    ///
    /// # Errors
    /// [`MetadataError`]: do not use this issuer now. Every endpoint is judged here, and nowhere later.
    pub fn parse(document: &Value, issuer: &str) -> Result<Self, MetadataError> {
        let word = |name| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let need = |name| word(name).ok_or(MetadataError::Missing);
        if need("issuer")? != issuer {
            return Err(MetadataError::Issuer);
        }
        let endpoint = |name| match word(name) {
            Some(address) if is_endpoint(&address, issuer) => Ok(Some(address)),
            None if document.get(name).is_none_or(Value::is_null) => Ok(None),
            _ => Err(MetadataError::Endpoint),
        };
        let need_endpoint = |name| endpoint(name)?.ok_or(MetadataError::Missing);
        let algorithms = document.get("id_token_signing_alg_values_supported").and_then(Value::as_array);
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: need_endpoint("authorization_endpoint")?,
            token_endpoint: need_endpoint("token_endpoint")?,
            jwks_uri: need_endpoint("jwks_uri")?,
            userinfo_endpoint: endpoint("userinfo_endpoint")?,
            pushed_authorization_request_endpoint: endpoint("pushed_authorization_request_endpoint")?,
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

#[cfg(test)]
mod tests {
    use super::{MetadataError, UpstreamMetadata};
    use serde_json::{Value, json};

    fn read(name: &str, value: Value, issuer: &str) -> Result<UpstreamMetadata, MetadataError> {
        let at = |path| format!("{issuer}{path}");
        let mut document = json!({"issuer": issuer, "authorization_endpoint": at("/a?x=y"), "token_endpoint": at("/t"),
            "jwks_uri": at("/k"), "userinfo_endpoint": null});
        document[name] = value;
        UpstreamMetadata::parse(&document, issuer)
    }

    #[test]
    fn an_endpoint_that_is_a_script_or_leads_elsewhere_is_refused_when_the_document_is_read() {
        let members = ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"];
        for name in members.into_iter().chain(["pushed_authorization_request_endpoint"]) {
            for address in [
                json!("javascript:alert(1)"),
                json!("//other.example/"),
                json!("/authorize"),
                json!("http://e.example/"),
                json!("https:e.example"),
                json!("https:///e.example"),
                json!("https:\\\\e.example"),
                json!("https://us@e.example/"),
                json!("https://e.example/#x"),
                json!("https://e.example/a\nb"),
                json!("https://e.example/æ"),
                json!(""),
                json!(1),
            ] {
                let read = read(name, address.clone(), "https://e.example");
                assert_eq!(read, Err(MetadataError::Endpoint), "{name} {address}");
            }
        }
    }

    #[test]
    fn endpoints_are_at_hosts_of_the_issuers_choice() {
        assert!(
            read("userinfo_endpoint", json!("https://other.example:8443/u"), "https://e.example").is_ok()
        );
        assert!(read("token_endpoint", json!("http://e.localhost:1/t"), "http://e.localhost:1").is_ok());
        assert_eq!(read("jwks_uri", Value::Null, "https://e.example"), Err(MetadataError::Missing));
    }
}
