use std::{collections::BTreeSet, path::Path};

use store::{DatabaseLocation, schema};

use crate::places::on_each_engine;

/// The tables that a database has, asked behind the store's back.
async fn tables(place: &DatabaseLocation) -> BTreeSet<String> {
    match place {
        DatabaseLocation::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).unwrap();
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
            let mut statement = connection.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        }
        DatabaseLocation::Postgres(address) => {
            let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
            let driven = tokio::spawn(connection);
            let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
            let found = client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
            drop(client);
            driven.await.unwrap().unwrap();
            found
        }
    }
}

#[tokio::test]
async fn req_n7_every_table_says_what_it_keeps_and_for_how_long() {
    on_each_engine(async |ground| {
        ground.open().close().await;
        let said: BTreeSet<String> = schema::TABLES.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(tables(&ground.place).await, said);
    })
    .await;
}

/// Write it anew with `PORTVAKT_WRITE_DOCS=1`.
#[test]
fn the_page_about_what_is_kept_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/data.md");
    if write_docs() {
        std::fs::write(&path, schema::page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == schema::page(), "docs/reference/data.md is out of date: run `just docs`");
}

#[expect(clippy::disallowed_methods, reason = "tells the test whether to write")]
fn write_docs() -> bool {
    std::env::var("PORTVAKT_WRITE_DOCS").is_ok()
}
