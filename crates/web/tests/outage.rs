//! An eID that does not answer, or that the tenant says something about.

use std::sync::atomic::Ordering;

use model::LoginMethod;
use serde_json::json;

use crate::house::{Reply, TestBroker, with};

const BOTH: &[(&str, Option<&str>)] = &[("acr_values", None)];

async fn selector(house: &TestBroker) -> Reply {
    let mut browser = house.browser();
    let reply = browser.authorize(BOTH).await;
    browser.follow(reply).await
}

/// The status of BankID, as everybody may read it.
async fn status(house: &TestBroker) -> String {
    let reply = house.get("/eids").await;
    reply.json()["eids"][0]["status"].as_str().unwrap().to_owned()
}

async fn probe_twice(house: &TestBroker) {
    for _ in 0..2 {
        house.step(30);
        house.probe().await;
    }
}

#[tokio::test]
async fn an_eid_that_fails_its_probe_twice_is_marked_and_can_be_chosen_all_the_same() {
    let house = TestBroker::open().await;
    assert_eq!(status(&house).await, "unknown");
    probe_twice(&house).await;
    assert_eq!(status(&house).await, "up");
    house.bankid_is_down.store(true, Ordering::SeqCst);
    probe_twice(&house).await;
    let page = selector(&house).await;
    assert!(page.body.contains("BankID har problemer akkurat nå"), "{}", page.body);
    assert!(!page.body.contains("Vipps har problemer"));
    assert!(page.body.contains("/with/no-bankid\""), "still a link");
    assert_eq!(status(&house).await, "down");
}

#[tokio::test]
async fn one_success_is_enough_to_take_the_mark_away() {
    let house = TestBroker::open().await;
    house.get("/eids").await;
    house.bankid_is_down.store(true, Ordering::SeqCst);
    probe_twice(&house).await;
    assert_eq!(status(&house).await, "down");
    house.bankid_is_down.store(false, Ordering::SeqCst);
    house.step(30);
    house.browser().log_in(&[], with::APP).await.param("code");
    assert_eq!(status(&house).await, "up", "a login that went well says so before the next probe");
}

#[tokio::test]
async fn logins_that_fail_at_the_eid_count() {
    let house = TestBroker::open().await;
    for _ in 0..2 {
        house.step(10);
        house.browser().log_in_with(&[], with::APP, Some(sandbox::SimulatedFault::Http500)).await;
    }
    assert_eq!(status(&house).await, "down");
}

#[tokio::test]
async fn a_probe_that_works_does_not_say_up_while_logins_fail() {
    let house = TestBroker::open().await;
    probe_twice(&house).await;
    for _ in 0..2 {
        house.step(10);
        house.browser().log_in_with(&[], with::APP, Some(sandbox::SimulatedFault::Http500)).await;
    }
    probe_twice(&house).await;
    assert_eq!(status(&house).await, "down", "its two documents can be read, and nobody can log in");
    house.browser().log_in(&[], with::APP).await.param("code");
    assert_eq!(status(&house).await, "up");
}

#[tokio::test]
async fn what_a_browser_brings_back_says_nothing_about_an_eid() {
    let house = TestBroker::open().await;
    for _ in 0..4 {
        house.step(10);
        let mut browser = house.browser();
        let leave = browser.authorize(&[]).await;
        let state = leave.param("state");
        browser.get(&format!("/callback/no-bankid?error=temporarily_unavailable&state={state}")).await;
    }
    assert_eq!(status(&house).await, "unknown");
}

#[tokio::test]
async fn with_one_eid_that_is_down_the_person_sees_the_ordinary_trouble() {
    let house = TestBroker::open().await;
    house.bankid_is_down.store(true, Ordering::SeqCst);
    let mut browser = house.browser();
    let reply = browser.authorize(&[]).await;
    let page = browser.follow(reply).await;
    assert_eq!((page.status, page.trouble()), (200, "eid-down"));
}

#[tokio::test]
async fn everybody_may_read_which_eids_a_domain_has() {
    let house = TestBroker::open().await;
    house.get("/eids").await;
    house.probe().await;
    let reply = house.get("/eids").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=15"));
    let vipps = &reply.json()["eids"][1];
    assert_eq!(vipps["id"], "no-vipps");
    assert_eq!(vipps["acr_values"], json!(["urn:grn:authn:no:vipps"]));
    assert!(vipps["since"].is_i64() && vipps["notice"].is_null(), "{vipps}");
}

#[tokio::test]
async fn the_tenants_own_text_is_shown_whether_the_eid_works_or_not() {
    let mut house = TestBroker::open().await;
    let notice = json!({"notice": {"nb": "BankID er nede & oppe i natt", "en": "Work on BankID tonight"}});
    house.set_source_settings(LoginMethod::NO_BANKID, &notice.to_string()).await;
    assert!(selector(&house).await.body.contains("BankID er nede &#38; oppe i natt"));
    assert_eq!(house.get("/eids").await.json()["eids"][0]["notice"], notice["notice"]);
    house.set_source_settings(LoginMethod::NO_BANKID, r#"{"notice": {"nb": "<script>"}}"#).await;
    assert!(!selector(&house).await.body.contains("script"), "what does not parse is not shown");
    assert_eq!(house.browser().log_in(&[], with::APP).await.param("code").len(), 43, "and logins go on");
}
