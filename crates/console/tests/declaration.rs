//! Declarations: what they make, that a second one changes nothing, and what they take away.

use std::cell::Cell;

use authority::Permission;
use console::{Declined, Plan, Verb};
use model::{LoginMethod, StandardClaims};
use serde_json::{Value, json};
use texts::Locale;

use crate::house::{HOST, House, NOW, a_domain, installation, kari, may};

const DIGEST: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
const TEST: &str = "test.acme.example";

fn shop() -> Value {
    json!({
        "client_id": "shop", "name": "Shop", "kind": "web", "redirect_uris": ["https://shop.example/cb"],
        "client_secret_sha256": DIGEST,
    })
}

fn tuva() -> Value {
    json!({"username": "tuva", "password": "correct horse", "claims": {"name": "Tuva", "nickname": "T"}})
}

/// A declaration of one test domain with these lists.
fn of(tenant: &str, host: &str, lists: Value) -> Value {
    let mut domain = json!({"host": host, "environment": "test"});
    domain.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
    json!({"declaration": "d", "tenants": [{"name": tenant, "domains": [domain]}]})
}

fn whole() -> Value {
    let bankid = json!({"eid": "no-bankid", "environment": "sandbox"});
    let vipps =
        json!({"eid": "no-vipps", "environment": "test", "client_id": "us", "client_secret": "hunter22"});
    of(
        "new",
        TEST,
        json!({
            "settings": {"single_sign_on": ["no-bankid"]}, "identity_sources": [bankid, vipps],
            "applications": [shop()], "test_users": [tuva()],
        }),
    )
}

async fn plan(house: &House, declared: &Value, prune: bool) -> Result<Plan, Declined> {
    house
        .console
        .plan_declaration(&installation(&house.console, Permission::Declare), declared, prune, NOW)
        .await
}

async fn apply_with(house: &House, declared: &Value, prune: bool) -> Vec<(Verb, String)> {
    let planned = plan(house, declared, prune).await.unwrap();
    let changes = planned.changes().iter().map(|it| (it.verb, format!("{} {}", it.kind, it.name)));
    let changes = changes.filter(|(verb, _)| *verb != Verb::Unchanged).collect();
    house.console.carry_out(&kari(), &planned, NOW).await.unwrap();
    changes
}

async fn apply(house: &House, declared: &Value) -> Vec<(Verb, String)> {
    apply_with(house, declared, false).await
}

