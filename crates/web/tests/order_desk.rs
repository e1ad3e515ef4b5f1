//! The operator's desk: two who agree, the register of issuers, and the work list.

use ordering::OrderSettings;

use crate::{
    console_sign_in::{ORIGIN, another_operator, browser_with, remove_operator, signed_in_again},
    house::{Browser, Reply, TestBroker, form},
    order_declaration::to_be_declared,
    orders::{
        ALONE, DAY, JOINTLY, Ordering, at_the_issuer, hidden, received, submitted, submitted_with, typed,
    },
};

/// A house in which two operators have to agree.
async fn with_four_eyes() -> TestBroker {
    TestBroker::with_orders(OrderSettings { four_eyes: true, ..OrderSettings::default() }, |_| {}).await
}

/// The second operator's browser.
async fn second_operator(house: &TestBroker) -> Browser<'_> {
    browser_with(house, &another_operator(house, "Ola Berg").await)
}

/// The order's page with the browser of somebody else.
fn as_somebody<'a>(order: &Ordering<'a>, browser: Browser<'a>) -> Ordering<'a> {
    Ordering { house: order.house, browser, order: order.order.clone() }
}

#[tokio::test]
async fn where_two_operators_have_to_agree_the_first_one_proposes_and_nothing_happens() {
    let house = with_four_eyes().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let proposed = order.act("desk", "seal", "").await;
    assert!(proposed.location().contains("done=order-proposed"), "{}", proposed.body);
    assert_eq!(order.state().await, "To be sealed");
    let own = order.act("confirm", "seal", "").await;
    assert!(own.body.contains("your own proposal"), "{}", own.body);
    assert_eq!(order.state().await, "To be sealed");
    let mut second = as_somebody(&order, second_operator(&house).await);
    assert!(second.page().await.body.contains("Kari Nordli"), "who proposed it is named");
    let version = second.version().await;
    assert_eq!(second.act_on("confirm", "", (&version, "")).await.status, 303);
    assert_eq!(second.state().await, "Being sent");
    let again = second.act_on("confirm", "", (&version, "")).await;
    assert_eq!(again.status, 422, "{}", again.body);
}

#[tokio::test]
async fn a_proposal_ends_with_the_version_that_it_was_made_for_and_after_a_week() {
    let house = with_four_eyes().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    order.act("desk", "seal", "").await;
    let mut second = as_somebody(&order, second_operator(&house).await);
    order.act("act", "amend", "").await;
    order.submit().await;
    let links = order.links().await;
    order.with_bankid(&links[0]).await;
    let version = second.version().await;
    assert_eq!(second.act_on("confirm", "", (&version, "")).await.status, 422);
    order.act("desk", "seal", "").await;
    house.step(7 * DAY);
    order.browser = browser_with(&house, &signed_in_again(&house, "Kari Nordli").await);
    second.browser = browser_with(&house, &signed_in_again(&house, "Ola Berg").await);
    let version = second.version().await;
    let late = second.act_on("confirm", "", (&version, "")).await;
    assert!(late.body.contains("proposes this any more"), "{}", late.body);
    assert_eq!(order.state().await, "To be sealed");
}

#[tokio::test]
async fn a_deposit_is_kept_sealed_until_a_second_operator_agrees_and_shows_no_secret() {
    let house = with_four_eyes().await;
    let (mut order, links) = submitted_with(&house, "deposited").await;
    order.with_bankid(&links[0]).await;
    let mut second = as_somebody(&order, second_operator(&house).await);
    order.act("desk", "seal", "").await;
    second.act("confirm", "", "").await;
    order.act("desk", "sent", "").await;
    let version = order.version().await;
    let body = form(&[("version", &version), ("client_id", "shop-prod"), ("secret", "from-the-issuer")]);
    order.browser.post(&format!("{}/deposit", order.order), &body, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "At the issuer");
    let page = second.page().await.body;
    assert!(page.contains("shop-prod") && !page.contains("from-the-issuer"));
    second.act("confirm", "", "").await;
    assert_eq!(second.state().await, "Ready to be received");
}

#[tokio::test]
async fn another_proposal_than_the_one_that_was_shown_was_confirmed() {
    let house = with_four_eyes().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let mut second = as_somebody(&order, second_operator(&house).await);
    order.act("desk", "seal", "").await;
    let shown = hidden(&second.page().await, "proposal");
    let version = second.version().await;
    // The first operator proposes it once more within the second, while the second one reads.
    order.act("desk", "seal", "").await;
    let body = form(&[("version", &version), ("proposal", &shown)]);
    let stale = second.browser.post(&format!("{}/confirm", second.order), &body, Some(ORIGIN)).await;
    assert_eq!(stale.status, 422, "{}", stale.body);
    assert_eq!(order.state().await, "To be sealed");
}

