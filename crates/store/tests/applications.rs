use store::{
    StoreError,
    applications::{self, Application},
    domains,
    domains::Domain,
    tenants,
};

use crate::places::{NOW, in_each_house, winners};

#[tokio::test]
async fn an_application_is_read_back_as_it_was_written() {
    in_each_house(async |house| {
        let application = Application { disabled_at: Some(NOW), ..house.an_application("æøå") };
        let (written, tenant, domain) = (application.clone(), house.tenant, house.domain);
        house.write(move |tx| applications::insert(tx, &written)).await;

        let found =
            house.store.read(move |tx| applications::find_by_client_id(tx, tenant, domain, "æøå")).await;
        assert_eq!(found, Ok(Some(application)));
    })
    .await;
}

#[tokio::test]
async fn applications_are_listed_page_by_page() {
    in_each_house(async |house| {
        let more: Vec<_> = (0..4).map(|number| house.an_application(&format!("more-{number}"))).collect();
        house.write(move |tx| more.iter().try_for_each(|it| applications::insert(tx, it))).await;

        let (tenant, domain) = (house.tenant, house.domain);
        let page = async |after| {
            let list = move |tx: &mut store::ReadTx<'_>| applications::list(tx, tenant, domain, after, 3);
            house.store.read(list).await.unwrap()
        };
        let first = page(None).await;
        let second = page(first.last().map(|it| it.id)).await;

        assert_eq!((first.len(), second.len()), (3, 2));
        assert!(first.iter().chain(&second).map(|it| it.id).is_sorted());
    })
    .await;
}

#[tokio::test]
async fn a_client_id_is_unique_within_its_domain_only() {
    in_each_house(async |house| {
        let elsewhere = house.a_domain("id.globex.example");
        let twin = house.an_application("shop");
        let cousin = Application { domain_id: elsewhere.id, ..house.an_application("shop") };
        let taken = house.store.write(move |tx| applications::insert(tx, &twin)).await;
        assert_eq!(taken, Err(StoreError::Conflict));
        house
            .write(move |tx| {
                domains::insert(tx, &elsewhere)?;
                applications::insert(tx, &cousin)
            })
            .await;
    })
    .await;
}

#[tokio::test]
async fn another_tenants_application_is_not_found_and_not_placed_in_ones_own_domain() {
    in_each_house(async |house| {
        let other = house.a_tenant("globex");
        let (stranger, domain, id) = (other.id, house.domain, house.application);
        let intruder = Application { tenant_id: stranger, ..house.an_application("intruder") };
        house.write(move |tx| tenants::insert(tx, &other)).await;

        let got = house.store.read(move |tx| applications::get(tx, stranger, id)).await;
        assert_eq!(got, Err(StoreError::NotFound));
        let find =
            move |tx: &mut store::ReadTx<'_>| applications::find_by_client_id(tx, stranger, domain, "shop");
        assert_eq!(house.store.read(find).await, Ok(None));
        let placed = house.store.write(move |tx| applications::insert(tx, &intruder)).await;
        assert!(matches!(placed, Err(StoreError::Failed(_))), "{placed:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_save_the_same_version_one_wins() {
    in_each_house(async |house| {
        let (tenant, id) = (house.tenant, house.application);
        let read = house.store.read(move |tx| applications::get(tx, tenant, id)).await.unwrap();
        let save = |number| {
            let mine = Application { name: format!("{number}"), ..read.clone() };
            let store = house.store.clone();
            async move { store.write(move |tx| applications::save(tx, &mine)).await }
        };
        assert_eq!(winners(save, |result| *result == Ok(2)).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_get_decide_and_save_in_one_write_lose_no_update() {
    in_each_house(async |house| {
        let (tenant, id) = (house.tenant, house.application);
        let append = |_| {
            let store = house.store.clone();
            async move {
                store
                    .write(move |tx| {
                        let mut application = applications::get(tx, tenant, id)?;
                        application.settings.push('x');
                        applications::save(tx, &application)
                    })
                    .await
            }
        };
        assert_eq!(winners(append, Result::is_ok).await, 20);
        let read = house.store.read(move |tx| applications::get(tx, tenant, id)).await.unwrap();
        assert_eq!(read.settings, format!("{{}}{}", "x".repeat(20)));
    })
    .await;
}

#[tokio::test]
async fn a_domain_of_an_application_exists() {
    in_each_house(async |house| {
        let Domain { id, .. } = house.a_domain("nowhere.example");
        let lost = Application { domain_id: id, ..house.an_application("lost") };
        let placed = house.store.write(move |tx| applications::insert(tx, &lost)).await;
        assert!(matches!(placed, Err(StoreError::Failed(_))), "{placed:?}");
    })
    .await;
}
