//! Contacts confirm that letters reach them, and the seal waits for them (docs/adr/0057).

use ordering::{OrderView, Part, WentOn};

use crate::{
    console_sign_in::ORIGIN,
    house::{TestBroker, form},
    order_phones::confirmed,
    orders::{ALONE, DAY, Ordering, submitted},
};

/// An order that Kari approves, whose other people are these, in the order general, block, receiver.
async fn with_others<'a>(house: &'a TestBroker, names: [&str; 3]) -> (Ordering<'a>, Vec<String>) {
    let mut order = Ordering::begin(house).await;
    order.fill_in(ALONE).await;
    let [general, blocker, receiver] = names;
    let email = |name: &str| format!("{}@example.com", name.to_lowercase().replace(' ', "."));
    order.save("general", &[("name", general), ("email", &email(general))]).await;
    let block =
        [("contact-0-name", blocker), ("contact-0-email", &email(blocker)), ("contact-0-mobile", "90000002")];
    order.save("block", &block).await;
    let receives = [
        ("name", receiver),
        ("email", &email(receiver)),
        ("mobile", "90000003"),
        ("birth_date", "1990-01-01"),
    ];
    order.save("receiver", &receives).await;
    assert_eq!(order.submit().await.status, 303);
    let links = order.links().await;
    (order, links)
}

fn confirmed_parts(view: &OrderView) -> Vec<Part> {
    view.people.iter().filter(|it| it.is_confirmed && it.part != Part::Signatory).map(|it| it.part).collect()
}

#[tokio::test]
async fn an_order_is_sealed_with_the_addresses_of_people_whom_no_letter_reaches() {
    let house = TestBroker::open().await;
    let (mut order, links) = with_others(&house, ["Eva Ny", "Ola Berg", "Ida Moe"]).await;
    order.with_bankid(&links[0]).await;
    for (at, missing) in [(1, "Eva Ny, Ola Berg, Ida Moe"), (2, "Ola Berg, Ida Moe"), (3, "Ida Moe")] {
        let refused = order.act("desk", "seal", "").await;
        assert!(refused.status == 422 && refused.body.contains(missing), "{missing}: {}", refused.body);
        confirmed(&mut order, &links[at]).await;
    }
    assert_eq!(order.act("desk", "seal", "").await.status, 303);
}

#[tokio::test]
async fn whoever_approves_by_the_letter_that_went_to_them_confirms_all_their_parts() {
    let house = TestBroker::open().await;
    let (order, links) = submitted(&house, ALONE).await;
    assert_eq!(confirmed_parts(&order.view().await), []);
    order.with_bankid(&links[0]).await;
    assert_eq!(confirmed_parts(&order.view().await), [Part::General, Part::Blocker, Part::Receiver]);
}

#[tokio::test]
async fn two_of_one_name_with_one_mailbox_confirm_for_each_other() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    // Her mother, who is called the same.
    let other = [("name", "Kari Nordli"), ("email", "kari@example.com"), ("mobile", "90000001")];
    order.save("receiver", &[other.as_slice(), &[("birth_date", "1955-02-03")]].concat()).await;
    order.submit().await;
    let links = order.links().await;
    order.with_bankid(&links[0]).await;
    assert_eq!(confirmed_parts(&order.view().await), [Part::General, Part::Blocker]);
}

#[tokio::test]
async fn an_amended_order_asks_those_again_who_are_named_otherwise_and_nobody_else() {
    let house = TestBroker::open().await;
    let (mut order, links) = with_others(&house, ["Eva Ny", "Ola Berg", "Ida Moe"]).await;
    for link in &links[1..] {
        confirmed(&mut order, link).await;
    }
    order.act("act", "amend", "").await;
    order.save("general", &[("name", "Eva Ny"), ("email", "eva@elsewhere.example")]).await;
    order.submit().await;
    assert_eq!(confirmed_parts(&order.view().await), [Part::Blocker, Part::Receiver]);
}

