//! Plans that are kept: confirmed once, by whoever may, wherever, and only while everything is as it was.

use std::{sync::Arc, time::Duration};

use authority::{Actor, Caller, Permission, Role, SealedColumn};
use console::{ApplicationChange, Console, DomainChange, Plan, PlanEnd, Refusal};
use crypto::{Random, SealKey};
use model::{ApplicationSettings, DomainSettings, INSTALLATION, MemberId, PlanId, TenantId, Timestamp};
use serde_json::{Value, json};
use store::plans::{self, KeptPlan, PlanState};
use texts::Noun;

use crate::house::{HOST, House, NOW, installation, kari, may};

const DAY: Duration = Duration::from_secs(86_400);

fn later() -> Timestamp {
    NOW.after(Duration::from_secs(3_600))
}

fn import() -> Value {
    json!({"portvakt_import": 1, "applications": [{
        "domain": HOST, "client_id": "new", "name": "New", "kind": "web",
        "redirect_uris": ["https://new.example/callback"], "secrets": ["new"],
    }], "subjects": [
        {"environment": "test", "sector": "tenant", "eid": "no-bankid", "stable_id": "9578-1", "sub": "{canary-1}"},
    ]})
}

async fn plan_import(house: &House, file: &Value) -> Plan {
    let permit = may(&house.tenant, Permission::Import);
    house.console.plan_import(&permit, file.to_string().as_bytes(), NOW).await.unwrap()
}

/// Plans and keeps an import of one application with a new secret, and of a subject.
async fn keep_import(house: &House) -> PlanId {
    house.console.keep_plan(&kari(), &plan_import(house, &import()).await, NOW).await.unwrap().id
}

fn declared() -> Value {
    let vipps = json!({"eid": "no-vipps", "environment": "test", "client_id": "us", "client_secret": "hunter22-canary"});
    let tuva = json!({"username": "tuva", "password": "correct canary", "claims": {"name": "Tuva Canary"}});
    json!({"declaration": "d", "tenants": [{"name": "globex", "domains": [{
        "host": "login.globex.example", "environment": "test", "identity_sources": [vipps],
        "applications": [{"client_id": "shop", "name": "Shop", "kind": "browser",
            "redirect_uris": ["https://shop.example/cb"], "pkce": "required", "authentication": "none"}],
        "test_users": [tuva],
    }]}]})
}

async fn keep_declaration(console: &Console) -> PlanId {
    let permit = installation(console, Permission::Declare);
    let plan = console.plan_declaration(&permit, &declared(), false, NOW).await.unwrap();
    console.keep_plan(&kari(), &plan, NOW).await.unwrap().id
}

/// Another process on the same database.
fn another_node(house: &House) -> Console {
    Console::new(house.store.clone(), house.master.clone(), Random::seeded(99))
}

fn member(tenant: TenantId, role: Role) -> Caller {
    let id = MemberId::from_bytes([7; 16]);
    Caller::local(Actor::Member { id, tenant, roles: vec![role], signed_in_at: NOW })
}

