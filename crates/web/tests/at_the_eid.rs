//! What the eID sends, and what becomes of it.

use sandbox::{Outcome, SimulatedFault};
use std::sync::atomic::Ordering;

use crate::house::{TestBroker, keep_log, logged, with};

#[tokio::test]
async fn a_cancel_goes_straight_back_to_the_application() {
    let house = TestBroker::open().await;
    assert_eq!(house.browser().log_in(&[], with::CANCEL).await.error(), "access_denied");
    let vipps = [("acr_values", Some("urn:grn:authn:no:vipps"))];
    assert_eq!(house.browser().log_in(&vipps, with::CANCEL).await.error(), "access_denied");
}

#[tokio::test]
async fn trouble_shows_our_page_with_ways_out_and_delivers_the_error() {
    let house = TestBroker::open().await;
    for (fault, trouble, error) in [
        (SimulatedFault::WrongNonce, "eid-invalid-answer", "server_error"),
        (SimulatedFault::WrongAudience, "eid-invalid-answer", "server_error"),
        (SimulatedFault::WrongIssuer, "eid-invalid-answer", "server_error"),
        (SimulatedFault::ExpiredToken, "eid-invalid-answer", "server_error"),
        (SimulatedFault::BadSignature, "eid-invalid-answer", "server_error"),
        (SimulatedFault::EndlessBody, "eid-invalid-answer", "server_error"),
        (SimulatedFault::SlowBody, "eid-slow", "temporarily_unavailable"),
        (SimulatedFault::Http500, "eid-down", "temporarily_unavailable"),
        (SimulatedFault::MissingAcr, "level-too-low", "unmet_authentication_requirements"),
    ] {
        let mut browser = house.browser();
        let reply = browser.log_in_with(&[], with::APP, Some(fault)).await;
        let trace = reply.header("trace-id").unwrap().to_owned();
        let page = browser.follow(reply).await;
        assert_eq!((page.status, page.trouble()), (200, trouble), "{fault:?}");
        assert!(page.body.contains(&trace), "the page names the request that failed");
        let login =
            browser.cookies.keys().find_map(|it| it.strip_prefix("__Host-login-")).unwrap().to_owned();
        let back = browser.get(&format!("/login/{login}/back")).await;
        assert_eq!(back.error(), error, "{fault:?}");
        assert!(back.param("error_description").ends_with(&format!("(trace {trace})")));
    }
}

#[tokio::test]
async fn trouble_can_be_tried_again_with_new_state_and_nonce() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let first = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&first, with::APP, Some(SimulatedFault::Http500));
    let page = {
        let reply = browser.get(&back).await;
        browser.follow(reply).await
    };
    let (_, rest) = page.body.split_once("href=\"/login/").unwrap();
    assert!(rest.contains("/with/no-bankid"));
    let login = browser.cookies.keys().find_map(|it| it.strip_prefix("__Host-login-")).unwrap().to_owned();
    let second = browser.get(&format!("/login/{login}/with/no-bankid")).await;
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(first.param(name), second.param(name), "{name}");
    }
    let back = browser.at_the_eid(&second, with::APP, None);
    assert!(browser.get(&back).await.find_param("code").is_some());
}

#[tokio::test]
async fn where_error_pages_are_off_trouble_goes_straight_back() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    let answer = house.browser().log_in_with(&[], with::APP, Some(SimulatedFault::WrongNonce)).await;
    assert_eq!(answer.error(), "server_error");
}

#[tokio::test]
async fn neg_19_a_lower_level_than_asked_is_an_error_and_never_a_token() {
    let house = TestBroker::open().await;
    let high = [("acr_values", Some("urn:grn:authn:no:bankid:high"))];
    for (outcome, fault) in [
        (with::BIOMETRICS, None),
        (with::APP, Some(SimulatedFault::LowerLevel)),
        (with::APP, Some(SimulatedFault::MissingAcr)),
    ] {
        let mut browser = house.browser();
        let reply = browser.log_in_with(&high, outcome, fault).await;
        assert_eq!(browser.follow(reply).await.trouble(), "level-too-low");
    }
}

#[tokio::test]
async fn neg_16_a_wrong_nonce_is_no_login() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    let answer = house.browser().log_in_with(&[], with::APP, Some(SimulatedFault::WrongNonce)).await;
    assert_eq!((answer.error().as_str(), answer.find_param("code")), ("server_error", None));
}

#[tokio::test]
async fn neg_15_an_answer_from_another_issuer_is_refused_before_any_token_call() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let answer = browser.get(&format!("{back}&iss=https%3A%2F%2Fevil.example")).await;
    assert_eq!(answer.error(), "server_error");
    assert_eq!(house.fetches.load(Ordering::SeqCst), 0, "no token came, so no key was needed");
}

#[tokio::test]
async fn neg_15_a_code_of_one_eid_at_the_address_of_another_is_no_login() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None).replace("no-bankid", "no-vipps");
    let reply = browser.get(&back).await;
    assert_eq!((reply.status, reply.trouble()), (400, "login-over"));
    assert!(reply.body.contains("/restart\""), "the person can begin again");
}

#[tokio::test]
async fn req_o11_each_eid_has_an_address_of_its_own() {
    let house = TestBroker::open().await;
    let bankid = house.browser().authorize(&[]).await.param("redirect_uri");
    let vipps = house
        .browser()
        .authorize(&[("acr_values", Some("urn:grn:authn:no:vipps"))])
        .await
        .param("redirect_uri");
    assert_eq!(bankid, "https://id.shop.example/callback/no-bankid");
    assert_eq!(vipps, "https://id.shop.example/callback/no-vipps");
}

