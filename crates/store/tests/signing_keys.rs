use store::{
    StoreError,
    signing_keys::{self, SigningKey},
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

fn a_key(house: &TestDatabase, id: &str) -> SigningKey {
    SigningKey {
        id: id.to_owned(),
        tenant_id: house.tenant,
        domain_id: house.domain,
        algorithm: "RS256".to_owned(),
        public_jwk: "{}".to_owned(),
        sealed_private_key: b"sealed".to_vec(),
        published_at: NOW,
        active_at: NOW.after(MINUTE),
        retired_at: None,
        withdrawn_at: None,
    }
}

#[tokio::test]
async fn keys_are_listed_with_the_latest_first_and_their_times_can_be_saved() {
    in_each_house(async |house| {
        let (old, new) =
            (a_key(house, "old"), SigningKey { active_at: NOW.after(5 * MINUTE), ..a_key(house, "new") });
        let retired =
            SigningKey { retired_at: Some(NOW), withdrawn_at: Some(NOW.after(MINUTE)), ..old.clone() };
        let (rows, saved) = ([old, new.clone()], retired.clone());
        house.write(move |tx| rows.iter().try_for_each(|it| signing_keys::insert(tx, it))).await;
        house.write(move |tx| signing_keys::save(tx, &saved)).await;

        let (tenant, domain) = (house.tenant, house.domain);
        let listed = house.store.read(move |tx| signing_keys::list(tx, tenant, domain)).await;
        assert_eq!(listed, Ok(vec![new, retired]));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_not_there_cannot_be_saved_and_one_that_is_cannot_be_inserted() {
    in_each_house(async |house| {
        let (key, other) = (a_key(house, "one"), a_key(house, "other"));
        let missing = house.store.write(move |tx| signing_keys::save(tx, &other)).await;
        assert_eq!(missing, Err(StoreError::NotFound));
        let taken = house.store.write(move |tx| {
            signing_keys::insert(tx, &key)?;
            signing_keys::insert(tx, &key)
        });
        assert_eq!(taken.await, Err(StoreError::Conflict));
    })
    .await;
}
