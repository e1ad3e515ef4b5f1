//! What the vendor's own SDKs need beside tokens: descriptions of one application, answers by window message and as
//! JSON, and a logout that names nothing but an address.

use axum::{body::Body, http::Request};
use model::{ApplicationKind, ApplicationSettings, LoginMethod, Profile};
use serde_json::json;

use crate::house::{HOST, REDIRECT, Reply, TestBroker, form, with};

const SPA: &str = "https://spa.example/";
const ORIGIN: &str = "https://spa.example";
const AS_SPA: [(&str, Option<&str>); 2] = [("client_id", Some("spa")), ("redirect_uri", Some(SPA))];
const MESSAGE: (&str, Option<&str>) = ("response_mode", Some("post_message"));
const AS_JSON: (&str, Option<&str>) = ("response_mode", Some("json"));

fn spa(change: impl FnOnce(&mut ApplicationSettings)) -> ApplicationSettings {
    let mut settings = ApplicationSettings::new(ApplicationKind::Browser, vec![SPA.to_owned()]);
    settings.profile = Profile::Compatible;
    change(&mut settings);
    settings
}

/// A house whose browser application has these settings.
async fn house(change: impl FnOnce(&mut ApplicationSettings)) -> TestBroker {
    let house = TestBroker::open().await;
    house.add_application(house.domain, "spa", spa(change)).await;
    house
}

async fn ask(house: &TestBroker, method: &str, target: &str, origin: &str) -> Reply {
    let request = Request::builder().method(method).uri(target).header("host", HOST).header("origin", origin);
    house.send(request.body(Body::empty()).unwrap()).await
}

fn readable(reply: &Reply) -> Option<&str> {
    reply.header("access-control-allow-origin")
}

#[tokio::test]
async fn discovery_for_one_application_names_what_it_may_use() {
    let house = house(|it| {
        it.eids = vec![LoginMethod::NO_BANKID];
        it.minimum_level = model::Level::High;
        it.response_modes.post_message = true;
        it.id_token_algorithm = "ES256".to_owned();
    })
    .await;
    let document = house.get("/.well-known/openid-configuration?client_id=spa").await.json();
    let bankid = ["", ":high", ":substantial"].map(|it| format!("urn:grn:authn:no:bankid{it}"));
    assert_eq!(document["acr_values_supported"], json!(bankid));
    assert_eq!(
        document["response_modes_supported"],
        json!(["query", "fragment", "form_post", "post_message"])
    );
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["ES256"]));
    assert!(document["claims_supported"].as_array().unwrap().contains(&json!("uniqueuserid")));
    assert!(document["token_endpoint"].is_string() && document["issuer"] == crate::house::ISSUER);
    let segment = "dXJuOmdybjphdXRobjpubzpiYW5raWQ=";
    let scoped =
        house.get(&format!("/{segment}/.well-known/openid-configuration?client_id=spa")).await.json();
    assert_eq!(scoped["acr_values_supported"], document["acr_values_supported"]);
    let all = house.get("/.well-known/openid-configuration?client_id=nobody").await.json();
    assert_eq!(all, house.get("/.well-known/openid-configuration").await.json());
}

#[tokio::test]
async fn the_sdks_configuration_exists_for_known_clients_only() {
    let house = house(|_| {}).await;
    let client = json!({"client_id": "spa", "qr_enabled": false, "qr_branding": false,
        "userinfo_response_strategy": "plainJson"});
    let path = "/.well-known/criipto-configuration";
    assert_eq!(house.get(&format!("{path}?client_id=spa")).await.json(), json!({"clients": [client]}));
    for query in ["", "?client_id=", "?client_id=nobody", "?client_id=%zz"] {
        let reply = house.get(&format!("{path}{query}")).await;
        assert_eq!((reply.status, reply.header("content-type")), (404, Some("application/json")), "{query}");
    }
}

