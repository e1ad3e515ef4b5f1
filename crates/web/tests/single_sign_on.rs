//! Single sign-on: a browser that proved a person answers for them, within limits.

use authority::Permission;
use model::LoginMethod;
use serde_json::Value;

use crate::house::{Browser, REDIRECT, Reply, TestBroker, VERIFIER, form, may, with};

const NONE: (&str, Option<&str>) = ("prompt", Some("none"));
const VIPPS: (&str, Option<&str>) = ("acr_values", Some("urn:grn:authn:no:vipps"));

/// A house that remembers browsers with these eIDs.
async fn house(eids: &[LoginMethod]) -> TestBroker {
    let mut house = TestBroker::open().await;
    house.remember(eids).await;
    house
}

fn session_of(browser: &Browser<'_>) -> Option<String> {
    browser.cookies.get("__Host-session-no-bankid").cloned()
}

async fn claims(house: &TestBroker, reply: &Reply) -> Value {
    let tokens = house.redeem(&reply.param("code")).await.json();
    house.claims(tokens["id_token"].as_str().unwrap()).await
}

#[tokio::test]
async fn without_the_switch_nobody_is_remembered() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    assert_eq!(session_of(&browser), None);
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn the_second_login_needs_no_eid_and_says_when_the_person_proved_themselves() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let first = browser.log_in(&[], with::APP).await;
    let first = claims(&house, &first).await;
    house.step(600);
    for changes in [&[][..], &[NONE]] {
        let again = browser.authorize(changes).await;
        assert!(again.location().starts_with(REDIRECT), "{}", again.location());
        let again = claims(&house, &again).await;
        for name in ["sub", "sid", "auth_time", "acr", "amr", "name"] {
            assert_eq!(again[name], first[name], "{name}");
        }
    }
    assert_eq!(house.browser().authorize(&[NONE]).await.error(), "login_required", "another browser");
}

#[tokio::test]
async fn a_posted_request_is_answered_from_the_session_too() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    for (changes, outcome) in
        [(&[][..], "code"), (&[NONE], "code"), (&[NONE, ("max_age", Some("0"))], "error")]
    {
        // Cookies do not come with a POST from another site.
        let posted = house.post("/oauth2/authorize", &house.request(changes), &[]).await;
        let (name, value) = posted.header("set-cookie").unwrap().split_once('=').unwrap();
        browser.cookies.insert(name.to_owned(), value.split_once(';').unwrap().0.to_owned());
        let answer = browser.get(posted.location()).await;
        assert!(answer.find_param(outcome).is_some(), "{}", answer.location());
    }
}

