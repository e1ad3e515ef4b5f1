//! Pushed requests: what an application says beforehand, and what a browser may make of it.

use serde_json::json;

use crate::house::{Browser, REDIRECT, Reply, TestBroker, assertion, with};

/// Pushes the shop's plain request, changed like this.
async fn push(house: &TestBroker, changes: &[(&str, Option<&str>)]) -> Reply {
    let secret = [("client_secret", Some(house.secret.expose().as_str()))];
    let body = house.request(&[changes, &secret].concat());
    house.post("/oauth2/par", &body, &[]).await
}

async fn pushed(house: &TestBroker, changes: &[(&str, Option<&str>)]) -> String {
    let answer = push(house, changes).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

async fn present(browser: &mut Browser<'_>, reference: &str, more: &str) -> Reply {
    browser.get(&format!("/oauth2/authorize?client_id=shop&request_uri={reference}{more}")).await
}

#[tokio::test]
async fn a_pushed_request_becomes_a_login() {
    let house = TestBroker::open().await;
    let answer = push(&house, &[]).await;
    assert_eq!((answer.status, answer.json()["expires_in"].as_i64()), (201, Some(90)));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let reference = answer.json()["request_uri"].as_str().unwrap().to_owned();
    let mut browser = house.browser();
    let leave = present(&mut browser, &reference, "").await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let done = browser.get(&back).await;
    assert_eq!(done.param("state"), "the-state");
    let tokens = house.redeem(&done.param("code")).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&claims["nonce"], claims["name"].is_string()), (&json!("the-nonce"), true));
}

#[tokio::test]
async fn neg_12_a_pushed_request_is_good_for_one_browser_and_ninety_seconds() {
    let house = TestBroker::open().await;
    let (used, late) = (pushed(&house, &[]).await, pushed(&house, &[]).await);
    let mut first = house.browser();
    assert_eq!(present(&mut first, &used, "").await.status, 303);
    let second = present(&mut house.browser(), &used, "").await;
    assert_eq!((second.status, second.trouble()), (400, "request-uri-gone"));
    house.step(90);
    assert_eq!(present(&mut house.browser(), &late, "").await.trouble(), "request-uri-gone");
    let again = present(&mut first, &used, "").await;
    assert_eq!(again.status, 303, "a reload of the browser that began goes on");
    let back = first.at_the_eid(&again, with::APP, None);
    assert!(first.get(&back).await.location().starts_with(REDIRECT));
}

