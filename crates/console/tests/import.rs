//! Imports: what they change, that a second one changes nothing, and everything that is refused whole.

use authority::Permission;
use console::{ApplicationChange, Declined, Plan, Refusal, Verb};
use model::{ApplicationSettings, Pkce};
use serde_json::{Value, json};
use texts::Locale;

use crate::house::{HOST, House, NOW, a_domain, installation, kari, may};

const DIGEST: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

fn shop() -> Value {
    json!({
        "domain": HOST, "client_id": "urn:my:application:identifier:1", "name": "Shop", "kind": "web",
        "redirect_uris": ["https://shop.example/callback"], "post_logout_redirect_uris": ["https://shop.example/bye"],
        "secrets": [{"sha256": DIGEST}],
    })
}

fn kari_subject() -> Value {
    json!({"environment": "test", "sector": "tenant", "eid": "no-bankid", "stable_id": "9578-1", "sub": "{1-2-3}"})
}

fn file(applications: &[Value], subjects: &[Value]) -> Value {
    json!({"portvakt_import": 1, "tenant": "acme", "applications": applications, "subjects": subjects})
}

async fn plan(house: &House, file: &Value) -> Result<Plan, Declined> {
    house.console.plan_import(&may(&house.tenant, Permission::Import), file.to_string().as_bytes(), NOW).await
}

async fn import(house: &House, file: &Value) -> Plan {
    let planned = plan(house, file).await.unwrap();
    house.console.carry_out(&kari(), &plan(house, file).await.unwrap(), NOW).await.unwrap();
    planned
}

fn verbs(plan: &Plan) -> Vec<(Verb, &'static str)> {
    plan.changes().iter().map(|it| (it.verb, it.kind)).collect()
}

fn lines(refused: Result<Plan, Declined>) -> Vec<String> {
    match refused {
        Err(Declined::Faults(faults)) => faults.iter().map(|it| it.line(Locale::En)).collect(),
        other => panic!("{other:?}"),
    }
}

/// What a refused file says, and that the database has no trace of it.
async fn refused(house: &House, text: &[u8]) -> Vec<String> {
    let before = house.actions().await;
    let found = lines(house.console.plan_import(&may(&house.tenant, Permission::Import), text, NOW).await);
    assert_eq!(house.actions().await, before);
    assert!(
        house
            .console
            .applications(&may(&house.tenant, Permission::ReadSettings), house.domain, None)
            .await
            .unwrap()
            .is_empty()
    );
    found
}

#[tokio::test]
async fn an_application_moves_in_with_the_settings_of_the_compatible_profile() {
    let house = House::open().await;
    let mut entry = shop();
    entry["profile"] = json!("compatible");
    entry["compatible"] = json!({"ssn": true, "null_claims": true});
    entry["nin_allowed"] = json!(true);
    entry["response_modes"] = json!({"post_message": true});
    entry["userinfo_response"] = json!("fromTokenEndpoint");
    import(&house, &file(std::slice::from_ref(&entry), &[])).await;
    let made = house
        .console
        .applications(&may(&house.tenant, Permission::ReadSettings), house.domain, None)
        .await
        .unwrap()
        .remove(0);
    assert!(made.settings.is_compatible() && made.settings.compatible.ssn);
    assert!(made.settings.response_modes.post_message);

    entry["nin_allowed"] = json!(false);
    let found = lines(plan(&house, &file(&[entry], &[])).await);
    assert!(found.iter().any(|it| it.contains("nin_allowed")), "{found:?}");
}

#[tokio::test]
async fn an_import_makes_what_is_missing_and_a_second_one_changes_nothing() {
    let house = House::open().await;
    let whole = file(&[shop()], &[kari_subject()]);
    let first = import(&house, &whole).await;
    let made = [(Verb::Create, "application"), (Verb::Create, "client secret"), (Verb::Create, "subjects")];
    assert_eq!(verbs(&first), made);
    assert!(first.notes()[0].line(Locale::En).contains("PKCE is off"), "{:?}", first.notes());
    assert_eq!(
        house.actions().await[2..],
        ["application.created", "client_secret.created", "subjects.imported"]
    );

    let second = import(&house, &whole).await;
    assert!(second.is_empty(), "{second:?}");
    assert_eq!(house.actions().await.len(), 5);
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let house = House::open().await;
    let before = house.store.commits();
    plan(&house, &file(&[shop()], &[kari_subject()])).await.unwrap();
    assert_eq!(house.store.commits(), before);
}

