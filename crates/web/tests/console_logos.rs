//! Logos in the console: looked at, refused with the page kept, and taken away. What decodes them is tried in `e2e/console`.

use authority::Role;
use model::Logo;

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator},
    house::{TestBroker, a_tenant},
};

/// The house, whose domain has a logo; somebody of this role; and the brand's page.
async fn house_with_logo(role: Role) -> (TestBroker, String, String) {
    let house = TestBroker::open().await;
    operator(&house).await;
    let domain = house.domain;
    house.change_domain(domain, |it| it.brand.logo = Some(Logo::of(b"a picture", 200, 60))).await;
    let token = member(&house, &house.tenant, "Ola", &[role]).await;
    let brand = format!("/t/{}/domains/{domain}/brand", house.tenant.id);
    (house, token, brand)
}

/// The version in the forms of a page.
fn version(page: &str) -> String {
    let rest = page.split("name=\"version\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_logo_is_shown_by_the_console_itself_to_whoever_may_see_the_domain() {
    let (house, token, brand) = house_with_logo(Role::Auditor).await;
    let mut browser = browser_with(&house, &token);

    let page = browser.get(&brand).await.body;
    let logo = browser.get(&format!("{brand}/logo")).await;

    assert!(page.contains(&format!("src=\"{brand}/logo?")) && !page.contains("upload-logo"));
    assert_eq!((logo.status, logo.header("content-type")), (200, Some("image/png")));
    assert!(logo.body == "a picture" && logo.header("content-security-policy").unwrap().contains("sandbox"));
    let other = a_tenant(&house.console, "other", house.time()).await;
    let elsewhere = brand.replace(&house.tenant.id.to_string(), &other.id.to_string());
    assert_eq!(browser.get(&format!("{elsewhere}/logo")).await.status, 404);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_on_its_page_and_the_logo_stays() {
    let (house, token, brand) = house_with_logo(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    let version = version(&browser.get(&brand).await.body);
    for bytes in [400 * 1024, 10 * 1024 * 1024] {
        let file = "x".repeat(bytes);
        let form: (&[_], &[_]) = (&[("version", version.as_str())], &[("logo", file.as_str())]);

        let refused = browser.upload(&format!("{brand}/logo"), form, Some(ORIGIN)).await;

        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("larger than 256 KiB") && refused.body.contains("href=\"#logo\""));
    }
    assert_eq!(browser.get(&format!("{brand}/logo")).await.body, "a picture");
}

#[tokio::test]
async fn a_form_without_a_file_says_so() {
    let (house, token, brand) = house_with_logo(Role::Owner).await;
    let mut browser = browser_with(&house, &token);

    let refused = browser.upload(&format!("{brand}/logo"), (&[("version", "1")], &[]), Some(ORIGIN)).await;

    assert!(refused.status == 422 && refused.body.contains("No file was chosen"), "{refused:?}");
}

#[tokio::test]
async fn the_logo_is_taken_away_by_who_saw_the_page_as_it_is() {
    let (house, token, brand) = house_with_logo(Role::Owner).await;
    let mut browser = browser_with(&house, &token);
    let remove = format!("{brand}/logo/remove");
    let version = version(&browser.get(&brand).await.body);

    let stale = browser.post(&remove, "version=1", Some(ORIGIN)).await;
    let removed = browser.post(&remove, &format!("version={version}"), Some(ORIGIN)).await;

    assert_eq!((stale.status, removed.location()), (409, format!("{brand}?done=logo-removed").as_str()));
    assert_eq!(browser.get(&format!("{brand}/logo")).await.status, 404);
    assert!(browser.get(&brand).await.body.contains("No logo of its own"));
}

#[tokio::test]
async fn a_large_file_of_somebody_whose_session_is_over_is_not_kept_and_they_are_told() {
    let (house, _, brand) = house_with_logo(Role::Owner).await;
    let mut browser = browser_with(&house, "none");
    let file = "x".repeat(200 * 1024);

    let told =
        browser.upload(&format!("{brand}/logo"), (&[], &[("logo", file.as_str())]), Some(ORIGIN)).await;

    assert!(told.status == 401 && told.body.contains("id=\"sign-in\""), "{told:?}");
}