#[tokio::test]
async fn a_proposal_is_set_aside_by_either_and_one_of_somebody_who_operates_no_more_is_none() {
    let house = with_four_eyes().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let mut second = as_somebody(&order, second_operator(&house).await);
    order.act("desk", "seal", "").await;
    let version = second.version().await;
    assert_eq!(second.act_on("set-aside", "", (&version, "")).await.status, 303);
    assert_eq!(second.act_on("confirm", "", (&version, "")).await.status, 422);
    second.act("desk", "seal", "").await;
    remove_operator(&house, "Ola Berg").await;
    let version = order.version().await;
    let left = order.act_on("confirm", "", (&version, "")).await;
    assert!(left.body.contains("proposes this any more"), "{}", left.body);
    assert_eq!(order.state().await, "To be sealed");
}

#[tokio::test]
async fn an_identity_that_was_not_certain_counts_when_two_operators_say_so() {
    let house = with_four_eyes().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    // Kari comes with Ola's link.
    order.with_bankid(&links[1]).await;
    let person = hidden(&order.page().await, "person");
    let (version, door) = (order.version().await, format!("{}/identity", order.order));
    let decided =
        [("person", person.as_str()), ("version", &version), ("decision", "accept"), ("note", "seen")];
    order.browser.post(&door, &form(&decided), Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Identity in review");
    let mut second = as_somebody(&order, second_operator(&house).await);
    second.act("confirm", "", "").await;
    assert_eq!(second.state().await, "To be approved");
    assert!(second.page().await.body.contains("Identity accepted by the operator"));
}

/// A register with an issuer that asks the questions of 2026 and takes key pairs only; orders go there.
async fn with_issuer_of_2026(order: &mut Ordering<'_>, more: &[(&str, &str)]) -> Reply {
    let fields = [
        ("name", "Bank AS"),
        ("address", "Storgata 1, 0155 Oslo"),
        ("evidence", "approved_by_login"),
        ("handovers", "key_pair"),
        ("catalogue", "questions-2026"),
        ("answers_within", "5"),
    ];
    let body = form(&[fields.as_slice(), more].concat());
    order.browser.post("/issuers", &body, Some(ORIGIN)).await
}

#[tokio::test]
async fn an_order_asks_what_its_issuer_asks_in_its_order_and_takes_the_handover_that_it_takes() {
    let house = TestBroker::open().await;
    let mut first = Ordering::begin(&house).await;
    assert_eq!(with_issuer_of_2026(&mut first, &[("is_default", "yes")]).await.status, 303);
    let mut order = Ordering::begin_as(&house, &first).await;
    order.fill_in(ALONE).await;
    let page = order.page().await.body;
    assert!(page.contains("Bank AS") && page.contains("Products") && !page.contains("Operational notices"));
    let refused = order.submit().await;
    for missing in ["general", "signatories", "products"] {
        assert!(refused.body.contains(missing), "{missing}: {}", refused.body);
    }
    let kari = [("name", "Kari Nordli"), ("email", "kari@example.com"), ("mobile", "90000001")];
    order.save("general", &kari).await;
    let signing = [("signatory-0-email", "kari@example.com"), ("signatory-0-mobile", "900 00 001")];
    order.save("signatories", &[signing.as_slice(), &[("signatory-0-eid", "no-bankid")]].concat()).await;
    order.save("products", &[("products", "signatures"), ("products", "authentication")]).await;
    let chosen = form(&[("version", &order.version().await), ("handover", "deposited")]);
    let refused = order.browser.post(&format!("{}/handover", order.order), &chosen, Some(ORIGIN)).await;
    assert_eq!(refused.status, 422, "it takes key pairs");
    assert_eq!(order.submit().await.status, 303);
    let documents = order.browser.get(&format!("{}/documents", order.order)).await.body;
    assert!(
        documents.contains("Authentication, Signatures") && !documents.contains("https://www.shop.example")
    );
}

#[tokio::test]
async fn a_draft_is_sent_to_another_issuer_by_the_operator_and_one_with_orders_stays() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    with_issuer_of_2026(&mut order, &[]).await;
    let register = order.browser.get("/issuers").await.body;
    let mut links = register.split("/issuers/").skip(1).map(|it| it.split('"').next().unwrap());
    let id = links.find(|it| *it != "new").unwrap().to_owned();
    let body = form(&[("issuer", &id), ("version", &order.version().await)]);
    assert_eq!(order.browser.post(&format!("{}/route", order.order), &body, Some(ORIGIN)).await.status, 303);
    assert!(order.page().await.body.contains("Goes to another issuer"));
    let kept = order.browser.post(&format!("/issuers/{id}/remove"), "", Some(ORIGIN)).await;
    assert!(kept.status == 422 && kept.body.contains("went to this issuer"), "{}", kept.body);
    let body = form(&[("issuer", ""), ("version", &order.version().await)]);
    order.browser.post(&format!("{}/route", order.order), &body, Some(ORIGIN)).await;
    assert_eq!(order.browser.post(&format!("/issuers/{id}/remove"), "", Some(ORIGIN)).await.status, 303);
}

