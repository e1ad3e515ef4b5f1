//! Filling in an order: what is missing, what is shown, and what is refused before anybody approves.

use std::sync::atomic::Ordering::SeqCst;

use sandbox::CompanyChange;

use crate::{
    console_sign_in::{ORIGIN, browser_with, operator, signed_in_again},
    house::{TestBroker, form},
    order_colleagues::asked,
    order_sandbox::production,
    orders::{ALONE, DAY, JOINTLY, Ordering, hidden, submitted},
};

const FREE_TEXT: &str = "399000157";

/// What the page of a section has.
async fn section(order: &mut Ordering<'_>, name: &str) -> String {
    let body = order.browser.get(&format!("{}/sections/{name}", order.order)).await.body;
    body.split_once("<main").unwrap().1.to_owned()
}

/// The step of a section in the checklist or the summary.
fn step<'a>(page: &'a str, title: &str) -> &'a str {
    let found = page.split("<li class=\"pc-step\">").find(|it| it.contains(title));
    found.map_or("", |it| it.split("</li>").next().unwrap())
}

async fn summary(order: &mut Ordering<'_>) -> String {
    order.browser.get(&format!("{}/summary", order.order)).await.body
}

#[tokio::test]
async fn the_overview_leads_to_a_letter_to_copy_instead_of_the_order_desk() {
    let house = TestBroker::open().await;
    let domain = production(&house).await;
    let browser = browser_with(&house, &operator(&house).await);
    let overview = format!("/t/{}", house.tenant.id);
    let mut order = Ordering { house: &house, browser, order: overview.clone() };
    let new = format!("{overview}/orders/new?eid=no-bankid&#38;domain={domain}");
    assert!(order.page().await.body.contains(&new), "{}", order.page().await.body);
    let old = format!("{overview}/production/identity-sources/{domain}/no-bankid/order");
    assert_eq!(order.browser.get(&old).await.status, 404);
    let mut begun = Ordering::begin_for(&house, (order.browser, domain)).await;
    let page = begun.browser.get(&overview).await.body;
    let row = step(&page, "BankID");
    assert!(row.contains(&begun.order) && row.contains("Order: Draft"), "{row}");
}

#[tokio::test]
async fn who_was_typed_cannot_be_corrected_or_removed() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", FREE_TEXT)]).await;
    let typed = [
        ("signatory-0-name", "Kari Nordly"),
        ("signatory-0-birth_date", "1984-05-18"),
        ("signatory-0-role", "Chair"),
        ("signatory-0-email", "kari@example.com"),
        ("signatory-0-eid", "dk-mitid"),
    ];
    order.save("signatories", &typed).await;
    let corrected = [
        ("signatory-0-name", "Kari Nordli"),
        ("signatory-0-birth_date", "1984-05-17"),
        ("signatory-0-eid", "no-bankid"),
        ("signatory-1-name", "Ola Fjellheim"),
    ];
    order.save("signatories", &corrected).await;
    let page = section(&mut order, "signatories").await;
    for value in ["\"Kari Nordli\"", "\"1984-05-17\"", "\"Chair\"", "\"Ola Fjellheim\""] {
        assert!(page.contains(&format!("value={value}")), "{value}: {page}");
    }
    order.save("signatories", &[("signatory-0-remove", "yes")]).await;
    let page = section(&mut order, "signatories").await;
    assert!(!page.contains("Kari Nordli") && page.contains("Ola Fjellheim"), "{page}");
    assert!(step(&order.page().await.body, "Who signs").contains("A date of birth is missing"));
}

#[tokio::test]
async fn of_two_combinations_with_the_same_names_the_second_cannot_be_chosen() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in("399000297").await;
    let signing = [
        ("combination", "1"),
        ("signatory-0-email", "maria@example.com"),
        ("signatory-1-email", "kari@example.com"),
    ];
    assert_eq!(order.save("signatories", &signing).await.status, 303);
    assert!(step(&summary(&mut order).await, "Who signs").contains("12 February 1952"));
}

