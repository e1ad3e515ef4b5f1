//! Databases to test on, rows to begin with, and racers.

use model::Environment;
use std::{future::Future, time::Duration};

use crypto::{Digest, Random};
use model::{ApplicationId, DomainId, GrantId, TenantId, Timestamp};
use store::{
    DatabaseLocation, Settings, Store, StoreError, WriteTx,
    access_tokens::AccessToken,
    applications::{self, Application},
    domains::{self, Domain, Scheme},
    grants::Grant,
    tenants::{self, Tenant},
};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// An empty database that is removed after the test, and how to open it.
pub(crate) struct Ground {
    pub(crate) place: DatabaseLocation,
    _directory: tempfile::TempDir,
}

impl Ground {
    pub(crate) fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(self.place.clone(), Settings { threads: 4, ..Settings::default() })
    }

    /// Runs SQL of the test's own, behind the store's back.
    pub(crate) async fn meddle(&self, sql: &str) {
        match &self.place {
            DatabaseLocation::Sqlite(path) => {
                rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap()
            }
            DatabaseLocation::Postgres(address) => {
                let (client, connection) =
                    tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
                let driven = tokio::spawn(connection);
                client.batch_execute(sql).await.unwrap();
                drop(client);
                driven.await.unwrap().unwrap();
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tells the tests whether there is a PostgreSQL")]
fn server() -> Option<String> {
    std::env::var("PORTVAKT_TEST_POSTGRES").ok()
}

/// Runs a test on each engine that there is, each time on an empty database.
pub(crate) async fn on_each_engine(test: impl AsyncFn(Ground)) {
    let directory = tempfile::tempdir().unwrap();
    let place = DatabaseLocation::Sqlite(directory.path().join("portvakt.db"));
    test(Ground { place, _directory: directory }).await;

    on_postgres(test).await;
}

/// Runs a test on PostgreSQL if there is one.
pub(crate) async fn on_postgres(test: impl AsyncFn(Ground)) {
    let Some(server) = server() else { return };
    // A schema of its own is an empty database for everything but collation, and made in no time.
    let schema = format!("test_{:032x}", u128::from_be_bytes(Random::system().bytes()));
    let address = format!("{server} options='-c search_path={schema}'");
    let ground =
        Ground { place: DatabaseLocation::Postgres(server), _directory: tempfile::tempdir().unwrap() };
    ground.meddle(&format!("CREATE SCHEMA {schema}")).await;
    test(Ground { place: DatabaseLocation::Postgres(address), _directory: tempfile::tempdir().unwrap() })
        .await;
    ground.meddle(&format!("DROP SCHEMA {schema} CASCADE")).await;
}

/// A tenant with a domain and an application, as most tests need them.
pub(crate) struct TestDatabase {
    pub(crate) store: Store,
    pub(crate) random: Random,
    pub(crate) tenant: TenantId,
    pub(crate) domain: DomainId,
    pub(crate) application: ApplicationId,
}

/// Runs a test in a house on each engine.
pub(crate) async fn in_each_house(test: impl AsyncFn(&TestDatabase)) {
    on_each_engine(async |ground| {
        let house = TestDatabase::build(ground.open()).await;
        test(&house).await;
        house.store.close().await;
    })
    .await;
}

impl TestDatabase {
    pub(crate) async fn build(store: Store) -> Self {
        let random = Random::seeded(1);
        let tenant = TenantId::new(&random, NOW);
        let domain = DomainId::new(&random, NOW);
        let application = ApplicationId::new(&random, NOW);
        let house = Self { store, random, tenant, domain, application };
        let rows = (house.a_tenant("acme"), house.a_domain("id.acme.example"), house.an_application("shop"));
        house
            .write(move |tx| {
                tenants::insert(tx, &Tenant { id: tenant, ..rows.0 })?;
                domains::insert(tx, &Domain { id: domain, ..rows.1 })?;
                applications::insert(tx, &Application { id: application, ..rows.2 })
            })
            .await;
        house
    }

    /// A write that must succeed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        closure: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.write(closure).await.unwrap()
    }

    pub(crate) fn a_tenant(&self, name: &str) -> Tenant {
        let id = TenantId::new(&self.random, NOW);
        let (sealed_data_key, disabled_at, deleted_at) = (b"sealed".to_vec(), None, None);
        Tenant {
            id,
            name: name.to_owned(),
            sealed_data_key,
            version: 1,
            created_at: NOW,
            disabled_at,
            deleted_at,
        }
    }

    pub(crate) fn a_domain(&self, host: &str) -> Domain {
        Domain {
            id: DomainId::new(&self.random, NOW),
            tenant_id: self.tenant,
            host: host.to_owned(),
            scheme: Scheme::Https,
            environment: Environment::Production,
            name: "Acme".to_owned(),
            settings: r#"{"a":1}"#.to_owned(),
            version: 1,
            created_at: NOW,
            disabled_at: None,
            deleted_at: None,
        }
    }

    pub(crate) fn an_application(&self, client_id: &str) -> Application {
        Application {
            id: ApplicationId::new(&self.random, NOW),
            tenant_id: self.tenant,
            domain_id: self.domain,
            client_id: client_id.to_owned(),
            name: "Shop".to_owned(),
            settings: "{}".to_owned(),
            version: 1,
            created_at: NOW,
            disabled_at: None,
        }
    }

    pub(crate) fn a_grant(&self, code: &str) -> Grant {
        Grant {
            id: GrantId::new(&self.random, NOW),
            tenant_id: self.tenant,
            domain_id: self.domain,
            application_id: self.application,
            code_digest: Digest::of(code.as_bytes()),
            code_expires_at: NOW.after(MINUTE),
            code_used_at: None,
            revoked_at: None,
            sealed_claims: b"claims".to_vec(),
            code_wrapped_key: Some(b"key under code".to_vec()),
            created_at: NOW,
            expires_at: NOW.after(MINUTE),
            cnf: None,
        }
    }

    pub(crate) fn a_token(&self, token: &str, grant_id: GrantId) -> AccessToken {
        AccessToken {
            tenant_id: self.tenant,
            token_digest: Digest::of(token.as_bytes()),
            grant_id,
            wrapped_key: b"key under token".to_vec(),
            scope: None,
            created_at: NOW,
            expires_at: NOW.after(10 * MINUTE),
            cnf: None,
        }
    }
}

/// Starts 20 at once and counts those for whom `won` holds.
pub(crate) async fn winners<T, F>(run: impl Fn(usize) -> F, won: impl Fn(&T) -> bool) -> usize
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let racers: Vec<_> = (0..20).map(|number| tokio::spawn(run(number))).collect();
    let mut count = 0;
    for racer in racers {
        count += usize::from(won(&racer.await.unwrap()));
    }
    count
}
