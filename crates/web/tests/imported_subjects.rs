//! People who were known elsewhere keep the subject that they had.

use authority::{Caller, Permission};
use console::Tenant;
use model::{ApplicationKind, ApplicationSettings, LoginMethod, Sector};
use serde_json::{Value, json};

use crate::house::{REDIRECT, TestBroker, VERIFIER, may, with};

const BANKID: &str = "urn:grn:authn:no:bankid";
const VIPPS: &str = "urn:grn:authn:no:vipps";

/// The eID's stable identifier of whoever logs in, as an application may be told it.
async fn stable_id(house: &TestBroker, acr: &str) -> String {
    userinfo(house, acr, "shop", "openid eid_subject").await["eid_subject"].as_str().unwrap().to_owned()
}

async fn userinfo(house: &TestBroker, acr: &str, client_id: &str, scope: &str) -> Value {
    let changes = [("acr_values", Some(acr)), ("client_id", Some(client_id)), ("scope", Some(scope))];
    let code = house.browser().log_in(&changes, with::APP).await.param("code");
    let tokens = house
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", client_id),
            ("client_secret", house.secret.expose()),
        ])
        .await;
    house.userinfo(tokens.json()["access_token"].as_str().unwrap()).await.json()
}

async fn sub(house: &TestBroker, acr: &str, client_id: &str) -> String {
    userinfo(house, acr, client_id, "openid").await["sub"].as_str().unwrap().to_owned()
}

fn subject(eid: LoginMethod, sector: &str, stable_id: &str, sub: &str) -> Value {
    json!({"environment": "sandbox", "sector": sector, "eid": eid.as_str(), "stable_id": stable_id, "sub": sub})
}

async fn import(house: &TestBroker, tenant: &Tenant, subjects: &[Value]) {
    let text = json!({"portvakt_import": 1, "subjects": subjects}).to_string();
    let caller = tenant.caller().clone();
    let plan = house
        .console
        .plan_import(&may(tenant, Permission::Import), text.as_bytes(), house.time())
        .await
        .unwrap();
    house.console.carry_out(&caller, &plan, house.time()).await.unwrap();
}

#[tokio::test]
async fn whoever_was_imported_has_their_subject_at_the_next_login_and_others_keep_theirs() {
    let house = TestBroker::open().await;
    let (bankid, vipps) = (stable_id(&house, BANKID).await, stable_id(&house, VIPPS).await);
    let derived = sub(&house, VIPPS, "shop").await;
    import(&house, &house.tenant, &[subject(LoginMethod::NO_BANKID, "tenant", &bankid, "{11111111-2222}")])
        .await;

    // No cache stands in between, and the other eID's person is another one.
    assert_eq!(sub(&house, BANKID, "shop").await, "{11111111-2222}");
    assert_eq!(sub(&house, VIPPS, "shop").await, derived);

    import(&house, &house.tenant, &[subject(LoginMethod::NO_VIPPS, "tenant", &vipps, "v-1")]).await;
    assert_eq!(sub(&house, VIPPS, "shop").await, "v-1");
}

#[tokio::test]
async fn another_tenant_and_another_environment_do_not_see_it() {
    let house = TestBroker::open().await;
    let bankid = stable_id(&house, BANKID).await;
    let derived = sub(&house, BANKID, "shop").await;
    let actor = Caller::operator("test");
    let other = house
        .console
        .ensure_tenant(
            &house.console.installation(&actor, Permission::CreateTenants).unwrap(),
            "other",
            house.time(),
        )
        .await
        .unwrap();
    import(&house, &other, &[subject(LoginMethod::NO_BANKID, "tenant", &bankid, "theirs")]).await;
    let mut elsewhere = subject(LoginMethod::NO_BANKID, "tenant", &bankid, "real");
    elsewhere["environment"] = json!("production");
    import(&house, &house.tenant, &[elsewhere]).await;
    assert_eq!(sub(&house, BANKID, "shop").await, derived);
}

#[tokio::test]
async fn a_pairwise_subject_is_one_applications_alone() {
    let house = TestBroker::open().await;
    let bankid = stable_id(&house, BANKID).await;
    let mut settings = ApplicationSettings::new(ApplicationKind::Web, vec![REDIRECT.to_owned()]);
    settings.sector = Sector::Application;
    house.add_application(house.domain, "alone", settings).await;
    let derived = sub(&house, BANKID, "shop").await;
    import(&house, &house.tenant, &[subject(LoginMethod::NO_BANKID, "alone", &bankid, "pairwise-1")]).await;
    assert_eq!(sub(&house, BANKID, "alone").await, "pairwise-1");
    assert_eq!(sub(&house, BANKID, "shop").await, derived);
}

#[tokio::test]
async fn two_people_never_share_a_subject_even_if_one_was_imported_so() {
    let house = TestBroker::open().await;
    let derived = sub(&house, BANKID, "shop").await;
    import(&house, &house.tenant, &[subject(LoginMethod::NO_BANKID, "tenant", "somebody-else", &derived)])
        .await;
    let mut browser = house.browser();
    let answer = browser.log_in(&[("acr_values", Some(BANKID))], with::APP).await;
    assert_eq!(answer.status, 500, "a fault, not a login");
    assert!(!answer.body.contains(&derived));
}

#[tokio::test]
async fn a_remembered_browser_has_the_imported_subject_and_can_be_logged_out_by_it() {
    let mut house = TestBroker::open().await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let bankid = stable_id(&house, BANKID).await;
    import(&house, &house.tenant, &[subject(LoginMethod::NO_BANKID, "tenant", &bankid, "imported")]).await;
    assert_eq!(sub(&house, BANKID, "shop").await, "imported");
    let ended = house
        .console
        .end_sessions_of(&may(&house.tenant, Permission::EndSessions), "imported", house.time())
        .await;
    assert_eq!(ended.unwrap(), 1);
}

#[tokio::test]
async fn an_imported_subject_is_the_one_of_the_compatible_profile_too() {
    let house = TestBroker::with(|it| it.profile = model::Profile::Compatible).await;
    let stable_id = house.kari().bankid_altsub;
    let brought = "{a1000000-0000-4000-8000-000000000001}";
    import(&house, &house.tenant, &[subject(LoginMethod::NO_BANKID, "tenant", &stable_id, brought)]).await;
    let told = userinfo(&house, BANKID, "shop", "openid").await;
    assert_eq!(
        (&told["sub"], &told["nameidentifier"]),
        (&json!(brought), &json!("a1000000000040008000000000000001"))
    );
}
