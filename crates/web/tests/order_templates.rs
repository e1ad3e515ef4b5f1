//! What operators write in the documents of orders, and which version of it an order has.

use crate::{
    console_sign_in::ORIGIN,
    house::{Reply, TestBroker, form},
    orders::{ALONE, Ordering, hidden, submitted},
};

const FIRST: &str = "{company} orders {eid} for {host}, as number {number}.\n\nThe first authority.";
const SECOND: &str = "Ordered.\r\n\r\nThe second authority.\r\n\r\nIt ends with the order.";
/// The mark of what is built in.
const SAMPLE: &str = "The text of this document is a sample";

async fn set(order: &mut Ordering<'_>, (version, text): (&str, &str)) -> Reply {
    let body = form(&[("version", version), ("body", text)]);
    order.browser.post("/templates/order/en", &body, Some(ORIGIN)).await
}

async fn summary(order: &mut Ordering<'_>) -> String {
    let target = format!("{}/summary", order.order);
    order.browser.get(&target).await.body
}

#[tokio::test]
async fn what_is_built_in_is_marked_as_a_sample_until_an_operator_writes_a_text() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    let shown = summary(&mut order).await;
    assert_eq!(shown.matches(SAMPLE).count(), 2, "the order and the contacts are marked");
    assert_eq!(set(&mut order, ("0", FIRST)).await.status, 303);
    let shown = summary(&mut order).await;
    assert!(shown.contains(" orders BankID for ") && shown.contains(", as number 399 000 114."), "{shown}");
    assert!(shown.contains("The first authority."));
    assert_eq!(shown.matches(SAMPLE).count(), 1, "the contacts are a sample still");
}

#[tokio::test]
async fn an_order_is_approved_and_sealed_with_the_version_that_it_was_submitted_with() {
    let house = TestBroker::open().await;
    let mut first = Ordering::begin(&house).await;
    set(&mut first, ("0", FIRST)).await;
    first.fill_in(ALONE).await;
    first.submit().await;
    assert_eq!(set(&mut first, ("1", SECOND)).await.status, 303);
    let links = first.links().await;
    first.with_bankid(&links[0]).await;
    assert_eq!(first.state().await, "To be sealed");
    assert!(summary(&mut first).await.contains("The first authority."));
    first.act("desk", "seal", "").await;
    assert_eq!(first.state().await, "Being sent");
    assert!(!summary(&mut first).await.contains("The second authority."));
}

#[tokio::test]
async fn an_amended_order_has_the_newest_version_and_says_that_the_text_is_another() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    set(&mut order, ("0", FIRST)).await;
    assert!(summary(&mut order).await.contains(SAMPLE), "what was submitted stays");
    order.act("act", "amend", "").await;
    let shown = summary(&mut order).await;
    assert!(shown.contains("The first authority.") && shown.contains("sample → version 1"), "{shown}");
    order.submit().await;
    assert!(summary(&mut order).await.contains("sample → version 1"));
}

#[tokio::test]
async fn a_text_is_seen_before_it_counts_and_seeing_it_writes_nothing() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let page = order.browser.get("/templates/order/en").await;
    assert!(page.body.contains(SAMPLE) && page.body.contains("Example AS"));
    let body = form(&[("version", &hidden(&page, "version")), ("body", FIRST)]);
    let seen = order.browser.post("/templates/order/en/preview", &body, Some(ORIGIN)).await;
    assert!(seen.status == 200 && seen.body.contains("Example AS orders"), "{}", seen.body);
    assert!(order.browser.get("/templates").await.body.matches("Sample").count() == 6);
    set(&mut order, ("0", FIRST)).await;
    let register = order.browser.get("/templates").await.body;
    assert!(register.contains("Version 1") && register.contains("Kari Nordli"));
}

#[tokio::test]
async fn what_cannot_be_a_text_is_refused_as_it_stands_there_and_two_operators_do_not_overwrite() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for (text, why) in [
        ("One {firma}.\n\nTwo.", "{firma}"),
        ("One paragraph.", "one paragraph"),
        ("One <b>.\n\nTwo.", "cannot stand there"),
        (" ", "missing"),
    ] {
        let refused = set(&mut order, ("0", text)).await;
        assert!(refused.status == 422 && refused.body.contains(why), "{text}: {}", refused.body);
    }
    assert_eq!(set(&mut order, ("0", FIRST)).await.status, 303);
    let late = set(&mut order, ("0", SECOND)).await;
    assert!(late.status == 422 && late.body.contains("The second authority."), "{}", late.body);
    assert_eq!(order.browser.get("/templates/order/sv").await.status, 404);
}
