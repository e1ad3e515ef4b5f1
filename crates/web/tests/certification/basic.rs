//! The Basic plan, and the same again as the Form Post plan.

use serde_json::{Value, json};

use super::suite::{AUTOMATION, CALLBACK, CALLBACK_WITH_QUERY, Mode, Suite, WITH_VERIFIER};
use crate::house::{CHALLENGE, form};

const STANDARD: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

async fn oidcc_server(suite: &Suite) {
    let mut engine = suite.engine();
    let landed = engine.code(&[]).await;
    let (_, claims) = suite.tokens(&landed, &[]).await;
    assert_eq!((engine.asked, &claims["nonce"]), (1, &json!("the-nonce")));
}

async fn oidcc_response_type_missing(suite: &Suite) {
    let landed = suite.engine().authorize(&[("response_type", None)]).await;
    assert!(["invalid_request", "unsupported_response_type"].contains(&landed.get("error")));
}

async fn userinfo_of_a_login(suite: &Suite) -> (String, Value) {
    let landed = suite.engine().code(&[("scope", Some("openid profile"))]).await;
    let (tokens, claims) = suite.tokens(&landed, &[]).await;
    (tokens["access_token"].as_str().unwrap().to_owned(), claims["sub"].clone())
}

async fn oidcc_userinfo_get(suite: &Suite) {
    let (token, subject) = userinfo_of_a_login(suite).await;
    let answer = suite.house.userinfo(&token).await;
    assert_eq!((answer.status, &answer.json()["sub"]), (200, &subject));
    assert!(answer.header("content-type").unwrap().starts_with("application/json"));
}

async fn oidcc_userinfo_post_header(suite: &Suite) {
    let (token, subject) = userinfo_of_a_login(suite).await;
    let bearer = format!("Bearer {token}");
    let answer = suite.house.post("/oauth2/userinfo", "", &[("authorization", &bearer)]).await;
    assert_eq!((answer.status, &answer.json()["sub"]), (200, &subject));
}

async fn oidcc_userinfo_post_body(suite: &Suite) {
    let (token, subject) = userinfo_of_a_login(suite).await;
    let answer = suite.house.post("/oauth2/userinfo", &form(&[("access_token", &token)]), &[]).await;
    assert_eq!((answer.status, &answer.json()["sub"]), (200, &subject));
}

async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(suite: &Suite) {
    let landed = suite.engine().code(&[("nonce", None)]).await;
    let (_, claims) = suite.tokens(&landed, &[]).await;
    assert_eq!(claims.get("nonce"), None);
}

/// Every standard claim of these scopes is at userinfo, of the right type, and none of another scope.
async fn scopes(suite: &Suite, asked: &[&str]) {
    let scope = format!("openid {}", asked.join(" "));
    let landed = suite.engine().code(&[("scope", Some(&scope))]).await;
    let (tokens, _) = suite.tokens(&landed, &[]).await;
    let userinfo = suite.house.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    for (name, claims) in STANDARD {
        for claim in claims {
            let value = userinfo.get(claim);
            assert_eq!(value.is_some(), asked.contains(&name), "{claim}");
            let Some(value) = value else { continue };
            let fits = match *claim {
                "updated_at" => value.is_i64(),
                "email_verified" | "phone_number_verified" => value.is_boolean(),
                "address" => value["formatted"].is_string() && value["country"].is_string(),
                _ => value.as_str().is_some_and(|it| !it.is_empty()),
            };
            assert!(fits, "{claim}: {value}");
        }
    }
}

async fn oidcc_scope_profile(suite: &Suite) {
    scopes(suite, &["profile"]).await;
}

async fn oidcc_scope_email(suite: &Suite) {
    scopes(suite, &["email"]).await;
}

async fn oidcc_scope_address(suite: &Suite) {
    scopes(suite, &["address"]).await;
}

async fn oidcc_scope_phone(suite: &Suite) {
    scopes(suite, &["phone"]).await;
}

async fn oidcc_scope_all(suite: &Suite) {
    scopes(suite, &["profile", "email", "address", "phone"]).await;
}

async fn oidcc_alternate_happy_flow(suite: &Suite) {
    let mut engine = suite.engine();
    let (_, one) = suite.tokens(&engine.code(&[]).await, &[]).await;
    let second = engine.code(&[("redirect_uri", Some(CALLBACK_WITH_QUERY))]).await;
    assert_eq!((second.get("dummy1"), second.get("dummy2")), ("lorem", "ipsum"), "its query is kept");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", second.get("code")),
        ("redirect_uri", CALLBACK_WITH_QUERY),
    ];
    let other = suite.checked(&suite.token("first", &pairs).await.json()).await;
    assert_eq!(one["sub"], other["sub"]);
}

async fn accepts(suite: &Suite, name: &str, value: &str) {
    let landed = suite.engine().code(&[(name, Some(value))]).await;
    suite.tokens(&landed, &[]).await;
}

async fn oidcc_display_page(suite: &Suite) {
    accepts(suite, "display", "page").await;
}

