//! Issuers and the texts of orders' documents in declarations: the operator's registers, which belong to no tenant.

use authority::{Actor, Caller, Permission, Role};
use changes::issuers::{IssuerView, all};
use console::{Declined, Plan, Refusal, Verb};
use model::{Evidence, INSTALLATION, MemberId, TemplateKind, TemplateLanguage};
use serde_json::{Value, json};
use store::order_templates::find;
use texts::Locale;

use crate::house::{House, NOW, installation, kari};

/// A declaration of no tenant with these registers.
fn of(registers: &Value) -> Value {
    let mut declared = json!({"declaration": "d", "tenants": []});
    declared.as_object_mut().unwrap().extend(registers.as_object().unwrap().clone());
    declared
}

fn bank() -> Value {
    json!({"name": "Bank AS", "address": "Storgata 1, 0155 Oslo", "phone": "22 00 00 00", "is_default": true})
}

fn text(body: &str) -> Value {
    json!({"kind": "order", "language": "nb", "body": body})
}

async fn plan(house: &House, registers: &Value) -> Result<Plan, Declined> {
    let permit = installation(&house.console, Permission::Declare);
    house.console.plan_declaration(&permit, &of(registers), false, NOW).await
}

async fn apply(house: &House, registers: Value) -> Vec<(Verb, String)> {
    let planned = plan(house, &registers).await.unwrap();
    let changes = planned.changes().iter().map(|it| (it.verb, format!("{} {}", it.kind, it.name)));
    let changes = changes.filter(|(verb, _)| *verb != Verb::Unchanged).collect();
    house.console.carry_out(&kari(), &planned, NOW).await.unwrap();
    changes
}

async fn faults(house: &House, registers: Value) -> Vec<String> {
    match plan(house, &registers).await {
        Err(Declined::Faults(faults)) => faults.iter().map(|it| it.line(Locale::En)).collect(),
        other => panic!("{other:?}"),
    }
}

async fn register(house: &House) -> Vec<IssuerView> {
    house.store.read(|tx| all(tx)).await.unwrap()
}

async fn newest(house: &House) -> Option<(i64, String, String)> {
    let found = house.store.read(|tx| find(tx, (TemplateKind::Order, TemplateLanguage::Nb))).await.unwrap();
    found.map(|it| (it.version, it.body, it.made_by))
}

/// What the installation's chain says since the house was opened.
async fn trail(house: &House) -> Vec<(String, Value)> {
    let links = house.links(INSTALLATION).await;
    links.into_iter().map(|it| (it.event.action, serde_json::from_str(&it.event.details).unwrap())).collect()
}

fn order_of(house: &House, issuer: &IssuerView) {
    let columns = "tenant_id, id, domain_id, eid, handover, state, version, submission, was_sent, sealed_answers, \
        created_at, changed_at, since, issuer_id";
    let values = format!(
        "'t', 'o', 'd', 'no-bankid', 'key_pair', 'draft', 1, 1, 0, x'00', 0, 0, 0, '{}'",
        issuer.id.unwrap()
    );
    house.meddle(&format!("INSERT INTO orders ({columns}) VALUES ({values})"));
}

#[tokio::test]
async fn an_issuer_and_a_text_are_made_in_one_write_and_a_second_time_nothing_changes() {
    let house = House::open().await;
    let declared = json!({"issuers": [bank()], "templates": [text("We order.\r\n\r\nYou may.\n")]});
    let before = house.store.commits();
    let wanted =
        [(Verb::Create, "issuer Bank AS".to_owned()), (Verb::Change, "template order nb".to_owned())];
    assert_eq!(apply(&house, declared.clone()).await, wanted);
    assert_eq!(house.store.commits(), before + 1);
    let [bank] = register(&house).await.try_into().unwrap();
    assert_eq!((bank.settings.phone.as_str(), bank.settings.is_default), ("+4722000000", true));
    assert_eq!(bank.declared_by.as_deref(), Some("d"));
    let kept = (1, "We order.\n\nYou may.".to_owned(), "operator:kari".to_owned());
    assert_eq!(newest(&house).await, Some(kept));
    assert!(apply(&house, declared).await.is_empty());
    let told = [
        ("issuer.added".to_owned(), json!({"name": "Bank AS", "is_default": true})),
        ("order_template.set".to_owned(), json!({"version": 1})),
    ];
    assert_eq!(trail(&house).await, told);
}

