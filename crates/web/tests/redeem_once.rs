//! Many at once: exactly one wins.

use axum::{Router, body::Body, http::Request};
use tower::ServiceExt;

use crate::house::{HOST, REDIRECT, TestBroker, VERIFIER, form};

pub(crate) async fn post(router: Router, body: String) -> (u16, String) {
    let request = Request::post("/oauth2/token").header("host", HOST).body(Body::from(body)).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// Twenty rounds; a thousand with `PORTVAKT_LONG`.
fn rounds() -> usize {
    if std::env::var_os("PORTVAKT_LONG").is_some() { 1_000 } else { 20 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn neg_07_of_fifty_at_once_one_wins_and_its_token_is_dead_afterwards() {
    let house = TestBroker::open().await;
    for round in 0..rounds() {
        let code = house.code(&[]).await;
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", "shop"),
            ("client_secret", house.secret.expose()),
        ]);
        let all: Vec<_> = (0..50).map(|_| tokio::spawn(post(house.router.clone(), body.clone()))).collect();
        let mut winners = Vec::new();
        for one in all {
            match one.await.unwrap() {
                (200, body) => winners.push(body),
                (400, body) => assert!(body.contains("invalid_grant"), "{body}"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        let tokens: serde_json::Value = serde_json::from_str(&winners[0]).unwrap();
        let dead = house.userinfo(tokens["access_token"].as_str().unwrap()).await;
        assert_eq!(dead.status, 401, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn neg_18_of_twenty_returns_at_once_one_ends_in_a_code() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, crate::house::with::APP, None);
    let target = back.strip_prefix("https://id.shop.example").unwrap().to_owned();
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let all: Vec<_> = (0..20)
        .map(|_| {
            let request = Request::get(&target).header("host", HOST).header("cookie", cookies.join("; "));
            tokio::spawn(house.router.clone().oneshot(request.body(Body::empty()).unwrap()))
        })
        .collect();
    let mut codes = 0;
    for one in all {
        let response = one.await.unwrap().unwrap();
        let location = response.headers().get("location").map(|it| it.to_str().unwrap().to_owned());
        codes += i32::from(location.is_some_and(|it| it.contains("code=")));
    }
    assert_eq!(codes, 1);
}

#[tokio::test]
async fn after_a_clock_jump_of_two_hours_forward_and_back_a_spent_state_and_jti_stay_spent() {
    let mut house = TestBroker::open().await;
    let seconds = std::time::Duration::from_secs;
    let mut watch = model::ClockWatch::new(house.time(), seconds(0));
    watch.look(house.time(), seconds(86_400));
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let target = format!("/callback/no-bankid?error=access_denied&state={}", leave.param("state"));
    let before = browser.cookies.clone();
    assert_eq!(browser.get(&target).await.error(), "access_denied");
    let assertion = crate::house::assertion(&house, serde_json::json!({"exp": house.time().seconds() + 240}));
    assert_eq!(house.token(&crate::house::signed("x", &assertion)).await.error(), "invalid_grant");

    house.step(7_200);
    watch.look(house.time(), seconds(86_400));
    house.provider().sweep(&house.call(), watch.may_forget_spent(seconds(86_430))).await.unwrap();
    house.step(-7_200);
    house.restart();

    let mut browser = house.browser();
    browser.cookies = before;
    let again = browser.get(&target).await;
    assert_eq!(again.header("location"), None, "the login is over");
    assert_eq!(house.token(&crate::house::signed("x", &assertion)).await.error(), "invalid_client");
}