#[tokio::test]
async fn what_the_file_names_is_changed_and_the_rest_stays() {
    let house = House::open().await;
    let id = house.an_application("shop").await;
    let shop = house.application("shop").await;
    let settings = shop.settings.clone();
    let settings = ApplicationSettings { slim_id_token: true, pkce: Pkce::Required, ..settings };
    let change = ApplicationChange { name: shop.name.clone(), settings };
    house
        .console
        .change_application(
            &may(&house.tenant, Permission::ManageApplications),
            (id, &shop.seen()),
            &change,
            NOW,
        )
        .await
        .unwrap();
    let entry = json!({"domain": HOST, "client_id": "shop", "error_pages": false});
    let plan = import(&house, &file(&[entry], &[])).await;
    let details = &plan.changes()[0].details;
    assert_eq!(*details, json!({"error_pages": {"from": true, "to": false}}));
    let shop = house
        .console
        .application(&may(&house.tenant, Permission::ReadSettings), house.domain, "shop")
        .await
        .unwrap();
    assert!(!shop.settings.error_pages && shop.settings.slim_id_token);
    assert_eq!(shop.settings.pkce, Pkce::Required, "an import weakens no application that is there");
}

#[tokio::test]
async fn pkce_is_what_the_entry_says_and_public_applications_keep_it() {
    let house = House::open().await;
    let spa = json!({
        "domain": HOST, "client_id": "spa", "name": "Spa", "kind": "browser", "redirect_uris": ["https://spa.example/"],
    });
    let mut careful = shop();
    careful["pkce"] = json!("required");
    let plan = import(&house, &file(&[spa, careful], &[])).await;
    assert!(plan.notes().is_empty(), "{:?}", plan.notes());
    for (client_id, pkce) in [("spa", Pkce::Default), ("urn:my:application:identifier:1", Pkce::Required)] {
        let it = house
            .console
            .application(&may(&house.tenant, Permission::ReadSettings), house.domain, client_id)
            .await
            .unwrap();
        assert_eq!(it.settings.pkce, pkce);
    }
}