#[tokio::test]
async fn what_the_file_names_of_an_issuer_is_changed_and_shown_before_and_after_and_the_rest_stays() {
    let house = House::open().await;
    apply(&house, json!({"issuers": [bank()]})).await;
    let changed = json!({"issuers": [{"name": "BANK AS", "evidence": ["approved_by_login"], "answers_within": 7, "agreement": "Terms", "agreement_url": "https://bank.example/terms"}]});
    let planned = plan(&house, &changed).await.unwrap();
    let difference = json!({
        "name": {"from": "Bank AS", "to": "BANK AS"}, "answers_within": {"from": 10, "to": 7},
        "agreement": {"from": null, "to": "Terms"},
        "agreement_url": {"from": null, "to": "https://bank.example/terms"},
    });
    assert_eq!(planned.changes()[0].details, difference);
    house.console.carry_out(&kari(), &planned, NOW).await.unwrap();
    let [bank] = register(&house).await.try_into().unwrap();
    assert_eq!((bank.settings.answers_within, bank.settings.phone.as_str()), (7, "+4722000000"));
    assert_eq!((bank.version, bank.settings.is_default), (2, true));
}

#[tokio::test]
async fn another_default_is_shown_with_the_one_that_was_it_whether_the_file_names_that_or_not() {
    let house = House::open().await;
    apply(&house, json!({"issuers": [bank()]})).await;
    let other = json!({"name": "Annen AS", "address": "Bergen", "is_default": true});
    let wanted = [(Verb::Change, "issuer Bank AS".to_owned()), (Verb::Create, "issuer Annen AS".to_owned())];
    let named = json!({"issuers": [{"name": "Bank AS"}, other]});
    assert_eq!(apply(&house, named.clone()).await, wanted);
    assert!(apply(&house, named).await.is_empty());
    let elsewhere = json!({"declaration": "e", "issuers": [{"name": "Bank AS", "is_default": true}]});
    let wanted = [(Verb::Change, "issuer Annen AS".to_owned()), (Verb::Change, "issuer Bank AS".to_owned())];
    assert_eq!(apply(&house, elsewhere).await, wanted);
    let defaults = register(&house).await.into_iter().filter(|it| it.settings.is_default);
    assert_eq!(defaults.map(|it| it.settings.name).collect::<Vec<_>>(), ["Bank AS"]);
}

#[tokio::test]
async fn an_issuer_goes_with_the_declaration_that_added_it_and_nobody_elses_does() {
    let house = House::open().await;
    apply(&house, json!({"issuers": [bank()]})).await;
    let other = json!({"declaration": "e", "issuers": [{"name": "Bank AS", "answers_within": 3}]});
    apply(&house, other).await;
    assert!(apply(&house, json!({"declaration": "e"})).await.is_empty(), "it did not add it");
    assert_eq!(apply(&house, json!({})).await, [(Verb::Remove, "issuer Bank AS".to_owned())]);
    assert!(register(&house).await.is_empty());
    let told = trail(&house).await;
    assert_eq!(told.last().unwrap(), &("issuer.removed".to_owned(), json!({"name": "Bank AS"})));
}

#[tokio::test]
async fn an_issuer_that_an_order_names_stays_and_the_declaration_is_told_which() {
    let house = House::open().await;
    apply(&house, json!({"issuers": [bank()]})).await;
    let kept = plan(&house, &json!({})).await.unwrap();
    order_of(&house, &register(&house).await[0]);
    let said = "issuers: orders went to the issuer \"Bank AS\", which this declaration added and no longer names: \
        name it again; another issuer can be the default instead";
    assert_eq!(faults(&house, json!({})).await, [said]);
    // The order came after the plan.
    let refused = house.console.carry_out(&kari(), &kept, NOW).await.unwrap_err();
    assert!(refused.to_string().starts_with("orders went to this issuer"), "{refused}");
    assert_eq!(register(&house).await.len(), 1);
}

#[tokio::test]
async fn a_text_that_is_no_longer_named_stays_and_another_one_is_a_new_version() {
    let house = House::open().await;
    for body in ["One.\n\nTwo.", "One.\n\nThree."] {
        apply(&house, json!({"templates": [text(body)]})).await;
    }
    assert!(apply(&house, json!({})).await.is_empty());
    assert_eq!(newest(&house).await.map(|it| (it.0, it.1)), Some((2, "One.\n\nThree.".to_owned())));
    let planned = plan(&house, &json!({"templates": [text("Four.\n\nFive.")]})).await.unwrap();
    let difference = json!({
        "version": {"from": 2, "to": 3}, "body": {"from": "One.\n\nThree.", "to": "Four.\n\nFive."},
    });
    assert_eq!(planned.changes()[0].details, difference);
}

