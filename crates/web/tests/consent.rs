//! Between proof and code.

use std::collections::BTreeMap;

use crate::house::{Browser, ISSUER, Reply, TestBroker, with};

async fn asked(browser: &mut Browser<'_>) -> (String, Reply) {
    let reply = browser.log_in(&[("scope", Some("openid profile nin"))], with::APP).await;
    let target = reply.location().to_owned();
    (target, browser.follow(reply).await)
}

/// A form that ends outside is answered by a page that goes on by itself.
fn onward(reply: &Reply) -> String {
    assert_eq!((reply.status, reply.header("location")), (200, None));
    let (_, rest) = reply.body.split_once("href=\"https://shop.example").unwrap();
    rest.split_once('"').unwrap().0.replace("&#38;", "&")
}

#[tokio::test]
async fn the_national_number_is_released_after_consent() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let (target, page) = asked(&mut browser).await;
    assert!(page.body.contains("consent-allow") && !page.body.contains(&house.kari().nin));
    let answer = onward(&browser.post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await);
    let code =
        form_urlencoded::parse(answer.split_once('?').unwrap().1.as_bytes()).find(|(name, _)| name == "code");
    let tokens = house.redeem(&code.unwrap().1).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&claims["nin"], &claims["nin_type"]), (&house.kari().nin.into(), &"fnr".into()));
}

#[tokio::test]
async fn a_refused_consent_is_access_denied_and_final() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let (target, _) = asked(&mut browser).await;
    let stale = browser.clone();
    let answer = onward(&browser.post(&format!("{target}/consent"), "decision=deny", Some(ISSUER)).await);
    assert!(answer.contains("error=access_denied"));
    let mut stale = stale;
    let again = stale.post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await;
    assert_eq!((again.status, again.trouble()), (400, "login-over"), "the proof is spent");
}

#[tokio::test]
async fn rule_07_a_decision_from_another_browser_or_site_is_none() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let (target, _) = asked(&mut browser).await;
    let foreign =
        browser.post(&format!("{target}/consent"), "decision=allow", Some("https://evil.example")).await;
    assert_eq!((foreign.status, foreign.trouble()), (403, "decision-not-made-here"));
    let stranger = house.browser().post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await;
    assert_eq!((stranger.status, stranger.trouble()), (400, "login-lost"));
    let neither = browser.post(&format!("{target}/consent"), "decision=", Some(ISSUER)).await;
    assert_eq!(neither.status, 400);
    assert!(
        browser
            .post(&format!("{target}/consent"), "decision=allow", Some(ISSUER))
            .await
            .body
            .contains("code")
    );
}

#[tokio::test]
async fn prompt_consent_asks_although_nothing_sensitive_is_shared() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let reply = browser.log_in(&[("prompt", Some("consent"))], with::APP).await;
    let page = browser.follow(reply).await;
    assert!(page.body.contains("consent-allow") && page.body.contains("The &#60;Shop&#62; &#38; Co"));
}

#[tokio::test]
async fn req_o6_a_form_is_never_answered_by_a_redirect_that_keeps_the_method() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let (target, _) = asked(&mut browser).await;
    let decided = browser.post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await;
    let posted = browser.post("/oauth2/authorize", &house.request(&[]), None).await;
    let logout = browser.post("/oauth2/logout", "state=x", None).await;
    assert_eq!((decided.status, posted.status, logout.status), (200, 303, 303));
}

#[tokio::test]
async fn an_application_without_leave_cannot_ask_for_the_national_number() {
    let house = TestBroker::with(|shop| shop.nin_allowed = false).await;
    for change in [
        ("scope", Some("openid nin")),
        ("scope", Some("openid ssn")),
        ("login_hint", Some("scope:ssn")),
        ("claims", Some(r#"{"userinfo":{"nin":null}}"#)),
    ] {
        assert_eq!(house.browser().authorize(&[change]).await.error(), "invalid_scope", "{change:?}");
    }
}

#[tokio::test]
async fn consent_clicked_twice_on_a_slow_line_lost_the_login() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let (target, _) = asked(&mut browser).await;
    let mut impatient = browser.clone();
    let first = browser.post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await;
    // Whether the cookies of the first answer came in time or not.
    for clicking in [&mut impatient, &mut browser] {
        let second = clicking.post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await;
        assert_eq!(onward(&second), onward(&first), "the identical answer");
    }
    let code = form_urlencoded::parse(onward(&first).split_once('?').unwrap().1.as_bytes())
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    assert_eq!(house.redeem(&code).await.status, 200);
    let late = impatient.post(&format!("{target}/consent"), "decision=allow", Some(ISSUER)).await;
    assert_eq!((late.status, late.trouble()), (400, "login-over"));
    assert!(late.body.contains("href=\"https://shop.example/\""), "the application's link");
}

#[tokio::test]
async fn a_refused_consent_sent_twice_and_one_of_a_stored_request_get_the_same_answer_too() {
    let house = TestBroker::open().await;
    let long = "s".repeat(2_000);
    for (decision, state) in [("deny", "short"), ("allow", long.as_str())] {
        let mut browser = house.browser();
        let changes = [("scope", Some("openid profile nin")), ("state", Some(state))];
        let reply = browser.log_in(&changes, with::APP).await;
        let action = format!("{}/consent", reply.location());
        let mut impatient = browser.clone();
        let first = browser.post(&action, &format!("decision={decision}"), Some(ISSUER)).await;
        let second = impatient.post(&action, &format!("decision={decision}"), Some(ISSUER)).await;
        assert_eq!((first.status, onward(&second)), (200, onward(&first)), "{decision}");
    }
}

#[tokio::test]
async fn a_kept_answer_is_forgotten_after_a_minute() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let (target, _) = asked(&mut browser).await;
    let mut late = browser.clone();
    browser.post(&format!("{target}/consent"), "decision=deny", Some(ISSUER)).await;
    house.step(60);
    let second = late.post(&format!("{target}/consent"), "decision=deny", Some(ISSUER)).await;
    assert_eq!((second.status, second.trouble()), (400, "login-over"));
}

