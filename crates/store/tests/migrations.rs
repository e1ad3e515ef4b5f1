use store::{Settings, Store, StoreError, domains};

use crate::places::{Ground, TestDatabase, on_each_engine};

#[tokio::test]
async fn a_database_can_be_opened_again_and_keeps_what_was_acknowledged() {
    on_each_engine(async |ground| {
        let house = TestDatabase::build(ground.open()).await;
        let (tenant, domain) = (house.tenant, house.domain);
        drop(house);

        let again = ground.open();
        assert_eq!(again.read(move |tx| domains::get(tx, tenant, domain)).await.unwrap().id, domain);
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    on_each_engine(async |ground| {
        ground.open().close().await;
        ground
            .meddle(
                "INSERT INTO schema_migrations SELECT 999, '0999_later', text_digest FROM schema_migrations
                 WHERE position = 0",
            )
            .await;

        let refused = ground.try_open().unwrap_err();
        assert!(matches!(&refused, StoreError::Unsuitable(text) if text.contains("newer")), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_database_that_was_migrated_with_another_text_is_refused() {
    on_each_engine(async |ground| {
        ground.open().close().await;
        ground.meddle("UPDATE schema_migrations SET name = '0001_other'").await;

        let refused = ground.try_open().unwrap_err();
        assert!(
            matches!(&refused, StoreError::Unsuitable(text) if text.contains("another text")),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_nodes_may_start_at_once_on_an_empty_database() {
    on_each_engine(async |ground| {
        std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..6).map(|_| scope.spawn(|| ground.try_open())).collect();
            for node in nodes {
                node.join().unwrap().unwrap();
            }
        });
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_is_named() {
    on_each_engine(async |ground| {
        let house = TestDatabase::build(ground.open()).await;
        ground.meddle("UPDATE domains SET scheme = 'gopher'").await;

        let (tenant, domain) = (house.tenant, house.domain);
        let corrupt = StoreError::Corrupt { table: "domains", column: "scheme", id: domain.to_string() };
        assert_eq!(house.store.read(move |tx| domains::get(tx, tenant, domain)).await, Err(corrupt));
        house.store.close().await;
    })
    .await;
}

/// Every migration there is, in order.
const MIGRATIONS: [(&str, &str); 33] = [
    ("0001_foundation", include_str!("../migrations/0001_foundation.sql")),
    ("0002_operation", include_str!("../migrations/0002_operation.sql")),
    ("0003_refresh_tokens", include_str!("../migrations/0003_refresh_tokens.sql")),
    ("0004_moving_in", include_str!("../migrations/0004_moving_in.sql")),
    ("0005_repeated_answers", include_str!("../migrations/0005_repeated_answers.sql")),
    ("0006_counted_events", include_str!("../migrations/0006_counted_events.sql")),
    ("0007_credentials_version", include_str!("../migrations/0007_credentials_version.sql")),
    ("0008_jobs", include_str!("../migrations/0008_jobs.sql")),
    ("0009_audit_layout_2", include_str!("../migrations/0009_audit_layout_2.sql")),
    ("0010_confirmation", include_str!("../migrations/0010_confirmation.sql")),
    ("0011_plans", include_str!("../migrations/0011_plans.sql")),
    ("0012_brands", include_str!("../migrations/0012_brands.sql")),
    ("0013_bin", include_str!("../migrations/0013_bin.sql")),
    ("0014_trials", include_str!("../migrations/0014_trials.sql")),
    ("0015_source_checks", include_str!("../migrations/0015_source_checks.sql")),
    ("0016_letters", include_str!("../migrations/0016_letters.sql")),
    ("0017_console", include_str!("../migrations/0017_console.sql")),
    ("0018_destruction", include_str!("../migrations/0018_destruction.sql")),
    ("0019_eid_orders", include_str!("../migrations/0019_eid_orders.sql")),
    ("0020_trial_returns", include_str!("../migrations/0020_trial_returns.sql")),
    ("0021_orders", include_str!("../migrations/0021_orders.sql")),
    ("0022_certificates", include_str!("../migrations/0022_certificates.sql")),
    ("0023_order_secrets", include_str!("../migrations/0023_order_secrets.sql")),
    ("0024_audit_times", include_str!("../migrations/0024_audit_times.sql")),
    ("0025_order_entry", include_str!("../migrations/0025_order_entry.sql")),
    ("0026_member_addresses", include_str!("../migrations/0026_member_addresses.sql")),
    ("0027_text_messages", include_str!("../migrations/0027_text_messages.sql")),
    ("0028_order_desk", include_str!("../migrations/0028_order_desk.sql")),
    ("0029_section_links", include_str!("../migrations/0029_section_links.sql")),
    ("0031_order_templates", include_str!("../migrations/0031_order_templates.sql")),
    ("0032_declarations", include_str!("../migrations/0032_declarations.sql")),
    ("0033_declared_issuers", include_str!("../migrations/0033_declared_issuers.sql")),
    ("0034_ordered_again", include_str!("../migrations/0034_ordered_again.sql")),
];

/// Brings an empty database to where the first `count` migrations bring it, with a tenant in it.
async fn an_earlier_version(ground: &Ground, count: usize) {
    let is_sqlite = matches!(ground.place, store::DatabaseLocation::Sqlite(_));
    let bytes = |hex: &str| if is_sqlite { format!("X'{hex}'") } else { format!("decode('{hex}', 'hex')") };
    ground
        .meddle(
            "CREATE TABLE schema_migrations (
                 position BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, text_digest BYTEA NOT NULL)",
        )
        .await;
    for (position, (name, text)) in MIGRATIONS.iter().take(count).enumerate() {
        let digest: String = crypto::sha256(text.as_bytes()).iter().map(|it| format!("{it:02x}")).collect();
        let digest = bytes(&digest);
        ground.meddle(text).await;
        let kept = format!("INSERT INTO schema_migrations VALUES ({position}, '{name}', {digest})");
        ground.meddle(&kept).await;
    }
    let tenant = format!("'0123456789abcdef0123456789abcdef', 'acme', {}, 1", bytes("00"));
    let columns = "id, name, sealed_data_key, created_at";
    ground.meddle(&format!("INSERT INTO tenants ({columns}) VALUES ({tenant})")).await;
}

#[tokio::test]
async fn a_database_of_any_earlier_version_is_brought_up_to_date_with_its_rows() {
    assert_eq!(std::fs::read_dir("migrations").unwrap().count(), MIGRATIONS.len());
    for count in 1..MIGRATIONS.len() {
        on_each_engine(async |ground| {
            an_earlier_version(&ground, count).await;
            let store = ground.open();
            let found = store.read(|tx| store::tenants::find_by_name(tx, "acme")).await.unwrap();
            assert_eq!(found.map(|it| it.name).as_deref(), Some("acme"), "from {}", MIGRATIONS[count - 1].0);
            assert!(store.shapes().await.is_ok());
            store.close().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_database_that_may_not_be_migrated_is_refused_and_left_as_it_is() {
    on_each_engine(async |ground| {
        let looking = || {
            let settings = Settings { migrate: false, threads: 1, ..Settings::default() };
            Store::open(ground.place.clone(), settings)
        };
        let refused = looking().unwrap_err();
        assert!(matches!(&refused, StoreError::NotMigrated(text) if text.contains("0001_")), "{refused}");
        assert!(looking().is_err());

        ground.open().close().await;
        looking().unwrap().close().await;
    })
    .await;
}

#[test]
fn sqlite_is_built_without_extensions_and_cannot_load_any() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let mut options = connection.prepare("PRAGMA compile_options").unwrap();
    let options: Vec<String> = options.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();

    assert!(
        options.iter().any(|option| option == "OMIT_LOAD_EXTENSION"),
        "see .cargo/config.toml: {options:?}"
    );
    assert!(!options.iter().any(|option| option.contains("FTS") || option.contains("RTREE")), "{options:?}");
    assert!(connection.prepare("SELECT \"a text\"").is_err(), "double quotes are for names only");
}
