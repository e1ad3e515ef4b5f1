//! Phones of people whom orders name: a code goes there, and is typed in the browser that asked for it.

use model::LinkId;
use store::phone_codes::{self, PhoneCode};

use crate::{
    console_sign_in::ORIGIN,
    house::{Browser, Reply, TestBroker, form, with},
    orders::{ALONE, Ordering, submitted},
};

const MINUTE: i64 = 60;

async fn with_sms() -> TestBroker {
    let mut house = TestBroker::open().await;
    house.send_text_messages();
    house
}

/// The row of the code that somebody with this link was sent.
async fn sent(house: &TestBroker, link: &str) -> PhoneCode {
    let (tenant, id) = (house.tenant.id, link.split('/').nth(2).unwrap());
    let person = LinkId::parse(id).unwrap();
    house.store.read(move |tx| phone_codes::find(tx, (tenant, person))).await.unwrap().unwrap()
}

/// The code that the phone got.
async fn code(house: &TestBroker, link: &str) -> String {
    let keys = house.tenant.opened().letter_keys();
    keys.phone_code(sent(house, link).await.code_id).expose().clone()
}

async fn ask(browser: &mut Browser<'_>, link: &str) -> Reply {
    browser.post(&format!("{link}/phone"), "", Some(ORIGIN)).await
}

async fn type_code(browser: &mut Browser<'_>, link: &str, code: &str) -> Reply {
    browser.post(&format!("{link}/phone-code"), &form(&[("phone_code", code)]), Some(ORIGIN)).await
}

/// An order whose block contact has confirmed that letters reach them; gives that contact's link.
async fn with_block_contact(house: &TestBroker) -> (Ordering<'_>, String) {
    let (mut order, links) = submitted(house, ALONE).await;
    confirmed(&mut order, &links[2]).await;
    (order, links[2].clone())
}

