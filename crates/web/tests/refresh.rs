//! Refresh tokens: who gets them, what they give, and what a stolen one is worth.

use model::{ApplicationKind, ApplicationSettings};
use serde_json::Value;

use crate::house::{Reply, TestBroker, VERIFIER, form, with};

const OFFLINE: [(&str, Option<&str>); 2] =
    [("scope", Some("openid profile offline_access")), ("prompt", Some("consent"))];

async fn house() -> TestBroker {
    let house = TestBroker::with(|it| it.refresh_tokens = true).await;
    let uris = vec!["com.example.app:/cb".to_owned()];
    let mut app = ApplicationSettings::new(ApplicationKind::Native, uris);
    app.refresh_tokens = true;
    house.add_application(house.domain, "app", app).await;
    house
}

/// A login of the shop that gives a refresh token, with the consent that it takes.
async fn tokens(house: &TestBroker) -> Value {
    let mut browser = house.browser();
    let page = browser.log_in(&OFFLINE, with::APP).await;
    let target = format!("{}/consent", page.location());
    let shown = browser.follow(page).await;
    assert!(shown.body.contains("later") || shown.body.contains("senere"), "{}", shown.body);
    let answer = browser.post(&target, "decision=allow", Some(crate::house::ISSUER)).await;
    let code = answer.body.split("code=").nth(1).unwrap().split(['&', '"']).next().unwrap().to_owned();
    house.redeem(&code).await.json()
}

/// A login of the public application that gives a refresh token.
async fn app_tokens(house: &TestBroker) -> Value {
    let changes = [
        ("client_id", Some("app")),
        ("redirect_uri", Some("com.example.app:/cb")),
        ("scope", Some("openid profile offline_access")),
    ];
    let code = house.browser().log_in(&changes, with::APP).await.param("code");
    let redeeming = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "com.example.app:/cb"),
        ("code_verifier", VERIFIER),
        ("client_id", "app"),
    ];
    house.token(&redeeming).await.json()
}

async fn refresh(house: &TestBroker, token: &str, more: &[(&str, &str)]) -> Reply {
    let secret = house.secret.expose();
    let plain = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", "shop"),
        ("client_secret", secret),
    ];
    house.token(&[&plain, more].concat()).await
}

