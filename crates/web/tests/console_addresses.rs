//! Where letters to members go: the address that an invitation was sent to, the member's own, and what operators are told of a
//! recovery.

use authority::{Caller, Permission, Role};
use console::{AskingBrowser, Invited, MembersPermit, OperatorsTold, Purpose, SessionKind};
use texts::Locale;

use crate::{
    console_sign_in::{ORIGIN, browser_with, host_permit, operator, set_up, sign_in},
    house::{TestBroker, may},
};

/// Who accepted an invitation as an operator that was sent to this address, confirmed; gives what is in the cookie.
async fn invited_operator(house: &TestBroker, name: &str, email: Option<&str>) -> String {
    let permit = MembersPermit::Installation(Box::new(host_permit(&house.console)));
    let invited = Invited {
        roles: vec![Role::Operator],
        label: name.to_owned(),
        email: email.map(str::to_owned),
        locale: Locale::Nn,
        inviter_name: "Kari Nordli".to_owned(),
    };
    let (console, now) = (&house.console, house.time());
    let made = console.invite(&permit, &invited, now).await.unwrap();
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let token = console.sign_in(&sign_in(name, None, now), &purpose, now).await.unwrap();
    let member = console.session(token.expose(), now).await.unwrap().unwrap().member.unwrap();
    console.confirm_role(&permit, (member, Role::Operator), now).await.unwrap();
    token.expose().clone()
}

async fn own_email(house: &TestBroker, token: &str) -> Option<String> {
    let session = house.console.session(token, house.time()).await.unwrap().unwrap();
    house.console.own_email(&session).await.unwrap()
}

/// The kinds of all letters, in alphabetical order.
async fn letters(house: &TestBroker) -> Vec<String> {
    let caller = Caller::operator("test");
    let reading = house.console.installation(&caller, Permission::ReadInstallation).unwrap();
    let letters = house.console.letters(&reading, false, None).await.unwrap();
    let mut kinds: Vec<_> = letters.into_iter().map(|it| it.kind).collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn the_address_of_an_invitation_becomes_the_members_who_can_change_it() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = invited_operator(&house, "Ola", Some("ola@example.com")).await;
    assert_eq!(own_email(&house, &token).await.as_deref(), Some("ola@example.com"));
    let mut browser = browser_with(&house, &token);
    let changed = browser.post("/account/email", "email=ola%40hytta.example", Some(ORIGIN)).await;
    assert_eq!(changed.location(), "/account?done=saved");
    assert_eq!(own_email(&house, &token).await.as_deref(), Some("ola@hytta.example"));
    assert!(!browser.get("/account").await.body.contains("have no e-mail address"));
    browser.post("/account/email", "email=", Some(ORIGIN)).await;
    assert_eq!(own_email(&house, &token).await, None);
    assert!(browser.get("/account").await.body.contains("have no e-mail address"));
}

#[tokio::test]
async fn a_member_with_an_address_keeps_it_when_another_invitation_goes_elsewhere() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = invited_operator(&house, "Ola", Some("ola@example.com")).await;
    let permit = MembersPermit::Tenant(Box::new(may(&house.tenant, Permission::ManageMembers)));
    let invited = Invited {
        roles: vec![Role::Developer],
        label: "Ola".to_owned(),
        email: Some("someone-else@example.com".to_owned()),
        locale: Locale::En,
        inviter_name: "Kari".to_owned(),
    };
    let made = house.console.invite(&permit, &invited, house.time()).await.unwrap();
    let path = format!("/invitation/{}/{}", made.id, made.code.expose());
    let page = browser_with(&house, "").get(&path).await.body;
    assert!(
        page.contains("the address that got this invitation") && !page.contains("@example.com"),
        "{page}"
    );
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    house.console.sign_in(&sign_in("Ola", None, house.time()), &purpose, house.time()).await.unwrap();
    assert_eq!(own_email(&house, &token).await.as_deref(), Some("ola@example.com"));
}

