//! Who gets into the console, by which link or login, and how that ends.

use std::time::Duration;

use authority::{Caller, Permission, Role};
use console::{
    ApplicationChange, AskingBrowser, Console, DomainChange, Invited, MadeInvitation, MembersPermit, Purpose,
    RequestOrigin, SessionKind, SignIn,
};
use model::{EidEnvironment, Level, LoginMethod, MemberId, Person, Proof, Timestamp};
use texts::Locale;

use crate::house::{Browser, CONSOLE_HOST, Reply, TestBroker, console_address, may, with};

pub(crate) const ORIGIN: &str = "https://console.example";
const COOKIE: &str = "__Host-console-session";

/// What an eID proved of a person, who is told apart by the name.
pub(crate) fn proof(name: &str, now: Timestamp) -> Proof {
    Proof {
        eid: LoginMethod::NO_BANKID,
        environment: EidEnvironment::Sandbox,
        stable_id: format!("9578-{name}"),
        level: Level::High,
        amr: Vec::new(),
        authenticated_at: now,
        person: Person { name: Some(name.to_owned()), ..Person::default() },
        token: None,
    }
}

pub(crate) fn sign_in(name: &str, replaced: Option<&str>, now: Timestamp) -> SignIn {
    SignIn {
        proof: proof(name, now),
        issuer: "https://eid.example".to_owned(),
        replaced: replaced.map(str::to_owned),
        browser: "Mozilla/5.0 (X11; Linux) Chrome/140".to_owned(),
        origin: RequestOrigin::default(),
    }
}

/// Leave of the operator on the host to change who operates.
pub(crate) fn host_permit(console: &Console) -> console::InstallationPermit {
    console.installation(&Caller::operator("test"), Permission::ManageOperators).unwrap()
}

/// The console's own domain, with the simulated BankID.
pub(crate) async fn set_up(house: &TestBroker) {
    let caller = Caller::operator("test");
    let making = house.console.installation(&caller, Permission::CreateTenants).unwrap();
    let own = house.console.ensure_own_domain(&making, &console_address(), house.time()).await.unwrap();
    let tenant = house.console.tenant_by_id(&caller, own.tenant).await.unwrap();
    house.add_domain_of(&tenant, CONSOLE_HOST, CONSOLE_HOST).await;
}

/// A browser with this session, at the console.
pub(crate) fn browser_with<'a>(house: &'a TestBroker, token: &str) -> Browser<'a> {
    let mut browser = Browser { host: CONSOLE_HOST.to_owned(), language: Some("en"), ..house.browser() };
    browser.cookies.insert(COOKIE.to_owned(), token.to_owned());
    browser
}

/// The first operator, by the way that the host opens.
pub(crate) async fn operator(house: &TestBroker) -> String {
    set_up(house).await;
    let (console, now) = (&house.console, house.time());
    let key = console.make_setup_link(&host_permit(console), None, now).await.unwrap();
    let entered = console
        .enter_by_link((SessionKind::Setup, key.expose()), AskingBrowser::default(), now)
        .await
        .unwrap();
    let sign_in = sign_in("Kari Nordli", Some(entered.expose()), now);
    console.sign_in(&sign_in, &Purpose::FirstOperator, now).await.unwrap().expose().clone()
}

fn members_permit(house: &TestBroker, tenant: Option<&authority::Tenant>) -> MembersPermit {
    match tenant {
        Some(tenant) => MembersPermit::Tenant(Box::new(may(tenant, Permission::ManageMembers))),
        None => MembersPermit::Installation(Box::new(host_permit(&house.console))),
    }
}

pub(crate) async fn invite(
    house: &TestBroker,
    tenant: Option<&authority::Tenant>,
    roles: &[Role],
) -> MadeInvitation {
    let invited = Invited {
        roles: roles.to_vec(),
        label: "somebody".to_owned(),
        email: None,
        locale: Locale::En,
        inviter_name: "Kari Nordli".to_owned(),
    };
    house.console.invite(&members_permit(house, tenant), &invited, house.time()).await.unwrap()
}

