//! What is withdrawn while people log in, and logins that are answered once.

use std::sync::atomic::Ordering;

use axum::{body::Body, http::Request};
use sandbox::{Answer, Decision};

use crate::house::{Browser, TestBroker, form, with};

/// The browser's cookies, to go on with them at a house that was changed.
type Cookies = std::collections::BTreeMap<String, String>;

/// A login that is at the eID; gives the way back.
async fn half_way(house: &TestBroker, changes: &[(&str, Option<&str>)]) -> (Cookies, String) {
    let mut browser = house.browser();
    let leave = browser.authorize(changes).await;
    let (_, query) = leave.location().split_once('?').unwrap();
    let now = house.clock.load(Ordering::SeqCst);
    match house.bankid.decide(query, &house.kari().id, Decision { outcome: with::APP, fault: None }, now) {
        Answer::Redirect(back) => (browser.cookies, back),
        other => panic!("{other:?}"),
    }
}

fn with_cookies(house: &TestBroker, cookies: Cookies) -> Browser<'_> {
    Browser { cookies, ..house.browser() }
}

#[tokio::test]
async fn a_login_survives_a_restart() {
    let mut house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[]).await;
    house.restart();
    let answer = with_cookies(&house, cookies).get(&back).await;
    assert_eq!(house.redeem(&answer.param("code")).await.status, 200);
}

#[tokio::test]
async fn rule_15_a_redirect_uri_that_was_removed_gets_no_code() {
    let mut house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[]).await;
    house.change_shop(|shop| shop.redirect_uris = vec!["https://shop.example/other".into()]).await;
    let reply = with_cookies(&house, cookies).get(&back).await;
    assert_eq!((reply.status, reply.header("location")), (400, None));
}

#[tokio::test]
async fn rule_15_a_login_in_flight_goes_on_without_the_national_number_that_was_withdrawn() {
    let mut house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[("scope", Some("openid nin"))]).await;
    house.change_shop(|shop| shop.nin_allowed = false).await;
    let answer = with_cookies(&house, cookies).get(&back).await;
    let tokens = house.redeem(&answer.param("code")).await.json();
    assert_eq!(tokens["scope"], "openid");
    assert!(house.claims(tokens["id_token"].as_str().unwrap()).await.get("nin").is_none());
}

/// A code and an access token with the national number, from two logins.
async fn with_nin(house: &TestBroker) -> (String, String) {
    let first = consented_code(house).await;
    let token = house.redeem(&first).await.json()["access_token"].as_str().unwrap().to_owned();
    (consented_code(house).await, token)
}

async fn consented_code(house: &TestBroker) -> String {
    let mut browser = house.browser();
    let reply = browser.log_in(&[("scope", Some("openid profile nin"))], with::APP).await;
    browser.get(reply.location()).await;
    let action = format!("{}/consent", reply.location());
    let decided = browser.post(&action, "decision=allow", Some(crate::house::ISSUER)).await;
    let (_, rest) = decided.body.split_once("code=").unwrap();
    rest.split_once("&#38;").unwrap().0.to_owned()
}

#[tokio::test]
async fn a_code_and_a_token_from_before_gave_the_national_number_after_it_was_withdrawn() {
    let mut house = TestBroker::open().await;
    let (code, token) = with_nin(&house).await;
    assert!(house.userinfo(&token).await.json().get("nin").is_some());
    house.change_shop(|shop| shop.nin_allowed = false).await;
    let tokens = house.redeem(&code).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((claims.get("nin"), claims["name"].is_string()), (None, true), "only the number is left out");
    let userinfo = house.userinfo(&token).await.json();
    assert_eq!((userinfo.get("nin"), userinfo["name"].is_string()), (None, true));
    house.change_shop(|_| {}).await;
    assert!(house.userinfo(&token).await.json().get("nin").is_some(), "allowing it again revives it");
}

#[tokio::test]
async fn an_eid_that_was_switched_off_still_redeemed_codes_and_answered_at_userinfo() {
    let mut house = TestBroker::open().await;
    let token =
        house.redeem(&house.code(&[]).await).await.json()["access_token"].as_str().unwrap().to_owned();
    let code = house.code(&[]).await;
    let introspect =
        form(&[("token", &token), ("client_id", "shop"), ("client_secret", house.secret.expose())]);
    house.switch_source(model::LoginMethod::NO_BANKID, false).await;
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(&token).await.status, 401);
    assert_eq!(house.post("/oauth2/introspect", &introspect, &[]).await.json()["active"], false);
    house.switch_source(model::LoginMethod::NO_BANKID, true).await;
    assert_eq!(house.userinfo(&token).await.status, 200, "nothing was spent");
    assert_eq!(house.redeem(&code).await.status, 200, "nothing was spent");
}

