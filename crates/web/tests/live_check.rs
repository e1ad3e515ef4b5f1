//! The live check of an identity source against the simulators: what is wrong is found without anybody logging in.

use authority::Permission;
use console::{CheckedCredentials, Refusal, SourceCheckView, SourceToCheck};
use eid::{SourceCredentials, SourceMethod};
use model::{CheckFinding as Found, CheckState, CheckSubject, LoginMethod};
use sandbox::Client;
use std::sync::atomic::Ordering;

use crate::house::{ISSUER, REDIRECT, TestBroker, a_tenant, may};

/// Checks a source of the house, and asks for the number.
async fn check(house: &TestBroker, eid: LoginMethod) -> Result<SourceCheckView, Refusal> {
    let permit = may(&house.tenant, Permission::CheckSources);
    let at = SourceToCheck { domain: house.domain, eid, number: true, candidate: false };
    house.console.check_identity_source(&permit, &house.catalogue(), at, house.time()).await
}

/// What was found, in the order of the subjects: discovery, credentials, redirect URI, number.
async fn found(house: &TestBroker, eid: LoginMethod) -> [Found; 4] {
    let lines = check(house, eid).await.unwrap().lines.unwrap();
    CheckSubject::ALL.map(|it| lines.iter().find(|line| line.subject == it).unwrap().finding)
}

fn credentials(secret: &str) -> SourceCredentials {
    SourceCredentials {
        client_id: "with-secret".to_owned(),
        method: SourceMethod::ClientSecretBasic,
        secret: Some(secret.to_owned()),
        private_key: None,
    }
}

/// A client at both simulators, as somebody at the eID would register it.
fn register(house: &TestBroker, callback: Option<&str>, may_have_nin: bool) {
    for (simulator, eid) in [(&house.bankid, "no-bankid"), (&house.vipps, "no-vipps")] {
        let ours = format!("{ISSUER}/callback/{eid}");
        simulator.register(Client {
            client_id: "with-secret".to_owned(),
            name: "Shop".to_owned(),
            secret: Some("right".to_owned()),
            key: None,
            redirect_uris: vec![callback.map_or(ours, str::to_owned)],
            may_have_nin,
        });
    }
}

const BOTH: [LoginMethod; 2] = [LoginMethod::NO_BANKID, LoginMethod::NO_VIPPS];

