//! More than one place, client, person or node may have.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Router,
    body::Body,
    http::{Request, request::Builder},
};
use crypto::Random;
use model::Timestamp;
use provider::Limits;
use serde_json::json;
use tower::ServiceExt;
use web::{ClientAddress, PublicSandboxSite, public_sandbox_router};

use crate::house::{
    Browser, HOST, REDIRECT, Reply, Shelf, TestBroker, VERIFIER, assertion, form, signed, with,
};

const NONE: Limits = Limits {
    address: 0,
    client: 0,
    person: 0,
    failed_authentications: 0,
    stored_by_address: 0,
    stored_by_client: 0,
    at_once: 0,
    domain_share: 0,
};

async fn limited(limits: Limits) -> TestBroker {
    let mut house = TestBroker::open().await;
    house.limit(limits);
    house
}

async fn ask(node: &Router, from: &str, request: Builder, body: &str) -> Reply {
    let request = request.header("host", HOST).extension(ClientAddress(from.parse().unwrap()));
    Reply::read(node.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()).await
}

async fn get(house: &TestBroker, from: &str, target: &str) -> Reply {
    ask(&house.router, from, Request::get(target), "").await
}

async fn token(node: &Router, from: &str, pairs: &[(&str, &str)]) -> Reply {
    ask(node, from, Request::post("/oauth2/token"), &form(pairs)).await
}

fn with_secret<'a>(client_id: &'a str, secret: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_id", client_id),
        ("client_secret", secret),
    ]
}

fn seconds(reply: &Reply) -> u64 {
    reply.header("retry-after").unwrap().parse().unwrap()
}