async fn oidcc_display_popup(suite: &Suite) {
    accepts(suite, "display", "popup").await;
}

async fn oidcc_ui_locales(suite: &Suite) {
    accepts(suite, "ui_locales", "se en").await;
}

async fn oidcc_claims_locales(suite: &Suite) {
    accepts(suite, "claims_locales", "se").await;
}

async fn oidcc_ensure_request_with_unknown_parameter_succeeds(suite: &Suite) {
    accepts(suite, "extra", "foobar").await;
}

async fn oidcc_login_hint(suite: &Suite) {
    accepts(suite, "login_hint", "ada@suite.example").await;
}

async fn oidcc_prompt_login(suite: &Suite) {
    let mut engine = suite.engine();
    let first = engine.code(&[]).await;
    let (_, before) = suite.tokens(&first, &[]).await;
    suite.house.step(2);
    let second = engine.code(&[("prompt", Some("login"))]).await;
    let (_, after) = suite.tokens(&second, &[]).await;
    assert_eq!((engine.asked, &after["sub"]), (2, &before["sub"]));
    assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64());
}

async fn oidcc_prompt_none_not_logged_in(suite: &Suite) {
    let mut engine = suite.engine();
    let landed = engine.authorize(&[("prompt", Some("none"))]).await;
    assert_eq!((landed.get("error"), landed.get("state"), engine.asked), ("login_required", "the-state", 0));
}

/// A second authorization in the same browser that asks for nothing: same person, same `auth_time`.
async fn goes_on(suite: &Suite, changes: &[(&str, Option<&str>)]) {
    let mut engine = suite.engine();
    let (_, before) = suite.tokens(&engine.code(&[]).await, &[]).await;
    suite.house.step(2);
    let (_, after) = suite.tokens(&engine.code(changes).await, &[]).await;
    assert_eq!((engine.asked, &after["sub"]), (1, &before["sub"]));
    assert_eq!(after["auth_time"].as_i64().unwrap(), before["auth_time"].as_i64().unwrap());
}

async fn oidcc_prompt_none_logged_in(suite: &Suite) {
    goes_on(suite, &[("prompt", Some("none"))]).await;
}

async fn oidcc_max_age_10000(suite: &Suite) {
    goes_on(suite, &[("max_age", Some("10000"))]).await;
}

async fn oidcc_max_age_1(suite: &Suite) {
    let mut engine = suite.engine();
    let (_, before) = suite.tokens(&engine.code(&[]).await, &[]).await;
    suite.house.step(2);
    let (_, after) = suite.tokens(&engine.code(&[("max_age", Some("1"))]).await, &[]).await;
    assert_eq!(engine.asked, 2);
    assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64());
}

async fn oidcc_id_token_hint(suite: &Suite) {
    let mut engine = suite.engine();
    let (tokens, before) = suite.tokens(&engine.code(&[]).await, &[]).await;
    let hint = tokens["id_token"].as_str();
    let again = engine.code(&[("prompt", Some("none")), ("id_token_hint", hint)]).await;
    let (_, after) = suite.tokens(&again, &[]).await;
    assert_eq!((engine.asked, &after["sub"]), (1, &before["sub"]));
}

async fn oidcc_ensure_request_with_acr_values_succeeds(suite: &Suite) {
    let metadata = suite.house.get("/.well-known/openid-configuration").await.json();
    let advertised: Vec<String> = serde_json::from_value(metadata["acr_values_supported"].clone()).unwrap();
    let landed = suite.engine().code(&[("acr_values", Some(&advertised.join(" ")))]).await;
    let (_, claims) = suite.tokens(&landed, &[]).await;
    assert_eq!(claims["acr"], AUTOMATION);
    assert!(advertised.iter().any(|it| it == AUTOMATION));
}

async fn reuse_after(suite: &Suite, seconds: i64) {
    let landed = suite.engine().code(&[]).await;
    let (tokens, _) = suite.tokens(&landed, &[]).await;
    suite.house.step(seconds);
    assert_eq!(suite.redeem(landed.get("code"), &[]).await.error(), "invalid_grant");
    assert_eq!(suite.house.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401);
}

async fn oidcc_codereuse(suite: &Suite) {
    reuse_after(suite, 0).await;
}

async fn oidcc_codereuse_30seconds(suite: &Suite) {
    reuse_after(suite, 30).await;
}

async fn oidcc_ensure_registered_redirect_uri(suite: &Suite) {
    let unregistered = format!("{CALLBACK}/unregistered");
    let landed = suite.engine().authorize(&[("redirect_uri", Some(&unregistered))]).await;
    assert_eq!((landed.page.status, landed.page.header("location")), (400, None));
    assert!(landed.page.body.contains("Request rejected"), "{}", landed.page.body);
}

async fn oidcc_ensure_post_request_succeeds(suite: &Suite) {
    let landed = suite.engine().authorize_by_post().await;
    suite.tokens(&landed, &[]).await;
}