#[tokio::test]
async fn a_plan_could_be_carried_out_by_the_process_that_had_made_it_only() {
    let house = House::open().await;
    let id = keep_import(&house).await;
    let (kept, shown) = another_node(&house).plan(&kari(), id, later()).await.unwrap();
    assert_eq!((kept.tenant, kept.made_by.as_str()), (Some(house.tenant.id), "operator:kari"));
    assert_eq!(shown.changes(), plan_import(&house, &import()).await.changes());

    let ola = Caller::operator("ola");
    let (plan, secrets) = another_node(&house).confirm_plan(&ola, id, later()).await.unwrap();
    assert_eq!((plan.changes().len(), secrets.len()), (3, 1));
    let made = house.application("new").await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let live = house.console.client_secrets(&reading, made.id).await;
    assert_eq!((live.unwrap().len(), made.created_at), (1, later()));
    let links = house.links(house.tenant.id).await;
    let told: Vec<_> =
        links[2..].iter().map(|it| (it.event.action.as_str(), it.event.actor.as_str())).collect();
    assert_eq!(told[0], ("plan.kept", "operator:kari"));
    assert_eq!(told[1], ("plan.confirmed", "operator:ola"));
    assert!(told[2..].iter().all(|(_, actor)| *actor == "operator:ola"), "{told:?}");
    assert_eq!(links[3].event.details, r#"{"made_by":"operator:kari"}"#);
}

#[tokio::test]
async fn a_plan_that_ended_or_never_was_has_its_own_answer_each() {
    let house = House::open().await;
    let console = &house.console;
    let confirm = async |id, now| console.confirm_plan(&kari(), id, now).await.map(drop).unwrap_err();
    let (confirmed, expired) = (keep_import(&house).await, keep_declaration(console).await);
    console.confirm_plan(&kari(), confirmed, later()).await.unwrap();
    assert!(matches!(confirm(confirmed, later()).await, Refusal::PlanConfirmed));
    assert!(matches!(confirm(expired, NOW.after(DAY)).await, Refusal::PlanExpired));
    assert!(matches!(console.plan(&kari(), expired, NOW.after(DAY)).await, Err(Refusal::PlanExpired)));
    console.discard_plan(&kari(), expired, later()).await.unwrap();
    assert!(matches!(confirm(expired, later()).await, Refusal::PlanDiscarded));
    assert!(matches!(console.discard_plan(&kari(), confirmed, later()).await, Err(Refusal::PlanConfirmed)));
    let unknown = PlanId::new(&Random::seeded(5), NOW);
    assert!(matches!(confirm(unknown, later()).await, Refusal::NotFound(Noun::Plan)));
}

#[tokio::test]
async fn what_was_changed_since_a_plan_was_made_is_named_and_nothing_is_written() {
    let house = House::open().await;
    let id = house.an_application("old").await;
    let mut file = import();
    let old = json!({"domain": HOST, "client_id": "old", "name": "Old"});
    file["applications"].as_array_mut().unwrap().push(old);
    let plan = plan_import(&house, &file).await;
    let kept = house.console.keep_plan(&kari(), &plan, NOW).await.unwrap().id;
    let seen = house.application("old").await;
    let settings = ApplicationSettings { slim_id_token: true, ..seen.settings.clone() };
    let wanted = ApplicationChange { name: seen.name.clone(), settings };
    let permit = may(&house.tenant, Permission::ManageApplications);
    house.console.change_application(&permit, (id, &seen.seen()), &wanted, NOW).await.unwrap();
    house.an_application("new").await;
    // The plan changes nothing of the domain: it was compared with it all the same.
    let seen = house.domain().await;
    let settings = DomainSettings { require_par: true, ..seen.settings.clone() };
    let wanted = DomainChange { name: seen.name.clone(), settings };
    let permit = may(&house.tenant, Permission::ManageDomains);
    house.console.change_domain(&permit, (house.domain, &seen.seen()), &wanted, NOW).await.unwrap();
    let before = house.actions().await;

    match house.console.confirm_plan(&kari(), kept, later()).await {
        Err(Refusal::PlanChanged(mut names)) => {
            names.sort();
            let at = |kind: &str, name: &str| format!("{kind} {HOST} {name}");
            assert_eq!(names, [at("application", "new"), at("application", "old"), format!("domain {HOST}")]);
        }
        other => panic!("{:?}", other.map(drop)),
    }
    assert_eq!(house.actions().await, before);
    assert!(house.console.plan(&kari(), kept, later()).await.is_ok(), "it was not spent");
}

#[tokio::test]
async fn a_plan_whose_write_fails_is_not_spent() {
    let house = House::open().await;
    let kept = keep_import(&house).await;
    let mut same = import();
    same["applications"] = json!([]);
    same["subjects"][0]["sub"] = json!("{another}");
    house.console.carry_out(&kari(), &plan_import(&house, &same).await, NOW).await.unwrap();
    let before = house.actions().await;
    let refused = house.console.confirm_plan(&kari(), kept, later()).await.map(drop);
    assert!(matches!(&refused, Err(Refusal::PlanChanged(names)) if names[..] == ["subjects"]), "{refused:?}");
    assert_eq!(house.actions().await, before);
    house.console.discard_plan(&kari(), kept, later()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_nodes_that_confirm_a_plan_at_once_one_does_and_seven_are_told() {
    let house = House::open().await;
    let id = keep_declaration(&house.console).await;
    let confirm = |_| {
        let console = Arc::new(another_node(&house));
        tokio::spawn(async move { console.confirm_plan(&kari(), id, later()).await.map(drop) })
    };
    let racers: Vec<_> = (0..8).map(confirm).collect();
    let mut done = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(()) => done += 1,
            refused => assert!(matches!(refused, Err(Refusal::PlanConfirmed)), "{refused:?}"),
        }
    }
    let (tenant, _) = house.console.domain(&kari(), "login.globex.example").await.unwrap();
    let actions: Vec<String> = house.links(tenant.id).await.into_iter().map(|it| it.event.action).collect();
    let made = ["tenant.created", "domain.created", "identity_source.created", "application.created"];
    assert_eq!((done, &actions[..4]), (1, &made.map(str::to_owned)[..]));
    assert_eq!(actions.len(), 5, "{actions:?}");
}

#[tokio::test]
async fn neg_33_another_tenants_plan_does_not_exist_and_who_confirms_needs_leave_for_all_of_it() {
    let house = House::open().await;
    let (imported, declaration) = (keep_import(&house).await, keep_declaration(&house.console).await);
    let making = installation(&house.console, Permission::CreateTenants);
    let other = house.console.create_tenant(&making, "other", NOW).await.unwrap().id;
    let confirm = async |caller: &Caller, id| house.console.confirm_plan(caller, id, later()).await.map(drop);
    let stranger = member(other, Role::Owner);
    assert!(matches!(confirm(&stranger, imported).await, Err(Refusal::NotFound(Noun::Plan))));
    assert!(matches!(confirm(&stranger, declaration).await, Err(Refusal::NotFound(Noun::Plan))));
    let show = house.console.plan(&stranger, imported, later()).await;
    assert!(matches!(show, Err(Refusal::NotFound(Noun::Plan))));
    let discarded = house.console.discard_plan(&stranger, imported, later()).await;
    assert!(matches!(discarded, Err(Refusal::NotFound(Noun::Plan))));
    let developer = member(house.tenant.id, Role::Developer);
    assert!(matches!(confirm(&developer, imported).await, Err(Refusal::Forbidden)));
    assert!(confirm(&member(house.tenant.id, Role::Owner), imported).await.is_ok());
}

#[tokio::test]
async fn neg_35_no_secret_of_a_kept_plan_is_readable_in_the_database() {
    let house = House::open().await;
    keep_import(&house).await;
    keep_declaration(&house.console).await;
    house.store.close().await;
    let bytes = std::fs::read(house.folder.path().join("portvakt.db")).unwrap();
    for secret in ["canary", "Canary", "hunter22", "new.example", "globex"] {
        assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn plans_are_confirmed_after_the_master_key_was_replaced() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let (imported, declaration) = (keep_import(&house).await, keep_declaration(&house.console).await);
    let new = SealKey::generate(&Random::seeded(5));
    house.console.rewrap(&installation(&house.console, Permission::RewrapKeys), &new, NOW).await.unwrap();
    // A node that still has the old key keeps no more.
    let permit = installation(&house.console, Permission::Declare);
    let plan = house.console.plan_declaration(&permit, &declared(), false, NOW).await.unwrap();
    let late = house.console.keep_plan(&kari(), &plan, NOW).await;
    assert!(matches!(late, Err(Refusal::MasterKey)), "{late:?}");
    let console = Console::new(house.store.clone(), new, Random::seeded(6));
    console.confirm_plan(&kari(), imported, later()).await.unwrap();
    console.confirm_plan(&kari(), declaration, later()).await.unwrap();
}

#[tokio::test]
async fn a_plan_of_another_version_is_told_and_not_guessed_at() {
    let house = House::open().await;
    for content in [r#"{"format": 2, "plan": {}}"#, r#"{"format": 1, "plan": {"steps": "others"}}"#, "?"] {
        let row = KeptPlan {
            tenant_id: INSTALLATION,
            id: PlanId::new(&Random::system(), NOW),
            state: PlanState::Waiting,
            made_by: "operator:kari".to_owned(),
            created_at: NOW,
            expires_at: NOW.after(DAY),
            ended_at: None,
        };
        let context = SealedColumn::Plan { id: row.id, made_by: &row.made_by }.context(INSTALLATION);
        let sealed = house.master.seal(&Random::system(), &context, content.as_bytes());
        let id = row.id;
        let kept = house.store.write(move |tx| plans::insert(tx, &row, &sealed));
        kept.await.map_err(|error: store::StoreError| error).unwrap();
        let refused = house.console.confirm_plan(&kari(), id, later()).await.map(drop);
        assert!(matches!(refused, Err(Refusal::PlanUnreadable)), "{content}: {refused:?}");
    }
}

#[tokio::test]
async fn plans_that_nobody_confirms_do_not_pile_up() {
    let house = House::open().await;
    let plan = plan_import(&house, &import()).await;
    for _ in 0..20 {
        house.console.keep_plan(&kari(), &plan, NOW).await.unwrap();
    }
    let refused = house.console.keep_plan(&kari(), &plan, later()).await;
    assert!(matches!(refused, Err(Refusal::TooManyPlans(20))));
    let permit = may(&house.tenant, Permission::ReadSettings);
    assert_eq!(house.console.plans(&permit, NOW).await.unwrap().len(), 20);
    house.console.keep_plan(&kari(), &plan, NOW.after(DAY)).await.unwrap();
}

#[tokio::test]
async fn a_plan_that_a_later_version_ended_blocked_the_list_and_the_replacing_of_the_master_key() {
    let house = House::open().await;
    let (ended, waits) = (keep_declaration(&house.console).await, keep_declaration(&house.console).await);
    house.meddle(&format!("UPDATE plans SET state = 'superseded' WHERE id = '{ended}'"));
    let reading = installation(&house.console, Permission::ReadInstallation);
    let listed = house.console.installation_plans(&reading, later()).await.unwrap();
    let end = |id| listed.iter().find(|it| it.id == id).unwrap().end.map(PlanEnd::as_str);
    assert_eq!((end(ended), end(waits)), (Some("ended"), None));
    let confirmed = house.console.confirm_plan(&kari(), ended, later()).await;
    assert!(matches!(confirmed, Err(Refusal::PlanEnded)), "{confirmed:?}");

    let new = SealKey::generate(&Random::seeded(2));
    let permit = installation(&house.console, Permission::RewrapKeys);
    house.console.rewrap(&permit, &new, later()).await.unwrap();
    let console = Console::new(house.store.clone(), new, Random::seeded(3));
    console.confirm_plan(&kari(), waits, later()).await.unwrap();
}