/// Somebody with these roles in a tenant, confirmed; gives what is in the cookie.
pub(crate) async fn member(
    house: &TestBroker,
    tenant: &authority::Tenant,
    name: &str,
    roles: &[Role],
) -> String {
    let made = invite(house, Some(tenant), roles).await;
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let token =
        house.console.sign_in(&sign_in(name, None, house.time()), &purpose, house.time()).await.unwrap();
    for role in roles {
        let id = member_id(house, token.expose()).await;
        let permit = members_permit(house, Some(tenant));
        house.console.confirm_role(&permit, (id, *role), house.time()).await.unwrap();
    }
    token.expose().clone()
}

/// Somebody else who operates; gives what is in the cookie.
pub(crate) async fn another_operator(house: &TestBroker, name: &str) -> String {
    let made = invite(house, None, &[Role::Operator]).await;
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let sign_in = sign_in(name, None, house.time());
    let token = house.console.sign_in(&sign_in, &purpose, house.time()).await.unwrap();
    let id = member_id(house, token.expose()).await;
    let permit = members_permit(house, None);
    house.console.confirm_role(&permit, (id, Role::Operator), house.time()).await.unwrap();
    token.expose().clone()
}

/// Signs somebody in who is a member; gives what is in the cookie.
pub(crate) async fn signed_in_again(house: &TestBroker, name: &str) -> String {
    let sign_in = sign_in(name, None, house.time());
    house.console.sign_in(&sign_in, &Purpose::SignIn, house.time()).await.unwrap().expose().clone()
}

/// Takes the role of operator away from somebody.
pub(crate) async fn remove_operator(house: &TestBroker, name: &str) {
    let reading =
        house.console.installation(&Caller::operator("test"), Permission::ReadInstallation).unwrap();
    let all = house.console.members(&MembersPermit::Installation(Box::new(reading))).await.unwrap();
    let permit = members_permit(house, None);
    let id = all.iter().find(|it| it.name == name).unwrap().id;
    house.console.remove_role(&permit, (id, Role::Operator), house.time()).await.unwrap();
}

async fn member_id(house: &TestBroker, token: &str) -> MemberId {
    house.console.session(token, house.time()).await.unwrap().unwrap().member.unwrap()
}

async fn status(house: &TestBroker, token: &str, path: &str) -> u16 {
    browser_with(house, token).get(path).await.status
}

#[tokio::test]
async fn a_member_signs_in_with_bankid_and_has_another_cookie_each_time() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let key = house.console.make_setup_link(&host_permit(&house.console), None, house.time()).await.unwrap();
    let mut browser = browser_with(&house, "planted");
    browser.post(&format!("/setup/{}", key.expose()), "", Some(ORIGIN)).await;
    let setup = browser.cookies[COOKIE].clone();
    let begun = browser.post("/setup/sign-in", "", Some(ORIGIN)).await;
    let leave = browser.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let landed = browser.get(&back).await;
    let landed = browser.get(&landed.location().replace(ORIGIN, "")).await;
    let landed = browser.follow(landed).await;
    assert_eq!((landed.status, landed.body.contains("Kari Nordli")), (200, true), "{landed:?}");
    assert!(setup != "planted" && browser.cookies[COOKIE] != setup);
    assert_eq!(status(&house, &setup, "/setup").await, 303, "the session before has ended");
}

#[tokio::test]
async fn two_people_were_one_member_because_a_proof_came_without_an_identifier() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let mut nobody = sign_in("Ola", None, house.time());
    nobody.proof.stable_id = String::new();
    let refused = house.console.sign_in(&nobody, &Purpose::SignIn, house.time()).await;
    assert!(refused.is_err());
    let stranger = sign_in("Ola", None, house.time());
    assert!(house.console.sign_in(&stranger, &Purpose::SignIn, house.time()).await.is_err());
    let known = sign_in("Kari Nordli", None, house.time());
    assert!(house.console.sign_in(&known, &Purpose::SignIn, house.time()).await.is_ok());
}

