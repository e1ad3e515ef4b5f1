//! Live checks without an eID to ask: who may, how often, and what is written.

use std::sync::Arc;

use authority::{Actor, Caller, Permission, Role, Tenant};
use console::{NewIdentitySource, Refusal, SourceCheckView, SourceToCheck};
use crypto::Random;
use eid::{Catalogue, SourceCredentials, SourceMethod};
use model::{CheckFinding, EidEnvironment, Environment, LoginMethod, MemberId};
use outbound::{Outbound, Settings};

use crate::house::{House, NOW, may};

async fn with_source() -> House {
    let house = House::open().await;
    let new = NewIdentitySource {
        domain: house.domain,
        domain_environment: Environment::Test,
        eid: LoginMethod::NO_BANKID,
        environment: EidEnvironment::Sandbox,
        credentials: SourceCredentials {
            client_id: "us".to_owned(),
            method: SourceMethod::ClientSecretBasic,
            secret: Some("the-secret".to_owned()),
            private_key: None,
        },
    };
    let permit = may(&house.tenant, Permission::ManageSources);
    house.console.set_credentials(&permit, (&new, None), NOW).await.unwrap();
    house
}

/// There is no simulator here, so nothing is asked over the network.
async fn check(house: &House) -> Result<SourceCheckView, Refusal> {
    let nobody = Catalogue::new(Arc::new(Outbound::new(Settings::default())), Vec::new(), Random::system());
    let asked =
        SourceToCheck { domain: house.domain, eid: LoginMethod::NO_BANKID, number: false, candidate: false };
    let permit = may(&house.tenant, Permission::CheckSources);
    house.console.check_identity_source(&permit, &nobody, asked, NOW).await
}

#[tokio::test]
async fn of_twenty_checks_at_once_ten_are_made() {
    let house = with_source().await;
    let mut made = Vec::new();
    for _ in 0..4 {
        let (a, b, c, d, e) =
            tokio::join!(check(&house), check(&house), check(&house), check(&house), check(&house));
        made.extend([a, b, c, d, e]);
    }
    assert_eq!(made.iter().filter(|it| it.is_ok()).count(), 10);
    let refused = made.iter().filter_map(|it| it.as_ref().err());
    refused.for_each(|it| assert!(matches!(it, Refusal::TooManyChecks(wait) if wait.as_secs() == 600)));
    let checked = house.actions().await.into_iter().filter(|it| it == "identity_source.checked");
    assert_eq!(checked.count(), 10, "each that was made is on record, and no other");
}

#[tokio::test]
async fn a_check_keeps_codes_and_who_asked_and_no_secret() {
    let house = with_source().await;
    let made = check(&house).await.unwrap();
    let lines = made.lines.clone().unwrap();
    assert_eq!(lines[1].finding, CheckFinding::CredentialsUnusable);
    assert_eq!(house.source().await.last_check, Some(made.clone()));
    assert_eq!(made.by, "operator:kari");
    let trail = format!("{made:?} {:?}", house.links(house.tenant.id).await);
    assert!(!trail.contains("the-secret"));
}

/// The house's tenant, opened for a member with one role.
async fn opened_for(house: &House, role: Role) -> Tenant {
    let member = Actor::Member {
        id: MemberId::from_bytes([7; 16]),
        tenant: house.tenant.id,
        roles: vec![role],
        signed_in_at: NOW,
    };
    house
        .console
        .tenant_by_id(&Caller { actor: member, ..crate::house::kari() }, house.tenant.id)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_developer_checks_sources_and_an_auditor_does_not() {
    let house = with_source().await;
    assert!(opened_for(&house, Role::Developer).await.permit(Permission::CheckSources).is_ok());
    assert!(opened_for(&house, Role::Receiver).await.permit(Permission::CheckSources).is_ok());
    assert!(opened_for(&house, Role::Auditor).await.permit(Permission::CheckSources).is_err());
}
