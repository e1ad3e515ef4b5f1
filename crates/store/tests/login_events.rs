use model::{LoginEventId, TenantId};
use store::login_events::{self, Kind, LoginEvent};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

fn an_event(house: &TestDatabase, login: &str, kind: Kind) -> LoginEvent {
    LoginEvent {
        id: LoginEventId::new(&house.random, NOW),
        tenant_id: house.tenant,
        domain_id: house.domain,
        application_id: Some(house.application),
        login: Some(login.to_owned()),
        trace: format!("{:032x}", login.len()).chars().rev().collect(),
        kind,
        eid: Some("no-bankid".to_owned()),
        cause: None,
        happened_at: NOW,
        expires_at: NOW.after(MINUTE),
        sealed_details: None,
    }
}

#[tokio::test]
async fn events_are_found_by_login_by_trace_and_by_tenant() {
    in_each_house(async |house| {
        let mut events = [an_event(house, "one", Kind::Started), an_event(house, "second", Kind::Trouble)];
        events[1].id = LoginEventId::new(&house.random, NOW.after(MINUTE));
        let rows = events.clone();
        house.write(move |tx| rows.iter().try_for_each(|it| login_events::append(tx, it))).await;

        let tenant = house.tenant;
        let one = house.store.read(move |tx| login_events::list_by_login(tx, tenant, "one")).await.unwrap();
        assert_eq!(one, [events[0].clone()]);
        for begins in [&events[1].trace, &events[1].trace[..10]] {
            let begins = begins.to_owned();
            let found = house.store.read(move |tx| login_events::list_by_trace(tx, &begins)).await.unwrap();
            assert_eq!(found, [events[1].clone()]);
        }
        let latest =
            house.store.read(move |tx| login_events::list_latest(tx, tenant, None, 1)).await.unwrap();
        assert_eq!(latest, [events[1].clone()]);
        let before = Some(events[1].id);
        let earlier =
            house.store.read(move |tx| login_events::list_latest(tx, tenant, before, 9)).await.unwrap();
        assert_eq!(earlier, [events[0].clone()]);
        let all = house.store.read(move |tx| login_events::list(tx, tenant, None, 10)).await.unwrap();
        assert_eq!(all.len(), 2);
        let other = TenantId::new(&house.random, NOW);
        let none = house.store.read(move |tx| login_events::list_by_login(tx, other, "one")).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}
