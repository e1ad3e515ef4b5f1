//! Every address of the console, tried by everybody who may not enter: made from the table of addresses.

use authority::Role;
use console::{Permission, permission_table};

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator, set_up},
    house::{Browser, CONSOLE_HOST, HOST, Reply, TestBroker, a_tenant},
};

/// Whether the table gives a role a permission.
fn has(role: Role, permission: Permission) -> bool {
    let table = permission_table();
    let mut lines = table.lines().map(|it| it.split_whitespace().collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let at = head.iter().position(|it| *it == role.as_str()).unwrap();
    lines.find(|it| it[0] == permission.as_str()).unwrap()[at] == "yes"
}

/// The address of a row in a tenant; what else it names does not exist.
fn path_in(route: &web::ConsoleRouteInfo, tenant: &str) -> String {
    let filled = |word: &str| match word {
        "{tenant}" => tenant.to_owned(),
        "{environment}" => "test".to_owned(),
        "{eid}" => "no-bankid".to_owned(),
        "{role}" => "auditor".to_owned(),
        "{trace}" => "0123456789".to_owned(),
        name if name.starts_with('{') => "0".repeat(32),
        word => word.to_owned(),
    };
    route.path.split('/').map(filled).collect::<Vec<_>>().join("/")
}

async fn ask(browser: &mut Browser<'_>, route: &web::ConsoleRouteInfo, path: &str) -> Reply {
    match route.method {
        "GET" => browser.get(path).await,
        _ => browser.post(path, "", Some(ORIGIN)).await,
    }
}

#[tokio::test]
async fn another_tenants_pages_do_not_exist_for_any_role_and_verb() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let other = a_tenant(&house.console, "other", house.time()).await;
    for (at, role) in Role::OF_TENANT.into_iter().enumerate() {
        let token = member(&house, &house.tenant, &format!("member {at}"), &[role]).await;
        let mut browser = browser_with(&house, &token);
        for route in web::console_routes().filter(|it| it.path.contains("{tenant}")) {
            let reply = ask(&mut browser, &route, &path_in(&route, &other.id.to_string())).await;
            assert_eq!(reply.status, 404, "{} {} as {}", route.method, route.path, role.as_str());
            assert!(!reply.body.contains("other"), "{} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn who_lacks_the_permission_of_a_row_is_refused_and_who_has_it_is_not() {
    let house = TestBroker::open().await;
    operator(&house).await;
    for (at, role) in Role::OF_TENANT.into_iter().enumerate() {
        let token = member(&house, &house.tenant, &format!("member {at}"), &[role]).await;
        let mut browser = browser_with(&house, &token);
        for route in web::console_routes().filter(|it| it.path.contains("{tenant}")) {
            let reply = ask(&mut browser, &route, &path_in(&route, &house.tenant.id.to_string())).await;
            let may = has(role, route.permission.unwrap());
            assert_eq!(reply.status != 403, may, "{} {} as {}", route.method, route.path, role.as_str());
            assert!(reply.status < 500, "{} {}: {reply:?}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn pages_of_the_installation_do_not_exist_for_members_of_tenants() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Owner]).await;
    let mut browser = browser_with(&house, &token);
    let of_operators =
        web::console_routes().filter(|it| it.permission.is_some() && !it.path.contains("{tenant}"));
    for route in of_operators {
        let reply = ask(&mut browser, &route, &path_in(&route, "")).await;
        assert_eq!(reply.status, 404, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn a_form_from_anywhere_else_does_nothing_at_any_address() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let mut browser = browser_with(&house, &token);
    for route in web::console_routes().filter(|it| it.method == "POST") {
        let path = path_in(&route, &house.tenant.id.to_string());
        for origin in [None, Some("https://evil.example"), Some("null"), Some("https://id.shop.example")] {
            let reply = browser.post(&path, "name=x", origin).await;
            assert_eq!(reply.status, 403, "{} from {origin:?}", route.path);
        }
    }
    assert_eq!(browser.get("/account").await.status, 200, "and the session lives");
}

#[tokio::test]
async fn files_are_read_at_the_addresses_that_take_them_and_from_our_own_pages_only() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let mut browser = browser_with(&house, &token);
    for route in web::console_routes().filter(|it| it.method == "POST") {
        let path = path_in(&route, &house.tenant.id.to_string());
        let form: (&[_], &[_]) = (&[("version", "1")], &[("logo", "x")]);
        let foreign = browser.upload(&path, form, Some("https://evil.example")).await;
        let own = browser.upload(&path, form, Some(ORIGIN)).await;
        assert_eq!(foreign.status, 403, "{}", route.path);
        assert_eq!(own.status != 403, route.largest_upload.is_some(), "{}: {own:?}", route.path);
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_the_sign_in_or_told_that_nothing_was_saved() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let mut browser = browser_with(&house, "none");
    for route in web::console_routes().filter(|it| !it.is_public) {
        let reply = ask(&mut browser, &route, &path_in(&route, &house.tenant.id.to_string())).await;
        match route.method {
            "GET" => assert!(reply.location().starts_with("/sign-in?to="), "{}", route.path),
            _ => assert_eq!(reply.status, 401, "{}", route.path),
        }
    }
}

#[tokio::test]
async fn every_page_refuses_to_be_framed_or_kept_and_runs_no_script_of_others() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let mut browser = browser_with(&house, &token);
    for route in web::console_routes().filter(|it| it.method == "GET") {
        let reply = browser.get(&path_in(&route, &house.tenant.id.to_string())).await;
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{}", route.path);
        if reply.status == 200 {
            let policy = reply.header("content-security-policy").unwrap();
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self'"),
                "{policy}"
            );
            assert!(!reply.body.contains("style=\"") && !reply.body.contains(" onclick="), "{}", route.path);
            assert!(!reply.body.contains(texts::UNTRANSLATED), "{}", route.path);
        }
    }
}

#[tokio::test]
async fn the_console_answers_at_its_own_host_only_and_logins_go_on_there() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let mut shop = Browser { host: HOST.to_owned(), ..house.browser() };
    assert_eq!(shop.get("/sign-in").await.status, 404);
    let mut console = Browser { host: CONSOLE_HOST.to_owned(), ..house.browser() };
    assert_eq!(console.get("/sign-in").await.status, 200);
    let discovery = console.get("/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["issuer"], ORIGIN);
}

#[tokio::test]
async fn nothing_that_is_typed_comes_back_as_markup_and_too_much_is_refused() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let mut browser = browser_with(&house, &token);
    let reply = browser
        .post("/tenants", "name=%3Cscript%3Ealert(1)%3C%2Fscript%3E%00%0A%E2%80%AE", Some(ORIGIN))
        .await;
    assert!(reply.status == 422 && !reply.body.contains("<script>alert"), "{reply:?}");
    let reply = browser.post("/tenants", &format!("name={}", "x".repeat(5_000)), Some(ORIGIN)).await;
    assert_eq!(reply.status, 422);
    let reply = browser.post("/tenants", &"x".repeat(200_000), Some(ORIGIN)).await;
    assert_eq!(reply.status, 413);
}

#[test]
fn every_change_on_record_has_words_in_every_language() {
    for locale in texts::Locale::ALL {
        for action in model::Action::ALL {
            let key = format!("console-action-{}", action.as_str().replace(['.', '_'], "-"));
            assert!(!texts::say(locale, &key, &[]).contains(texts::UNTRANSLATED), "{locale} {key}");
        }
    }
}
