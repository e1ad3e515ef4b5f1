//! Automation sign-in: what it is good for, and what it must never be.

use authority::Permission;
use axum::{body::Body, http::Request};
use console::Refusal;
use model::{Environment, LoginMethod, SettingsError};

use super::suite::{AUTOMATION, Mode, Suite};
use crate::house::{ISSUER, TestBroker, form, may};

/// The sign-in page of a login of the first client, and the address that it posts to.
async fn sign_in_page(browser: &mut crate::house::Browser<'_>) -> String {
    let query = form(&[
        ("client_id", "first"),
        ("redirect_uri", super::suite::CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ]);
    let reply = browser.get(&format!("/oauth2/authorize?{query}")).await;
    format!("{}/sign-in", reply.location())
}

fn typed(username: &str, password: &str) -> String {
    form(&[("username", username), ("password", password)])
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_alike() {
    let suite = Suite::open(Mode::Plain).await;
    let mut browser = suite.house.browser();
    let target = sign_in_page(&mut browser).await;
    let wrong = browser.post(&target, &typed("ada", "wrong horse"), Some(ISSUER)).await;
    let unknown = browser.post(&target, &typed("eve", "wrong horse"), Some(ISSUER)).await;
    assert_eq!((wrong.status, unknown.status), (200, 200));
    assert_eq!(wrong.body.replace("\"ada\"", "\"eve\""), unknown.body);
    assert!(wrong.body.contains("password-error") && !wrong.body.contains("wrong horse"));
    let right = browser.post(&target, &typed("ada", "correct horse"), Some(ISSUER)).await;
    assert!(right.body.contains("code="), "the login was not lost");
}

#[tokio::test]
async fn nobody_occupies_the_machine_with_passwords_of_ever_new_users() {
    let mut suite = Suite::open(Mode::Plain).await;
    let (cookies, target) = {
        let mut browser = suite.house.browser();
        let target = sign_in_page(&mut browser).await;
        let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        (cookies.collect::<Vec<_>>().join("; "), target)
    };
    suite.house.limit(provider::Limits { address: 45, ..provider::Limits::default() });
    let guess = async |from: &str, username: &str| {
        let request = Request::post(target.clone())
            .header("host", crate::house::HOST)
            .header("origin", ISSUER)
            .header("cookie", &cookies)
            .extension(web::ClientAddress(from.parse().unwrap()));
        suite.house.send(request.body(Body::from(typed(username, "guess"))).unwrap()).await.status
    };
    for (username, wanted) in [("a", 200), ("b", 200), ("c", 429)] {
        assert_eq!(guess("192.0.2.1", username).await, wanted, "{username}");
    }
    assert_eq!(guess("192.0.2.2", "d").await, 200, "another address");
}

#[tokio::test]
async fn a_sign_in_is_good_once() {
    let suite = Suite::open(Mode::Plain).await;
    let mut browser = suite.house.browser();
    let target = sign_in_page(&mut browser).await;
    let before = browser.clone();
    assert!(browser.post(&target, &typed("ada", "correct horse"), Some(ISSUER)).await.body.contains("code="));
    let mut again = before;
    let second = again.post(&target, &typed("berit", "correct horse"), Some(ISSUER)).await;
    assert_eq!((second.status, second.trouble()), (400, "login-over"));
}

#[tokio::test]
async fn a_sign_in_that_was_sent_twice_gets_the_same_answer() {
    let suite = Suite::open(Mode::Plain).await;
    let mut browser = suite.house.browser();
    let target = sign_in_page(&mut browser).await;
    let mut impatient = browser.clone();
    let right = typed("ada", "correct horse");
    let first = browser.post(&target, &right, Some(ISSUER)).await;
    let second = impatient.post(&target, &right, Some(ISSUER)).await;
    let code = |page: &crate::house::Reply| page.body.split("code=").nth(1).map(|it| it[..43].to_owned());
    assert_eq!((first.status, code(&first).is_some()), (200, true));
    assert_eq!(code(&second), code(&first));
}

#[tokio::test]
async fn a_form_from_another_site_signs_nobody_in() {
    let suite = Suite::open(Mode::Plain).await;
    let mut browser = suite.house.browser();
    let target = sign_in_page(&mut browser).await;
    let foreign = browser.post(&target, &typed("ada", "correct horse"), Some("https://evil.example")).await;
    assert_eq!((foreign.status, foreign.trouble()), (403, "decision-not-made-here"));
    let nothing = suite.house.browser().post(&target, &typed("ada", "correct horse"), Some(ISSUER)).await;
    assert_eq!(nothing.trouble(), "login-lost", "nor does another browser");
}

#[tokio::test]
async fn a_password_is_never_an_eids_level() {
    let suite = Suite::open(Mode::Plain).await;
    for acr in ["urn:grn:authn:no:bankid", "urn:grn:authn:no:vipps"] {
        let refused = suite.engine().authorize(&[("acr_values", Some(acr))]).await;
        assert_eq!(refused.get("error"), "invalid_request", "{acr}");
    }
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"urn:grn:authn:no:bankid:high"}}}"#;
    let refused = suite.engine().authorize(&[("claims", Some(essential))]).await;
    assert!(refused.params.contains_key("error"));
    let landed = suite.engine().code(&[]).await;
    let (_, claims) = suite.tokens(&landed, &[]).await;
    assert_eq!((&claims["acr"], &claims["amr"]), (&AUTOMATION.into(), &serde_json::json!(["pwd"])));
}

