//! Behind a proxy: who is believed, and what happens in clear text.

use hyper::Request;

use crate::house::{HOST, Installation, Server, ask, get};

const DISCOVERY: &str = "/.well-known/openid-configuration";

async fn started(listen: &str) -> (Installation, Server) {
    let installation = Installation::new().await;
    installation.configure(listen);
    let server = installation.start();
    (installation, server)
}

#[tokio::test]
async fn a_listed_proxy_says_how_the_client_came_and_for_which_host() {
    let (_installation, server) = started("trusted_proxies = [\"127.0.0.0/8\"]").await;
    let forwarded = [("host", "inner:8080"), ("x-forwarded-proto", "https"), ("x-forwarded-host", HOST)];
    let answer = ask(server.plain().await, false, get(DISCOVERY, &forwarded)).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("strict-transport-security"));
    let twice =
        [("x-forwarded-proto", "https"), ("x-forwarded-host", HOST), ("x-forwarded-host", "a.example")];
    assert_eq!(ask(server.plain().await, false, get(DISCOVERY, &twice)).await.status(), 400);
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let (_installation, server) = started("").await;
    let claims = [("x-forwarded-proto", "https"), ("x-forwarded-host", "other.example")];
    let answer = ask(server.plain().await, false, get(DISCOVERY, &claims)).await;
    // Still in clear text, and still for the host of the request.
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()),
        (308, "https://login.example/.well-known/openid-configuration")
    );
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn where_proxies_are_listed_nobody_else_gets_in() {
    let (_installation, server) = started("trusted_proxies = [\"10.0.0.0/8\"]").await;
    let answer = ask(server.plain().await, false, get(DISCOVERY, &[("x-forwarded-proto", "https")])).await;
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn secrets_are_neither_taken_nor_given_in_clear_text() {
    let (_installation, server) = started("trusted_proxies = [\"127.0.0.1\"]").await;
    let post = || Request::post("/oauth2/token").header("host", HOST);
    let body = || "grant_type=authorization_code&code=x&client_id=a&client_secret=b".to_owned();
    let form = "application/x-www-form-urlencoded";
    let clear = post().header("x-forwarded-proto", "http").header("content-type", form).body(body()).unwrap();
    assert_eq!(ask(server.plain().await, false, clear).await.status(), 403);
    let bearer = get("/oauth2/userinfo", &[("authorization", "Bearer x"), ("x-forwarded-proto", "http")]);
    assert_eq!(ask(server.plain().await, false, bearer).await.status(), 403);
    let sealed =
        post().header("x-forwarded-proto", "https").header("content-type", form).body(body()).unwrap();
    assert_eq!(ask(server.plain().await, false, sealed).await.status(), 401);
}
