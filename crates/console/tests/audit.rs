use authority::{Actor, Caller, Permission, Role};
use console::{AuditPlace, AuditQuery, ChainTrouble, ChainVerdict, FoundLinks, Refusal, Tenant, Verified};
use crypto::SealKey;
use model::{AuditContext, MemberId};
use store::audit_events::Link;

use crate::house::{House, NOW, a_domain, installation, kari, may};

#[tokio::test]
async fn every_change_is_a_row_that_names_who_made_it() {
    let house = House::open().await;
    house.an_application("shop").await;
    assert_eq!(house.actions().await, ["tenant.created", "domain.created", "application.created"]);
    assert!(house.links(house.tenant.id).await.iter().all(|it| it.event.actor == "operator:kari"));
    let verified = house
        .console
        .verify_audit(&may(&house.tenant, Permission::ReadAudit))
        .await
        .unwrap()
        .intact()
        .unwrap();
    assert_eq!((verified.links, verified.head.len()), (3, 64));
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_no_row() {
    let house = House::open().await;
    let taken = house
        .console
        .create_domain(&may(&house.tenant, Permission::ManageDomains), &a_domain(crate::house::HOST), NOW)
        .await;
    assert!(matches!(taken, Err(Refusal::HostTaken { .. })));
    assert_eq!(house.actions().await.len(), 2);
}

#[tokio::test]
async fn a_worker_may_not_make_anything() {
    let house = House::open().await;
    let worker = house.console.tenant(&Caller::worker("keys"), "acme").await.unwrap();
    let refused = worker.permit(Permission::ManageDomains).map_err(Refusal::from);
    assert!(matches!(refused, Err(Refusal::Forbidden)));
    let other = may(&worker, Permission::RotateKeys);
    let refused = house.console.create_domain(&other, &a_domain("other.acme.example"), NOW).await;
    assert!(matches!(refused, Err(Refusal::Forbidden)));
}

async fn trouble_after(sql: &str) -> ChainTrouble {
    let house = House::open().await;
    house.an_application("shop").await;
    house.meddle(sql);
    house.console.verify_audit(&may(&house.tenant, Permission::ReadAudit)).await.unwrap().trouble().unwrap()
}

#[tokio::test]
async fn i4_whoever_changes_a_row_by_hand_is_found_out() {
    let changed = trouble_after("UPDATE audit_events SET actor = 'operator:ola' WHERE sequence = 2").await;
    assert_eq!(changed, ChainTrouble::Changed(2));
    let removed = trouble_after("DELETE FROM audit_events WHERE sequence = 2").await;
    assert_eq!(removed, ChainTrouble::Gap(2));
    let cut = trouble_after("DELETE FROM audit_events WHERE sequence = 3").await;
    assert_eq!(cut, ChainTrouble::Head { last: 2, head: 3 });
    let all = trouble_after("DELETE FROM audit_events; DELETE FROM audit_heads").await;
    assert_eq!(all, ChainTrouble::Gone);
}

#[tokio::test]
async fn i4_a_new_chain_cannot_be_passed_off_without_the_master_key() {
    let shortened = trouble_after(
        "DELETE FROM audit_events WHERE sequence = 3;
         UPDATE audit_heads SET sequence = 2,
             digest = (SELECT digest FROM audit_events e WHERE e.sequence = 2)",
    )
    .await;
    assert_eq!(shortened, ChainTrouble::Forged);
    assert_eq!(trouble_after("DELETE FROM audit_heads").await, ChainTrouble::Forged);
    let added = trouble_after(
        "INSERT INTO audit_events SELECT tenant_id, 4, happened_at, actor, action, object, details, digest,
             layout, trace, approver, personal_digest FROM audit_events WHERE sequence = 3",
    )
    .await;
    assert_eq!(added, ChainTrouble::Head { last: 4, head: 3 });
}

#[tokio::test]
async fn i4_the_next_change_does_not_make_a_forged_chain_look_right() {
    let house = House::open().await;
    house.an_application("shop").await;
    house.meddle(
        "DELETE FROM audit_events WHERE sequence = 3;
         UPDATE audit_heads SET sequence = 2,
             digest = (SELECT digest FROM audit_events e WHERE e.sequence = 2)",
    );
    house.an_application("till").await;
    let verified = house.console.verify_audit(&may(&house.tenant, Permission::ReadAudit)).await.unwrap();
    assert_eq!(verified.trouble(), Some(ChainTrouble::Forged));
}

#[tokio::test]
async fn two_tenants_have_chains_of_their_own() {
    let house = House::open().await;
    let other = house
        .console
        .create_tenant(&installation(&house.console, Permission::CreateTenants), "other", NOW)
        .await
        .unwrap();
    assert_eq!(house.links(other.id).await.len(), 1);
    assert_eq!(
        house
            .console
            .verify_audit(&may(&other, Permission::ReadAudit))
            .await
            .unwrap()
            .intact()
            .unwrap()
            .links,
        1
    );
    assert_eq!(
        house
            .console
            .verify_audit(&may(&house.tenant, Permission::ReadAudit))
            .await
            .unwrap()
            .intact()
            .unwrap()
            .links,
        2
    );
}

/// The master key of `fixtures/audit_layout_1.sql`.
const OLD_MASTER: &str = "783825822a6f9e62da2190e828e4c9d2576e5977e3a0b3620b092dfb9e9996fa";

#[tokio::test]
async fn a_chain_of_layout_1_still_verifies_and_goes_on_in_layout_2() {
    let bytes: Vec<u8> = OLD_MASTER
        .as_bytes()
        .chunks(2)
        .map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 16).unwrap())
        .collect();
    let house = House::empty(SealKey::from_slice(&bytes).unwrap());
    house.meddle(include_str!("fixtures/audit_layout_1.sql"));
    let tenant = house.console.tenant(&kari(), "acme").await.unwrap();
    let verify = async || house.console.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap();
    let head = "72b1248e013111a52c83435d7f3c7bad0aa390835aa040862c342d84da78f1c0".to_owned();
    assert_eq!(verify().await, ChainVerdict::Intact(Verified { links: 3, head }));

    let more = a_domain("other.acme.example");
    house.console.create_domain(&may(&tenant, Permission::ManageDomains), &more, NOW).await.unwrap();
    assert_eq!(verify().await.intact().unwrap().links, 4);
    let links = house.links(tenant.id).await;
    assert_eq!(
        links.iter().map(|it| it.event.context.is_some()).collect::<Vec<_>>(),
        [false, false, false, true]
    );

    house.meddle("UPDATE audit_events SET layout = 2 WHERE sequence = 2");
    assert_eq!(verify().await.trouble(), Some(ChainTrouble::Changed(2)));
}

