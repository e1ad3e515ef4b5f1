//! Two administrators look at the same thing and change it: the second is told, and nothing is written over.

use authority::Permission;
use console::{
    ApplicationChange, ChangedMeanwhile, DomainChange, NewIdentitySource, NewTestUser, Refusal, Seen,
    TestUserChange,
};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{
    ApplicationSettings, DomainSettings, EidEnvironment, Environment, IdentitySourceSettings, LoginMethod,
    StandardClaims,
};
use serde_json::{Value, json};
use texts::{Locale, Noun};

use crate::house::{House, NOW, may};

fn told<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> Box<ChangedMeanwhile> {
    match refused {
        Err(Refusal::ChangedMeanwhile(changed)) => changed,
        other => panic!("{other:?}"),
    }
}

fn setting(changed: &ChangedMeanwhile, name: &str) -> (Option<Value>, Value, Value) {
    let found = changed.settings.iter().find(|it| it.name == name);
    let found = found.unwrap_or_else(|| panic!("{name} of {changed:?}"));
    (found.seen.clone(), found.now.clone(), found.wanted.clone())
}

#[tokio::test]
async fn the_second_administrator_overwrote_what_the_first_had_set_of_an_application() {
    let house = House::open().await;
    let id = house.an_application("shop").await;
    let (permit, seen) =
        (may(&house.tenant, Permission::ManageApplications), house.application("shop").await);
    let settings = ApplicationSettings { slim_id_token: true, ..seen.settings.clone() };
    let first = ApplicationChange { name: seen.name.clone(), settings };
    let second = ApplicationChange { name: "Butikk".to_owned(), settings: seen.settings.clone() };
    let changed = house.console.change_application(&permit, (id, &seen.seen()), &first, NOW).await.unwrap();
    let before = house.actions().await;

    let told = told(house.console.change_application(&permit, (id, &seen.seen()), &second, NOW).await);
    assert_eq!((told.object, told.version, told.settings.len()), (Noun::Application, 2, 2), "{told:?}");
    assert_eq!(setting(&told, "name"), (Some(json!("Shop")), json!("Shop"), json!("Butikk")));
    assert_eq!(setting(&told, "slim_id_token"), (Some(json!(false)), json!(true), json!(false)));
    assert_eq!((house.application("shop").await, house.actions().await), (changed, before));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_who_change_what_they_all_saw_one_does_and_seven_are_told() {
    let house = std::sync::Arc::new(House::open().await);
    let id = house.an_application("shop").await;
    let seen = house.application("shop").await;
    let change = |number: usize| {
        let (house, seen) = (house.clone(), seen.clone());
        tokio::spawn(async move {
            let wanted =
                ApplicationChange { name: format!("Shop {number}"), settings: seen.settings.clone() };
            let permit = may(&house.tenant, Permission::ManageApplications);
            house.console.change_application(&permit, (id, &seen.seen()), &wanted, NOW).await
        })
    };
    let racers: Vec<_> = (0..8).map(change).collect();
    let mut done = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(changed) => done += usize::from(changed.version == 2),
            refused => drop(told(refused)),
        }
    }
    assert_eq!((done, house.application("shop").await.version), (1, 2));
}

#[tokio::test]
async fn an_application_was_switched_by_somebody_who_had_seen_it_otherwise() {
    let house = House::open().await;
    let id = house.an_application("shop").await;
    let (permit, seen) =
        (may(&house.tenant, Permission::DisableApplications), house.application("shop").await.seen());
    house.console.switch_application(&permit, (id, &seen), false, NOW).await.unwrap();
    let told = told(house.console.switch_application(&permit, (id, &seen), false, NOW).await);
    assert_eq!(setting(&told, "state"), (Some(json!("enabled")), json!("disabled"), json!("disabled")));
    let told =
        self::told(house.console.switch_application(&permit, (id, &Seen::version(9)), false, NOW).await);
    assert_eq!(told.version, 2);
}

#[tokio::test]
async fn the_second_administrator_overwrote_what_the_first_had_set_of_a_domain() {
    let house = House::open().await;
    let (permit, seen) = (may(&house.tenant, Permission::ManageDomains), house.domain().await);
    let settings = DomainSettings { require_par: true, ..seen.settings.clone() };
    let first = DomainChange { name: seen.name.clone(), settings };
    let second = DomainChange { name: "Acme".to_owned(), settings: seen.settings.clone() };
    let at = (house.domain, &seen.seen());
    let changed = house.console.change_domain(&permit, at, &first, NOW).await.unwrap();
    let told = told(house.console.change_domain(&permit, at, &second, NOW).await);
    assert_eq!(setting(&told, "require_par"), (Some(json!(false)), json!(true), json!(false)));
    assert_eq!(setting(&told, "name").2, json!("Acme"));
    assert_eq!(house.domain().await, changed);
}

