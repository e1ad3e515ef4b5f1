//! The settings of an identity source in the console, and what they do to logins.

use authority::{Permission, Role};
use console::SourceView;
use model::{Level, LoginMethod};

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator},
    house::{Browser, Reply, TestBroker, may, with},
};

const VIPPS: (&str, Option<&str>) = ("acr_values", Some("urn:grn:authn:no:vipps"));

/// The house with somebody of this role, and the page of its BankID or Vipps.
async fn house_with(role: Role, eid: &str) -> (TestBroker, String, String) {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[role]).await;
    let page = format!("/t/{}/test/identity-sources/{}/{eid}", house.tenant.id, house.domain);
    (house, token, page)
}

async fn source(house: &TestBroker, eid: LoginMethod) -> SourceView {
    let reading = may(&house.tenant, Permission::ReadSettings);
    house.console.identity_source(&reading, (house.domain, eid)).await.unwrap()
}

/// What a form of the page would send beside its fields: the version and what it remembers.
async fn hidden(browser: &mut Browser<'_>, page: &str, section: &str) -> [(String, String); 2] {
    let shown = browser.get(page).await.body;
    let form = shown.split(&format!("action=\"{page}/settings/{section}\"")).nth(1).unwrap();
    let of = |name: &str| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        (name.to_owned(), value.split('"').next().unwrap().to_owned())
    };
    [of("version"), of("seen")]
}

async fn send(
    browser: &mut Browser<'_>,
    address: String,
    fields: impl IntoIterator<Item = (&str, &str)>,
    hidden: &[(String, String)],
) -> Reply {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields).extend_pairs(hidden);
    browser.post(&address, &body.finish(), Some(ORIGIN)).await
}

/// Fills in a section of the page as it is now, and saves it.
async fn save(browser: &mut Browser<'_>, page: &str, section: &str, fields: &[(&str, &str)]) -> Reply {
    let hidden = hidden(browser, page, section).await;
    send(browser, format!("{page}/settings/{section}"), fields.iter().copied(), &hidden).await
}

#[tokio::test]
async fn people_see_the_name_and_the_message_that_were_typed() {
    let (house, token, page) = house_with(Role::Owner, "no-vipps").await;
    let mut browser = browser_with(&house, &token);
    let fields = [("display_name", "Vipps for ansatte"), ("notice.nb", "Nede i natt"), ("notice.en", "")];

    let saved = save(&mut browser, &page, "people", &fields).await;

    assert_eq!(saved.location(), format!("{page}?done=saved"), "{saved:?}");
    house.step(10);
    let mut person = house.browser();
    let reply = person.authorize(&[("acr_values", None)]).await;
    let selector = person.follow(reply).await.body;
    assert!(selector.contains("Vipps for ansatte") && selector.contains("Nede i natt"), "{selector}");
    assert!(house.get("/eids").await.body.contains("Vipps for ansatte"));
    let trail = browser.get(&format!("/t/{}/changes", house.tenant.id)).await.body;
    assert!(trail.contains("Identity source changed") || trail.contains("Settings of the eID"), "{trail}");
}

#[tokio::test]
async fn a_level_set_here_is_asked_of_the_eid_and_a_lower_login_is_refused() {
    let (house, token, page) = house_with(Role::Owner, "no-bankid").await;
    let code = house.code(&[]).await;
    let before = house.browser().log_in(&[], with::BIOMETRICS).await;
    assert!(before.find_param("code").is_some(), "{before:?}");
    let mut browser = browser_with(&house, &token);

    let saved = save(&mut browser, &page, "asked", &[("minimum_level", "high")]).await;

    assert_eq!(saved.status, 303, "{saved:?}");
    house.step(10);
    let leave = house.browser().authorize(&[]).await;
    assert!(!leave.location().contains("bis"), "only high is asked for: {}", leave.location());
    assert_eq!(source(&house, LoginMethod::NO_BANKID).await.version, 2);
    assert_eq!(house.redeem(&code).await.status, 200, "a login that was high enough");
    assert_eq!(house.redeem(&before.param("code")).await.error(), "invalid_grant");
}

#[tokio::test]
async fn what_is_not_ticked_is_neither_asked_for_nor_released() {
    let (house, token, page) = house_with(Role::Owner, "no-vipps").await;
    let all = [VIPPS, ("scope", Some("openid profile email phone"))];
    let access = async |changes: &[(&str, Option<&str>)]| {
        let code = house.browser().log_in(changes, with::APP).await.param("code");
        house.redeem(&code).await.json()["access_token"].as_str().unwrap().to_owned()
    };
    let old = access(&all).await;
    assert!(house.userinfo(&old).await.json()["email"].is_string());
    let mut browser = browser_with(&house, &token);

    save(&mut browser, &page, "asked", &[("scopes", "profile"), ("scopes", "phone")]).await;

    house.step(10);
    let leave = house.browser().authorize(&all).await;
    assert!(leave.location().contains("phoneNumber") && !leave.location().contains("email"));
    for token in [old, access(&all).await] {
        let told = house.userinfo(&token).await.json();
        assert_eq!((told.get("email"), told["phone_number"].is_string()), (None, true), "{told}");
    }
    save(&mut browser, &page, "asked", &["profile", "email", "phone", "address"].map(|it| ("scopes", it)))
        .await;
    assert_eq!(source(&house, LoginMethod::NO_VIPPS).await.settings, "{}", "everything is not a limit");
}