/// A tenant that a member changes from somewhere, with two links.
async fn changed_from(house: &House) -> Tenant {
    let id = MemberId::from_bytes([5; 16]);
    let (tenant, roles) = (house.tenant.id, vec![Role::Owner]);
    let caller = Caller {
        trace: Some("0123456789abcdef0123456789abcdef".to_owned()),
        address: Some("192.0.2.7".parse().unwrap()),
        name: Some("Kari Nordmann".to_owned()),
        ..Caller::local(Actor::Member { id, tenant, roles, signed_in_at: NOW })
    };
    let tenant = house.console.tenant(&caller, "acme").await.unwrap();
    let permit = may(&tenant, Permission::ManageDomains);
    house.console.create_domain(&permit, &a_domain("other.acme.example"), NOW).await.unwrap();
    tenant
}

#[tokio::test]
async fn a_change_tells_its_trace_and_address_and_the_address_can_be_erased() {
    let house = House::open().await;
    let tenant = changed_from(&house).await;
    let told = |links: &[Link]| links[2].event.context.clone().unwrap();
    let context = told(&house.links(tenant.id).await);
    assert_eq!(context.trace.as_deref(), Some("0123456789abcdef0123456789abcdef"));
    let personal = context.personal.clone().unwrap();
    assert_eq!(personal.address.as_deref(), Some("192.0.2.7"));
    assert_eq!(personal.name.as_deref(), Some("Kari Nordmann"));

    let permit = may(&house.tenant, Permission::ErasePersonal);
    house.console.erase_personal(&permit, 3, NOW).await.unwrap();
    let erased = told(&house.links(tenant.id).await);
    assert_eq!(erased, AuditContext { personal: None, ..context });
    let verified = house.console.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap();
    assert_eq!(verified.intact().unwrap().links, 4);
    assert_eq!(house.actions().await[2..], ["domain.created", "audit.personal_erased"]);
    let again = house.console.erase_personal(&permit, 3, NOW).await;
    assert!(matches!(again, Err(Refusal::NotFound(_))));
}

#[tokio::test]
async fn an_address_that_was_exchanged_or_removed_by_hand_is_found_out() {
    let house = House::open().await;
    let tenant = changed_from(&house).await;
    house.meddle("UPDATE audit_personal SET address = '192.0.2.8'");
    let verified = house.console.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap();
    assert_eq!(verified.trouble(), Some(ChainTrouble::Changed(3)));
    house.meddle("DELETE FROM audit_personal");
    let verified = house.console.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap();
    assert_eq!(verified.trouble(), Some(ChainTrouble::PersonalGone(3)));
}

#[tokio::test]
async fn one_change_among_many_is_found_by_what_its_object_is_called() {
    let house = House::open().await;
    for client_id in ["shop", "till", "desk"] {
        house.an_application(client_id).await;
    }
    let permit = may(&house.tenant, Permission::ReadAudit);
    let search = async |query: AuditQuery, most| {
        let mut found = FoundLinks::new(most);
        house.console.search_audit(&permit, &query, &mut found).await.unwrap();
        let rows: Vec<(AuditPlace, String)> =
            found.iter().map(|(place, it)| (*place, it.object_name.clone().unwrap())).collect();
        (rows, found.has_earlier)
    };
    let names = |rows: &[(AuditPlace, String)]| rows.iter().map(|it| it.1.clone()).collect::<Vec<_>>();
    let (all, _) = search(AuditQuery::default(), 100).await;
    assert_eq!(names(&all), ["acme", crate::house::HOST, "shop", "till", "desk"]);
    let till = AuditQuery { object: Some("TILL".to_owned()), ..AuditQuery::default() };
    assert_eq!(names(&search(till, 100).await.0), ["till"]);
    let made = AuditQuery { action: Some("application".to_owned()), ..AuditQuery::default() };
    let (newest, has_earlier) = search(made.clone(), 2).await;
    assert_eq!((names(&newest), has_earlier), (vec!["till".to_owned(), "desk".to_owned()], true));
    let before = AuditPlace::parse(&newest[0].0.to_string());
    let (earlier, has_earlier) = search(AuditQuery { before, ..made.clone() }, 2).await;
    assert_eq!((names(&earlier), has_earlier), (vec!["shop".to_owned()], false));
    let late = NOW.after(std::time::Duration::from_secs(1));
    assert!(search(AuditQuery { since: Some(late), ..made.clone() }, 2).await.0.is_empty());
    assert!(search(AuditQuery { until: Some(NOW), ..made.clone() }, 2).await.0.is_empty());
    assert!(search(AuditQuery { actor: Some("ola".to_owned()), ..made }, 2).await.0.is_empty());
}
