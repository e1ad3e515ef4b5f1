use authority::Permission;
use console::{ApplicationChange, NewApplication, Refusal, Seen};
use model::{ApplicationKind, ApplicationSettings, Environment};

use crate::house::{House, NOW, installation, may};

#[tokio::test]
async fn an_application_is_made_changed_and_switched_off_and_on() {
    let house = House::open().await;
    let id = house.an_application("shop").await;
    for _ in 0..2 {
        let shop = house.application("shop").await;
        let renamed = ApplicationChange { name: "Butikk".to_owned(), settings: shop.settings.clone() };
        let permit = may(&house.tenant, Permission::ManageApplications);
        house.console.change_application(&permit, (id, &shop.seen()), &renamed, NOW).await.unwrap();
    }
    for on in [false, false, true] {
        let seen = house.application("shop").await.seen();
        house
            .console
            .switch_application(
                &may(
                    &house.tenant,
                    if on { Permission::ManageApplications } else { Permission::DisableApplications },
                ),
                (id, &seen),
                on,
                NOW,
            )
            .await
            .unwrap();
    }
    let wanted =
        ["application.created", "application.changed", "application.disabled", "application.enabled"];
    assert_eq!(house.actions().await[2..], wanted);
    let details = house.links(house.tenant.id).await[3].event.details.clone();
    assert_eq!(details, r#"{"name":{"from":"Shop","to":"Butikk"}}"#);
}

#[tokio::test]
async fn neg_33_another_tenants_application_does_not_exist() {
    let house = House::open().await;
    let id = house.an_application("shop").await;
    let other = house
        .console
        .create_tenant(&installation(&house.console, Permission::CreateTenants), "other", NOW)
        .await
        .unwrap();
    let console = &house.console;
    let not_found = |it: Result<(), Refusal>| assert!(matches!(it, Err(Refusal::NotFound(_))), "{it:?}");
    not_found(
        console.application(&may(&other, Permission::ReadSettings), house.domain, "shop").await.map(drop),
    );
    not_found(
        console
            .switch_application(
                &may(&other, Permission::DisableApplications),
                (id, &Seen::version(1)),
                false,
                NOW,
            )
            .await,
    );
    let shop = house.application("shop").await;
    let same = ApplicationChange { name: shop.name, settings: shop.settings };
    not_found(
        console
            .change_application(
                &may(&other, Permission::ManageApplications),
                (id, &Seen::version(1)),
                &same,
                NOW,
            )
            .await
            .map(drop),
    );
    not_found(console.create_client_secret(&may(&other, Permission::ManageSecrets), id, NOW).await.map(drop));
    not_found(
        console
            .rotate_keys_now(&may(&other, Permission::RotateKeys), house.domain, <_>::default(), NOW)
            .await
            .map(drop),
    );
    assert!(
        console
            .applications(&may(&other, Permission::ReadSettings), house.domain, None)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(house.links(other.id).await.len(), 1);
}

#[tokio::test]
async fn neg_02_what_cannot_be_is_refused_whole() {
    let house = House::open().await;
    let new = |client_id: &str, uri: &str| NewApplication {
        domain: house.domain,
        environment: Environment::Test,
        client_id: client_id.to_owned(),
        name: "Shop".to_owned(),
        settings: ApplicationSettings::new(ApplicationKind::Web, vec![uri.to_owned()]),
    };
    let fine = "https://shop.example/cb";
    for (client_id, uri) in [("", fine), ("a b", fine), ("shop\u{e5}", fine), ("shop", "jAvAsCrIpT:alert(1)")]
    {
        assert!(
            house
                .console
                .create_application(
                    &may(&house.tenant, Permission::ManageApplications),
                    &new(client_id, uri),
                    NOW
                )
                .await
                .is_err()
        );
    }
    assert_eq!(house.actions().await.len(), 2);
}
