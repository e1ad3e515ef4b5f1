use std::time::Duration;

use model::{PlanId, TenantId};
use store::{
    StoreError,
    plans::{self, KeptPlan, PlanState},
    sweep,
};

use crate::places::{NOW, TestDatabase, in_each_house, on_each_engine, winners};

const DAY: Duration = Duration::from_secs(86_400);

async fn keep(house: &TestDatabase) -> KeptPlan {
    let plan = KeptPlan {
        tenant_id: house.tenant,
        id: PlanId::new(&house.random, NOW),
        state: PlanState::Waiting,
        made_by: "operator:kari".to_owned(),
        created_at: NOW,
        expires_at: NOW.after(DAY),
        ended_at: None,
    };
    let row = plan.clone();
    house.write(move |tx| plans::insert(tx, &row, b"sealed")).await;
    plan
}

#[tokio::test]
async fn a_plan_is_found_by_its_id_and_its_content_by_its_tenant_too() {
    in_each_house(async |house| {
        let plan = keep(house).await;
        let (tenant, id, stranger) = (house.tenant, plan.id, TenantId::new(&house.random, NOW));
        let found = house.store.read(move |tx| plans::find_by_id(tx, id)).await;
        assert_eq!(found, Ok(Some(plan.clone())));
        assert_eq!(house.store.read(move |tx| plans::list(tx, tenant)).await, Ok(vec![plan]));
        let content = async |tenant| house.store.read(move |tx| plans::find_content(tx, tenant, id)).await;
        assert_eq!(content(tenant).await, Ok(Some(b"sealed".to_vec())));
        assert_eq!(content(stranger).await, Ok(None));
        house.write(move |tx| plans::save_content(tx, tenant, id, b"anew")).await;
        assert_eq!(content(tenant).await, Ok(Some(b"anew".to_vec())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_end_a_plan_one_wins_and_its_content_is_gone() {
    in_each_house(async |house| {
        let plan = keep(house).await;
        let at = (house.tenant, plan.id);
        let end = |number: usize| {
            let end = if number.is_multiple_of(2) { PlanState::Confirmed } else { PlanState::Discarded };
            let store = house.store.clone();
            async move { store.write(move |tx| plans::consume(tx, at, end, NOW)).await }
        };
        assert_eq!(winners(end, |it: &Result<bool, _>| *it == Ok(true)).await, 1);
        let content = house.store.read(move |tx| plans::find_content(tx, at.0, at.1)).await;
        assert_eq!(content, Ok(None));
        house.write(move |tx| plans::save_content(tx, at.0, at.1, b"back")).await;
        let content = house.store.read(move |tx| plans::find_content(tx, at.0, at.1)).await;
        assert_eq!(content, Ok(None), "what is gone does not come back");
    })
    .await;
}

#[tokio::test]
async fn a_plan_loses_its_content_after_a_day_and_its_row_after_a_week_more() {
    in_each_house(async |house| {
        let plan = keep(house).await;
        let at = (house.tenant, plan.id);
        let late = NOW.after(DAY);
        let consumed = house.write(move |tx| plans::consume(tx, at, PlanState::Confirmed, late)).await;
        assert!(!consumed, "it has expired");
        let swept = async |now| house.write(move |tx| sweep::remove_expired_records(tx, now, 10)).await;
        assert_eq!(swept(NOW).await.counts(), []);
        assert_eq!(swept(late).await.counts(), [("plan_contents", 1)]);
        assert_eq!(swept(late).await.counts(), []);
        let told = house.store.read(move |tx| plans::find_by_id(tx, at.1)).await;
        assert_eq!(told, Ok(Some(plan)));
        assert_eq!(swept(late.after(7 * DAY)).await.counts(), [("plans", 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_damaged_plan_was_told_by_the_id_of_its_tenant() {
    on_each_engine(async |ground| {
        let house = TestDatabase::build(ground.open()).await;
        let tenant = keep(&house).await.tenant_id;
        ground.meddle("UPDATE plans SET id = 'damaged'").await;
        let corrupt = StoreError::Corrupt { table: "plans", column: "id", id: "damaged".to_owned() };
        let listed = house.store.read(move |tx| plans::list(tx, tenant)).await;
        assert_eq!(listed, Err(corrupt.clone()));
        let contents = house.store.read(move |tx| plans::contents(tx, tenant)).await;
        assert_eq!(contents, Err(corrupt));
        house.store.close().await;
    })
    .await;
}