#[tokio::test]
async fn whoever_has_a_link_guesses_the_code_until_it_is_right() {
    let house = TestBroker::open().await;
    let (mut order, links) = with_others(&house, ["Eva Ny", "Ola Berg", "Ida Moe"]).await;
    let (code, link) = (order.code_of(&links[1]).await, &links[1]);
    for _ in 0..5 {
        assert_eq!(order.phone().post(link, &form(&[("code", "000 001")]), Some(ORIGIN)).await.status, 422);
    }
    let late = order.phone().post(link, &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert!(late.status == 422 && late.body.contains("This link is over"), "{}", late.body);
    let page = order.page().await.body;
    assert!(page.contains("Five wrong codes were typed") && page.contains("Eva Ny"), "{page}");
    // No letter can be sent here: the page shows the new link.
    assert!(page.contains("Make a new link"));
    let again = format!("{}/people/{}/send-again", order.order, link.split('/').nth(2).unwrap());
    assert_eq!(order.browser.post(&again, "", Some(ORIGIN)).await.status, 303);
    let link = order.links().await.swap_remove(1);
    confirmed(&mut order, &link).await;
}

#[tokio::test]
async fn contacts_whom_the_seal_waits_for_are_reminded_once_a_day_at_most() {
    let house = TestBroker::open().await;
    let (mut order, links) = with_others(&house, ["Eva Ny", "Ola Berg", "Ida Moe"]).await;
    order.with_bankid(&links[0]).await;
    // Nobody looked for eleven days.
    house.step(11 * DAY);
    let once = WentOn { reminded: 1, ..WentOn::default() };
    assert_eq!([house.orders_go_on().await, house.orders_go_on().await], [once, WentOn::default()]);
    for link in &links[1..] {
        confirmed(&mut order, link).await;
    }
    house.step(DAY);
    assert_eq!(house.orders_go_on().await, WentOn::default(), "nobody is left");
}

#[tokio::test]
async fn a_receiver_confirms_before_there_is_anything_to_receive_and_is_let_in_by_the_same_link() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    let early = order.phone().get(&links[3]).await.body;
    assert!(early.contains("Confirm that letters reach you") && early.contains("name=\"code\""), "{early}");
    confirmed(&mut order, &links[3]).await;
    assert!(order.phone().get(&links[3]).await.body.contains("you can close this page"));
    order.with_bankid(&links[0]).await;
    for event in ["seal", "sent", "issue"] {
        assert_eq!(order.act("desk", event, "").await.status, 303, "{event}");
    }
    assert!(order.with_bankid(&links[3]).await.body.contains("/receive"));
}

#[tokio::test]
async fn a_block_contact_whose_link_is_over_has_none_in_the_next_submission_either() {
    let house = TestBroker::open().await;
    let (mut order, links) = with_others(&house, ["Eva Ny", "Ola Berg", "Ida Moe"]).await;
    for _ in 0..5 {
        order.phone().post(&links[2], &form(&[("code", "000 001")]), Some(ORIGIN)).await;
    }
    order.act("act", "amend", "").await;
    order.submit().await;
    let link = order.links().await.swap_remove(2);
    confirmed(&mut order, &link).await;
}

#[tokio::test]
async fn the_general_contact_is_no_member_and_reads_how_the_order_stands_by_their_own_link() {
    let house = TestBroker::open().await;
    let (mut order, links) = with_others(&house, ["Eva Ny", "Ola Berg", "Ida Moe"]).await;
    for link in &links[1..] {
        confirmed(&mut order, link).await;
    }
    order.with_bankid(&links[0]).await;
    for event in ["seal", "sent"] {
        order.act("desk", event, "").await;
    }
    order.act("desk", "ask", "Which name is to be shown?").await;
    let page = order.phone().get(&links[1]).await.body;
    assert!(page.contains("Which name is to be shown?") && page.contains("Question to you"), "{page}");
    let blocker = order.phone().get(&links[2]).await.body;
    assert!(!blocker.contains("Which name is to be shown?"), "the others do not");
}

#[tokio::test]
async fn whoever_approved_can_read_and_keep_what_they_approved() {
    let house = TestBroker::open().await;
    let (order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let page = order.phone().get(&links[0]).await.body.replace("<wbr>", "");
    let digest = order.view().await.grouped_digest(Part::Signatory);
    assert!(page.contains("Read what you approved") && page.contains(&digest), "{page}");
    assert!(page.contains("FJELLVOKT") && !page.contains("id=\"approve\""));
}
