use crypto::Digest;
use model::Timestamp;
use store::{
    access_tokens::{self, LiveToken},
    grants,
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

async fn live(house: &TestDatabase, token: &str, now: Timestamp) -> Option<LiveToken> {
    let (tenant, digest) = (house.tenant, Digest::of(token.as_bytes()));
    house.store.read(move |tx| access_tokens::find_live(tx, tenant, &digest, now)).await.unwrap()
}

#[tokio::test]
async fn a_token_lives_until_it_expires_or_its_grant_is_revoked() {
    in_each_house(async |house| {
        let grant = house.a_grant("code");
        let (row, token, tenant) = (grant.clone(), house.a_token("token", grant.id), house.tenant);
        house
            .write(move |tx| {
                grants::insert(tx, &row)?;
                access_tokens::insert(tx, &token)
            })
            .await;

        let expected = LiveToken {
            grant_id: grant.id,
            application_id: house.application,
            domain_id: house.domain,
            wrapped_key: b"key under token".to_vec(),
            scope: None,
            sealed_claims: b"claims".to_vec(),
            expires_at: NOW.after(10 * MINUTE),
            cnf: None,
        };
        assert_eq!(live(house, "token", NOW).await, Some(expected));
        assert_eq!(live(house, "token", NOW.after(10 * MINUTE)).await, None);

        house.write(move |tx| grants::revoke(tx, tenant, grant.id, NOW)).await;
        assert_eq!(live(house, "token", NOW).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_token_of_a_grant_that_is_bound_to_a_key_passed_for_a_bearer_token() {
    in_each_house(async |house| {
        let mut grant = house.a_grant("code");
        grant.cnf = Some(r#"{"jkt":"x"}"#.to_owned());
        let token = house.a_token("token", grant.id);
        house
            .write(move |tx| {
                grants::insert(tx, &grant)?;
                access_tokens::insert(tx, &token)
            })
            .await;
        assert_eq!(live(house, "token", NOW).await.unwrap().cnf.as_deref(), Some(r#"{"jkt":"x"}"#));
    })
    .await;
}
