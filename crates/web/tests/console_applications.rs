//! Applications and domains in the console: made, changed and taken away by whoever may.

use authority::{Permission, Role};
use console::ApplicationView;

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator},
    house::{Browser, HOST, Reply, TestBroker, a_tenant, may},
};

/// The house with somebody of this role, and where its tenant's pages begin.
async fn house_with(role: Role) -> (TestBroker, String, String) {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[role]).await;
    let base = format!("/t/{}", house.tenant.id);
    (house, token, base)
}

async fn shop(house: &TestBroker) -> ApplicationView {
    let reading = may(&house.tenant, Permission::ReadSettings);
    house.console.application(&reading, house.domain, "shop").await.unwrap()
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn post(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Reply {
    browser.post(path, &form(fields), Some(ORIGIN)).await
}

#[tokio::test]
async fn creating_an_application_shows_its_secret_once_and_never_in_an_address() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut browser = browser_with(&house, &token);
    let fields = [
        ("name", "Nettbank"),
        ("client_id", "urn:my:application:identifier:1"),
        ("kind", "web"),
        ("redirect_uris", "https://bank.example/cb"),
    ];

    let made = post(&mut browser, &format!("{base}/test/applications"), &fields).await;

    assert_eq!(made.status, 200, "{made:?}");
    let secret = made.body.split("id=\"client-secret\">").nth(1).unwrap().split('<').next().unwrap();
    let listed = browser.get(&format!("{base}/test/applications?q=NETTB")).await;
    let page =
        listed.body.split(&format!("href=\"{base}/test/applications/")).find(|it| it.contains("Nettbank"));
    let id = &page.unwrap()[..32];
    let keys = browser.get(&format!("{base}/test/applications/{id}/keys")).await;
    assert!(secret.len() > 30 && keys.status == 200 && !keys.body.contains(secret));
}

#[tokio::test]
async fn every_line_that_is_no_address_is_named_and_what_was_typed_stays() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut browser = browser_with(&house, &token);
    let uris = "https://bank.example/cb\n\nhttps://*.bank.example/cb\nbank";
    let fields = [("name", "Nettbank"), ("client_id", "bank"), ("kind", "web"), ("redirect_uris", uris)];

    let refused = post(&mut browser, &format!("{base}/test/applications"), &fields).await;

    assert_eq!(refused.status, 422);
    for part in ["Line 3: ", "Line 4: ", "value=\"Nettbank\"", "https://*.bank.example/cb"] {
        assert!(refused.body.contains(part), "{part}");
    }
    assert!(!refused.body.contains("Line 1: "));
    assert!(!browser.get(&format!("{base}/test/applications")).await.body.contains("Nettbank"));
}

#[tokio::test]
async fn a_form_from_before_somebody_elses_change_writes_nothing_and_says_what_they_changed() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut browser = browser_with(&house, &token);
    let shop = shop(&house).await;
    let brand = format!("{base}/test/applications/{}/brand", shop.id);
    let page = browser.get(&brand).await;
    let hidden = |name: &str| page.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    let of = |name: &str| hidden(name).split('"').next().unwrap().to_owned();
    let (version, seen) = (of("version"), of("seen"));
    let saving = |name: &'static str, version: &str| {
        form(&[("version", version), ("seen", &seen), ("name", name), ("brand.color", "#39134c")])
    };
    let first = browser.post(&brand, &saving("Their name", &version), Some(ORIGIN)).await;
    assert_eq!(first.status, 303, "{first:?}");

    let stale = browser.post(&brand, &saving("My name", &version), Some(ORIGIN)).await;

    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("Name: somebody else changed this to Their name"), "{}", stale.body);
    assert!(stale.body.contains("value=\"My name\""));
    assert_eq!(self::shop(&house).await.name, "Their name");
}

#[tokio::test]
async fn a_section_changes_its_own_settings_only() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut browser = browser_with(&house, &token);
    let before = shop(&house).await;
    let path = format!("{base}/test/applications/{}/tokens", before.id);
    let version = before.version.to_string();
    let fields = [("version", version.as_str()), ("id_token_seconds", "300"), ("refresh_tokens", "yes")];

    let saved = post(&mut browser, &path, &fields).await;

    assert!(saved.location().ends_with("/tokens?done=saved"), "{saved:?}");
    let after = shop(&house).await;
    let mut wanted = before.settings.clone();
    (wanted.id_token_seconds, wanted.refresh_tokens) = (Some(300), true);
    assert_eq!((after.settings, after.name), (wanted, before.name));
}

