//! What happens around an order while it waits: companies and domains that are lost, contacts that were replaced.

use authority::{Caller, Permission, Role};
use model::Level;
use ordering::OrderSettings;
use sandbox::CompanyChange;

use crate::{
    console_sign_in::{ORIGIN, browser_with, member},
    house::{TestBroker, may, with},
    orders::{ALONE, DAY, Ordering, at_the_issuer, between, submitted},
};

/// As the worker does every hour; gives how many orders were put on hold.
async fn watched(house: &TestBroker) -> u32 {
    let watched = house.orders().hold_lost(&Caller::worker("orders"), house.time()).await.unwrap();
    assert_eq!(watched.failed, []);
    watched.held
}

#[tokio::test]
async fn an_order_goes_on_for_days_after_its_company_went_bankrupt() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    assert!(house.registry.declare_bankrupt(ALONE));
    assert_eq!(watched(&house).await, 0, "what the registry said is less than a day old");
    house.step(DAY + 1);
    let operator = crate::console_sign_in::another_operator(&house, "Eva Ny").await;
    order.browser = browser_with(&house, &operator);
    assert_eq!((watched(&house).await, order.state().await.as_str()), (1, "On hold"));
    assert!(order.page().await.body.contains("The company is bankrupt"));
    assert_eq!(order.act("desk", "resume", "").await.status, 303);
    house.step(DAY + 1);
    assert_eq!(watched(&house).await, 0, "the operator has decided about that");
}

#[tokio::test]
async fn an_order_for_a_domain_that_was_disabled_goes_to_the_issuer() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    let seen = console::Seen::version(1);
    house
        .console
        .disable_domain(&may(&house.tenant, Permission::ManageDomains), house.domain, &seen, house.time())
        .await
        .unwrap();
    assert_eq!((watched(&house).await, order.state().await.as_str()), (1, "On hold"));
    assert!(order.page().await.body.contains("deleted or disabled"));
}

#[tokio::test]
async fn what_an_operator_decided_about_is_asked_again_when_it_was_gone_and_comes_back() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    house.registry.declare_bankrupt(ALONE);
    house.step(DAY + 1);
    let operator = crate::console_sign_in::another_operator(&house, "Eva Ny").await;
    order.browser = browser_with(&house, &operator);
    assert_eq!(watched(&house).await, 1);
    assert_eq!(order.act("desk", "resume", "").await.status, 303);
    assert_eq!(watched(&house).await, 0, "the operator has decided");
    house.registry.change(ALONE, CompanyChange::Restored);
    house.step(DAY + 1);
    assert_eq!([watched(&house).await, watched(&house).await], [0, 0]);
    let steps = order.view().await.steps;
    assert_eq!(steps.iter().filter(|it| it.event == "cause_gone").count(), 1);
    house.registry.declare_bankrupt(ALONE);
    house.step(DAY + 1);
    assert_eq!(watched(&house).await, 1, "it came back");
}

#[tokio::test]
async fn a_registry_that_is_down_says_that_a_cause_is_gone() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    house.registry.change(ALONE, CompanyChange::Deleted);
    house.step(DAY + 1);
    let operator = crate::console_sign_in::another_operator(&house, "Eva Ny").await;
    order.browser = browser_with(&house, &operator);
    assert_eq!(watched(&house).await, 1);
    assert_eq!(order.act("desk", "resume", "").await.status, 303);
    house.registry_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(watched(&house).await, 0);
    assert!(order.view().await.steps.iter().all(|it| it.event != "cause_gone"));
}

#[tokio::test]
async fn the_timeline_says_who_did_it() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let orderer = member(&house, &house.tenant, "Ida Moe", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    order.act("act", "amend", "").await;
    let steps = order.view().await.steps;
    let by = |event: &str| steps.iter().find(|it| it.event == event).map(|it| it.by.as_str());
    assert_eq!((by("approve"), by("amend")), (Some("Kari Nordli"), Some("Ida Moe")));
    assert!(order.page().await.body.contains("By Ida Moe"));
}

#[tokio::test]
async fn a_registry_that_is_down_puts_orders_on_hold() {
    let house = TestBroker::open().await;
    let (_order, _) = submitted(&house, ALONE).await;
    house.registry_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    house.step(2 * DAY);
    assert_eq!(watched(&house).await, 0);
}

#[tokio::test]
async fn contacts_that_were_replaced_are_kept_for_ever() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    order.act("act", "amend", "").await;
    order.submit().await;
    let (tenant, path) = (house.tenant.id, order.order.clone());
    let id = model::OrderId::parse(path.rsplit('/').next().unwrap()).unwrap();
    let people = async || {
        let read = house.store.read(move |tx| {
            let first = store::order_people::list(tx, (tenant, id), 1)?.len();
            Ok::<_, store::StoreError>((first, store::order_people::list(tx, (tenant, id), 2)?.len()))
        });
        read.await.unwrap()
    };
    assert_eq!(people().await, (4, 4));
    house.step(91 * DAY);
    let now = house.time();
    house.store.write(move |tx| store::sweep::remove_expired(tx, now, 200)).await.unwrap();
    assert_eq!(people().await, (1, 4), "who was to approve stays: that is evidence");
}

#[tokio::test]
async fn a_login_of_level_substantial_approves_where_the_operator_allows_it() {
    let settings = OrderSettings { approval_level: Level::Substantial, ..OrderSettings::default() };
    let house = TestBroker::with_orders(settings, |_| {}).await;
    let (order, links) = submitted(&house, ALONE).await;
    let mut phone = order.phone();
    let begun = phone.post(&links[0], "", Some(ORIGIN)).await;
    let leave = phone.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = phone.at_the_eid(&leave, with::BIOMETRICS, None);
    let landed = phone.get(&back).await;
    let landed = phone.get(&landed.location().replace(ORIGIN, "")).await;
    assert!(phone.follow(landed).await.body.contains("You have approved"));
}

#[tokio::test]
async fn what_an_eid_signed_is_exported_by_the_operator_alone_and_it_is_written_down() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let page = order.page().await.body;
    let href = format!("{}/evidence/{}", order.order, between(&page, "/evidence/", "\""));
    let file = order.browser.get(&href).await;
    assert!(file.header("content-disposition").unwrap().contains("evidence"), "{}", file.body);
    assert!(file.body.contains("id_token") && file.body.contains("received_at"));
    let other = Ordering::begin_as(&house, &order).await.order;
    let elsewhere = href.replace(&order.order, &other);
    assert_eq!(order.browser.get(&elsewhere).await.status, 404, "it belongs to its order");
    let orderer = member(&house, &house.tenant, "Ola", &[Role::Orderer]).await;
    assert_eq!(browser_with(&house, &orderer).get(&href).await.status, 403);
    let tenant = house.tenant.id;
    let trail = house.store.read(move |tx| store::audit_events::list(tx, tenant, 0, 99));
    assert!(trail.await.unwrap().iter().any(|it| it.event.details.contains("evidence_exported")));
}

#[tokio::test]
async fn a_tenant_is_deleted_with_documents_that_nobody_was_offered() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "receiver_enters").await;
    let page = order.browser.get(&format!("/t/{}/settings/delete", house.tenant.id)).await;
    assert!(page.body.contains("Fetch them first") && page.body.contains(&order.order), "{}", page.body);
}