#[tokio::test]
async fn an_approval_by_an_eid_that_gives_another_birth_date_waits_for_the_operator() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in("399000297").await;
    let emails = [("signatory-0-email", "maria@example.com"), ("signatory-1-email", "kari@example.com")];
    let eids = [("signatory-0-eid", "no-bankid"), ("signatory-1-eid", "no-bankid")];
    order.save("signatories", &[&[("combination", "1")], emails.as_slice(), &eids].concat()).await;
    assert_eq!(order.submit().await.status, 303);
    let links = order.links().await;
    assert!(order.with_bankid(&links[1]).await.body.contains("You have approved"));
    assert_eq!(order.state().await, "Identity in review");
    assert!(order.page().await.body.contains("1952-02-12 ↔ 1984-05-17"));
}

#[tokio::test]
async fn a_company_whose_rule_no_machine_reads_is_submitted_without_its_certificate() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for number in [FREE_TEXT, "399000165", "399000173", "399000181", "399000394", "399000203"] {
        order.save("company", &[("number", number)]).await;
        let page = order.page().await.body;
        assert!(step(&page, "Company certificate").contains("certificate is needed"), "{number}: {page}");
    }
}

#[tokio::test]
async fn a_draft_ends_as_if_nobody_had_changed_how_its_credentials_come() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let page = format!("{}/handover", order.order);
    let tenant = house.tenant.id;
    let ends = async || {
        let rows = house.store.read(move |tx| store::orders::list(tx, tenant)).await.unwrap();
        rows[0].expires_at.unwrap()
    };
    let before = ends().await;
    house.step(60);
    let version = hidden(&order.browser.get(&page).await, "version");
    let chosen = form(&[("version", &version), ("handover", "key_pair")]);
    assert_eq!(order.browser.post(&page, &chosen, Some(ORIGIN)).await.status, 303);
    assert_eq!(ends().await, before.after(std::time::Duration::from_secs(60)));
}

#[tokio::test]
async fn a_certificate_without_its_date_or_of_tomorrow_is_taken() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let target = format!("{}/certificate", order.order);
    for (issued, sentence) in [("", "missing"), ("2999-01-01", "a day that is to come"), ("x", "no date")] {
        let fields: &[_] = &[("issued", issued)];
        let reply = order.browser.upload(&target, (fields, &[("file", "%PDF-1.7")]), Some(ORIGIN)).await;
        assert!(reply.status == 422 && reply.body.contains(sentence), "{issued}: {}", reply.body);
    }
    assert!(!step(&summary(&mut order).await, "Company certificate").contains("issued on"));
}

#[tokio::test]
async fn the_signing_rule_is_neither_explained_nor_shown() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for (number, words) in [
        ("399000122", "The chair alone, or two board members together."),
        ("399000122", "Styrets leder alene eller to styremedlemmer i fellesskap"),
        ("399000122", "Each of the combinations below is enough"),
        (ALONE, "There is only one way to fulfil the rule"),
        (FREE_TEXT, "The rule is free text"),
        (FREE_TEXT, "Styrets leder sammen med den medlemmene peker ut."),
        ("399000203", "branch of a foreign company"),
    ] {
        order.save("company", &[("number", number)]).await;
        let page = section(&mut order, "signatories").await;
        assert!(page.contains(words), "{number} {words}: {page}");
    }
}

#[tokio::test]
async fn the_operator_is_not_told_why_an_order_is_to_be_reviewed() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    let number = [("needed", "yes"), ("reason", "To find customers"), ("known_statute", "hvitvaskingsloven")];
    order.save("number", &[number.as_slice(), &[("paragraph", "§ 12")]].concat()).await;
    assert!(summary(&mut order).await.contains("The operator gets it next"));
    order.submit().await;
    assert_eq!(order.state().await, "In review");
    let page = order.page().await.body;
    let reason = step(&page, "national identity number is asked for");
    assert!(reason.contains("To find customers") && reason.contains("hvitvaskingsloven § 12"), "{page}");
    assert!(!page.contains("A certificate was uploaded"), "what is not so is not said");
}

#[tokio::test]
async fn a_section_that_a_colleague_was_asked_for_is_missing_instead_of_waiting_for_others() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    asked(&mut order, "purpose").await;
    let page = order.page().await.body;
    assert!(step(&page, "What the application does").contains("Waiting for others"), "{page}");
    assert!(step(&page, "General contact").contains("Missing"));
    order.save("purpose", &[("purpose", "Bookings.")]).await;
    assert!(step(&order.page().await.body, "What the application does").contains("Ready"));
}

