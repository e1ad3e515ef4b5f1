//! What a live check makes of answers, expected and not.

use model::{CheckFinding as Found, CheckLine, CheckState, CheckSubject, LoginMethod};
use serde_json::json;

use crate::stand_in::StandIn;

const PUSH: &str = "/push";

/// What was found of each subject, in their order: discovery, credentials, redirect URI, number.
fn found(lines: &[CheckLine]) -> [Found; 4] {
    CheckSubject::ALL.map(|subject| {
        let mut of_it = lines.iter().filter(|it| it.subject == subject);
        let line = of_it.next().unwrap();
        assert!(of_it.next().is_none(), "one line for each subject: {lines:?}");
        line.finding
    })
}

async fn bankid() -> StandIn {
    let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
    let push = format!("{}{PUSH}", eid.issuer());
    eid.change_discovery("pushed_authorization_request_endpoint", json!(push));
    eid
}

/// What is found where pushed requests are answered so.
async fn pushed(status: u16, body: &str) -> [Found; 4] {
    let mut eid = bankid().await;
    eid.answer(PUSH, status, "application/json", body);
    found(&eid.check().await)
}

/// What is found where Vipps' token endpoint answers so.
async fn redeemed(status: u16, body: &str) -> Found {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.answer("/token", status, "application/json", body);
    found(&eid.check().await)[1]
}

/// What is found where Vipps' authorization address answers so.
async fn shown(status: u16, kind: &str, body: &str) -> Found {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.answer("/authorize", status, kind, body);
    found(&eid.check().await)[2]
}

#[tokio::test]
async fn each_expected_answer_to_a_pushed_request_is_told_apart() {
    use Found::{CredentialsRefused, Good, NotAsked, RedirectUriUnregistered};
    assert_eq!(pushed(201, r#"{"request_uri":"urn:x","expires_in":60}"#).await, [Good; 4]);
    for error in ["invalid_client", "unauthorized_client"] {
        for status in [400, 401] {
            let body = json!({"error": error, "error_description": "Invalid client"}).to_string();
            assert_eq!(pushed(status, &body).await, [Good, CredentialsRefused, NotAsked, NotAsked]);
        }
    }
    let body = json!({"error": "invalid_request", "error_description": "Invalid parameter: redirect_uri"});
    assert_eq!(pushed(400, &body.to_string()).await, [Good, Good, RedirectUriUnregistered, NotAsked]);
}

#[tokio::test]
async fn an_answer_that_is_not_recognised_is_neither_good_nor_bad() {
    for (status, body) in [
        (200, "<html>fine</html>"),
        (201, "{}"),
        (201, r#"{"request_uri":"urn:x","error":"invalid_client"}"#),
        (302, ""),
        (400, r#"{"error":"invalid_request"}"#),
        (400, r#"{"error":"invalid_request","error_description":"nonce"}"#),
        (401, ""),
        (403, r#"{"error":"invalid_client"}"#),
        (429, r#"{"error":"slow_down"}"#),
        (500, r#"{"error":"server_error"}"#),
        (503, "garbage"),
    ] {
        let [discovery, credentials, redirect_uri, number] = pushed(status, body).await;
        assert_eq!((discovery, credentials), (Found::Good, Found::Unrecognised), "{status} {body}");
        assert_eq!((redirect_uri, number), (Found::NotAsked, Found::NotAsked), "{status} {body}");
    }
    for (status, body) in
        [(200, r#"{"access_token":"x"}"#), (400, "{}"), (500, r#"{"error":"invalid_client"}"#)]
    {
        assert_eq!(redeemed(status, body).await, Found::Unrecognised, "{status} {body}");
    }
    for (status, kind) in [
        (200, "text/html"),
        (302, "to /login"),
        (302, "to /login?login_challenge="),
        (302, "to https://us.example/callback?login_challenge=x"),
        (302, "to /error?error=invalid_request&error_hint=state"),
        (302, "to /error?error=server_error&error_hint=redirect_uri"),
        (404, "text/html"),
    ] {
        assert_eq!(shown(status, kind, "").await, Found::Unrecognised, "{status} {kind}");
    }
}

#[tokio::test]
async fn vipps_is_asked_with_a_code_that_cannot_exist_and_its_redirect_is_not_followed() {
    assert_eq!(redeemed(401, r#"{"error":"invalid_client"}"#).await, Found::CredentialsRefused);
    assert_eq!(redeemed(400, r#"{"error":"invalid_grant"}"#).await, Found::Good);
    assert_eq!(shown(302, "to /login?login_challenge=abc", "").await, Found::Good);
    let unknown = "to /error?error=invalid_request&error_hint=The+'redirect_uri'+parameter+does+not+match";
    assert_eq!(shown(302, unknown, "").await, Found::RedirectUriUnregistered);
    let body = r#"{"error":"invalid_request","error_hint":"redirect_uri"}"#;
    assert_eq!(shown(400, "application/json", body).await, Found::RedirectUriUnregistered);
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.answer("/authorize", 302, "to /login?login_challenge=abc", "");
    assert_eq!(found(&eid.check().await)[3], Found::NeedsLogin);
    assert_eq!(eid.asked("/login"), 0);
}

#[tokio::test]
async fn an_eid_that_is_down_or_not_itself_is_bad_and_asked_nothing_else() {
    use Found::{DiscoveryUnusable, NotAsked, Unreachable};
    let gone = StandIn::gone().await;
    assert_eq!(found(&gone.check().await), [Unreachable, NotAsked, NotAsked, NotAsked]);
    let line = gone.check().await.remove(0);
    assert_eq!((line.cause.as_deref(), line.state()), (Some("eid-down"), CheckState::Bad));
    let mut garbage = bankid().await;
    garbage.answer("/.well-known/openid-configuration", 200, "application/json", "no JSON");
    assert_eq!(found(&garbage.check().await), [DiscoveryUnusable, NotAsked, NotAsked, NotAsked]);
    let mut other = bankid().await;
    other.change_discovery("issuer", json!("https://another.example"));
    assert_eq!(found(&other.check().await), [DiscoveryUnusable, NotAsked, NotAsked, NotAsked]);
    assert_eq!(other.asked(PUSH), 0);
}

#[tokio::test]
async fn an_eid_without_pushed_requests_leaves_the_rest_unknown() {
    let eid = StandIn::open(LoginMethod::NO_BANKID).await;
    let other = Found::NotOffered;
    assert_eq!(found(&eid.check().await), [Found::Good, other, other, other]);
}

#[tokio::test]
async fn the_words_of_an_eid_are_cut_and_never_repeat_a_secret() {
    let mut eid = bankid().await;
    let long = format!("a\u{1b}[31m{}", "x".repeat(5_000));
    let body = json!({"error": "invalid_client", "error_description": long}).to_string();
    eid.answer(PUSH, 401, "application/json", &body);
    // An escape character makes the answer no JSON, so it is not recognised at all.
    assert_eq!(found(&eid.check().await)[1], Found::Unrecognised);
    let body = json!({"error": "invalid_client", "error_description": "x".repeat(5_000)}).to_string();
    eid.answer(PUSH, 401, "application/json", &body);
    let line = eid.check().await.remove(1);
    assert_eq!(line.description.unwrap().len(), 200);
    let body = json!({"error": "invalid_client", "error_description": "your secret is wrong: secret"});
    eid.answer(PUSH, 401, "application/json", &body.to_string());
    let line = eid.check().await.remove(1);
    assert_eq!((line.finding, line.error.as_deref()), (Found::CredentialsRefused, None));
    assert_eq!(line.description.as_deref(), Some("status 401"));
}