#[tokio::test]
async fn it_is_off_until_the_domain_and_the_application_say_so() {
    let house = TestBroker::open().await;
    let metadata = house.get("/.well-known/openid-configuration").await.body;
    assert!(!metadata.contains(AUTOMATION));
    let refused = house.browser().authorize(&[("acr_values", Some(AUTOMATION))]).await;
    assert_eq!(refused.error(), "invalid_request");
    let suite = Suite::open(Mode::Plain).await;
    let shop = suite.house.browser().authorize(&[("acr_values", Some(AUTOMATION))]).await;
    assert_eq!(shop.error(), "invalid_request", "the shop does not allow it");
}

#[tokio::test]
async fn switched_off_in_the_middle_nobody_gets_in() {
    let mut suite = Suite::open(Mode::Plain).await;
    let cookies = {
        let mut browser = suite.house.browser();
        let target = sign_in_page(&mut browser).await;
        (browser.cookies, target)
    };
    let domain = suite.house.domain;
    suite.house.change_domain(domain, |it| it.automation = false).await;
    suite.house.restart();
    let mut browser = suite.house.browser();
    browser.cookies = cookies.0;
    let after = browser.post(&cookies.1, &typed("ada", "correct horse"), Some(ISSUER)).await;
    assert!(!after.body.contains("code="), "{}", after.body);
}

#[tokio::test]
async fn a_production_domain_can_neither_have_it_nor_test_users() {
    let mut settings = model::DomainSettings { automation: true, ..Default::default() };
    assert_eq!(settings.check(Environment::Production), Err(SettingsError::Automation));
    settings.automation = false;
    assert!(settings.check(Environment::Production).is_ok());
    let mut shop = model::ApplicationSettings::new(model::ApplicationKind::Web, Vec::new());
    shop.eids = vec![LoginMethod::TEST_USER];
    assert_eq!(shop.check(Environment::Production), Err(SettingsError::Automation));
    let house = TestBroker::open().await;
    let credentials = eid::SourceCredentials {
        client_id: "x".to_owned(),
        method: eid::SourceMethod::ClientSecretBasic,
        secret: Some("x".to_owned()),
        private_key: None,
    };
    let source = console::NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: LoginMethod::TEST_USER,
        environment: model::EidEnvironment::Sandbox,
        credentials,
    };
    let refused = house
        .console
        .save_identity_source(&may(&house.tenant, Permission::ManageSources), &source, house.time())
        .await;
    assert!(matches!(refused, Err(Refusal::Invalid(_))));
}

#[tokio::test]
async fn a_sign_in_that_was_refused_and_sent_twice_gets_the_same_answer() {
    let mut suite = Suite::open(Mode::Plain).await;
    suite.house.limit(provider::Limits { person: 1, ..provider::Limits::default() });
    let right = typed("ada", "correct horse");
    let mut earlier = suite.house.browser();
    let target = sign_in_page(&mut earlier).await;
    earlier.post(&target, &right, Some(ISSUER)).await;
    let mut browser = suite.house.browser();
    let target = sign_in_page(&mut browser).await;
    let mut impatient = browser.clone();
    assert!(browser.post(&target, &right, Some(ISSUER)).await.body.contains("error="));
    assert!(impatient.post(&target, &right, Some(ISSUER)).await.body.contains("error="));
}
