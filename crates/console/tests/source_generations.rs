//! Candidate, active and previous credentials of an identity source.

use authority::Permission;
use console::{NewIdentitySource, Refusal, Seen};
use eid::{SourceCredentials, SourceMethod};
use model::{EidEnvironment, Environment, LoginMethod, Timestamp};
use std::time::Duration;

use crate::house::{House, NOW, installation, may};

fn new(house: &House, client_id: &str) -> NewIdentitySource {
    NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: LoginMethod::NO_BANKID,
        environment: EidEnvironment::Test,
        credentials: SourceCredentials {
            client_id: client_id.to_owned(),
            method: SourceMethod::ClientSecretBasic,
            secret: Some(format!("secret of {client_id}")),
            private_key: None,
        },
    }
}

/// A house whose source has the client `first` in use.
async fn house() -> House {
    let house = House::open().await;
    let permit = may(&house.tenant, Permission::ManageSources);
    house.console.set_credentials(&permit, (&new(&house, "first"), None), NOW).await.unwrap();
    house
}

async fn enter(house: &House, client_id: &str, now: Timestamp) -> Result<bool, Refusal> {
    let (permit, seen) = (may(&house.tenant, Permission::ManageSources), house.source().await.seen());
    house.console.set_source_candidate(&permit, (&new(house, client_id), &seen), now).await
}

/// Which change of the generations.
#[derive(Clone, Copy)]
enum Verb {
    Activate,
    Restore,
    Discard,
}

async fn change(house: &House, verb: Verb, now: Timestamp) -> Result<(), Refusal> {
    let (permit, source) = (may(&house.tenant, Permission::ManageSources), house.source().await);
    let (console, seen) = (&house.console, source.seen());
    match verb {
        Verb::Activate => console.activate_source_candidate(&permit, (&source, &seen), now).await,
        Verb::Restore => console.restore_source_credentials(&permit, (&source, &seen), now).await,
        Verb::Discard => console.discard_source_candidate(&permit, (&source, &seen), now).await,
    }
}

/// The client ids: in use, candidate, previous.
async fn clients(house: &House) -> [Option<String>; 3] {
    let source = house.source().await;
    let of = |client: Option<(String, SourceMethod)>| client.map(|it| it.0);
    let (candidate, previous) = (source.candidate, source.previous);
    [of(source.client), of(candidate.and_then(|it| it.client)), of(previous.and_then(|it| it.client))]
}

fn named(names: [&str; 3]) -> [Option<String>; 3] {
    names.map(|it| Some(it.to_owned()).filter(|it| !it.is_empty()))
}

#[tokio::test]
async fn credentials_go_from_candidate_to_use_and_back_and_every_step_is_on_record() {
    let house = house().await;
    assert!(!enter(&house, "first", NOW).await.unwrap(), "these are in use");
    assert!(enter(&house, "second", NOW).await.unwrap());
    assert_eq!(clients(&house).await, named(["first", "second", ""]));
    change(&house, Verb::Activate, NOW).await.unwrap();
    assert_eq!(clients(&house).await, named(["second", "", "first"]));
    change(&house, Verb::Restore, NOW).await.unwrap();
    assert_eq!(clients(&house).await, named(["first", "", "second"]));
    enter(&house, "third", NOW).await.unwrap();
    change(&house, Verb::Discard, NOW).await.unwrap();
    assert_eq!(clients(&house).await, named(["first", "", "second"]));
    let told = [
        "candidate_set",
        "candidate_activated",
        "credentials_restored",
        "candidate_set",
        "candidate_discarded",
    ];
    assert_eq!(house.actions().await[3..], told.map(|it| format!("identity_source.{it}")));
    assert!(!format!("{:?}", house.links(house.tenant.id).await).contains("secret of"));
}

#[tokio::test]
async fn previous_credentials_can_be_restored_for_seven_days() {
    let house = house().await;
    enter(&house, "second", NOW).await.unwrap();
    change(&house, Verb::Activate, NOW).await.unwrap();
    let week = Duration::from_secs(7 * 86_400);
    let late = change(&house, Verb::Restore, NOW.after(week)).await;
    assert!(matches!(late, Err(Refusal::NotFound(_))));
    change(&house, Verb::Restore, NOW.after(week).before(Duration::from_secs(1))).await.unwrap();
    let swept = NOW.after(week).after(week);
    house.store.write(move |tx| store::sweep::remove_expired(tx, swept, 100)).await.unwrap();
    assert_eq!(clients(&house).await, named(["first", "", ""]));
}

#[tokio::test]
async fn without_a_candidate_there_is_nothing_to_use_and_nothing_to_discard() {
    let house = house().await;
    for verb in [Verb::Activate, Verb::Discard, Verb::Restore] {
        assert!(matches!(change(&house, verb, NOW).await, Err(Refusal::NotFound(_))));
    }
}

#[tokio::test]
async fn a_candidate_that_somebody_else_replaced_is_not_used() {
    let house = house().await;
    enter(&house, "second", NOW).await.unwrap();
    let mine = house.source().await;
    enter(&house, "theirs", NOW).await.unwrap();
    let permit = may(&house.tenant, Permission::ManageSources);
    let seen = Seen::version(mine.seen().number());
    let refused = house.console.activate_source_candidate(&permit, (&mine, &seen), NOW).await;
    assert!(matches!(refused, Err(Refusal::ChangedMeanwhile(_))));
    assert_eq!(clients(&house).await, named(["first", "theirs", ""]));
}

#[tokio::test]
async fn the_credentials_of_one_generation_do_not_open_as_another() {
    let house = house().await;
    enter(&house, "second", NOW).await.unwrap();
    house.meddle(
        "UPDATE identity_sources SET sealed_credentials =
         (SELECT sealed_credentials FROM source_generations WHERE generation = 'candidate')",
    );
    assert_eq!(clients(&house).await, named(["", "second", ""]));
}

#[tokio::test]
async fn another_tenants_candidate_does_not_exist() {
    let house = house().await;
    enter(&house, "second", NOW).await.unwrap();
    let making = installation(&house.console, Permission::CreateTenants);
    let stranger = house.console.create_tenant(&making, "stranger", NOW).await.unwrap();
    let (permit, source) = (may(&stranger, Permission::ManageSources), house.source().await);
    let seen = source.seen();
    for refused in [
        house.console.activate_source_candidate(&permit, (&source, &seen), NOW).await,
        house.console.restore_source_credentials(&permit, (&source, &seen), NOW).await,
        house.console.discard_source_candidate(&permit, (&source, &seen), NOW).await,
    ] {
        assert!(matches!(refused, Err(Refusal::NotFound(_))));
    }
}