/// A browser with these cookies: settings are changed while none looks at the house.
fn back_again(house: &TestBroker, cookies: BTreeMap<String, String>) -> Browser<'_> {
    Browser { cookies, ..house.browser() }
}

async fn at_consent(house: &TestBroker, change: (&str, Option<&str>)) -> (BTreeMap<String, String>, String) {
    let mut browser = house.browser();
    let reply = browser.log_in(&[("scope", Some("openid profile nin")), change], with::APP).await;
    let action = format!("{}/consent", reply.location());
    (browser.cookies, action)
}

#[tokio::test]
async fn a_kept_answer_went_to_an_address_that_was_withdrawn_meanwhile() {
    let mut house = TestBroker::open().await;
    let (cookies, action) = at_consent(&house, ("state", None)).await;
    let first = back_again(&house, cookies.clone()).post(&action, "decision=allow", Some(ISSUER)).await;
    assert!(first.body.contains("code="));
    house.change_shop(|shop| shop.redirect_uris = vec!["https://shop.example/new".to_owned()]).await;
    let second = back_again(&house, cookies).post(&action, "decision=allow", Some(ISSUER)).await;
    assert_eq!((second.status, second.trouble()), (400, "login-over"));
}

#[tokio::test]
async fn a_kept_answer_went_by_a_response_mode_that_was_switched_off_meanwhile() {
    let mut house = TestBroker::with(|shop| shop.response_modes.json = true).await;
    let (cookies, action) = at_consent(&house, ("response_mode", Some("json"))).await;
    let first = back_again(&house, cookies.clone()).post(&action, "decision=allow", Some(ISSUER)).await;
    assert!(first.body.contains("\"code\""), "{}", first.body);
    house.change_shop(|_| {}).await;
    let second = back_again(&house, cookies).post(&action, "decision=allow", Some(ISSUER)).await;
    assert_eq!((second.status, second.trouble()), (400, "login-over"));
}

#[tokio::test]
async fn after_logout_the_next_person_at_the_browser_got_the_code_of_the_one_before() {
    let mut house = TestBroker::open().await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let (cookies, action) = at_consent(&house, ("state", None)).await;
    let mut browser = back_again(&house, cookies);
    let first = browser.post(&action, "decision=allow", Some(ISSUER)).await;
    assert!(first.body.contains("code=") && browser.cookies.keys().any(|it| it.contains("session-")));
    browser.post("/oauth2/logout", "decision=logout", Some(ISSUER)).await;
    assert!(!browser.cookies.keys().any(|it| it.contains("session-")));
    let next = browser.post(&action, "decision=allow", Some(ISSUER)).await;
    assert_eq!((next.status, next.trouble()), (400, "login-over"));
}

#[tokio::test]
async fn what_the_page_did_not_list_was_released_after_leave_was_given_back() {
    let mut house = TestBroker::open().await;
    let (cookies, action) = at_consent(&house, ("state", None)).await;
    house.change_shop(|shop| shop.nin_allowed = false).await;
    let cookies = {
        let mut browser = back_again(&house, cookies);
        let page = browser.get(action.strip_suffix("/consent").unwrap()).await;
        assert!(page.body.contains("consent-allow") && !page.body.contains("ødselsnummer"));
        browser.cookies
    };
    house.change_shop(|_| {}).await;
    let reply = back_again(&house, cookies).post(&action, "decision=allow", Some(ISSUER)).await;
    let code = reply.body.split("code=").nth(1).unwrap()[..43].to_owned();
    let tokens = house.redeem(&code).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims.get("nin"), None);
}
