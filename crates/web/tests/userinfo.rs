//! The claims behind an access token.

use axum::{body::Body, http::Request};

use crate::house::{HOST, TestBroker};

async fn access_token(house: &TestBroker) -> String {
    house.redeem(&house.code(&[]).await).await.json()["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_taken_from_the_header_and_from_a_form() {
    let house = TestBroker::open().await;
    let token = access_token(&house).await;
    let by_get = house.userinfo(&token).await;
    let by_header =
        house.post("/oauth2/userinfo", "", &[("authorization", &format!("Bearer {token}"))]).await;
    let by_form = house.post("/oauth2/userinfo", &format!("access_token={token}"), &[]).await;
    assert_eq!((by_get.status, by_header.status, by_form.status), (200, 200, 200));
    assert_eq!(by_get.json(), by_form.json());
    assert_eq!(by_get.json()["name"], house.kari().name());
}

#[tokio::test]
async fn req_o4_a_token_in_the_query_is_refused() {
    let house = TestBroker::open().await;
    let token = access_token(&house).await;
    let reply = house.get(&format!("/oauth2/userinfo?access_token={token}")).await;
    assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_request"));
    let both = Request::post("/oauth2/userinfo")
        .header("host", HOST)
        .header("authorization", format!("Bearer {token}"));
    let both = house.send(both.body(Body::from(format!("access_token={token}"))).unwrap()).await;
    assert_eq!(both.status, 400);
}

#[tokio::test]
async fn a_token_lives_for_ten_minutes() {
    let house = TestBroker::open().await;
    let token = access_token(&house).await;
    house.step(599);
    assert_eq!(house.userinfo(&token).await.status, 200);
    house.step(1);
    let reply = house.userinfo(&token).await;
    assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_token"));
    assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\""));
}

#[tokio::test]
async fn nonsense_is_refused_without_looking_further() {
    let house = TestBroker::open().await;
    for token in ["", "x", &"a".repeat(43), &"a".repeat(10_000)] {
        assert_eq!(house.userinfo(token).await.status, 401, "{token:.5}");
    }
    let nobody = house.get("/oauth2/userinfo").await;
    assert_eq!((nobody.status, nobody.header("www-authenticate")), (401, Some("Bearer")));
}
