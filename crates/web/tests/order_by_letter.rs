//! An order that goes to its issuer by a letter with a link, behind which is everything, for whoever knows the code.

use model::IssuerSettings;

use crate::{
    console_sign_in::ORIGIN,
    house::{Reply, TestBroker, form},
    orders::{ALONE, Ordering, between},
};

/// An order that was sent by a letter, to an issuer with this address; gives the issuer's link and code.
async fn sent_to<'a>(house: &'a TestBroker, email: &str) -> (Ordering<'a>, Reply) {
    let settings =
        IssuerSettings { name: "Sparebank".to_owned(), email: email.to_owned(), ..IssuerSettings::default() };
    house.order_from(settings).await;
    let mut order = Ordering::begin(house).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    let links = order.links().await;
    order.with_bankid(&links[0]).await;
    order.act("desk", "seal", "").await;
    let body = form(&[("event", "sent"), ("version", &order.version().await), ("by_letter", "yes")]);
    let sent = order.browser.post(&format!("{}/desk", order.order), &body, Some(ORIGIN)).await;
    (order, sent)
}

/// The issuer's link, and its code, which the operator sees.
async fn link_and_code(order: &mut Ordering<'_>) -> (String, String) {
    let page = order.page().await.body;
    let row = page.split("<tr").find(|it| it.contains("Sparebank")).unwrap();
    let link = between(row, &format!("{ORIGIN}/order/"), "<").trim().to_owned();
    let facts = between(&page, "id=\"codes\"", "id=\"documents\"");
    let fact = facts.split("Sparebank").nth(1).unwrap();
    (format!("/order/{link}"), between(between(fact, "<code", "/code>"), ">", "<").to_owned())
}

#[tokio::test]
async fn an_issuer_fetches_everything_with_the_code_that_the_operator_tells_it() {
    let house = TestBroker::open().await;
    let (mut order, sent) = sent_to(&house, "orders@bank.example").await;
    assert_eq!((sent.status, order.state().await.as_str()), (303, "At the issuer"), "{}", sent.body);
    let letters = house.store.read(|tx| store::letters::list(tx, None, 99)).await.unwrap();
    assert!(!letters.is_empty());
    let (link, code) = link_and_code(&mut order).await;
    let mut issuer = order.phone();
    assert!(issuer.get(&link).await.body.contains("An order for you"));
    let wrong = issuer.post(&link, &form(&[("code", "000 000")]), Some(ORIGIN)).await;
    assert!(wrong.status == 422 && !wrong.body.starts_with("PK"), "{}", wrong.body);
    let archive = issuer.post(&link, &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert!(archive.body.starts_with("PK") && archive.body.contains("cover.pdf"));
    assert!(order.page().await.body.contains("Everything for the issuer was downloaded"));
}

#[tokio::test]
async fn whoever_reads_the_issuers_mail_guesses_the_code_until_it_is_right() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    let (link, code) = link_and_code(&mut order).await;
    for _ in 0..5 {
        let wrong = order.phone().post(&link, &form(&[("code", "000 001")]), Some(ORIGIN)).await;
        assert_eq!(wrong.status, 422);
    }
    let late = order.phone().post(&link, &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert!(!late.body.starts_with("PK"), "the link is over");
    let person = link.split('/').nth(2).unwrap();
    let again = format!("{}/people/{person}/send-again", order.order);
    assert_eq!(order.browser.post(&again, "", Some(ORIGIN)).await.status, 303);
    let (link, code) = link_and_code(&mut order).await;
    let archive = order.phone().post(&link, &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert!(archive.body.starts_with("PK"), "the operator sent another one");
}

#[tokio::test]
async fn an_issuer_fetches_an_order_that_was_amended_or_withdrawn() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    let (link, code) = link_and_code(&mut order).await;
    order.act("act", "withdraw", "").await;
    let over = order.phone().post(&link, &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert!(over.status == 422 && !over.body.starts_with("PK"), "{}", over.body);
}

#[tokio::test]
async fn an_order_is_sent_by_letter_to_an_issuer_without_an_address() {
    let house = TestBroker::open().await;
    let (mut order, sent) = sent_to(&house, "").await;
    assert_eq!((sent.status, order.state().await.as_str()), (422, "Being sent"));
    assert!(
        sent.body.contains("the issuer has no e-mail address")
            || sent.body.contains("The issuer has no e-mail")
    );
}