#[tokio::test]
async fn what_the_session_cannot_answer_goes_to_the_eid_or_is_told() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    house.step(100);
    let number = format!("BID:{}", house.kari().nin);
    for change in [
        ("max_age", Some("99")),
        ("acr_values", Some("urn:grn:authn:no:vipps")),
        ("scope", Some("openid nin")),
        ("scope", Some("openid email")),
        ("login_hint", Some(&*number)),
        ("claims", Some(r#"{"id_token":{"sub":{"value":"somebody-else"}}}"#)),
    ] {
        let asked = browser.clone().authorize(&[change]).await;
        assert!(!asked.location().starts_with(REDIRECT), "{change:?}: {}", asked.location());
        assert_eq!(browser.clone().authorize(&[change, NONE]).await.error(), "login_required", "{change:?}");
    }
    for change in [("prompt", Some("login")), ("prompt", Some("consent")), ("prompt", Some("select_account"))]
    {
        let asked = browser.clone().authorize(&[change]).await;
        assert!(!asked.location().starts_with(REDIRECT), "{change:?}");
    }
    assert!(browser.authorize(&[("max_age", Some("100"))]).await.find_param("code").is_some());
}

#[tokio::test]
async fn neg_24_the_session_changes_at_every_login_and_the_old_one_is_dead() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::BIOMETRICS).await;
    let before = browser.clone();
    // Step-up: high is asked, the session is substantial.
    let high = ("acr_values", Some("urn:grn:authn:no:bankid:high"));
    assert_eq!(browser.clone().authorize(&[high, NONE]).await.error(), "login_required");
    browser.log_in(&[high], with::APP).await;
    assert_ne!(session_of(&browser), session_of(&before));
    assert!(browser.authorize(&[high, NONE]).await.find_param("code").is_some());
    assert_eq!(before.clone().authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn asvs_7_a_session_ends_when_it_rests_too_long_and_when_its_time_is_up() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    for _ in 0..16 {
        house.step(29 * 60);
        assert!(browser.authorize(&[NONE]).await.find_param("code").is_some());
    }
    // 7 h 44 min; the absolute limit is 8 h.
    house.step(17 * 60);
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
    browser.log_in(&[], with::APP).await;
    house.step(30 * 60);
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn neg_22_sessions_of_two_eids_are_two_persons_to_us() {
    let house = house(&[LoginMethod::NO_BANKID, LoginMethod::NO_VIPPS]).await;
    let mut browser = house.browser();
    let bankid = browser.log_in(&[], with::APP).await;
    let bankid = claims(&house, &bankid).await;
    assert_eq!(browser.clone().authorize(&[VIPPS, NONE]).await.error(), "login_required");
    let vipps = browser.log_in(&[VIPPS], with::APP).await;
    let vipps = claims(&house, &vipps).await;
    assert_ne!(bankid["sub"], vipps["sub"]);
    let again = browser.authorize(&[NONE]).await;
    assert_eq!(claims(&house, &again).await["sub"], bankid["sub"]);
}

#[tokio::test]
async fn rule_15_blocking_ends_what_a_session_could_answer() {
    let mut house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    let cookies = browser.cookies.clone();
    let ask = async |house: &TestBroker| {
        let mut browser = Browser { cookies: cookies.clone(), ..house.browser() };
        browser.authorize(&[NONE]).await.error()
    };
    house.switch_source(LoginMethod::NO_BANKID, false).await;
    assert_eq!(ask(&house).await, "login_required");
    house.switch_source(LoginMethod::NO_BANKID, true).await;
    house.change_shop(|it| it.single_sign_on = false).await;
    assert_eq!(ask(&house).await, "login_required");
    house.change_shop(|it| it.minimum_level = model::Level::High).await;
    house.remember(&[]).await;
    assert_eq!(ask(&house).await, "login_required");
}

#[tokio::test]
async fn neg_11_the_minimum_level_holds_for_sessions() {
    let mut house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::BIOMETRICS).await;
    let cookies = browser.cookies.clone();
    house.change_shop(|it| it.minimum_level = model::Level::High).await;
    let mut browser = Browser { cookies, ..house.browser() };
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn rule_16_a_session_cookie_of_another_domain_or_a_changed_one_is_none() {
    let mut house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    let cookies = browser.cookies.clone();
    let other = house.add_domain("id.other.example", "other").await;
    house.remember_at(other, &[LoginMethod::NO_BANKID]).await;
    let mut shop = model::ApplicationSettings::new(model::ApplicationKind::Web, vec![REDIRECT.to_owned()]);
    shop.nin_allowed = true;
    house.add_application(other, "shop", shop).await;
    let mut browser = Browser { cookies, ..house.browser() };
    assert!(browser.clone().authorize(&[NONE]).await.find_param("code").is_some());
    let mut elsewhere = Browser { host: "id.other.example".to_owned(), ..browser.clone() };
    assert_eq!(elsewhere.authorize(&[NONE]).await.error(), "login_required");
    let value = browser.cookies.get_mut("__Host-session-no-bankid").unwrap();
    let first = if value.starts_with('A') { "B" } else { "A" };
    value.replace_range(..1, first);
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn the_session_cookie_ends_with_the_browser_and_is_not_for_scripts() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let reply = browser.log_in(&[], with::APP).await;
    let line = reply.all("set-cookie").into_iter().find(|it| it.contains("session-no-bankid")).unwrap();
    let (_, attributes) = line.split_once(';').unwrap();
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax; Secure");
}

#[tokio::test]
async fn rule_17_after_logout_nobody_is_found() {
    let house = house(&[LoginMethod::NO_BANKID, LoginMethod::NO_VIPPS]).await;
    let mut browser = house.browser();
    let answer = browser.log_in(&[], with::APP).await;
    browser.log_in(&[VIPPS], with::APP).await;
    let before = browser.clone();
    let tokens = house.redeem(&answer.param("code")).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    let query = form(&[("id_token_hint", hint), ("post_logout_redirect_uri", "https://shop.example/bye")]);
    let out = browser.get(&format!("/oauth2/logout?{query}")).await;
    assert_eq!(out.location(), "https://shop.example/bye", "the hint is of this session: nobody is asked");
    assert_eq!(session_of(&browser), None);
    // Neither the browser nor a copy of its cookies is remembered.
    for mut browser in [browser, before] {
        assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
        assert_eq!(browser.authorize(&[VIPPS, NONE]).await.error(), "login_required");
    }
}

#[tokio::test]
async fn req_l1_a_hint_of_another_session_or_none_asks_first() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let elsewhere = house.redeem(&house.code(&[]).await).await.json();
    let hint = elsewhere["id_token"].as_str().unwrap();
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    for query in [form(&[("id_token_hint", hint)]), form(&[("client_id", "shop")]), String::new()] {
        let asked = browser.get(&format!("/oauth2/logout?{query}")).await;
        assert!(asked.status == 200 && asked.body.contains("logout-yes"), "{query:.40}");
        assert!(browser.clone().authorize(&[NONE]).await.find_param("code").is_some());
    }
    let foreign = browser.post("/oauth2/logout", "decision=logout", Some("https://evil.example")).await;
    assert_eq!(foreign.status, 303, "NEG-40: no decision of this person; asked again");
    let out = browser.post("/oauth2/logout", "decision=logout", Some(crate::house::ISSUER)).await;
    assert_eq!(out.status, 200);
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn an_administrator_ends_a_session_and_it_mints_nothing_more() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let answer = browser.log_in(&[], with::APP).await;
    let sub = claims(&house, &answer).await["sub"].as_str().unwrap().to_owned();
    assert_eq!(
        house
            .console
            .end_sessions_of(&may(&house.tenant, Permission::EndSessions), &sub, house.time())
            .await
            .unwrap(),
        1
    );
    assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
}

