use crypto::Digest;
use model::{GrantId, RefreshTimes};
use store::{
    grants,
    refresh_tokens::{self, FoundToken, RefreshToken},
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

fn digest(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

fn a_token(house: &TestDatabase, token: &str, grant_id: GrantId) -> RefreshToken {
    RefreshToken {
        tenant_id: house.tenant,
        token_digest: digest(token),
        grant_id,
        wrapped_key: b"key under token".to_vec(),
        created_at: NOW,
        times: RefreshTimes::until(NOW.after(10 * MINUTE)),
        cnf: None,
    }
}

/// A grant whose token `first` was replaced by `second`.
async fn a_family(house: &TestDatabase) -> GrantId {
    let (row, tenant) = (house.a_grant("code"), house.tenant);
    let id = row.id;
    let tokens = ["first", "second"].map(|name| a_token(house, name, id));
    house
        .write(move |tx| {
            grants::insert(tx, &row)?;
            tokens.iter().try_for_each(|token| refresh_tokens::insert(tx, token))?;
            refresh_tokens::replace(tx, tenant, &digest("first"), &b"second, sealed".to_vec(), NOW)
        })
        .await;
    id
}

async fn find(house: &TestDatabase, token: &str) -> Option<FoundToken> {
    let (tenant, digest) = (house.tenant, digest(token));
    house.store.read(move |tx| refresh_tokens::find(tx, tenant, &digest)).await.unwrap()
}

#[tokio::test]
async fn a_token_is_replaced_only_once() {
    in_each_house(async |house| {
        let (tenant, later) = (house.tenant, NOW.after(MINUTE));
        a_family(house).await;
        let other = b"another, sealed".to_vec();
        house.write(move |tx| refresh_tokens::replace(tx, tenant, &digest("first"), &other, later)).await;
        let first = find(house, "first").await.unwrap();
        assert_eq!(first.times.replaced_at, Some(NOW));
        assert_eq!(first.sealed_successor.as_deref(), Some(b"second, sealed".as_slice()));
        assert_eq!(find(house, "unknown").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_successor_is_forgotten_when_the_grace_ends() {
    in_each_house(async |house| {
        let (tenant, id) = (house.tenant, a_family(house).await);
        house.write(move |tx| grants::extend(tx, tenant, id, NOW.after(10 * MINUTE))).await;
        let swept = |after| house.write(move |tx| store::sweep::remove_expired(tx, NOW.after(after), 10));
        assert_eq!(swept(MINUTE - std::time::Duration::from_secs(1)).await.total(), 0);
        assert_eq!(swept(MINUTE).await.counts(), [("successors", 1)]);
        let first = find(house, "first").await.unwrap();
        assert_eq!((first.sealed_successor, first.times.replaced_at), (None, Some(NOW)));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_or_unknown_grant_locks_as_not_live_and_is_kept_as_long_as_its_tokens() {
    in_each_house(async |house| {
        let (tenant, id, unknown) = (house.tenant, a_family(house).await, house.a_grant("none").id);
        house.write(move |tx| grants::extend(tx, tenant, id, NOW.after(10 * MINUTE))).await;
        assert!(house.write(move |tx| grants::lock(tx, tenant, id)).await);
        assert!(!house.write(move |tx| grants::lock(tx, tenant, unknown)).await);
        let swept = house.write(|tx| store::sweep::remove_expired(tx, NOW.after(9 * MINUTE), 10)).await;
        assert_eq!(swept.counts(), [("successors", 1)]);
        house.write(move |tx| grants::revoke(tx, tenant, id, NOW)).await;
        assert!(!house.write(move |tx| grants::lock(tx, tenant, id)).await);
        let swept = house.write(|tx| store::sweep::remove_expired(tx, NOW.after(10 * MINUTE), 10)).await;
        assert_eq!(swept.counts(), [("refresh_tokens", 2), ("grants", 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_of_a_grant_that_is_bound_to_a_key_passed_for_a_bearer_token() {
    in_each_house(async |house| {
        let mut grant = house.a_grant("code");
        grant.cnf = Some(r#"{"jkt":"x"}"#.to_owned());
        let token = a_token(house, "first", grant.id);
        house
            .write(move |tx| {
                grants::insert(tx, &grant)?;
                refresh_tokens::insert(tx, &token)
            })
            .await;
        assert_eq!(find(house, "first").await.unwrap().cnf.as_deref(), Some(r#"{"jkt":"x"}"#));
    })
    .await;
}
