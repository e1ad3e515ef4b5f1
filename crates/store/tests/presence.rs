//! Who works on an installation: together, or alone.

use store::{Access, EnterError, Presence, Settings, Store};

use crate::places::{Ground, on_each_engine};

fn a_node(ground: &Ground) -> Store {
    Store::open(ground.place.clone(), Settings::default()).unwrap()
}

async fn enter(store: &Store, access: Access, who: &str) -> Result<Presence, EnterError> {
    store.enter("installation", access, who).await
}

#[tokio::test]
async fn what_must_be_alone_is_told_who_is_there() {
    on_each_engine(async |ground| {
        let (one, other) = (a_node(&ground), a_node(&ground));
        let first = enter(&one, Access::Shared, "serve on a").await.unwrap();
        let second = enter(&other, Access::Shared, "serve on b").await.unwrap();
        let told = enter(&other, Access::Alone, "replace").await.unwrap_err();
        assert_eq!(told.to_string(), "in use by serve on a; serve on b");
        assert_eq!((first.lost(), second.lost()), (None, None));
        let another = other.enter("something else", Access::Alone, "dev").await;
        assert!(another.is_ok(), "a lock is about one thing");
    })
    .await;
}

#[tokio::test]
async fn no_process_enters_beside_one_that_is_alone_until_it_has_gone() {
    on_each_engine(async |ground| {
        let (one, other) = (a_node(&ground), a_node(&ground));
        let alone = enter(&one, Access::Alone, "replace").await.unwrap();
        for access in [Access::Shared, Access::Alone] {
            let told = enter(&other, access, "serve").await.unwrap_err();
            assert_eq!(told, EnterError::Occupied(vec!["replace".to_owned()]));
        }
        drop(alone);
        // PostgreSQL sees the end of a connection a moment later.
        while enter(&other, Access::Shared, "serve").await.is_err() {}
    })
    .await;
}

#[tokio::test]
async fn a_database_that_root_made_first_belongs_to_the_owner_of_its_directory() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = tempfile::tempdir().unwrap();
    let is_root = folder.path().metadata().unwrap().uid() == 0;
    if is_root {
        chown(folder.path(), Some(4_242), Some(4_243)).unwrap();
    }
    let path = folder.path().join("portvakt.db");
    let store = Store::open(store::DatabaseLocation::Sqlite(path), Settings::default()).unwrap();
    let _presence = enter(&store, Access::Shared, "serve").await.unwrap();
    let owners: std::collections::BTreeSet<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().metadata().map(|it| (it.uid(), it.mode() & 0o777)).unwrap())
        .collect();
    let owner = folder.path().metadata().unwrap().uid();
    assert_eq!(owners, [(owner, 0o600)].into());
}