#[tokio::test]
async fn consent_is_asked_before_and_the_session_is_there_after() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let page = browser.log_in(&[("prompt", Some("consent"))], with::APP).await;
    let target = format!("{}/consent", page.location());
    let done = browser.post(&target, "decision=allow", Some(crate::house::ISSUER)).await;
    assert_eq!(done.status, 200);
    assert!(browser.authorize(&[NONE]).await.find_param("code").is_some());
}

#[tokio::test]
async fn who_refused_consent_is_not_answered_for_without_being_asked() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let page = browser.log_in(&[("prompt", Some("consent"))], with::APP).await;
    let target = format!("{}/consent", page.location());
    let undecided = browser.clone();
    browser.post(&target, "decision=deny", Some(crate::house::ISSUER)).await;
    for mut browser in [browser, undecided] {
        assert_eq!(browser.authorize(&[NONE]).await.error(), "login_required");
        assert_eq!(session_of(&browser), None);
    }
}

#[tokio::test]
async fn a_session_serves_a_second_application_with_a_subject_of_its_own() {
    let house = house(&[LoginMethod::NO_BANKID]).await;
    let uris = vec!["https://other.example/cb".to_owned()];
    let mut other = model::ApplicationSettings::new(model::ApplicationKind::Web, uris);
    other.sector = model::Sector::Application;
    house.add_application(house.domain, "other", other).await;
    let mut browser = house.browser();
    let first = browser.log_in(&[], with::APP).await;
    let first = claims(&house, &first).await;
    let redirect = "https://other.example/cb";
    let second =
        browser.authorize(&[NONE, ("client_id", Some("other")), ("redirect_uri", Some(redirect))]).await;
    let code = second.param("code");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
        ("client_id", "other"),
        ("client_secret", house.secret.expose()),
    ];
    let tokens = house.token(&pairs).await.json();
    let second = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(second["sid"], first["sid"]);
    assert_ne!(second["sub"], first["sub"]);
}
