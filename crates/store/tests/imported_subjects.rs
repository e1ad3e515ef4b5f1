use crypto::Digest;
use model::{EidEnvironment, TenantId};
use store::{
    StoreError,
    imported_subjects::{self, ImportedSubject},
};

use crate::places::{NOW, TestDatabase, in_each_house, winners};

fn subject(house: &TestDatabase, person: &str, sub: &str) -> ImportedSubject {
    ImportedSubject {
        tenant_id: house.tenant,
        environment: EidEnvironment::Production,
        sector: "tenant".to_owned(),
        person_digest: Digest::of(person.as_bytes()),
        sub_digest: Digest::of(sub.as_bytes()),
        sealed_sub: vec![1],
        created_at: NOW,
    }
}

async fn find(
    house: &TestDatabase,
    at: (TenantId, EidEnvironment, &'static str),
    person: &str,
    sub: &str,
) -> usize {
    let (person, sub) = (Digest::of(person.as_bytes()), Digest::of(sub.as_bytes()));
    let read = house.store.read(move |tx| imported_subjects::list_of(tx, at, &person, &sub));
    read.await.unwrap().len()
}

#[tokio::test]
async fn a_subject_is_found_by_person_or_by_itself_in_its_room_only() {
    in_each_house(async |house| {
        let (kari, ola) = (subject(house, "kari", "k"), subject(house, "ola", "o"));
        house.write(move |tx| [kari, ola].iter().try_for_each(|it| imported_subjects::insert(tx, it))).await;
        let here = (house.tenant, EidEnvironment::Production, "tenant");
        assert_eq!(find(house, here, "kari", "k").await, 1);
        assert_eq!(find(house, here, "kari", "o").await, 2);
        assert_eq!(find(house, here, "per", "o").await, 1);
        assert_eq!(find(house, here, "per", "p").await, 0);
        assert_eq!(find(house, (TenantId::new(&house.random, NOW), here.1, here.2), "kari", "k").await, 0);
        assert_eq!(find(house, (here.0, EidEnvironment::Test, here.2), "kari", "k").await, 0);
        assert_eq!(find(house, (here.0, here.1, "application:1"), "kari", "k").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_person_has_one_subject_and_a_subject_one_person() {
    in_each_house(async |house| {
        let first = subject(house, "kari", "k");
        house.write(move |tx| imported_subjects::insert(tx, &first)).await;
        for (person, sub) in [("kari", "other"), ("ola", "k")] {
            let second = subject(house, person, sub);
            let refused = house.store.write(move |tx| imported_subjects::insert(tx, &second)).await;
            assert_eq!(refused, Err(StoreError::Conflict), "{person} {sub}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_people_who_are_given_one_subject_one_has_it() {
    in_each_house(async |house| {
        let insert = |number: usize| {
            let (store, mine) = (house.store.clone(), subject(house, &number.to_string(), "one"));
            async move { store.write(move |tx| imported_subjects::insert(tx, &mine)).await }
        };
        assert_eq!(winners(insert, |it: &Result<(), StoreError>| it.is_ok()).await, 1);
    })
    .await;
}
