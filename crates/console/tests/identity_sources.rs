use authority::{OpenTenant, Permission, SealedColumn};
use console::{Console, NewIdentitySource, Refusal};
use eid::{SourceCredentials, SourceMethod};
use model::{EidEnvironment, Environment, LoginMethod};

use crate::house::{House, NOW, may};

fn a_source(house: &House, secret: Option<&str>, private_key: Option<String>) -> NewIdentitySource {
    let method =
        if private_key.is_some() { SourceMethod::PrivateKeyJwt } else { SourceMethod::ClientSecretBasic };
    NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: LoginMethod::NO_BANKID,
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
    house
        .console
        .save_identity_source(&may(&house.tenant, Permission::ManageSources), &new, NOW)
        .await
        .unwrap();
    let shown = house
        .console
        .identity_sources(&may(&house.tenant, Permission::ReadSettings), house.domain)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(shown.jwks, Some(jwks));
    assert!(!format!("{:?}", house.links(house.tenant.id).await).contains(key.expose()));
}

#[tokio::test]
async fn credentials_that_cannot_work_are_refused() {
    let house = House::open().await;
    for new in [a_source(&house, None, None), a_source(&house, None, Some("no key".to_owned()))] {
        let refused = house
            .console
            .save_identity_source(&may(&house.tenant, Permission::ManageSources), &new, NOW)
            .await;
        assert!(matches!(refused, Err(Refusal::Invalid(_))));
    }
    let production =
        NewIdentitySource { environment: EidEnvironment::Production, ..a_source(&house, Some("x"), None) };
    let refused = house
        .console
        .save_identity_source(&may(&house.tenant, Permission::ManageSources), &production, NOW)
        .await;
    assert!(matches!(refused, Err(Refusal::Environment)));
}

#[tokio::test]
async fn the_same_credentials_again_are_no_change() {
    let house = House::open().await;
    let new = a_source(&house, Some("secret"), None);
    for _ in 0..2 {
        house
            .console
            .save_identity_source(&may(&house.tenant, Permission::ManageSources), &new, NOW)
            .await
            .unwrap();
    }
    let seen = house.source().await.seen();
    house
        .console
        .switch_identity_source(
            &may(&house.tenant, Permission::DisableSources),
            (house.domain, LoginMethod::NO_BANKID, &seen),
            false,
            NOW,
        )
        .await
        .unwrap();
    assert_eq!(house.actions().await[2..], ["identity_source.created", "identity_source.disabled"]);
}

/// Writes credentials as the next release will, and gives the sealed value.
async fn sealed_with_a_count(house: &House, client_id: &str, version: Option<i64>) -> Vec<u8> {
    let tenant = house.tenant.id;
    let row = house.store.read(move |tx| store::tenants::get(tx, tenant)).await.unwrap();
    let opened = OpenTenant::open(&house.master, &row).unwrap();
    let mut new = a_source(house, Some("secret"), None).credentials;
    new.client_id = client_id.to_owned();
    let id = house
        .console
        .identity_sources(&may(&house.tenant, Permission::ReadSettings), house.domain)
        .await
        .unwrap()
        .remove(0)
        .id;
    let column = SealedColumn::Credentials { source: id, version };
    opened.seal(&crypto::Random::system(), &column, &serde_json::to_vec(&new).unwrap())
}

/// Puts a value into the row; gives the client id that is read then.
async fn with(house: &House, sealed: Vec<u8>, version: Option<i64>) -> Option<String> {
    let (tenant, domain) = (house.tenant.id, house.domain);
    let put = house.store.write(move |tx| {
        let row = store::identity_sources::find(tx, tenant, domain, "no-bankid")?.unwrap();
        let row = store::identity_sources::IdentitySource {
            sealed_credentials: Some(sealed),
            credentials_version: version,
            ..row
        };
        store::identity_sources::save(tx, &row)
    });
    put.await.unwrap();
    let read = house
        .console
        .identity_sources(&may(&house.tenant, Permission::ReadSettings), domain)
        .await
        .unwrap()
        .remove(0);
    read.client.map(|(client_id, _)| client_id)
}

#[tokio::test]
async fn credentials_with_a_count_are_read_and_older_ones_put_back_are_refused() {
    let house = House::open().await;
    house
        .console
        .save_identity_source(
            &may(&house.tenant, Permission::ManageSources),
            &a_source(&house, Some("x"), None),
            NOW,
        )
        .await
        .unwrap();
    let uncounted = sealed_with_a_count(&house, "of this release", None).await;
    let first = sealed_with_a_count(&house, "first", Some(1)).await;
    let second = sealed_with_a_count(&house, "second", Some(2)).await;
    assert_eq!(with(&house, uncounted.clone(), None).await.as_deref(), Some("of this release"));
    assert_eq!(with(&house, second, Some(2)).await.as_deref(), Some("second"));
    assert_eq!(with(&house, first, Some(2)).await, None, "older ones with a count");
    assert_eq!(with(&house, uncounted, Some(2)).await, None, "older ones without");
    house
        .console
        .save_identity_source(
            &may(&house.tenant, Permission::ManageSources),
            &a_source(&house, Some("y"), None),
            NOW,
        )
        .await
        .unwrap();
    let read = house
        .console
        .identity_sources(&may(&house.tenant, Permission::ReadSettings), house.domain)
        .await
        .unwrap()
        .remove(0);
    assert!(read.client.is_some(), "this release writes what every node of it reads");
}