#[tokio::test]
async fn of_several_things_that_a_section_lacks_only_the_first_is_said() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("receiver", &[("name", "Kari Nordli")]).await;
    let page = order.page().await.body;
    let step = step(&page, "Who receives the credentials");
    for lack in ["e-mail address is missing", "mobile number is missing", "date of birth is missing"] {
        assert!(step.contains(lack), "{lack}: {step}");
    }
}

#[tokio::test]
async fn an_order_is_submitted_for_a_domain_that_has_no_certificate() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    house.tls_ends_here.store(true, SeqCst);
    let page = order.page().await.body;
    assert!(step(&page, "Production domain").contains("The domain is not ready"), "{page}");
    assert!(!summary(&mut order).await.contains("id=\"submit\""));
    let refused = order.submit().await;
    assert!(refused.status == 422 && refused.body.contains("is not ready"), "{}", refused.body);
    assert_eq!(order.state().await, "Draft");
    house.tls_ends_here.store(false, SeqCst);
    assert_eq!(order.submit().await.status, 303);
}

#[tokio::test]
async fn a_company_that_cannot_order_any_more_is_submitted_as_it_was_looked_up() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    for (change, sentence) in [
        (CompanyChange::Bankrupt, "The company is bankrupt, says Brønnøysundregistrene, and cannot order"),
        (CompanyChange::BeingDissolved, "The company is being dissolved, says Brønnøysundregistrene"),
        (CompanyChange::Deleted, "The company was deleted from Brønnøysundregistrene and cannot order"),
        (CompanyChange::OtherSignatories, "says something else of the company than the order"),
    ] {
        assert!(house.registry.change(ALONE, change));
        let refused = order.submit().await;
        assert!(refused.status == 422 && refused.body.contains(sentence), "{change:?}: {}", refused.body);
        assert_eq!(order.state().await, "Draft");
    }
    assert!(order.links().await.is_empty(), "nobody was asked");
}

#[tokio::test]
async fn while_the_registry_is_down_an_answer_of_the_day_is_enough_to_submit_and_an_older_one_is_not() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    house.registry_is_down.store(true, SeqCst);
    house.step(DAY);
    order.browser = browser_with(&house, &signed_in_again(&house, "Kari Nordli").await);
    let refused = order.submit().await;
    assert!(refused.status == 422 && refused.body.contains("cannot be asked now"), "{}", refused.body);
    house.step(-60);
    assert_eq!(order.submit().await.status, 303);
}

#[tokio::test]
async fn the_summary_says_what_was_answered_with_the_way_to_change_it_and_what_is_missing() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", ALONE)]).await;
    let page = summary(&mut order).await;
    assert!(!page.contains("id=\"submit\"") && page.contains("Missing before the order can be submitted"));
    assert!(page.split_once("id=\"missing\"").unwrap().1.contains("/sections/bank\""), "as a link");
    order.fill_in(ALONE).await;
    let page = summary(&mut order).await;
    for (title, answer) in [
        ("Company", "FJELLVOKT PRØVE AS, 399 000 114"),
        ("Who signs", "Kari Nordli, Styrets leder, 17 May 1984, kari@example.com, Norwegian BankID"),
        ("bank", "The company is a customer of this bank"),
        ("Who receives", "900 00 001"),
        ("How the credentials come", "The issuer gives client ID and secret to the receiver"),
    ] {
        let step = step(&page, title);
        assert!(step.contains(answer) && step.contains("Change"), "{title}: {step}");
    }
    assert!(page.contains("id=\"submit\"") && page.contains("each by a letter with a link: Kari Nordli."));
}

