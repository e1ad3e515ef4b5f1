//! What an administrator changes counts as soon as it is committed, where the announcement is heard.

use authority::Permission;
use model::LoginMethod;
use store::{Announcement, Announcements};

use crate::house::{TestBroker, may};

/// Tells the provider what was announced, up to a change of an object of this kind.
async fn hear(house: &TestBroker, announcements: &mut Announcements, wanted: &str) {
    loop {
        let said = announcements.next().await.unwrap();
        house.provider().forget(&said);
        if matches!(&said, Announcement::Changed { noun, .. } if noun == wanted) {
            return;
        }
    }
}

#[tokio::test]
async fn an_application_that_was_switched_off_went_on_for_five_seconds() {
    let house = TestBroker::open().await;
    assert!((300..400).contains(&house.browser().authorize(&[]).await.status));
    let mut announcements = house.store.announcements();
    let read = may(&house.tenant, Permission::ReadSettings);
    let shop = house.console.application(&read, house.domain, "shop").await.unwrap();
    let disable = may(&house.tenant, Permission::DisableApplications);
    house.console.switch_application(&disable, (shop.id, &shop.seen()), false, house.time()).await.unwrap();
    hear(&house, &mut announcements, "applications").await;

    // The clock stands still.
    let refused = house.browser().authorize(&[]).await;
    assert_eq!((refused.status, refused.header("location")), (400, None));
}

#[tokio::test]
async fn an_eid_that_was_switched_off_was_offered_for_five_seconds() {
    let house = TestBroker::open().await;
    let leave = house.browser().authorize(&[]).await;
    assert_eq!((leave.status, leave.find_param("error")), (303, None));
    let mut announcements = house.store.announcements();
    house.switch_seen_source(LoginMethod::NO_BANKID, false).await;
    hear(&house, &mut announcements, "domains").await;

    assert!(house.browser().authorize(&[]).await.find_param("error").is_some());
}

#[tokio::test]
async fn a_tenant_that_was_disabled_went_on_for_five_seconds() {
    let house = TestBroker::open().await;
    assert!((300..400).contains(&house.browser().authorize(&[]).await.status));
    let mut announcements = house.store.announcements();
    let permit = may(&house.tenant, Permission::SwitchTenants);
    let seen = console::TenantView::seen(&house.tenant);
    house.console.switch_tenant(&permit, &seen, false, house.time()).await.unwrap();
    hear(&house, &mut announcements, "tenants").await;

    assert_eq!(house.browser().authorize(&[]).await.status, 403);
}
