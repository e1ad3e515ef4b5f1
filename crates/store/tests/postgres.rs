//! What only PostgreSQL can do to us.

use std::time::Duration;

use crypto::Random;
use store::{DatabaseLocation, Settings, Store, StoreError, applications, tenants};
use tokio_postgres::NoTls;

use crate::places::{Ground, TestDatabase, on_postgres};

fn address(ground: &Ground) -> String {
    match &ground.place {
        DatabaseLocation::Postgres(address) => address.clone(),
        DatabaseLocation::Sqlite(_) => String::new(),
    }
}

#[tokio::test]
async fn a_database_that_does_not_sort_by_bytes_is_refused() {
    on_postgres(async |ground| {
        for kind in [
            "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'nb'",
            "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
        ] {
            let name = format!("test_{:032x}", u128::from_be_bytes(Random::system().bytes()));
            ground.meddle(&format!("CREATE DATABASE {name} TEMPLATE template0 {kind}")).await;
            let refused = Store::open(
                DatabaseLocation::Postgres(format!("{} dbname={name}", address(&ground))),
                Settings { threads: 1, ..Settings::default() },
            );
            assert!(matches!(refused, Err(StoreError::Encoding(_))), "{kind}: {refused:?}");
            ground.meddle(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_lock_that_is_not_free_in_time_is_busy() {
    on_postgres(async |ground| {
        let settings = Settings { threads: 2, lock_for: Duration::from_millis(50), ..Settings::default() };
        let house = TestDatabase::build(Store::open(ground.place.clone(), settings).unwrap()).await;
        let (holder, connection) = tokio_postgres::connect(&address(&ground), NoTls).await.unwrap();
        tokio::spawn(connection);
        holder.batch_execute("BEGIN; SELECT id FROM applications FOR UPDATE").await.unwrap();

        let (tenant, id) = (house.tenant, house.application);
        let blocked = house.store.write(move |tx| applications::get(tx, tenant, id)).await;
        assert_eq!(blocked, Err(StoreError::Busy));
        assert!(house.store.read(move |tx| applications::get(tx, tenant, id)).await.is_ok());
        holder.batch_execute("ROLLBACK").await.unwrap();
        assert!(house.store.write(move |tx| applications::get(tx, tenant, id)).await.is_ok());
        house.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_was_cut_is_made_again_and_what_it_was_doing_is_not_written() {
    on_postgres(async |ground| {
        let settings = Settings { threads: 1, ..Settings::default() };
        let house = TestDatabase::build(Store::open(ground.place.clone(), settings).unwrap()).await;
        let (axe, connection) = tokio_postgres::connect(&address(&ground), NoTls).await.unwrap();
        tokio::spawn(connection);
        let (tenant, name) = (house.a_tenant("cut"), house.a_tenant("whole"));
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let store = house.store.clone();
        let writing = tokio::spawn(async move {
            let write = move |tx: &mut store::WriteTx<'_>| {
                tenants::insert(tx, &tenant)?;
                tell.send(()).map_err(|()| StoreError::NotFound)?;
                gate.recv().map_err(|_| StoreError::NotFound)?;
                tenants::find_by_name(tx, "cut").map(drop)
            };
            store.write(write).await
        });
        told.await.unwrap();
        let schema = address(&ground).split("search_path=").nth(1).unwrap().trim_end_matches('\'').to_owned();
        // Only ours: other tests run on the same server.
        let ours = format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
             WHERE relname = 'tenants' AND mode = 'RowExclusiveLock'
             AND relnamespace = '{schema}'::regnamespace"
        );
        axe.batch_execute(&ours).await.unwrap();
        release.send(()).unwrap();

        let lost = writing.await.unwrap();
        assert!(matches!(lost, Err(StoreError::Unreachable(_))), "{lost:?}");
        house.write(move |tx| tenants::insert(tx, &name)).await;
        let listed = house.store.read(|tx| tenants::list(tx, None, 10)).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed.iter().all(|it| it.name != "cut"));
        house.store.close().await;
    })
    .await;
}

#[test]
fn clear_text_to_a_postgresql_elsewhere_is_refused() {
    for host in ["host=db.example", "host=10.0.0.7", "host=localhost hostaddr=10.0.0.7"] {
        let address = format!("{host} user=x sslmode=disable");
        let refused = Store::open(DatabaseLocation::Postgres(address.clone()), Settings::default());
        assert!(matches!(refused, Err(StoreError::Address(_))), "{address}");
    }
}

#[test]
fn a_malformed_address_and_authorities_that_cannot_be_read_were_blamed_on_the_version() {
    let open = |address: &str, roots: Option<Vec<u8>>| {
        Store::open(DatabaseLocation::Postgres(address.to_owned()), Settings { roots, ..Settings::default() })
    };
    let malformed = open("host=db.example prot=hunter2", None).unwrap_err();
    assert_eq!(malformed, StoreError::Address("the connection string of PostgreSQL is malformed".to_owned()));
    for roots in [&b"no pem"[..], b"-----BEGIN CERTIFICATE-----"] {
        let refused = open("host=db.example user=x", Some(roots.to_vec()));
        assert!(matches!(refused, Err(StoreError::Tls(_))), "{refused:?}");
    }
}
