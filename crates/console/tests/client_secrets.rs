use std::time::Duration;

use console::{Refusal, SecretView};
use model::Timestamp;

use crate::house::{House, NOW};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn live(secrets: &[SecretView], now: Timestamp) -> usize {
    secrets.iter().filter(|it| it.ends_at.is_none_or(|at| at > now)).count()
}

#[tokio::test]
async fn two_secrets_may_be_live_and_a_third_is_refused() {
    let house = House::open().await;
    let shop = house.an_application("shop").await;
    let create = || house.console.create_client_secret(&house.tenant, shop, NOW);
    let (first, one) = create().await.unwrap();
    let (_, two) = create().await.unwrap();
    assert_ne!(one.expose(), two.expose());
    assert!(matches!(create().await, Err(Refusal::TooManySecrets)));
    house.console.retire_client_secret(&house.tenant, (shop, first), NOW, NOW).await.unwrap();
    create().await.unwrap();
}

#[tokio::test]
async fn a_rotated_secret_overlaps_with_the_one_before_and_older_ones_end() {
    let house = House::open().await;
    let shop = house.an_application("shop").await;
    for _ in 0..3 {
        house.console.rotate_client_secret(&house.tenant, shop, 7 * DAY, NOW).await.unwrap();
    }
    let secrets = house.console.client_secrets(&house.tenant, shop).await.unwrap();
    assert_eq!((secrets.len(), live(&secrets, NOW), live(&secrets, NOW.after(7 * DAY))), (3, 2, 1));
}

#[tokio::test]
async fn neg_35_the_audit_trail_has_no_secret() {
    let house = House::open().await;
    let shop = house.an_application("shop").await;
    let (_, secret) = house.console.create_client_secret(&house.tenant, shop, NOW).await.unwrap();
    let links = house.links(house.tenant.id).await;
    assert!(!format!("{links:?}").contains(secret.expose()));
    assert_eq!(links.last().unwrap().event.action, "client_secret.created");
}
