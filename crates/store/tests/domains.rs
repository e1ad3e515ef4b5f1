use model::Environment;
use store::{
    StoreError,
    domains::{self, Domain, Scheme},
    tenants,
};

use crate::places::{in_each_house, winners};

#[tokio::test]
async fn a_domain_is_read_back_as_it_was_written() {
    in_each_house(async |house| {
        let domain = Domain {
            scheme: Scheme::Http,
            environment: Environment::Test,
            ..house.a_domain("localhost:8080")
        };
        let (written, tenant, id) = (domain.clone(), house.tenant, domain.id);
        house.write(move |tx| domains::insert(tx, &written)).await;

        assert_eq!(house.store.read(move |tx| domains::get(tx, tenant, id)).await, Ok(domain.clone()));
        let found = house.store.read(|tx| domains::find_by_host(tx, "localhost:8080")).await;
        assert_eq!(found, Ok(Some(domain.clone())));
        let listed = house.store.read(move |tx| domains::list(tx, tenant, None, 10)).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed.contains(&domain));
    })
    .await;
}

#[tokio::test]
async fn a_host_belongs_to_one_domain_of_one_tenant() {
    in_each_house(async |house| {
        let other = house.a_tenant("globex");
        let twin = Domain { tenant_id: other.id, ..house.a_domain("id.acme.example") };
        let (stranger, domain) = (other.id, house.domain);
        house.write(move |tx| tenants::insert(tx, &other)).await;

        let taken = house.store.write(move |tx| domains::insert(tx, &twin)).await;
        assert_eq!(taken, Err(StoreError::Conflict));
        let hidden = house.store.read(move |tx| domains::get(tx, stranger, domain)).await;
        assert_eq!(hidden, Err(StoreError::NotFound));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_save_the_same_version_one_wins() {
    in_each_house(async |house| {
        let (tenant, id) = (house.tenant, house.domain);
        let read = house.store.read(move |tx| domains::get(tx, tenant, id)).await.unwrap();
        let save = |number| {
            let (store, mine) = (house.store.clone(), Domain { name: format!("{number}"), ..read.clone() });
            async move { store.write(move |tx| domains::save(tx, &mine)).await }
        };
        assert_eq!(winners(save, |result| *result == Ok(2)).await, 1);
        assert_eq!(winners(save, |result| *result == Err(StoreError::Changed)).await, 20);
    })
    .await;
}
