//! The declaration on the national identity number, which is approved by itself: an order goes on without it.

use crate::{
    console_sign_in::ORIGIN,
    house::{TestBroker, form},
    orders::{ALONE, DAY, JOINTLY, Ordering, hidden},
};

/// An order that asks for the number and waits for its approvals; gives the links of everybody: of each signatory two.
pub(crate) async fn to_be_declared<'a>(house: &'a TestBroker, company: &str) -> (Ordering<'a>, Vec<String>) {
    let mut order = Ordering::begin(house).await;
    order.fill_in(company).await;
    let number = [
        ("needed", "yes"),
        ("reason", "Loans"),
        ("known_statute", "hvitvaskingsloven"),
        ("paragraph", "§ 12"),
    ];
    order.save("number", &number).await;
    order.submit().await;
    assert_eq!(order.act("desk", "accept", "").await.status, 303);
    let links = order.links().await;
    (order, links)
}

async fn decline(order: &Ordering<'_>, link: &str) {
    let body = form(&[("note", "That law is not ours")]);
    let said = order.phone().post(&format!("{link}/decline"), &body, Some(ORIGIN)).await;
    assert_eq!(said.status, 303, "{}", said.body);
}

#[tokio::test]
async fn an_order_with_a_number_is_approved_and_its_declaration_after_it() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, ALONE).await;
    let page = order.phone().get(&links[0]).await.body;
    assert!(page.contains(&links[1]) && !page.contains("hvitvaskingsloven"), "the law is read elsewhere");
    let next = order.with_bankid(&links[0]).await.body;
    assert!(next.contains("One thing is left") && next.contains(&links[1]), "{next}");
    assert!(!next.contains("you can close this page"), "something is left");
    assert_eq!(order.state().await, "To be approved");
    let declaration = order.phone().get(&links[1]).await.body;
    assert!(declaration.contains("hvitvaskingsloven") && !declaration.contains("bookings"), "{declaration}");
    let end = order.with_bankid(&links[1]).await.body;
    assert!(end.contains("You have approved the declaration"), "{end}");
    assert_eq!(order.state().await, "To be sealed");
}

#[tokio::test]
async fn somebody_who_says_no_to_the_declaration_stops_the_order() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, JOINTLY).await;
    order.with_bankid(&links[0]).await;
    decline(&order, &links[3]).await;
    assert_eq!(order.state().await, "To be approved", "the other one has not approved the order");
    let other = order.phone().get(&links[1]).await.body;
    assert!(other.contains("Another signatory did not approve") && !other.contains("id=\"approve\""));
    assert!(order.with_bankid(&links[1]).await.body.contains("This link is over"), "nor by an old page");
    let page = order.page().await.body;
    assert!(page.contains("did not approve the declaration") && page.contains("That law is not ours"));
    assert!(!page.contains(&links[1]), "nobody is asked");
}

#[tokio::test]
async fn an_order_whose_declaration_was_declined_goes_to_the_issuer_without_the_number() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, ALONE).await;
    decline(&order, &links[1]).await;
    order.with_bankid(&links[0]).await;
    assert_eq!(order.state().await, "To be sealed");
    order.act("desk", "seal", "").await;
    order.act("desk", "sent", "").await;
    let page = order.page().await.body;
    assert!(!page.contains("name=\"without_number\""), "there is nothing to choose");
    let archive = order.browser.post(&format!("{}/dossier", order.order), "", Some(ORIGIN)).await.body;
    assert!(archive.contains("contacts.pdf") && !archive.contains("number.pdf"));
    assert!(archive.contains(r#""declaration": null"#), "{archive}");
    order.act("act", "amend", "").await;
    let archive = order.browser.post(&format!("{}/dossier", order.order), "", Some(ORIGIN)).await.body;
    assert!(archive.contains(r#""needed": false"#), "what was closed is what it was");
}

#[tokio::test]
async fn an_approval_of_the_order_counts_for_the_declaration() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, ALONE).await;
    order.with_bankid(&links[1]).await;
    assert_eq!(order.state().await, "To be approved", "and the other way round neither");
    order.with_bankid(&links[0]).await;
    order.act("desk", "seal", "").await;
    let archive = order.browser.post(&format!("{}/dossier", order.order), "", Some(ORIGIN)).await.body;
    let (documents, declaration) = archive.split_once("\"declaration\": {").unwrap();
    let tokens = |text: &str| text.matches("\"token_sha256\"").count();
    assert_eq!((tokens(documents.rsplit("\"approvals\"").next().unwrap()), tokens(declaration)), (1, 1));
    assert!(archive.contains("number.pdf"));
}

#[tokio::test]
async fn an_amended_order_asks_again_for_a_declaration_that_was_declined() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, ALONE).await;
    decline(&order, &links[1]).await;
    assert_eq!(order.act("act", "amend", "").await.status, 303);
    let summary = order.browser.get(&format!("{}/summary", order.order)).await.body;
    assert!(
        summary.contains("hvitvaskingsloven") && summary.contains("Declaration on"),
        "as it will be asked for"
    );
    order.submit().await;
    order.act("desk", "accept", "").await;
    let links = order.links().await;
    assert!(order.phone().get(&links[1]).await.body.contains("id=\"approve\""));
}

