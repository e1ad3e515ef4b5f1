use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use authority::Permission;
use console::{Backup, Console, NewTestUser, Refusal, Verb};
use crypto::{Random, SealKey, Secret};
use model::StandardClaims;
use serde_json::json;
use store::{DatabaseLocation, Settings, Store};

use crate::house::{HOST, House, NOW, installation, kari, may};

/// A file in memory that can be looked at while somebody else writes it.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn backed_up(house: &House) -> (Backup, Vec<u8>) {
    let paper = Paper::default();
    let made = house
        .console
        .write_backup(&installation(&house.console, Permission::BackUp), paper.clone(), NOW)
        .await
        .unwrap();
    let bytes = paper.0.lock().unwrap().clone();
    (made, bytes)
}

/// An empty database beside the house's, and its console.
fn an_empty_one(folder: &tempfile::TempDir, master: &SealKey) -> (Store, Console) {
    let place = DatabaseLocation::Sqlite(folder.path().join("other.db"));
    let store = Store::open(place, Settings::default()).unwrap();
    (store.clone(), Console::new(store, master.clone(), Random::seeded(9)))
}

#[tokio::test]
async fn rule_37_what_is_restored_is_equal_row_by_row_and_opens_with_the_same_key() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let shop = house.an_application("shop").await;
    house
        .console
        .create_client_secret(&may(&house.tenant, Permission::ManageSecrets), shop, NOW)
        .await
        .unwrap();
    let (made, bytes) = backed_up(&house).await;

    let folder = tempfile::tempdir().unwrap();
    let (_, restored) = an_empty_one(&folder, &house.master);
    restored.check_master_key().await.unwrap();
    assert_eq!(
        restored
            .restore_backup(
                &installation(&restored, Permission::BackUp),
                (std::io::Cursor::new(bytes), Vec::new()),
                NOW
            )
            .await
            .unwrap(),
        made
    );
    let (tenant, domain) = restored.domain(&kari(), HOST).await.unwrap();
    assert_eq!((tenant.id, domain.id), (house.tenant.id, house.domain));
    let secrets = restored.client_secrets(&may(&tenant, Permission::ReadSettings), shop).await.unwrap();
    assert_eq!(
        secrets,
        house.console.client_secrets(&may(&house.tenant, Permission::ReadSettings), shop).await.unwrap()
    );
    assert_eq!(
        restored.audit(&may(&tenant, Permission::ReadAudit), 0).await.unwrap(),
        house.links(tenant.id).await
    );
    assert_eq!(
        restored.verify_audit(&may(&tenant, Permission::ReadAudit)).await.unwrap().intact().unwrap().links,
        4
    );
    assert_eq!(
        restored
            .verify_installation_audit(&installation(&restored, Permission::ReadAudit))
            .await
            .unwrap()
            .intact()
            .unwrap()
            .links,
        2
    );
}

#[tokio::test]
async fn neg_35_a_backup_has_nothing_in_clear_text() {
    let house = House::open().await;
    house.an_application("shop").await;
    let (_, bytes) = backed_up(&house).await;
    for canary in [HOST, "acme", "shop.example", "operator:kari"] {
        let found = bytes.windows(canary.len()).any(|it| it == canary.as_bytes());
        assert!(!found, "{canary}");
    }
}

#[tokio::test]
async fn rule_37_a_wrong_key_a_cut_or_a_change_is_refused_and_nothing_is_written() {
    let house = House::open().await;
    let (_, bytes) = backed_up(&house).await;
    let folder = tempfile::tempdir().unwrap();
    let (_, console) = an_empty_one(&folder, &house.master);
    let refused = async |bytes: Vec<u8>| {
        let refused = console
            .restore_backup(
                &installation(&console, Permission::BackUp),
                (std::io::Cursor::new(bytes), Vec::new()),
                NOW,
            )
            .await;
        assert!(matches!(refused, Err(Refusal::File(_))), "{refused:?}");
    };
    for at in (0..bytes.len()).step_by(211) {
        refused(bytes[..at].to_vec()).await;
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        refused(changed).await;
    }
    refused([bytes.as_slice(), b"x"].concat()).await;
    assert!(
        console
            .tenants(&installation(&console, Permission::ReadInstallation), None)
            .await
            .unwrap()
            .is_empty()
    );

    let other = tempfile::tempdir().unwrap();
    let (_, stranger) = an_empty_one(&other, &SealKey::generate(&Random::seeded(3)));
    let refused = stranger
        .restore_backup(
            &installation(&stranger, Permission::BackUp),
            (std::io::Cursor::new(bytes.clone()), Vec::new()),
            NOW,
        )
        .await;
    assert!(refused.unwrap_err().to_string().contains("another master key"));
    assert!(stranger.check_backup(bytes.as_slice()).is_err());
    house.console.check_backup(bytes.as_slice()).unwrap();
}

