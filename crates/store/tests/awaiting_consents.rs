use crypto::Digest;
use store::awaiting_consents::{self, AwaitingConsent};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

async fn wait(house: &TestDatabase, reference: &str) -> AwaitingConsent {
    let consent = AwaitingConsent {
        tenant_id: house.tenant,
        consent_digest: Digest::of(reference.as_bytes()),
        domain_id: house.domain,
        sealed_proof: b"sealed".to_vec(),
        expires_at: NOW.after(MINUTE),
    };
    let row = consent.clone();
    house.write(move |tx| awaiting_consents::insert(tx, &row)).await;
    consent
}

#[tokio::test]
async fn a_proof_is_found_until_it_expires() {
    in_each_house(async |house| {
        let consent = wait(house, "reference").await;
        let (tenant, digest) = (house.tenant, consent.consent_digest);

        let found = house.store.read(move |tx| awaiting_consents::find(tx, tenant, &digest, NOW)).await;
        assert_eq!(found, Ok(Some(consent)));
        let late = NOW.after(MINUTE);
        assert_eq!(
            house.store.read(move |tx| awaiting_consents::find(tx, tenant, &digest, late)).await,
            Ok(None)
        );
        assert_eq!(house.write(move |tx| awaiting_consents::consume(tx, tenant, &digest, late)).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_take_a_proof_one_wins() {
    in_each_house(async |house| {
        let digest = wait(house, "reference").await.consent_digest;
        let take = |_| {
            let (store, tenant) = (house.store.clone(), house.tenant);
            async move {
                store.write(move |tx| awaiting_consents::consume(tx, tenant, &digest, NOW)).await.unwrap()
            }
        };
        assert_eq!(winners(take, Option::is_some).await, 1);
    })
    .await;
}