#[tokio::test]
async fn rule_26_a_description_of_one_application_is_for_its_own_origins() {
    let house = house(|_| {}).await;
    for path in ["/.well-known/openid-configuration", "/.well-known/criipto-configuration"] {
        for method in ["GET", "OPTIONS"] {
            let target = format!("{path}?client_id=spa");
            assert_eq!(
                readable(&ask(&house, method, &target, ORIGIN).await),
                Some(ORIGIN),
                "{method} {path}"
            );
            for other in ["https://shop.example", "https://evil.example", "null"] {
                assert_eq!(
                    readable(&ask(&house, method, &target, other).await),
                    None,
                    "{method} {path} {other}"
                );
            }
        }
    }
    let open = ask(&house, "GET", "/.well-known/openid-configuration", "https://evil.example").await;
    assert_eq!(readable(&open), Some("*"));
    let unknown = ask(&house, "GET", "/.well-known/criipto-configuration?client_id=nobody", ORIGIN).await;
    assert_eq!((unknown.status, readable(&unknown)), (404, Some(ORIGIN)));
}

#[tokio::test]
async fn the_sdks_own_headers_pass_the_preflight() {
    let house = house(|_| {}).await;
    let reply = ask(&house, "OPTIONS", "/oauth2/token", ORIGIN).await;
    let headers = reply.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("Prefer") && headers.contains("Traceparent"), "{headers}");
}

#[tokio::test]
async fn post_message_and_json_are_off_unless_turned_on() {
    let house = house(|_| {}).await;
    for mode in [MESSAGE, AS_JSON] {
        let reply = house.browser().authorize(&[AS_SPA[0], AS_SPA[1], mode]).await;
        assert_eq!(reply.error(), "invalid_request");
        assert!(
            reply.location().starts_with("https://spa.example/?error="),
            "by query: {}",
            reply.location()
        );
    }
}

/// What a page posts, and to whom.
fn posted(reply: &Reply) -> (String, String) {
    let attribute = |name: &str| {
        let (_, rest) = reply.body.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.replace("&#38;", "&")
    };
    (attribute("data-post-message"), attribute("data-origin"))
}

#[tokio::test]
async fn a_window_message_goes_to_the_registered_origin_alone() {
    let house = house(|it| it.response_modes.post_message = true).await;
    let answer = house.browser().log_in(&[AS_SPA[0], AS_SPA[1], MESSAGE], with::APP).await;
    let (message, origin) = posted(&answer);
    assert_eq!((answer.status, origin.as_str()), (200, ORIGIN));
    assert!(message.starts_with("https://spa.example/?code=") && message.contains("&state=the-state&iss="));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(policy.ends_with("frame-ancestors https://spa.example"), "{policy}");
    let opener = answer.header("cross-origin-opener-policy");
    assert_eq!(opener, Some("unsafe-none"), "it must still know its opener");
    let script = answer.body.split_once("<script src=\"").unwrap().1.split_once('"').unwrap().0;
    let script = house.get(script).await;
    assert!(script.body.contains("postMessage(") && !script.body.contains("\"*\""));
}