#[tokio::test]
async fn vipps_test_users_and_a_low_level_let_nobody_in() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let kari = || sign_in("Kari Nordli", None, house.time());
    let (mut vipps, mut automation, mut low) = (kari(), kari(), kari());
    vipps.proof.eid = LoginMethod::NO_VIPPS;
    automation.proof.eid = LoginMethod::parse("automation").unwrap();
    low.proof.level = Level::Low;
    for refused in [vipps, automation, low] {
        assert!(house.console.sign_in(&refused, &Purpose::SignIn, house.time()).await.is_err());
    }
}

#[tokio::test]
async fn a_session_ends_half_an_hour_after_its_last_use_and_after_eight_hours_anyway() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    for _ in 0..19 {
        house.step(25 * 60);
        assert_eq!(status(&house, &token, "/account").await, 200);
    }
    house.step(6 * 60);
    assert_eq!(status(&house, &token, "/account").await, 303, "eight hours are over");
    let kari = sign_in("Kari Nordli", None, house.time());
    let again = house.console.sign_in(&kari, &Purpose::SignIn, house.time()).await.unwrap();
    house.step(31 * 60);
    assert_eq!(status(&house, again.expose(), "/account").await, 303);
}

#[tokio::test]
async fn a_setup_session_sets_up_and_does_nothing_else() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let (console, now) = (&house.console, house.time());
    let key = console.make_setup_link(&host_permit(console), None, now).await.unwrap();
    let token = console
        .enter_by_link((SessionKind::Setup, key.expose()), AskingBrowser::default(), now)
        .await
        .unwrap();
    let mut browser = browser_with(&house, token.expose());
    assert_eq!(browser.get("/setup").await.status, 200);
    for route in web::console_routes().filter(|it| !it.is_of_host && !it.is_public) {
        let path =
            route.path.replace("{tenant}", &house.tenant.id.to_string()).replace("{environment}", "test");
        let reply = match route.method {
            "GET" => browser.get(&path).await,
            _ => browser.post(&path, "", Some(ORIGIN)).await,
        };
        assert_eq!(reply.status, 403, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn a_link_from_the_host_is_good_once_and_a_look_at_it_is_free() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let key = house.console.make_setup_link(&host_permit(&house.console), None, house.time()).await.unwrap();
    let path = format!("/setup/{}", key.expose());
    let mut browser = browser_with(&house, "none");
    for _ in 0..3 {
        assert_eq!(browser.get(&path).await.status, 200);
    }
    assert_eq!(browser.post(&path, "", Some(ORIGIN)).await.location(), "/setup");
    assert_eq!(browser_with(&house, "none").post(&path, "", Some(ORIGIN)).await.status, 422);
    let late = house.console.make_setup_link(&host_permit(&house.console), None, house.time()).await.unwrap();
    house.step(61 * 60);
    assert_eq!(browser.get(&format!("/setup/{}", late.expose())).await.status, 422);
}

#[tokio::test]
async fn where_there_is_an_operator_no_setup_link_is_made_and_older_ones_are_over() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let (console, now) = (&house.console, house.time());
    let older = console.make_setup_link(&host_permit(console), None, now).await.unwrap();
    operator(&house).await;
    assert!(console.make_setup_link(&host_permit(console), None, now).await.is_err());
    let entered =
        console.enter_by_link((SessionKind::Setup, older.expose()), AskingBrowser::default(), now).await;
    assert!(entered.is_err());
}

#[tokio::test]
async fn an_invitation_makes_one_member_and_is_over_then() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let made = invite(&house, Some(&house.tenant), &[Role::Developer]).await;
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let join = async |name: &str| {
        house.console.sign_in(&sign_in(name, None, house.time()), &purpose, house.time()).await
    };
    let (one, other) = tokio::join!(join("Ola"), join("Per"));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let path = format!("/invitation/{}/{}", made.id, made.code.expose());
    let reply = browser_with(&house, "none").get(&path).await;
    assert_eq!((reply.status, reply.body.contains("was used or taken back")), (422, true));
}

