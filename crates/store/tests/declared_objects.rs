use model::TenantId;
use store::declared_objects::{self, DeclaredKind, DeclaredObject};

use crate::places::{NOW, in_each_house};

#[tokio::test]
async fn an_object_stays_with_the_declaration_that_made_it() {
    in_each_house(async |house| {
        let tenant = house.tenant;
        let made = DeclaredObject {
            tenant_id: tenant,
            kind: DeclaredKind::Application,
            object_id: house.application.to_string(),
            declaration: "first".to_owned(),
            created_at: NOW,
            removed_at: None,
        };
        let (row, late) = (
            made.clone(),
            DeclaredObject { declaration: "second".to_owned(), removed_at: Some(NOW), ..made.clone() },
        );
        house.write(move |tx| declared_objects::save(tx, &row)).await;
        house.write(move |tx| declared_objects::save(tx, &late)).await;
        let list = async |tenant: TenantId| {
            house.store.read(move |tx| declared_objects::list(tx, tenant, "", 10)).await.unwrap()
        };
        assert_eq!(list(tenant).await, [DeclaredObject { removed_at: Some(NOW), ..made.clone() }]);
        assert!(list(TenantId::new(&house.random, NOW)).await.is_empty());
        let id = made.object_id.clone();
        house.write(move |tx| declared_objects::remove(tx, tenant, DeclaredKind::Application, &id)).await;
        assert!(list(tenant).await.is_empty());
    })
    .await;
}