#[tokio::test]
async fn a_backup_overwrites_no_database() {
    let house = House::open().await;
    let (_, bytes) = backed_up(&house).await;
    let refused = house
        .console
        .restore_backup(
            &installation(&house.console, Permission::BackUp),
            (std::io::Cursor::new(bytes), Vec::new()),
            NOW,
        )
        .await;
    assert!(matches!(refused, Err(Refusal::NotEmpty)));
}

#[tokio::test]
async fn what_moved_in_survives_a_restore_and_another_master_key() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let text = r#"{"portvakt_import": 1, "subjects": [{"environment": "test", "sector": "tenant", "eid": "no-bankid",
        "stable_id": "9578-1", "sub": "{1}"}]}"#;
    let plan = house
        .console
        .plan_import(&may(&house.tenant, Permission::Import), text.as_bytes(), NOW)
        .await
        .unwrap();
    house.console.carry_out(&kari(), &plan, NOW).await.unwrap();
    let claims = StandardClaims { name: Some("Tuva".to_owned()), ..StandardClaims::default() };
    let tuva = NewTestUser { username: "tuva".to_owned(), password: Secret::from("correct horse"), claims };
    house
        .console
        .add_test_user(&may(&house.tenant, Permission::ManageTestUsers), house.domain, &tuva, NOW)
        .await
        .unwrap();
    let declared = json!({"declaration": "d", "tenants": [{"name": "acme", "domains": [{"host": HOST,
        "identity_sources": [{"eid": "no-bankid", "environment": "sandbox"}]}]}]});
    let plan = house
        .console
        .plan_declaration(&installation(&house.console, Permission::Declare), &declared, false, NOW)
        .await
        .unwrap();
    house.console.carry_out(&kari(), &plan, NOW).await.unwrap();
    let other = SealKey::generate(&Random::seeded(5));
    house.console.rewrap(&installation(&house.console, Permission::RewrapKeys), &other, NOW).await.unwrap();
    let (_, bytes) = backed_up(&House {
        console: Console::new(house.store.clone(), other.clone(), Random::seeded(6)),
        ..house
    })
    .await;

    let folder = tempfile::tempdir().unwrap();
    let (_, restored) = an_empty_one(&folder, &other);
    restored.check_master_key().await.unwrap();
    restored
        .restore_backup(
            &installation(&restored, Permission::BackUp),
            (std::io::Cursor::new(bytes), Vec::new()),
            NOW,
        )
        .await
        .unwrap();
    let (tenant, domain) = restored.domain(&kari(), HOST).await.unwrap();
    assert!(
        restored
            .plan_import(&may(&tenant, Permission::Import), text.as_bytes(), NOW)
            .await
            .unwrap()
            .is_empty()
    );
    let user = restored.test_user(&may(&tenant, Permission::ReadSettings), domain.id, "tuva").await.unwrap();
    assert_eq!(user.claims.unwrap().name.as_deref(), Some("Tuva"));
    let gone = json!({"declaration": "d", "tenants": [{"name": "acme", "domains": [{"host": HOST}]}]});
    let plan = restored
        .plan_declaration(&installation(&restored, Permission::Declare), &gone, false, NOW)
        .await
        .unwrap();
    assert!(plan.changes().iter().any(|it| it.verb == Verb::Disable), "{plan:?}");
}
