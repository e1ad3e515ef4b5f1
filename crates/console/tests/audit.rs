use authority::{Caller, Permission};
use console::{ChainTrouble, Refusal};

use crate::house::{House, NOW, a_domain, installation, may};

#[tokio::test]
async fn every_change_is_a_row_that_names_who_made_it() {
    let house = House::open().await;
    house.an_application("shop").await;
    assert_eq!(house.actions().await, ["tenant.created", "domain.created", "application.created"]);
    assert!(house.links(house.tenant.id).await.iter().all(|it| it.event.actor == "operator:kari"));
    let verified =
        house.console.verify_audit(&may(&house.tenant, Permission::ReadAudit)).await.unwrap().unwrap();
    assert_eq!((verified.links, verified.head.len()), (3, 64));
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_no_row() {
    let house = House::open().await;
    let taken = house
        .console
        .create_domain(&may(&house.tenant, Permission::ManageDomains), &a_domain(crate::house::HOST), NOW)
        .await;
    assert!(matches!(taken, Err(Refusal::Taken("host"))));
    assert_eq!(house.actions().await.len(), 2);
}

#[tokio::test]
async fn a_worker_may_not_make_anything() {
    let house = House::open().await;
    let worker = house.console.tenant(&Caller::worker("keys"), "acme").await.unwrap();
    let refused = worker.permit(Permission::ManageDomains).map_err(Refusal::from);
    assert!(matches!(refused, Err(Refusal::Forbidden)));
    let other = may(&worker, Permission::RotateKeys);
    let refused = house.console.create_domain(&other, &a_domain("other.acme.example"), NOW).await;
    assert!(matches!(refused, Err(Refusal::Forbidden)));
}

async fn trouble_after(sql: &str) -> ChainTrouble {
    let house = House::open().await;
    house.an_application("shop").await;
    house.meddle(sql);
    house.console.verify_audit(&may(&house.tenant, Permission::ReadAudit)).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn i4_whoever_changes_a_row_by_hand_is_found_out() {
    let changed = trouble_after("UPDATE audit_events SET actor = 'operator:ola' WHERE sequence = 2").await;
    assert_eq!(changed, ChainTrouble::Changed(2));
    let removed = trouble_after("DELETE FROM audit_events WHERE sequence = 2").await;
    assert_eq!(removed, ChainTrouble::Gap(2));
    let cut = trouble_after("DELETE FROM audit_events WHERE sequence = 3").await;
    assert_eq!(cut, ChainTrouble::Head { last: 2, head: 3 });
    let all = trouble_after("DELETE FROM audit_events; DELETE FROM audit_heads").await;
    assert_eq!(all, ChainTrouble::Gone);
}

#[tokio::test]
async fn i4_a_new_chain_cannot_be_passed_off_without_the_master_key() {
    let shortened = trouble_after(
        "DELETE FROM audit_events WHERE sequence = 3;
         UPDATE audit_heads SET sequence = 2,
             digest = (SELECT digest FROM audit_events e WHERE e.sequence = 2)",
    )
    .await;
    assert_eq!(shortened, ChainTrouble::Forged);
    assert_eq!(trouble_after("DELETE FROM audit_heads").await, ChainTrouble::Forged);
    let added = trouble_after(
        "INSERT INTO audit_events SELECT tenant_id, 4, happened_at, actor, action, object, details, digest
         FROM audit_events WHERE sequence = 3",
    )
    .await;
    assert_eq!(added, ChainTrouble::Head { last: 4, head: 3 });
}

#[tokio::test]
async fn i4_the_next_change_does_not_make_a_forged_chain_look_right() {
    let house = House::open().await;
    house.an_application("shop").await;
    house.meddle(
        "DELETE FROM audit_events WHERE sequence = 3;
         UPDATE audit_heads SET sequence = 2,
             digest = (SELECT digest FROM audit_events e WHERE e.sequence = 2)",
    );
    house.an_application("till").await;
    let verified = house.console.verify_audit(&may(&house.tenant, Permission::ReadAudit)).await.unwrap();
    assert_eq!(verified, Err(ChainTrouble::Forged));
}

#[tokio::test]
async fn two_tenants_have_chains_of_their_own() {
    let house = House::open().await;
    let other = house
        .console
        .create_tenant(&installation(&house.console, Permission::CreateTenants), "other", NOW)
        .await
        .unwrap();
    assert_eq!(house.links(other.id).await.len(), 1);
    assert_eq!(
        house.console.verify_audit(&may(&other, Permission::ReadAudit)).await.unwrap().unwrap().links,
        1
    );
    assert_eq!(
        house.console.verify_audit(&may(&house.tenant, Permission::ReadAudit)).await.unwrap().unwrap().links,
        2
    );
}