/// Has a contact confirm with the code that whoever ordered sees.
pub(crate) async fn confirmed(order: &mut Ordering<'_>, link: &str) {
    let code = order.code_of(link).await;
    let reply = order.phone().post(link, &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
}

/// Has somebody confirm their phone with the code that it gets.
async fn phone_confirmed(house: &TestBroker, order: &Ordering<'_>, link: &str) {
    let mut browser = order.phone();
    assert_eq!(ask(&mut browser, link).await.status, 303);
    let code = code(house, link).await;
    assert_eq!(type_code(&mut browser, link, &code).await.status, 303);
}

#[tokio::test]
async fn a_block_contact_confirms_their_phone_with_the_code_that_it_got() {
    let house = with_sms().await;
    let (mut order, link) = with_block_contact(&house).await;
    let mut browser = order.phone();
    let page = browser.get(&link).await.body;
    assert!(page.contains("What is left is your phone") && page.contains("••• •• •01"), "{page}");
    assert!(!page.contains("90000001"), "the link alone does not tell the number");
    assert!(order.page().await.body.contains("Unconfirmed"));
    assert_eq!(ask(&mut browser, &link).await.status, 303);
    let code = code(&house, &link).await;
    assert!(code.len() == 8 && code.bytes().all(|it| it.is_ascii_digit()));
    assert_eq!(type_code(&mut browser, &link, &format!("{} {}", &code[..4], &code[4..])).await.status, 303);
    assert!(browser.get(&link).await.body.contains(", confirmed"));
    assert!(order.page().await.body.contains(">Confirmed<"));
    assert_eq!(type_code(&mut browser, &link, &code).await.status, 422, "it was spent");
}

#[tokio::test]
async fn without_a_gateway_a_phone_is_unconfirmed_and_nothing_waits_for_it() {
    let house = TestBroker::open().await;
    let (mut order, link) = with_block_contact(&house).await;
    assert!(order.phone().get(&link).await.body.contains("you can close this page"));
    assert!(order.page().await.body.contains("Unconfirmed"));
    let refused = ask(&mut order.phone(), &link).await;
    assert!(refused.status == 422, "{}", refused.body);
}

#[tokio::test]
async fn a_code_is_good_for_five_tries_ten_minutes_and_the_browser_that_asked() {
    let house = with_sms().await;
    let (order, link) = with_block_contact(&house).await;
    let (mut browser, mut other) = (order.phone(), order.phone());
    ask(&mut browser, &link).await;
    let right = code(&house, &link).await;
    let over = |it: &Reply| it.status == 422 && it.body.contains("This code is over");
    assert!(over(&type_code(&mut other, &link, &right).await), "another browser did not ask");
    house.step(10 * MINUTE);
    assert!(over(&type_code(&mut browser, &link, &right).await), "after ten minutes");
    ask(&mut browser, &link).await;
    assert!(type_code(&mut browser, &link, &right).await.body.contains("This is not the code"), "of before");
    let right = code(&house, &link).await;
    for left in (0..4).rev() {
        let wrong = type_code(&mut browser, &link, "00000000").await.body;
        assert!(wrong.contains(&format!("tries left: {left}")), "{left} {wrong}");
    }
    assert!(over(&type_code(&mut browser, &link, &right).await), "five were wrong");
}

#[tokio::test]
async fn of_two_who_type_a_code_at_once_one_has_it_and_of_five_wrong_ones_every_one_counts() {
    let house = with_sms().await;
    let (order, link) = with_block_contact(&house).await;
    let mut browser = order.phone();
    ask(&mut browser, &link).await;
    let code = code(&house, &link).await;
    let again = || {
        let mut it = order.phone();
        it.cookies.clone_from(&browser.cookies);
        it
    };
    let (mut one, mut two, mut three) = (again(), again(), again());
    tokio::join!(
        type_code(&mut one, &link, "1"),
        type_code(&mut two, &link, "2"),
        type_code(&mut three, &link, "3")
    );
    assert_eq!(sent(&house, &link).await.tries, 3);
    let (first, second) = tokio::join!(type_code(&mut one, &link, &code), type_code(&mut two, &link, &code));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

#[tokio::test]
async fn so_many_codes_go_to_one_person_in_a_day_and_not_one_after_the_other() {
    let house = with_sms().await;
    let (order, link) = with_block_contact(&house).await;
    let mut browser = order.phone();
    for _ in 0..5 {
        assert_eq!(ask(&mut browser, &link).await.status, 303);
        assert!(ask(&mut browser, &link).await.body.contains("a moment ago"));
        house.step(MINUTE);
    }
    assert!(
        ask(&mut order.phone(), &link).await.body.contains("5 codes were sent"),
        "in no other browser either"
    );
    house.step(24 * 60 * MINUTE);
    assert_eq!(ask(&mut browser, &link).await.status, 303);
}

#[tokio::test]
async fn a_program_that_follows_links_sends_no_code_before_a_contact_has_confirmed() {
    let house = with_sms().await;
    let (order, links) = submitted(&house, ALONE).await;
    for link in &links[..3] {
        assert_eq!(ask(&mut order.phone(), link).await.status, 422);
    }
    let letters = house.store.read(|tx| store::letters::list(tx, None, 99)).await.unwrap();
    assert!(letters.iter().all(|it| it.kind != "phone_code"));
}

#[tokio::test]
async fn a_code_does_not_outlive_an_amendment() {
    let house = with_sms().await;
    let (mut order, link) = with_block_contact(&house).await;
    let mut browser = order.phone();
    ask(&mut browser, &link).await;
    let code = code(&house, &link).await;
    order.act("act", "amend", "").await;
    assert_eq!(type_code(&mut browser, &link, &code).await.status, 422);
    let tenant = house.tenant.id;
    let person = LinkId::parse(link.split('/').nth(2).unwrap()).unwrap();
    assert_eq!(house.store.read(move |tx| phone_codes::find(tx, (tenant, person))).await.unwrap(), None);
}

/// An order that the issuer has issued, whose receiver no registry knows; gives the receiver's link.
async fn issued_to<'a>(house: &'a TestBroker, name: &str) -> (Ordering<'a>, String) {
    let mut order = Ordering::begin(house).await;
    order.fill_in(ALONE).await;
    let receiver =
        [("name", name), ("email", "kari@example.com"), ("mobile", "90000001"), ("birth_date", "")];
    assert_eq!(order.save("receiver", &receiver).await.status, 303);
    assert_eq!(order.submit().await.status, 303);
    let links = order.links().await;
    order.with_bankid(&links[0]).await;
    confirmed(&mut order, &links[3]).await;
    for link in &links[2..] {
        phone_confirmed(house, &order, link).await;
    }
    house.step(MINUTE);
    for event in ["seal", "sent", "issue"] {
        assert_eq!(order.act("desk", event, "").await.status, 303, "{event}");
    }
    (order, links.last().unwrap().clone())
}

/// Logs in with BankID as Kari where this form leads.
pub(crate) async fn log_in_at(browser: &mut Browser<'_>, action: &str) -> Reply {
    let begun = browser.post(action, "", Some(ORIGIN)).await;
    if begun.status != 200 {
        return begun;
    }
    let leave = browser.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let landed = browser.get(&back).await.location().replace(ORIGIN, "");
    let landed = browser.get(&landed).await;
    browser.follow(landed).await
}

#[tokio::test]
async fn a_receiver_without_a_birth_date_is_let_in_by_link_code_and_name() {
    let house = with_sms().await;
    let (order, link) = issued_to(&house, "Kari A. Nordli").await;
    let mut browser = order.phone();
    let page = browser.get(&link).await.body;
    assert!(page.contains("confirm your phone first") && !page.contains("id=\"enter\""), "{page}");
    let early = log_in_at(&mut browser, &link).await;
    assert!(early.status == 422 && early.body.contains("is not confirmed in this browser"), "{}", early.body);
    ask(&mut browser, &link).await;
    let code = code(&house, &link).await;
    assert_eq!(type_code(&mut browser, &link, &code).await.status, 303);
    assert!(log_in_at(&mut order.phone(), &link).await.body.contains("is not confirmed in this browser"));
    let received = log_in_at(&mut browser, &link).await;
    assert!(received.status == 200 && received.body.contains("/receive"), "{}", received.body);
    house.step(2 * 60 * MINUTE);
    let again = log_in_at(&mut order.phone(), &link).await;
    assert!(again.body.contains("/receive"), "who came once is known by their eID: {}", again.body);
}

#[tokio::test]
async fn whoever_has_the_phone_and_another_name_is_not_let_in() {
    let house = with_sms().await;
    let (order, link) = issued_to(&house, "Ola Berg").await;
    let mut browser = order.phone();
    ask(&mut browser, &link).await;
    let code = code(&house, &link).await;
    type_code(&mut browser, &link, &code).await;
    let refused = log_in_at(&mut browser, &link).await;
    assert!(refused.body.contains("names somebody else as the receiver"), "{}", refused.body);
}

#[tokio::test]
async fn without_a_gateway_an_order_whose_receiver_nobody_could_recognise_is_not_submitted() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    let receiver =
        [("name", "Eva Ny"), ("email", "eva@example.com"), ("mobile", "90000002"), ("birth_date", "")];
    assert_eq!(order.save("receiver", &receiver).await.status, 303);
    assert!(order.page().await.body.contains("A date of birth is missing"));
    let refused = order.submit().await;
    assert!(refused.status == 422 && refused.body.contains("receiver"), "{}", refused.body);
}

#[tokio::test]
async fn a_gateway_that_was_taken_away_leaves_the_receiver_a_page_that_says_what_to_do() {
    let mut house = with_sms().await;
    let link = issued_to(&house, "Kari A. Nordli").await.1;
    house.send_no_text_messages();
    let mut browser =
        Browser { host: crate::house::CONSOLE_HOST.to_owned(), language: Some("en"), ..house.browser() };
    let page = browser.get(&link).await.body;
    assert!(page.contains("Ask whoever ordered to amend the order with your birth date"), "{page}");
}

#[tokio::test]
async fn an_order_is_sealed_whose_contacts_have_not_confirmed_phone_and_address() {
    let house = with_sms().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let refused = order.act("desk", "seal", "").await;
    assert!(
        refused.status == 422 && refused.body.contains("or their phone: Kari Nordli"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("id=\"seal\""), "it is not offered either");
    // Receiver and block contact are one person with one phone.
    phone_confirmed(&house, &order, &links[2]).await;
    assert_eq!(order.act("desk", "seal", "").await.status, 303);
}