#[tokio::test]
async fn all_fields_that_are_wrong_are_marked_at_once() {
    let (house, token, base) = house_with(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    let shop = shop(&house).await;
    let (path, version) = (format!("{base}/test/applications/{}/brand", shop.id), shop.version.to_string());
    let fields =
        [("version", version.as_str()), ("name", "Shop"), ("brand.color", "red"), ("brand.tos_uri", "terms")];

    let refused = post(&mut browser, &path, &fields).await;

    assert_eq!(refused.status, 422);
    for part in ["id=\"brand.color-error\"", "id=\"brand.tos_uri-error\"", "value=\"red\""] {
        assert!(refused.body.contains(part), "{part}");
    }
}

#[tokio::test]
async fn an_application_of_another_tenant_or_environment_is_not_found() {
    let (house, token, _) = house_with(Role::Owner).await;
    let shop = shop(&house).await;
    let other = a_tenant(&house.console, "other", house.time()).await;
    let theirs = member(&house, &other, "Eva", &[Role::Owner]).await;
    let mut browser = browser_with(&house, &theirs);
    let of = |tenant: &authority::Tenant, environment: &str| {
        format!("/t/{}/{environment}/applications/{}", tenant.id, shop.id)
    };
    for path in [of(&other, "test"), of(&house.tenant, "test")] {
        assert_eq!(browser.get(&path).await.status, 404, "{path}");
        assert_eq!(post(&mut browser, &format!("{path}/brand"), &[("name", "Mine")]).await.status, 404);
    }
    let mut own = browser_with(&house, &token);
    assert_eq!(own.get(&of(&house.tenant, "production")).await.status, 404);
    assert_eq!(own.get(&of(&house.tenant, "test")).await.status, 200);
}

#[tokio::test]
async fn a_secret_is_replaced_with_an_overlap_and_a_third_one_needs_a_choice() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut browser = browser_with(&house, &token);
    let page = format!("{base}/test/applications/{}", shop(&house).await.id);
    let path = format!("{page}/secrets");
    let made = post(&mut browser, &path, &[("overlap", "7d")]).await;
    assert!(made.status == 200 && made.body.contains("id=\"client-secret\""), "{made:?}");

    let third = post(&mut browser, &path, &[("overlap", "7d")]).await;

    assert!(third.status == 422 && !third.body.contains("id=\"client-secret\""));
    let end = third.body.split("name=\"end\" value=\"").nth(1).unwrap()[..32].to_owned();
    let chosen = post(&mut browser, &path, &[("overlap", "1d"), ("end", &end)]).await;
    assert!(chosen.status == 200 && chosen.body.contains("id=\"client-secret\""), "{chosen:?}");
}

#[tokio::test]
async fn an_application_is_deleted_by_its_client_id_and_comes_back_from_the_bin() {
    let (house, token, base) = house_with(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    let shop = shop(&house).await;
    let page = format!("{base}/test/applications/{}", shop.id);
    let version = shop.version.to_string();
    let wrong = [("version", version.as_str()), ("confirm", "something else")];
    assert_eq!(post(&mut browser, &format!("{page}/delete"), &wrong).await.status, 422);
    assert_eq!(browser.get(&page).await.status, 200);

    let right = [("version", version.as_str()), ("confirm", &shop.client_id)];
    let deleted = post(&mut browser, &format!("{page}/delete"), &right).await;

    assert!(deleted.location().ends_with("/applications/bin?done=deleted"), "{deleted:?}");
    assert_eq!(browser.get(&page).await.status, 404);
    let restore = format!("{base}/test/applications/bin/{}/restore", shop.id);
    assert!(post(&mut browser, &restore, &[]).await.location().starts_with(&page));
    assert_eq!(browser.get(&page).await.status, 200);
}

#[tokio::test]
async fn a_developer_may_not_touch_domains_and_an_auditor_reads_values_without_forms() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut developer = browser_with(&house, &token);
    let domain = format!("{base}/domains/{}", house.domain);
    for path in ["settings", "keys/rotate", "disable", "delete"] {
        assert_eq!(post(&mut developer, &format!("{domain}/{path}"), &[]).await.status, 403, "{path}");
    }
    assert!(!developer.get(&format!("{domain}/settings")).await.body.contains("/settings\" method"));
    let token = member(&house, &house.tenant, "Eva", &[Role::Auditor]).await;
    let mut auditor = browser_with(&house, &token);
    let page = format!("{base}/test/applications/{}", shop(&house).await.id);
    let read = auditor.get(&format!("{page}/addresses")).await;
    assert!(read.body.contains("https://shop.example/callback") && !read.body.contains("<textarea"));
    assert_eq!(post(&mut auditor, &format!("{page}/addresses"), &[]).await.status, 403);
}

#[tokio::test]
async fn an_owner_changes_a_domain_and_only_an_operator_makes_one() {
    let (house, token, base) = house_with(Role::Owner).await;
    let mut owner = browser_with(&house, &token);
    assert_eq!(post(&mut owner, &format!("{base}/domains"), &[("host", "a.example")]).await.status, 403);
    let path = format!("{base}/domains/{}/sessions", house.domain);
    let refused = post(&mut owner, &path, &[("version", "1"), ("session_idle_minutes", "soon")]).await;
    assert!(refused.status == 422 && refused.body.contains("value=\"soon\""), "{refused:?}");
    assert!(owner.get(&format!("{base}/domains")).await.body.contains(HOST));
}

#[tokio::test]
async fn a_test_user_gets_a_password_that_is_shown_once() {
    let (house, token, base) = house_with(Role::Developer).await;
    let mut browser = browser_with(&house, &token);
    let path = format!("{base}/domains/{}/test-users", house.domain);
    let refused = post(&mut browser, &path, &[("username", "tuva"), ("claims", "shoe_size=38")]).await;
    assert!(refused.status == 422 && refused.body.contains("shoe_size"), "{refused:?}");

    let added = post(&mut browser, &path, &[("username", "tuva"), ("claims", "name=Tuva Test")]).await;

    assert!(added.status == 200 && added.body.contains("id=\"new-password\""), "{added:?}");
    let listed = browser.get(&path).await;
    assert!(listed.body.contains("Tuva Test") && !listed.body.contains("new-password"));
}
