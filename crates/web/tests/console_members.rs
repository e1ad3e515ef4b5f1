//! Members and their roles in the console, and what every page says of where it is.

use authority::{Permission, Role};
use console::Purpose;
use model::LoginMethod;

use crate::{
    console_sign_in::{ORIGIN, browser_with, invite, member, operator, sign_in},
    house::{TestBroker, may},
};

/// The house with somebody whose role as owner waits to be confirmed; gives their cookie.
async fn house_with_invited() -> (TestBroker, String) {
    let house = TestBroker::open().await;
    operator(&house).await;
    let made = invite(&house, Some(&house.tenant), &[Role::Owner]).await;
    let purpose = Purpose::Invitation(made.id, made.code.expose().clone());
    let signed_in = house.console.sign_in(&sign_in("Ola", None, house.time()), &purpose, house.time()).await;
    let token = signed_in.unwrap().expose().clone();
    (house, token)
}

#[tokio::test]
async fn a_role_that_waits_can_be_declined_and_who_has_no_other_is_a_member_no_more() {
    let (house, token) = house_with_invited().await;
    let mut browser = browser_with(&house, &token);
    let waiting = browser.get("/").await.body;
    let decline = format!("/account/roles/{}/owner/decline", house.tenant.id);
    assert!(waiting.contains(&decline) && waiting.contains("shop"), "{waiting}");

    let foreign = browser.post(&decline, "", Some("https://evil.example")).await;
    let declined = browser.post(&decline, "", Some(ORIGIN)).await;

    assert_eq!((foreign.status, declined.location()), (403, "/?done=declined"), "{declined:?}");
    assert!(browser.get("/").await.location().starts_with("/sign-in"), "the session has ended");
    let token = member(&house, &house.tenant, "Berit", &[Role::Owner]).await;
    let mut browser = browser_with(&house, &token);
    let members = browser.get(&format!("/t/{}/members", house.tenant.id)).await.body;
    let trail = browser.get(&format!("/t/{}/changes", house.tenant.id)).await.body;
    assert!(!members.contains("Ola") && trail.contains("Role declined"), "{members}");
}

#[tokio::test]
async fn only_a_role_of_ones_own_that_waits_can_be_declined() {
    let (house, token) = house_with_invited().await;
    let berit = member(&house, &house.tenant, "Berit", &[Role::Owner]).await;
    let decline = |role: &str| format!("/account/roles/{}/{role}/decline", house.tenant.id);

    let confirmed = browser_with(&house, &berit).post(&decline("owner"), "", Some(ORIGIN)).await;
    let other = browser_with(&house, &token).post(&decline("developer"), "", Some(ORIGIN)).await;
    let settings = browser_with(&house, &token).get(&format!("/t/{}", house.tenant.id)).await;

    assert_eq!((confirmed.status, other.status), (404, 404));
    assert_eq!(settings.status, 404, "a role that waits opens nothing");
    assert_eq!(browser_with(&house, &berit).get(&format!("/t/{}", house.tenant.id)).await.status, 200);
}

#[tokio::test]
async fn what_a_role_may_do_is_said_in_sentences_in_the_language_of_the_reader() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Auditor]).await;
    let mut browser = browser_with(&house, &token);
    let page = format!("/t/{}/members/roles", house.tenant.id);

    let english = browser.get(&page).await.body;
    browser.language = Some("nb");
    let norwegian = browser.get(&page).await.body;

    // Of the six roles, the owner and the orderer fill in orders; nobody but the receiver receives.
    assert_eq!(english.matches("Fill in orders of eIDs, send them in and give them up.").count(), 3);
    assert_eq!(english.matches("Receive the credentials that an order brought.").count(), 2);
    assert!(!english.contains("manage_orders") && !english.contains("Create tenants and domains."));
    assert!(norwegian.contains("Se innlogginger, og hvorfor en feilet."));
}

#[tokio::test]
async fn every_page_below_a_list_says_where_it_is() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let shop = house.console.application(&reading, house.domain, "shop").await.unwrap();
    let mut browser = browser_with(&house, &token);
    let lists = ["applications", "domains", "identity-sources", "logins", "changes", "members", "orders"];
    let (mut shown, ids) = (0, (house.domain.to_string(), shop.id.to_string()));
    for route in web::console_routes().filter(|it| it.method == "GET" && it.path.contains("{tenant}")) {
        let sections: &[&str] = if route.path.contains("/domains/") { &["settings"] } else { &["addresses"] };
        let filled = |word: &str| match word {
            "{tenant}" => house.tenant.id.to_string(),
            "{environment}" => "test".to_owned(),
            "{eid}" => LoginMethod::NO_BANKID.as_str().to_owned(),
            "{domain}" => ids.0.clone(),
            "{application}" => ids.1.clone(),
            "{section}" => sections[0].to_owned(),
            word => word.to_owned(),
        };
        let path = route.path.split('/').map(filled).collect::<Vec<_>>().join("/");
        let last = path.rsplit('/').next().unwrap();
        let is_top = lists.contains(&last) || path.matches('/').count() <= 3 && !path.ends_with("new");
        let page = browser.get(&path).await;
        if page.status == 200 && !is_top {
            assert!(page.body.contains("class=\"pc-crumbs\""), "{path}");
            shown += 1;
        }
    }
    assert!(shown >= 15, "{shown} pages were looked at");
}