async fn faults(house: &House, declared: &Value) -> Vec<String> {
    match plan(house, declared, false).await {
        Err(Declined::Faults(faults)) => faults.iter().map(|it| it.line(Locale::En)).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_declaration_makes_everything_in_one_write_and_a_second_one_changes_nothing() {
    let house = House::open().await;
    let before = house.store.commits();
    let made = apply(&house, &whole()).await;
    assert_eq!(house.store.commits(), before + 1);
    assert_eq!(made.len(), 7, "{made:?}");
    let (tenant, domain) = house.console.domain(&kari(), TEST).await.unwrap();
    assert_eq!(
        (tenant.name.as_str(), domain.settings.single_sign_on.as_slice()),
        ("new", [LoginMethod::NO_BANKID].as_slice())
    );
    let user =
        house.console.test_user(&may(&tenant, Permission::ReadSettings), domain.id, "tuva").await.unwrap();
    assert_eq!(user.claims.unwrap().nickname.as_deref(), Some("T"));
    assert_eq!(
        house
            .console
            .identity_sources(&may(&tenant, Permission::ReadSettings), domain.id)
            .await
            .unwrap()
            .len(),
        2
    );
    assert!(
        house.console.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap().intact().is_some()
    );

    let made = house.links(tenant.id).await.into_iter().find(|it| it.event.action == "domain.created");
    assert!(made.unwrap().event.details.contains("\"single_sign_on\":[\"no-bankid\"]"), "settings too");
    assert!(apply(&house, &whole()).await.is_empty());
    assert_eq!(house.store.commits(), before + 1);
}

#[tokio::test]
async fn what_is_there_gets_what_the_file_names_and_keeps_the_rest() {
    let house = House::open().await;
    let id = house.an_application("shop").await;
    let declared = of("acme", HOST, json!({"applications": [{"client_id": "shop", "error_pages": false}]}));
    assert_eq!(apply(&house, &declared).await, [(Verb::Change, format!("application {HOST} shop"))]);
    let shop = house
        .console
        .application(&may(&house.tenant, Permission::ReadSettings), house.domain, "shop")
        .await
        .unwrap();
    assert_eq!((shop.id, shop.name.as_str(), shop.settings.error_pages), (id, "Shop", false));

    let gone = of("acme", HOST, json!({}));
    assert!(apply(&house, &gone).await.is_empty(), "it did not make it, so it does not take it away");
}

#[tokio::test]
async fn what_it_made_goes_when_it_vanishes_and_comes_back() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    let empty = of("new", TEST, json!({}));
    let gone = apply(&house, &empty).await;
    assert_eq!(
        gone,
        [
            (Verb::Disable, format!("application {TEST} shop")),
            (Verb::Disable, format!("identity source {TEST} no-bankid")),
            (Verb::Disable, format!("identity source {TEST} no-vipps")),
            (Verb::Remove, format!("test user {TEST} tuva")),
        ]
    );
    assert!(apply(&house, &empty).await.is_empty());
    let back = apply(&house, &whole()).await;
    assert_eq!(back.iter().filter(|(verb, _)| *verb == Verb::Enable).count(), 3, "{back:?}");
    assert!(back.contains(&(Verb::Create, format!("test user {TEST} tuva"))));
    assert!(apply(&house, &whole()).await.is_empty());
}

#[tokio::test]
async fn what_was_switched_off_by_hand_stays_off() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    let (tenant, domain) = house.console.domain(&kari(), TEST).await.unwrap();
    let shop =
        house.console.application(&may(&tenant, Permission::ReadSettings), domain.id, "shop").await.unwrap();
    house
        .console
        .switch_application(
            &may(&tenant, Permission::DisableApplications),
            (shop.id, &shop.seen()),
            false,
            NOW,
        )
        .await
        .unwrap();
    let again = plan(&house, &whole(), false).await.unwrap();
    assert!(again.is_empty() && again.notes()[0].line(Locale::En).contains("stays so"), "{again:?}");
}

#[tokio::test]
async fn what_others_made_goes_only_with_prune_and_only_in_declared_domains() {
    let house = House::open().await;
    house.an_application("other").await;
    let elsewhere = house
        .console
        .create_domain(&may(&house.tenant, Permission::ManageDomains), &a_domain("b.acme.example"), NOW)
        .await
        .unwrap();
    house
        .console
        .add_test_user(
            &may(&house.tenant, Permission::ManageTestUsers),
            elsewhere,
            &console::NewTestUser {
                username: "ola".to_owned(),
                password: crypto::Secret::from("correct horse"),
                claims: StandardClaims::default(),
            },
            NOW,
        )
        .await
        .unwrap();
    let declared = of("acme", HOST, json!({"applications": [shop()]}));
    assert_eq!(apply(&house, &declared).await.len(), 2);
    let pruned = apply_with(&house, &declared, true).await;
    assert_eq!(pruned, [(Verb::Disable, format!("application {HOST} other"))]);
    assert!(
        house
            .console
            .test_user(&may(&house.tenant, Permission::ReadSettings), elsewhere, "ola")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn another_declarations_objects_are_not_taken_away() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    let mut other = of("new", TEST, json!({}));
    other["declaration"] = json!("other");
    assert!(apply(&house, &other).await.is_empty());
}

#[tokio::test]
async fn a_tenant_that_vanished_whole_is_looked_after_too() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    let planned = plan(&house, &json!({"declaration": "d", "tenants": []}), false).await.unwrap();
    let gone = planned.changes().iter().filter(|it| matches!(it.verb, Verb::Disable | Verb::Remove)).count();
    assert_eq!(gone, 4);
    assert!(planned.notes().iter().any(|it| it.line(Locale::En).contains("domains are never removed")));
    // A file that lost all of it takes nothing away.
    assert!(faults(&house, &json!({"declaration": "d"})).await[0].starts_with("tenants: this is missing"));
}