#[tokio::test]
async fn a_new_link_ends_the_one_before_and_a_wrong_code_shows_nothing() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let made = invite(&house, Some(&house.tenant), &[Role::Auditor]).await;
    let path = |code: &str| format!("/invitation/{}/{code}", made.id);
    let mut browser = browser_with(&house, "none");
    let shown = browser.get(&path(made.code.expose())).await;
    assert!(shown.status == 200 && shown.body.contains("Kari Nordli") && shown.body.contains("shop"));
    let permit = members_permit(&house, Some(&house.tenant));
    let renewed = house.console.renew_invitation(&permit, made.id, house.time()).await.unwrap();
    let wrong = browser.get(&path(&"A".repeat(43))).await;
    assert!(wrong.status == 422 && !wrong.body.contains("shop"), "{wrong:?}");
    assert_eq!(browser.get(&path(made.code.expose())).await.status, 422);
    assert_eq!(browser.get(&path(renewed.code.expose())).await.status, 200);
    house.console.withdraw_invitation(&permit, made.id, house.time()).await.unwrap();
    assert_eq!(browser.get(&path(renewed.code.expose())).await.status, 422);
}

#[tokio::test]
async fn an_owner_may_nothing_until_confirmed_and_nothing_after_the_role_is_taken_away() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let made = invite(&house, Some(&house.tenant), &[Role::Owner]).await;
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let joined =
        house.console.sign_in(&sign_in("Ola", None, house.time()), &purpose, house.time()).await.unwrap();
    let (token, home) = (joined.expose(), format!("/t/{}", house.tenant.id));
    assert_eq!(status(&house, token, &home).await, 404);
    let (id, permit) = (member_id(&house, token).await, members_permit(&house, Some(&house.tenant)));
    house.console.confirm_role(&permit, (id, Role::Owner), house.time()).await.unwrap();
    assert_eq!(status(&house, token, &home).await, 200);
    member(&house, &house.tenant, "Per", &[Role::Owner]).await;
    house.console.remove_role(&permit, (id, Role::Owner), house.time()).await.unwrap();
    assert_eq!(status(&house, token, &home).await, 303, "the session has ended");
}

#[tokio::test]
async fn a_member_gives_up_a_role_of_their_own_and_the_last_owner_does_not() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Auditor]).await;
    let path = |role: &str| format!("/account/roles/{}/{role}/leave", house.tenant.id);
    assert_eq!(
        browser_with(&house, &token).post(&path("auditor"), "", Some(ORIGIN)).await.location(),
        "/?done=left"
    );
    assert_eq!(status(&house, &token, "/account").await, 303, "the session has ended");
    let owner = member(&house, &house.tenant, "Per", &[Role::Owner]).await;
    let last = browser_with(&house, &owner).post(&path("owner"), "", Some(ORIGIN)).await;
    assert!(last.status == 422 && last.body.contains("last owner"), "{last:?}");
}