#[tokio::test]
async fn who_was_accepted_for_the_order_is_reviewed_again_for_the_declaration() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, JOINTLY).await;
    // Kari comes with Ola's links.
    order.with_bankid(&links[2]).await;
    let (person, version) = (hidden(&order.page().await, "person"), order.version().await);
    let fields = [("person", &*person), ("version", &version), ("decision", "accept"), ("note", "By phone")];
    order.browser.post(&format!("{}/identity", order.order), &form(&fields), Some(ORIGIN)).await;
    assert_eq!(order.state().await, "To be approved");
    order.with_bankid(&links[3]).await;
    assert_eq!(order.state().await, "To be approved", "the operators have decided");
    let twice = order.with_bankid(&links[1]).await.body;
    assert!(twice.contains("has approved in another"), "one person fills one place here, too: {twice}");
}

#[tokio::test]
async fn a_refused_identity_takes_the_way_from_the_order_to_the_declaration_away() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, JOINTLY).await;
    order.with_bankid(&links[3]).await;
    let (person, version) = (hidden(&order.page().await, "person"), order.version().await);
    let fields = [("person", &*person), ("version", &version), ("decision", "refuse"), ("note", "Not Ola")];
    order.browser.post(&format!("{}/identity", order.order), &form(&fields), Some(ORIGIN)).await;
    assert!(order.phone().get(&links[2]).await.body.contains(&links[3]));
}

#[tokio::test]
async fn the_operators_decide_twice_about_one_person_who_approved_both() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, JOINTLY).await;
    order.with_bankid(&links[2]).await;
    order.with_bankid(&links[3]).await;
    let (person, version) = (hidden(&order.page().await, "person"), order.version().await);
    let fields = [("person", &*person), ("version", &version), ("decision", "accept"), ("note", "By phone")];
    order.browser.post(&format!("{}/identity", order.order), &form(&fields), Some(ORIGIN)).await;
    assert_eq!(order.state().await, "To be approved", "nothing is left to review");
}

#[tokio::test]
async fn a_no_to_the_declaration_ends_the_review_of_who_approved_it() {
    let house = TestBroker::open().await;
    let (mut order, links) = to_be_declared(&house, JOINTLY).await;
    order.with_bankid(&links[3]).await;
    assert_eq!(order.state().await, "Identity in review");
    decline(&order, &links[1]).await;
    assert_eq!(order.state().await, "To be approved");
    assert!(!order.page().await.body.contains("name=\"person\""), "nothing is left to review");
}

#[tokio::test]
async fn a_signatory_is_reminded_twice_at_once_of_the_order_and_of_the_declaration() {
    let house = TestBroker::open().await;
    let letters = async || {
        let all = house.store.read(|tx| store::letters::list(tx, None, 99)).await.unwrap();
        all.iter().filter(|it| it.kind == "order_person").count()
    };
    let (order, links) = to_be_declared(&house, ALONE).await;
    assert_eq!(letters().await, 4, "one letter for both, and three contacts");
    house.step(2 * DAY);
    house.orders_go_on().await;
    assert_eq!(letters().await, 8);
    order.with_bankid(&links[0]).await;
    house.step(3 * DAY);
    house.orders_go_on().await;
    assert_eq!(letters().await, 9, "of the declaration alone");
    order.with_bankid(&links[1]).await;
    house.step(5 * DAY);
    assert_eq!(house.orders_go_on().await.reminded, 0);
}
