use model::{Action, AuditContext, AuditEvent, AuditPersonal, head_mac};
use store::{
    StoreError,
    audit_events::{self, Link},
};

use crate::places::{NOW, TestDatabase, in_each_house, winners};

const KEY: [u8; 32] = [7; 32];

fn an_event(house: &TestDatabase, object: &str) -> AuditEvent {
    AuditEvent {
        tenant_id: house.tenant,
        happened_at: NOW,
        actor: "operator:kari".to_owned(),
        action: Action::ApplicationChanged.as_str().to_owned(),
        object: object.to_owned(),
        details: "{}".to_owned(),
        context: None,
    }
}

async fn links(house: &TestDatabase) -> Vec<Link> {
    let tenant = house.tenant;
    house.store.read(move |tx| audit_events::list(tx, tenant, 0, 100)).await.unwrap()
}

#[tokio::test]
async fn i4_links_are_numbered_without_gaps_and_each_holds_on_to_the_one_before() {
    in_each_house(async |house| {
        for object in ["a", "b", "c"] {
            let event = an_event(house, object);
            house.write(move |tx| audit_events::append(tx, &event, &KEY)).await;
        }
        let mut previous = [0; 32];
        for (number, link) in (1..).zip(links(house).await) {
            assert_eq!(link.sequence, number);
            assert_eq!(link.digest, link.event.digest(number, &previous));
            previous = *link.digest.as_bytes();
        }
        let tenant = house.tenant;
        let head = house.store.read(move |tx| audit_events::find_head(tx, tenant)).await.unwrap().unwrap();
        assert_eq!((head.sequence, head.digest), (3, previous));
        let digest = crypto::Digest::from_slice(&previous).unwrap();
        assert_eq!(head.mac, head_mac(&KEY, 3, &digest));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_twenty_who_add_at_once_make_one_chain() {
    in_each_house(async |house| {
        let run = |number: usize| {
            let (store, event) = (house.store.clone(), an_event(house, &number.to_string()));
            async move { store.write(move |tx| audit_events::append(tx, &event, &KEY)).await }
        };
        assert_eq!(winners(run, Result::is_ok).await, 20);
        let sequences: Vec<i64> = links(house).await.iter().map(|it| it.sequence).collect();
        assert_eq!(sequences, (1..=20).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_change_that_fails_leaves_no_link() {
    in_each_house(async |house| {
        let event = an_event(house, "gone");
        let failed = house.store.write(move |tx| {
            audit_events::append(tx, &event, &KEY)?;
            Err::<(), _>(StoreError::NotFound)
        });
        assert_eq!(failed.await, Err(StoreError::NotFound));
        assert!(links(house).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_tells_about_a_person_goes_and_its_link_stays() {
    in_each_house(async |house| {
        let personal = AuditPersonal { salt: [3; 32], address: Some("192.0.2.1".to_owned()), name: None };
        let context =
            AuditContext::new(Some("trace".to_owned()), Some("member:1".to_owned()), Some(personal));
        let event = AuditEvent { context: Some(context.clone()), ..an_event(house, "a") };
        let written = event.clone();
        house.write(move |tx| audit_events::append(tx, &written, &KEY)).await;
        let link = links(house).await.remove(0);
        assert_eq!((&link.event, link.digest), (&event, event.digest(1, &[0; 32])));

        let tenant = house.tenant;
        let remove = async || house.write(move |tx| audit_events::remove_personal(tx, tenant, 1)).await;
        assert!(remove().await && !remove().await);
        let erased = Some(AuditContext { personal: None, ..context });
        assert_eq!(links(house).await.remove(0).event.context, erased);
    })
    .await;
}