#[tokio::test]
async fn the_old_vipps_address_of_moved_customers_answers_too() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[("acr_values", Some("urn:grn:authn:no:vipps"))]).await;
    let back =
        browser.at_the_eid(&leave, with::APP, None).replace("/callback/no-vipps", "/NOVippsLogin/Callback");
    assert!(browser.get(&back).await.find_param("code").is_some());
}

#[tokio::test]
async fn neg_18_a_state_is_good_once_in_one_browser_for_fifteen_minutes() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let stranger = house.browser().get(&back).await;
    assert_eq!((stranger.status, stranger.trouble()), (400, "login-lost"), "another browser");
    let stale = browser.clone();
    assert!(browser.get(&back).await.find_param("code").is_some());
    let again = browser.get(&back).await;
    assert_eq!((again.status, again.trouble()), (400, "login-over"), "the back button");
    let replayed = {
        let mut stale = stale;
        stale.get(&back).await
    };
    assert_eq!(
        (replayed.status, replayed.trouble()),
        (400, "login-over"),
        "an old cookie does not bring it back"
    );
    let nonsense = browser.get("/callback/no-bankid?code=x&state=y").await;
    assert_eq!(nonsense.status, 400);
    let nothing = house.browser().get("/callback/no-bankid").await;
    assert_eq!((nothing.status, nothing.trouble()), (400, "login-lost"));
}

#[tokio::test]
async fn neg_18_an_expired_login_can_be_started_anew() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    house.step(15 * 60);
    let over = browser.get(&back).await;
    assert_eq!((over.status, over.trouble()), (400, "login-over"));
    let (_, rest) = over.body.split_once("href=\"/login/").unwrap();
    let (restart, _) = rest.split_once('"').unwrap();
    let leave = browser.get(&format!("/login/{restart}")).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    assert_eq!(browser.get(&back).await.param("state"), "the-state");
}

#[tokio::test]
async fn neg_20_a_rotated_key_is_fetched_once_and_a_flood_of_unknown_ones_is_not() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    house.code(&[]).await;
    assert_eq!(house.fetches.load(Ordering::SeqCst), 1);
    house.step(61);
    house.bankid.rotate_key().unwrap();
    house.code(&[]).await;
    assert_eq!(house.fetches.load(Ordering::SeqCst), 2);
    for _ in 0..5 {
        house.bankid.rotate_key().unwrap();
        let answer = house.browser().log_in(&[], with::APP).await;
        assert_eq!(answer.error(), "server_error", "within the minute the key stays unknown");
    }
    assert_eq!(house.fetches.load(Ordering::SeqCst), 2);
    house.step(61);
    assert!(house.browser().log_in(&[], with::APP).await.find_param("code").is_some());
}

#[tokio::test]
async fn neg_17_a_person_who_proved_themselves_too_long_ago_is_refused() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    let changes = [("acr_values", Some("urn:grn:authn:no:vipps")), ("max_age", Some("10"))];
    let mut browser = house.browser();
    house.step(120);
    let leave = browser.authorize(&changes).await;
    // The simulator takes the moment of the decision for `auth_time`.
    house.step(-71);
    let back = browser.at_the_eid(&leave, with::APP, None);
    house.step(60);
    assert_eq!(browser.get(&back).await.error(), "server_error");
    let mut browser = house.browser();
    assert!(browser.log_in(&changes, with::APP).await.find_param("code").is_some());
}

#[tokio::test]
async fn rule_14_an_endless_answer_is_cut_and_the_worker_is_free_again() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    let answer = house.browser().log_in_with(&[], with::APP, Some(SimulatedFault::EndlessBody)).await;
    assert_eq!(answer.error(), "server_error");
    assert!(house.browser().log_in(&[], with::APP).await.find_param("code").is_some());
}

#[tokio::test]
async fn refused_credentials_are_our_trouble_and_not_the_persons() {
    let house = TestBroker::open().await;
    let wrong = eid::SourceCredentials {
        client_id: "us".to_owned(),
        method: eid::SourceMethod::ClientSecretBasic,
        secret: Some("wrong".to_owned()),
        private_key: None,
    };
    house.set_source(house.domain, model::LoginMethod::NO_VIPPS, wrong).await;
    let mut browser = house.browser();
    let reply = browser.log_in(&[("acr_values", Some("urn:grn:authn:no:vipps"))], with::APP).await;
    assert_eq!(browser.follow(reply).await.trouble(), "source-misconfigured");
}

#[tokio::test]
async fn an_eid_that_was_switched_off_is_not_shown_or_alarmed_as_misconfigured() {
    let house = TestBroker::open().await;
    keep_log();
    let mut browser = house.browser();
    let leave = browser.authorize(&[("acr_values", Some("urn:grn:authn:no:bankid"))]).await;
    let state = leave.param("state");
    house.switch(model::LoginMethod::NO_BANKID, false).await;
    let reply = browser.get(&format!("/callback/no-bankid?code=x&state={state}")).await;
    assert_eq!(browser.follow(reply).await.trouble(), "eid-switched-off");
    let refused = house.browser().authorize(&[("acr_values", Some("urn:grn:authn:no:bankid"))]).await;
    assert_eq!(refused.error(), "temporarily_unavailable");
    let log = logged();
    assert!(log.contains("eid-switched-off") && !log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn a_refused_national_number_is_access_denied() {
    let house = TestBroker::open().await;
    let answer = house.browser().log_in(&[("scope", Some("openid nin"))], Outcome::RefuseNumber).await;
    assert_eq!(answer.error(), "access_denied");
}