#[tokio::test]
async fn credentials_password_and_secret_are_changed_only_when_they_differ() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    let mut other = whole();
    let domain = &mut other["tenants"][0]["domains"][0];
    domain["identity_sources"][1]["client_secret"] = json!("hunter33");
    domain["test_users"][0]["password"] = json!("battery staple");
    let changed = apply(&house, &other).await;
    let wanted = [
        (Verb::Change, format!("identity source {TEST} no-vipps")),
        (Verb::Change, format!("test user {TEST} tuva")),
    ];
    assert_eq!(changed, wanted);
    // Credentials that are not named stay.
    let domain = &mut other["tenants"][0]["domains"][0];
    domain["identity_sources"][1] = json!({"eid": "no-vipps", "environment": "test"});
    domain["test_users"][0] = json!({"username": "tuva"});
    assert!(apply(&house, &other).await.is_empty());
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_nothing_is_written() {
    let house = House::open().await;
    let before = house.store.commits();
    let mut declared = whole();
    let domain = &mut declared["tenants"][0]["domains"][0];
    domain["settings"] = json!({"sso": true, "session_idle_minutes": 0});
    domain["applications"] = json!([shop(), shop(), {"client_id": "x", "redirect_uri": []}]);
    domain["identity_sources"] = json!([
        {"eid": "no-bankid", "environment": "production"}, {"eid": "no-vipps", "environment": "test"},
        {"eid": "no-vipps", "environment": "test"}, {"eid": "se-bankid", "environment": "test"},
    ]);
    domain["test_users"] = json!([
        {"username": "a b"}, {"username": "kari"}, {"username": "ola", "password": "short"},
        {"username": "per", "password": "correct horse", "claims": {"birthdate": "1.1.1990", "admin": true}},
    ]);
    declared["tenants"].as_array_mut().unwrap().push(json!({"name_": "x"}));
    declared["operators"] = json!([]);
    let found = faults(&house, &declared).await;
    for wanted in [
        "tenants[0].domains[0].settings.sso: there is no member",
        "tenants[0].domains[0].settings.session_idle_minutes: ",
        "tenants[0].domains[0].applications[1].client_id: \"shop\" appears twice",
        "tenants[0].domains[0].applications[2].redirect_uri: there is no member",
        "tenants[0].domains[0].applications[2].kind: ",
        "tenants[0].domains[0].identity_sources[0].environment: ",
        "tenants[0].domains[0].identity_sources[1]: the credentials for the eID are missing",
        "tenants[0].domains[0].identity_sources[2].eid: ",
        "tenants[0].domains[0].identity_sources[3].eid: ",
        "tenants[0].domains[0].test_users[0].username: ",
        "tenants[0].domains[0].test_users[1].password: ",
        "tenants[0].domains[0].test_users[2].password: ",
        "tenants[0].domains[0].test_users[3].claims.birthdate: ",
        "tenants[0].domains[0].test_users[3].claims.admin: there is no member",
        "tenants[1].name: this is missing",
        "tenants[1].name_: there is no member",
        "operators: there is no member",
    ] {
        assert!(found.iter().any(|it| it.starts_with(wanted)), "{wanted}: {found:#?}");
    }
    assert_eq!(house.store.commits(), before);
}

