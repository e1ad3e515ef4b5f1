use model::AuditEvent;
use store::{StoreError, audit_events, domains, tenants};

use crate::places::{NOW, in_each_house, winners};

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

#[tokio::test]
async fn a_renamed_tenant_has_a_new_version_and_is_not_saved_over_by_somebody_who_saw_the_old_one() {
    in_each_house(async |house| {
        let id = house.tenant;
        let read = house.store.read(move |tx| tenants::find(tx, id)).await.unwrap().unwrap();
        let new = tenants::Tenant { name: "Acme AS".to_owned(), ..read };
        let (first, second) = (new.clone(), new);
        assert_eq!(house.store.write(move |tx| tenants::save(tx, &first)).await, Ok(2));
        assert_eq!(house.store.write(move |tx| tenants::save(tx, &second)).await, Err(StoreError::Changed));
        let found = house.store.read(|tx| tenants::find_by_name(tx, "Acme AS")).await.unwrap().unwrap();
        assert_eq!((found.id, found.version), (id, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_look_whether_a_name_is_free_one_finds_it_so() {
    in_each_house(async |house| {
        let run = |number: usize| {
            let name = if number.is_multiple_of(2) { "globex" } else { "GLOBEX" };
            let (store, mine) = (house.store.clone(), house.a_tenant(&format!("{name}{number}")));
            async move {
                store
                    .write(move |tx| {
                        tenants::lock_names(tx)?;
                        let is_alike = |it: &tenants::Tenant| it.name.to_lowercase().starts_with("globex");
                        match tenants::list(tx, None, 100)?.iter().any(is_alike) {
                            true => Ok(false),
                            false => tenants::insert(tx, &mine).map(|()| true),
                        }
                    })
                    .await
            }
        };
        assert_eq!(winners(run, |it| *it == Ok(true)).await, 1);
        assert_eq!(winners(run, |it| *it == Ok(false)).await, 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_give_a_domain_one_name_after_their_audit_event_one_finds_it_free() {
    in_each_house(async |house| {
        let run = |number: usize| {
            let mine = house.a_domain(&format!("id{number}.acme.example"));
            let mine = domains::Domain { name: "Globex".to_owned(), ..mine };
            let event = AuditEvent {
                tenant_id: house.tenant,
                happened_at: NOW,
                actor: "kari".to_owned(),
                action: "domain.created".to_owned(),
                object: "domain".to_owned(),
                details: "{}".to_owned(),
                context: None,
            };
            let store = house.store.clone();
            async move {
                store
                    .write(move |tx| {
                        audit_events::append(tx, &event, &[7; 32])?;
                        let all = domains::list(tx, mine.tenant_id, None, 100)?;
                        match all.iter().any(|it| it.name == mine.name) {
                            true => Ok(false),
                            false => domains::insert(tx, &mine).map(|()| true),
                        }
                    })
                    .await
            }
        };
        assert_eq!(winners(run, |it| *it == Ok(true)).await, 1);
    })
    .await;
}
