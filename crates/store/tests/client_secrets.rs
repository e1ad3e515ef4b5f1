use crypto::Digest;
use model::{SecretId, Timestamp};
use store::{
    StoreError,
    client_secrets::{self, ClientSecret},
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

fn a_secret(house: &TestDatabase, secret: &str, expires_at: Option<Timestamp>) -> ClientSecret {
    ClientSecret {
        id: SecretId::new(&house.random, NOW),
        tenant_id: house.tenant,
        application_id: house.application,
        secret_digest: Digest::of(secret.as_bytes()),
        created_at: NOW,
        expires_at,
        retired_at: None,
        last_used_at: None,
    }
}

async fn live(house: &TestDatabase, now: Timestamp) -> Vec<ClientSecret> {
    let (tenant, application) = (house.tenant, house.application);
    house.store.read(move |tx| client_secrets::list_live(tx, tenant, application, now)).await.unwrap()
}

#[tokio::test]
async fn a_secret_lives_until_it_expires_or_is_retired() {
    in_each_house(async |house| {
        let (short, long) =
            (a_secret(house, "short", Some(NOW.after(MINUTE))), a_secret(house, "long", None));
        let rows = (short.clone(), long.clone());
        house
            .write(move |tx| {
                client_secrets::insert(tx, &rows.0)?;
                client_secrets::insert(tx, &rows.1)
            })
            .await;
        assert_eq!(live(house, NOW).await.len(), 2);
        assert_eq!(live(house, NOW.after(MINUTE)).await, std::slice::from_ref(&long));

        let retired = ClientSecret { retired_at: Some(NOW), ..long };
        house.write(move |tx| client_secrets::save(tx, &retired)).await;
        assert_eq!(live(house, NOW).await, [short]);
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_is_not_there_cannot_be_saved() {
    in_each_house(async |house| {
        let secret = a_secret(house, "never inserted", None);
        let saved = house.store.write(move |tx| client_secrets::save(tx, &secret)).await;
        assert_eq!(saved, Err(StoreError::NotFound));
    })
    .await;
}
