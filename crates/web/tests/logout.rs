//! Logout at the wish of an application.

use crate::house::{TestBroker, form, with};

const BYE: &str = "https://shop.example/bye";

async fn hint(house: &TestBroker) -> String {
    house.redeem(&house.code(&[]).await).await.json()["id_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn req_l1_with_a_hint_the_browser_goes_to_the_registered_address() {
    let house = TestBroker::open().await;
    let hint = hint(&house).await;
    house.step(100_000);
    let query = form(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE), ("state", "a&b")]);
    let reply = house.get(&format!("/oauth2/logout?{query}")).await;
    assert_eq!(reply.location(), "https://shop.example/bye?state=a%26b", "an expired hint is fine");
    let without_state = form(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]);
    assert_eq!(house.get(&format!("/oauth2/logout?{without_state}")).await.location(), BYE);
}

#[tokio::test]
async fn neg_05_what_cannot_be_trusted_is_a_page_and_never_a_redirect() {
    let house = TestBroker::open().await;
    let hint = hint(&house).await;
    let mut changed = hint.clone();
    changed.replace_range(hint.len() - 5..hint.len() - 4, if hint.ends_with('A') { "B" } else { "A" });
    for query in [
        form(&[("post_logout_redirect_uri", BYE)]),
        form(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://evil.example/")]),
        form(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://shop.example/bye?foo=bar")]),
        form(&[("id_token_hint", &changed), ("post_logout_redirect_uri", BYE)]),
        form(&[("id_token_hint", "nonsense"), ("post_logout_redirect_uri", BYE)]),
        form(&[("id_token_hint", &hint), ("client_id", "spa"), ("post_logout_redirect_uri", BYE)]),
        form(&[("client_id", "nobody"), ("post_logout_redirect_uri", BYE)]),
        form(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE), ("state", "1"), ("state", "2")]),
    ] {
        let reply = house.get(&format!("/oauth2/logout?{query}")).await;
        assert_eq!((reply.status, reply.header("location")), (400, None), "{query:.200}");
        assert!(!reply.leads_to("evil.example"));
    }
}

#[tokio::test]
async fn without_an_address_there_is_a_page() {
    let house = TestBroker::open().await;
    let only_hint = form(&[("id_token_hint", &hint(&house).await)]);
    for query in [String::new(), "state=x".to_owned(), only_hint] {
        let reply = house.get(&format!("/oauth2/logout?{query}")).await;
        assert_eq!((reply.status, reply.header("location")), (200, None));
        let way_on = if query.contains("hint") { "href=\"https://shop.example/\"" } else { "href=\"/\"" };
        assert!(reply.body.contains(way_on), "{}", reply.body);
    }
}

#[tokio::test]
async fn with_only_a_client_id_the_person_is_asked_first() {
    let house = TestBroker::open().await;
    let query = form(&[("client_id", "shop"), ("post_logout_redirect_uri", BYE)]);
    let asked = house.get(&format!("/oauth2/logout?{query}")).await;
    assert!(asked.status == 200 && asked.body.contains("logout-yes"));
    let body = format!("{query}&decision=logout");
    let by_link = house.get(&format!("/oauth2/logout?{body}")).await;
    assert!(by_link.body.contains("logout-yes"), "a link is no decision");
    let foreign = house.post("/oauth2/logout", &body, &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.status, 303, "nor is a form of another site");
    let done = house.post("/oauth2/logout", &body, &[("origin", crate::house::ISSUER)]).await;
    assert!(done.status == 200 && done.body.contains(&format!("href=\"{BYE}\"")));
}

#[tokio::test]
async fn a_login_after_a_logout_is_a_new_login() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    browser.get("/oauth2/logout").await;
    assert_eq!(browser.authorize(&[("prompt", Some("none"))]).await.error(), "login_required");
}

#[tokio::test]
async fn a_bad_request_to_log_out_kept_the_person_logged_in_without_a_way_out() {
    let mut house = TestBroker::open().await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let code = browser.log_in(&[], with::APP).await.param("code");
    let tokens = house.redeem(&code).await.json();
    let own = tokens["id_token"].as_str().unwrap();
    for query in [
        form(&[("id_token_hint", "nonsense"), ("post_logout_redirect_uri", BYE)]),
        form(&[("client_id", "nobody")]),
        form(&[("id_token_hint", own), ("post_logout_redirect_uri", "https://evil.example/")]),
        form(&[("id_token_hint", own), ("state", "1"), ("state", "2")]),
        "state=%".to_owned(),
    ] {
        let page = browser.get(&format!("/oauth2/logout?{query}")).await;
        assert_eq!((page.status, page.header("location")), (400, None), "{query:.80}");
        assert!(page.body.contains("logout-here"), "{query:.80}");
        assert!(!page.leads_to("evil.example"), "it leads nowhere");
        let silent = browser.authorize(&[("prompt", Some("none"))]).await;
        assert!(silent.find_param("code").is_some(), "nothing was ended unasked");
    }
    let done = browser.post("/oauth2/logout", "decision=logout", Some(crate::house::ISSUER)).await;
    assert_eq!(done.status, 200);
    assert_eq!(browser.authorize(&[("prompt", Some("none"))]).await.error(), "login_required");
}

#[tokio::test]
async fn a_logout_that_was_confirmed_twice_gets_the_same_answer() {
    let mut house = TestBroker::open().await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    let mut impatient = browser.clone();
    let body = form(&[("client_id", "shop"), ("post_logout_redirect_uri", BYE), ("decision", "logout")]);
    let first = browser.post("/oauth2/logout", &body, Some(crate::house::ISSUER)).await;
    let second = impatient.post("/oauth2/logout", &body, Some(crate::house::ISSUER)).await;
    assert!(first.body.contains(&format!("href=\"{BYE}\"")));
    assert_eq!((second.status, second.body), (first.status, first.body));
}
