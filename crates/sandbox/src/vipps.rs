//! Vipps Login as it is on the wire.
//!
//! Spec: Vipps Login API guide, read 2023-12, and the changelog of developer.vippsmobilepay.com.

use crypto::{Random, b64};
use serde_json::{Map, Value, json};

use crate::{
    Client,
    answer::{params, with_query},
    asked::{Issued, Parameters},
};

/// The path of the issuer; the final slash is part of it.
pub(crate) const ACCESS: &str = "/access-management-1.0/access/";

/// Where people log in, below the issuer. The real one is on another host; nothing may depend on it.
pub(crate) const LOGIN: &str = "login";
/// Where somebody is sent who cannot be sent back.
const FALLBACK: &str = "oauth2/fallbacks/error";
/// The words of the software that Vipps' addresses point to (Ory Hydra).
pub(crate) const CLIENT_REFUSED: &str = "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).";
const NOT_REGISTERED: &str = "redirect_uri is not registered";

/// The address of a page that says what is wrong with a request of which nobody knows where to send its error.
pub(crate) fn fallback(issuer: &str, why: &str) -> String {
    let (error, hint) = match why {
        "unknown client_id" => ("invalid_client", "The requested OAuth 2.0 Client does not exist."),
        NOT_REGISTERED => (
            "invalid_request",
            "The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's pre-registered redirect urls.",
        ),
        other => ("invalid_request", other),
    };
    let description = "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed";
    let pairs = [("error", error), ("error_description", description), ("error_hint", hint)];
    with_query(&format!("{issuer}{FALLBACK}"), &pairs)
}

/// What that page says.
pub(crate) fn refused(query: &str) -> &'static str {
    let query = params(query).unwrap_or_default();
    let says = |name: &str, word: &str| query.get(name).is_some_and(|it| it.contains(word));
    if says("error_hint", "redirect_uri") {
        NOT_REGISTERED
    } else if says("error", "invalid_client") {
        "unknown client_id"
    } else {
        "the request is malformed"
    }
}

/// Which endpoint a path is.
pub(crate) fn endpoint(path: &str) -> Option<&'static str> {
    if path == "/vipps-userinfo-api/userinfo" {
        return Some("userinfo");
    }
    match path.strip_prefix(ACCESS)? {
        ".well-known/openid-configuration" => Some("discovery"),
        ".well-known/jwks.json" => Some("keys"),
        "oauth2/auth" => Some("authorize"),
        "oauth2/token" => Some("token"),
        LOGIN => Some("login"),
        FALLBACK => Some("fallback"),
        _ => None,
    }
}

pub(crate) fn discovery(issuer: &str, base: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("oauth2/auth"),
        "token_endpoint": at("oauth2/token"),
        "jwks_uri": at(".well-known/jwks.json"),
        "userinfo_endpoint": format!("{base}/vipps-userinfo-api/userinfo"),
        "revocation_endpoint": at("oauth2/revoke"),
        "end_session_endpoint": at("oauth2/sessions/logout"),
        "subject_types_supported": ["public", "pairwise"],
        "response_types_supported": ["code", "code id_token", "id_token", "token id_token", "token", "token id_token code"],
        "response_modes_supported": ["query", "fragment"],
        "grant_types_supported": ["authorization_code", "implicit", "client_credentials", "refresh_token"],
        "claims_supported": ["sub"],
        "claims_parameter_supported": false,
        "scopes_supported": ["openid", "address", "name", "email", "phoneNumber", "nin", "birthDate"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt", "none"],
        "userinfo_signing_alg_values_supported": ["none", "RS256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "backchannel_logout_supported": false,
        "frontchannel_logout_supported": false,
    })
}

type Refused = (&'static str, Option<&'static str>);

pub(crate) fn check(query: &Parameters, client: &Client) -> Result<(), Refused> {
    let own = |name: &str| query.get(name).map(String::as_str).filter(|it| !it.is_empty());
    if own("response_type") != Some("code") {
        return Err((
            "unsupported_response_type",
            Some("The authorization server does not support this response type"),
        ));
    }
    if own("state").is_none_or(|it| it.len() < 8) {
        return Err(("invalid_state", Some("The state must have at least 8 characters")));
    }
    // The default is plain; this simulator's clients send S256.
    if own("code_challenge").is_some() && own("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", Some("This sandbox takes S256 only")));
    }
    let known = |word: &str| {
        matches!(word, "openid" | "address" | "name" | "email" | "phoneNumber" | "birthDate")
            || (word == "nin" && client.may_have_nin)
    };
    let scope = own("scope").unwrap_or_default();
    if !scope.split(' ').any(|it| it == "openid") || !scope.split(' ').all(known) {
        return Err(("invalid_scope", Some("The requested scope is invalid, unknown, or malformed")));
    }
    Ok(())
}

/// Pairwise for each sales unit, which here is the client.
fn subject(issued: &Issued) -> String {
    let hash = crypto::sha256(format!("vipps {} {}", issued.client_id, issued.person.nin).as_bytes());
    b64::encode(hash.get(..16).unwrap_or_default())
}

pub(crate) fn id_token(issued: &Issued, random: &Random) -> Value {
    json!({
        "aud": [issued.client_id],
        "sub": subject(issued),
        "auth_time": issued.at,
        "rat": issued.at - 2,
        "jti": b64::encode(&random.bytes::<16>()),
        "sid": b64::encode(&random.bytes::<16>()),
    })
}

pub(crate) fn userinfo(issued: &Issued) -> Value {
    let person = &issued.person;
    let has = |word: &str| issued.scope.iter().any(|it| it == word);
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    put("sub", json!(subject(issued)));
    put("sid", json!(person.id));
    if has("name") {
        put("name", json!(person.name()));
        put("given_name", json!(person.given_name));
        put("family_name", json!(person.family_name));
    }
    if has("birthDate") {
        put("birthdate", json!(person.birthdate));
    }
    if has("phoneNumber") {
        put("phone_number", json!(person.phone_number));
    }
    if has("email") {
        put("email", json!(person.email));
        put("email_verified", json!(true));
    }
    if has("nin") {
        put("nin", json!(person.nin));
    }
    if has("address") {
        let formatted = format!("{}\n{}\n{}\nNO", person.street, person.postal_code, person.place);
        put(
            "address",
            json!({
                "street_address": person.street, "postal_code": person.postal_code, "region": person.place,
                "country": "NO", "formatted": formatted, "address_type": "home",
            }),
        );
        put("other_addresses", json!([]));
    }
    Value::Object(claims)
}
