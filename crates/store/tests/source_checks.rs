use crypto::Digest;
use model::{EidEnvironment, IdentitySourceId, TenantId};
use store::{
    identity_sources::{self, IdentitySource},
    source_checks::{self, SourceCheck},
};

use crate::places::{NOW, in_each_house};

#[tokio::test]
async fn the_last_twenty_checks_of_a_source_are_kept_the_newest_first() {
    in_each_house(async |house| {
        let source_id = IdentitySourceId::new(&house.random, NOW);
        let (tenant_id, domain_id) = (house.tenant, house.domain);
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
        let check = move |number| SourceCheck {
            tenant_id,
            source_id,
            number,
            checked_at: NOW,
            checked_by: "operator:kari".to_owned(),
            credentials_digest: (number % 2 == 0).then(|| Digest::of(b"sealed")),
            findings: None,
        };
        house.write(move |tx| identity_sources::insert(tx, &source)).await;
        house.write(move |tx| (1..=22).try_for_each(|it| source_checks::append(tx, &check(it)))).await;
        house.write(move |tx| source_checks::save(tx, (tenant_id, source_id), 22, "[]")).await;

        let listed = house.store.read(move |tx| source_checks::list(tx, tenant_id, source_id)).await.unwrap();
        assert_eq!(listed.iter().map(|it| it.number).collect::<Vec<_>>(), (3..=22).rev().collect::<Vec<_>>());
        assert_eq!(listed[0], SourceCheck { findings: Some("[]".to_owned()), ..check(22) });
        let stranger = TenantId::from_bytes([9; 16]);
        assert_eq!(
            house.store.read(move |tx| source_checks::list(tx, stranger, source_id)).await,
            Ok(vec![])
        );
    })
    .await;
}
