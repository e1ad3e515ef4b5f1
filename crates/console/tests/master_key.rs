use authority::Permission;
use console::{Console, Refusal};
use crypto::{Random, SealKey};

use crate::house::{House, NOW, installation, kari, may};

#[tokio::test]
async fn a_wrong_master_key_is_told_from_the_right_one() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let wrong = SealKey::generate(&Random::seeded(2));
    let console = Console::new(house.store.clone(), wrong, Random::seeded(3));
    assert!(matches!(console.check_master_key().await, Err(Refusal::MasterKey)));
}

#[tokio::test]
async fn a_wrong_master_key_is_told_where_no_canary_was_left() {
    let house = House::open().await;
    let wrong = SealKey::generate(&Random::seeded(2));
    let console = Console::new(house.store.clone(), wrong, Random::seeded(3));
    assert!(matches!(console.check_master_key().await, Err(Refusal::MasterKey)));
    house.console.check_master_key().await.unwrap();
}

#[tokio::test]
async fn after_rewrapping_only_the_new_key_opens_and_every_chain_still_holds() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let new = SealKey::generate(&Random::seeded(2));
    assert_eq!(
        house.console.rewrap(&installation(&house.console, Permission::RewrapKeys), &new, NOW).await.unwrap(),
        1
    );

    let old = Console::new(house.store.clone(), house.master.clone(), Random::seeded(3));
    assert!(matches!(old.check_master_key().await, Err(Refusal::MasterKey)));
    let console = Console::new(house.store.clone(), new, Random::seeded(3));
    console.check_master_key().await.unwrap();
    let tenant = console.tenant(&kari(), "acme").await.unwrap();
    assert_eq!(
        console.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap().intact().unwrap().links,
        2
    );
    assert_eq!(
        console
            .verify_installation_audit(&installation(&house.console, Permission::ReadAudit))
            .await
            .unwrap()
            .intact()
            .unwrap()
            .links,
        1
    );
}

#[tokio::test]
async fn rewrapping_does_not_make_a_forged_chain_look_right() {
    let house = House::open().await;
    let again = SealKey::from_slice(house.master.expose()).unwrap();
    house.console.rewrap(&installation(&house.console, Permission::RewrapKeys), &again, NOW).await.unwrap();
    house.meddle("UPDATE audit_heads SET mac = zeroblob(32) WHERE tenant_id NOT IN (SELECT id FROM tenants)");
    let new = SealKey::generate(&Random::seeded(2));
    house.console.rewrap(&installation(&house.console, Permission::RewrapKeys), &new, NOW).await.unwrap();
    let console = Console::new(house.store.clone(), new, Random::seeded(3));
    assert!(
        console
            .verify_installation_audit(&installation(&house.console, Permission::ReadAudit))
            .await
            .unwrap()
            .trouble()
            .is_some()
    );
}

#[tokio::test]
async fn what_began_under_the_key_before_a_replacement_was_written_under_it_afterwards() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let old = &house.console;
    let new = SealKey::generate(&Random::seeded(2));
    old.rewrap(&installation(old, Permission::RewrapKeys), &new, NOW).await.unwrap();

    let tenant = old.create_tenant(&installation(old, Permission::CreateTenants), "late", NOW).await;
    assert!(matches!(tenant, Err(Refusal::MasterKey)), "{tenant:?}");
    let backup = old.write_backup(&installation(old, Permission::BackUp), Vec::new(), NOW).await;
    assert!(matches!(backup, Err(Refusal::MasterKey)), "{backup:?}");
    let again = old.rewrap(&installation(old, Permission::RewrapKeys), &house.master, NOW).await;
    assert!(matches!(again, Err(Refusal::MasterKey)), "{again:?}");

    let console = Console::new(house.store.clone(), new, Random::seeded(3));
    let reading = installation(&console, Permission::ReadAudit);
    assert_eq!(console.verify_installation_audit(&reading).await.unwrap().intact().unwrap().links, 1);
    assert_eq!(
        console.tenants(&installation(&console, Permission::ReadInstallation), None).await.unwrap().len(),
        1
    );
}
