use crypto::Digest;
use model::SessionId;
use store::browser_sessions::{self, BrowserSession};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

fn a_session(house: &TestDatabase, secret: &str) -> BrowserSession {
    BrowserSession {
        tenant_id: house.tenant,
        session_digest: Digest::of(secret.as_bytes()),
        id: SessionId::new(&house.random, NOW),
        domain_id: house.domain,
        eid: "no-bankid".to_owned(),
        subject: "pseudonym".to_owned(),
        sealed_proof: b"sealed".to_vec(),
        created_at: NOW,
        used_at: NOW,
        ends_at: NOW.after(3 * MINUTE),
        expires_at: NOW.after(MINUTE),
    }
}

async fn insert(house: &TestDatabase, session: &BrowserSession) {
    let session = session.clone();
    house.write(move |tx| browser_sessions::insert(tx, &session)).await;
}

#[tokio::test]
async fn a_session_lives_while_it_is_used_but_not_past_its_end() {
    in_each_house(async |house| {
        let session = a_session(house, "one");
        insert(house, &session).await;
        let (tenant, digest) = (house.tenant, session.session_digest);
        for (second, lives) in [(50, true), (100, true), (150, true), (179, true), (180, false)] {
            let now = NOW.after(std::time::Duration::from_secs(second));
            let idle_until = now.after(MINUTE);
            let touched =
                house.write(move |tx| browser_sessions::touch(tx, tenant, &digest, idle_until, now)).await;
            assert_eq!(touched, lives, "after {second} s");
        }
    })
    .await;
}

#[tokio::test]
async fn an_idle_session_is_not_found() {
    in_each_house(async |house| {
        let session = a_session(house, "one");
        insert(house, &session).await;
        let (tenant, digest) = (house.tenant, session.session_digest);
        let at = |now| house.store.read(move |tx| browser_sessions::find(tx, tenant, &digest, now));
        assert_eq!(at(NOW).await, Ok(Some(session)));
        assert_eq!(at(NOW.after(MINUTE)).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_id_and_by_person() {
    in_each_house(async |house| {
        let (one, two) = (a_session(house, "one"), a_session(house, "two"));
        insert(house, &one).await;
        insert(house, &two).await;
        let (tenant, domain, id) = (house.tenant, house.domain, one.id);
        let list = || house.store.read(move |tx| browser_sessions::list(tx, (tenant, domain), None, 10, NOW));
        assert_eq!(list().await.unwrap().len(), 2);
        assert_eq!(house.write(move |tx| browser_sessions::remove_by_id(tx, tenant, id)).await, 1);
        assert_eq!(list().await.unwrap(), [two]);
        let gone = house.write(move |tx| browser_sessions::remove_by_subject(tx, tenant, "pseudonym")).await;
        assert_eq!((gone, list().await.unwrap().len()), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_twenty_end_at_once_is_ended_once() {
    in_each_house(async |house| {
        let session = a_session(house, "one");
        insert(house, &session).await;
        let (tenant, digest) = (house.tenant, session.session_digest);
        let run = |_| {
            let store = house.store.clone();
            async move { store.write(move |tx| browser_sessions::remove(tx, tenant, &digest)).await.unwrap() }
        };
        assert_eq!(winners(run, |it| *it == Some(session.id)).await, 1);
    })
    .await;
}
