use store::{StoreError, tenants};

use crate::places::in_each_house;

#[tokio::test]
async fn a_tenant_is_read_back_as_it_was_written() {
    in_each_house(async |house| {
        let tenant = house.a_tenant("globex");
        let (written, id) = (tenant.clone(), tenant.id);
        house.write(move |tx| tenants::insert(tx, &written)).await;

        assert_eq!(house.store.read(move |tx| tenants::get(tx, id)).await, Ok(tenant.clone()));
        assert_eq!(house.store.read(|tx| tenants::find_by_name(tx, "globex")).await, Ok(Some(tenant)));
        assert_eq!(house.store.read(|tx| tenants::find_by_name(tx, "Globex")).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn tenants_are_listed_page_by_page() {
    in_each_house(async |house| {
        let more = house.a_tenant("globex");
        house.write(move |tx| tenants::insert(tx, &more)).await;

        let first = house.store.read(|tx| tenants::list(tx, None, 1)).await.unwrap();
        let after = first[0].id;
        let second = house.store.read(move |tx| tenants::list(tx, Some(after), 10)).await.unwrap();

        assert_eq!((first.len(), second.len()), (1, 1));
        assert!(first[0].id < second[0].id);
    })
    .await;
}

#[tokio::test]
async fn a_name_belongs_to_one_tenant() {
    in_each_house(async |house| {
        let (twin, stranger) = (house.a_tenant("acme"), house.a_tenant("globex").id);
        let taken = house.store.write(move |tx| tenants::insert(tx, &twin)).await;
        assert_eq!(taken, Err(StoreError::Conflict));
        let missing = house.store.read(move |tx| tenants::get(tx, stranger)).await;
        assert_eq!(missing, Err(StoreError::NotFound));
    })
    .await;
}
