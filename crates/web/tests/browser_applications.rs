//! Applications without a server: PKCE and CORS.

use axum::{body::Body, http::Request};

use crate::house::{HOST, TestBroker, VERIFIER, form, with};

#[tokio::test]
async fn a_browser_application_logs_in_and_reads_its_answers() {
    let house = TestBroker::open().await;
    let changes = [("client_id", Some("spa")), ("redirect_uri", Some("https://spa.example/"))];
    let code = house.browser().log_in(&changes, with::APP).await.param("code");
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://spa.example/"),
        ("code_verifier", VERIFIER),
        ("client_id", "spa"),
    ]);
    let tokens = house.post("/oauth2/token", &body, &[("origin", "https://spa.example")]).await;
    assert_eq!(tokens.status, 200);
    assert_eq!(tokens.header("access-control-allow-origin"), Some("https://spa.example"));
    assert_eq!(tokens.header("access-control-allow-credentials"), None);
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let request = Request::get("/oauth2/userinfo")
        .header("host", HOST)
        .header("origin", "https://spa.example")
        .header("authorization", format!("Bearer {token}"));
    let userinfo = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(userinfo.header("access-control-allow-origin"), Some("https://spa.example"));
}

async fn preflight(house: &TestBroker, origin: &str) -> Option<String> {
    let request = Request::options("/oauth2/token")
        .header("host", HOST)
        .header("origin", origin)
        .header("access-control-request-method", "POST");
    let reply = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status, reply.header("vary")), (204, Some("Origin")));
    reply.header("access-control-allow-origin").map(str::to_owned)
}

#[tokio::test]
async fn rule_26_only_origins_of_applications_pass_the_preflight() {
    let house = TestBroker::open().await;
    assert_eq!(preflight(&house, "https://spa.example").await.as_deref(), Some("https://spa.example"));
    for origin in [
        "null",
        "https://evil.example",
        "http://spa.example",
        "https://spa.example:8443",
        "https://spa.example.evil.example",
        "https://SPA.example",
    ] {
        assert_eq!(preflight(&house, origin).await, None, "{origin}");
    }
}

#[tokio::test]
async fn a_known_client_is_read_by_its_own_origins_only() {
    let house = TestBroker::open().await;
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("client_id", "shop"),
        ("client_secret", "wrong"),
    ]);
    let reply = house.post("/oauth2/token", &body, &[("origin", "https://spa.example")]).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (401, None));
    let unknown = form(&[("grant_type", "authorization_code"), ("code", "x"), ("client_id", "nobody")]);
    let reply = house.post("/oauth2/token", &unknown, &[("origin", "https://spa.example")]).await;
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("https://spa.example"),
        "so that it can read the error"
    );
}
