//! The RP-Initiated Logout plan.

use serde_json::Value;

use super::suite::{BYE, Engine, Mode, Suite};
use crate::house::Reply;

/// Logs in; gives the ID token.
async fn log_in(suite: &Suite, engine: &mut Engine<'_>) -> String {
    let (tokens, _) = suite.tokens(&engine.code(&[]).await, &[]).await;
    tokens["id_token"].as_str().unwrap().to_owned()
}

async fn is_logged_in(engine: &mut Engine<'_>) -> bool {
    !engine.authorize(&[("prompt", Some("none"))]).await.params.contains_key("error")
}

fn is_error_page(page: &Reply) {
    assert_eq!((page.status, page.header("location")), (400, None));
    assert!(page.body.contains("Request rejected"), "{}", page.body);
}

fn is_logged_out_page(page: &Reply) {
    assert_eq!((page.status, page.header("location")), (200, None));
    assert!(page.body.contains("You are logged out"), "{}", page.body);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let suite = Suite::open(Mode::Plain).await;
    let metadata: Value = suite.house.get("/.well-known/openid-configuration").await.json();
    assert!(metadata["end_session_endpoint"].as_str().unwrap().starts_with("https://"));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    let hint = log_in(&suite, &mut engine).await;
    assert!(is_logged_in(&mut engine).await);
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "bye")];
    assert_eq!(engine.logout(&pairs).await.location(), format!("{BYE}?state=bye"));
    assert!(!is_logged_in(&mut engine).await, "login_required afterwards");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    let hint = log_in(&suite, &mut engine).await;
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
    assert_eq!(engine.logout(&pairs).await.location(), BYE);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    let hint = log_in(&suite, &mut engine).await;
    let other = format!("{BYE}/unregistered");
    is_error_page(&engine.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", &other)]).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    let hint = log_in(&suite, &mut engine).await;
    let more = format!("{BYE}?extra=1");
    is_error_page(&engine.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", &more)]).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    let hint = log_in(&suite, &mut engine).await;
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let changed = if let Some(rest) = signature.strip_prefix('A') {
        format!("B{rest}")
    } else {
        format!("A{}", &signature[1..])
    };
    let modified = format!("{signed}.{changed}");
    is_error_page(&engine.logout(&[("id_token_hint", &modified), ("post_logout_redirect_uri", BYE)]).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    log_in(&suite, &mut engine).await;
    is_error_page(&engine.logout(&[("id_token_hint", "nonsense"), ("post_logout_redirect_uri", BYE)]).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    log_in(&suite, &mut engine).await;
    let page = engine.logout(&[("post_logout_redirect_uri", BYE), ("state", "bye")]).await;
    assert_eq!(page.header("location"), None, "nothing says whose address it is");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    let hint = log_in(&suite, &mut engine).await;
    is_logged_out_page(&engine.logout(&[("id_token_hint", &hint), ("state", "bye")]).await);
    assert!(!is_logged_in(&mut engine).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    log_in(&suite, &mut engine).await;
    is_logged_out_page(&engine.logout(&[("state", "bye")]).await);
    assert!(!is_logged_in(&mut engine).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let suite = Suite::open(Mode::Plain).await;
    let mut engine = suite.engine();
    log_in(&suite, &mut engine).await;
    is_logged_out_page(&engine.logout(&[]).await);
    assert!(!is_logged_in(&mut engine).await);
}