#[tokio::test]
async fn a_window_message_never_goes_to_an_address_that_is_not_registered() {
    let house = house(|it| it.response_modes.post_message = true).await;
    for uri in ["https://evil.example/", "https://spa.example.evil.example/", "https://spa.example/x"] {
        let changes = [("client_id", Some("spa")), ("redirect_uri", Some(uri)), MESSAGE];
        let reply = house.browser().authorize(&changes).await;
        assert_eq!((reply.status, reply.header("location")), (400, None));
        assert!(!reply.leads_to("evil.example") && !reply.body.contains("data-post-message"));
        assert!(reply.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn a_private_scheme_has_no_origin_to_post_to() {
    let house = TestBroker::open().await;
    let uri = "com.example.app:/cb";
    let mut app = ApplicationSettings::new(ApplicationKind::Native, vec![uri.to_owned()]);
    app.response_modes.post_message = true;
    house.add_application(house.domain, "app", app).await;
    let changes = [("client_id", Some("app")), ("redirect_uri", Some(uri)), MESSAGE];
    let reply = house.browser().authorize(&changes).await;
    assert_eq!(reply.error(), "invalid_request");
    assert!(reply.location().starts_with("com.example.app:/cb?error="));
}

#[tokio::test]
async fn neg_37_a_state_cannot_break_out_of_the_page() {
    let house = house(|it| it.response_modes.post_message = true).await;
    let state = "\"><script>alert(1)</script>'&code=forged#x";
    let changes = [AS_SPA[0], AS_SPA[1], MESSAGE, ("state", Some(state)), ("prompt", Some("none"))];
    let page = house.browser().authorize(&changes).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>") && !page.body.contains("alert(1)</script>"));
    let (message, _) = posted(&page);
    let reply = Reply::of_location(&message);
    assert_eq!((reply.param("state").as_str(), reply.error().as_str()), (state, "login_required"));
    assert_eq!(reply.find_param("code"), None);
}

#[tokio::test]
async fn pages_of_a_login_in_a_popup_stay_in_touch_with_their_opener_in_every_mode() {
    let house = house(|it| it.response_modes.post_message = true).await;
    for mode in [MESSAGE, ("response_mode", Some("query"))] {
        let mut browser = house.browser();
        let reply = browser.authorize(&[AS_SPA[0], AS_SPA[1], mode, ("acr_values", None)]).await;
        let selector = browser.follow(reply).await;
        let policy = selector.header("cross-origin-opener-policy");
        assert_eq!((selector.status, policy), (200, Some("unsafe-none")));
        let policy = selector.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "only the answer may be framed");
    }
}

#[tokio::test]
async fn only_sessions_of_framed_applications_come_along_from_other_sites() {
    for (on, wanted) in [(false, "SameSite=Lax; Secure"), (true, "SameSite=None; Secure")] {
        let mut house = house(|it| it.response_modes.post_message = on).await;
        house.remember(&[LoginMethod::NO_BANKID]).await;
        let mut browser = house.browser();
        let answer = browser.log_in(&AS_SPA, with::APP).await;
        let lines = answer.all("set-cookie");
        let session = lines.iter().find(|line| line.starts_with("__Host-session-no-bankid=")).unwrap();
        assert!(session.ends_with(wanted), "{session}");
        assert!(lines.iter().filter(|it| !it.contains("session")).all(|it| it.contains("SameSite=Lax")));
    }
}

#[tokio::test]
async fn a_silent_login_is_answered_by_message() {
    let mut house = house(|it| it.response_modes.post_message = true).await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let silent = [AS_SPA[0], AS_SPA[1], MESSAGE, ("prompt", Some("none"))];
    let (nobody, _) = posted(&browser.authorize(&silent).await);
    assert!(nobody.contains("error=login_required") && !nobody.contains('+'), "{nobody}");
    browser.log_in(&AS_SPA, with::APP).await;
    let (somebody, origin) = posted(&browser.authorize(&silent).await);
    assert!(somebody.starts_with("https://spa.example/?code=") && origin == ORIGIN);
}

#[tokio::test]
async fn a_json_answer_is_a_document_for_the_applications_origins() {
    let mut house = house(|it| it.response_modes.json = true).await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let query = house.request(&[AS_SPA[0], AS_SPA[1], AS_JSON, ("prompt", Some("none"))]);
    let target = format!("/oauth2/authorize?{query}");
    let reply = ask(&house, "GET", &target, ORIGIN).await;
    assert_eq!((reply.status, readable(&reply)), (200, Some(ORIGIN)));
    assert_eq!(
        (&reply.json()["error"], &reply.json()["state"]),
        (&json!("login_required"), &json!("the-state"))
    );
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    assert_eq!(readable(&ask(&house, "GET", &target, "https://evil.example").await), None);

    let answer = house.browser().log_in(&[AS_SPA[0], AS_SPA[1], AS_JSON], with::APP).await;
    assert!(answer.json()["code"].is_string() && answer.json()["iss"] == crate::house::ISSUER);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let page = ask(&house, "GET", "/oauth2/authorize?client_id=spa", ORIGIN).await;
    assert_eq!((page.status, readable(&page)), (400, None), "pages stay closed to scripts");
}

#[tokio::test]
async fn a_logout_that_names_only_an_address_goes_to_one_of_compatible_applications_alone() {
    let mut house = house(|_| {}).await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&AS_SPA, with::APP).await;
    let query =
        |uri| format!("/oauth2/logout?{}", form(&[("post_logout_redirect_uri", uri), ("state", "s")]));
    let asked = browser.get(&query(SPA)).await;
    assert!(asked.status == 200 && asked.body.contains("logout"), "the person is asked first");
    let body = form(&[("post_logout_redirect_uri", SPA), ("state", "s"), ("decision", "logout")]);
    let gone = browser.post("/oauth2/logout", &body, Some(crate::house::ISSUER)).await;
    assert!(gone.body.contains("https://spa.example/?state=s"), "{}", gone.body);
    assert_eq!(browser.cookies.get("__Host-session-no-bankid"), None);
    for foreign in [REDIRECT, "https://shop.example/bye", "https://evil.example/", "https://spa.example/x"] {
        let reply = browser.get(&query(foreign)).await;
        assert_eq!((reply.status, reply.header("location")), (400, None), "{foreign}");
    }
}

#[tokio::test]
async fn an_address_that_a_modern_application_has_too_is_not_left_to_a_bare_link() {
    let house = house(|it| it.post_logout_redirect_uris = vec!["https://shop.example/bye".to_owned()]).await;
    let query = form(&[("post_logout_redirect_uri", "https://shop.example/bye")]);
    assert_eq!(house.get(&format!("/oauth2/logout?{query}")).await.status, 400);
}

#[tokio::test]
async fn the_sdk_pushes_its_request_from_the_browser_and_is_answered_by_message() {
    let house = house(|it| it.response_modes.post_message = true).await;
    let allowed = ask(&house, "OPTIONS", "/oauth2/par", ORIGIN).await;
    assert_eq!((allowed.status, readable(&allowed)), (204, Some(ORIGIN)));
    let body = house.request(&[AS_SPA[0], AS_SPA[1], MESSAGE, ("scope", Some("openid ssn"))]);
    let headers = [("origin", ORIGIN), ("prefer", "return-trace-id")];
    let pushed = house.post("/oauth2/par", &body, &headers).await;
    assert_eq!((pushed.status, readable(&pushed)), (201, Some(ORIGIN)));
    assert_eq!(pushed.header("trace-id").map(str::len), Some(32));
    assert!(pushed.header("access-control-expose-headers").unwrap().contains("Trace-Id"));

    let reference = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    // A scope that means nothing here is no attempt to change what was pushed.
    let query = form(&[("client_id", "spa"), ("request_uri", &reference), ("scope", "openid ssn")]);
    let mut browser = house.browser();
    let leave = browser.get(&format!("/oauth2/authorize?{query}")).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let (message, origin) = posted(&browser.get(&back).await);
    assert!(message.starts_with("https://spa.example/?code=") && origin == ORIGIN);
}

#[tokio::test]
async fn rule_15_a_mode_that_is_turned_off_ends_the_logins_that_wanted_it() {
    let mut house = house(|it| it.response_modes.post_message = true).await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[AS_SPA[0], AS_SPA[1], MESSAGE]).await;
    let (cookies, back) = (browser.cookies.clone(), browser.at_the_eid(&leave, with::APP, None));
    house.add_application(house.domain, "spa", spa(|_| {})).await;
    house.restart();
    let mut browser = house.browser();
    browser.cookies = cookies;
    let reply = browser.get(&back).await;
    assert_eq!((reply.status, reply.body.contains("data-post-message")), (400, false));
}