#[tokio::test]
async fn neg_11_a_level_raised_after_the_code_holds_at_the_token_endpoint_and_at_userinfo() {
    let mut house = TestBroker::open().await;
    let token =
        house.redeem(&house.code(&[]).await).await.json()["access_token"].as_str().unwrap().to_owned();
    let code = house.code(&[]).await;
    house.change_shop(|shop| shop.eids = vec![model::LoginMethod::NO_VIPPS]).await;
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(&token).await.status, 401);
}

#[tokio::test]
async fn a_login_that_went_back_to_the_application_has_no_second_answer() {
    let house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[]).await;
    let login = cookies.keys().find_map(|it| it.strip_prefix("__Host-login-")).unwrap().to_owned();
    let went_back = with_cookies(&house, cookies.clone()).get(&format!("/login/{login}/back")).await;
    assert_eq!(went_back.error(), "access_denied");
    let stale = with_cookies(&house, cookies).get(&back).await;
    assert_eq!((stale.status, stale.header("location")), (400, None), "the old cookie brings no code");
}

#[tokio::test]
async fn a_used_code_in_another_clients_hands_leaves_its_owners_token_alone() {
    let house = TestBroker::open().await;
    let code = house.code(&[]).await;
    let token = house.redeem(&code).await.json()["access_token"].as_str().unwrap().to_owned();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", "spa"),
        ("redirect_uri", "x"),
    ];
    assert_eq!(house.token(&pairs).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(&token).await.status, 200);
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(&token).await.status, 401, "its owner's reuse kills it");
}

#[tokio::test]
async fn consent_lists_what_is_asked_for_by_name_too() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let claims = r#"{"userinfo":{"given_name":null,"phone_number_verified":null}}"#;
    let changes = [
        ("scope", Some("openid")),
        ("prompt", Some("consent")),
        ("claims", Some(claims)),
        ("ui_locales", Some("en")),
    ];
    let reply = browser.log_in(&changes, with::APP).await;
    let page = browser.follow(reply).await;
    assert!(page.body.contains("Name") && page.body.contains("Phone"), "{}", page.body);
}

#[tokio::test]
async fn a_national_number_asked_for_at_userinfo_stays_out_of_the_id_token() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let changes = [("scope", Some("openid")), ("claims", Some(r#"{"userinfo":{"nin":null}}"#))];
    let reply = browser.log_in(&changes, with::APP).await;
    let target = reply.location().to_owned();
    let page = browser.follow(reply).await;
    assert!(page.body.contains("consent-allow"), "it is asked for all the same");
    let decided =
        browser.post(&format!("{target}/consent"), "decision=allow", Some(crate::house::ISSUER)).await;
    let (_, rest) = decided.body.split_once("code=").unwrap();
    let code = rest.split_once("&#38;").unwrap().0.to_owned();
    let tokens = house.redeem(&code).await.json();
    assert_eq!(tokens["scope"], "openid");
    assert!(house.claims(tokens["id_token"].as_str().unwrap()).await.get("nin").is_none());
    let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(userinfo["nin"], house.kari().nin);
}

#[tokio::test]
async fn a_hint_does_not_change_an_essential_acr() {
    let house = TestBroker::open().await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["urn:grn:authn:no:bankid"]}}}"#;
    let tokens = house
        .redeem(&house.code(&[("claims", Some(claims)), ("login_hint", Some("BID"))]).await)
        .await
        .json();
    let acr = house.claims(tokens["id_token"].as_str().unwrap()).await["acr"].clone();
    assert_eq!(acr, "urn:grn:authn:no:bankid");
}

#[tokio::test]
async fn cookies_of_an_earlier_installation_do_not_hide_a_login() {
    let house = TestBroker::open().await;
    let (mut cookies, back) = half_way(&house, &[]).await;
    for number in 0..12 {
        cookies.insert(format!("__Host-login-AAAAAAAAAAAAAA{number:02}"), "AAAAAAAAAAAAAAAAAAAA".to_owned());
    }
    let mut browser = with_cookies(&house, cookies);
    assert!(browser.get(&back).await.find_param("code").is_some());
    assert_eq!(browser.cookies.keys().filter(|it| it.starts_with("__Host-login-")).count(), 1);
}