async fn app_refresh(house: &TestBroker, token: &str) -> Reply {
    house.token(&[("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "app")]).await
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_login() {
    let house = house().await;
    let first = tokens(&house).await;
    let before = house.claims(text(&first, "id_token")).await;
    house.step(3_600);
    let second = refresh(&house, text(&first, "refresh_token"), &[]).await.json();
    let after = house.claims(text(&second, "id_token")).await;
    for claim in ["iss", "sub", "aud", "auth_time", "acr", "sid", "name"] {
        assert_eq!(after[claim], before[claim], "{claim}");
    }
    assert_eq!(
        (after["iat"].as_i64(), after.get("nonce")),
        (before["iat"].as_i64().map(|it| it + 3_600), None)
    );
    assert_eq!(second.get("refresh_token"), None, "a confidential client keeps the one that it has");
    assert_eq!(house.userinfo(text(&second, "access_token")).await.status, 200);
    assert_eq!(house.userinfo(text(&first, "access_token")).await.status, 401, "the first one expired");
}

#[tokio::test]
async fn only_an_application_that_may_gets_a_refresh_token() {
    let house = TestBroker::open().await;
    let code = house.code(&[("scope", Some("openid offline_access"))]).await;
    let answer = house.redeem(&code).await.json();
    assert_eq!((answer.get("refresh_token"), &answer["scope"]), (None, &Value::from("openid")));
    let house = self::house().await;
    let plain = house.redeem(&house.code(&[]).await).await.json();
    assert_eq!(plain.get("refresh_token"), None, "nor one that did not ask");
}

#[tokio::test]
async fn req_o5_a_public_clients_token_is_replaced_and_a_lost_answer_loses_nobody() {
    let house = house().await;
    let first = app_tokens(&house).await;
    let lost = app_refresh(&house, text(&first, "refresh_token")).await.json();
    house.step(59);
    let second = app_refresh(&house, text(&first, "refresh_token")).await.json();
    assert_eq!(lost["refresh_token"], second["refresh_token"], "the same successor");
    assert_ne!(lost["access_token"], second["access_token"]);
    let third = app_refresh(&house, text(&second, "refresh_token")).await;
    assert_eq!(third.status, 200);
}

#[tokio::test]
async fn two_tabs_that_refresh_with_one_token_killed_each_other() {
    let house = house().await;
    let first = app_tokens(&house).await;
    let one = app_refresh(&house, text(&first, "refresh_token")).await.json();
    let one = app_refresh(&house, text(&one, "refresh_token")).await.json();
    let other = app_refresh(&house, text(&first, "refresh_token")).await.json();
    let other = app_refresh(&house, text(&other, "refresh_token")).await.json();
    assert_eq!(one["refresh_token"], other["refresh_token"], "the family has one line of descent");
    assert_eq!(house.userinfo(text(&one, "access_token")).await.status, 200);
    assert_eq!(house.userinfo(text(&other, "access_token")).await.status, 200);
}

#[tokio::test]
async fn req_o5_a_replaced_token_kills_the_family_after_a_minute() {
    let house = house().await;
    let first = app_tokens(&house).await;
    let second = app_refresh(&house, text(&first, "refresh_token")).await.json();
    house.step(60);
    assert_eq!(app_refresh(&house, text(&first, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(app_refresh(&house, text(&second, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(text(&second, "access_token")).await.status, 401);
}

#[tokio::test]
async fn a_successor_is_kept_sealed_and_forgotten_when_the_grace_ends() {
    let house = house().await;
    let first = app_tokens(&house).await;
    let second = app_refresh(&house, text(&first, "refresh_token")).await.json();
    let (tenant, digest) = (house.tenant.id, crypto::Digest::of(text(&first, "refresh_token").as_bytes()));
    let kept = async || {
        let found = house.store.read(move |tx| store::refresh_tokens::find(tx, tenant, &digest)).await;
        found.unwrap().unwrap().sealed_successor
    };
    let sealed = kept().await.unwrap();
    let successor = text(&second, "refresh_token").as_bytes();
    assert!(!sealed.windows(successor.len()).any(|it| it == successor));
    house.step(61);
    house.sweep(&house.call()).await;
    assert_eq!(kept().await, None);
}

#[tokio::test]
async fn for_an_hour_after_a_start_a_successor_outlived_its_grace() {
    let house = house().await;
    let old = text(&app_tokens(&house).await, "refresh_token").to_owned();
    assert_eq!(app_refresh(&house, &old).await.status, 200);
    house.step(60);
    // As long as the clock is not yet to be trusted.
    house.provider().sweep(&house.call(), false).await.unwrap();
    let (tenant, digest) = (house.tenant.id, crypto::Digest::of(old.as_bytes()));
    let row = house.store.read(move |tx| store::refresh_tokens::find(tx, tenant, &digest)).await;
    assert_eq!(row.unwrap().unwrap().sealed_successor, None);
}

#[tokio::test]
async fn a_token_that_an_earlier_version_replaced_is_refused_and_kills_nothing() {
    let house = house().await;
    let first = app_tokens(&house).await;
    let second = app_refresh(&house, text(&first, "refresh_token")).await.json();
    let now = house.time().after(std::time::Duration::from_secs(120));
    // As if no successor had been kept.
    house.store.write(move |tx| store::sweep::remove_expired(tx, now, 10)).await.unwrap();
    assert_eq!(app_refresh(&house, text(&first, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(app_refresh(&house, text(&second, "refresh_token")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn neg_08_fifty_uses_at_once_leave_one_line_of_descent() {
    let house = house().await;
    let first = app_tokens(&house).await;
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&first, "refresh_token")),
        ("client_id", "app"),
    ]);
    let all: Vec<_> =
        (0..50).map(|_| tokio::spawn(crate::redeem_once::post(house.router.clone(), body.clone()))).collect();
    let mut successors = std::collections::BTreeSet::new();
    for one in all {
        let (status, body) = one.await.unwrap();
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        successors.insert(text(&answer, "refresh_token").to_owned());
    }
    assert_eq!(successors.len(), 1, "all have the same successor");
    assert_eq!(app_refresh(&house, successors.first().unwrap()).await.status, 200);
}

#[tokio::test]
async fn rule_04_a_refresh_token_is_good_for_its_own_client_and_door_only() {
    let house = house().await;
    let shop = tokens(&house).await;
    let token = text(&shop, "refresh_token");
    assert_eq!(app_refresh(&house, token).await.error(), "invalid_grant");
    assert_eq!(house.redeem(token).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(token).await.status, 401);
    assert_eq!(refresh(&house, text(&shop, "access_token"), &[]).await.error(), "invalid_grant");
    assert_eq!(refresh(&house, token, &[]).await.status, 200, "and none of that cost it");
}

#[tokio::test]
async fn a_refresh_asks_for_no_more_than_was_granted() {
    let house = house().await;
    let shop = tokens(&house).await;
    let token = text(&shop, "refresh_token");
    for scope in ["openid email", "openid nin", "openid something"] {
        assert_eq!(refresh(&house, token, &[("scope", scope)]).await.error(), "invalid_scope", "{scope}");
    }
    let less = refresh(&house, token, &[("scope", "openid")]).await.json();
    let userinfo = house.userinfo(text(&less, "access_token")).await.json();
    assert_eq!((&less["scope"], userinfo.get("name")), (&Value::from("openid"), None));
    let all = refresh(&house, token, &[]).await.json();
    assert_eq!(all["scope"], "openid profile offline_access", "the grant itself is not narrowed");
}

#[tokio::test]
async fn neg_11_the_settings_of_today_hold_for_the_login_of_yesterday() {
    let mut house = house().await;
    let shop = tokens(&house).await;
    let token = text(&shop, "refresh_token");
    house.change_shop(|it| it.eids = vec![model::LoginMethod::NO_VIPPS]).await;
    assert_eq!(refresh(&house, token, &[]).await.error(), "invalid_grant");
    house.change_shop(|it| it.refresh_tokens = false).await;
    assert_eq!(refresh(&house, token, &[]).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_family_ends_thirty_days_after_the_login_and_is_swept_away() {
    let house = house().await;
    let shop = tokens(&house).await;
    let token = text(&shop, "refresh_token");
    house.step(30 * 86_400 - 1);
    assert_eq!(refresh(&house, token, &[]).await.status, 200);
    house.step(1);
    assert_eq!(refresh(&house, token, &[]).await.error(), "invalid_grant");
    house.step(86_400);
    assert!(house.sweep(&house.call()).await >= 3, "grant, refresh token, access token");
}

#[tokio::test]
async fn a_code_that_is_used_twice_takes_its_refresh_token_along() {
    let house = house().await;
    let changes = [("scope", Some("openid offline_access"))];
    let code = house.code(&changes).await;
    let shop = house.redeem(&code).await.json();
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(refresh(&house, text(&shop, "refresh_token"), &[]).await.error(), "invalid_grant");
}

#[tokio::test]
async fn rule_15_a_refresh_gives_nothing_while_its_eid_is_switched_off() {
    let mut house = house().await;
    let shop = tokens(&house).await;
    let token = text(&shop, "refresh_token");
    for (on, status) in [(false, 400), (true, 200)] {
        house.switch_source(model::LoginMethod::NO_BANKID, on).await;
        house.restart();
        assert_eq!(refresh(&house, token, &[]).await.status, status);
    }
}

#[tokio::test]
async fn a_narrowed_token_does_not_show_what_was_asked_for_by_name() {
    let house = house().await;
    let claims = r#"{"userinfo":{"birthdate":null}}"#;
    let changes = [("scope", Some("openid profile offline_access")), ("claims", Some(claims))];
    let shop = house.redeem(&house.code(&changes).await).await.json();
    let all = house.userinfo(text(&shop, "access_token")).await.json();
    let less = refresh(&house, text(&shop, "refresh_token"), &[("scope", "openid")]).await.json();
    let narrowed = house.userinfo(text(&less, "access_token")).await.json();
    assert_eq!((all.get("birthdate").is_some(), narrowed.get("birthdate")), (true, None));
}

#[tokio::test]
async fn a_browser_session_answers_a_request_for_refresh_tokens_too() {
    let mut house = house().await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await.param("code");
    let changes = [("scope", Some("openid profile offline_access")), ("prompt", Some("none"))];
    let code = browser.authorize(&changes).await.param("code");
    assert!(house.redeem(&code).await.json()["refresh_token"].is_string());
}
