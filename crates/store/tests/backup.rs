use std::collections::BTreeSet;

use store::{
    Store, StoreError,
    backup::{self, Cursor},
    brands,
    login_events::{self, Kind, LoginEvent},
    schema,
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, on_each_engine};

/// All rows that a backup of this database has, by table.
async fn rows(store: &Store) -> Vec<(&'static str, Vec<u8>)> {
    let read = store.snapshot(|tx| {
        let mut all = Vec::new();
        for name in backup::tables() {
            let (mut bytes, mut cursor) = (Vec::new(), Some(Cursor::default()));
            while let Some(from) = cursor {
                let page = backup::page(tx, name, &from)?;
                assert_eq!(backup::count(name, &page.bytes).unwrap(), page.rows);
                bytes.extend(page.bytes);
                cursor = page.next;
            }
            all.push((name, bytes));
        }
        Ok::<_, StoreError>(all)
    });
    read.await.unwrap()
}

async fn log_in(house: &TestDatabase, count: u32) {
    let events: Vec<LoginEvent> = (0..count)
        .map(|_| LoginEvent {
            id: model::LoginEventId::new(&house.random, NOW),
            tenant_id: house.tenant,
            domain_id: house.domain,
            application_id: None,
            login: None,
            trace: "t".to_owned(),
            kind: Kind::Started,
            eid: Some("no-bankid".to_owned()),
            cause: None,
            happened_at: NOW,
            expires_at: NOW.after(MINUTE),
            sealed_details: None,
        })
        .collect();
    house.write(move |tx| events.iter().try_for_each(|it| login_events::append(tx, it))).await;
}

#[test]
fn a_backup_has_the_tables_that_the_reference_says() {
    let said: BTreeSet<_> = schema::TABLES.iter().filter(|it| it.in_backup).map(|it| it.name).collect();
    assert_eq!(backup::tables().collect::<BTreeSet<_>>(), said);
}

#[tokio::test]
async fn rule_37_rows_go_from_one_engine_into_the_other_and_stay_what_they_are() {
    in_each_house(async |house| {
        log_in(house, 1_201).await;
        let brand = brands::Brand {
            tenant_id: house.tenant,
            owner_id: house.domain.to_string(),
            domain_id: house.domain,
            color: None,
            logo: Some(("abc".to_owned(), b"\x89PNG\0".to_vec())),
        };
        house.write(move |tx| brands::save(tx, &brand)).await;
        let before = rows(&house.store).await;
        on_each_engine(async |ground| {
            let (other, copies) = (ground.open(), before.clone());
            let filled = other.write(move |tx| {
                copies.iter().try_for_each(|(name, bytes)| backup::insert(tx, name, bytes).map(drop))
            });
            filled.await.unwrap();
            assert!(rows(&other).await == before);
            other.close().await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn rows_that_are_none_of_the_table_are_refused_whole() {
    in_each_house(async |house| {
        let refused = house.store.write(|tx| backup::insert(tx, "tenants", &[9, 9, 9])).await;
        assert!(matches!(refused, Err(StoreError::Failed(_))));
        assert!(backup::count("tenants", &[0]).is_err());
        assert!(backup::count("elsewhere", &[]).is_err());
    })
    .await;
}
