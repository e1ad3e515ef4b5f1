use crypto::Digest;
use model::{GrantId, RefreshTimes};
use store::{
    grants,
    refresh_tokens::{self, FoundToken, RefreshToken},
};

use crate::places::{House, MINUTE, NOW, in_each_house};

fn digest(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

fn a_token(house: &House, (token, before): (&str, Option<&str>), grant_id: GrantId) -> RefreshToken {
    RefreshToken {
        tenant_id: house.tenant,
        token_digest: digest(token),
        grant_id,
        predecessor_digest: before.map(digest),
        wrapped_key: b"key under token".to_vec(),
        created_at: NOW,
        times: RefreshTimes::until(NOW.after(10 * MINUTE)),
    }
}

/// A grant whose token `first` was replaced by `second` and, because that answer was lost, by `third`.
async fn a_family(house: &House) -> GrantId {
    let (row, tenant) = (house.a_grant("code"), house.tenant);
    let id = row.id;
    let family = [("first", None), ("second", Some("first")), ("third", Some("first"))];
    let tokens = family.map(|names| a_token(house, names, id));
    house
        .write(move |tx| {
            grants::insert(tx, &row)?;
            tokens.iter().try_for_each(|token| refresh_tokens::insert(tx, token))?;
            refresh_tokens::replace(tx, tenant, &digest("first"), NOW)
        })
        .await;
    id
}

async fn find(house: &House, token: &str) -> Option<FoundToken> {
    let (tenant, digest) = (house.tenant, digest(token));
    house.store.read(move |tx| refresh_tokens::find(tx, tenant, &digest)).await.unwrap()
}

#[tokio::test]
async fn the_use_of_a_successor_retires_its_predecessor_and_the_other_successors() {
    in_each_house(async |house| {
        let (tenant, used) = (house.tenant, NOW.after(MINUTE));
        a_family(house).await;
        let others = (digest("first"), digest("second"));
        house.write(move |tx| refresh_tokens::retire_others(tx, tenant, (&others.0, &others.1), used)).await;
        let retired = async |token| find(house, token).await.unwrap().times.retired_at;
        assert_eq!((retired("first").await, retired("third").await), (Some(used), Some(used)));
        assert_eq!(retired("second").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_replaced_for_the_first_time_only_once() {
    in_each_house(async |house| {
        let tenant = house.tenant;
        a_family(house).await;
        house.write(move |tx| refresh_tokens::replace(tx, tenant, &digest("first"), NOW.after(MINUTE))).await;
        assert_eq!(find(house, "first").await.unwrap().times.replaced_at, Some(NOW));
        assert_eq!(find(house, "unknown").await, None);
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
        assert_eq!(swept.total(), 0);
        house.write(move |tx| grants::revoke(tx, tenant, id, NOW)).await;
        assert!(!house.write(move |tx| grants::lock(tx, tenant, id)).await);
        let swept = house.write(|tx| store::sweep::remove_expired(tx, NOW.after(10 * MINUTE), 10)).await;
        assert_eq!((swept.refresh_tokens, swept.grants), (3, 1));
    })
    .await;
}