#[tokio::test]
async fn what_cannot_be_said_of_an_issuer_is_refused_at_its_field_and_two_changes_do_not_overwrite() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for (field, value) in
        [("email", "nowhere"), ("phone", "12"), ("name", "a\u{202e}b"), ("answers_within", "x")]
    {
        let fields = [("name", "Bank"), ("address", "Oslo"), ("evidence", "approved_by_login")];
        let rest = [("handovers", "key_pair"), ("catalogue", "thirteen-questions"), ("answers_within", "5")];
        let all = fields.iter().chain(&rest).filter(|it| it.0 != field).copied().chain([(field, value)]);
        let refused = order.browser.post("/issuers", &form(&all.collect::<Vec<_>>()), Some(ORIGIN)).await;
        assert_eq!(refused.status, 422, "{field}: {}", refused.body);
    }
    assert_eq!(with_issuer_of_2026(&mut order, &[]).await.status, 303);
    assert_eq!(with_issuer_of_2026(&mut order, &[]).await.status, 422, "one name is of one issuer");
}

#[tokio::test]
async fn the_work_list_is_filtered_searched_and_ordered_by_its_address() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    let mut other = Ordering::begin_as(&house, &order).await;
    other.fill_in(JOINTLY).await;
    other.submit().await;
    order.with_bankid(&links[0]).await;
    let list = async |order: &mut Ordering<'_>, query: &str| {
        let page = order.browser.get(&format!("/desk{query}")).await.body;
        ["FJELLVOKT PRØVE AS", "TVILLINGTÅRN PRØVE AS"].map(|it| page.contains(it))
    };
    assert_eq!(list(&mut order, "").await, [true, true]);
    assert_eq!(list(&mut order, "?turn=operator").await, [true, false]);
    assert_eq!(list(&mut order, "?turn=signatories").await, [false, true]);
    assert_eq!(list(&mut order, "?q=fjell").await, [true, false]);
    assert_eq!(list(&mut order, "?eid=no-vipps").await, [false, false]);
    house.step(20 * DAY);
    order.browser = browser_with(&house, &signed_in_again(&house, "Kari Nordli").await);
    let page = order.browser.get("/desk?sort=waiting&order=desc").await.body;
    assert!(page.contains("data-color=\"danger\""), "what waits long is marked");
}

#[tokio::test]
async fn an_operator_asks_with_a_sentence_that_was_written_before_in_the_language_of_the_order() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    order.act("desk", "seal", "").await;
    order.act("desk", "sent", "").await;
    let version = order.version().await;
    let empty = [("event", "ask"), ("version", &version)];
    let desk = format!("{}/desk", order.order);
    assert_eq!(order.browser.post(&desk, &form(&empty), Some(ORIGIN)).await.status, 422);
    let chosen = [empty.as_slice(), &[("canned-ask", "number"), ("note-ask", "See § 4.")]].concat();
    assert_eq!(order.browser.post(&desk, &form(&chosen), Some(ORIGIN)).await.status, 303);
    let page = order.page().await.body;
    assert!(page.contains("order without the number. See § 4."), "{page}");
}

/// An order with the national identity number that the issuer has; gives the receiver's link.
async fn with_number(house: &TestBroker) -> (Ordering<'_>, String) {
    let (mut order, links) = to_be_declared(house, ALONE).await;
    order.with_bankid(&links[0]).await;
    order.with_bankid(&links[1]).await;
    order.act("desk", "seal", "").await;
    order.act("desk", "sent", "").await;
    (order, links.last().unwrap().clone())
}

