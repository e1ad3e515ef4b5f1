use model::EidEnvironment;
use store::subject_keys::{self, SubjectKey};

use crate::places::{NOW, in_each_house, winners};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_insert_a_key_agree_on_one() {
    in_each_house(async |house| {
        let insert = |number: usize| {
            let (store, tenant_id, environment) = (house.store.clone(), house.tenant, EidEnvironment::Test);
            let mine = SubjectKey { tenant_id, environment, sealed_key: vec![number as u8], created_at: NOW };
            async move {
                let kept = store.write(move |tx| subject_keys::insert_if_absent(tx, &mine)).await.unwrap();
                (kept.sealed_key, number)
            }
        };
        assert_eq!(winners(insert, |(kept, number)| *kept == [*number as u8]).await, 1);

        let tenant = house.tenant;
        let test = house.store.read(move |tx| subject_keys::find(tx, tenant, EidEnvironment::Test)).await;
        assert!(test.unwrap().is_some());
        let other =
            house.store.read(move |tx| subject_keys::find(tx, tenant, EidEnvironment::Production)).await;
        assert_eq!(other, Ok(None));
    })
    .await;
}
