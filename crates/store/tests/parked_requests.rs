use crypto::Digest;
use store::parked_requests::{self, Origin, ParkedRequest};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

async fn park(house: &TestDatabase, reference: &str) -> ParkedRequest {
    let request = ParkedRequest {
        tenant_id: house.tenant,
        request_digest: Digest::of(reference.as_bytes()),
        domain_id: house.domain,
        origin: Origin::Par,
        sealed_request: b"sealed".to_vec(),
        expires_at: NOW.after(MINUTE),
    };
    let row = request.clone();
    house.write(move |tx| parked_requests::insert(tx, &row)).await;
    request
}

#[tokio::test]
async fn a_request_is_found_until_it_expires() {
    in_each_house(async |house| {
        let request = park(house, "reference").await;
        let (tenant, digest) = (house.tenant, request.request_digest);

        let found = house.store.read(move |tx| parked_requests::find(tx, tenant, &digest, NOW)).await;
        assert_eq!(found, Ok(Some(request)));
        let late = NOW.after(MINUTE);
        assert_eq!(
            house.store.read(move |tx| parked_requests::find(tx, tenant, &digest, late)).await,
            Ok(None)
        );
        assert_eq!(house.write(move |tx| parked_requests::consume(tx, tenant, &digest, late)).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_take_a_request_one_wins() {
    in_each_house(async |house| {
        let digest = park(house, "reference").await.request_digest;
        let take = |_| {
            let (store, tenant) = (house.store.clone(), house.tenant);
            async move { store.write(move |tx| parked_requests::consume(tx, tenant, &digest, NOW)).await.unwrap() }
        };
        assert_eq!(winners(take, Option::is_some).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_browsers_that_bring_a_pushed_request_one_begins_its_login() {
    in_each_house(async |house| {
        let digest = park(house, "reference").await.request_digest;
        let of = (house.tenant, house.domain);
        let times = (NOW.after(15 * MINUTE), NOW);
        let present = |_| {
            let store = house.store.clone();
            async move { store.write(move |tx| parked_requests::present(tx, of, &digest, times)).await }
        };
        assert_eq!(winners(present, |it| matches!(it, Ok(Some(_)))).await, 1);
        let (tenant, later) = (house.tenant, NOW.after(14 * MINUTE));
        let found = house.store.read(move |tx| parked_requests::find(tx, tenant, &digest, later)).await;
        assert_eq!(
            found.unwrap().map(|it| it.origin),
            Some(Origin::Presented),
            "it lives as long as its login"
        );
    })
    .await;
}
