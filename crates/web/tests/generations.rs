//! Credentials of an identity source that are replaced while people log in.

use authority::Permission;
use console::NewIdentitySource;
use eid::{SourceCredentials, SourceMethod};
use model::{EidEnvironment, Environment, LoginMethod};
use sandbox::Client;

use crate::house::{ISSUER, TestBroker, may, with};

const BANKID: LoginMethod = LoginMethod::NO_BANKID;

/// A client that is registered at the simulated BankID, and its credentials, with this secret.
fn registered(house: &TestBroker, client_id: &str, secret: &str) -> SourceCredentials {
    house.bankid.register(Client {
        client_id: client_id.to_owned(),
        name: "Shop".to_owned(),
        secret: Some("right".to_owned()),
        key: None,
        redirect_uris: vec![format!("{ISSUER}/callback/no-bankid")],
        may_have_nin: true,
    });
    SourceCredentials {
        client_id: client_id.to_owned(),
        method: SourceMethod::ClientSecretBasic,
        secret: Some(secret.to_owned()),
        private_key: None,
    }
}

/// Enters a candidate, and uses it where `used`.
async fn enter(house: &mut TestBroker, credentials: SourceCredentials, used: bool) {
    let (reading, permit) =
        (may(&house.tenant, Permission::ReadSettings), may(&house.tenant, Permission::ManageSources));
    let at = (house.domain, BANKID);
    let seen = house.console.identity_source(&reading, at).await.unwrap().seen();
    let new = NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: BANKID,
        environment: EidEnvironment::Sandbox,
        credentials,
    };
    assert!(house.console.set_source_candidate(&permit, (&new, &seen), house.time()).await.unwrap());
    let source = house.console.identity_source(&reading, at).await.unwrap();
    if used {
        let seen = source.seen();
        house.console.activate_source_candidate(&permit, (&source, &seen), house.time()).await.unwrap();
    }
    house.restart();
}

async fn restore(house: &mut TestBroker) {
    let (reading, permit) =
        (may(&house.tenant, Permission::ReadSettings), may(&house.tenant, Permission::ManageSources));
    let source = house.console.identity_source(&reading, (house.domain, BANKID)).await.unwrap();
    let seen = source.seen();
    house.console.restore_source_credentials(&permit, (&source, &seen), house.time()).await.unwrap();
    house.restart();
}

/// The client that people are sent with.
async fn sent_with(house: &TestBroker) -> String {
    house.browser().authorize(&[]).await.param("client_id")
}

#[tokio::test]
async fn a_candidate_is_used_by_nobody_until_it_is_activated_and_the_previous_ones_come_back() {
    let mut house = TestBroker::open().await;
    let candidate = registered(&house, "new", "right");
    enter(&mut house, candidate.clone(), false).await;
    assert_eq!(sent_with(&house).await, "us");
    enter(&mut house, candidate, true).await;
    assert_eq!(sent_with(&house).await, "new");
    assert!(house.browser().log_in(&[], with::APP).await.find_param("code").is_some());
    restore(&mut house).await;
    assert_eq!(sent_with(&house).await, "us");
    assert!(house.browser().log_in(&[], with::APP).await.find_param("code").is_some());
}

#[tokio::test]
async fn a_login_in_flight_was_lost_when_the_credentials_were_replaced() {
    let mut house = TestBroker::open().await;
    let first = registered(&house, "rotated", "right");
    enter(&mut house, first, true).await;
    for (client_id, secret) in [("rotated", "wrong"), ("another", "right")] {
        let (cookies, back) = {
            let mut browser = house.browser();
            let leave = browser.authorize(&[]).await;
            (browser.cookies.clone(), browser.at_the_eid(&leave, with::APP, None))
        };
        house.step(5);
        let replaced = registered(&house, client_id, secret);
        enter(&mut house, replaced, true).await;
        let mut browser = house.browser();
        browser.cookies = cookies;
        let answer = browser.get(&back).await;
        assert!(answer.find_param("code").is_some(), "{client_id}: {answer:?}");
        restore(&mut house).await;
    }
}

#[tokio::test]
async fn replaced_credentials_serve_no_login_that_began_after_them() {
    let mut house = TestBroker::open().await;
    let first = registered(&house, "rotated", "right");
    enter(&mut house, first, true).await;
    house.step(5);
    let wrong = registered(&house, "rotated", "wrong");
    enter(&mut house, wrong, true).await;
    house.step(5);
    let mut browser = house.browser();
    let reply = browser.log_in(&[], with::APP).await;
    assert_eq!(browser.follow(reply).await.trouble(), "source-misconfigured");
}

#[tokio::test]
async fn a_login_begun_under_wrong_credentials_was_lost_when_the_right_ones_were_restored() {
    let mut house = TestBroker::open().await;
    let right = registered(&house, "rotated", "right");
    enter(&mut house, right, true).await;
    house.step(5);
    let wrong = registered(&house, "rotated", "wrong");
    enter(&mut house, wrong, true).await;
    house.step(5);
    let (cookies, back) = {
        let mut browser = house.browser();
        let leave = browser.authorize(&[]).await;
        (browser.cookies.clone(), browser.at_the_eid(&leave, with::APP, None))
    };
    house.step(5);
    restore(&mut house).await;
    let mut browser = house.browser();
    browser.cookies = cookies;
    let answer = browser.get(&back).await;
    assert!(answer.find_param("code").is_some(), "{answer:?}");
}
