//! Names: given anew, and unique without regard to case.

use std::sync::Arc;

use authority::Permission;
use console::{Declined, DomainChange, NewDomain, Refusal, Seen, TenantView};
use serde_json::json;
use texts::{Locale, Noun};

use crate::house::{HOST, House, NOW, a_domain, installation, kari, may};

fn taken<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> (Noun, String) {
    match refused {
        Err(Refusal::NameTaken { noun, by }) => (noun, by),
        other => panic!("{other:?}"),
    }
}

async fn rename(house: &House, name: &str) -> Result<TenantView, Refusal> {
    let tenant = house.console.tenant_by_id(&kari(), house.tenant.id).await.unwrap();
    let permit = may(&tenant, Permission::RenameTenants);
    house.console.rename_tenant(&permit, &TenantView::seen(&tenant), name, NOW).await
}

#[tokio::test]
async fn a_tenant_kept_the_name_that_it_was_made_with() {
    let house = House::open().await;
    let renamed = rename(&house, "Acme AS").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("Acme AS", 2));
    assert_eq!(house.console.tenant(&kari(), "Acme AS").await.unwrap().id, house.tenant.id);
    assert!(matches!(house.console.tenant(&kari(), "acme").await, Err(Refusal::NotFound(_))));
    let last = house.links(house.tenant.id).await.pop().unwrap().event;
    assert_eq!(last.action, "tenant.renamed");
    assert_eq!(last.details, r#"{"name":{"from":"acme","to":"Acme AS"}}"#);

    assert_eq!(rename(&house, "Acme AS").await.unwrap().version, 2);
    assert!(matches!(rename(&house, " ").await, Err(Refusal::Invalid(_))));
    let permit = may(&house.tenant, Permission::RenameTenants);
    let stale = house.console.rename_tenant(&permit, &Seen::version(1), "Other", NOW).await;
    assert!(matches!(stale, Err(Refusal::ChangedMeanwhile(_))), "{stale:?}");
    let other = may(&house.tenant, Permission::ManageDomains);
    let refused = house.console.rename_tenant(&other, &Seen::version(2), "Other", NOW).await;
    assert!(matches!(refused, Err(Refusal::Forbidden)));
}

#[tokio::test]
async fn two_tenants_had_names_that_only_a_capital_told_apart() {
    let house = House::open().await;
    let making = installation(&house.console, Permission::CreateTenants);
    for name in ["ACME", "acme"] {
        let refused = house.console.create_tenant(&making, name, NOW).await;
        assert_eq!(taken(refused), (Noun::TenantName, "acme".to_owned()));
    }
    house.console.create_tenant(&making, "Øl og vin", NOW).await.unwrap();
    let refused = rename(&house, "ØL OG VIN").await;
    let line = refused.as_ref().unwrap_err().message().line(Locale::En);
    assert!(line.starts_with("name: this tenant name is taken: there is \"Øl og vin\" already"), "{line}");
    assert_eq!(rename(&house, "Acme").await.unwrap().name, "Acme");
}

#[tokio::test]
async fn two_domains_of_a_tenant_had_one_name() {
    let house = House::open().await;
    let permit = may(&house.tenant, Permission::ManageDomains);
    let new = |host: &str, name: &str| NewDomain { name: name.to_owned(), ..a_domain(host) };
    let refused = house.console.create_domain(&permit, &new("two.example", "LOGIN.acme.example"), NOW).await;
    assert_eq!(taken(refused), (Noun::DomainName, HOST.to_owned()));
    let before = house.actions().await.len();
    house.console.create_domain(&permit, &new("two.example", "Two"), NOW).await.unwrap();
    let seen = house.domain().await;
    let wanted = |name: &str| DomainChange { name: name.to_owned(), settings: seen.settings.clone() };
    let at = (house.domain, &seen.seen());
    let refused = house.console.change_domain(&permit, at, &wanted("two"), NOW).await;
    assert_eq!(taken(refused), (Noun::DomainName, "Two".to_owned()));
    house.console.change_domain(&permit, at, &wanted("Login.Acme.Example"), NOW).await.unwrap();
    assert_eq!(house.actions().await.len(), before + 2, "a refused name leaves no audit event");
    let making = installation(&house.console, Permission::CreateTenants);
    let other = house.console.create_tenant(&making, "other", NOW).await.unwrap();
    let permit = may(&other, Permission::ManageDomains);
    house.console.create_domain(&permit, &new("three.example", "Two"), NOW).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_who_want_one_name_in_different_case_one_has_it() {
    let house = Arc::new(House::open().await);
    let run = |number: usize| {
        let house = house.clone();
        tokio::spawn(async move {
            let (head, tail) = "globexas".split_at(number);
            let name = format!("{}{tail}", head.to_uppercase());
            let making = installation(&house.console, Permission::CreateTenants);
            house.console.create_tenant(&making, &name, NOW).await.is_ok()
        })
    };
    let mut won = 0;
    for it in (0..8).map(run).collect::<Vec<_>>() {
        won += usize::from(it.await.unwrap());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn names_that_clash_already_keep_working_and_can_be_changed_otherwise() {
    let house = House::open().await;
    let making = installation(&house.console, Permission::CreateTenants);
    let other = house.console.create_tenant(&making, "other", NOW).await.unwrap();
    house.meddle(&format!("UPDATE tenants SET name = 'ACME' WHERE id = '{}'", other.id));
    let permit = may(&other, Permission::ManageDomains);
    for host in ["one.example", "two.example"] {
        house.console.create_domain(&permit, &a_domain(host), NOW).await.unwrap();
    }
    house.meddle("UPDATE domains SET name = 'ONE.example' WHERE host = 'two.example'");
    assert_eq!(house.console.tenant(&kari(), "ACME").await.unwrap().id, other.id);
    let (_, seen) = house.console.domain(&kari(), "two.example").await.unwrap();
    let settings = model::DomainSettings { require_par: true, ..seen.settings.clone() };
    let wanted = DomainChange { name: seen.name.clone(), settings };
    house.console.change_domain(&permit, (seen.id, &seen.seen()), &wanted, NOW).await.unwrap();
    let declared = json!({"declaration": "d", "tenants": [{"name": "acme"}, {"name": "ACME"}]});
    let permit = installation(&house.console, Permission::Declare);
    house.console.plan_declaration(&permit, &declared, false, NOW).await.unwrap();
}

#[tokio::test]
async fn a_declaration_is_told_of_every_name_that_is_taken_before_anything_is_written() {
    let house = House::open().await;
    let domain = |host: &str, name: &str| json!({"host": host, "name": name, "environment": "test"});
    let domains = [domain("one.example", HOST), domain("two.example", "Two"), domain("three.example", "TWO")];
    let declared = json!({"declaration": "d", "tenants": [
        {"name": "acme", "domains": domains}, {"name": "Acme"}, {"name": "New"}, {"name": "new"},
    ]});
    let permit = installation(&house.console, Permission::Declare);
    let Err(Declined::Faults(found)) = house.console.plan_declaration(&permit, &declared, false, NOW).await
    else {
        panic!("it should be declined")
    };
    let found: Vec<_> = found.iter().map(|it| (it.field.as_deref().unwrap(), it.message.id())).collect();
    let wanted =
        ["tenants[0].domains[0].name", "tenants[0].domains[2].name", "tenants[1].name", "tenants[3].name"];
    assert_eq!(found, wanted.map(|it| (it, "name-taken")));
}
