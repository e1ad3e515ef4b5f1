//! An order that goes to its issuer by a letter with a link, behind which is everything, for whoever knows the code.

use model::{IssuerSettings, LeaseId};
use ordering::WentOn;
use store::{
    jobs::{self, Claim, Job},
    letters::{self, Letter},
};

use crate::{
    console_sign_in::ORIGIN,
    house::{Reply, TestBroker, form},
    orders::{ALONE, Ordering, between},
};

/// An order whose operator has it sent by a letter to an issuer with this address; gives the answer to that.
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
    let written = order.browser.post(&format!("{}/desk", order.order), &body, Some(ORIGIN)).await;
    (order, written)
}

/// The letters to the issuer that are kept, at most one.
async fn to_issuer(house: &TestBroker) -> Option<Letter> {
    let to = house.tenant.opened().letter_keys().recipient_digest("orders@bank.example");
    let tenant = house.tenant.id;
    let found = house.store.read(move |tx| {
        let all = letters::list(tx, None, 99)?;
        all.iter().map(|it| letters::find(tx, tenant, it.id)).collect::<Result<Vec<_>, _>>()
    });
    let mut found = found.await.unwrap().into_iter().flatten().filter(|it| it.recipient_digest == to);
    let one = found.next();
    assert_eq!(found.next(), None);
    one
}

/// A mail server takes the letter to the issuer.
async fn goes_out(house: &TestBroker) {
    let (it, now) = (to_issuer(house).await.unwrap(), house.time());
    let gone = house.store.write(move |tx| letters::note_sent(tx, (it.tenant_id, it.id), now, now)).await;
    assert!(gone.unwrap());
}

/// A node has begun to send the letter to the issuer.
async fn is_tried(house: &TestBroker) -> Job {
    let (it, now) = (to_issuer(house).await.unwrap(), house.time());
    let claimed = house.store.write(move |tx| {
        let lease = LeaseId::new(&crypto::Random::seeded(7), now);
        let held_for = std::time::Duration::from_secs(60);
        let claim = Claim { kind: letters::JOBS, lease, held_for, attempts: 10, limit: 99 };
        jobs::claim(tx, &claim, now)
    });
    let mut jobs = claimed.await.unwrap().jobs.into_iter();
    jobs.find(|job| job.key.id == it.id.to_string()).unwrap()
}

/// No mail server takes it.
async fn is_given_up(house: &TestBroker) {
    let (job, now) = (is_tried(house).await, house.time());
    let given_up = house.store.write(move |tx| jobs::give_up(tx, &job, "550 no such mailbox", now));
    given_up.await.unwrap();
}

/// The issuer's link, and its code, which the operator sees.
async fn link_and_code(order: &mut Ordering<'_>) -> (String, String) {
    let page = order.page().await.body;
    let row = page.split("<tr").skip(1).find(|it| it.contains("Sparebank")).unwrap();
    let link = between(row, &format!("{ORIGIN}/order/"), "<").trim().to_owned();
    let facts = between(&page, "id=\"codes\"", "id=\"documents\"");
    let fact = facts.split("Sparebank").nth(1).unwrap();
    (format!("/order/{link}"), between(between(fact, "<code", "/code>"), ">", "<").to_owned())
}

#[tokio::test]
async fn an_issuer_fetches_everything_with_the_code_that_the_operator_tells_it() {
    let house = TestBroker::open().await;
    let (mut order, written) = sent_to(&house, "orders@bank.example").await;
    assert_eq!((written.status, order.state().await.as_str()), (303, "Being sent"), "{}", written.body);
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
    goes_out(&house).await;
    assert_eq!(house.orders_go_on().await, WentOn { sent: 1, ..WentOn::default() });
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
    goes_out(&house).await;
    house.orders_go_on().await;
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

#[tokio::test]
async fn an_order_is_at_its_issuer_although_its_letter_never_went() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    assert_eq!(house.orders_go_on().await, WentOn::default(), "the letter waits");
    assert!(order.page().await.body.contains("is on its way to"));
    is_given_up(&house).await;
    assert_eq!(house.orders_go_on().await, WentOn { unsent: 1, ..WentOn::default() });
    assert_eq!(house.orders_go_on().await, WentOn::default(), "it is said once");
    let page = order.page().await.body;
    assert!(page.contains("could not be sent") && page.contains("550 no such mailbox"), "{page}");
    let body = form(&[("event", "sent"), ("version", &order.version().await), ("by_letter", "yes")]);
    let (old, again) = (link_and_code(&mut order).await.0, format!("{}/desk", order.order));
    assert_eq!(order.browser.post(&again, &body, Some(ORIGIN)).await.status, 303);
    goes_out(&house).await;
    assert_eq!(house.orders_go_on().await, WentOn { sent: 1, ..WentOn::default() });
    assert_eq!(order.state().await, "At the issuer");
    let new = link_and_code(&mut order).await.0;
    assert!(old != new && order.phone().get(&old).await.body.contains("This link is over"));
}

#[tokio::test]
async fn a_letter_to_the_issuer_goes_out_after_the_order_was_cancelled() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    order.act("act", "cancel", "").await;
    assert_eq!(order.state().await, "Withdrawn");
    assert_eq!(to_issuer(&house).await, None, "it was taken back: nobody has to be told");
}

#[tokio::test]
async fn an_order_whose_letter_has_gone_is_cancelled_without_the_issuer_being_told() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    goes_out(&house).await;
    // Before anybody has seen that it went.
    order.act("act", "cancel", "").await;
    assert_eq!(order.state().await, "Being withdrawn");
}

#[tokio::test]
async fn a_letter_whose_answer_was_lost_counts_as_never_sent() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    is_tried(&house).await;
    order.act("act", "cancel", "").await;
    assert_eq!(to_issuer(&house).await, None);
    assert_eq!(order.state().await, "Being withdrawn", "the mail server may have taken it");
}

#[tokio::test]
async fn an_issuer_who_got_the_order_by_hand_is_written_to_after_a_hold() {
    let house = TestBroker::open().await;
    let (mut order, _) = sent_to(&house, "orders@bank.example").await;
    is_given_up(&house).await;
    house.orders_go_on().await;
    order.act("desk", "sent", "").await;
    order.act("desk", "hold", "We look into it.").await;
    order.act("desk", "resume", "").await;
    assert_eq!((to_issuer(&house).await, order.state().await.as_str()), (None, "At the issuer"));
}
