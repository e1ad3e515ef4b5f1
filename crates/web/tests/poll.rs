//! A login with an eID that is polled: the person answers on another device, and the page asks.

use std::sync::Arc;

use model::LoginMethod;

use crate::{
    house::{Browser, Reply, TestBroker},
    poll_eid::{self, PollService},
};

const POLLED: &[(&str, Option<&str>)] = &[("acr_values", Some("urn:grn:authn:no:vipps"))];

async fn open() -> (TestBroker, Arc<PollService>) {
    let mut house = TestBroker::open().await;
    let (service, connector) = poll_eid::serve(1).await;
    house.use_connector(LoginMethod::NO_VIPPS, connector);
    (house, service)
}

/// Begins a login; gives the address of its page.
async fn begin(browser: &mut Browser<'_>, changes: &[(&str, Option<&str>)]) -> String {
    browser.authorize(&[POLLED, changes].concat()).await.location().to_owned()
}

/// What the page shows when it loads itself again, after the two seconds that the eID wants.
async fn later(browser: &mut Browser<'_>, page: &str) -> Reply {
    browser.house.step(2);
    let reply = browser.get(page).await;
    browser.follow(reply).await
}

fn is_waiting(reply: &Reply) -> bool {
    reply.status == 200 && reply.body.contains("id=\"open-app\"")
}

#[tokio::test]
async fn who_answers_on_another_device_is_logged_in() {
    let (house, service) = open().await;
    let mut browser = Browser { language: Some("en"), ..house.browser() };
    let page = begin(&mut browser, &[]).await;
    let first = browser.get(&page).await;
    assert!(is_waiting(&first) && first.body.contains("Open the app of Vipps"), "{}", first.body);
    let told = later(&mut browser, &page).await;
    assert!(is_waiting(&told) && told.body.contains("HEST FJELL"), "{}", told.body);

    service.say("complete");
    let code = later(&mut browser, &page).await.param("code");
    let tokens = house.redeem(&code).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["acr"], "urn:grn:authn:no:vipps");
    assert_eq!((service.begun(), service.asked(), service.taken_back().len()), (1, 2, 0));
}

#[tokio::test]
async fn the_page_asks_by_itself_without_a_script() {
    let (house, _service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    let shown = browser.get(&page).await;
    assert_eq!(shown.header("refresh"), Some(format!("2; url={page}").as_str()));
    assert!(shown.body.contains(&format!("href=\"{page}\"")), "for browsers that load nothing by themselves");
    assert!(!shown.body.contains("<script"));
    assert!(shown.leads_to(&format!("{page}/back")), "a way to cancel");
}

#[tokio::test]
async fn the_eid_is_asked_no_sooner_than_it_wants_to_be() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    for _ in 0..3 {
        assert!(is_waiting(&browser.get(&page).await));
    }
    assert_eq!(service.asked(), 0);
    later(&mut browser, &page).await;
    for _ in 0..3 {
        assert!(browser.get(&page).await.body.contains("HEST FJELL"), "as it was told last");
    }
    assert_eq!(service.asked(), 1);
}

#[tokio::test]
async fn of_two_tabs_that_ask_at_once_one_asks_the_eid_and_both_see_the_same() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    later(&mut browser, &page).await;
    house.step(2);
    let (mut other, held) = (browser.clone(), service.hold());
    let meanwhile = async {
        service.is_asked().await;
        service.is_asked().await;
        let shown = other.get(&page).await;
        held.notify_one();
        shown
    };
    let (one, two) = tokio::join!(browser.get(&page), meanwhile);
    assert!(is_waiting(&one) && one.body == two.body, "{} {}", one.body, two.body);
    assert_eq!(service.asked(), 2, "once before, and once for both");
}

#[tokio::test]
async fn two_nodes_that_both_hear_that_it_is_done_give_one_code() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("complete");
    house.step(2);
    let (mut other, held) = (browser.clone(), service.hold());
    let meanwhile = async {
        service.is_asked().await;
        // The lease of the first, whose answer is still on its way, is over.
        house.step(10);
        let answer = other.get(&page).await;
        held.notify_one();
        answer
    };
    let (one, two) = tokio::join!(browser.get(&page), meanwhile);
    assert_eq!((service.asked(), one.param("code")), (2, two.param("code")));
    assert_eq!(house.redeem(&one.param("code")).await.status, 200);
}

