//! What a browser keeps.

use axum::{body::Body, http::Request};

use crate::house::{HOST, TestBroker, with};

fn login_cookies(browser: &crate::house::Browser<'_>) -> Vec<(String, String)> {
    browser
        .cookies
        .iter()
        .filter(|(name, _)| name.starts_with("__Host-login-"))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

#[tokio::test]
async fn a_login_cookie_is_host_bound_lax_http_only_and_small() {
    let house = TestBroker::open().await;
    let reply = house.browser().authorize(&[("state", Some(&"s".repeat(600)))]).await;
    let line =
        reply.all("set-cookie").into_iter().find(|it| it.starts_with("__Host-login-")).unwrap().to_owned();
    for part in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let pair = line.split(';').next().unwrap();
    assert!(pair.len() <= 1_800, "{} bytes", pair.len());
}

#[tokio::test]
async fn even_the_longest_request_keeps_its_cookie_within_1800_bytes() {
    let house = TestBroker::open().await;
    for length in [0, 900, 1_000, 1_100, 1_200, 1_300, 4_000] {
        let state = "s".repeat(length);
        let reply = house.browser().authorize(&[("state", Some(&state))]).await;
        for line in reply.all("set-cookie") {
            assert!(line.split(';').next().unwrap().len() <= 1_800, "state of {length}");
        }
    }
}

/// The bytes of all our cookies as a browser sends them.
fn sent(browser: &crate::house::Browser<'_>) -> usize {
    browser.cookies.iter().map(|(name, value)| name.len() + value.len() + 3).sum()
}

#[tokio::test]
async fn the_fifth_login_in_a_browser_lost_the_first() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let first = browser.authorize(&[("state", Some("first"))]).await;
    for _ in 0..4 {
        house.step(1);
        browser.authorize(&[]).await;
    }
    let back = browser.at_the_eid(&first, with::APP, None);
    assert_eq!(browser.get(&back).await.param("state"), "first");
}

#[tokio::test]
async fn all_our_cookies_together_stay_within_3500_bytes_however_many_logins_begin() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let state = "s".repeat(700);
    let mut leaves = Vec::new();
    for number in 0..24 {
        house.step(1);
        leaves.push(browser.authorize(&[("state", Some(&state))]).await);
        assert!(sent(&browser) <= 3_500, "{} bytes after {number}", sent(&browser));
    }
    for leave in leaves.iter().rev().take(4) {
        let back = browser.at_the_eid(leave, with::APP, None);
        assert_eq!(browser.get(&back).await.param("state"), state, "the largest were stored, not given up");
        assert!(sent(&browser) <= 3_500);
    }
}

#[tokio::test]
async fn a_login_that_made_room_names_its_application_and_the_way_there() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let first = browser.authorize(&[]).await;
    let (name, _) = login_cookies(&browser).remove(0);
    while browser.cookies.get(&name).is_some_and(|value| value.len() > 84) {
        house.step(1);
        browser.authorize(&[]).await;
    }
    assert!(name.len() + 1 + browser.cookies[&name].len() <= 120);
    let back = browser.at_the_eid(&first, with::APP, None);
    let login = name.strip_prefix("__Host-login-").unwrap().to_owned();
    for target in [back, format!("/login/{login}")] {
        let page = browser.get(&target).await;
        assert_eq!((page.status, page.trouble()), (400, "login-set-aside"), "{target}");
        assert!(page.body.contains("href=\"https://shop.example/\""), "{}", page.body);
    }
}

#[tokio::test]
async fn an_older_attempt_approved_after_a_newer_one_had_no_way_on() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let older = browser.authorize(&[]).await;
    let (name, _) = login_cookies(&browser).remove(0);
    let login = name.strip_prefix("__Host-login-").unwrap().to_owned();
    let newer = browser.get(&format!("/login/{login}/with/no-bankid")).await;
    let back = browser.at_the_eid(&older, with::APP, None);
    let page = browser.get(&back).await;
    assert_eq!((page.status, page.trouble()), (400, "login-superseded"));
    assert!(page.body.contains(&format!("href=\"/login/{login}\"")), "{}", page.body);
    let back = browser.at_the_eid(&newer, with::APP, None);
    assert!(browser.get(&back).await.find_param("code").is_some(), "the newer attempt goes on");
    let page = browser.get(&back).await;
    assert_eq!(page.trouble(), "login-over");
    assert!(page.body.contains("/restart\"") && page.body.contains("href=\"https://shop.example/\""));
}

#[tokio::test]
async fn two_tabs_log_in_side_by_side() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let one = browser.authorize(&[("state", Some("tab-one"))]).await;
    let two = browser.authorize(&[("state", Some("tab-two"))]).await;
    let (back_one, back_two) =
        (browser.at_the_eid(&one, with::APP, None), browser.at_the_eid(&two, with::APP, None));
    assert_eq!(browser.get(&back_two).await.param("state"), "tab-two");
    assert_eq!(browser.get(&back_one).await.param("state"), "tab-one");
}

#[tokio::test]
async fn rule_16_a_changed_or_foreign_cookie_is_the_same_as_none() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let (name, value) = login_cookies(&browser).remove(0);
    for at in [0, 5, 11, 20, value.len() / 2, value.len() - 1] {
        let mut changed = value.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        browser.cookies.insert(name.clone(), String::from_utf8(changed).unwrap());
        assert_eq!(browser.get(&back).await.trouble(), "login-lost", "byte {at}");
    }
    browser.cookies.clear();
    browser.cookies.insert("__Host-login-AAAAAAAAAAAAAAAA".to_owned(), value.clone());
    assert_eq!(browser.get(&back).await.trouble(), "login-lost", "under another name");
    browser.cookies.clear();
    browser.cookies.insert(name, value);
    assert!(browser.get(&back).await.find_param("code").is_some(), "unchanged it opens");
}

#[tokio::test]
async fn the_last_used_eid_comes_first_next_time() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    browser.log_in(&[("acr_values", Some("urn:grn:authn:no:vipps"))], with::APP).await;
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let page = browser.follow(shown).await;
    let (vipps, bankid) =
        (page.body.find("/with/no-vipps").unwrap(), page.body.find("/with/no-bankid").unwrap());
    assert!(vipps < bankid);
}

#[tokio::test]
async fn a_login_cookie_was_lost_where_a_copy_that_does_not_open_came_first() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    browser.authorize(&[("acr_values", None)]).await;
    let (name, value) = login_cookies(&browser).remove(0);
    let login = name.strip_prefix("__Host-login-").unwrap();
    // It claims to end later than the one that is sealed by us.
    let copy = crypto::b64::encode(&[&4_000_000_000_i64.to_be_bytes()[..], &[7; 60]].concat());
    let request = Request::get(format!("/login/{login}/with/no-bankid")).header("host", HOST);
    let request = request.header("cookie", format!("{name}={copy}; {name}={value}"));
    let left = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(left.status, 303, "{left:?}");
    let removed =
        left.all("set-cookie").into_iter().filter(|it| it.starts_with(&name) && it.contains("Max-Age=0"));
    assert_eq!(removed.count(), 0, "{left:?}");
}