#[tokio::test]
async fn neg_12_a_reload_after_the_login_gives_no_second_code() {
    let house = TestBroker::open().await;
    let reference = pushed(&house, &[]).await;
    let mut browser = house.browser();
    let leave = present(&mut browser, &reference, "").await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    assert_eq!(browser.get(&back).await.status, 303);
    let after = present(&mut browser, &reference, "").await;
    assert_eq!(after.status, 400, "{}", after.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn neg_12_of_twenty_browsers_at_once_one_gets_the_login() {
    let house = TestBroker::open().await;
    let reference = pushed(&house, &[]).await;
    let all: Vec<_> = (0..20)
        .map(|_| {
            let (router, reference) = (house.router.clone(), reference.clone());
            tokio::spawn(async move {
                let target = format!("/oauth2/authorize?client_id=shop&request_uri={reference}");
                let request = http::Request::get(target).header("host", crate::house::HOST);
                let response =
                    tower::ServiceExt::oneshot(router, request.body(axum::body::Body::empty()).unwrap());
                response.await.unwrap().status().as_u16()
            })
        })
        .collect();
    let mut sent_on = 0;
    for one in all {
        sent_on += i32::from(one.await.unwrap() == 303);
    }
    assert_eq!(sent_on, 1);
}

#[tokio::test]
async fn neg_12_what_stands_in_the_browser_cannot_change_what_was_pushed() {
    let house = TestBroker::open().await;
    let reference = pushed(&house, &[]).await;
    for more in ["&request=x", "&request_uri=urn:x", "&client_id=signed"] {
        let refused = present(&mut house.browser(), &reference, more).await;
        assert_eq!((refused.status, refused.header("location")), (400, None), "{more}");
    }
    let ignored = "&scope=openid%20nin&state=another&redirect_uri=https%3A%2F%2Fevil.example%2F&prompt=none\
                   &acr_values=urn%3Agrn%3Aauthn%3Ano%3Avipps&nonce=a&nonce=b";
    let mut browser = house.browser();
    let leave = present(&mut browser, &reference, ignored).await;
    assert_eq!(leave.param("scope"), "openid profile", "what was pushed");
    let back = browser.at_the_eid(&leave, with::APP, None);
    let answer = browser.get(&back).await;
    assert_eq!(answer.param("state"), "the-state");
    assert!(answer.location().starts_with(REDIRECT));
}

#[tokio::test]
async fn neg_12_another_clients_request_does_not_exist() {
    let house = TestBroker::open().await;
    let reference = pushed(&house, &[]).await;
    let theirs = format!("/oauth2/authorize?client_id=signed&request_uri={reference}");
    assert_eq!(house.get(&theirs).await.trouble(), "request-uri-gone");
    assert_eq!(present(&mut house.browser(), &reference, "").await.status, 303, "and is not lost by it");
}

#[tokio::test]
async fn req_p1_a_push_is_authenticated_and_checked_like_a_request() {
    let house = TestBroker::open().await;
    for (changes, error) in [
        ([("client_secret", Some("wrong"))].as_slice(), "invalid_client"),
        (&[("client_secret", None)], "invalid_client"),
        (&[("redirect_uri", Some("https://shop.example/callback/"))], "invalid_request"),
        (&[("redirect_uri", None)], "invalid_request"),
        (&[("request_uri", Some("urn:ietf:params:oauth:request_uri:x"))], "request_uri_not_supported"),
        (&[("request", Some("e30.e30."))], "request_not_supported"),
        (&[("response_type", Some("token"))], "unsupported_response_type"),
        (&[("code_challenge_method", Some("plain"))], "invalid_request"),
        (&[("acr_values", Some("urn:nothing"))], "invalid_request"),
    ] {
        let secret = [("client_secret", Some(house.secret.expose().as_str()))];
        let body = house.request(&[&secret, changes].concat());
        let refused = house.post("/oauth2/par", &body, &[]).await;
        assert_eq!(refused.error(), error, "{changes:?}");
    }
    let twice = format!("{}&state=b&client_secret={}", house.request(&[]), house.secret.expose());
    assert_eq!(house.post("/oauth2/par", &twice, &[]).await.error(), "invalid_request", "NEG-14");
    assert_eq!(house.get("/oauth2/par").await.status, 405);
}

#[tokio::test]
async fn rule_08_an_assertion_pushes_once() {
    let house = TestBroker::open().await;
    let assertion = assertion(&house, json!({"client_id": null}));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let changes = [
        ("client_id", Some("signed")),
        ("client_assertion", Some(&assertion)),
        ("client_assertion_type", Some(kind)),
    ];
    let body = house.request(&changes);
    assert_eq!(house.post("/oauth2/par", &body, &[]).await.status, 201);
    assert_eq!(house.post("/oauth2/par", &body, &[]).await.error(), "invalid_client");
}

#[tokio::test]
async fn req_p2_where_pushing_is_required_a_browsers_own_request_is_refused() {
    let house = TestBroker::with(|it| it.require_par = true).await;
    let refused = house.browser().authorize(&[]).await;
    assert_eq!(
        (refused.error().as_str(), refused.param("state")),
        ("invalid_request", "the-state".to_owned())
    );
    let by_post = house.post("/oauth2/authorize", &house.request(&[]), &[]).await;
    assert_eq!(by_post.error(), "invalid_request");
    let reference = pushed(&house, &[]).await;
    assert_eq!(present(&mut house.browser(), &reference, "").await.status, 303);
}

#[tokio::test]
async fn a_browser_application_pushes_with_its_challenge() {
    let house = TestBroker::open().await;
    let spa = [("client_id", Some("spa")), ("redirect_uri", Some("https://spa.example/"))];
    let headers = [("origin", "https://spa.example")];
    let answer = house.post("/oauth2/par", &house.request(&spa), &headers).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://spa.example"));
    let bare = [&spa[..], &[("code_challenge", None), ("code_challenge_method", None)]].concat();
    assert_eq!(house.post("/oauth2/par", &house.request(&bare), &headers).await.error(), "invalid_request");
}