fn bankid(house: &House, secret: &str) -> NewIdentitySource {
    let credentials = SourceCredentials {
        client_id: "us".to_owned(),
        method: SourceMethod::ClientSecretBasic,
        secret: Some(secret.to_owned()),
        private_key: None,
    };
    NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: LoginMethod::NO_BANKID,
        environment: EidEnvironment::Test,
        credentials,
    }
}

#[tokio::test]
async fn the_second_administrator_overwrote_credentials_state_and_settings_of_an_eid() {
    let house = House::open().await;
    let (console, permit) = (&house.console, may(&house.tenant, Permission::ManageSources));
    console.set_credentials(&permit, (&bankid(&house, "hunter22"), None), NOW).await.unwrap();
    let seen = house.source().await.seen();
    console.set_credentials(&permit, (&bankid(&house, "hunter23"), Some(&seen)), NOW).await.unwrap();
    let before = (house.source().await, house.actions().await);

    let credentials =
        told(console.set_credentials(&permit, (&bankid(&house, "hunter24"), Some(&seen)), NOW).await);
    let (was, is, wanted) = setting(&credentials, "credentials");
    assert!(was != Some(is) && wanted == json!("new credentials"));
    let line = credentials.message().line(Locale::En);
    assert!(!line.contains("hunter"), "{line}");
    let at = (house.domain, LoginMethod::NO_BANKID, &seen);
    let disabling = may(&house.tenant, Permission::DisableSources);
    told(console.switch_identity_source(&disabling, at, false, NOW).await);
    told(console.set_source_settings(&permit, at, &IdentitySourceSettings::default(), NOW).await);
    let none_seen = console.set_credentials(&permit, (&bankid(&house, "hunter24"), None), NOW).await;
    assert!(matches!(none_seen, Err(Refusal::Taken(_))));
    assert_eq!((house.source().await, house.actions().await), before);
}

#[tokio::test]
async fn the_second_administrator_overwrote_or_removed_a_test_user_that_was_changed() {
    let house = House::open().await;
    let (console, permit) = (&house.console, may(&house.tenant, Permission::ManageTestUsers));
    let claims = |name: &str| StandardClaims { name: Some(name.to_owned()), ..StandardClaims::default() };
    let password = Secret::from("correct horse");
    let tuva = NewTestUser { username: "tuva".to_owned(), password, claims: claims("Tuva") };
    console.add_test_user(&permit, house.domain, &tuva, NOW).await.unwrap();
    let reading = may(&house.tenant, Permission::ReadSettings);
    let find = async || console.test_user(&reading, house.domain, "tuva").await.unwrap();
    let seen = find().await.seen();
    let at = (house.domain, "tuva", &seen);
    let change = |name: &str| TestUserChange { password: None, claims: Some(claims(name)) };
    console.change_test_user(&permit, at, &change("Tuva A"), NOW).await.unwrap();

    let told = told(console.change_test_user(&permit, at, &change("Tuva B"), NOW).await);
    assert_eq!(setting(&told, "claims").1, json!({"name": "Tuva A"}));
    self::told(console.remove_test_user(&permit, at, NOW).await);
    assert_eq!(find().await.claims, Some(claims("Tuva A")));
}

#[tokio::test]
async fn a_test_user_made_again_under_the_same_name_passed_for_the_one_that_was_seen() {
    let house = House::open().await;
    let (console, permit) = (&house.console, may(&house.tenant, Permission::ManageTestUsers));
    let password = Secret::from("correct horse");
    let tuva = NewTestUser { username: "tuva".to_owned(), password, claims: StandardClaims::default() };
    let reading = may(&house.tenant, Permission::ReadSettings);
    let find = async || console.test_user(&reading, house.domain, "tuva").await.unwrap();
    console.add_test_user(&permit, house.domain, &tuva, NOW).await.unwrap();
    let first = find().await;
    console.remove_test_user(&permit, (house.domain, "tuva", &first.seen()), NOW).await.unwrap();
    console.add_test_user(&permit, house.domain, &tuva, NOW).await.unwrap();

    let other = TestUserChange { password: Some(Secret::from("battery staple")), claims: None };
    for seen in [first.seen(), Seen::version(first.version)] {
        let at = (house.domain, "tuva", &seen);
        told(console.change_test_user(&permit, at, &other, NOW).await);
        told(console.remove_test_user(&permit, at, NOW).await);
    }
    let seen = Seen::version(find().await.version);
    console.change_test_user(&permit, (house.domain, "tuva", &seen), &other, NOW).await.unwrap();
}
