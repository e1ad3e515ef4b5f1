use std::time::Duration;

use model::{DomainId, EidEnvironment, IdentitySourceId, TenantId};
use store::{
    identity_sources::{self, IdentitySource},
    source_generations::{self, Generation, RESTORED_FOR, SourceGeneration},
    sweep,
};

use crate::places::{NOW, in_each_house};

#[tokio::test]
async fn a_generation_is_read_back_replaced_and_previous_ones_expire() {
    in_each_house(async |house| {
        let (tenant_id, domain_id) = (house.tenant, house.domain);
        let source_id = IdentitySourceId::new(&house.random, NOW);
        let source = IdentitySource {
            id: source_id,
            tenant_id,
            domain_id,
            eid: "no-bankid".to_owned(),
            environment: EidEnvironment::Sandbox,
            settings: "{}".to_owned(),
            sealed_credentials: None,
            credentials_version: None,
            version: 1,
            created_at: NOW,
            disabled_at: None,
        };
        let row = move |generation| SourceGeneration {
            tenant_id,
            source_id,
            generation,
            environment: EidEnvironment::Test,
            sealed_credentials: b"sealed".to_vec(),
            credentials_version: Some(7),
            set_at: NOW,
        };
        let (candidate, previous) = (row(Generation::Candidate), row(Generation::Previous));
        let rows = [
            SourceGeneration { credentials_version: None, ..candidate.clone() },
            candidate.clone(),
            previous.clone(),
        ];
        house.write(move |tx| identity_sources::insert(tx, &source)).await;
        house.write(move |tx| rows.iter().try_for_each(|it| source_generations::save(tx, it))).await;

        let at = (tenant_id, source_id);
        let found = house.store.read(move |tx| source_generations::find(tx, at, Generation::Candidate)).await;
        assert_eq!(found, Ok(Some(candidate)));
        let previous_of = async |tenant: TenantId, domain: DomainId, since| {
            let at = (tenant, domain);
            house.store.read(move |tx| source_generations::list_previous(tx, at, since)).await.unwrap()
        };
        let before = NOW.before(Duration::from_secs(1));
        assert_eq!(previous_of(tenant_id, domain_id, before).await, [previous]);
        assert!(previous_of(tenant_id, domain_id, NOW).await.is_empty(), "replaced longer ago");
        assert!(previous_of(TenantId::from_bytes([9; 16]), domain_id, before).await.is_empty());
        assert!(previous_of(tenant_id, DomainId::from_bytes([9; 16]), before).await.is_empty());

        let removed = house.write(|tx| sweep::remove_expired(tx, NOW.after(RESTORED_FOR), 100)).await;
        assert_eq!(removed.counts(), [("source_generations", 1)], "the candidate stays");
    })
    .await;
}
