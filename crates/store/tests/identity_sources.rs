use model::EidEnvironment;
use model::IdentitySourceId;
use store::{
    StoreError,
    identity_sources::{self, IdentitySource},
};

use crate::places::{NOW, TestDatabase, in_each_house, winners};

fn a_source(house: &TestDatabase, eid: &str) -> IdentitySource {
    IdentitySource {
        id: IdentitySourceId::new(&house.random, NOW),
        tenant_id: house.tenant,
        domain_id: house.domain,
        eid: eid.to_owned(),
        environment: EidEnvironment::Sandbox,
        settings: "{}".to_owned(),
        sealed_credentials: Some(b"sealed".to_vec()),
        credentials_version: None,
        version: 1,
        created_at: NOW,
        disabled_at: None,
    }
}

#[tokio::test]
async fn sources_are_read_back_as_they_were_written_by_name_of_the_eid() {
    in_each_house(async |house| {
        let bare = IdentitySource { sealed_credentials: None, ..a_source(house, "no-vipps") };
        let sources = [a_source(house, "no-bankid"), bare];
        let (rows, tenant, domain) = (sources.clone(), house.tenant, house.domain);
        house.write(move |tx| rows.iter().rev().try_for_each(|it| identity_sources::insert(tx, it))).await;

        let listed = house.store.read(move |tx| identity_sources::list(tx, tenant, domain)).await;
        assert_eq!(listed, Ok(sources.to_vec()));
        let found = house.store.read(move |tx| identity_sources::find(tx, tenant, domain, "no-vipps")).await;
        assert_eq!(found, Ok(Some(sources[1].clone())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_save_the_same_version_one_wins() {
    in_each_house(async |house| {
        let source = a_source(house, "no-bankid");
        let row = source.clone();
        house.write(move |tx| identity_sources::insert(tx, &row)).await;
        let save = |number: usize| {
            let mine = IdentitySource { settings: number.to_string(), ..source.clone() };
            let store = house.store.clone();
            async move { store.write(move |tx| identity_sources::save(tx, &mine)).await }
        };
        assert_eq!(winners(save, |result| *result == Ok(2)).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_domain_has_an_eid_once() {
    in_each_house(async |house| {
        let twins = [a_source(house, "no-bankid"), a_source(house, "no-bankid")];
        let taken: Result<(), _> = house
            .store
            .write(move |tx| twins.iter().try_for_each(|it| identity_sources::insert(tx, it)))
            .await;
        assert_eq!(taken, Err(StoreError::Conflict));
    })
    .await;
}