/// What the source of an order says of the number in the end, which the issuer grants or not.
async fn number_of_source(house: &TestBroker, without: &str) -> String {
    let (mut order, link) = with_number(house).await;
    let body = form(&[("event", "issue"), ("version", &order.version().await), ("without_number", without)]);
    assert_eq!(order.browser.post(&format!("{}/decide", order.order), &body, Some(ORIGIN)).await.status, 303);
    let (mut phone, _) = received(&order, &link).await;
    typed(&order, &mut phone, "first-client", "wrong").await;
    let receive = format!("{}/receive", order.order);
    let version = hidden(&phone.get(&receive).await, "order_version");
    let anyway = form(&[("event", "use_anyway"), ("version", &version)]);
    phone.post(&format!("{receive}/again"), &anyway, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Works");
    let (tenant, domain) = (house.tenant.id, house.domain);
    let read = house.store.read(move |tx| store::identity_sources::find(tx, tenant, domain, "no-bankid"));
    read.await.unwrap().unwrap().settings
}

#[tokio::test]
async fn the_law_of_an_order_is_the_law_of_its_source_and_a_number_that_was_not_granted_is_never_given() {
    let house = TestBroker::open().await;
    let granted = number_of_source(&house, "").await;
    assert!(granted.contains("hvitvaskingsloven § 12") && !granted.contains("nin_allowed"), "{granted}");
    let house = TestBroker::open().await;
    let refused = number_of_source(&house, "yes").await;
    assert!(refused.contains(r#""nin_allowed":false"#) && !refused.contains("hvitvask"), "{refused}");
}

#[tokio::test]
async fn the_address_of_a_bank_comes_from_the_registry_and_is_not_needed_while_that_is_down() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    let summary = format!("{}/summary", order.order);
    let number = "937 903 502, ";
    assert!(order.browser.get(&summary).await.body.contains(number), "an address follows");
    let mut second = Ordering::begin_as(&house, &order).await;
    house.registry_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let saved = second.save("bank", &[("bank", "920058817"), ("customer", "yes")]).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
}

#[tokio::test]
async fn an_order_by_key_pair_has_a_key_from_its_beginning_and_none_once_it_goes_elsewhere() {
    let house = TestBroker::open().await;
    let mut first = Ordering::begin(&house).await;
    with_issuer_of_2026(&mut first, &[("is_default", "yes")]).await;
    let mut order = Ordering::begin_as(&house, &first).await;
    let documents = format!("{}/documents", order.order);
    assert!(
        order.browser.get(&documents).await.body.contains("&#34;kty&#34;"),
        "the issuer gets the public key"
    );
    let fields = [("name", "Other AS"), ("address", "Oslo"), ("evidence", "approved_by_login")];
    let rest =
        [("handovers", "receiver_enters"), ("catalogue", "thirteen-questions"), ("answers_within", "5")];
    order.browser.post("/issuers", &form(&[fields.as_slice(), &rest].concat()), Some(ORIGIN)).await;
    let page = order.page().await.body;
    let id = page.split("<option value=\"").find(|it| it.contains("Other AS")).unwrap()[..32].to_owned();
    let body = form(&[("issuer", &id), ("version", &order.version().await)]);
    assert_eq!(order.browser.post(&format!("{}/route", order.order), &body, Some(ORIGIN)).await.status, 303);
    assert!(!order.browser.get(&documents).await.body.contains("&#34;kty&#34;"), "nobody is told of a key");
}

#[tokio::test]
async fn an_identity_is_decided_about_a_person_and_by_nothing_else() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    order.with_bankid(&links[1]).await;
    for event in ["accept_identity", "refuse_identity"] {
        assert_eq!(order.act("desk", event, "because").await.status, 404, "{event}");
    }
    assert_eq!(order.state().await, "Identity in review");
    assert!(!order.page().await.body.contains("Identity accepted by the operator"));
}

#[tokio::test]
async fn the_end_of_one_order_shut_its_receiver_out_of_another() {
    let house = TestBroker::open().await;
    let (mut first, link) = at_the_issuer(&house, "receiver_enters").await;
    first.act("desk", "issue", "").await;
    received(&first, &link).await;
    let mut second = Ordering::begin_as(&house, &first).await;
    second.fill_in(ALONE).await;
    second.submit().await;
    let links = second.links().await;
    second.with_bankid(&links[0]).await;
    for event in ["seal", "sent", "issue"] {
        second.act("desk", event, "").await;
    }
    let (mut phone, _) = received(&second, links.last().unwrap()).await;
    first.act("act", "withdraw", "").await;
    let page = phone.get(&format!("{}/receive", second.order)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    second.act("act", "withdraw", "").await;
    assert_ne!(phone.get(&format!("{}/receive", second.order)).await.status, 200);
}
