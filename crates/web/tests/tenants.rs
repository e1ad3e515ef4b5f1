//! What begins at one domain means nothing at another.

use crate::house::{HOST, House, with};

const OTHER: &str = "id.other.example";

#[tokio::test]
async fn a_host_that_is_nobodys_does_not_exist() {
    let house = House::open().await;
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
    let house = House::open().await;
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

#[tokio::test]
async fn codes_tokens_and_clients_of_one_domain_are_unknown_at_another() {
    let house = House::open().await;
    let code = house.code(&[]).await;
    let token =
        house.redeem(&house.code(&[]).await).await.json()["access_token"].as_str().unwrap().to_owned();
    let other = house.add_domain(OTHER, "other").await;
    let uris = vec![crate::house::REDIRECT.to_owned()];
    house
        .add_application(other, "shop", model::ApplicationSettings::new(model::ApplicationKind::Web, uris))
        .await;
    let mut elsewhere = house.browser();
    OTHER.clone_into(&mut elsewhere.host);
    let body = crate::house::form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", crate::house::REDIRECT),
        ("code_verifier", crate::house::VERIFIER),
        ("client_id", "shop"),
        ("client_secret", house.secret.expose()),
    ]);
    assert_eq!(elsewhere.post("/oauth2/token", &body, None).await.error(), "invalid_grant");
    assert_eq!(elsewhere.post("/oauth2/userinfo", &format!("access_token={token}"), None).await.status, 401);
    assert_eq!(house.redeem(&code).await.status, 200, "and at home it is still good");
}

#[tokio::test]
async fn a_production_identity_source_cannot_be_given_to_a_test_domain() {
    let house = House::open().await;
    let new = console::NewIdentitySource {
        domain: house.domain,
        domain_environment: model::Environment::Test,
        eid: model::Eid::NoBankid,
        environment: model::EidEnvironment::Production,
        credentials: eid::SourceCredentials {
            client_id: "x".to_owned(),
            method: eid::SourceMethod::ClientSecretPost,
            secret: Some("x".to_owned()),
            private_key: None,
        },
    };
    let refused =
        house.console.save_identity_source(&house.tenant, &new, model::Timestamp::from_seconds(0)).await;
    assert!(matches!(refused, Err(console::Refusal::Environment)));
}
