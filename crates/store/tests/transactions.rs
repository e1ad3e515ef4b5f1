use crypto::Digest;
use store::{Settings, Store, StoreError, spent_values, tenants};

use crate::places::{Ground, MINUTE, NOW, TestDatabase, in_each_house, on_each_engine, winners};

/// A refusal of a use case's own.
#[derive(Debug, PartialEq)]
enum Refusal {
    NotToday,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn exists(house: &TestDatabase, name: &'static str) -> bool {
    house.store.read(move |tx| tenants::find_by_name(tx, name)).await.unwrap().is_some()
}

#[tokio::test]
async fn a_closure_that_refuses_leaves_nothing_behind() {
    in_each_house(async |house| {
        let tenant = house.a_tenant("globex");
        let refused: Result<(), Refusal> = house
            .store
            .write(move |tx| {
                tenants::insert(tx, &tenant)?;
                Err(Refusal::NotToday)
            })
            .await;
        assert_eq!(refused, Err(Refusal::NotToday));
        assert!(!exists(house, "globex").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_fail_or_panic_roll_back_only_themselves() {
    in_each_house(async |house| {
        let run = |number: usize| {
            let (store, tenant) = (house.store.clone(), house.a_tenant(&format!("tenant-{number}")));
            async move {
                let done: Result<(), StoreError> = store
                    .write(move |tx| {
                        tenants::insert(tx, &tenant)?;
                        match number % 4 {
                            0 => panic!("on purpose"),
                            1 => Err(StoreError::NotFound),
                            _ => Ok(()),
                        }
                    })
                    .await;
                done
            }
        };
        assert_eq!(winners(run, Result::is_ok).await, 10);
        let written = house.store.read(|tx| tenants::list(tx, None, 100)).await.unwrap();
        assert_eq!(written.len(), 11);
    })
    .await;
}

#[tokio::test]
async fn a_failed_statement_fails_the_write_even_if_the_closure_is_content() {
    in_each_house(async |house| {
        let (twin, other) = (house.a_tenant("acme"), house.a_tenant("globex"));
        let result: Result<(), StoreError> = house
            .store
            .write(move |tx| {
                assert_eq!(tenants::insert(tx, &twin), Err(StoreError::Conflict));
                assert_eq!(tenants::insert(tx, &other), Err(StoreError::Conflict));
                assert_eq!(tenants::find_by_name(tx, "acme"), Err(StoreError::Conflict));
                Ok(())
            })
            .await;
        assert_eq!(result, Err(StoreError::Conflict));
        assert!(!exists(house, "globex").await);
    })
    .await;
}

#[tokio::test]
async fn a_text_with_a_nul_is_refused_alike() {
    in_each_house(async |house| {
        let odd = house.a_tenant("a\0b");
        let refused = house.store.write(move |tx| tenants::insert(tx, &odd)).await;
        assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_write_sees_its_own_writes() {
    in_each_house(async |house| {
        let (grant, tenant) = (house.a_grant("code"), house.tenant);
        let seen = house.write(move |tx| {
            store::grants::insert(tx, &grant)?;
            Ok(store::grants::find_by_code(tx, tenant, &grant.code_digest)? == Some(grant))
        });
        assert!(seen.await);
    })
    .await;
}

#[tokio::test]
async fn a_panicking_read_is_an_error_and_the_next_one_works() {
    in_each_house(async |house| {
        let result: Result<(), StoreError> = house.store.read(|_| panic!("on purpose")).await;
        assert!(matches!(result, Err(StoreError::Failed(_))));
        assert!(exists(house, "acme").await);
    })
    .await;
}

#[tokio::test]
async fn a_closed_store_has_done_what_was_asked_and_takes_no_more() {
    on_each_engine(async |ground| {
        let house = TestDatabase::build(ground.open()).await;
        let tenant = house.a_tenant("globex");
        let (last, ()) =
            tokio::join!(house.store.write(move |tx| tenants::insert(tx, &tenant)), house.store.close());
        assert_eq!(last, Ok(()));

        let late = house.store.write(|_| Ok::<_, StoreError>(())).await;
        assert!(matches!(late, Err(StoreError::Unreachable(_))), "{late:?}");
        let late = house.store.read(|_| Ok::<_, StoreError>(())).await;
        assert!(matches!(late, Err(StoreError::Unreachable(_))), "{late:?}");
        house.store.close().await;
        assert!(exists(&TestDatabase::again(&ground, &house), "globex").await);
    })
    .await;
}

impl TestDatabase {
    fn again(ground: &Ground, before: &Self) -> Self {
        let store = ground.open();
        Self { store, random: before.random.clone(), ..*before }
    }
}

#[tokio::test]
async fn writes_that_wait_share_their_commit() {
    // SQLite only: PostgreSQL groups its commits itself.
    let directory = tempfile::tempdir().unwrap();
    let place = store::DatabaseLocation::Sqlite(directory.path().join("portvakt.db"));
    let house = TestDatabase::build(Store::open(place, Settings::default()).unwrap()).await;
    let before = house.store.commits();

    let (release, gate) = std::sync::mpsc::channel::<()>();
    let slow = house.store.clone();
    let slow =
        tokio::spawn(async move { slow.write(move |_| gate.recv().map_err(|_| StoreError::Busy)).await });
    let writes = (0..64_u8).map(|number| {
        let (store, tenant) = (house.store.clone(), house.tenant);
        let digest = Digest::of(&[number]);
        let spend = move |tx: &mut store::WriteTx<'_>| {
            spent_values::consume(tx, tenant, "jti", &digest, NOW.after(MINUTE))
        };
        tokio::spawn(async move { store.write(spend).await })
    });
    let writes: Vec<_> = writes.collect();
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    slow.await.unwrap().unwrap();
    for write in writes {
        assert_eq!(write.await.unwrap(), Ok(true));
    }

    assert!(house.store.commits() - before <= 2, "{} commits", house.store.commits() - before);
    assert_eq!(house.store.writes(), 66);
}

#[tokio::test]
async fn a_full_queue_says_busy_and_writes_nothing() {
    on_each_engine(async |ground| {
        let settings = Settings { queue: 1, threads: 1, ..Settings::default() };
        let store = Store::open(ground.place.clone(), settings).unwrap();
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let hold = move |_: &mut store::WriteTx<'_>| {
            tell.send(()).map_err(|()| StoreError::Busy)?;
            gate.recv().map_err(|_| StoreError::Busy)
        };
        let first = tokio::spawn({
            let store = store.clone();
            async move { store.write(hold).await }
        });
        told.await.unwrap();
        let second = tokio::spawn({
            let store = store.clone();
            async move { store.write(|_| Ok::<_, StoreError>(())).await }
        });
        tokio::task::yield_now().await;
        let third = store.write(|_| Ok::<_, StoreError>(())).await;

        assert_eq!(third, Err(StoreError::Busy));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(second.await.unwrap(), Ok(()));
    })
    .await;
}
