use console::{Console, NewIdentitySource, Refusal};
use eid::{SourceCredentials, SourceMethod};
use model::{Eid, EidEnvironment, Environment};

use crate::house::{House, NOW};

fn a_source(house: &House, secret: Option<&str>, private_key: Option<String>) -> NewIdentitySource {
    let method =
        if private_key.is_some() { SourceMethod::PrivateKeyJwt } else { SourceMethod::ClientSecretBasic };
    NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: Eid::NoBankid,
        environment: EidEnvironment::Test,
        credentials: SourceCredentials {
            client_id: "us".to_owned(),
            method,
            secret: secret.map(str::to_owned),
            private_key,
        },
    }
}

#[tokio::test]
async fn a_key_pair_is_made_and_its_public_half_shown_again_later() {
    let house = House::open().await;
    let (key, jwks) = Console::new_source_key().unwrap();
    let new = a_source(&house, None, Some(key.expose().clone()));
    house.console.save_identity_source(&house.tenant, &new, NOW).await.unwrap();
    let shown = house.console.identity_sources(&house.tenant, house.domain).await.unwrap().remove(0);
    assert_eq!(shown.jwks, Some(jwks));
    assert!(!format!("{:?}", house.links(house.tenant.id).await).contains(key.expose()));
}

#[tokio::test]
async fn credentials_that_cannot_work_are_refused() {
    let house = House::open().await;
    for new in [a_source(&house, None, None), a_source(&house, None, Some("no key".to_owned()))] {
        let refused = house.console.save_identity_source(&house.tenant, &new, NOW).await;
        assert!(matches!(refused, Err(Refusal::Invalid(_))));
    }
    let production =
        NewIdentitySource { environment: EidEnvironment::Production, ..a_source(&house, Some("x"), None) };
    let refused = house.console.save_identity_source(&house.tenant, &production, NOW).await;
    assert!(matches!(refused, Err(Refusal::Environment)));
}

#[tokio::test]
async fn the_same_credentials_again_are_no_change() {
    let house = House::open().await;
    let new = a_source(&house, Some("secret"), None);
    for _ in 0..2 {
        house.console.save_identity_source(&house.tenant, &new, NOW).await.unwrap();
    }
    house
        .console
        .switch_identity_source(&house.tenant, (house.domain, Eid::NoBankid), false, NOW)
        .await
        .unwrap();
    assert_eq!(house.actions().await[2..], ["identity_source.created", "identity_source.disabled"]);
}
