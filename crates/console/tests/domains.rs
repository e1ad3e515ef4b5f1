use authority::Permission;
use console::{DomainChange, NewDomain, Refusal};
use model::{DomainSettings, Environment, LoginMethod};
use store::domains::Scheme;
use texts::{Locale, Noun};

use crate::house::{HOST, House, NOW, a_domain, kari, may};

#[tokio::test]
async fn a_domain_is_found_by_its_host_with_its_tenant() {
    let house = House::open().await;
    let (tenant, domain) = house.console.domain(&kari(), "LOGIN.acme.example").await.unwrap();
    assert_eq!((tenant.id, domain.id, domain.host.as_str()), (house.tenant.id, house.domain, HOST));
    assert!(matches!(house.console.domain(&kari(), "x.example").await, Err(Refusal::NotFound(Noun::Domain))));
}

#[tokio::test]
async fn a_host_that_no_browser_could_be_sent_to_is_refused() {
    let house = House::open().await;
    for host in
        ["", "Login.example", "https://a.example", "a.example/x", "a..example", "a b", "a.example:0", "-a.no"]
    {
        let refused = house
            .console
            .create_domain(&may(&house.tenant, Permission::ManageDomains), &a_domain(host), NOW)
            .await;
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{host}");
    }
}

#[tokio::test]
async fn a_refused_host_is_told_with_its_field_and_what_to_do() {
    let house = House::open().await;
    let permit = may(&house.tenant, Permission::ManageDomains);
    let refused = house.console.create_domain(&permit, &a_domain("https://a.example\u{1b}"), NOW).await;
    let text = refused.unwrap_err().message().text(Locale::En);
    assert_eq!((text.id, text.field.as_deref()), ("host-malformed", Some("host")));
    assert_eq!(text.message, "\"https://a.example\\u{1b}\" is not a host name.");
    assert!(text.what_to_do.starts_with("Give it in lower case, "), "{}", text.what_to_do);
}

#[tokio::test]
async fn plain_http_is_for_tests_on_localhost_only() {
    let house = House::open().await;
    let new = |host: &str, environment| NewDomain { scheme: Scheme::Http, environment, ..a_domain(host) };
    for (host, environment) in [("a.example", Environment::Test), ("localhost:1", Environment::Production)] {
        let refused = house
            .console
            .create_domain(&may(&house.tenant, Permission::ManageDomains), &new(host, environment), NOW)
            .await;
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{host}");
    }
    house
        .console
        .create_domain(
            &may(&house.tenant, Permission::ManageDomains),
            &new("localhost:1", Environment::Test),
            NOW,
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn single_sign_on_is_switched_on_with_the_difference_on_record() {
    let house = House::open().await;
    let seen = house.domain().await;
    let settings = DomainSettings { single_sign_on: vec![LoginMethod::NO_BANKID], ..seen.settings.clone() };
    let wanted = DomainChange { name: seen.name.clone(), settings };
    let changed = house
        .console
        .change_domain(
            &may(&house.tenant, Permission::ManageDomains),
            (house.domain, &seen.seen()),
            &wanted,
            NOW,
        )
        .await
        .unwrap();
    assert_eq!(changed.settings.single_sign_on, [LoginMethod::NO_BANKID]);
    let last = house.links(house.tenant.id).await.pop().unwrap().event;
    assert_eq!(last.details, r#"{"single_sign_on":{"from":[],"to":["no-bankid"]}}"#);
    let settings = DomainSettings { session_idle_minutes: 0, ..changed.settings.clone() };
    let wrong = DomainChange { name: changed.name.clone(), settings };
    let refused = house
        .console
        .change_domain(
            &may(&house.tenant, Permission::ManageDomains),
            (house.domain, &changed.seen()),
            &wrong,
            NOW,
        )
        .await;
    assert!(matches!(refused, Err(Refusal::Settings(_))));
    assert_eq!(house.actions().await.len(), 3);
}