#[tokio::test]
async fn a_new_secret_is_made_once_and_shown_once() {
    let house = House::open().await;
    let mut entry = shop();
    entry["secrets"] = json!([{"sha256": DIGEST}, "new"]);
    let first = plan(&house, &file(&[entry.clone()], &[])).await.unwrap();
    let secrets = house.console.carry_out(&kari(), &first, NOW).await.unwrap();
    assert_eq!(secrets.len(), 1);
    assert!(import(&house, &file(&[entry.clone()], &[])).await.is_empty());
    entry["secrets"] = json!([{"sha256": DIGEST.replace('2', "3")}]);
    let found = lines(plan(&house, &file(&[entry], &[])).await);
    assert!(found[0].contains("at most 2 live secrets"), "{found:?}");
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_with_its_place() {
    let house = House::open().await;
    let mut wrong = shop();
    wrong["secrets"] = json!([{"sha256": "abc"}, {"clear": "x"}]);
    let elsewhere = json!({"domain": "other.example", "client_id": "x"});
    let subject =
        json!({"environment": "live", "sector": "nobody", "eid": "no-bankid", "stable_id": "", "sub": "æ"});
    let found = refused(&house, file(&[shop(), wrong, elsewhere], &[subject]).to_string().as_bytes()).await;
    for wanted in [
        "applications[1].secrets[0].sha256: ",
        "applications[1].secrets[1]: ",
        "applications[1].client_id: \"urn:my:application:identifier:1\" appears twice",
        "applications[2].domain: \"other.example\" is no domain of this tenant",
        "subjects[0].environment: \"live\" is not one of",
        "subjects[0].stable_id: ",
        "subjects[0].sub: ",
    ] {
        let said = found.iter().any(|it| it.starts_with(wanted));
        assert!(said, "{wanted}: {found:#?}");
    }
}

#[tokio::test]
async fn every_wrong_setting_of_an_entry_is_named() {
    let house = House::open().await;
    let mut wrong = shop();
    wrong["redirect_uris"] = json!(["https://fine.example/", "jAvAsCrIpT:alert(1)", 5]);
    wrong["id_token_algorithm"] = json!("none");
    wrong["error_pagse"] = json!(true);
    wrong["slim_id_token"] = json!("yes");
    wrong["name"] = json!("<b>Shop</b>");
    let found = refused(&house, file(&[wrong], &[]).to_string().as_bytes()).await;
    for member in ["redirect_uris[1]", "redirect_uris[2]", "error_pagse", "slim_id_token", "name"] {
        let path = format!("applications[0].{member}: ");
        assert!(found.iter().any(|it| it.starts_with(&path)), "{path} {found:#?}");
    }
}

/// An entry with something wrong in every member that is wrong alone.
fn wrong_inside() -> Value {
    json!({
        "domain": HOST, "client_id": "wrong", "name": "Wrong", "kind": "webb", "pkce": "sometimes",
        "redirect_uris": ["javascript:alert(1)", 5], "eids": ["no-bankid", "xx", "yy"],
        "id_token_algorithm": "none", "compatible": {"ssn": "yes", "foo": 1, "dynamic_scopes": 3},
        "secrets": ["old"],
    })
}

const WRONG_INSIDE: &[&str] = &[
    "redirect_uris[0]",
    "redirect_uris[1]",
    "kind",
    "pkce",
    "eids[1]",
    "eids[2]",
    "id_token_algorithm",
    "compatible.ssn",
    "compatible.foo",
    "compatible.dynamic_scopes",
    "secrets[0]",
];

#[tokio::test]
async fn everything_wrong_in_an_application_is_said_wherever_it_shall_be_and_whatever_its_client_id() {
    let house = House::open().await;
    let no = [("domain", json!("unknown.example")), ("domain", json!(null)), ("client_id", json!("a b"))];
    for (name, value) in no.into_iter().chain([("client_id", shop()["client_id"].clone())]) {
        let mut wrong = wrong_inside();
        wrong[name] = value;
        let found = refused(&house, file(&[shop(), wrong], &[]).to_string().as_bytes()).await;
        for member in WRONG_INSIDE.iter().chain([&name]) {
            let path = format!("applications[1].{member}: ");
            assert!(found.iter().any(|it| it.starts_with(&path)), "{path} {found:#?}");
        }
        assert_eq!(found.len(), WRONG_INSIDE.len() + 1, "{found:#?}");
    }
}

#[tokio::test]
async fn an_application_of_an_unknown_domain_is_told_nothing_that_may_be_right() {
    let house = House::open().await;
    let entry = json!({
        "domain": "unknown.example", "client_id": "x", "redirect_uris": ["http://localhost/", "no.example:/cb"],
        "authentication": "private_key_jwt", "id_token_response": "signedAndEncryptedJwt",
        "compatible": {"ssn": true}, "eids": ["automation"], "id_token_algorithm": "ES256",
    });
    let mut subject = kari_subject();
    subject["sector"] = json!("x");
    let found = refused(&house, file(&[entry], &[subject]).to_string().as_bytes()).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("applications[0].domain: "), "{found:?}");
}

