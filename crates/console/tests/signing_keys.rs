use std::time::Duration;

use authority::{Caller, Permission};
use console::{KeyState, Refusal};
use model::{KeySchedule, Timestamp};

use crate::house::{HOST, House, NOW, kari, may};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SCHEDULE: KeySchedule =
    KeySchedule { used_for: Duration::from_secs(90 * 86_400), published_ahead: DAY };

async fn states(house: &House, now: Timestamp) -> Vec<KeyState> {
    let keys = house
        .console
        .signing_keys(&may(&house.tenant, Permission::ReadSettings), house.domain, now)
        .await
        .unwrap();
    keys.iter().map(|it| it.state).collect()
}

async fn turn(house: &House, now: Timestamp) -> u32 {
    let worker = house.console.domain(&Caller::worker("keys"), HOST).await.unwrap().0;
    house.console.turn_keys(&may(&worker, Permission::RotateKeys), house.domain, SCHEDULE, now).await.unwrap()
}

#[tokio::test]
async fn a_next_key_is_published_and_takes_over_when_its_time_comes() {
    let house = House::open().await;
    assert_eq!(states(&house, NOW).await, [KeyState::Current]);
    assert_eq!((turn(&house, NOW).await, turn(&house, NOW).await), (1, 0));
    assert_eq!(states(&house, NOW).await, [KeyState::Next, KeyState::Current]);

    let later = NOW.after(90 * DAY);
    assert_eq!(states(&house, later).await, [KeyState::Current, KeyState::Retired]);
    assert_eq!(turn(&house, later).await, 1);
    assert_eq!(states(&house, later).await, [KeyState::Next, KeyState::Current, KeyState::Retired]);
    assert_eq!(house.links(house.tenant.id).await.last().unwrap().event.actor, "worker:keys");
}

#[tokio::test]
async fn rotated_now_the_published_key_signs_and_another_is_published() {
    let house = House::open().await;
    turn(&house, NOW).await;
    let now = NOW.after(DAY);
    let next = house
        .console
        .signing_keys(&may(&house.tenant, Permission::ReadSettings), house.domain, NOW)
        .await
        .unwrap()
        .remove(0)
        .kid;
    let activated = house
        .console
        .rotate_keys_now(&may(&house.tenant, Permission::RotateKeys), house.domain, SCHEDULE, now)
        .await
        .unwrap();
    assert_eq!(activated, [(next, now)]);
    assert_eq!(states(&house, now).await, [KeyState::Next, KeyState::Current, KeyState::Retired]);
}

#[tokio::test]
async fn rotated_now_a_key_that_nobody_can_have_seen_signs_when_everybody_has() {
    let house = House::open().await;
    let rotate = async || {
        house
            .console
            .rotate_keys_now(&may(&house.tenant, Permission::RotateKeys), house.domain, SCHEDULE, NOW)
            .await
            .unwrap()
            .remove(0)
    };
    let (kid, from) = rotate().await;
    assert_eq!((rotate().await, from), ((kid, from), NOW.after(Duration::from_secs(310))));
    assert_eq!(states(&house, NOW).await, [KeyState::Next, KeyState::Current]);
    assert_eq!(states(&house, from).await, [KeyState::Current, KeyState::Retired]);
}

#[tokio::test]
async fn a_stolen_key_goes_at_once_and_the_next_one_signs() {
    let house = House::open().await;
    turn(&house, NOW).await;
    let stolen = house
        .console
        .signing_keys(&may(&house.tenant, Permission::ReadSettings), house.domain, NOW)
        .await
        .unwrap()
        .remove(1)
        .kid;
    let now = NOW.after(DAY);
    let withdraw = async |kid: &str| {
        house
            .console
            .withdraw_key(&may(&house.tenant, Permission::WithdrawKeys), (house.domain, kid), SCHEDULE, now)
            .await
    };
    withdraw(&stolen).await.unwrap();
    assert_eq!(states(&house, now).await, [KeyState::Next, KeyState::Current, KeyState::Withdrawn]);
    assert!(matches!(withdraw("unknown").await, Err(Refusal::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_turn_keys_at_once_publish_one() {
    let house = House::open().await;
    let worker = house.console.tenant(&kari(), "acme").await.unwrap();
    let turn = || async {
        house.console.turn_keys(&may(&worker, Permission::RotateKeys), house.domain, SCHEDULE, NOW).await
    };
    let (one, two, three) = tokio::join!(turn(), turn(), turn());
    assert_eq!(one.unwrap() + two.unwrap() + three.unwrap(), 1);
    assert_eq!(states(&house, NOW).await.len(), 2);
}
