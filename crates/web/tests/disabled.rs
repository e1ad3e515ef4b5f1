//! Domains and tenants that are disabled or deleted: logins stop at once, and nothing is lost.

use authority::Permission;
use console::TenantView;
use serde_json::{Value, json};
use store::bin::Object;

use crate::house::{REDIRECT, Reply, TestBroker, form, may, with};

async fn switch_domain(house: &TestBroker, on: bool) {
    let reading = may(&house.tenant, Permission::ReadSettings);
    let all = house.console.domains(&reading, None).await.unwrap();
    let seen = all.iter().find(|it| it.id == house.domain).unwrap().seen();
    let permit = may(&house.tenant, Permission::ManageDomains);
    let switched = match on {
        true => house.console.enable_domain(&permit, house.domain, &seen, house.time()).await,
        false => house.console.disable_domain(&permit, house.domain, &seen, house.time()).await,
    };
    switched.unwrap();
    house.step(10);
}

async fn switch_tenant(house: &TestBroker, on: bool) {
    let tenant = house.console.tenant_by_id(house.tenant.caller(), house.tenant.id).await.unwrap();
    let permit = may(&tenant, Permission::SwitchTenants);
    house.console.switch_tenant(&permit, &TenantView::seen(&tenant), on, house.time()).await.unwrap();
    house.step(10);
}

async fn introspect(house: &TestBroker, token: &Value) -> Value {
    let token = token.as_str().unwrap();
    let pairs = [("token", token), ("client_id", "shop"), ("client_secret", house.secret.expose())];
    house.post("/oauth2/introspect", &form(&pairs), &[]).await.json()
}

async fn refresh(house: &TestBroker, token: &Value) -> Reply {
    let token = token.as_str().unwrap();
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "shop")];
    house.token(&[pairs.as_slice(), &[("client_secret", house.secret.expose())]].concat()).await
}

async fn tokens(house: &TestBroker) -> Value {
    house.redeem(&house.code(&[("scope", Some("openid offline_access"))]).await).await.json()
}

#[tokio::test]
async fn a_disabled_domain_gives_nothing_and_spends_nothing() {
    let house = TestBroker::with(|it| it.refresh_tokens = true).await;
    let (tokens, code) = (tokens(&house).await, house.code(&[]).await);
    let access = tokens["access_token"].as_str().unwrap();
    switch_domain(&house, false).await;

    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(refresh(&house, &tokens["refresh_token"]).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(access).await.error(), "invalid_token");
    assert_eq!(introspect(&house, &tokens["access_token"]).await, json!({"active": false}));
    let pushed = form(&[
        ("client_id", "shop"),
        ("client_secret", house.secret.expose()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid"),
        ("nonce", "n"),
    ]);
    assert_eq!(house.post("/oauth2/par", &pushed, &[]).await.error(), "temporarily_unavailable");
    let keys = house.get("/.well-known/jwks").await;
    assert_eq!(keys.status, 200, "what was signed before can still be verified");

    switch_domain(&house, true).await;
    assert_eq!(house.redeem(&code).await.status, 200);
    assert_eq!(refresh(&house, &tokens["refresh_token"]).await.status, 200);
    assert_eq!(house.userinfo(access).await.status, 200);
}

#[tokio::test]
async fn people_at_a_disabled_domain_are_told_who_can_switch_it_on() {
    let house = TestBroker::open().await;
    switch_tenant(&house, false).await;
    for (language, title) in [
        ("nb", "Innlogging er slått av her"),
        ("nn", "Innlogging er slått av her"),
        ("en", "Login is switched off here"),
    ] {
        let page = house.get(&format!("/oauth2/authorize?{}&lang={language}", house.request(&[]))).await;
        assert_eq!((page.status, page.header("location")), (403, None));
        assert!(page.body.contains(title) && page.body.contains("administrator"), "{}", page.body);
    }
    assert_eq!(house.get("/").await.status, 403);
    assert_eq!(house.get("/privacy").await.status, 200);
    switch_tenant(&house, true).await;
    assert!((300..400).contains(&house.browser().authorize(&[]).await.status));
}

#[tokio::test]
async fn a_login_in_flight_goes_on_when_its_domain_is_enabled_again() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    switch_domain(&house, false).await;
    assert_eq!(browser.get(&back).await.status, 403);
    switch_domain(&house, true).await;
    let answer = browser.get(&back).await;
    assert!(browser.follow(answer).await.find_param("code").is_some());
}

#[tokio::test]
async fn a_deleted_domain_is_an_unknown_host_until_it_is_restored() {
    let house = TestBroker::open().await;
    let code = house.code(&[]).await;
    let mut elsewhere = house.browser();
    "nobody.example".clone_into(&mut elsewhere.host);
    let unknown = elsewhere.authorize(&[]).await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let seen = house.console.domains(&reading, None).await.unwrap()[0].seen();
    let permit = may(&house.tenant, Permission::DeleteDomains);
    house.console.delete_domain(&permit, (house.domain, &seen), house.time()).await.unwrap();
    house.step(10);

    let page = house.browser().authorize(&[]).await;
    assert_eq!((page.status, page.trouble()), (404, unknown.trouble()));
    assert_eq!(house.redeem(&code).await.status, 404);
    let object = Object::domain(house.tenant.id, house.domain);
    house.console.restore_deleted(&permit, &object, house.time()).await.unwrap();
    house.step(10);
    assert_eq!(house.redeem(&code).await.status, 200);
}
