use store::{Announcement, Announcements, StoreError, tenants};

use crate::places::{TestDatabase, in_each_house, on_postgres};

fn wake(kind: &str) -> Announcement {
    Announcement::Wake(kind.to_owned())
}

/// The next one that a write said. Before it, other nodes may have become heard.
async fn next(announcements: &mut Announcements) -> Announcement {
    loop {
        match announcements.next().await.unwrap() {
            Announcement::Missed => {}
            said => return said,
        }
    }
}

#[tokio::test]
async fn who_waits_is_woken_by_a_commit_and_by_nothing_else() {
    in_each_house(async |house| {
        let mut announcements = house.store.announcements();
        let refused = house.store.write(|tx| {
            tx.wake("refused");
            Err::<(), _>(StoreError::NotFound)
        });
        assert_eq!(refused.await, Err(StoreError::NotFound));
        let twin = house.a_tenant("acme");
        let failed = house.store.write(move |tx| {
            tx.wake("failed");
            // On PostgreSQL the error shows with COMMIT at the latest.
            tenants::insert(tx, &twin)
        });
        assert_eq!(failed.await, Err(StoreError::Conflict));
        let panicked: Result<(), StoreError> = house
            .store
            .write(|tx| {
                tx.wake("panicked");
                panic!("on purpose")
            })
            .await;
        assert!(panicked.is_err());

        let application = house.application;
        house
            .write(move |tx| {
                tx.wake("letters");
                tx.changed("applications", application);
                Ok(())
            })
            .await;
        assert_eq!(next(&mut announcements).await, wake("letters"));
        let changed = Announcement::Changed { noun: "applications".to_owned(), id: application.to_string() };
        // On PostgreSQL what was said here may come back from there in between.
        while next(&mut announcements).await != changed {}
    })
    .await;
}

#[tokio::test]
async fn a_listener_that_is_slow_is_told_that_it_missed_something() {
    in_each_house(async |house| {
        let mut announcements = house.store.announcements();
        house
            .write(|tx| {
                (0..1_000).for_each(|_| tx.wake("letters"));
                Ok(())
            })
            .await;
        assert_eq!(announcements.next().await, Some(Announcement::Missed));
        assert_eq!(next(&mut announcements).await, wake("letters"));
    })
    .await;
}

#[tokio::test]
async fn another_node_hears_what_is_committed_here() {
    on_postgres(async |ground| {
        let (here, there) = (TestDatabase::build(ground.open()).await, ground.open());
        let mut heard = there.announcements();
        // The first is said when the other node is heard.
        assert_eq!(heard.next().await, Some(Announcement::Missed));
        here.write(|tx| {
            tx.wake("letters");
            Ok(())
        })
        .await;
        assert_eq!(heard.next().await, Some(wake("letters")));
        here.store.close().await;
        there.close().await;
    })
    .await;
}