#[tokio::test]
async fn two_owners_who_remove_each_other_at_once_leave_one() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let (one, other) = (
        member(&house, &house.tenant, "Ola", &[Role::Owner]).await,
        member(&house, &house.tenant, "Per", &[Role::Owner]).await,
    );
    let remove = async |token: String| {
        let id = member_id(&house, &token).await;
        let permit = members_permit(&house, Some(&house.tenant));
        house.console.remove_role(&permit, (id, Role::Owner), house.time()).await.is_ok()
    };
    let (ids, outcome) = ((one.clone(), other.clone()), tokio::join!(remove(one), remove(other)));
    assert_eq!(usize::from(outcome.0) + usize::from(outcome.1), 1, "{ids:?}");
    let reading = MembersPermit::Tenant(Box::new(may(&house.tenant, Permission::ReadMembers)));
    assert_eq!(house.console.members(&reading).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_recovered_operator_is_known_by_the_new_eid_only_and_other_sessions_end() {
    let house = TestBroker::open().await;
    let before = operator(&house).await;
    let (console, now) = (&house.console, house.time());
    assert!(console.make_recovery_link(&host_permit(console), "Nobody", now).await.is_err());
    let (key, _) = console.make_recovery_link(&host_permit(console), "kari nordli", now).await.unwrap();
    let entered = console
        .enter_by_link((SessionKind::Recovery, key.expose()), AskingBrowser::default(), now)
        .await
        .unwrap();
    let mut new = sign_in("Kari Nordli", Some(entered.expose()), now);
    new.proof.stable_id = "9578-a-new-bankid".to_owned();
    let token = console.sign_in(&new, &Purpose::Recovery, now).await.unwrap();
    assert_eq!(status(&house, token.expose(), "/operators").await, 200);
    assert_eq!(status(&house, &before, "/operators").await, 303);
    assert!(console.sign_in(&sign_in("Kari Nordli", None, now), &Purpose::SignIn, now).await.is_err());
}

#[tokio::test]
async fn a_recovery_link_was_good_for_an_operator_who_had_been_removed() {
    let house = TestBroker::open().await;
    let kari = operator(&house).await;
    let (console, now) = (&house.console, house.time());
    let (key, _) = console.make_recovery_link(&host_permit(console), "Kari Nordli", now).await.unwrap();
    let made = invite(&house, None, &[Role::Operator]).await;
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let ola = console.sign_in(&sign_in("Ola", None, now), &purpose, now).await.unwrap();
    let (kari, ola) = (member_id(&house, &kari).await, member_id(&house, ola.expose()).await);
    let permit = members_permit(&house, None);
    console.confirm_role(&permit, (ola, Role::Operator), now).await.unwrap();
    console.remove_role(&permit, (kari, Role::Operator), now).await.unwrap();
    let recovery = (SessionKind::Recovery, key.expose().as_str());
    assert!(console.enter_by_link(recovery, AskingBrowser::default(), now).await.is_err());
}

#[tokio::test]
async fn invitations_of_a_member_were_good_after_their_role_was_taken_away() {
    let house = TestBroker::open().await;
    operator(&house).await;
    member(&house, &house.tenant, "Per", &[Role::Owner]).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Owner]).await;
    let path = format!("/t/{}/members/invitations", house.tenant.id);
    let form = "roles=owner&label=A+friend";
    let invited = browser_with(&house, &token).post(&path, form, Some(ORIGIN)).await;
    assert!(invited.body.contains("/invitation/"), "{invited:?}");
    let (id, permit) = (member_id(&house, &token).await, members_permit(&house, Some(&house.tenant)));
    house.console.remove_role(&permit, (id, Role::Owner), house.time()).await.unwrap();
    let reading = MembersPermit::Tenant(Box::new(may(&house.tenant, Permission::ReadMembers)));
    assert!(house.console.invitations(&reading, house.time()).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_old_proof_counted_as_a_sign_in_of_this_moment() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let (console, now) = (&house.console, house.time());
    let mut earlier = sign_in("Kari Nordli", None, now);
    earlier.proof.authenticated_at = now.before(Duration::from_secs(6 * 60));
    let token = console.sign_in(&earlier, &Purpose::SignIn, now).await.unwrap();
    let session = console.session(token.expose(), now).await.unwrap().unwrap();
    assert!(!session.is_fresh(now));
    earlier.proof.authenticated_at = now.before(Duration::from_secs(11 * 60));
    let refusal = console.sign_in(&earlier, &Purpose::SignIn, now).await.unwrap_err();
    assert!(refusal.to_string().contains("too old"), "{refusal}");
}

#[tokio::test]
async fn what_is_no_address_is_refused_at_its_field_and_stays_typed() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let mut browser = browser_with(&house, &token);
    let refused = browser.post("/account/email", "email=nonsense", Some(ORIGIN)).await;
    assert!(refused.status == 422 && refused.body.contains("value=\"nonsense\""), "{refused:?}");
}