#[tokio::test]
async fn neg_33_another_tenants_host_is_taken_and_its_objects_stay() {
    let house = House::open().await;
    let found = faults(&house, &of("new", HOST, json!({"applications": [shop()]}))).await;
    // Whoever may apply a declaration acts for the installation, and is told whose it is.
    let taken = format!("\"{HOST}\" is taken: a domain of tenant \"acme\" has it");
    assert_eq!(
        found,
        [format!("tenants[0].domains[0].host: {taken}: choose another host, or use that domain")]
    );
    assert_eq!(
        house
            .console
            .tenants(&installation(&house.console, Permission::ReadInstallation), None)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_production_domain_has_no_declared_test_users() {
    let house = House::open().await;
    let mut declared = of("new", "login.new.example", json!({"test_users": [tuva()]}));
    declared["tenants"][0]["domains"][0]["environment"] = json!("production");
    declared["tenants"][0]["domains"][0]["settings"] =
        json!({"controller": "Acme AS", "contact": "personvern@acme.example"});
    assert!(faults(&house, &declared).await[0].contains("test domains only"));
    let moved = of("acme", HOST, json!({"environment": "production"}));
    assert!(
        faults(&house, &moved).await[0]
            .starts_with("tenants[0].domains[0].environment: this domain is there")
    );
}

#[tokio::test]
async fn neg_35_no_secret_of_a_declaration_is_in_the_plan_the_trail_or_the_database() {
    let house = House::open().await;
    let planned = plan(&house, &whole(), false).await.unwrap();
    let shown = format!("{planned:?}");
    house.console.carry_out(&kari(), &planned, NOW).await.unwrap();
    let (tenant, _) = house.console.domain(&kari(), TEST).await.unwrap();
    let trail: String = house.links(tenant.id).await.into_iter().map(|it| it.event.details).collect();
    house.store.close().await;
    let bytes = std::fs::read(house.folder.path().join("portvakt.db")).unwrap();
    for secret in ["hunter22", "correct horse", "Tuva"] {
        assert!(!shown.contains(secret) && !trail.contains(secret), "{secret}");
        assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn what_was_switched_off_by_hand_stays_off_even_if_the_file_had_taken_it_away_before() {
    let house = House::open().await;
    let at = |seconds| NOW.after(std::time::Duration::from_secs(seconds));
    let gone = of("new", TEST, json!({}));
    for (declared, time) in [(whole(), NOW), (gone, at(1))] {
        let planned = house
            .console
            .plan_declaration(&installation(&house.console, Permission::Declare), &declared, false, time)
            .await
            .unwrap();
        house.console.carry_out(&kari(), &planned, time).await.unwrap();
    }
    let (tenant, domain) = house.console.domain(&kari(), TEST).await.unwrap();
    let reading = may(&tenant, Permission::ReadSettings);
    for (on, time) in [(true, at(2)), (false, at(3))] {
        let shop = house.console.application(&reading, domain.id, "shop").await.unwrap();
        let at = (domain.id, LoginMethod::NO_BANKID);
        let source = house.console.identity_source(&reading, at).await.unwrap();
        house
            .console
            .switch_application(
                &may(
                    &tenant,
                    if on { Permission::ManageApplications } else { Permission::DisableApplications },
                ),
                (shop.id, &shop.seen()),
                on,
                time,
            )
            .await
            .unwrap();
        house
            .console
            .switch_identity_source(
                &may(&tenant, if on { Permission::ManageSources } else { Permission::DisableSources }),
                (at.0, at.1, &source.seen()),
                on,
                time,
            )
            .await
            .unwrap();
    }
    let back = house
        .console
        .plan_declaration(&installation(&house.console, Permission::Declare), &whole(), false, at(4))
        .await
        .unwrap();
    let enabled = back.changes().iter().filter(|it| it.verb == Verb::Enable).map(|it| it.name.as_str());
    assert_eq!(enabled.collect::<Vec<_>>(), [format!("{TEST} no-vipps")], "nobody touched that one");
}

#[tokio::test]
async fn automation_is_no_identity_source() {
    let house = House::open().await;
    let source = json!({"eid": "automation", "environment": "sandbox"});
    let found = faults(&house, &of("new", TEST, json!({"identity_sources": [source]}))).await;
    assert!(
        found[0].contains("\"automation\" is not one of the possible values: use one of no-bankid, no-vipps"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_declared_source_is_not_told_to_do_what_its_eid_cannot() {
    let house = House::open().await;
    let source = |settings| json!({"eid": "no-vipps", "environment": "sandbox", "settings": settings});
    for (settings, said) in [
        (json!({"minimum_level": "high"}), "this eID never reaches that level"),
        (json!({"scopes": ["email", "nin"]}), "this eID cannot be asked for \"nin\""),
        (json!({"nin_legal_ground": " "}), "the legal ground is empty"),
    ] {
        let found = faults(&house, &of("new", TEST, json!({"identity_sources": [source(settings)]}))).await;
        assert!(found.iter().any(|it| it.contains(said)), "{said}: {found:?}");
    }
}

/// A declared domain with this wrong in it.
const WRONG_INSIDE: &[&str] = &[
    "settings.session_idle_minutes",
    "applications[0].kind",
    "applications[0].redirect_uris[0]",
    "applications[0].pkce",
    "identity_sources[0].settings.notice.nb",
    "identity_sources[0].settings.notice.en",
    "test_users[0].password",
];

fn wrong_inside() -> Value {
    let notice = json!({"nb": 5, "en": "<"});
    json!({
        "settings": {"session_idle_minutes": 0},
        "applications": [{"client_id": "x", "kind": "webb", "redirect_uris": ["javascript:x"], "pkce": 1}],
        "identity_sources": [{"eid": "no-bankid", "environment": "sandbox", "settings": {"notice": notice}}],
        "test_users": [{"username": "ola", "password": "short"}],
    })
}

#[tokio::test]
async fn a_domain_that_is_wrong_itself_hides_nothing_that_is_wrong_in_it() {
    let house = House::open().await;
    let wrong = [("environment", json!("live")), ("environment", json!(1)), ("scheme", json!("ftp"))];
    let hosts = [json!("Not a host"), json!(7), json!(HOST)].map(|it| ("host", it));
    for (name, value) in wrong.into_iter().chain(hosts).chain([("name", json!("<b>"))]) {
        let mut declared = of("new", TEST, wrong_inside());
        declared["tenants"][0]["domains"][0][name] = value;
        let found = faults(&house, &declared).await;
        for inside in WRONG_INSIDE.iter().chain([&name]) {
            let path = format!("tenants[0].domains[0].{inside}: ");
            assert!(found.iter().any(|it| it.starts_with(&path)), "{path} {found:#?}");
        }
    }
}

#[tokio::test]
async fn what_may_be_there_at_a_domain_that_is_not_clear_is_not_called_incomplete() {
    let house = House::open().await;
    let inside = json!({
        "applications": [{"client_id": "x", "error_pages": false}], "test_users": [{"username": "ola"}],
        "identity_sources": [{"eid": "no-bankid", "environment": "production"}],
    });
    let mut declared = of("acme", "login.new.example", inside);
    declared["tenants"][0]["domains"][0]["environment"] = json!("live");
    let found = faults(&house, &declared).await;
    assert_eq!(
        found,
        [
            "tenants[0].domains[0].environment: \"live\" is not one of the possible values: use one of test, production"
        ]
    );
}

#[tokio::test]
async fn a_new_domain_is_shown_with_every_setting_that_is_not_as_it_would_be_anyway() {
    let house = House::open().await;
    let settings = json!({"automation": true, "single_sign_on": ["no-bankid"], "session_idle_minutes": 30});
    let planned = plan(&house, &of("new", TEST, json!({"settings": settings})), false).await.unwrap();
    let shown = json!({
        "environment": "test", "name": TEST, "automation": true, "single_sign_on": ["no-bankid"],
    });
    let domain = planned.changes().iter().find(|it| it.kind == "domain").unwrap();
    assert_eq!((domain.verb, &domain.details), (Verb::Create, &shown));
}

#[tokio::test]
async fn a_plan_that_lost_a_race_is_made_again() {
    let house = House::open().await;
    let of_a_slow_node = Cell::new(Some(plan(&house, &whole(), false).await));
    apply(&house, &whole()).await;
    let again = async || match of_a_slow_node.take() {
        Some(stale) => stale,
        None => plan(&house, &whole(), false).await,
    };
    let (settled, _) = house.console.settle(&kari(), again, NOW).await.unwrap();
    assert!(settled.is_empty(), "the second look has nothing to do");
}

#[tokio::test]
async fn what_is_found_wrong_while_another_node_writes_is_looked_at_again() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    // The tenant was not there yet, and its domain was, a moment later.
    let between = Cell::new(Some(plan(&house, &of("not yet there", TEST, json!({})), false).await));
    let looks = Cell::new(0);
    let look = async || {
        looks.set(looks.get() + 1);
        match between.take() {
            Some(declined) => declined,
            None => plan(&house, &whole(), false).await,
        }
    };
    assert!(house.console.settle(&kari(), look, NOW).await.unwrap().0.is_empty());
    let wrong = async || {
        looks.set(looks.get() + 1);
        plan(&house, &of("other", TEST, json!({})), false).await
    };
    assert!(matches!(house.console.settle(&kari(), wrong, NOW).await, Err(Declined::Faults(_))));
    assert_eq!(looks.get(), 4, "what two looks find wrong is wrong");
}

#[tokio::test]
async fn what_is_not_what_it_looks_like_is_refused_where_it_is_declared() {
    let house = House::open().await;
    let with = |member: &str, value: Value| {
        let mut shop = shop();
        shop[member] = value;
        of("new", TEST, json!({"applications": [shop]}))
    };
    for (declared, said) in [
        (with("redirect_uris", json!(["https://*.shop.example/cb"])), "a wildcard never matches"),
        (with("redirect_uris", json!(["https:shop.example/cb"])), "a browser would go elsewhere"),
        (with("redirect_uris", json!(["https:///cb"])), "a browser would go elsewhere"),
        (with("post_logout_redirect_uris", json!(["https:///bye"])), "a browser would go elsewhere"),
        (with("origins", json!(["https://*.shop.example"])), "not an origin"),
        (with("name", json!("\u{200b}")), "no invisible characters"),
        (with("client_secret", json!("12345")), "at least 16 characters"),
        (of("new", "test.acme.example:443", json!({})), "browsers leave it out"),
        (of("\u{200b}", TEST, json!({})), "no invisible characters"),
    ] {
        let all = faults(&house, &declared).await;
        assert!(all.len() == 1 && all[0].contains(said), "{said}: {all:?}");
    }
}

#[tokio::test]
async fn an_application_without_the_secret_that_it_needs_is_noted() {
    let house = House::open().await;
    let mut shop = shop();
    shop.as_object_mut().unwrap().remove("client_secret_sha256");
    let planned = plan(&house, &of("new", TEST, json!({"applications": [shop]})), false).await.unwrap();
    assert!(
        planned.notes().iter().any(|it| it.line(Locale::En).contains("has none, so it gets no tokens")),
        "{planned:?}"
    );
    assert!(plan(&house, &whole(), false).await.unwrap().notes().is_empty());
}

#[tokio::test]
async fn a_declaration_made_what_somebody_had_deleted_anew_or_failed_halfway() {
    let house = House::open().await;
    apply(&house, &whole()).await;
    let (tenant, domain) = house.console.domain(&kari(), TEST).await.unwrap();
    let reading = may(&tenant, Permission::ReadSettings);
    let shop = house.console.application(&reading, domain.id, "shop").await.unwrap();
    let deleting = may(&tenant, Permission::DeleteApplications);
    house.console.delete_application(&deleting, (shop.id, &shop.seen()), NOW).await.unwrap();
    let found = faults(&house, &whole()).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("applications[0].client_id: this client id is taken"), "{found:?}");
    assert!(
        found[0].contains("`portvakt applications restore shop --domain test.acme.example`"),
        "{found:?}"
    );

    let seen = house.console.domain(&kari(), TEST).await.unwrap().1.seen();
    let deleting = may(&tenant, Permission::DeleteDomains);
    house.console.delete_domain(&deleting, (domain.id, &seen), NOW).await.unwrap();
    let found = faults(&house, &whole()).await;
    assert!(found.iter().any(|it| it.contains("`portvakt domains restore test.acme.example`")), "{found:?}");
    let deleting = may(&tenant, Permission::DeleteTenants);
    house.console.delete_tenant(&deleting, &console::Seen::version(1), NOW).await.unwrap();
    let found = faults(&house, &whole()).await;
    assert!(found.iter().any(|it| it.contains(r#"`portvakt tenants restore "new"`"#)), "{found:?}");
}