#[tokio::test]
async fn a_source_that_works_is_good_with_a_secret_as_with_a_key() {
    use Found::{Good, NeedsLogin};
    let house = TestBroker::open().await;
    assert_eq!(found(&house, LoginMethod::NO_BANKID).await, [Good; 4]);
    assert_eq!(found(&house, LoginMethod::NO_VIPPS).await, [Good, Good, Good, NeedsLogin]);
    register(&house, None, true);
    house.set_source(house.domain, LoginMethod::NO_BANKID, credentials("right")).await;
    assert_eq!(found(&house, LoginMethod::NO_BANKID).await, [Good; 4]);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_client_are_told_with_the_words_of_the_eid() {
    let house = TestBroker::open().await;
    register(&house, None, true);
    for (secret, client_id) in [("wrong", "with-secret"), ("right", "nobody")] {
        for eid in BOTH {
            let given = SourceCredentials { client_id: client_id.to_owned(), ..credentials(secret) };
            house.set_source(house.domain, eid, given).await;
            let check = check(&house, eid).await.unwrap();
            let lines = check.lines.clone().unwrap();
            assert_eq!((check.state(), lines[1].finding), (Some(CheckState::Bad), Found::CredentialsRefused));
            assert!(lines[1].error.as_deref().is_some_and(|it| it.contains("_client")), "{lines:?}");
            assert!(!format!("{check:?}").contains(secret));
        }
    }
}

#[tokio::test]
async fn an_unregistered_callback_address_is_named() {
    let house = TestBroker::open().await;
    register(&house, Some(REDIRECT), true);
    for eid in BOTH {
        house.set_source(house.domain, eid, credentials("right")).await;
        let lines = check(&house, eid).await.unwrap().lines.unwrap();
        assert_eq!((lines[1].finding, lines[2].finding), (Found::Good, Found::RedirectUriUnregistered));
        let said = lines[2].message(eid).unwrap().say(texts::Locale::Nn);
        assert!(said.contains(&format!("{ISSUER}/callback/{}", eid.as_str())), "{said}");
    }
}

#[tokio::test]
async fn a_number_that_is_not_granted_is_bad_at_bankid_and_not_known_at_vipps() {
    let house = TestBroker::open().await;
    register(&house, None, false);
    for eid in BOTH {
        house.set_source(house.domain, eid, credentials("right")).await;
    }
    let bankid = found(&house, LoginMethod::NO_BANKID).await;
    assert_eq!(bankid, [Found::Good, Found::Good, Found::Good, Found::NumberNotGranted]);
    assert_eq!(found(&house, LoginMethod::NO_VIPPS).await[3], Found::NeedsLogin);
}

#[tokio::test]
async fn a_number_that_no_application_may_have_is_not_asked_for() {
    let house = TestBroker::open().await;
    register(&house, None, false);
    let domain = house.add_domain("id.other.example", "other").await;
    register(&house, Some("https://id.other.example/callback/no-bankid"), false);
    house.set_source(domain, LoginMethod::NO_BANKID, credentials("right")).await;
    let permit = may(&house.tenant, Permission::CheckSources);
    let at = SourceToCheck { domain, eid: LoginMethod::NO_BANKID, number: false, candidate: false };
    let check = house.console.check_identity_source(&permit, &house.catalogue(), at, house.time()).await;
    let check = check.unwrap();
    assert_eq!(check.lines.as_ref().unwrap()[3].finding, Found::NumberNotUsed);
    assert_eq!(check.state(), Some(CheckState::Good));
}

#[tokio::test]
async fn a_source_that_is_down_is_bad_and_the_result_is_kept() {
    let house = TestBroker::open().await;
    house.bankid_is_down.store(true, Ordering::SeqCst);
    let not_asked = Found::NotAsked;
    let expected = [Found::Unreachable, not_asked, not_asked, not_asked];
    assert_eq!(found(&house, LoginMethod::NO_BANKID).await, expected);
    let reading = may(&house.tenant, Permission::ReadSettings);
    let at = (house.domain, LoginMethod::NO_BANKID);
    let kept = house.console.identity_source(&reading, at).await.unwrap().last_check.unwrap();
    assert_eq!((kept.state(), kept.by.as_str()), (Some(CheckState::Bad), "operator:test"));
    assert_eq!((kept.at, kept.of), (house.time(), CheckedCredentials::Active));
    house.set_source(house.domain, LoginMethod::NO_BANKID, credentials("other")).await;
    let kept = house.console.identity_source(&reading, at).await.unwrap().last_check.unwrap();
    assert_eq!(kept.of, CheckedCredentials::Others, "those in use now were not checked");
}

#[tokio::test]
async fn the_eleventh_check_in_ten_minutes_is_refused_with_the_time_to_wait() {
    let house = TestBroker::open().await;
    for _ in 0..10 {
        check(&house, LoginMethod::NO_VIPPS).await.unwrap();
        house.step(7);
    }
    let Err(Refusal::TooManyChecks(wait)) = check(&house, LoginMethod::NO_VIPPS).await else { panic!() };
    assert_eq!(wait.as_secs(), 600 - 70);
    assert!(check(&house, LoginMethod::NO_BANKID).await.is_ok(), "another source has ten of its own");
    house.step(600 - 70);
    check(&house, LoginMethod::NO_VIPPS).await.unwrap();
    assert!(matches!(check(&house, LoginMethod::NO_VIPPS).await, Err(Refusal::TooManyChecks(_))));
}

#[tokio::test]
async fn another_tenants_source_does_not_exist() {
    let house = TestBroker::open().await;
    let stranger = a_tenant(&house.console, "stranger", house.time()).await;
    let permit = may(&stranger, Permission::CheckSources);
    let at =
        SourceToCheck { domain: house.domain, eid: LoginMethod::NO_BANKID, number: true, candidate: false };
    let refused = house.console.check_identity_source(&permit, &house.catalogue(), at, house.time()).await;
    assert!(matches!(refused, Err(Refusal::NotFound(_))));
}

#[tokio::test]
async fn a_sandbox_of_the_tenant_needs_no_credentials_to_be_good() {
    let mut house = TestBroker::open().await;
    house.use_public_sandbox();
    assert_eq!(found(&house, LoginMethod::NO_BANKID).await, [Found::Good; 4]);
    assert_eq!(found(&house, LoginMethod::NO_VIPPS).await[..3], [Found::Good; 3]);
}

#[tokio::test]
async fn an_eid_reads_our_keys_at_an_address_that_stays_when_they_are_replaced() {
    let house = TestBroker::open().await;
    let read = async || house.get("/.well-known/eids/no-bankid/jwks").await.json();
    let before = read().await["keys"].as_array().unwrap().clone();
    assert_eq!(before.len(), 1);
    assert!(before[0].get("d").is_none(), "the private half stays here");
    let (key, jwks) = console::Console::new_source_key().unwrap();
    let given = SourceCredentials {
        client_id: "us".to_owned(),
        method: SourceMethod::PrivateKeyJwt,
        secret: None,
        private_key: Some(key.expose().clone()),
    };
    house.set_source(house.domain, LoginMethod::NO_BANKID, given).await;
    let after = read().await["keys"].as_array().unwrap().clone();
    assert!(after.contains(&before[0]) && after.contains(&jwks["keys"][0]), "{after:?}");
    assert_eq!(house.get("/.well-known/eids/no-vipps/jwks").await.json()["keys"], serde_json::json!([]));
    assert_eq!(house.get("/.well-known/eids/nobody/jwks").await.status, 404);
}
