use model::TenantId;
use store::{
    StoreError,
    sandbox_people::{self, SandboxPerson},
};

use crate::places::{NOW, in_each_house};

#[tokio::test]
async fn a_tenants_people_are_its_own() {
    in_each_house(async |house| {
        let tenant_id = house.tenant;
        let kari = SandboxPerson {
            id: "29893196999".to_owned(),
            tenant_id,
            person: "{}".to_owned(),
            created_at: NOW,
        };
        let row = kari.clone();
        house.write(move |tx| sandbox_people::insert(tx, &row)).await;
        assert_eq!(house.store.read(move |tx| sandbox_people::list(tx, tenant_id)).await.unwrap(), [kari]);

        let other = TenantId::new(&house.random, NOW);
        assert!(house.store.read(move |tx| sandbox_people::list(tx, other)).await.unwrap().is_empty());
        let foreign = house.store.write(move |tx| sandbox_people::remove(tx, other, "29893196999")).await;
        assert_eq!(foreign, Err(StoreError::NotFound));
        house.write(move |tx| sandbox_people::remove(tx, tenant_id, "29893196999")).await;
    })
    .await;
}