#[tokio::test]
async fn a_node_that_is_lost_while_it_asks_loses_the_login_to_the_next() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("complete");
    house.step(2);
    let (mut lost, _held) = (browser.clone(), service.hold());
    tokio::select! {
        reply = lost.get(&page) => panic!("{reply:?}"),
        () = service.is_asked() => {}
    }
    drop(lost);
    assert!(is_waiting(&later(&mut browser, &page).await), "the lease is not over");
    house.step(8);
    assert!(browser.get(&page).await.find_param("code").is_some());
    assert_eq!(service.asked(), 2);
}

#[tokio::test]
async fn an_answer_that_was_lost_on_the_way_is_given_again() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("complete");
    let mut before = browser.clone();
    let code = later(&mut browser, &page).await.param("code");
    assert_eq!(later(&mut before, &page).await.param("code"), code);
    assert_eq!(later(&mut browser, &page).await.trouble(), "login-over");
    assert_eq!(service.asked(), 1);
}

#[tokio::test]
async fn who_cancels_on_their_device_goes_back_to_the_application() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("cancelled");
    assert_eq!(later(&mut browser, &page).await.error(), "access_denied");
    assert!(service.taken_back().is_empty(), "it is over at the eID");
}

#[tokio::test]
async fn who_cancels_on_our_page_takes_the_order_back_once() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    let (back, mut again) = (format!("{page}/back"), browser.clone());
    assert_eq!(browser.get(&back).await.error(), "access_denied");
    assert_eq!(again.get(&back).await.error(), "access_denied", "pressed twice");
    assert_eq!(service.taken_back(), ["order-1"]);
    service.say("complete");
    assert_eq!(later(&mut browser, &page).await.trouble(), "login-over");
    assert_eq!(service.asked(), 0);
}

#[tokio::test]
async fn who_chooses_another_eid_takes_the_order_back() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = browser.authorize(&[("acr_values", None)]).await.location().to_owned();
    let begun = browser.get(&format!("{page}/with/no-vipps")).await;
    assert_eq!(begun.location(), page);
    let shown = browser.get(&page).await;
    assert!(is_waiting(&shown) && shown.leads_to(&format!("{page}/choose")));

    let selector = browser.get(&format!("{page}/choose")).await;
    assert!(browser.follow(selector).await.leads_to("/with/no-bankid"));
    assert_eq!(service.taken_back(), ["order-1"]);
    browser.get(&format!("{page}/with/no-vipps")).await;
    let leave = browser.get(&format!("{page}/with/no-bankid")).await;
    assert!(leave.location().contains("bankid.localhost"));
    assert_eq!(service.taken_back(), ["order-1", "order-2"]);
}

#[tokio::test]
async fn an_order_that_runs_out_at_the_eid_can_be_begun_anew() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("expired");
    assert_eq!(later(&mut browser, &page).await.trouble(), "eid-slow");
    service.say("complete");
    browser.get(&format!("{page}/with/no-vipps")).await;
    assert!(later(&mut browser, &page).await.find_param("code").is_some());
    assert_eq!(service.begun(), 2);
}

#[tokio::test]
async fn two_questions_without_an_answer_are_waited_out_and_the_third_is_trouble() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("down");
    for _ in 0..2 {
        assert!(is_waiting(&later(&mut browser, &page).await));
    }
    service.say("pending");
    assert!(is_waiting(&later(&mut browser, &page).await), "an answer makes the count begin anew");
    service.say("down");
    for _ in 0..2 {
        assert!(is_waiting(&later(&mut browser, &page).await));
    }
    assert_eq!(later(&mut browser, &page).await.trouble(), "eid-down");
}

