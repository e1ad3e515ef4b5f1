//! The issuer's own agreement: a task beside the order, without which the order is not sent. Uploading it is tried in `e2e/orders`.

use model::IssuerSettings;

use crate::{
    console_sign_in::ORIGIN,
    house::{Reply, TestBroker, form},
    orders::{ALONE, Ordering, between},
};

/// An order that is sealed, to an issuer with an agreement of its own.
async fn sealed(house: &TestBroker) -> Ordering<'_> {
    let issuer = IssuerSettings {
        name: "Sparebank".to_owned(),
        agreement: "Terms of use".to_owned(),
        agreement_url: "https://bank.example/terms".to_owned(),
        ..IssuerSettings::default()
    };
    house.order_from(issuer).await;
    let mut order = Ordering::begin(house).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    let links = order.links().await;
    order.with_bankid(&links[0]).await;
    order.act("desk", "seal", "").await;
    order
}

/// As if somebody had uploaded a file that a child has read.
async fn uploaded(order: &Ordering<'_>) {
    let (tenant, path) = (order.house.tenant.id, order.order.clone());
    let id = model::OrderId::parse(path.rsplit('/').next().unwrap()).unwrap();
    let kept = order.house.store.write(move |tx| {
        let mut row = store::orders::get(tx, tenant, id)?;
        row.agreement_state = Some("uploaded".to_owned());
        store::orders::save(tx, &row)
    });
    kept.await.unwrap();
}

async fn decide(order: &mut Ordering<'_>, decision: &str, note: &str) -> Reply {
    let version = order.version().await;
    let body = form(&[("decision", decision), ("version", &version), ("note-agreement", note)]);
    let target = format!("{}/agreement/decide", order.order);
    order.browser.post(&target, &body, Some(ORIGIN)).await
}

#[tokio::test]
async fn an_order_is_sent_without_the_agreement_that_its_issuer_wants() {
    let house = TestBroker::open().await;
    let mut order = sealed(&house).await;
    let page = order.page().await.body;
    assert!(page.contains("Terms of use") && page.contains("https://bank.example/terms"), "{page}");
    let refused = order.act("desk", "sent", "").await;
    assert_eq!((refused.status, order.state().await.as_str()), (422, "Being sent"));
    assert!(refused.body.contains("has not been accepted yet"), "{}", refused.body);
    uploaded(&order).await;
    assert_eq!(order.act("desk", "sent", "").await.status, 422, "nobody has looked at it");
    assert_eq!(decide(&mut order, "accept", "").await.status, 303);
    assert_eq!(order.act("desk", "sent", "").await.status, 303);
    assert_eq!(order.state().await, "At the issuer");
}

#[tokio::test]
async fn an_agreement_is_sent_back_without_a_reason_and_nobody_is_told() {
    let house = TestBroker::open().await;
    let mut order = sealed(&house).await;
    uploaded(&order).await;
    assert_eq!(decide(&mut order, "return", " ").await.status, 422);
    assert_eq!(decide(&mut order, "return", "The second page is missing").await.status, 303);
    let page = order.page().await.body;
    let block = between(&page, "id=\"agreement\"", "id=\"documents\"");
    assert!(block.contains("Sent back: upload another one"), "{block}");
    assert!(block.contains("The second page is missing"), "beside the form: {block}");
    let letters = house.store.read(|tx| store::letters::list(tx, None, 99)).await.unwrap();
    assert!(letters.iter().any(|it| it.kind == "order_news"), "{letters:?}");
    assert_eq!(decide(&mut order, "accept", "").await.status, 422, "it is gone");
}

#[tokio::test]
async fn an_accepted_agreement_is_looked_at_again_when_the_order_changes() {
    let house = TestBroker::open().await;
    let mut order = sealed(&house).await;
    uploaded(&order).await;
    decide(&mut order, "accept", "").await;
    order.act("act", "amend", "").await;
    order.submit().await;
    let page = order.page().await.body;
    let block = between(&page, "id=\"agreement\"", "id=\"documents\"");
    assert!(block.contains("the operator looks at it") && block.contains("accept-agreement"), "{block}");
}

#[tokio::test]
async fn an_agreement_that_the_issuer_has_is_replaced_before_it_was_sent_back() {
    let house = TestBroker::open().await;
    let mut order = sealed(&house).await;
    uploaded(&order).await;
    decide(&mut order, "accept", "").await;
    order.act("desk", "sent", "").await;
    assert!(!order.page().await.body.contains("id=\"upload-agreement\""));
    let version = order.page().await;
    let body = form(&[
        ("decision", "return"),
        ("version", &crate::orders::hidden(&version, "version")),
        ("note-agreement", "The issuer wants another form"),
    ]);
    let target = format!("{}/agreement/decide", order.order);
    assert_eq!(order.browser.post(&target, &body, Some(ORIGIN)).await.status, 303);
    assert!(order.page().await.body.contains("id=\"upload-agreement\""));
    assert_eq!(order.act("desk", "issue", "").await.status, 422, "another one is awaited");
}

#[tokio::test]
async fn an_issuer_without_an_agreement_is_told_of_one() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    assert!(!order.page().await.body.contains("id=\"agreement\""));
    uploaded(&order).await;
    let file: (&[_], &[_]) = (&[], &[("file", "%PDF-1.7")]);
    let refused = order.browser.upload(&format!("{}/agreement", order.order), file, Some(ORIGIN)).await;
    assert_eq!(refused.status, 422);
}