#[tokio::test]
async fn the_address_that_came_with_the_setup_link_is_the_first_operators() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let (console, now, permit) = (&house.console, house.time(), host_permit(&house.console));
    assert!(console.make_setup_link(&permit, Some(("nonsense", Locale::En)), now).await.is_err());
    let email = Some(("kari@example.com", Locale::Nb));
    let key = console.make_setup_link(&permit, email, now).await.unwrap();
    let link = (SessionKind::Setup, key.expose().as_str());
    let entered = console.enter_by_link(link, AskingBrowser::default(), now).await.unwrap();
    let sign_in = sign_in("Kari", Some(entered.expose()), now);
    let token = console.sign_in(&sign_in, &Purpose::FirstOperator, now).await.unwrap();
    assert_eq!(own_email(&house, token.expose()).await.as_deref(), Some("kari@example.com"));
}

#[tokio::test]
async fn each_operator_with_an_address_gets_one_letter_when_a_recovery_is_made_and_one_when_it_is_used() {
    let house = TestBroker::open().await;
    let kari = operator(&house).await;
    browser_with(&house, &kari).post("/account/email", "email=kari%40example.com", Some(ORIGIN)).await;
    invited_operator(&house, "Ola", Some("ola@example.com")).await;
    invited_operator(&house, "Per", None).await;
    let (console, now) = (&house.console, house.time());
    assert!(console.make_recovery_link(&host_permit(console), "Nobody", now).await.is_err());
    assert_eq!(letters(&house).await, ["invitation"]);
    let (key, told) = console.make_recovery_link(&host_permit(console), "Kari Nordli", now).await.unwrap();
    assert_eq!(told, OperatorsTold { written: 2, missed: 1 });
    assert_eq!(letters(&house).await, ["invitation", "recovery_made", "recovery_made"]);
    let link = (SessionKind::Recovery, key.expose().as_str());
    console.enter_by_link(link, AskingBrowser::default(), now).await.unwrap();
    assert!(console.enter_by_link(link, AskingBrowser::default(), now).await.is_err(), "it is spent");
    assert_eq!(letters(&house).await[3..], ["recovery_used", "recovery_used"]);
    let trail = house.store.read(|tx| store::audit_events::list(tx, model::INSTALLATION, 0, 99)).await;
    let trail: Vec<_> = trail.unwrap().into_iter().map(|it| it.event.action).collect();
    assert_eq!(trail[trail.len() - 2..], ["member.recovery_made", "member.recovery_used"]);
}

#[tokio::test]
async fn who_is_no_operator_any_more_gets_no_letter() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let ola = invited_operator(&house, "Ola", Some("ola@example.com")).await;
    let (console, now) = (&house.console, house.time());
    let member = console.session(&ola, now).await.unwrap().unwrap().member.unwrap();
    let permit = MembersPermit::Installation(Box::new(host_permit(console)));
    console.remove_role(&permit, (member, Role::Operator), now).await.unwrap();
    let (_, told) = console.make_recovery_link(&host_permit(console), "Kari Nordli", now).await.unwrap();
    assert_eq!(told, OperatorsTold { written: 0, missed: 1 });
    assert_eq!(letters(&house).await, ["invitation"]);
}

#[tokio::test]
async fn no_address_lies_readable_in_the_database() {
    let house = TestBroker::open().await;
    set_up(&house).await;
    let (console, now, permit) = (&house.console, house.time(), host_permit(&house.console));
    let key = console.make_setup_link(&permit, Some(("setup@example.com", Locale::En)), now).await.unwrap();
    let link = (SessionKind::Setup, key.expose().as_str());
    let entered = console.enter_by_link(link, AskingBrowser::default(), now).await.unwrap();
    let first = sign_in("Kari", Some(entered.expose()), now);
    console.sign_in(&first, &Purpose::FirstOperator, now).await.unwrap();
    invited_operator(&house, "Ola", Some("invited@example.com")).await;
    console.make_recovery_link(&permit, "Kari", now).await.unwrap();
    house.store.close().await;
    for file in std::fs::read_dir(house.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for part in ["setup@", "invited@"] {
            assert!(!bytes.windows(part.len()).any(|it| it == part.as_bytes()), "{part}");
        }
    }
}
