//! Deleting, restoring and destroying.

use authority::{Actor, Caller, InstallationPermit, Permission, Role};
use console::{BinView, Console, Destroyed, NewApplication, Refusal, TenantView};
use crypto::Random;
use model::{ApplicationKind, ApplicationSettings, Environment, KEPT_IN_BIN, MemberId, Timestamp};
use store::bin::Kind;
use texts::Locale;

use crate::house::{HOST, House, NOW, a_domain, installation, kari, may};

fn worker(console: &Console) -> InstallationPermit {
    console.installation(&Caller::worker("destruction"), Permission::Destroy).unwrap()
}

async fn bin(house: &House) -> Vec<BinView> {
    house.console.bin(&installation(&house.console, Permission::ReadInstallation)).await.unwrap()
}

async fn delete_domain(house: &House) {
    let seen = house.domain().await.seen();
    let permit = may(&house.tenant, Permission::DeleteDomains);
    house.console.delete_domain(&permit, (house.domain, &seen), NOW).await.unwrap();
}

async fn delete_shop(house: &House) {
    let shop = house.application("shop").await;
    let permit = may(&house.tenant, Permission::DeleteApplications);
    house.console.delete_application(&permit, (shop.id, &shop.seen()), NOW).await.unwrap();
}

async fn delete_tenant(house: &House) {
    let permit = may(&house.tenant, Permission::DeleteTenants);
    house.console.delete_tenant(&permit, &TenantView::seen(&house.tenant), NOW).await.unwrap();
}

/// Lets the worker do everything that is due; gives how many objects it destroyed.
async fn destroy(house: &House, now: Timestamp) -> u32 {
    let (permit, mut gone) = (worker(&house.console), 0);
    for object in house.console.due_for_destruction(&permit, now).await.unwrap() {
        loop {
            match house.console.destroy_some(&permit, &object, now).await.unwrap() {
                Destroyed::Partly => {}
                Destroyed::Gone => break gone += 1,
                Destroyed::Nothing => break,
            }
        }
    }
    gone
}

#[tokio::test]
async fn a_domain_that_is_deleted_is_gone_at_once_and_comes_back_with_its_applications() {
    let house = House::open().await;
    house.an_application("shop").await;
    delete_domain(&house).await;

    assert!(matches!(house.console.domain(&kari(), HOST).await, Err(Refusal::NotFound(_))));
    let [view] = <[BinView; 1]>::try_from(bin(&house).await).unwrap();
    assert_eq!((view.kind, view.name.as_str(), view.deleted_at), (Kind::Domain, HOST, NOW));
    assert_eq!(view.deleted_by.as_deref(), Some("operator:kari"));
    assert_eq!(view.destroyed_at, NOW.after(KEPT_IN_BIN));

    let permit = may(&house.tenant, Permission::DeleteDomains);
    house.console.restore_deleted(&permit, &view.object(), NOW).await.unwrap();
    assert_eq!(house.application("shop").await.client_id, "shop");
    let again = house.console.restore_deleted(&permit, &view.object(), NOW).await;
    assert!(matches!(again, Err(Refusal::NotFound(_))), "{again:?}");
    let actions = house.actions().await;
    assert!(actions.ends_with(&["domain.deleted".to_owned(), "domain.restored".to_owned()]), "{actions:?}");
}

