//! The Config plan.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::suite::{Mode, Suite};
use crate::house::ISSUER;

/// Registered names (IANA, OAuth Authorization Server Metadata); the suite warns about any other.
const REGISTERED: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests",
    "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "claim_types_supported",
    "claims_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "code_challenge_methods_supported",
    "authorization_response_iss_parameter_supported",
    "prompt_values_supported",
    "ui_locales_supported",
];

#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let suite = Suite::open(Mode::Plain).await;
    let metadata = suite.house.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["issuer"], ISSUER);
    for (name, value) in metadata.as_object().unwrap() {
        assert!(REGISTERED.contains(&name.as_str()), "{name} is not a registered name");
        let fits = match name.as_str() {
            it if it.ends_with("_endpoint") || it.ends_with("_uri") => {
                value.as_str().is_some_and(|it| it.starts_with("https://"))
            }
            it if it.ends_with("_supported") && value.is_array() => {
                value.as_array().unwrap().iter().all(Value::is_string)
            }
            "issuer" => value.is_string(),
            _ => value.is_boolean(),
        };
        assert!(fits, "{name}: {value}");
    }
    for (name, value) in [
        ("response_types_supported", "code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
    ] {
        assert!(metadata[name].as_array().unwrap().contains(&json!(value)), "{value} in {name}");
    }
}

#[tokio::test]
async fn oidcc_discovery_jwks() {
    let suite = Suite::open(Mode::Plain).await;
    let set = suite.house.get("/.well-known/jwks").await.json();
    let keys = set["keys"].as_array().unwrap();
    let names: BTreeSet<&str> = keys.iter().map(|it| it["kid"].as_str().unwrap()).collect();
    assert_eq!((names.len(), keys.is_empty()), (keys.len(), false));
    for key in keys {
        assert!(key["use"] == "sig" && key["kty"].is_string() && key["alg"].is_string(), "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
}
