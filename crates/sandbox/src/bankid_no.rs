//! Norwegian BankID as it is on the wire, API v4.
//!
//! Spec: developer.bankid.no (openid configuration, api versions, authorize, id token), read 2025-26.

use crypto::{Random, b64};
use serde_json::{Value, json};

use crate::{
    Client, Outcome, SimulatedFault,
    asked::{Issued, Parameters},
};

/// The path of the realm; the issuer has no final slash.
pub(crate) const REALM: &str = "/auth/realms/current";

/// Which endpoint a path is.
pub(crate) fn endpoint(path: &str) -> Option<&'static str> {
    if path == "/userinfo" {
        return Some("userinfo");
    }
    match path.strip_prefix(REALM)? {
        "/.well-known/openid-configuration" => Some("discovery"),
        "/precheck/auth" => Some("authorize"),
        "/protocol/openid-connect/token" => Some("token"),
        "/protocol/openid-connect/certs" => Some("keys"),
        "/protocol/openid-connect/ext/par/request" => Some("push"),
        _ => None,
    }
}

pub(crate) fn discovery(issuer: &str, base: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    // The real one has userinfo on another host; a name of its own beside ours does the same here.
    let userinfo = base.replacen("://", "://userinfo.", 1);
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/precheck/auth"),
        "token_endpoint": at("/protocol/openid-connect/token"),
        "introspection_endpoint": at("/protocol/openid-connect/token/introspect"),
        "userinfo_endpoint": format!("{userinfo}/userinfo"),
        "end_session_endpoint": at("/protocol/openid-connect/logout"),
        "jwks_uri": at("/protocol/openid-connect/certs"),
        "pushed_authorization_request_endpoint": at("/protocol/openid-connect/ext/par/request"),
        "require_pushed_authorization_requests": false,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "userinfo_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": ["urn:bankid:bid", "urn:bankid:bis"],
        "scopes_supported": ["openid", "profile", "nnin_altsub"],
        "tls_client_certificate_bound_access_tokens": true,
        "release": "sandbox",
    })
}

type Refused = (&'static str, Option<&'static str>);

/// What v4 asks, and what it forbids.
pub(crate) fn check(query: &Parameters, client: &Client, pushed: bool) -> Result<(), Refused> {
    let own = |name: &str| query.get(name).map(String::as_str).filter(|it| !it.is_empty());
    let wrong = |description| Err(("invalid_request", Some(description)));
    if own("response_type") != Some("code") {
        return Err(("unsupported_response_type", Some("response_type must be code")));
    }
    if own("state").is_none() || own("nonce").is_none() {
        return wrong("state and nonce are required");
    }
    if own("code_challenge_method") != Some("S256") || own("code_challenge").is_none_or(|it| it.len() != 43) {
        return wrong("PKCE with S256 is required");
    }
    if own("acr_values")
        .is_some_and(|it| !it.split(' ').all(|it| matches!(it, "urn:bankid:bid" | "urn:bankid:bis")))
    {
        return wrong("unknown acr_values");
    }
    let number = own("login_hint").and_then(|it| it.rsplit_once(':')).is_some_and(|(_, it)| it.len() == 11);
    if number && !pushed {
        return wrong("a national identity number must not stand in a plain login_hint");
    }
    let scope = own("scope").unwrap_or_default();
    let known =
        |word: &str| matches!(word, "openid" | "profile") || (word == "nnin_altsub" && client.may_have_nin);
    if !scope.split(' ').any(|it| it == "openid") || !scope.split(' ').all(known) {
        return Err(("invalid_scope", None));
    }
    Ok(())
}

/// What is refused of a pushed request, after the client has authenticated.
///
/// Spec: RFC 9126 §2.3; the codes and words are those of the software that BankID's addresses point to (Keycloak).
pub(crate) fn check_pushed(pushed: &Parameters, client: &Client) -> Result<(), (&'static str, String)> {
    let own = |name: &str| pushed.get(name).map(String::as_str).unwrap_or_default();
    if !client.redirect_uris.iter().any(|it| it == own("redirect_uri")) {
        return Err(("invalid_request", "Invalid parameter: redirect_uri".to_owned()));
    }
    match check(pushed, client, true) {
        Ok(()) => Ok(()),
        Err(("invalid_scope", _)) => Err(("invalid_request", format!("Invalid scopes: {}", own("scope")))),
        Err((error, description)) => Err((error, description.unwrap_or_default().to_owned())),
    }
}

fn guid(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().take(16).map(|it| format!("{it:02x}")).collect();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

/// Documented as not stable; here it is the same while the person is.
fn subject(issued: &Issued) -> String {
    guid(&crypto::sha256(format!("{} {}", issued.client_id, issued.person.id).as_bytes()))
}

pub(crate) fn id_token(issued: &Issued, random: &Random) -> Value {
    let biometrics =
        issued.outcome == Outcome::ApproveBiometrics || issued.fault == Some(SimulatedFault::LowerLevel);
    let (acr, amr) = match (biometrics, issued.outcome) {
        (true, _) => ("urn:bankid:bis;LOA=3", json!(["bis-mfa", "bis-bid"])),
        (false, Outcome::ApproveApp) => {
            ("urn:bankid:bid;LOA=4", json!(["bid", "bid-mfa", "bid-app", "bid-pwd"]))
        }
        (false, _) => ("urn:bankid:bid;LOA=4", json!(["bid", "bid-mfa", "bid-otp", "bid-pwd"])),
    };
    let person = &issued.person;
    let mut claims = json!({
        "typ": "ID",
        "aud": issued.client_id,
        "azp": issued.client_id,
        "jti": guid(&random.bytes::<16>()),
        "sid": b64::encode(&random.bytes::<16>()),
        "sub": subject(issued),
        "acr": acr,
        "amr": amr,
        "api_ver": "4",
        "updated_at": issued.at,
        "bankid_altsub": person.bankid_altsub,
    });
    let has = |word: &str| issued.scope.iter().any(|it| it == word);
    if let Some(members) = claims.as_object_mut() {
        if has("profile") {
            members.insert("name".to_owned(), json!(person.name()));
            members.insert("given_name".to_owned(), json!(person.given_name));
            members.insert("family_name".to_owned(), json!(person.family_name));
            members.insert("birthdate".to_owned(), json!(person.birthdate));
        }
        if has("nnin_altsub") && issued.outcome != Outcome::RefuseNumber {
            members.insert("nnin_altsub".to_owned(), json!(person.nin));
        }
    }
    claims
}

pub(crate) fn userinfo(issued: &Issued, issuer: &str) -> Value {
    json!({
        "iss": issuer,
        "aud": issued.client_id,
        "sub": subject(issued),
        "bankid_altsub": issued.person.bankid_altsub,
        "name": issued.person.name(),
        "given_name": issued.person.given_name,
        "family_name": issued.person.family_name,
        "birthdate": issued.person.birthdate,
    })
}