#[tokio::test]
async fn a_look_does_nothing() {
    let house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[]).await;
    let target = back.strip_prefix(crate::house::ISSUER).unwrap();
    let request = Request::head(target).header("host", crate::house::HOST);
    assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, 405);
    assert!(with_cookies(&house, cookies).get(&back).await.find_param("code").is_some());
}

#[tokio::test]
async fn a_login_under_way_took_its_code_to_the_issuer_that_was_set_meanwhile() {
    let mut house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[]).await;
    // Another installation of the eID: other people log in there, so the credentials that were left with do not count.
    let other = eid::SourceCredentials {
        client_id: "another-client".to_owned(),
        method: eid::SourceMethod::ClientSecretBasic,
        secret: Some("another secret".to_owned()),
        private_key: None,
    };
    let environment = model::EidEnvironment::Test;
    house.set_source_in(environment, model::LoginMethod::NO_BANKID, other).await;
    house.restart();
    let mut browser = with_cookies(&house, cookies);
    let page = browser.get(&back).await;
    assert_eq!((page.status, page.trouble()), (400, "source-changed"));
    assert!(page.body.contains("mellom oss og BankID"), "{}", page.body);
    assert!(page.body.contains("/restart\""), "the person begins again");
    assert_eq!(browser.get(&back).await.trouble(), "login-over", "the state is spent");
}

fn looking(target: &str, cookies: &Cookies, how: (&str, &str)) -> Request<Body> {
    let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::get(target).header("host", crate::house::HOST).header(how.0, how.1);
    request.header("cookie", cookies.join("; ")).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_prefetch_of_the_way_back_ended_the_login() {
    let house = TestBroker::open().await;
    let (cookies, back) = half_way(&house, &[]).await;
    let login = cookies.keys().find_map(|it| it.strip_prefix("__Host-login-")).unwrap().to_owned();
    let callback = back.strip_prefix(crate::house::ISSUER).unwrap();
    for target in [&*format!("/login/{login}/back"), callback, "/oauth2/logout"] {
        for how in
            [("sec-purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")]
        {
            let reply = house.send(looking(target, &cookies, how)).await;
            assert_eq!((reply.status, reply.all("set-cookie").len()), (503, 0), "{target} {how:?}");
        }
    }
    let answer = with_cookies(&house, cookies).get(&back).await;
    assert!(answer.find_param("code").is_some());
}

#[tokio::test]
async fn an_image_tag_minted_a_code() {
    let mut house = TestBroker::with(|shop| shop.response_modes.json = true).await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    let query = house.request(&[("prompt", Some("none"))]);
    let target = format!("/oauth2/authorize?{query}");
    for (dest, status) in
        [("image", 400), ("script", 400), ("empty", 400), ("iframe", 303), ("document", 303)]
    {
        let reply = house.send(looking(&target, &browser.cookies, ("sec-fetch-dest", dest))).await;
        assert_eq!(reply.status, status, "{dest}");
    }
    let json = format!("{target}&response_mode=json");
    let reply = house.send(looking(&json, &browser.cookies, ("sec-fetch-dest", "empty"))).await;
    assert!(reply.status == 200 && reply.json()["code"].is_string(), "{reply:?}");
}

#[tokio::test]
async fn a_script_did_what_only_a_visit_may_by_naming_a_mode_or_a_reference() {
    let mut house = TestBroker::open().await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    browser.authorize(&[("prompt", Some("login"))]).await;
    let (cookies, silent) = (browser.cookies.clone(), house.request(&[("prompt", Some("none"))]));
    let login = browser.cookies.keys().find_map(|it| it.strip_prefix("__Host-login-")).unwrap();
    let secret = house.secret.expose();
    let pushed = house.post("/oauth2/par", &format!("{silent}&client_secret={secret}"), &[]).await.json();
    for target in [
        format!("/oauth2/authorize?{silent}&request_uri="),
        format!("/oauth2/authorize?client_id=shop&request_uri={}", pushed["request_uri"].as_str().unwrap()),
        format!("/login/{login}/back?response_mode=json"),
    ] {
        let reply = house.send(looking(&target, &cookies, ("sec-fetch-dest", "empty"))).await;
        assert_eq!((reply.status, reply.trouble()), (400, "not-opened-as-page"), "{target}");
    }
}