#[tokio::test]
async fn settings_that_do_not_go_together_hide_no_others() {
    let house = House::open().await;
    let mut wrong = shop();
    wrong["authentication"] = json!("none");
    wrong["id_token_algorithm"] = json!("none");
    wrong["content_encryption"] = json!("none");
    wrong["nin_allowed"] = json!(true);
    let found = refused(&house, file(&[wrong], &[]).to_string().as_bytes()).await;
    for (at, member) in ["authentication", "content_encryption", "id_token_algorithm"].iter().enumerate() {
        assert!(found[at].starts_with(&format!("applications[0].{member}: ")), "{found:#?}");
    }
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[tokio::test]
async fn a_new_application_needs_an_address_to_answer_to() {
    let house = House::open().await;
    let mut entry = shop();
    entry["redirect_uris"] = json!([]);
    entry["may_introspect"] = json!(true);
    let found = refused(&house, file(&[entry], &[]).to_string().as_bytes()).await;
    assert_eq!(found, ["applications[0].redirect_uris: a new application needs at least one: give it"]);
}

#[tokio::test]
async fn rule_01_addresses_that_cannot_be_registered_are_refused_by_an_import_too() {
    let house = House::open().await;
    for uri in [
        "https://shop.example/#fragment",
        "http://shop.example/callback",
        "https://user@shop.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//shop.example",
        "",
    ] {
        let mut entry = shop();
        entry["redirect_uris"] = json!([uri]);
        let found = refused(&house, file(&[entry], &[]).to_string().as_bytes()).await;
        assert!(found[0].starts_with("applications[0].redirect_uris[0]: "), "{uri}: {found:?}");
    }
}

#[tokio::test]
async fn rule_08_a_client_that_signs_needs_usable_keys_in_an_import_too() {
    let house = House::open().await;
    let of_all = json!({"keys": [{"kty": "oct", "k": "AAAA"}]});
    for (jwks, wanted) in [
        (json!(null), "at least one usable key"),
        (json!({"keys": []}), "at least one usable key"),
        (of_all, "private or symmetric key"),
    ] {
        let mut entry = shop();
        entry["authentication"] = json!("private_key_jwt");
        entry["jwks"] = jwks;
        entry["secrets"] = json!([]);
        let found = refused(&house, file(&[entry], &[]).to_string().as_bytes()).await;
        assert!(found.concat().contains(wanted) && !found.concat().contains("AAAA"), "{found:?}");
    }
}

#[tokio::test]
async fn rule_24_an_import_sets_nothing_that_is_not_a_setting() {
    let house = House::open().await;
    for (name, value) in
        [("id", json!("x")), ("tenant_id", json!("x")), ("version", json!(9)), ("created_at", json!(1))]
    {
        let mut entry = shop();
        entry[name] = value;
        let found = refused(&house, file(&[entry], &[]).to_string().as_bytes()).await;
        assert!(found[0].contains("there is no member"), "{found:?}");
    }
    let found = refused(&house, br#"{"portvakt_import": 1, "operator": true}"#).await;
    assert!(found[0].starts_with("operator: "), "{found:?}");
}

#[tokio::test]
async fn a_hostile_file_leaves_no_trace() {
    let house = House::open().await;
    let large = vec![b' '; 10_000_001];
    let deep = format!(r#"{{"portvakt_import": 1, "applications": {}"#, "[".repeat(50_000));
    let twice = r#"{"portvakt_import": 1, "applications": [], "applications": []}"#;
    let types = r#"{"portvakt_import": "1", "applications": {}, "subjects": [1, null]}"#;
    for (text, wanted) in [
        (large.as_slice(), "larger than"),
        (deep.as_bytes(), "nested deeper"),
        (twice.as_bytes(), "appears twice"),
        (types.as_bytes(), "a list is expected"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[]", "an object is expected"),
        (b"{}", "portvakt_import"),
    ] {
        let found = refused(&house, text).await;
        assert!(found.iter().any(|it| it.contains(wanted)), "{wanted}: {found:?}");
    }
    for name in ["<img src=x>", "a\u{0}b", "a\u{1b}[2Jb", "a\u{202e}b", " ", &"x".repeat(101)] {
        let mut entry = shop();
        entry["name"] = json!(name);
        let found = refused(&house, file(&[entry], &[]).to_string().as_bytes()).await;
        assert!(found[0].starts_with("applications[0].name: "), "{found:?}");
        assert!(!found[0].contains(['\u{0}', '\u{1b}', '\u{202e}']));
    }
    for sub in ["x".repeat(256), "æ".to_owned(), "a b".to_owned(), "a\nb".to_owned(), String::new()] {
        let mut subject = kari_subject();
        subject["sub"] = json!(sub);
        let found = refused(&house, file(&[], &[subject]).to_string().as_bytes()).await;
        assert!(found[0].starts_with("subjects[0].sub: "), "{found:?}");
    }
}

#[tokio::test]
async fn too_many_in_a_file_are_refused_before_any_is_looked_at() {
    let house = House::open().await;
    let found = refused(&house, file(&vec![json!({}); 1_001], &[]).to_string().as_bytes()).await;
    assert!(found[0].contains("at most 1000"), "{found:?}");
    let found = refused(&house, file(&[], &vec![json!({}); 100_001]).to_string().as_bytes()).await;
    assert!(found[0].contains("at most 100000"), "{found:?}");
}

#[tokio::test]
async fn neg_33_another_tenants_domain_and_application_do_not_exist_for_an_import() {
    let house = House::open().await;
    let other = house
        .console
        .create_tenant(&installation(&house.console, Permission::CreateTenants), "other", NOW)
        .await
        .unwrap();
    house
        .console
        .create_domain(&may(&other, Permission::ManageDomains), &a_domain("login.other.example"), NOW)
        .await
        .unwrap();
    let mut foreign = shop();
    foreign["domain"] = json!("login.other.example");
    let found = refused(&house, file(&[foreign], &[]).to_string().as_bytes()).await;
    let none = "\"login.other.example\" is no domain of this tenant";
    assert!(found[0].contains(none), "{found:?}");

    house.an_application("theirs").await;
    let mut subject = kari_subject();
    subject["sector"] = json!("theirs");
    let whole = json!({"portvakt_import": 1, "subjects": [subject]});
    let foreign =
        house.console.plan_import(&may(&other, Permission::Import), whole.to_string().as_bytes(), NOW).await;
    assert!(lines(foreign)[0].contains("is neither `tenant` nor"));
    let foreign = house
        .console
        .plan_import(&may(&other, Permission::Import), file(&[], &[]).to_string().as_bytes(), NOW)
        .await;
    assert!(lines(foreign)[0].contains("the file is for the tenant \"acme\""));
}

#[tokio::test]
async fn a_subject_never_changes_and_is_never_two_peoples() {
    let house = House::open().await;
    import(&house, &file(&[], &[kari_subject()])).await;
    let (mut changed, mut ola) = (kari_subject(), kari_subject());
    changed["sub"] = json!("{other}");
    ola["stable_id"] = json!("9578-2");
    let found = lines(plan(&house, &file(&[], &[changed])).await);
    assert!(found[0].starts_with("subjects[0]: this person has another subject already"), "{found:?}");
    let found = lines(plan(&house, &file(&[], std::slice::from_ref(&ola))).await);
    assert!(found[0].starts_with("subjects[0].sub: another person has this subject"), "{found:?}");

    let (mut new, mut newer) = (ola.clone(), ola.clone());
    new["sub"] = json!("a");
    newer["stable_id"] = json!("9578-3");
    newer["sub"] = json!("a");
    let found = lines(plan(&house, &file(&[], &[new.clone(), newer, new])).await);
    assert!(
        found[0].starts_with("subjects[1].sub: another person has this `sub` at subjects[0]"),
        "{found:?}"
    );
    assert!(found[1].starts_with("subjects[2]: the same person is at subjects[0]"), "{found:?}");
    // The same in another environment is another person.
    ola["environment"] = json!("production");
    assert_eq!(import(&house, &file(&[], &[ola])).await.changes().len(), 1);
}

#[tokio::test]
async fn a_sector_is_an_application_of_this_file_or_of_this_tenant() {
    let house = House::open().await;
    let pairwise = |sector: &str| {
        let mut subject = kari_subject();
        subject["sector"] = json!(sector);
        subject
    };
    let new = pairwise("urn:my:application:identifier:1");
    let found = lines(plan(&house, &file(&[shop()], std::slice::from_ref(&new))).await);
    assert!(found[0].contains("shares its subjects"), "{found:?}");
    let mut alone = shop();
    alone["sector"] = json!("application");
    import(&house, &file(std::slice::from_ref(&alone), std::slice::from_ref(&new))).await;
    let second = house
        .console
        .create_domain(&may(&house.tenant, Permission::ManageDomains), &a_domain("second.acme.example"), NOW)
        .await
        .unwrap();
    assert!(import(&house, &file(&[], std::slice::from_ref(&new))).await.is_empty());
    let mut there = alone;
    there["domain"] = json!("second.acme.example");
    import(&house, &file(&[there], &[])).await;
    let found = lines(plan(&house, &file(&[], std::slice::from_ref(&new))).await);
    assert!(found[0].contains("is an application of several domains"), "{found:?}");
    let mut said = new;
    said["domain"] = json!("second.acme.example");
    assert_eq!(import(&house, &file(&[], &[said])).await.changes().len(), 1);
    assert!(
        house
            .console
            .application(
                &may(&house.tenant, Permission::ReadSettings),
                second,
                "urn:my:application:identifier:1"
            )
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn neg_35_a_copy_of_the_database_tells_neither_person_nor_subject() {
    let house = House::open().await;
    let mut subject = kari_subject();
    subject["stable_id"] = json!("stable-canary-1");
    subject["sub"] = json!("sub-canary-1");
    import(&house, &file(&[shop()], &[subject])).await;
    for link in house.links(house.tenant.id).await {
        assert!(!link.event.details.contains("canary"), "{}", link.event.details);
    }
    house.store.close().await;
    let bytes = std::fs::read(house.folder.path().join("portvakt.db")).unwrap();
    assert!(!bytes.windows(6).any(|it| it == b"canary"));
}

#[tokio::test]
async fn of_two_imports_at_once_one_is_refused_whole() {
    let house = House::open().await;
    let (mut first_person, mut ola) = (kari_subject(), kari_subject());
    first_person["stable_id"] = json!("kari");
    ola["stable_id"] = json!("ola");
    let first = plan(&house, &file(&[shop()], &[first_person])).await.unwrap();
    let second = plan(&house, &file(&[], &[ola])).await.unwrap();
    house.console.carry_out(&kari(), &first, NOW).await.unwrap();
    let before = house.actions().await;
    let refused = house.console.carry_out(&kari(), &second, NOW).await;
    assert!(matches!(refused, Err(Refusal::PlanChanged(_))), "{refused:?}");
    assert_eq!(house.actions().await, before);
}

#[tokio::test]
async fn nobody_brings_an_empty_secret_an_empty_legal_ground_or_a_test_user_as_a_person() {
    let house = House::open().await;
    let mut odd = shop();
    odd["secrets"] = json!([{"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]);
    let found = refused(&house, file(&[odd], &[]).to_string().as_bytes()).await;
    assert!(found[0].starts_with("applications[0].secrets[0].sha256: this is the digest of an empty secret"));
    let mut odd = shop();
    odd["nin_allowed"] = json!(true);
    odd["nin_legal_ground"] = json!(" ");
    let found = refused(&house, file(&[odd], &[]).to_string().as_bytes()).await;
    assert!(found[0].starts_with("applications[0].nin_legal_ground: "), "{found:?}");
    let mut odd = kari_subject();
    odd["eid"] = json!("automation");
    let found = refused(&house, file(&[], &[odd]).to_string().as_bytes()).await;
    assert!(found[0].starts_with("subjects[0].eid: "), "{found:?}");
}

#[tokio::test]
async fn a_secret_that_is_where_its_digest_belongs_is_not_shown_again() {
    let house = House::open().await;
    let mut odd = shop();
    odd["secrets"] = json!([{"sha256": "hunter2hunter2hunter2"}]);
    let found = refused(&house, file(&[odd], &[]).to_string().as_bytes()).await;
    assert!(found[0].starts_with("applications[0].secrets[0].sha256: this is not SHA-256: "), "{found:?}");
    assert!(!found.concat().contains("hunter2"), "{found:?}");
}

#[tokio::test]
async fn an_import_that_names_a_client_id_in_the_bin_is_refused_with_the_way_to_restore_it() {
    let house = House::open().await;
    house.an_application("shop").await;
    let shop = house.application("shop").await;
    let deleting = may(&house.tenant, Permission::DeleteApplications);
    house.console.delete_application(&deleting, (shop.id, &shop.seen()), NOW).await.unwrap();
    let application = json!({
        "domain": HOST, "client_id": "shop", "name": "Shop", "kind": "web",
        "redirect_uris": ["https://shop.example/cb"],
    });
    let file = json!({"portvakt_import": 1, "applications": [application]});
    let Err(Declined::Faults(found)) = plan(&house, &file).await else { panic!("it is refused") };
    let said: Vec<String> = found.iter().map(|it| it.line(Locale::En)).collect();
    assert!(said.iter().any(|it| it.contains("portvakt applications restore shop")), "{said:?}");
}