#[tokio::test]
async fn a_bank_is_found_by_its_name_or_any_number_and_one_that_is_gone_is_refused() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for (typed, sentence) in [
        ("Ingen slik bank", "No bank in our list has this name"),
        ("sparebank 1", "Several banks fit"),
        ("399000254", "The bank was deleted from Brønnøysundregistrene"),
        ("399000270", "the main unit has the number 399000114"),
        ("12345678", "and &#34;8&#34; were typed"),
    ] {
        let refused = order.save("bank", &[("bank", typed), ("customer", "yes")]).await;
        assert!(refused.status == 422 && refused.body.contains(sentence), "{typed}: {}", refused.body);
    }
    assert!(!step(&summary(&mut order).await, "bank").contains("customer of this bank"));
    for (typed, name) in [
        ("aasen sparebank", "Aasen Sparebank, 937 903 502"),
        ("937 903 502", "Aasen Sparebank, 937 903 502"),
        (JOINTLY, "TVILLINGTÅRN PRØVE AS, 399 000 130"),
    ] {
        order.save("bank", &[("bank", typed), ("customer", "yes")]).await;
        let page = summary(&mut order).await;
        assert!(step(&page, "bank").contains(name), "{typed}: {}", step(&page, "bank"));
    }
}

#[tokio::test]
async fn a_new_order_of_vipps_is_said_to_take_a_bank_and_other_eids() {
    let house = TestBroker::open().await;
    let order = Ordering::begin(&house).await;
    let mut browser = order.browser;
    let page = browser.get(&format!("/t/{}/orders/new?eid=no-vipps", house.tenant.id)).await.body;
    let (bankid, vipps) = page.split_once("id=\"needs-vipps\"").unwrap();
    let vipps = vipps.split("<form").next().unwrap();
    assert!(bankid.contains("Norwegian bank") && bankid.contains("Swedish BankID"));
    assert!(vipps.contains("has Norwegian BankID") && !vipps.contains("Swedish") && !vipps.contains("bank."));
    assert!(page.contains("value=\"no-vipps\" id=\"eid-2\" checked"), "{page}");
}

#[tokio::test]
async fn a_number_that_cannot_order_is_refused_with_its_reason_and_nothing_is_left_behind() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for (number, sentence) in [
        ("399000408", "No company in Brønnøysundregistrene has this number"),
        ("399000254", "The company was deleted from Brønnøysundregistrene"),
        ("399000262", "The company was deleted from Brønnøysundregistrene"),
        ("399000270", "This is the number of a sub-unit; the main unit has the number 399000114"),
        ("399000327", "Brønnøysundregistrene cannot be asked now"),
        ("399000343", "Brønnøysundregistrene cannot be asked now"),
        ("399000351", "Brønnøysundregistrene cannot be asked now"),
    ] {
        let refused = order.save("company", &[("number", number)]).await;
        assert!(refused.status == 422 && refused.body.contains(sentence), "{number}: {}", refused.body);
        let page = section(&mut order, "company").await;
        assert!(!page.contains("PRØVE AS") && !page.contains(number), "{number}: {page}");
    }
}

#[tokio::test]
async fn a_company_that_cannot_order_is_said_to_be_everything_that_it_may_be() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    for (number, only) in [
        ("399000211", "The company is bankrupt, and cannot order."),
        ("399000238", "The company is being dissolved, and cannot order."),
        ("399000246", "The company is being dissolved by a court, and cannot order."),
    ] {
        order.save("company", &[("number", number)]).await;
        let page = order.page().await.body;
        assert_eq!(page.matches("and cannot order.").count(), 1, "{number}: {page}");
        assert!(page.contains(only), "{number}: {page}");
    }
}

#[tokio::test]
async fn a_company_that_changes_between_approval_and_sealing_or_sending_is_put_on_hold() {
    let before_sealing =
        [CompanyChange::Deleted, CompanyChange::BeingDissolved, CompanyChange::OtherSignatories];
    for (change, event) in
        before_sealing.map(|it| (it, "seal")).into_iter().chain(before_sealing.map(|it| (it, "sent")))
    {
        let house = TestBroker::open().await;
        let (mut order, links) = submitted(&house, ALONE).await;
        order.with_bankid(&links[0]).await;
        if event == "sent" {
            order.act("desk", "seal", "").await;
        }
        house.registry.change(ALONE, change);
        assert_eq!(order.act("desk", event, "").await.status, 303);
        assert_eq!(order.state().await, "On hold", "{change:?} before {event}");
    }
}