#[tokio::test]
async fn what_the_console_itself_needs_is_not_taken_away_by_any_verb() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let (console, now) = (&house.console, house.time());
    let own = console.own_domain().await.unwrap().unwrap();
    let tenant = console.tenant_by_id(&Caller::operator("test"), own.tenant).await.unwrap();
    let permit = |permission| may(&tenant, permission);
    let seen = console::TenantView::seen(&tenant);
    let domain = console.domain_by_id(&permit(Permission::ReadSettings), own.domain).await.unwrap();
    let application =
        console.application_by_id(&permit(Permission::ReadSettings), own.application).await.unwrap();
    let at = (own.domain, LoginMethod::NO_BANKID);
    let source = console.identity_source(&permit(Permission::ReadSettings), at).await.unwrap();
    let refused = [
        console.delete_tenant(&permit(Permission::DeleteTenants), &seen, now).await,
        console.switch_tenant(&permit(Permission::SwitchTenants), &seen, false, now).await,
        console.delete_domain(&permit(Permission::DeleteDomains), (own.domain, &domain.seen()), now).await,
        console.disable_domain(&permit(Permission::ManageDomains), own.domain, &domain.seen(), now).await,
        console
            .delete_application(
                &permit(Permission::DeleteApplications),
                (own.application, &application.seen()),
                now,
            )
            .await,
        console
            .switch_application(
                &permit(Permission::DisableApplications),
                (own.application, &application.seen()),
                false,
                now,
            )
            .await,
        console
            .switch_identity_source(
                &permit(Permission::DisableSources),
                (at.0, at.1, &source.seen()),
                false,
                now,
            )
            .await,
    ];
    for refusal in refused {
        assert!(refusal.unwrap_err().to_string().contains("the console itself needs this"));
    }
    // Everybody would be locked out by these as well.
    let mut wanted = ApplicationChange { name: "Other".to_owned(), settings: application.settings.clone() };
    let managing = permit(Permission::ManageApplications);
    let renamed =
        console.change_application(&managing, (own.application, &application.seen()), &wanted, now).await;
    wanted.settings.require_par = true;
    let seen = renamed.unwrap().seen();
    let changed = console.change_application(&managing, (own.application, &seen), &wanted, now).await;
    assert!(changed.unwrap_err().to_string().contains("the console itself needs this"));
    let mut wanted = DomainChange { name: domain.name.clone(), settings: domain.settings.clone() };
    wanted.settings.single_sign_on = vec![LoginMethod::NO_BANKID];
    let managing = permit(Permission::ManageDomains);
    let changed = console.change_domain(&managing, (own.domain, &domain.seen()), &wanted, now).await;
    assert!(changed.unwrap_err().to_string().contains("the console itself needs this"));
}

#[tokio::test]
async fn what_cannot_be_undone_needs_a_sign_in_of_the_last_five_minutes() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let id = member_id(&house, &token).await;
    let path = format!("/operators/{id}/operator/remove");
    let mut browser = browser_with(&house, &token);
    let last = browser.post(&path, "", Some(ORIGIN)).await;
    assert!(last.status == 422 && last.body.contains("last operator"), "{last:?}");
    house.step(6 * 60);
    let stale: Reply = browser.post(&path, "", Some(ORIGIN)).await;
    assert!(stale.status == 403 && stale.body.contains("Sign in again"), "{stale:?}");
    assert!(stale.body.contains("to=%2Foperators\""), "the way back is to a page: {stale:?}");
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_in_this_browser_signs_nobody_in() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let mut browser = browser_with(&house, "none");
    let begun = browser.get("/sign-in/begin?to=%2Faccount").await;
    let leave = browser.get(begun.location()).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let landed = browser.get(&back).await;
    let mut other = browser_with(&house, "none");
    let planted = other.get(&landed.location().replace(ORIGIN, "")).await;
    assert_eq!((planted.status, planted.all("set-cookie").len()), (400, 0), "{planted:?}");
    let own = browser.get(&landed.location().replace(ORIGIN, "")).await;
    assert!(own.status == 422 && own.body.contains("no member of this console"), "{own:?}");
}
