use std::{collections::BTreeSet, time::Duration};

use authority::Permission;
use console::{Refusal, SecretRotation, SecretView};
use model::{SecretId, Timestamp};

use crate::house::{House, NOW, may};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn live(secrets: &[SecretView], now: Timestamp) -> usize {
    secrets.iter().filter(|it| it.ends_at.is_none_or(|at| at > now)).count()
}

#[tokio::test]
async fn two_secrets_may_be_live_and_a_third_is_refused() {
    let house = House::open().await;
    let shop = house.an_application("shop").await;
    let create = || async {
        house.console.create_client_secret(&may(&house.tenant, Permission::ManageSecrets), shop, NOW).await
    };
    let (first, one) = create().await.unwrap();
    let (_, two) = create().await.unwrap();
    assert_ne!(one.expose(), two.expose());
    assert!(matches!(create().await, Err(Refusal::TooManySecrets(_))));
    house
        .console
        .retire_client_secret(&may(&house.tenant, Permission::ManageSecrets), (shop, first), NOW, NOW)
        .await
        .unwrap();
    create().await.unwrap();
}

const fn a_week(end: Option<SecretId>) -> SecretRotation {
    SecretRotation { overlap: Duration::from_secs(7 * 24 * 60 * 60), end }
}

#[tokio::test]
async fn rotating_twice_ended_the_secret_in_use_at_once() {
    let house = House::open().await;
    let (shop, permit) = (house.an_application("shop").await, may(&house.tenant, Permission::ManageSecrets));
    let rotate = |end| house.console.rotate_client_secret(&permit, shop, a_week(end), NOW);
    let (first, _) = rotate(None).await.unwrap();
    let (second, _) = rotate(None).await.unwrap();
    let Err(Refusal::TooManySecrets(told)) = rotate(None).await else { panic!("the first is in use") };
    // Made in the same millisecond: in no order.
    assert_eq!(told.iter().map(|it| it.id).collect::<BTreeSet<_>>(), [first, second].into());
    let reading = may(&house.tenant, Permission::ReadSettings);
    let secrets = house.console.client_secrets(&reading, shop).await.unwrap();
    assert_eq!((secrets.len(), live(&secrets, NOW), live(&secrets, NOW.after(7 * DAY))), (2, 2, 1));
    rotate(Some(first)).await.unwrap();
    let secrets = house.console.client_secrets(&reading, shop).await.unwrap();
    assert_eq!((secrets.len(), live(&secrets, NOW), live(&secrets, NOW.after(7 * DAY))), (3, 2, 1));
    assert!(matches!(rotate(Some(first)).await, Err(Refusal::NotFound(_))), "it has ended");
}

#[tokio::test]
async fn neg_35_the_audit_trail_has_no_secret() {
    let house = House::open().await;
    let shop = house.an_application("shop").await;
    let (_, secret) = house
        .console
        .create_client_secret(&may(&house.tenant, Permission::ManageSecrets), shop, NOW)
        .await
        .unwrap();
    let links = house.links(house.tenant.id).await;
    assert!(!format!("{links:?}").contains(secret.expose()));
    assert_eq!(links.last().unwrap().event.action, "client_secret.created");
}
