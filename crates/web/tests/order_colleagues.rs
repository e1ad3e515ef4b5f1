//! Links with which a colleague answers one section of an order.

use authority::Role;

use crate::{
    console_sign_in::{ORIGIN, browser_with, member},
    house::{Browser, Reply, TestBroker, a_tenant, form, with},
    orders::{ALONE, JOINTLY, Ordering, between, hidden},
};

/// What whoever ordered passes on: link and code.
pub(crate) async fn asked(order: &mut Ordering<'_>, section: &str) -> (String, String) {
    let there = format!("{}/sections/{section}", order.order);
    let body = form(&[("colleague", "Ola")]);
    let asked = order.browser.post(&format!("{there}/colleagues"), &body, Some(ORIGIN)).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    let page = order.browser.get(&there).await.body;
    let link = between(&page, &format!("{ORIGIN}/section/"), "<").trim().to_owned();
    let code = page.split("<code").map(|it| between(it, ">", "<")).find(|it| it.len() == 7).unwrap();
    (format!("/section/{link}"), code.to_owned())
}

pub(crate) async fn accept(browser: &mut Browser<'_>, link: &str, code: &str) -> Reply {
    browser.post(link, &form(&[("code", code)]), Some(ORIGIN)).await
}

async fn answer(browser: &mut Browser<'_>, link: &str, fields: &[(&str, &str)]) -> Reply {
    let seen = hidden(&browser.get(link).await, "seen");
    let body = form(&[&[("seen", seen.as_str())], fields].concat());
    browser.post(&format!("{link}/answers"), &body, Some(ORIGIN)).await
}

#[tokio::test]
async fn a_colleague_answers_one_section_with_the_code_that_they_were_told() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let (link, code) = asked(&mut order, "purpose").await;
    let mut colleague = order.phone();
    for _ in 0..2 {
        assert!(colleague.get(&link).await.body.contains("name=\"code\""), "opening does nothing");
    }
    assert_eq!(answer(&mut colleague, &link, &[("purpose", "Too early")]).await.status, 422);
    assert_eq!(accept(&mut colleague, &link, &code).await.status, 303);
    let saved = answer(&mut colleague, &link, &[("purpose", "Customers see their bookings")]).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let there = format!("{}/sections/purpose", order.order);
    assert!(order.browser.get(&there).await.body.contains("Customers see their bookings"));
}

#[tokio::test]
async fn the_link_of_a_section_is_of_one_browser_and_five_wrong_codes_end_it() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let (link, code) = asked(&mut order, "purpose").await;
    let mut scanner = order.phone();
    for _ in 0..4 {
        assert_eq!(accept(&mut scanner, &link, "000 000").await.status, 422);
    }
    let mut colleague = order.phone();
    assert_eq!(accept(&mut colleague, &link, &code).await.status, 303);
    let mut other = order.phone();
    assert_eq!(accept(&mut other, &link, &code).await.status, 422, "another browser has it");
    assert!(other.get(&link).await.body.contains("name=\"code\""));
    accept(&mut other, &link, "000 000").await;
    assert_eq!(colleague.get(&link).await.status, 422, "it has ended for everybody");
}

#[tokio::test]
async fn a_section_with_people_is_answered_by_somebody_whose_eid_is_known_and_shows_nobody_else() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("receiver", &[("name", "Secret Person"), ("email", "s@example.com")]).await;
    let (link, code) = asked(&mut order, "general").await;
    let mut colleague = order.phone();
    accept(&mut colleague, &link, &code).await;
    assert!(colleague.get(&link).await.body.contains("Sign in with an eID"));
    let fields = [("name", "Ola Berg"), ("email", "ola@example.com")];
    assert_eq!(answer(&mut colleague, &link, &fields).await.status, 422, "not before that");
    sign_in(&mut colleague, &link).await;
    let page = colleague.get(&link).await.body;
    assert!(page.contains("name=\"email\"") && !page.contains("Secret Person"), "{page}");
    assert_eq!(answer(&mut colleague, &link, &fields).await.status, 303);
    let there = order.browser.get(&format!("{}/sections/general", order.order)).await.body;
    assert!(
        there.contains("ola@example.com") && there.contains("Answered") && there.contains("Kari Nordli"),
        "{there}"
    );
}

/// Signs in by a colleague's link, as Kari.
async fn sign_in(colleague: &mut Browser<'_>, link: &str) {
    let begun = colleague.post(&format!("{link}/sign-in"), "", Some(ORIGIN)).await;
    let leave = colleague.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = colleague.at_the_eid(&leave, with::APP, None);
    let landed = colleague.get(&back).await.location().replace(ORIGIN, "");
    colleague.get(&landed).await;
}

#[tokio::test]
async fn a_colleague_looks_the_company_up_by_its_number() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let (link, code) = asked(&mut order, "company").await;
    let mut colleague = order.phone();
    let early = answer(&mut colleague, &link, &[("number", ALONE)]).await;
    assert_eq!(early.status, 422, "nobody asks the registry without the code");
    accept(&mut colleague, &link, &code).await;
    assert_eq!(answer(&mut colleague, &link, &[("number", ALONE)]).await.status, 422, "nor without an eID");
    sign_in(&mut colleague, &link).await;
    let wrong = answer(&mut colleague, &link, &[("number", "123456789")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("a digit is wrong"), "{}", wrong.body);
    assert_eq!(answer(&mut colleague, &link, &[("number", ALONE)]).await.status, 303);
    assert!(colleague.get(&link).await.body.contains("FJELLVOKT"));
    assert_eq!(order.view().await.answers.combinations.len(), 1);
}

