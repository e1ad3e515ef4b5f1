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

#[tokio::test]
async fn processes_that_may_work_together_refused_each_other_for_a_moment() {
    on_each_engine(async |ground| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let store = a_node(&ground);
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    let who = format!("command {number}");
                    let all: Vec<_> = (0..20)
                        .map(|_| runtime.block_on(enter(&store, Access::Shared, &who)).err())
                        .collect();
                    all
                })
            })
            .collect();
        let all: Vec<_> = threads.into_iter().flat_map(|it| it.join().unwrap()).flatten().collect();
        assert!(all.is_empty(), "{all:?}");
    })
    .await;
}

fn a_file(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("portvakt.db");
    std::fs::write(&path, "").unwrap();
    path
}

fn beside(path: &std::path::Path, access: Access) -> Result<Presence, EnterError> {
    Presence::beside(path, "installation", access, "a command")
}

#[test]
fn a_link_in_place_of_the_lock_emptied_the_file_that_it_led_to() {
    let folder = tempfile::tempdir().unwrap();
    let (path, victim) = (a_file(&folder), folder.path().join("shadow"));
    let lock = path.with_added_extension("installation.lock");
    for plant in [std::os::unix::fs::symlink::<&std::path::Path, &std::path::Path>, std::fs::hard_link] {
        std::fs::write(&victim, "root").unwrap();
        plant(&victim, &lock).unwrap();
        let refused = beside(&path, Access::Shared).unwrap_err();
        assert!(matches!(refused, EnterError::File { .. }), "{refused}");
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "root");
        std::fs::remove_file(&lock).unwrap();
    }
}

#[test]
fn a_database_that_is_reached_by_a_link_had_a_lock_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (a_file(&folder), folder.path().join("link.db"));
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let _serving = beside(&path, Access::Shared).unwrap();
    let told = beside(&link, Access::Alone).unwrap_err();
    assert_eq!(told, EnterError::Occupied(vec!["a command".to_owned()]));
}

#[test]
fn a_lock_that_root_makes_belongs_to_the_owner_of_the_database() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = tempfile::tempdir().unwrap();
    let path = a_file(&folder);
    let own = path.metadata().unwrap().uid();
    let owner = if own == 0 { 4_242 } else { own };
    chown(&path, Some(owner), None).unwrap();
    let _presence = beside(&path, Access::Shared).unwrap();
    let lock = path.with_added_extension("installation.lock");
    assert_eq!(lock.metadata().unwrap().uid(), owner);
}

#[test]
fn a_lock_file_does_not_grow_without_end_and_is_not_read_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = a_file(&folder);
    let _serving = beside(&path, Access::Shared).unwrap();
    for _ in 0..2_000 {
        drop(beside(&path, Access::Shared).unwrap());
    }
    let lock = path.with_added_extension("installation.lock");
    assert!(lock.metadata().unwrap().len() < 17_000);
    assert!(beside(&path, Access::Alone).unwrap_err().to_string().starts_with("in use by a command;"));
}

#[tokio::test]
async fn a_lock_that_was_lost_and_taken_again_says_so_and_one_that_was_alone_stays_lost() {
    on_each_engine(async |ground| {
        if !matches!(ground.place, store::DatabaseLocation::Postgres(_)) {
            return;
        }
        let store = a_node(&ground);
        for access in [Access::Shared, Access::Alone] {
            let presence = enter(&store, access, "whose lock is lost").await.unwrap();
            assert_eq!(presence.times_taken_again(), 0);
            let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE application_name = 'whose lock is lost'";
            ground.meddle(end).await;
            while presence.lost().is_none() {
                tokio::task::yield_now().await;
            }
            // Which of the two is seen first is the server's doing.
            let why = presence.lost().unwrap_or_default();
            let known = ["terminating connection", "connection closed"];
            assert!(known.iter().any(|it| why.contains(it)), "{why}");
            if access == Access::Alone {
                assert!(enter(&store, Access::Shared, "another").await.is_ok());
                assert!(presence.lost().is_some());
                continue;
            }
            while presence.lost().is_some() {
                tokio::task::yield_now().await;
            }
            assert_eq!(presence.times_taken_again(), 1);
        }
    })
    .await;
}
