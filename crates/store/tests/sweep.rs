use std::time::Duration;

use crypto::Digest;
use store::{
    access_tokens,
    awaiting_consents::{self, AwaitingConsent},
    grants::{self, Grant},
    parked_requests::{self, Origin, ParkedRequest},
    spent_values, sweep,
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

/// Everything that one login leaves behind, at `second`.
async fn log_in(house: &TestDatabase, second: u64) {
    let now = NOW.after(Duration::from_secs(second));
    let grant = Grant { expires_at: now.after(MINUTE), ..house.a_grant(&second.to_string()) };
    let token = access_tokens::AccessToken {
        expires_at: now.after(MINUTE),
        ..house.a_token(&second.to_string(), grant.id)
    };
    let (tenant_id, domain_id, digest) = (house.tenant, house.domain, Digest::of(&second.to_be_bytes()));
    let expires_at = now.after(MINUTE);
    let request = ParkedRequest {
        tenant_id,
        request_digest: digest,
        domain_id,
        origin: Origin::Post,
        sealed_request: Vec::new(),
        expires_at,
    };
    let consent = AwaitingConsent {
        tenant_id,
        consent_digest: digest,
        domain_id,
        sealed_proof: Vec::new(),
        expires_at,
    };
    house
        .write(move |tx| {
            spent_values::consume(tx, tenant_id, "state", &digest, expires_at)?;
            parked_requests::insert(tx, &request)?;
            awaiting_consents::insert(tx, &consent)?;
            grants::insert(tx, &grant)?;
            access_tokens::insert(tx, &token)
        })
        .await;
}

#[tokio::test]
async fn under_constant_load_the_tables_stay_as_large_as_they_are() {
    in_each_house(async |house| {
        for second in 0..200 {
            log_in(house, second).await;
            let now = NOW.after(Duration::from_secs(second));
            let removed = house.write(move |tx| sweep::remove_expired(tx, now, 10)).await;
            // Each lives a minute: from then on one goes for each that comes.
            assert_eq!(removed.total(), if second < 60 { 0 } else { 5 }, "second {second}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_sweep_is_bounded_and_takes_the_oldest_first() {
    in_each_house(async |house| {
        for second in 0..5 {
            log_in(house, second).await;
        }
        let late = NOW.after(10 * MINUTE);
        let three = ["spent_values", "parked_requests", "awaiting_consents", "access_tokens", "grants"]
            .map(|it| (it, 3));
        assert_eq!(house.write(move |tx| sweep::remove_expired(tx, late, 3)).await.counts(), three);
        let (tenant, oldest, latest) = (house.tenant, Digest::of(b"2"), Digest::of(b"4"));
        assert_eq!(house.store.read(move |tx| grants::find_by_code(tx, tenant, &oldest)).await, Ok(None));
        let kept = house.store.read(move |tx| grants::find_by_code(tx, tenant, &latest)).await;
        assert!(kept.unwrap().is_some());
        assert_eq!(house.write(move |tx| sweep::remove_expired(tx, late, 3)).await.total(), 10);
        assert_eq!(house.write(move |tx| sweep::remove_expired(tx, late, 3)).await.total(), 0);
    })
    .await;
}

#[tokio::test]
async fn for_an_hour_after_a_start_parked_requests_and_waiting_consents_outlived_their_time() {
    in_each_house(async |house| {
        log_in(house, 0).await;
        let (tenant_id, key) = (house.tenant, Digest::of(b"somebody"));
        let failed = move |tx: &mut store::WriteTx<'_>| {
            store::failed_attempts::count(tx, tenant_id, ("client", &key), NOW.after(MINUTE), NOW).map(drop)
        };
        house.write(failed).await;
        let late = NOW.after(10 * MINUTE);
        let removed = house.write(move |tx| sweep::remove_expired_records(tx, late, 10)).await;
        let refused_only = [("parked_requests", 1), ("awaiting_consents", 1), ("failed_attempts", 1)];
        assert_eq!(removed.counts(), refused_only);
        let rest = house.write(move |tx| sweep::remove_expired(tx, late, 10)).await;
        assert_eq!(rest.counts(), [("spent_values", 1), ("access_tokens", 1), ("grants", 1)]);
    })
    .await;
}