#[tokio::test]
async fn a_colleague_who_has_signed_in_says_who_signs_and_nobody_who_may_not() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", JOINTLY)]).await;
    let (link, code) = asked(&mut order, "signatories").await;
    let mut colleague = order.phone();
    accept(&mut colleague, &link, &code).await;
    assert!(!colleague.get(&link).await.body.contains("name=\"combination\""), "not before an eID");
    sign_in(&mut colleague, &link).await;
    let page = colleague.get(&link).await.body;
    assert!(page.contains("name=\"combination\"") && page.contains("Who may sign"), "{page}");
    let fields = [
        ("combination", "0"),
        ("signatory-0-email", "kari@example.com"),
        ("signatory-0-name", "Somebody Else"),
        ("signatory-1-email", "ola@example.com"),
    ];
    assert_eq!(answer(&mut colleague, &link, &fields).await.status, 303);
    let answers = order.view().await.answers;
    assert_eq!(answers.signatories.len(), 2);
    assert!(answers.signatories.iter().all(|it| it.name != "Somebody Else" && !it.email.is_empty()));
    assert_eq!(answers.company.number, JOINTLY, "the rest stays as it was");
}

#[tokio::test]
async fn a_file_is_read_of_a_colleague_who_typed_the_code_and_of_nobody_else() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let (link, code) = asked(&mut order, "certificate").await;
    let there = format!("{link}/certificate");
    let mut colleague = order.phone();
    let form: (&[_], &[_]) = (&[("issued", "2999-01-01")], &[("file", "%PDF-1.7")]);
    let early = colleague.upload(&there, form, Some(ORIGIN)).await;
    assert_eq!(early.location(), link, "nothing of it is read");
    accept(&mut colleague, &link, &code).await;
    let read = colleague.upload(&there, form, Some(ORIGIN)).await;
    assert!(read.status == 422 && read.body.contains("a day that is to come"), "{}", read.body);
    let other = order.phone().upload(&there, form, Some(ORIGIN)).await;
    assert_eq!(other.location(), link);
    let (purpose, code) = asked(&mut order, "purpose").await;
    accept(&mut colleague, &purpose, &code).await;
    let form: (&[_], &[_]) = (&[("issued", "2026-01-02")], &[("file", "%PDF-1.7")]);
    let wrong = colleague.upload(&format!("{purpose}/certificate"), form, Some(ORIGIN)).await;
    assert_eq!(wrong.location(), purpose, "nor for another section");
    assert!(!order.view().await.answers.has_certificate);
}

#[tokio::test]
async fn a_certificate_of_one_company_is_kept_as_that_of_another_that_the_order_is_for_meanwhile() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", ALONE)]).await;
    let (link, code) = asked(&mut order, "certificate").await;
    let mut colleague = order.phone();
    accept(&mut colleague, &link, &code).await;
    let page = colleague.get(&link).await;
    assert!(page.body.contains("Not needed"), "as a member is told: {}", page.body);
    let seen = hidden(&page, "seen");
    order.save("company", &[("number", JOINTLY)]).await;
    assert_ne!(hidden(&colleague.get(&link).await, "seen"), seen);
    // Nor is the section answered without a file.
    let seen = hidden(&colleague.get(&link).await, "seen");
    let answered = colleague.post(&format!("{link}/answers"), &form(&[("seen", &seen)]), Some(ORIGIN)).await;
    assert_eq!(answered.status, 422, "{}", answered.body);
}

#[tokio::test]
async fn a_link_for_a_section_ends_when_it_is_taken_away_submitted_or_two_weeks_old() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let (link, code) = asked(&mut order, "purpose").await;
    let mut colleague = order.phone();
    accept(&mut colleague, &link, &code).await;
    let page = order.browser.get(&format!("{}/sections/purpose", order.order)).await.body;
    let dismiss = format!("{}/colleagues/{}", order.order, between(&page, "/colleagues/", "\""));
    assert_eq!(order.browser.post(&dismiss, "", Some(ORIGIN)).await.status, 303);
    assert_eq!(colleague.get(&link).await.status, 422);
    let (link, code) = asked(&mut order, "purpose").await;
    accept(&mut colleague, &link, &code).await;
    order.fill_in("399000114").await;
    order.submit().await;
    assert_eq!(colleague.get(&link).await.status, 422);
    order.act("act", "amend", "").await;
    assert_eq!(colleague.get(&link).await.status, 422, "it does not come back");
    let (link, _) = asked(&mut order, "purpose").await;
    house.step(14 * 24 * 60 * 60);
    assert_eq!(colleague.get(&link).await.status, 422);
}

#[tokio::test]
async fn nobody_is_asked_for_the_domain_nor_by_another_tenant() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let body = form(&[("colleague", "Ola")]);
    for section in ["domain", "nonsense"] {
        let there = format!("{}/sections/{section}/colleagues", order.order);
        assert_eq!(order.browser.post(&there, &body, Some(ORIGIN)).await.status, 404, "{section}");
    }
    let there = format!("{}/sections/purpose/colleagues", order.order);
    let wrong = order.browser.post(&there, &form(&[("colleague", "<b>")]), Some(ORIGIN)).await;
    assert_eq!(wrong.status, 422);
    let other = a_tenant(&house.console, "other", house.time()).await;
    let mut stranger = browser_with(&house, &member(&house, &other, "Ola", &[Role::Owner]).await);
    assert_eq!(stranger.post(&there, &body, Some(ORIGIN)).await.status, 404);
}
