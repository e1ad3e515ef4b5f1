use crypto::Digest;
use model::{LoginEventId, RefreshTimes, Timestamp};
use store::{
    StoreError, applications,
    bin::{self, Kind, Mark, Object},
    deletions::{self, Deletion},
    domains, grants,
    login_events::{self, LoginEvent},
    refresh_tokens::{self, RefreshToken},
    tenants,
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

const KARI: Mark<'_> = Mark { by: "kari", at: NOW };

#[tokio::test]
async fn what_is_in_the_bin_is_found_there_only_and_its_name_stays_taken() {
    in_each_house(async |house| {
        let (tenant, domain, shop) = (house.tenant, house.domain, house.application);
        let object = Object::application(tenant, shop);
        let of = object.clone();
        house.write(move |tx| bin::put(tx, &of, 1, &KARI)).await;

        let found = house.store.read(move |tx| applications::find_by_client_id(tx, tenant, domain, "shop"));
        assert_eq!(found.await, Ok(None));
        let got = house.store.read(move |tx| applications::get(tx, tenant, shop)).await;
        assert_eq!(got, Err(StoreError::NotFound));
        let binned = house.store.read(move |tx| bin::find_application(tx, tenant, domain, "shop")).await;
        let binned = binned.unwrap().unwrap();
        assert_eq!((binned.object(), binned.deleted_by.as_deref()), (object, Some("kari")));
        let again = house.an_application("shop");
        let taken = house.store.write(move |tx| applications::insert(tx, &again)).await;
        assert_eq!(taken, Err(StoreError::Conflict));

        house.write(move |tx| bin::take_out(tx, &binned)).await;
        assert!(house.store.read(move |tx| applications::get(tx, tenant, shop)).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn what_is_being_destroyed_was_restored_at_the_same_moment() {
    in_each_house(async |house| {
        let object = Object::domain(house.tenant, house.domain);
        let of = object.clone();
        house.write(move |tx| bin::put(tx, &of, 1, &KARI)).await;
        let early = object.clone();
        let begun = house.store.write(move |tx| bin::begin_destroying(tx, &early, NOW.before(MINUTE), NOW));
        assert_eq!(begun.await, Err(StoreError::Changed), "it is not there for so long");

        let (of, late) = (object.clone(), object.clone());
        house.write(move |tx| bin::begin_destroying(tx, &of, NOW, NOW)).await;
        let binned = house.store.read(move |tx| bin::find(tx, &late)).await.unwrap().unwrap();
        assert_eq!(binned.destroying_at, Some(NOW));
        let restored = house.store.write(move |tx| bin::take_out(tx, &binned)).await;
        assert_eq!(restored, Err(StoreError::Changed));
    })
    .await;
}

#[tokio::test]
async fn a_domain_is_destroyed_some_rows_at_a_time_and_its_tenant_with_all_that_is_left() {
    in_each_house(async |house| {
        let (tenant, domain) = (house.tenant, house.domain);
        for number in 0..5 {
            let application = house.an_application(&format!("shop-{number}"));
            house.write(move |tx| applications::insert(tx, &application)).await;
        }
        for object in [Object::domain(tenant, domain), Object::tenant(tenant)] {
            let kind = object.kind;
            let put = object.clone();
            house.write(move |tx| bin::put(tx, &put, 1, &KARI)).await;
            let begin = object.clone();
            house.write(move |tx| bin::begin_destroying(tx, &begin, NOW, NOW)).await;
            let mut turns = 0;
            loop {
                let some = object.clone();
                if house.write(move |tx| bin::remove_some(tx, &some, 2)).await == 0 {
                    break;
                }
                turns += 1;
            }
            assert!(kind != Kind::Domain || turns >= 3, "six applications went in {turns} writes");
            house.write(move |tx| bin::remove(tx, &object)).await;
        }
        assert_eq!(
            house.store.read(|tx| domains::find_by_host_with_bin(tx, "id.acme.example")).await,
            Ok(None)
        );
        let left = house.store.read(|tx| tenants::list_with_bin(tx, None, 10)).await;
        assert_eq!(left, Ok(Vec::new()));
    })
    .await;
}

/// Gives an application a login: a grant, its refresh token and an event.
async fn log_in(house: &TestDatabase, application: &applications::Application, code: &str) {
    let grant = grants::Grant { application_id: application.id, ..house.a_grant(code) };
    let token = RefreshToken {
        tenant_id: house.tenant,
        token_digest: Digest::of(code.as_bytes()),
        grant_id: grant.id,
        wrapped_key: b"key under token".to_vec(),
        created_at: NOW,
        times: RefreshTimes::until(NOW.after(MINUTE)),
        cnf: None,
    };
    let event = LoginEvent {
        id: LoginEventId::new(&house.random, NOW),
        tenant_id: house.tenant,
        domain_id: house.domain,
        application_id: Some(application.id),
        login: Some(code.to_owned()),
        trace: code.to_owned(),
        kind: login_events::Kind::Started,
        eid: None,
        cause: None,
        happened_at: NOW,
        expires_at: NOW.after(MINUTE),
        sealed_details: None,
    };
    house
        .write(move |tx| {
            grants::insert(tx, &grant)?;
            refresh_tokens::insert(tx, &token)?;
            login_events::append(tx, &event)
        })
        .await;
}

#[tokio::test]
async fn what_an_application_had_goes_with_it_and_what_others_have_stays() {
    in_each_house(async |house| {
        let (tenant, gone, other) =
            (house.tenant, house.an_application("gone"), house.an_application("other"));
        for (application, code) in [(&gone, "one"), (&other, "two"), (&gone, "three"), (&gone, "four")] {
            let row = application.clone();
            let _ = house.store.write(move |tx| applications::insert(tx, &row)).await;
            log_in(house, application, code).await;
        }
        let object = Object::application(tenant, gone.id);
        let (put, begin) = (object.clone(), object.clone());
        house.write(move |tx| bin::put(tx, &put, 1, &KARI)).await;
        house.write(move |tx| bin::begin_destroying(tx, &begin, NOW, NOW)).await;
        for left in [9, 7, 5, 3, 1, 0] {
            let some = object.clone();
            let removed = house.write(move |tx| bin::remove_some(tx, &some, 2)).await;
            assert_eq!(removed, left.min(2), "{left}");
        }
        house.write(move |tx| bin::remove(tx, &object)).await;
        let token = house.store.read(move |tx| refresh_tokens::find(tx, tenant, &Digest::of(b"two"))).await;
        assert!(token.unwrap().is_some());
        let events = house.store.read(move |tx| login_events::list(tx, tenant, None, 10)).await.unwrap();
        assert_eq!(events.iter().map(|it| it.trace.as_str()).collect::<Vec<_>>(), ["two"]);
    })
    .await;
}

#[tokio::test]
async fn the_data_key_of_a_tenant_goes_before_its_rows() {
    in_each_house(async |house| {
        let tenant = house.tenant;
        house.write(move |tx| bin::put(tx, &Object::tenant(tenant), 1, &KARI)).await;
        house.write(move |tx| bin::begin_destroying(tx, &Object::tenant(tenant), NOW, NOW)).await;
        let row = house.store.read(move |tx| tenants::get_with_bin(tx, tenant)).await.unwrap();
        assert!(row.is_being_destroyed() && row.sealed_data_key.is_empty());
        assert_eq!(house.store.read(|tx| bin::list(tx, Kind::Tenant, 10)).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_deletion_stays_on_record_and_a_later_restoring_replaces_it() {
    in_each_house(async |house| {
        let object_id = house.domain.to_string();
        let one = Deletion {
            tenant_id: house.tenant,
            kind: Kind::Domain,
            object_id,
            deleted_at: NOW,
            restored_at: None,
        };
        let restored = Deletion { restored_at: Some(Timestamp::from_seconds(1_900_000_000)), ..one.clone() };
        for it in [one, restored.clone()] {
            house.write(move |tx| deletions::save(tx, &it)).await;
        }
        let all = house.store.read(|tx| deletions::list(tx, None, 10)).await.unwrap();
        assert_eq!(all, std::slice::from_ref(&restored));
        assert_eq!(
            house.store.read(move |tx| deletions::list(tx, Some(&restored), 10)).await,
            Ok(Vec::new())
        );
    })
    .await;
}

#[tokio::test]
async fn of_twenty_who_restore_and_destroy_a_domain_at_once_one_side_wins() {
    in_each_house(async |house| {
        let object = Object::domain(house.tenant, house.domain);
        let put = object.clone();
        house.write(move |tx| bin::put(tx, &put, 1, &KARI)).await;
        let store = house.store.clone();
        let of = object.clone();
        let race = move |number: usize| {
            let (store, object) = (store.clone(), of.clone());
            async move {
                let done = store.write(move |tx| {
                    let Some(binned) = bin::find(tx, &object)? else { return Err(StoreError::NotFound) };
                    if number.is_multiple_of(2) {
                        bin::take_out(tx, &binned)
                    } else {
                        bin::begin_destroying(tx, &object, NOW, NOW)
                    }
                });
                done.await.is_ok() && number.is_multiple_of(2)
            }
        };
        let restored = winners(race, |won| *won).await;
        let left = house.store.read(move |tx| bin::find(tx, &object)).await.unwrap();
        let is_destroyed = left.is_some_and(|it| it.destroying_at.is_some());
        assert_eq!(restored, usize::from(!is_destroyed));
    })
    .await;
}
