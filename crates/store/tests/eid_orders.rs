use std::time::Duration;

use crypto::{Digest, Random};
use model::{LeaseId, TenantId};
use store::eid_orders::{self, EidOrder, HELD_FOR};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

fn lease() -> LeaseId {
    LeaseId::from_bytes(Random::system().bytes())
}

async fn begin(house: &TestDatabase, key: &str) -> EidOrder {
    let order = EidOrder {
        tenant_id: house.tenant,
        order_digest: Digest::of(key.as_bytes()),
        domain_id: house.domain,
        sealed_order: b"sealed".to_vec(),
        again_at: NOW,
        lease: None,
        expires_at: NOW.after(MINUTE),
    };
    let row = order.clone();
    house.write(move |tx| eid_orders::insert(tx, &row)).await;
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_look_at_an_order_one_asks() {
    in_each_house(async |house| {
        let digest = begin(house, "key").await.order_digest;
        let claim = |_| {
            let (store, place) = (house.store.clone(), (house.tenant, digest));
            async move {
                let claim = move |tx: &mut store::WriteTx<'_>| {
                    eid_orders::claim(tx, (place.0, &place.1), lease(), NOW)
                };
                store.write(claim).await.unwrap()
            }
        };
        assert_eq!(winners(claim, Option::is_some).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_spend_an_order_one_wins() {
    in_each_house(async |house| {
        let digest = begin(house, "key").await.order_digest;
        let spend = |_| {
            let (store, tenant) = (house.store.clone(), house.tenant);
            async move { store.write(move |tx| eid_orders::consume(tx, tenant, &digest, NOW)).await.unwrap() }
        };
        assert_eq!(winners(spend, |won| *won).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_over_is_lost_to_the_next_who_claims() {
    in_each_house(async |house| {
        let digest = begin(house, "key").await.order_digest;
        let (tenant, [first, second]) = (house.tenant, [lease(), lease()]);
        let claim = async |holder, now| {
            house.write(move |tx| eid_orders::claim(tx, (tenant, &digest), holder, now)).await
        };
        let claimed = claim(first, NOW).await.unwrap();
        assert_eq!(claimed.lease, Some((first, NOW.after(HELD_FOR))));
        assert!(!claimed.is_due(NOW) && claimed.is_due(NOW.after(HELD_FOR)));

        let late = NOW.after(HELD_FOR);
        assert_eq!(claim(second, late.before(Duration::from_secs(1))).await, None);
        let again = claim(second, late).await.unwrap();

        let told =
            |order| EidOrder { sealed_order: b"told".to_vec(), again_at: NOW.after(MINUTE / 2), ..order };
        let (first, second) = (told(claimed), told(again));
        assert!(
            !house.write(move |tx| eid_orders::save(tx, &first)).await,
            "what the first was told is too late"
        );
        assert!(house.write(move |tx| eid_orders::save(tx, &second)).await);
        let kept = house.store.read(move |tx| eid_orders::find(tx, tenant, &digest, late)).await.unwrap();
        let kept = kept.unwrap();
        assert_eq!((kept.sealed_order, kept.lease), (b"told".to_vec(), None));
    })
    .await;
}

#[tokio::test]
async fn an_order_is_not_asked_about_before_its_time_and_the_clock_may_jump() {
    in_each_house(async |house| {
        let order = begin(house, "key").await;
        let (tenant, digest) = (house.tenant, order.order_digest);
        for (seconds, wanted) in [(1, false), (15, false), (21, true)] {
            let before = NOW.before(Duration::from_secs(seconds));
            let claimed =
                house.write(move |tx| eid_orders::claim(tx, (tenant, &digest), lease(), before)).await;
            assert_eq!((claimed.is_some(), order.is_due(before)), (wanted, wanted), "{seconds} s before");
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_is_nothing_to_another_tenant_and_once_it_has_expired() {
    in_each_house(async |house| {
        let digest = begin(house, "key").await.order_digest;
        let other = TenantId::from_bytes([9; 16]);
        for (tenant, now) in [(other, NOW), (house.tenant, NOW.after(MINUTE))] {
            assert_eq!(
                house.store.read(move |tx| eid_orders::find(tx, tenant, &digest, now)).await,
                Ok(None)
            );
            let claimed = house.write(move |tx| eid_orders::claim(tx, (tenant, &digest), lease(), now)).await;
            assert_eq!(claimed, None);
            assert!(!house.write(move |tx| eid_orders::consume(tx, tenant, &digest, now)).await);
        }
    })
    .await;
}