#[tokio::test]
async fn everything_wrong_with_issuers_and_texts_is_said_at_once_and_nothing_is_written() {
    let house = House::open().await;
    let before = house.store.commits();
    let wrong = json!({
        "name": "Wrong <AS>", "phone": "12", "email": "nowhere", "eids": ["no-vipps"], "evidence": ["a_nod"],
        "handovers": ["key_pair", "pigeon"], "catalogue": "none", "answers_within": 0, "address_": "Oslo",
    });
    let signers = json!({"name": "Signers", "address": "Oslo", "evidence": ["provider_signature"], "is_default": true, "agreement_url": "https://bank.example"});
    let templates = json!([
        text("{company} and {Company}.\n\nTwo."), text("One."), {"kind": "letter", "language": "sv", "body": " "},
        {"kind": "number", "language": "en"}, text("A.\n\nB."), text("A.\n\nC."),
    ]);
    let found = faults(
        &house,
        json!({"issuers": [bank(), wrong, signers, {"name": "bank as"}], "templates": templates}),
    )
    .await;
    let wanted = [
        "issuers[1].address: this is missing",
        "issuers[1].address_: there is no member",
        "issuers[1].answers_within: this is no number of working days",
        "issuers[1].catalogue: ",
        "issuers[1].eids: this issuer does not issue",
        "issuers[1].email: ",
        "issuers[1].evidence[0]: ",
        "issuers[1].handovers[1]: ",
        "issuers[1].name: ",
        "issuers[1].phone: ",
        "issuers[2].agreement_url: ",
        "issuers[2].evidence: ",
        "issuers[2].is_default: another issuer of this file is the default",
        "issuers[3].address: this is missing",
        "issuers[3].name: \"bank as\" appears twice",
        "templates[0].body: the text has a placeholder that is none: \"{Company}\"",
        "templates[1].body: the text of the order has one paragraph",
        "templates[2].body: ",
        "templates[2].kind: ",
        "templates[2].language: ",
        "templates[3].body: this is missing",
        "templates[5]: \"order nb\" appears twice",
    ];
    for wanted in wanted {
        assert!(found.iter().any(|it| it.starts_with(wanted)), "{wanted}: {found:#?}");
    }
    assert_eq!((found.len(), house.store.commits()), (wanted.len(), before), "{found:#?}");
}

#[tokio::test]
async fn an_issuer_that_takes_signatures_only_is_declared_where_there_is_a_provider() {
    let house = House::open().await;
    let signers = json!({"name": "Signers", "address": "Oslo", "evidence": ["provider_signature"]});
    let console = house.console.clone().with_signature_provider();
    let permit = installation(&console, Permission::Declare);
    let declared = of(&json!({"issuers": [signers]}));
    let planned = console.plan_declaration(&permit, &declared, false, NOW).await.unwrap();
    // Another node has none.
    let refused = house.console.carry_out(&kari(), &planned, NOW).await.unwrap_err();
    assert_eq!(refused.message().field.as_deref(), Some("evidence"));
    console.carry_out(&kari(), &planned, NOW).await.unwrap();
    assert_eq!(register(&house).await[0].settings.evidence, [Evidence::ProviderSignature]);
}

#[tokio::test]
async fn a_kept_plan_stops_when_the_register_or_a_text_was_changed_meanwhile() {
    let house = House::open().await;
    apply(&house, json!({"issuers": [bank()], "templates": [text("One.\n\nTwo.")]})).await;
    let wanted = json!({"issuers": [{"name": "Bank AS", "answers_within": 3}], "templates": [text("Three.\n\nFour.")]});
    let kept = house.console.keep_plan(&kari(), &plan(&house, &wanted).await.unwrap(), NOW).await.unwrap().id;
    let meanwhile = json!({"issuers": [{"name": "Bank AS", "email": "post@bank.example"}], "templates": [text("A.\n\nB.")]});
    apply(&house, meanwhile).await;
    let Err(Refusal::PlanChanged(names)) = house.console.confirm_plan(&kari(), kept, NOW).await else {
        panic!()
    };
    assert_eq!(names, ["issuer Bank AS", "template order nb"]);
    assert_eq!(newest(&house).await.unwrap().1, "A.\n\nB.");
    // A plan that was made anew is confirmed, once.
    let kept = house.console.keep_plan(&kari(), &plan(&house, &wanted).await.unwrap(), NOW).await.unwrap().id;
    house.console.confirm_plan(&Caller::operator("ola"), kept, NOW).await.unwrap();
    assert!(matches!(house.console.confirm_plan(&kari(), kept, NOW).await, Err(Refusal::PlanConfirmed)));
    assert_eq!(newest(&house).await.map(|it| (it.0, it.2)), Some((3, "operator:ola".to_owned())));
    assert_eq!(register(&house).await[0].settings.answers_within, 3);
}

#[tokio::test]
async fn a_plan_with_registers_is_nobodys_but_the_operators() {
    let house = House::open().await;
    let planned = plan(&house, &json!({"issuers": [bank()]})).await.unwrap();
    for role in [Role::Owner, Role::Orderer] {
        let actor = Actor::Member {
            id: MemberId::from_bytes([7; 16]),
            tenant: house.tenant.id,
            roles: vec![role],
            signed_in_at: NOW,
        };
        let refused = house.console.carry_out(&Caller::local(actor), &planned, NOW).await;
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{role:?}");
    }
    assert!(register(&house).await.is_empty());
}