async fn oidcc_server_client_secret_post(suite: &Suite) {
    let landed = suite.engine().code(&[("client_id", Some("third"))]).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", landed.get("code")),
        ("redirect_uri", CALLBACK),
        ("client_id", "third"),
        ("client_secret", suite.house.secret.expose()),
    ];
    assert_eq!(suite.house.token(&pairs).await.status, 200);
}

fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| crypto::b64::encode(value.to_string().as_bytes());
    format!("{}.{}.", part(&json!({"alg": "none"})), part(claims))
}

/// The state, and in the form-post plan the response mode too, stand only inside the object.
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(suite: &Suite) {
    let mut claims = json!({"client_id": "first", "scope": "openid", "state": "the-state"});
    if suite.mode == Mode::FormPost {
        claims["response_mode"] = json!("form_post");
    }
    let object = unsigned(&claims);
    let changes = [("request", Some(object.as_str())), ("state", None), ("response_mode", None)];
    // How the answer comes is checked by the engine: a form in the form-post plan, else a redirect.
    let landed = suite.engine().authorize(&changes).await;
    assert_eq!((landed.get("error"), landed.get("state")), ("request_not_supported", "the-state"));
}

/// An unregistered address stands outside and a registered one inside: the object is not honoured, so nothing is sent to
/// either.
async fn oidcc_ensure_request_object_with_redirect_uri(suite: &Suite) {
    let object = unsigned(&json!({"client_id": "first", "redirect_uri": CALLBACK}));
    let outside = format!("{CALLBACK}/unregistered");
    let changes = [("request", Some(object.as_str())), ("redirect_uri", Some(outside.as_str()))];
    let landed = suite.engine().authorize(&changes).await;
    assert_eq!((landed.page.status, landed.page.header("location")), (400, None));
    assert!(landed.params.is_empty() && landed.page.body.contains("Request rejected"));
}

async fn oidcc_claims_essential(suite: &Suite) {
    let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let landed = suite.engine().code(&[("claims", Some(claims))]).await;
    let (tokens, _) = suite.tokens(&landed, &[]).await;
    let userinfo = suite.house.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(userinfo["name"], "Ada Prøve");
}

async fn oidcc_refresh_token(suite: &Suite) {
    let changes = [("scope", Some("openid offline_access")), ("prompt", Some("consent"))];
    let landed = suite.engine().code(&changes).await;
    let (tokens, before) = suite.tokens(&landed, &[]).await;
    suite.house.step(5);
    let token = tokens["refresh_token"].as_str().unwrap();
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let refreshed = suite.token("first", &pairs).await.json();
    let after = suite.checked(&refreshed).await;
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(after[claim], before[claim], "{claim}");
    }
    assert!(after.get("nonce").is_none() && after["iat"].as_i64() > before["iat"].as_i64());
    assert_ne!(refreshed["access_token"], tokens["access_token"]);
    assert_eq!(suite.token("second", &pairs).await.error(), "invalid_grant");
}

async fn oidcc_ensure_request_with_valid_pkce_succeeds(suite: &Suite) {
    let changes = [("code_challenge", Some(CHALLENGE)), ("code_challenge_method", Some("S256"))];
    let landed = suite.engine().code(&changes).await;
    suite.tokens(&landed, &WITH_VERIFIER).await;
}

macro_rules! plan {
    ($plan:ident, $mode:expr, [$($module:ident),+ $(,)?]) => {
        mod $plan {
            use super::{Mode, Suite};

            $(#[tokio::test]
            async fn $module() {
                super::$module(&Suite::open($mode).await).await;
            })+
        }
    };
}

macro_rules! plans {
    ($modules:tt) => {
        plan!(basic, Mode::Plain, $modules);
        plan!(form_post, Mode::FormPost, $modules);
    };
}

plans!([
    oidcc_server,
    oidcc_response_type_missing,
    oidcc_userinfo_get,
    oidcc_userinfo_post_header,
    oidcc_userinfo_post_body,
    oidcc_ensure_request_without_nonce_succeeds_for_code_flow,
    oidcc_scope_profile,
    oidcc_scope_email,
    oidcc_scope_address,
    oidcc_scope_phone,
    oidcc_scope_all,
    oidcc_alternate_happy_flow,
    oidcc_display_page,
    oidcc_display_popup,
    oidcc_prompt_login,
    oidcc_prompt_none_not_logged_in,
    oidcc_prompt_none_logged_in,
    oidcc_max_age_1,
    oidcc_max_age_10000,
    oidcc_ensure_request_with_unknown_parameter_succeeds,
    oidcc_id_token_hint,
    oidcc_login_hint,
    oidcc_ui_locales,
    oidcc_claims_locales,
    oidcc_ensure_request_with_acr_values_succeeds,
    oidcc_codereuse,
    oidcc_codereuse_30seconds,
    oidcc_ensure_registered_redirect_uri,
    oidcc_ensure_post_request_succeeds,
    oidcc_server_client_secret_post,
    oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
    oidcc_ensure_request_object_with_redirect_uri,
    oidcc_claims_essential,
    oidcc_refresh_token,
    oidcc_ensure_request_with_valid_pkce_succeeds,
]);