#[tokio::test]
async fn questions_without_an_answer_count_towards_the_health_of_the_eid() {
    let (house, service) = open().await;
    let status = async || house.get("/eids").await.json()["eids"][1]["status"].as_str().unwrap().to_owned();
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    service.say("down");
    for _ in 0..2 {
        house.step(10);
        later(&mut browser, &page).await;
    }
    assert_eq!(status().await, "down");
    service.say("complete");
    later(&mut browser, &page).await.param("code");
    assert_eq!(status().await, "up");
}

#[tokio::test]
async fn a_stored_request_ends_with_the_order_and_its_answer_is_given_again() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let stored = browser.post("/oauth2/authorize", &house.request(POLLED), None).await;
    let page = stored.location().to_owned();
    let shown = browser.follow(stored).await;
    assert!(is_waiting(&shown));
    service.say("complete");
    let mut before = browser.clone();
    let code = later(&mut browser, &page).await.param("code");
    assert_eq!(later(&mut before, &page).await.param("code"), code);
}

#[tokio::test]
async fn an_eid_that_does_not_take_an_order_is_trouble_before_anything_is_kept() {
    let (house, service) = open().await;
    service.say("down");
    let mut browser = house.browser();
    let reply = browser.authorize(POLLED).await;
    assert_eq!(browser.follow(reply).await.trouble(), "eid-down");
    assert_eq!(house.sweep(&house.call()).await, 0);
}

#[tokio::test]
async fn an_order_lives_no_longer_than_its_login() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    house.step(15 * 60);
    service.say("complete");
    assert_eq!(later(&mut browser, &page).await.trouble(), "login-over");
    assert_eq!((service.asked(), house.sweep(&house.call()).await), (0, 1));
}

#[tokio::test]
async fn an_order_whose_row_is_gone_can_be_begun_anew() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    house.meddle("DELETE FROM eid_orders");
    assert_eq!(later(&mut browser, &page).await.trouble(), "eid-slow");
    assert_eq!(service.asked(), 0);
}

#[tokio::test]
async fn without_the_cookie_or_at_another_tenant_there_is_no_order() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    let other = crate::house::a_tenant(&house.console, "other", house.time()).await;
    house.add_domain_of(&other, "id.other.example", "other").await;
    let (mut elsewhere, mut bare) = (browser.clone(), house.browser());
    "id.other.example".clone_into(&mut elsewhere.host);
    for stranger in [&mut elsewhere, &mut bare] {
        let reply = later(stranger, &page).await;
        assert_eq!((reply.status, reply.trouble()), (400, "login-lost"));
    }
    assert_eq!(service.asked(), 0);
}

#[tokio::test]
async fn what_the_application_asks_of_a_person_is_asked_after_the_eid_as_well() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[("prompt", Some("consent"))]).await;
    service.say("complete");
    let consent = later(&mut browser, &page).await;
    assert!(consent.body.contains("id=\"consent-allow\""), "{}", consent.body);
    let origin = Some("https://id.shop.example");
    let answer = browser.post(&format!("{page}/consent"), "decision=allow", origin).await;
    assert!(answer.by_itself().find_param("code").is_some());
}

#[tokio::test]
async fn an_eid_that_is_switched_off_meanwhile_is_asked_no_more() {
    let (house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    house.switch(LoginMethod::NO_VIPPS, false).await;
    service.say("complete");
    assert_eq!(later(&mut browser, &page).await.trouble(), "eid-switched-off");
    assert_eq!(service.asked(), 0);
}

#[tokio::test]
async fn an_order_is_asked_about_only_by_the_client_that_began_it() {
    let (mut house, service) = open().await;
    let mut browser = house.browser();
    let page = begin(&mut browser, &[]).await;
    let cookies = browser.cookies;
    let (elsewhere, connector) = poll_eid::serve(2).await;
    house.use_connector(LoginMethod::NO_VIPPS, connector);
    let mut browser = Browser { cookies, ..house.browser() };
    assert_eq!(later(&mut browser, &page).await.trouble(), "source-changed");
    assert_eq!((service.asked(), elsewhere.asked()), (0, 0));
}
