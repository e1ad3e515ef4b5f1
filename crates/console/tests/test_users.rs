use authority::{Permission, SealedColumn};
use console::{NewTestUser, Refusal, Seen, TestUserChange};
use crypto::{Secret, password};
use model::{Environment, StandardClaims};
use store::test_users;
use texts::Noun;

use crate::house::{House, NOW, a_domain, installation, may};

fn tuva() -> NewTestUser {
    let claims = StandardClaims {
        name: Some("Tuva Prøve".to_owned()),
        nickname: Some("Tuva".to_owned()),
        ..StandardClaims::default()
    };
    NewTestUser { username: "tuva".to_owned(), password: Secret::from("correct horse"), claims }
}

#[tokio::test]
async fn a_test_user_is_made_changed_and_removed_and_each_is_on_record_without_values() {
    let house = House::open().await;
    let (console, tenant, domain) = (&house.console, &house.tenant, house.domain);
    console.add_test_user(&may(tenant, Permission::ManageTestUsers), domain, &tuva(), NOW).await.unwrap();
    let again = console.add_test_user(&may(tenant, Permission::ManageTestUsers), domain, &tuva(), NOW).await;
    assert!(matches!(again, Err(Refusal::Taken(Noun::Username))));
    assert_eq!(
        console.test_user(&may(tenant, Permission::ReadSettings), domain, "tuva").await.unwrap().claims,
        Some(tuva().claims)
    );

    let reading = may(tenant, Permission::ReadSettings);
    let seen = async || console.test_user(&reading, domain, "tuva").await.unwrap().seen();
    let first = seen().await;
    let same = TestUserChange { password: Some(tuva().password), claims: Some(tuva().claims) };
    assert!(
        !console
            .change_test_user(&may(tenant, Permission::ManageTestUsers), (domain, "tuva", &first), &same, NOW)
            .await
            .unwrap()
    );
    let claims =
        StandardClaims { email: Some("tuva@people.example".to_owned()), ..StandardClaims::default() };
    let other = TestUserChange { password: Some(Secret::from("battery staple")), claims: Some(claims) };
    assert!(
        console
            .change_test_user(
                &may(tenant, Permission::ManageTestUsers),
                (domain, "tuva", &first),
                &other,
                NOW
            )
            .await
            .unwrap()
    );
    let at = (domain, "tuva", &seen().await);
    console.remove_test_user(&may(tenant, Permission::ManageTestUsers), at, NOW).await.unwrap();

    assert_eq!(house.actions().await[2..], ["test_user.created", "test_user.changed", "test_user.removed"]);
    for link in house.links(tenant.id).await {
        for secret in ["Prøve", "people.example", "horse", "staple"] {
            assert!(!link.event.details.contains(secret), "{}", link.event.details);
        }
    }
}

#[tokio::test]
async fn the_page_that_signs_in_finds_password_and_claims() {
    let house = House::open().await;
    let id = house
        .console
        .add_test_user(&may(&house.tenant, Permission::ManageTestUsers), house.domain, &tuva(), NOW)
        .await
        .unwrap();
    let (tenant, domain) = (house.tenant.id, house.domain);
    let row = house.store.read(move |tx| test_users::find_by_username(tx, tenant, domain, "tuva")).await;
    let row = row.unwrap().unwrap();
    assert_eq!(row.id, id);
    assert!(password::verify(&Secret::from("correct horse"), Some(&row.password_digest)));
    // The data key is the provider's to open; here it stands in the tenant.
    let context = SealedColumn::TestUserClaims(id).context(tenant);
    assert!(house.master.open(&context, &row.sealed_claims).is_err());
}

#[tokio::test]
async fn a_production_domain_has_no_test_users() {
    let house = House::open().await;
    let production =
        console::NewDomain { environment: Environment::Production, ..a_domain("id.acme.example") };
    let domain = house
        .console
        .create_domain_with(
            &may(&house.tenant, Permission::ManageDomains),
            (&production, crate::house::named()),
            NOW,
        )
        .await
        .unwrap();
    let refused = house
        .console
        .add_test_user(&may(&house.tenant, Permission::ManageTestUsers), domain, &tuva(), NOW)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("test domains only"), "{refused}");
    assert!(
        house
            .console
            .test_users(&may(&house.tenant, Permission::ReadSettings), domain, None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn neg_33_another_tenants_test_user_does_not_exist() {
    let house = House::open().await;
    let (console, domain) = (&house.console, house.domain);
    console
        .add_test_user(&may(&house.tenant, Permission::ManageTestUsers), domain, &tuva(), NOW)
        .await
        .unwrap();
    let other =
        console.create_tenant(&installation(console, Permission::CreateTenants), "other", NOW).await.unwrap();
    assert!(matches!(
        console.test_user(&may(&other, Permission::ReadSettings), domain, "tuva").await,
        Err(Refusal::NotFound(_))
    ));
    assert!(matches!(
        console
            .remove_test_user(
                &may(&other, Permission::ManageTestUsers),
                (domain, "tuva", &Seen::version(1)),
                NOW
            )
            .await,
        Err(Refusal::NotFound(_))
    ));
    assert!(
        console.add_test_user(&may(&other, Permission::ManageTestUsers), domain, &tuva(), NOW).await.is_err()
    );
    assert!(
        console.test_users(&may(&other, Permission::ReadSettings), domain, None).await.unwrap().is_empty()
    );
}

#[tokio::test]
async fn neg_35_a_copy_of_the_database_tells_no_password_and_no_claim() {
    let house = House::open().await;
    house
        .console
        .add_test_user(&may(&house.tenant, Permission::ManageTestUsers), house.domain, &tuva(), NOW)
        .await
        .unwrap();
    house.store.close().await;
    let bytes = std::fs::read(house.folder.path().join("portvakt.db")).unwrap();
    for canary in ["correct horse", "Tuva Pr"] {
        assert!(!bytes.windows(canary.len()).any(|it| it == canary.as_bytes()), "{canary}");
    }
}
