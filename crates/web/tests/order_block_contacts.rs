//! Those who may block: their eID is recorded when they have confirmed, and nobody's name but theirs.

use store::letters;

use crate::{
    console_sign_in::ORIGIN,
    house::{Browser, Reply, TestBroker, form, with},
    order_phones::{confirmed, log_in_at},
    orders::{ALONE, Ordering},
};

/// An order with these two who may block, who have both confirmed; gives their links.
async fn with_two<'a>(house: &'a TestBroker, names: [&str; 2]) -> (Ordering<'a>, [String; 2]) {
    let mut order = Ordering::begin(house).await;
    order.fill_in(ALONE).await;
    let block = [
        ("contact-0-name", names[0]),
        ("contact-0-email", "one@example.com"),
        ("contact-0-mobile", "90000001"),
        ("contact-1-name", names[1]),
        ("contact-1-email", "two@example.com"),
        ("contact-1-mobile", "90000002"),
    ];
    assert_eq!(order.save("block", &block).await.status, 303);
    assert_eq!(order.submit().await.status, 303);
    let links = order.links().await;
    for at in [2, 3] {
        confirmed(&mut order, &links[at]).await;
    }
    (order, [links[2].clone(), links[3].clone()])
}

/// Records the eID of Kari, or another one.
async fn record(browser: &mut Browser<'_>, link: &str) -> Reply {
    log_in_at(browser, &format!("{link}/eid")).await
}

#[tokio::test]
async fn the_eid_of_who_may_block_is_recorded_and_said_to_be_of_no_use_yet() {
    let house = TestBroker::open().await;
    let (mut order, [link, _]) = with_two(&house, ["Kari Nordli", "Eva Ny"]).await;
    let page = order.phone().get(&link).await.body;
    assert!(page.contains("id=\"record-eid\""), "{page}");
    let recorded = record(&mut order.phone(), &link).await;
    assert!(
        recorded.status == 200 && recorded.body.contains("Recorded, not usable yet"),
        "{}",
        recorded.body
    );
    assert!(!recorded.body.contains("id=\"record-eid\""));
    let page = order.page().await.body;
    assert_eq!(
        (page.matches("Recorded, not usable yet").count(), page.matches("Not recorded").count()),
        (1, 1)
    );
}

#[tokio::test]
async fn an_eid_of_another_name_is_shown_to_who_works_on_the_order_and_binds_nobody() {
    let house = TestBroker::open().await;
    let (mut order, [link, _]) = with_two(&house, ["Eva Ny", "Kari Nordli"]).await;
    let other = record(&mut order.phone(), &link).await;
    assert!(
        other.body.contains("gives another name") && other.body.contains("id=\"record-eid\""),
        "{}",
        other.body
    );
    let page = order.page().await.body;
    assert!(page.contains("the eID gave the name") && !page.contains("Recorded, not usable"), "{page}");
}

#[tokio::test]
async fn one_eid_fills_one_place() {
    let house = TestBroker::open().await;
    let (mut order, [one, two]) = with_two(&house, ["Kari Nordli", "Kari A. Nordli"]).await;
    record(&mut order.phone(), &one).await;
    let second = record(&mut order.phone(), &two).await;
    assert!(second.status == 422 && second.body.contains("other person who may block"), "{}", second.body);
    assert_eq!(order.page().await.body.matches("Recorded, not usable yet").count(), 1);
    assert!(
        record(&mut order.phone(), &one).await.body.contains("Recorded"),
        "again by the same one is no trouble"
    );
}

#[tokio::test]
async fn nobody_is_recorded_who_has_not_confirmed_and_no_other_contact_at_all() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    for link in order.links().await {
        let refused = order.phone().post(&format!("{link}/eid"), "", Some(ORIGIN)).await;
        assert!(refused.status == 422 && refused.body.contains("This link is over"), "{}", refused.body);
    }
}

#[tokio::test]
async fn a_login_that_was_begun_before_the_order_changed_records_nothing() {
    let house = TestBroker::open().await;
    let (mut order, [one, two]) = with_two(&house, ["Kari Nordli", "Eva Ny"]).await;
    let mut browser = order.phone();
    let begun = browser.post(&format!("{one}/eid"), "", Some(ORIGIN)).await;
    let leave = browser.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    // The order is amended while the person is at the eID.
    order.act("act", "amend", "").await;
    let landed = browser.get(&back).await.location().replace(ORIGIN, "");
    let landed = browser.get(&landed).await;
    let end = browser.follow(landed).await;
    assert!(!end.body.contains("Recorded"), "{}", end.body);
    assert!(order.phone().post(&two, &form(&[("code", "1")]), Some(ORIGIN)).await.status == 422);
}

/// Whether somebody at this address is told that an order names them otherwise.
async fn is_told(house: &TestBroker, address: &str) -> bool {
    let digest = house.tenant.opened().letter_keys().recipient_digest(address);
    let tenant = house.tenant.id;
    let found = house.store.read(move |tx| {
        let all = letters::list(tx, None, 99)?;
        let of_kind = all.into_iter().filter(|it| it.kind == "order_contact");
        of_kind.map(|it| letters::find(tx, tenant, it.id)).collect::<Result<Vec<_>, _>>()
    });
    found.await.unwrap().into_iter().flatten().any(|it| it.recipient_digest == digest)
}

#[tokio::test]
async fn an_amendment_that_names_a_receiver_otherwise_is_told_to_the_old_and_the_new_address() {
    let (old, new) = ("kari@example.com", "kari@elsewhere.example");
    for (email, mobile, told) in
        [(old, "90000001", [false, false]), (new, "90000001", [true, true]), (old, "90000009", [true, false])]
    {
        let house = TestBroker::open().await;
        let mut order = Ordering::begin(&house).await;
        order.fill_in(ALONE).await;
        order.submit().await;
        assert!(!is_told(&house, old).await, "nobody was named before");
        order.act("act", "amend", "").await;
        let receiver =
            [("name", "Kari Nordli"), ("email", email), ("mobile", mobile), ("birth_date", "1984-05-17")];
        assert_eq!(order.save("receiver", &receiver).await.status, 303);
        assert_eq!(order.submit().await.status, 303);
        assert_eq!([is_told(&house, old).await, is_told(&house, new).await], told, "{email} {mobile}");
    }
}

#[tokio::test]
async fn who_may_not_block_any_more_is_told_and_who_stays_is_not() {
    let house = TestBroker::open().await;
    let (mut order, _) = with_two(&house, ["Kari Nordli", "Eva Ny"]).await;
    order.act("act", "amend", "").await;
    let block = [
        ("contact-0-name", "Kari Nordli"),
        ("contact-0-email", "one@example.com"),
        ("contact-0-mobile", "90000001"),
        ("contact-1-name", "Ida Berg"),
        ("contact-1-email", "ida@example.com"),
        ("contact-1-mobile", "90000003"),
    ];
    assert_eq!(order.save("block", &block).await.status, 303);
    order.submit().await;
    for (address, is_one) in
        [("one@example.com", false), ("two@example.com", true), ("ida@example.com", true)]
    {
        assert_eq!(is_told(&house, address).await, is_one, "{address}");
    }
}
