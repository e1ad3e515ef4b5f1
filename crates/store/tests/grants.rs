use model::Timestamp;
use store::{
    StoreError,
    grants::{self, Grant},
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

async fn grant(house: &TestDatabase, code: &str) -> Grant {
    let grant = house.a_grant(code);
    let row = grant.clone();
    house.write(move |tx| grants::insert(tx, &row)).await;
    grant
}

async fn found(house: &TestDatabase, grant: &Grant) -> Option<Grant> {
    let (tenant, digest) = (house.tenant, grant.code_digest);
    house.store.read(move |tx| grants::find_by_code(tx, tenant, &digest)).await.unwrap()
}

async fn consume(house: &TestDatabase, grant: &Grant, now: Timestamp) -> bool {
    let (tenant, digest, until) = (house.tenant, grant.code_digest, NOW.after(10 * MINUTE));
    house.write(move |tx| grants::consume_code(tx, tenant, &digest, until, now)).await == Some(grant.id)
}

#[tokio::test]
async fn a_spent_code_stays_until_its_last_token_has_expired_without_its_key() {
    in_each_house(async |house| {
        let grant = grant(house, "code").await;
        assert_eq!(found(house, &grant).await, Some(grant.clone()));

        assert!(consume(house, &grant, NOW).await);

        let spent = found(house, &grant).await.unwrap();
        assert_eq!((spent.code_used_at, spent.code_wrapped_key), (Some(NOW), None));
        assert_eq!(spent.expires_at, NOW.after(10 * MINUTE));
        assert!(!consume(house, &grant, NOW).await);
    })
    .await;
}

#[tokio::test]
async fn an_expired_or_revoked_code_cannot_be_spent() {
    in_each_house(async |house| {
        let (old, revoked) = (grant(house, "old").await, grant(house, "revoked").await);
        assert!(!consume(house, &old, NOW.after(MINUTE)).await);

        let (tenant, id) = (house.tenant, revoked.id);
        house.write(move |tx| grants::revoke(tx, tenant, id, NOW)).await;
        house.write(move |tx| grants::revoke(tx, tenant, id, NOW.after(MINUTE))).await;

        assert!(!consume(house, &revoked, NOW).await);
        assert_eq!(found(house, &revoked).await.unwrap().revoked_at, Some(NOW));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_spend_a_code_one_wins() {
    in_each_house(async |house| {
        let digest = grant(house, "code").await.code_digest;
        let spend = |_| {
            let (store, tenant) = (house.store.clone(), house.tenant);
            async move {
                store
                    .write(move |tx| {
                        grants::find_by_code(tx, tenant, &digest)?;
                        grants::consume_code(tx, tenant, &digest, NOW.after(MINUTE), NOW)
                    })
                    .await
                    .unwrap()
            }
        };
        assert_eq!(winners(spend, Option::is_some).await, 1);
    })
    .await;
}

#[tokio::test]
async fn another_tenants_code_is_not_found() {
    in_each_house(async |house| {
        let grant = grant(house, "code").await;
        let (stranger, digest) = (house.a_tenant("globex").id, grant.code_digest);
        let find = house.store.read(move |tx| grants::find_by_code(tx, stranger, &digest)).await;
        assert_eq!(find, Ok(None));
        let spend = house.write(move |tx| grants::consume_code(tx, stranger, &digest, NOW, NOW)).await;
        assert_eq!(spend, None);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_issued_once() {
    in_each_house(async |house| {
        grant(house, "code").await;
        let twin = house.a_grant("code");
        let taken = house.store.write(move |tx| grants::insert(tx, &twin)).await;
        assert_eq!(taken, Err(StoreError::Conflict));
    })
    .await;
}
