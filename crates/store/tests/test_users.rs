use model::{DomainId, TenantId, TestUserId};
use store::{
    StoreError,
    test_users::{self, TestUserRow},
};

use crate::places::{NOW, TestDatabase, in_each_house, winners};

fn tuva(house: &TestDatabase) -> TestUserRow {
    TestUserRow {
        id: TestUserId::new(&house.random, NOW),
        tenant_id: house.tenant,
        domain_id: house.domain,
        username: "tuva".to_owned(),
        password_digest: vec![1],
        sealed_claims: vec![2],
        version: 1,
        created_at: NOW,
    }
}

#[tokio::test]
async fn a_test_user_is_found_by_name_in_its_domain_and_tenant_only() {
    in_each_house(async |house| {
        let (row, tenant, domain) = (tuva(house), house.tenant, house.domain);
        let inserted = row.clone();
        house.write(move |tx| test_users::insert(tx, &inserted)).await;
        let find = async |tenant, domain| {
            let read = house.store.read(move |tx| test_users::find_by_username(tx, tenant, domain, "tuva"));
            read.await.unwrap()
        };
        assert_eq!(find(tenant, domain).await, Some(row.clone()));
        assert_eq!(find(TenantId::new(&house.random, NOW), domain).await, None);
        assert_eq!(find(tenant, DomainId::new(&house.random, NOW)).await, None);
        let listed = house.store.read(move |tx| test_users::list(tx, tenant, domain, None, 10)).await;
        assert_eq!(listed.unwrap(), std::slice::from_ref(&row));

        let taken = TestUserRow { id: TestUserId::new(&house.random, NOW), ..row };
        assert_eq!(
            house.store.write(move |tx| test_users::insert(tx, &taken)).await,
            Err(StoreError::Conflict)
        );
        house.write(move |tx| test_users::remove(tx, tenant, domain, "tuva")).await;
        let gone = house.store.write(move |tx| test_users::remove(tx, tenant, domain, "tuva")).await;
        assert_eq!(gone, Err(StoreError::NotFound));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_save_what_they_read_one_wins() {
    in_each_house(async |house| {
        let row = tuva(house);
        let inserted = row.clone();
        house.write(move |tx| test_users::insert(tx, &inserted)).await;
        let save = |number: usize| {
            let (store, mine) =
                (house.store.clone(), TestUserRow { sealed_claims: vec![number as u8], ..row.clone() });
            async move { store.write(move |tx| test_users::save(tx, &mine)).await }
        };
        assert_eq!(winners(save, |it: &Result<(), StoreError>| it.is_ok()).await, 1);
    })
    .await;
}
