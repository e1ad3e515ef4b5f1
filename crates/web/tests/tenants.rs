//! What begins at one domain means nothing at another.

use crate::house::{HOST, REDIRECT, TestBroker, VERIFIER, form, may, with};
use authority::{Caller, Permission};

const OTHER: &str = "id.other.example";

#[tokio::test]
async fn a_host_that_is_nobodys_does_not_exist() {
    let house = TestBroker::open().await;
    for host in ["nobody.example", "", "id.shop.example:8443", "ID.SHOP.EXAMPLE.evil.example"] {
        let mut browser = house.browser();
        host.clone_into(&mut browser.host);
        assert_eq!(browser.get("/.well-known/openid-configuration").await.status, 404, "{host}");
    }
    let mut browser = house.browser();
    "ID.Shop.Example".clone_into(&mut browser.host);
    assert_eq!(browser.get("/.well-known/openid-configuration").await.status, 200);
}

#[tokio::test]
async fn rule_12_a_login_ends_only_in_the_domain_where_it_began() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    house.add_domain(OTHER, "other").await;
    let mut elsewhere = browser.clone();
    OTHER.clone_into(&mut elsewhere.host);
    let target = back.strip_prefix(&format!("https://{HOST}")).unwrap();
    let reply = elsewhere.get(target).await;
    assert_eq!((reply.status, reply.trouble()), (400, "login-lost"));
}

/// What begins at the shop is tried at a domain of this tenant, with an application of the same name and secret.
async fn is_nothing_at(house: &TestBroker, tenant: &console::Tenant) {
    let code = house.code(&[]).await;
    let token =
        house.redeem(&house.code(&[]).await).await.json()["access_token"].as_str().unwrap().to_owned();
    let other = house.add_domain_of(tenant, OTHER, "other").await;
    let uris = vec![REDIRECT.to_owned()];
    let settings = model::ApplicationSettings::new(model::ApplicationKind::Web, uris);
    house.add_application_of(tenant, (other, "shop"), settings).await;
    let mut elsewhere = house.browser();
    OTHER.clone_into(&mut elsewhere.host);
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_id", "shop"),
        ("client_secret", house.secret.expose()),
    ]);
    assert_eq!(elsewhere.post("/oauth2/token", &body, None).await.error(), "invalid_grant");
    assert_eq!(elsewhere.post("/oauth2/userinfo", &format!("access_token={token}"), None).await.status, 401);
    let refused = elsewhere.authorize(&[("client_id", Some("signed"))]).await;
    assert_eq!(refused.trouble(), "client-unknown", "an application of the other domain");
    assert_eq!(house.redeem(&code).await.status, 200, "and at home it is still good");
}

#[tokio::test]
async fn codes_tokens_and_applications_of_one_domain_are_nothing_at_another() {
    let house = TestBroker::open().await;
    is_nothing_at(&house, &house.tenant).await;
}

#[tokio::test]
async fn rule_12_codes_tokens_and_applications_of_one_tenant_are_nothing_at_another() {
    let house = TestBroker::open().await;
    let now = model::Timestamp::from_seconds(crate::house::START);
    let other = house
        .console
        .ensure_tenant(
            &house.console.installation(&Caller::operator("test"), Permission::CreateTenants).unwrap(),
            "other",
            now,
        )
        .await
        .unwrap();
    is_nothing_at(&house, &other).await;
}

#[tokio::test]
async fn a_production_identity_source_cannot_be_given_to_a_test_domain() {
    let house = TestBroker::open().await;
    let new = console::NewIdentitySource {
        domain: house.domain,
        domain_environment: model::Environment::Test,
        eid: model::LoginMethod::NO_BANKID,
        environment: model::EidEnvironment::Production,
        credentials: eid::SourceCredentials {
            client_id: "x".to_owned(),
            method: eid::SourceMethod::ClientSecretPost,
            secret: Some("x".to_owned()),
            private_key: None,
        },
    };
    let refused = house
        .console
        .save_identity_source(
            &may(&house.tenant, Permission::ManageSources),
            &new,
            model::Timestamp::from_seconds(0),
        )
        .await;
    assert!(matches!(refused, Err(console::Refusal::Environment)));
}
