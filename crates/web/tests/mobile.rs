//! Applications on phones: how they are called back, and what lets them open a domain's links.

use axum::{body::Body, http::Request};
use model::{AndroidApp, AppleApp, ApplicationKind, ApplicationSettings, Profile};
use serde_json::json;

use crate::house::{HOST, TestBroker, VERIFIER, keep_log, logged, with};

async fn house(uri: &str, profile: Profile) -> TestBroker {
    let house = TestBroker::open().await;
    let mut app = ApplicationSettings::new(ApplicationKind::Native, vec![uri.to_owned()]);
    app.profile = profile;
    app.apple_apps =
        vec![AppleApp { team_id: "ABCDE12345".to_owned(), bundle_id: "com.example.shop".to_owned() }];
    app.android_apps = vec![AndroidApp {
        package_name: "com.example.shop".to_owned(),
        sha256_cert_fingerprints: vec![["ab"; 32].join(":")],
    }];
    house.add_application(house.domain, "app", app).await;
    house
}

/// A whole login of the app; gives the status of its token answer.
async fn logs_in(house: &TestBroker, redirect_uri: &str) -> u16 {
    let changes = [("client_id", Some("app")), ("redirect_uri", Some(redirect_uri))];
    let reply = house.browser().log_in(&changes, with::APP).await;
    assert!(reply.location().starts_with(redirect_uri), "{}", reply.location());
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*reply.param("code")),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
        ("client_id", "app"),
    ];
    house.token(&pairs).await.status
}

#[tokio::test]
async fn apps_with_the_callbacks_of_the_vendors_customers_log_in() {
    for (uri, requested, profile) in [
        ("myapp://auth", "myapp://auth", Profile::Compatible),
        ("exp://127.0.0.1:19000", "exp://127.0.0.1:19000", Profile::Modern),
        ("capacitor://localhost/cb", "capacitor://localhost/cb", Profile::Modern),
        ("http://localhost/cb", "http://localhost:49152/cb", Profile::Modern),
    ] {
        let house = house(uri, profile).await;
        assert_eq!(logs_in(&house, requested).await, 200, "{uri}");
    }
}

#[tokio::test]
async fn a_page_of_a_phone_framework_reads_our_answers() {
    let house = house("capacitor://localhost/cb", Profile::Modern).await;
    for (origin, fine) in
        [("capacitor://localhost", true), ("ionic://localhost", false), ("capacitor://evil", false)]
    {
        let request = Request::options("/oauth2/token").header("host", HOST).header("origin", origin);
        let reply = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.header("access-control-allow-origin") == Some(origin), fine, "{origin}");
    }
}

#[tokio::test]
async fn a_domain_lets_its_applications_apps_open_its_links() {
    let house = house("com.example.shop:/cb", Profile::Modern).await;
    let apple = house.get("/.well-known/apple-app-site-association").await;
    assert_eq!((apple.status, apple.header("content-type")), (200, Some("application/json")));
    assert_eq!(
        apple.json()["applinks"]["details"],
        json!([{"appIDs": ["ABCDE12345.com.example.shop"], "components": [{"/": "/ios/callback"}]}])
    );
    let android = house.get("/.well-known/assetlinks.json").await.json();
    let target = &android[0]["target"];
    assert_eq!(target["package_name"], "com.example.shop");
    assert_eq!(target["sha256_cert_fingerprints"][0], ["AB"; 32].join(":"));
    let without = TestBroker::open().await;
    assert_eq!(without.get("/.well-known/assetlinks.json").await.status, 404);
}

#[tokio::test]
async fn an_app_link_that_opened_in_the_browser_leads_back_to_the_app_and_is_not_logged() {
    keep_log();
    let house = house("https://id.shop.example/ios/callback", Profile::Modern).await;
    let page = house.get("/ios/callback?code=canary-code&state=a%26b").await;
    assert_eq!(page.status, 200);
    let link = "href=\"https://id.shop.example/ios/callback?code=canary-code&#38;state=a%26b\"";
    assert!(page.body.contains(link), "{}", page.body);
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(house.get("/Android/Callback/?code=canary-code").await.status, 200);
    assert!(!logged().contains("canary-code"));
}