#[tokio::test]
async fn one_address_too_many_times_is_told_when_to_come_back_in_its_own_language() {
    let house = limited(Limits { address: 3, ..NONE }).await;
    for _ in 0..3 {
        assert_eq!(get(&house, "192.0.2.1", "/privacy").await.status, 200);
    }
    let page = get(&house, "192.0.2.1", "/privacy").await;
    assert_eq!((page.status, page.trouble(), seconds(&page)), (429, "too-many-requests", 20));
    let json = get(&house, "192.0.2.1", "/.well-known/jwks").await;
    assert_eq!((json.status, json.error().as_str()), (429, "temporarily_unavailable"));
    assert_eq!(get(&house, "192.0.2.2", "/privacy").await.status, 200, "another address");
    assert_eq!(get(&house, "192.0.2.1", "/assets/style.css").await.status, 404, "assets do not count");
    house.step(20);
    assert_eq!(get(&house, "192.0.2.1", "/privacy").await.status, 200);
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_count_together() {
    let house = limited(Limits { address: 1, ..NONE }).await;
    assert_eq!(get(&house, "2001:db8::1", "/privacy").await.status, 200);
    assert_eq!(get(&house, "2001:db8::2", "/privacy").await.status, 429);
    assert_eq!(get(&house, "2001:db8:0:1::2", "/privacy").await.status, 200);
}

#[tokio::test]
async fn a_client_that_authenticates_and_a_valid_token_are_not_limited_by_their_address() {
    let house = limited(Limits { address: 2, ..NONE }).await;
    let code = house.code(&[]).await;
    for _ in 0..5 {
        let refused = token(&house.router, "192.0.2.1", &with_secret("shop", house.secret.expose())).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_grant"));
    }
    let tokens = house.redeem(&code).await.json();
    let userinfo =
        |bearer: String| Request::get("/oauth2/userinfo").header("authorization", format!("Bearer {bearer}"));
    let valid = tokens["access_token"].as_str().unwrap();
    for _ in 0..5 {
        assert_eq!(ask(&house.router, "192.0.2.1", userinfo(valid.to_owned()), "").await.status, 200);
    }
    for wanted in [401, 401, 429] {
        let reply = ask(&house.router, "192.0.2.1", userinfo("a".repeat(43)), "").await;
        assert_eq!(reply.status, wanted);
    }
    assert_eq!(ask(&house.router, "192.0.2.1", userinfo(valid.to_owned()), "").await.status, 200);
}

#[tokio::test]
async fn a_client_that_asks_too_often_gets_a_page_and_no_redirect() {
    let house = limited(Limits { client: 2, ..NONE }).await;
    for _ in 0..2 {
        assert_eq!(house.browser().authorize(&[]).await.status, 303);
    }
    let reply = house.browser().authorize(&[]).await;
    assert_eq!((reply.status, reply.trouble(), seconds(&reply)), (429, "too-many-requests", 30));
    assert_eq!(reply.header("location"), None);
    let of_another = [("client_id", Some("signed"))];
    assert_eq!(house.browser().authorize(&of_another).await.status, 303, "another client");
    for wanted in [400, 400, 429] {
        let reply = house.token(&with_secret("shop", house.secret.expose())).await;
        assert_eq!(reply.status, wanted, "tokens count for themselves");
    }
}

#[tokio::test]
async fn one_login_too_many_of_a_person_is_answered_to_the_application() {
    let house = limited(Limits { person: 2, ..NONE }).await;
    for _ in 0..2 {
        assert!(house.browser().log_in(&[], with::APP).await.find_param("code").is_some());
    }
    let mut browser = house.browser();
    let answer = browser.log_in(&[], with::APP).await;
    assert_eq!(
        (answer.error().as_str(), answer.param("state")),
        ("temporarily_unavailable", "the-state".into())
    );
    house.step(30);
    assert!(house.browser().log_in(&[], with::APP).await.find_param("code").is_some());
}

#[tokio::test]
async fn neg_25_basic_post_and_assertion_share_one_count() {
    let house = limited(Limits { failed_authentications: 3, ..NONE }).await;
    let node = &house.router;
    let wrong = assertion(&house, json!({"iss": "shop", "sub": "shop"}));
    assert_eq!(token(node, "192.0.2.1", &with_secret("shop", "wrong")).await.status, 401);
    assert_eq!(token(node, "192.0.2.1", &signed("x", &wrong)).await.status, 401);
    let basic = Request::post("/oauth2/token").header("authorization", "Basic c2hvcDp3cm9uZw==");
    let reply = ask(node, "192.0.2.1", basic, &form(&[("grant_type", "authorization_code")])).await;
    assert_eq!(reply.status, 401);

    let right = with_secret("shop", house.secret.expose());
    let blocked = token(node, "192.0.2.1", &right).await;
    assert_eq!((blocked.status, blocked.error().as_str()), (429, "temporarily_unavailable"));
    assert_eq!(seconds(&blocked), 60);
    assert_eq!(token(node, "192.0.2.2", &right).await.status, 400, "nobody is locked out from elsewhere");
    let other = assertion(&house, json!({}));
    assert_eq!(token(node, "192.0.2.1", &signed("x", &other)).await.status, 400, "nor is another client");
    house.step(60);
    assert_eq!(token(node, "192.0.2.1", &right).await.status, 400, "the span is over");
}

#[tokio::test]
async fn neg_25_two_nodes_share_the_count_and_unknown_clients_have_one_too() {
    let house = limited(Limits { failed_authentications: 4, ..NONE }).await;
    let nodes = [&house.router, &house.other_node()];
    for client in ["shop", "nobody"] {
        for turn in 0..4 {
            assert_eq!(token(nodes[turn % 2], "192.0.2.1", &with_secret(client, "wrong")).await.status, 401);
        }
        // The second node wrote the fourth failure; the first learns with its next.
        assert_eq!(token(nodes[1], "192.0.2.1", &with_secret(client, "wrong")).await.status, 429);
        assert_eq!(token(nodes[0], "192.0.2.1", &with_secret(client, "wrong")).await.status, 401);
        assert_eq!(token(nodes[0], "192.0.2.1", &with_secret(client, "wrong")).await.status, 429);
    }
}

#[tokio::test]
async fn failures_from_an_address_that_is_over_its_limit_write_nothing() {
    let house = limited(Limits { address: 3, failed_authentications: 100, ..NONE }).await;
    for turn in 0..3 {
        let name = format!("client-{turn}");
        assert_eq!(token(&house.router, "192.0.2.1", &with_secret(&name, "x")).await.status, 401);
    }
    let before = house.store.commits();
    for turn in 3..20 {
        let name = format!("client-{turn}");
        assert_eq!(token(&house.router, "192.0.2.1", &with_secret(&name, "x")).await.status, 429);
    }
    assert_eq!(house.store.commits(), before);
}

#[tokio::test]
async fn stored_requests_have_a_budget_for_each_client_and_address() {
    let house = limited(Limits { stored_by_address: 3, stored_by_client: 5, ..NONE }).await;
    let body = house.request(&[]);
    let post = async |from| ask(&house.router, from, Request::post("/oauth2/authorize"), &body).await;
    for (from, wanted) in [
        ("192.0.2.1", 303),
        ("192.0.2.1", 303),
        ("192.0.2.1", 303),
        ("192.0.2.1", 429),
        ("192.0.2.2", 303),
        ("192.0.2.2", 303),
        ("192.0.2.2", 429),
    ] {
        let reply = post(from).await;
        assert_eq!(reply.status, wanted, "{from}");
    }
    assert_eq!(house.browser().authorize(&[]).await.status, 303, "what fits into a cookie is not stored");
}

#[tokio::test]
async fn iso_3_a_full_node_says_so_at_once_and_each_domain_keeps_its_share() {
    let house = limited(Limits { at_once: 2, domain_share: 50, ..NONE }).await;
    house.add_domain("other.example", "other").await;
    let seat = house.provider().seat(HOST).unwrap();
    let reply = house.get("/privacy").await;
    assert_eq!((reply.status, reply.trouble(), seconds(&reply)), (503, "busy", 2));
    let mut other = Browser { host: "other.example".to_owned(), ..house.browser() };
    assert_eq!(other.get("/privacy").await.status, 200, "another domain");
    drop(seat);
    assert_eq!(house.get("/privacy").await.status, 200);
    let busy = house.provider().counters().refusals().into_iter().find(|(limit, _)| *limit == "busy");
    assert_eq!(busy, Some(("busy", 1)));
}

#[tokio::test]
async fn refusals_are_counted_by_reason() {
    let house = limited(Limits { address: 1, client: 1, ..NONE }).await;
    for _ in 0..3 {
        get(&house, "192.0.2.1", "/privacy").await;
        house.browser().authorize(&[]).await;
    }
    let refusals = house.provider().counters().refusals();
    assert!(refusals.contains(&("address", 2)) && refusals.contains(&("client", 2)), "{refusals:?}");
    assert!(refusals.contains(&("person", 0)), "a limit that refused nobody is there too");
}

#[tokio::test]
async fn nobody_writes_without_end_by_revoking_as_a_public_client() {
    let house = limited(Limits { address: 3, ..NONE }).await;
    let body = form(&[("token", "x"), ("client_id", "spa")]);
    let revoke = || ask(&house.router, "192.0.2.1", Request::post("/oauth2/revoke"), &body);
    for _ in 0..3 {
        assert_eq!(revoke().await.status, 200);
    }
    assert_eq!(revoke().await.status, 429);
}

#[tokio::test]
async fn the_limits_hold_at_the_sandbox_host_too() {
    let house = limited(Limits { address: 2, ..NONE }).await;
    let clock = Arc::clone(&house.clock);
    let site = PublicSandboxSite {
        sandbox: Arc::clone(&house.sandbox),
        registry: sandbox::RegistrySimulator::default(),
        people: Arc::new(Shelf::default()),
        clock: Arc::new(move || Timestamp::from_seconds(clock.load(Ordering::SeqCst))),
        random: Random::system(),
        limits: Some(Arc::clone(house.provider())),
    };
    let node = public_sandbox_router(Arc::new(site));
    let target = format!("/{}/{}/simulator/people", house.tenant.id, sandbox::Kind::BankidNo.as_str());
    let look = async |from: &str| {
        let request = Request::get(&target).header("host", house.sandbox.host());
        let request = request.extension(ClientAddress(from.parse().unwrap()));
        Reply::read(node.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
    };
    for _ in 0..2 {
        assert_eq!(look("192.0.2.1").await.status, 400, "looked at: nothing was asked of it");
    }
    let refused = look("192.0.2.1").await;
    assert_eq!((refused.status, seconds(&refused)), (429, 30));
    assert_eq!(look("192.0.2.2").await.status, 400, "others are not");
}

#[tokio::test]
async fn a_server_may_push_for_all_its_people_from_one_address() {
    let house = limited(Limits { stored_by_address: 2, ..NONE }).await;
    let push = async |changes: &[(&str, Option<&str>)]| {
        let body = house.request(changes);
        ask(&house.router, "192.0.2.1", Request::post("/oauth2/par"), &body).await.status
    };
    let secret = [("client_secret", Some(house.secret.expose().as_str()))];
    for _ in 0..5 {
        assert_eq!(push(&secret).await, 201);
    }
    let spa = [("client_id", Some("spa")), ("redirect_uri", Some("https://spa.example/"))];
    assert_eq!(
        [push(&spa).await, push(&spa).await, push(&spa).await],
        [201, 201, 429],
        "anybody can be this one"
    );
}

#[tokio::test]
async fn a_header_that_can_be_read_in_many_ways_counts_once_for_each_client_it_may_mean() {
    let house = limited(Limits { failed_authentications: 3, ..NONE }).await;
    let header = |text: &str| format!("Basic {}", crypto::b64::encode_standard(text.as_bytes()));
    let fail = async |text: &str| {
        let request = Request::post("/oauth2/token").header("authorization", header(text));
        let body = form(&[("grant_type", "authorization_code")]);
        ask(&house.router, "192.0.2.1", request, &body).await.status
    };
    for _ in 0..3 {
        assert_eq!(fail("shop:a:b:c%20d").await, 401);
    }
    assert_eq!(fail("shop:x").await, 429, "three failures of one client");
    for _ in 0..2 {
        assert_eq!(fail("nobody:x").await, 401, "the other readings did not count as unknown clients");
    }
}