#[tokio::test]
async fn an_application_that_asks_for_the_number_is_not_sent_to_an_eid_that_may_not_give_it() {
    let (house, token, page) = house_with(Role::Owner, "no-vipps").await;
    let mut browser = browser_with(&house, &token);

    save(&mut browser, &page, "number", &[("nin_legal_ground", "")]).await;

    house.step(10);
    let only_vipps = house.browser().authorize(&[VIPPS, ("scope", Some("openid nin"))]).await;
    assert_eq!(only_vipps.error(), "invalid_scope", "{only_vipps:?}");
    let both = house.browser().authorize(&[("acr_values", None), ("scope", Some("openid nin"))]).await;
    assert!(both.location().contains("bankid"), "{both:?}");
    let without = house.browser().log_in(&[VIPPS], with::APP).await;
    assert!(without.find_param("code").is_some(), "the eID is there for everything else");
}

#[tokio::test]
async fn the_legal_ground_of_the_source_stands_where_the_application_names_none() {
    let (house, token, page) = house_with(Role::Receiver, "no-bankid").await;
    let mut browser = browser_with(&house, &token);
    let ground = [("nin_allowed", "yes"), ("nin_legal_ground", "hvitvaskingsloven § 12")];

    save(&mut browser, &page, "number", &ground).await;

    house.step(10);
    let mut person = house.browser();
    let reply = person.log_in(&[("scope", Some("openid nin"))], with::APP).await;
    let consent = person.follow(reply).await.body;
    assert!(consent.contains("hvitvaskingsloven § 12"), "{consent}");
}

#[tokio::test]
async fn the_second_of_two_administrators_is_told_what_the_first_one_saved() {
    let (house, token, page) = house_with(Role::Owner, "no-bankid").await;
    let mut browser = browser_with(&house, &token);
    let seen = hidden(&mut browser, &page, "people").await;
    let first = [("display_name", "BankID for Acme"), ("own_button", "yes")];
    save(&mut browser, &page, "people", &first).await;
    let before = source(&house, LoginMethod::NO_BANKID).await;

    let address = format!("{page}/settings/people");
    let stale =
        send(&mut browser, address, [("display_name", "My name"), ("own_button", "yes")], &seen).await;

    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("somebody else changed this to BankID for Acme"), "{}", stale.body);
    assert!(stale.body.contains("value=\"My name\""), "what was typed stays");
    assert_eq!(source(&house, LoginMethod::NO_BANKID).await, before);
    save(&mut browser, &page, "number", &[("nin_allowed", "yes"), ("nin_legal_ground", "aml. § 9-3")]).await;
    let now = source(&house, LoginMethod::NO_BANKID).await.settings;
    assert!(now.contains("BankID for Acme") && now.contains("own_button"), "sections are apart: {now}");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_in_the_language_of_the_reader() {
    let (house, token, page) = house_with(Role::Owner, "no-bankid").await;
    let long = "a".repeat(41);
    for (language, section, field, value, said) in [
        ("nb", "people", "display_name", long.as_str(), "Navnet på eID-en er tomt eller for langt."),
        ("nn", "people", "notice.nb", "<b>Nede</b>", "ikkje rein"),
        ("en", "number", "nin_legal_ground", "\u{200b}", "The legal ground is empty."),
        ("nb", "asked", "scopes", "email", "kan ikke bli spurt om"),
    ] {
        let mut browser = browser_with(&house, &token);
        browser.language = Some(language);
        let refused = save(&mut browser, &page, section, &[(field, value)]).await;
        let is_shown = section != "asked";
        assert_eq!(refused.status, if is_shown { 422 } else { 303 }, "{field}: {refused:?}");
        assert!(!is_shown || refused.body.contains(said), "{said}: {}", refused.body);
        assert!(!is_shown || refused.body.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    assert_eq!(source(&house, LoginMethod::NO_BANKID).await.settings, "{}");
}

#[tokio::test]
async fn who_may_not_change_settings_reads_them() {
    let (house, token, page) = house_with(Role::Auditor, "no-bankid").await;
    let mut browser = browser_with(&house, &token);

    let shown = browser.get(&page).await.body;
    let refused = browser.post(&format!("{page}/settings/asked"), "minimum_level=high", Some(ORIGIN)).await;

    assert!(shown.contains("Lowest level of assurance") && !shown.contains("/settings/asked\""));
    assert_eq!(refused.status, 403);
    let settings = source(&house, LoginMethod::NO_BANKID).await.settings;
    assert_eq!(model::IdentitySourceSettings::parse(&settings).unwrap().minimum_level, Level::None);
}