#[tokio::test]
async fn a_name_in_the_bin_was_refused_without_saying_why() {
    let house = House::open().await;
    house.an_application("shop").await;
    delete_shop(&house).await;
    let uris = vec!["https://shop.example/callback".to_owned()];
    let new = NewApplication {
        domain: house.domain,
        environment: Environment::Test,
        client_id: "shop".to_owned(),
        name: "Shop".to_owned(),
        settings: ApplicationSettings::new(ApplicationKind::Web, uris),
    };
    let permit = may(&house.tenant, Permission::ManageApplications);
    let refused = house.console.create_application(&permit, &new, NOW).await.unwrap_err();
    let line = refused.message().line(Locale::En);
    assert!(line.contains("is in the bin until 2027-02-14"), "{line}");
    assert!(line.contains("`portvakt applications restore shop --domain login.acme.example`"), "{line}");

    delete_domain(&house).await;
    let permit = may(&house.tenant, Permission::ManageDomains);
    let refused = house.console.create_domain(&permit, &a_domain(HOST), NOW).await.unwrap_err();
    assert!(refused.message().line(Locale::En).contains("`portvakt domains restore login.acme.example`"));
    delete_tenant(&house).await;
    let making = installation(&house.console, Permission::CreateTenants);
    let refused = house.console.create_tenant(&making, "ACME", NOW).await.unwrap_err();
    assert!(refused.message().line(Locale::En).contains(r#"`portvakt tenants restore "acme"`"#), "{refused}");
}

#[tokio::test]
async fn a_host_that_is_taken_did_not_say_by_whom() {
    let house = House::open().await;
    let permit = may(&house.tenant, Permission::ManageDomains);
    let refused = house.console.create_domain(&permit, &a_domain(HOST), NOW).await.unwrap_err();
    let line = refused.message().line(Locale::En);
    assert!(line.contains(r#"a domain of tenant "acme" has it"#), "{line}");

    let (id, roles) = (MemberId::from_bytes([1; 16]), vec![Role::Owner]);
    let owner = Actor::Member { id, tenant: house.tenant.id, roles, signed_in_at: NOW };
    let tenant = house.console.tenant_by_id(&Caller::local(owner), house.tenant.id).await.unwrap();
    let permit = may(&tenant, Permission::ManageDomains);
    let refused = house.console.create_domain(&permit, &a_domain(HOST), NOW).await;
    assert!(matches!(refused, Err(Refusal::Taken(_))), "a tenant is not told of others: {refused:?}");
}

#[tokio::test]
async fn what_was_deleted_is_destroyed_after_30_days_and_not_before() {
    let house = House::open().await;
    house.an_application("shop").await;
    delete_shop(&house).await;
    let day = |days: u64| NOW.after(std::time::Duration::from_secs(days * 24 * 60 * 60));
    assert_eq!((destroy(&house, day(29)).await, bin(&house).await.len()), (0, 1));
    assert_eq!((destroy(&house, day(30)).await, bin(&house).await.len()), (1, 0));
    assert_eq!(house.actions().await.last().map(String::as_str), Some("application.destroyed"));
    house.an_application("shop").await;

    delete_tenant(&house).await;
    assert_eq!(destroy(&house, day(60)).await, 1);
    let installation_permit = installation(&house.console, Permission::ReadAudit);
    let links = house.console.installation_audit(&installation_permit, 0).await.unwrap();
    assert_eq!(links.last().unwrap().event.action, "tenant.destroyed");
    assert!(house.links(house.tenant.id).await.is_empty());
}

#[tokio::test]
async fn what_is_being_destroyed_could_be_restored_halfway() {
    let house = House::open().await;
    delete_tenant(&house).await;
    let (late, permit) = (NOW.after(KEPT_IN_BIN), worker(&house.console));
    let view = bin(&house).await.pop().unwrap();
    let first = house.console.destroy_some(&permit, &view.object(), late).await.unwrap();
    assert_eq!(first, Destroyed::Partly);
    let tenant = house.console.tenant_with_bin(&kari(), house.tenant.id).await;
    assert!(matches!(tenant, Err(Refusal::BeingDestroyed { .. })), "{tenant:?}");
    // Somebody opened it just before.
    let restoring = may(&house.tenant, Permission::DeleteTenants);
    let refused = house.console.restore_deleted(&restoring, &view.object(), late).await;
    assert!(matches!(refused, Err(Refusal::BeingDestroyed { .. })), "{refused:?}");
    assert_eq!(destroy(&house, late).await, 1);
}

#[tokio::test]
async fn an_application_of_a_domain_in_the_bin_comes_back_after_its_domain() {
    let house = House::open().await;
    house.an_application("shop").await;
    delete_shop(&house).await;
    delete_domain(&house).await;
    let shop = bin(&house).await.into_iter().find(|it| it.kind == Kind::Application).unwrap();
    let permit = may(&house.tenant, Permission::DeleteApplications);
    let refused = house.console.restore_deleted(&permit, &shop.object(), NOW).await.unwrap_err();
    let line = refused.message().line(Locale::En);
    assert!(line.contains("restore that first: `portvakt domains restore login.acme.example`"), "{line}");
}

#[tokio::test]
async fn a_restored_backup_brought_back_what_was_deleted_after_it() {
    let house = House::open().await;
    house.an_application("shop").await;
    let path = house.folder.path().join("backup");
    let file = std::fs::File::create(&path).unwrap();
    let backing_up = installation(&house.console, Permission::BackUp);
    house.console.write_backup(&backing_up, file, NOW).await.unwrap();
    delete_shop(&house).await;
    let reading = installation(&house.console, Permission::ReadInstallation);
    let deleted = house.console.deletions(&reading).await.unwrap();

    let empty = House::empty(house.master.clone());
    let backing_up = installation(&empty.console, Permission::BackUp);
    let input = std::fs::File::open(&path).unwrap();
    let restored = empty.console.restore_backup(&backing_up, (input, deleted), NOW).await.unwrap();
    assert_eq!(restored.reapplied.deleted, 1);
    let reading = installation(&empty.console, Permission::ReadInstallation);
    let [view] = <[BinView; 1]>::try_from(empty.console.bin(&reading).await.unwrap()).unwrap();
    assert_eq!((view.name.as_str(), view.deleted_at, view.deleted_by), ("shop", NOW, None));
}

#[tokio::test]
async fn a_restored_backup_put_back_into_the_bin_what_was_restored_after_it() {
    let house = House::open().await;
    house.an_application("shop").await;
    delete_shop(&house).await;
    let path = house.folder.path().join("backup");
    let file = std::fs::File::create(&path).unwrap();
    let backing_up = installation(&house.console, Permission::BackUp);
    house.console.write_backup(&backing_up, file, NOW).await.unwrap();
    let permit = may(&house.tenant, Permission::DeleteApplications);
    let [view] = <[BinView; 1]>::try_from(bin(&house).await).unwrap();
    house.console.restore_deleted(&permit, &view.object(), NOW).await.unwrap();
    let reading = installation(&house.console, Permission::ReadInstallation);
    let deletions = house.console.deletions(&reading).await.unwrap();

    let empty = House::empty(house.master.clone());
    let backing_up = installation(&empty.console, Permission::BackUp);
    let input = std::fs::File::open(&path).unwrap();
    let restored = empty.console.restore_backup(&backing_up, (input, deletions), NOW).await.unwrap();
    assert_eq!((restored.reapplied.deleted, restored.reapplied.restored), (0, 1));
    let reading = installation(&empty.console, Permission::ReadInstallation);
    assert!(empty.console.bin(&reading).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_new_master_key_locked_tenants_in_the_bin_out() {
    let house = House::open().await;
    delete_tenant(&house).await;
    let new = crypto::SealKey::generate(&Random::seeded(9));
    let rewrapping = installation(&house.console, Permission::RewrapKeys);
    assert_eq!(house.console.rewrap(&rewrapping, &new, NOW).await.unwrap(), 1);
    let console = Console::new(house.store.clone(), new, Random::seeded(2));
    assert!(console.tenant_with_bin(&kari(), house.tenant.id).await.is_ok());
}

#[tokio::test]
async fn a_domain_and_a_tenant_are_disabled_and_enabled_again() {
    let house = House::open().await;
    let permit = may(&house.tenant, Permission::ManageDomains);
    let seen = house.domain().await.seen();
    house.console.disable_domain(&permit, house.domain, &seen, NOW).await.unwrap();
    assert_eq!(house.domain().await.disabled_at, Some(NOW));
    let stale = house.console.enable_domain(&permit, house.domain, &seen, NOW).await;
    assert!(matches!(stale, Err(Refusal::ChangedMeanwhile(_))), "{stale:?}");
    let switching = may(&house.tenant, Permission::SwitchTenants);
    house.console.switch_tenant(&switching, &TenantView::seen(&house.tenant), false, NOW).await.unwrap();
    let tenant = house.console.tenant_by_id(&kari(), house.tenant.id).await.unwrap();
    assert!(tenant.is_disabled);
    house.console.switch_tenant(&switching, &TenantView::seen(&tenant), true, NOW).await.unwrap();
    let actions = house.actions().await;
    let wanted = ["domain.disabled", "tenant.disabled", "tenant.enabled"].map(str::to_owned);
    assert!(actions.ends_with(&wanted), "{actions:?}");
}
