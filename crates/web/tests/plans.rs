//! Kept plans and versions where nodes meet: in the database, on both engines.

use authority::Permission;
use console::{ApplicationChange, Refusal};
use model::LoginMethod;
use serde_json::{Value, json};

use crate::house::{TestBroker, may};

fn subject(stable_id: &str, sub: &str) -> Value {
    let bankid = LoginMethod::NO_BANKID.as_str();
    json!({"environment": "sandbox", "sector": "tenant", "eid": bankid, "stable_id": stable_id, "sub": sub})
}

async fn plan(house: &TestBroker, subjects: &[Value]) -> console::Plan {
    let text = json!({"portvakt_import": 1, "subjects": subjects}).to_string();
    let permit = may(&house.tenant, Permission::Import);
    house.console.plan_import(&permit, text.as_bytes(), house.time()).await.unwrap()
}

#[tokio::test]
async fn of_nodes_that_confirm_a_plan_at_once_one_does_and_a_plan_that_does_not_fit_waits_on() {
    let house = TestBroker::open().await;
    let caller = house.tenant.caller().clone();
    let keep = async |sub: &str| {
        let plan = plan(&house, &[subject("kari", sub)]).await;
        house.console.keep_plan(&caller, &plan, house.time()).await.unwrap().id
    };
    let (id, other) = (keep("{1}").await, keep("{2}").await);
    let confirm = async || house.console.confirm_plan(&caller, id, house.time()).await.map(drop);
    let (one, two, three, four) = tokio::join!(confirm(), confirm(), confirm(), confirm());
    let all = [one, two, three, four];
    assert_eq!(all.iter().filter(|it| it.is_ok()).count(), 1, "{all:?}");
    let told = |it: &&Result<(), Refusal>| matches!(it, Err(Refusal::PlanConfirmed));
    assert_eq!(all.iter().filter(told).count(), 3, "{all:?}");
    let refused = house.console.confirm_plan(&caller, other, house.time()).await.map(drop);
    assert!(matches!(refused, Err(Refusal::PlanChanged(_))), "{refused:?}");
    assert!(house.console.plan(&caller, other, house.time()).await.is_ok());
}

#[tokio::test]
async fn of_nodes_that_change_what_they_all_saw_one_does_and_the_others_are_told() {
    let house = TestBroker::open().await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let seen = house.console.application(&reading, house.domain, "shop").await.unwrap();
    let permit = may(&house.tenant, Permission::ManageApplications);
    let change = async |number: usize| {
        let wanted = ApplicationChange { name: format!("Shop {number}"), settings: seen.settings.clone() };
        let seen = (seen.id, &seen.seen());
        house.console.change_application(&permit, seen, &wanted, house.time()).await.map(drop)
    };
    let (one, two, three, four) = tokio::join!(change(1), change(2), change(3), change(4));
    let all = [one, two, three, four];
    assert_eq!(all.iter().filter(|it| it.is_ok()).count(), 1, "{all:?}");
    let told = |it: &&Result<(), Refusal>| matches!(it, Err(Refusal::ChangedMeanwhile(_)));
    assert_eq!(all.iter().filter(told).count(), 3, "{all:?}");
}
