//! Orders of an eID's credentials, by everybody who has a part in them, and by everybody who has none.

use std::sync::Arc;

use async_trait::async_trait;
use authority::{Permission, Role};
use console::{MembersPermit, TenantView};
use crypto::Random;
use eid::{Connector, EidError, Ordered, PollEid, Polled, SourceCredentials, SourceMethod};
use model::{
    CheckFinding, CheckLine, CheckSubject, DomainId, LoginMethod, Memo, OrderId, Timestamp, UpstreamRequest,
};
use ordering::WentOn;
use store::order_secrets::{self, SecretKind};

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator, signed_in_again},
    house::{Browser, CONSOLE_HOST, Reply, TestBroker, a_tenant, form, may, register, with},
};

pub(crate) const ALONE: &str = "399000114";
pub(crate) const JOINTLY: &str = "399000130";
pub(crate) const DAY: i64 = 24 * 60 * 60;

/// An order in a browser of somebody who operates, and so may do everything with it.
pub(crate) struct Ordering<'a> {
    pub(crate) house: &'a TestBroker,
    pub(crate) browser: Browser<'a>,
    /// The address of its page.
    pub(crate) order: String,
}

/// What stands between these in a page.
pub(crate) fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |it| it.0)
}

/// What a page's hidden field has.
pub(crate) fn hidden(reply: &Reply, name: &str) -> String {
    let field = between(&reply.body, &format!("name=\"{name}\""), ">");
    between(field, "value=\"", "\"").to_owned()
}

impl<'a> Ordering<'a> {
    pub(crate) async fn begin(house: &'a TestBroker) -> Self {
        let token = operator(house).await;
        Self::begin_in(house, browser_with(house, &token)).await
    }

    /// Another order by whoever began the first.
    pub(crate) async fn begin_as(house: &'a TestBroker, first: &Self) -> Self {
        Self::begin_in(house, Browser { cookies: first.browser.cookies.clone(), ..browser_with(house, "") })
            .await
    }

    async fn begin_in(house: &'a TestBroker, browser: Browser<'a>) -> Self {
        Self::begin_for(house, (browser, house.domain)).await
    }

    /// An order for another domain of the house's tenant.
    pub(crate) async fn begin_for(
        house: &'a TestBroker,
        (mut browser, domain): (Browser<'a>, DomainId),
    ) -> Self {
        let tenant = house.tenant.id;
        let body = form(&[("eid", "no-bankid"), ("domain", &domain.to_string())]);
        let begun = browser.post(&format!("/t/{tenant}/orders"), &body, Some(ORIGIN)).await;
        let order = begun.location().split('?').next().unwrap().to_owned();
        Self { house, browser, order }
    }

    pub(crate) async fn page(&mut self) -> Reply {
        let order = self.order.clone();
        self.browser.get(&order).await
    }

    pub(crate) async fn save(&mut self, section: &str, fields: &[(&str, &str)]) -> Reply {
        let target = format!("{}/sections/{section}", self.order);
        let seen = hidden(&self.browser.get(&target).await, "seen");
        let mut all = vec![("seen", seen.as_str())];
        all.extend(fields);
        self.browser.post(&target, &form(&all), Some(ORIGIN)).await
    }

    /// Everything that is asked, with Kari in every part that nobody of the registry has.
    pub(crate) async fn fill_in(&mut self, company: &str) {
        let kari = [("name", "Kari Nordli"), ("email", "kari@example.com")];
        let with_mobile = [kari.as_slice(), &[("mobile", "90000001"), ("birth_date", "1984-05-17")]].concat();
        let first = [("contact-0-name", "Kari Nordli"), ("contact-0-email", "kari@example.com")];
        let block = [first.as_slice(), &[("contact-0-mobile", "90000001")]].concat();
        let signing = [
            ("combination", "0"),
            ("signatory-0-email", "kari@example.com"),
            ("signatory-0-eid", "no-bankid"),
            ("signatory-1-email", "ola@example.com"),
            ("signatory-1-eid", "no-bankid"),
        ];
        let sections: [(&str, &[(&str, &str)]); 11] = [
            ("company", &[("number", company)]),
            ("purpose", &[("purpose", "People see their bookings.")]),
            ("signatories", &signing),
            ("bank", &[("bank", "937903502"), ("customer", "yes")]),
            ("general", &kari),
            ("receiver", &with_mobile),
            ("block", &block),
            ("operations", &first),
            ("display-name", &[("display_name", "Shop")]),
            ("listing", &[("listed_address", "https://www.shop.example")]),
            ("number", &[("needed", "no")]),
        ];
        for (section, fields) in sections {
            let saved = self.save(section, fields).await;
            assert_eq!(saved.status, 303, "{section}: {}", saved.body);
        }
    }

    pub(crate) async fn act(&mut self, door: &str, event: &str, note: &str) -> Reply {
        let version = self.version().await;
        self.act_on(door, event, (&version, note)).await
    }

    pub(crate) async fn act_on(&mut self, door: &str, event: &str, (version, note): (&str, &str)) -> Reply {
        // Whoever confirms says which proposal they saw.
        let proposal = if door == "confirm" { hidden(&self.page().await, "proposal") } else { String::new() };
        let said = [("event", event), ("version", version), ("proposal", &proposal)];
        let body = form(&[said.as_slice(), &[(&format!("note-{event}"), note)]].concat());
        let door =
            if door == "desk" && ["seal", "issue", "reject"].contains(&event) { "decide" } else { door };
        self.browser.post(&format!("{}/{door}", self.order), &body, Some(ORIGIN)).await
    }

    pub(crate) async fn version(&mut self) -> String {
        for page in ["/summary", "", "/ask/amend", "/ask/cancel"] {
            let target = format!("{}{page}", self.order);
            let version = hidden(&self.browser.get(&target).await, "version");
            if !version.is_empty() {
                return version;
            }
        }
        String::new()
    }

    /// The order as whoever may read it sees it.
    pub(crate) async fn view(&self) -> ordering::OrderView {
        let id = OrderId::parse(self.order.rsplit('/').next().unwrap()).unwrap();
        self.house.orders().order(&may(&self.house.tenant, Permission::ReadOrders), id).await.unwrap()
    }

    /// What whoever has this link is told beside it.
    pub(crate) async fn code_of(&self, link: &str) -> String {
        let id = link.split('/').nth(2).unwrap();
        let view = self.view().await;
        view.people.iter().find(|it| it.id.to_string() == id).unwrap().confirmation_code.clone()
    }

    pub(crate) async fn submit(&mut self) -> Reply {
        self.act("act", "submit", "").await
    }

    /// The links of everybody who is asked, as the page shows them where no letter can be sent.
    pub(crate) async fn links(&mut self) -> Vec<String> {
        let page = self.page().await.body;
        let base = format!("{ORIGIN}/order/");
        let found = page.split(&base).skip(1);
        found.map(|it| format!("/order/{}", it.split('<').next().unwrap().trim())).collect()
    }

    pub(crate) async fn state(&mut self) -> String {
        let page = self.page().await.body;
        between(between(&page, "<h1", "</div>"), "<span>", "</span>").to_owned()
    }

    pub(crate) fn phone(&self) -> Browser<'a> {
        Browser { host: CONSOLE_HOST.to_owned(), language: Some("en"), ..self.house.browser() }
    }

    /// Goes on from a link with BankID as Kari; gives the page that this ends at.
    pub(crate) async fn with_bankid(&self, link: &str) -> Reply {
        let mut phone = self.phone();
        let begun = phone.post(link, "", Some(ORIGIN)).await;
        if !begun.body.contains("url=") {
            return begun;
        }
        let leave = phone.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
        let back = phone.at_the_eid(&leave, with::APP, None);
        let landed = phone.get(&back).await;
        let landed = phone.get(&landed.location().replace(ORIGIN, "")).await;
        phone.follow(landed).await
    }
}

pub(crate) async fn submitted<'a>(house: &'a TestBroker, company: &str) -> (Ordering<'a>, Vec<String>) {
    let mut order = Ordering::begin(house).await;
    order.fill_in(company).await;
    let reply = order.submit().await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let links = order.links().await;
    (order, links)
}

#[tokio::test]
async fn an_order_is_approved_by_a_login_that_was_made_for_it() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    let page = order.with_bankid(&links[0]).await;
    assert!(page.body.contains("You have approved"), "{}", page.body);
    assert_eq!(order.state().await, "To be sealed");
}

#[tokio::test]
async fn opening_a_link_or_fetching_it_ahead_does_nothing_and_it_works_afterwards() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    for _ in 0..3 {
        assert_eq!(order.phone().get(&links[0]).await.status, 200);
    }
    // A scanner that posts gets no further than the eID, where it is nobody.
    order.phone().post(&links[0], "", Some(ORIGIN)).await;
    assert_eq!(order.state().await, "To be approved");
    assert!(order.with_bankid(&links[0]).await.body.contains("You have approved"));
}

#[tokio::test]
async fn a_login_that_approved_counts_once_and_so_does_its_way_back() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    let mut phone = order.phone();
    let begun = phone.post(&links[0], "", Some(ORIGIN)).await;
    let leave = phone.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = phone.at_the_eid(&leave, with::APP, None);
    let landed = phone.get(&back).await.location().replace(ORIGIN, "");
    let kept = phone.cookies.clone();
    phone.get(&landed).await;
    phone.cookies = kept;
    let again = phone.get(&landed).await;
    assert_eq!(again.status, 400, "{}", again.body);
    assert_eq!(order.page().await.body.matches("Approved with an eID").count(), 1);
}

#[tokio::test]
async fn one_person_cannot_approve_for_two() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    order.with_bankid(&links[0]).await;
    let second = order.with_bankid(&links[1]).await;
    assert!(second.body.contains("has approved in another"), "{}", second.body);
    assert_eq!(order.state().await, "To be approved");
}

#[tokio::test]
async fn somebody_else_than_the_named_signatory_is_reviewed_by_the_operator_with_a_reason() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    // Kari comes with Ola's link.
    order.with_bankid(&links[1]).await;
    assert_eq!(order.state().await, "Identity in review");
    let person = hidden(&order.page().await, "person");
    let decide = async |order: &mut Ordering<'_>, note| {
        let (version, door) = (order.version().await, format!("{}/identity", order.order));
        let body =
            form(&[("person", &person), ("version", &version), ("decision", "refuse"), ("note", note)]);
        order.browser.post(&door, &body, Some(ORIGIN)).await
    };
    assert_eq!(decide(&mut order, "Kari is not Ola").await.status, 303);
    assert_eq!(order.state().await, "To be approved");
    assert!(
        order.with_bankid(&links[0]).await.body.contains("You have approved"),
        "Kari is free for her own place"
    );
}

#[tokio::test]
async fn an_amended_order_is_another_version_whose_old_links_and_approvals_are_over() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    order.with_bankid(&links[0]).await;
    assert_eq!(order.act("act", "amend", "").await.status, 303);
    order.save("display-name", &[("display_name", "Another name")]).await;
    assert_eq!(order.submit().await.status, 303);
    let old = order.phone().get(&links[1]).await;
    assert!(
        old.status == 422 && old.body.contains("this link is over") || old.body.contains("This link is over")
    );
    let asked = order.view().await.people;
    let waits = |it: &&ordering::PersonView| it.state == ordering::PersonState::Waiting && !it.is_confirmed;
    assert_eq!(asked.iter().filter(waits).count(), 2, "both signatories are asked anew, and no contact");
}

#[tokio::test]
async fn an_approval_that_was_begun_before_the_order_changed_counts_for_nothing() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    let mut phone = order.phone();
    let begun = phone.post(&links[0], "", Some(ORIGIN)).await;
    let leave = phone.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    order.act("act", "amend", "").await;
    order.submit().await;
    let back = phone.at_the_eid(&leave, with::APP, None);
    let landed = phone.get(&back).await.location().replace(ORIGIN, "");
    let end = phone.get(&landed).await;
    let end = phone.follow(end).await;
    assert!(!end.body.contains("You have approved"), "{}", end.body);
    assert_eq!(order.state().await, "To be approved");
}

#[tokio::test]
async fn nothing_is_submitted_that_is_not_complete_and_what_is_missing_is_named() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", ALONE)]).await;
    let refused = order.submit().await;
    assert_eq!(refused.status, 422);
    let named = "missing in these sections: What the application does, Your company’s Norwegian bank, General contact";
    assert!(refused.body.replace("&#39;", "’").contains(named), "{}", refused.body);
    order.fill_in(ALONE).await;
    order.save("bank", &[("bank", "937903502")]).await;
    let refused = order.submit().await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("The company must be a customer of the bank"), "{}", refused.body);
    assert_eq!(order.state().await, "Draft");
}

#[tokio::test]
async fn of_two_people_in_one_section_the_second_sees_what_the_first_wrote() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let target = format!("{}/sections/purpose", order.order);
    let seen = hidden(&order.browser.get(&target).await, "seen");
    order.save("purpose", &[("purpose", "The first.")]).await;
    let late = form(&[("seen", &seen), ("purpose", "The second.")]);
    let reply = order.browser.post(&target, &late, Some(ORIGIN)).await;
    assert_eq!(reply.status, 422, "{}", reply.body);
    assert!(reply.body.contains("The first.") && reply.body.contains("The second."), "{}", reply.body);
}

#[tokio::test]
async fn of_two_who_submit_at_once_one_is_told_that_it_has_gone_on() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    let version = order.version().await;
    let cookies = order.browser.cookies.clone();
    let browser = Browser { cookies, ..browser_with(&house, "") };
    let mut other = Ordering { house: &house, browser, order: order.order.clone() };
    let both = tokio::join!(
        order.act_on("act", "submit", (&version, "")),
        other.act_on("act", "submit", (&version, ""))
    );
    let (won, lost) = if both.0.status == 303 { both } else { (both.1, both.0) };
    assert_eq!((won.status, lost.status), (303, 422), "{}", lost.body);
    assert!(lost.body.contains("The order has gone on since this page was shown"));
    assert_eq!(order.links().await.len(), 4, "everybody is asked once");
    assert_eq!(order.page().await.body.matches("Submitted").count(), 1, "in the timeline");
}

#[tokio::test]
async fn a_step_out_of_turn_changes_nothing_and_says_so() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    for (door, event) in [("desk", "seal"), ("desk", "issue"), ("act", "answer"), ("act", "new_link")] {
        let version = order.version().await;
        let reply = order.act_on(door, event, (&version, "why")).await;
        assert!(
            reply.status == 422 && reply.body.contains("cannot be done now: the order is “To be approved”"),
            "{event}: {}",
            reply.body
        );
        assert_eq!(order.state().await, "To be approved", "{event}");
    }
}

#[tokio::test]
async fn an_event_of_the_operator_or_the_program_is_not_done_by_whoever_orders() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    let orderer = member(&house, &house.tenant, "Ola", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    for event in ["accept", "seal", "first_login", "expire", "checked_good", "approve"] {
        let reply = order.act("act", event, "why").await;
        assert_eq!(reply.status, 403, "{event}: {}", reply.body);
    }
    assert_eq!(order.act("desk", "seal", "").await.status, 403);
    assert_eq!(order.state().await, "To be approved");
}

#[tokio::test]
async fn an_order_does_not_exist_for_another_tenant_nor_does_anything_of_it() {
    let house = TestBroker::open().await;
    let (order, _) = submitted(&house, ALONE).await;
    let other = a_tenant(&house.console, "other", house.time()).await;
    let token = member(&house, &other, "Ola", &[Role::Owner]).await;
    let mut browser = browser_with(&house, &token);
    let of_other = order.order.replace(&house.tenant.id.to_string(), &other.id.to_string());
    for path in ["", "/summary", "/documents", "/sections/purpose"] {
        let own = browser.get(&format!("{of_other}{path}")).await;
        let foreign = browser.get(&format!("{}{path}", order.order)).await;
        assert_eq!((own.status, foreign.status), (404, 404), "{path}");
    }
}

#[tokio::test]
async fn a_link_with_another_code_or_of_another_person_shows_nothing() {
    let house = TestBroker::open().await;
    let (order, links) = submitted(&house, JOINTLY).await;
    let (first, code) = links[0].rsplit_once('/').unwrap();
    let (second, _) = links[1].rsplit_once('/').unwrap();
    for wrong in [
        format!("{second}/{code}"),
        format!("{first}/{code}a"),
        format!("{first}/x"),
        "/order/0/x".to_owned(),
    ] {
        let reply = order.phone().get(&wrong).await;
        assert!(reply.status >= 400 && !reply.body.contains("FJELLVOKT"), "{wrong}: {}", reply.status);
    }
}

#[tokio::test]
async fn who_signs_is_reminded_three_times_and_then_the_order_lapses() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    let mut went = Vec::new();
    for days in [1, 1, 3, 5, 20] {
        house.step(days * DAY);
        went.push(house.orders_go_on().await.reminded);
    }
    assert_eq!(went, [0, 1, 1, 1, 0], "after 2, 5 and 10 days");
    house.step(31 * DAY);
    assert_eq!(house.orders_go_on().await, WentOn { expired: 1, ..WentOn::default() });
    house.step(366 * DAY);
    assert_eq!(house.orders_go_on().await, WentOn { removed: 1, ..WentOn::default() });
    let auditor = member(&house, &house.tenant, "Ola", &[Role::Auditor]).await;
    order.browser = browser_with(&house, &auditor);
    assert_eq!(order.page().await.status, 404);
}

#[tokio::test]
async fn a_draft_of_long_ago_is_removed_and_one_that_was_submitted_is_not() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    house.step(89 * DAY);
    let orderer = member(&house, &house.tenant, "Ola", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    order.save("purpose", &[("purpose", "Still wanted.")]).await;
    house.step(89 * DAY);
    assert_eq!(house.orders_go_on().await, WentOn::default(), "each change keeps it");
    house.step(2 * DAY);
    assert_eq!(house.orders_go_on().await.removed, 1);
}

#[tokio::test]
async fn a_company_that_went_bankrupt_after_the_approval_is_not_sealed_but_put_on_hold() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    assert!(house.registry.declare_bankrupt(ALONE));
    assert_eq!(order.act("desk", "seal", "").await.status, 303);
    assert_eq!(order.state().await, "On hold");
    assert!(order.page().await.body.contains("bankrupt"));
    order.act("desk", "resume", "").await;
    assert_eq!(order.state().await, "To be sealed", "it goes on where it was when the operator says so");
}

/// A submitted order, with what was chosen for the handover; gives the links of everybody.
pub(crate) async fn submitted_with<'a>(house: &'a TestBroker, handover: &str) -> (Ordering<'a>, Vec<String>) {
    let mut order = Ordering::begin(house).await;
    let version = hidden(&order.browser.get(&format!("{}/handover", order.order)).await, "version");
    let chosen = form(&[("version", &version), ("handover", handover)]);
    order.browser.post(&format!("{}/handover", order.order), &chosen, Some(ORIGIN)).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    let links = order.links().await;
    (order, links)
}

/// An order that the issuer has, with what was chosen for the handover; gives the receiver's link.
pub(crate) async fn at_the_issuer<'a>(house: &'a TestBroker, handover: &str) -> (Ordering<'a>, String) {
    let (mut order, links) = submitted_with(house, handover).await;
    order.with_bankid(&links[0]).await;
    for event in ["seal", "sent"] {
        assert_eq!(order.act("desk", event, "").await.status, 303, "{event}");
    }
    let receiver = links.last().unwrap().clone();
    (order, receiver)
}

/// The receiver, who has shown with BankID who they are, at the page where credentials are received.
pub(crate) async fn received<'a>(order: &Ordering<'a>, link: &str) -> (Browser<'a>, Reply) {
    let mut phone = order.phone();
    let begun = phone.post(link, "", Some(ORIGIN)).await;
    let leave = phone.get(&begun.by_itself().location().replace(ORIGIN, "")).await;
    let back = phone.at_the_eid(&leave, with::APP, None);
    let landed = phone.get(&back).await.location().replace(ORIGIN, "");
    let landed = phone.get(&landed).await;
    let page = phone.follow(landed).await;
    assert!(page.status == 200 && page.body.contains("/receive"), "{}", page.body);
    (phone, page)
}

#[tokio::test]
async fn a_deposited_secret_is_shown_once_to_the_receiver_and_is_gone_then() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "deposited").await;
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Ready to be received");
    let (mut phone, page) = received(&order, &link).await;
    assert!(!page.body.contains("deposited-secret"));
    let body = form(&[("order_version", &hidden(&page, "order_version"))]);
    let door = format!("{}/receive/reveal", order.order);
    let first = phone.post(&door, &body, Some(ORIGIN)).await;
    assert!(first.body.contains("deposited-secret") && first.body.contains("ordered"), "{}", first.body);
    let again = phone.post(&door, &body, Some(ORIGIN)).await;
    let later = phone.get(&format!("{}/receive", order.order)).await;
    assert!(!again.body.contains("deposited-secret") && !later.body.contains("deposited-secret"));
}

#[tokio::test]
async fn a_deposited_secret_is_put_in_use_without_anybody_seeing_it() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "deposited").await;
    let callback = format!("https://{}/callback/no-bankid", crate::house::HOST);
    register(&house.bankid, "ordered", &callback, Ok("deposited-secret"));
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    let (mut phone, page) = received(&order, &link).await;
    let body = form(&[("order_version", &hidden(&page, "order_version")), ("deposit", "yes")]);
    let reply = phone.post(&format!("{}/receive", order.order), &body, Some(ORIGIN)).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(order.state().await, "Works");
    assert_eq!(
        house.browser().log_in(&[], with::APP).await.find_param("error"),
        None,
        "and logins go on with it"
    );
}

#[tokio::test]
async fn a_key_pair_is_made_with_the_order_and_the_receiver_brings_the_client_id_only() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "key_pair").await;
    let documents = order.browser.get(&format!("{}/documents", order.order)).await.body;
    let jwks = between(&documents, "id=\"order-jwks\"", "</pre>").split_once('{').unwrap().1;
    let jwks = format!("{{{}", jwks.split("</code>").next().unwrap()).replace("&#34;", "\"");
    let jwks: serde_json::Value = serde_json::from_str(jwks.trim()).unwrap();
    let callback = format!("https://{}/callback/no-bankid", crate::house::HOST);
    register(&house.bankid, "ordered", &callback, Err(jwks["keys"][0].clone()));
    order.act("desk", "issue", "").await;
    let (mut phone, page) = received(&order, &link).await;
    assert!(!page.body.contains("name=\"secret\""), "nothing secret is asked");
    let body = form(&[("order_version", &hidden(&page, "order_version")), ("client_id", "ordered")]);
    phone.post(&format!("{}/receive", order.order), &body, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Works");
}

#[tokio::test]
async fn what_nobody_received_within_seven_days_is_destroyed_and_the_orderer_asks_for_another() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "deposited").await;
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    house.step(8 * DAY);
    assert_eq!(house.orders_go_on().await.expired, 1);
    let over = order.with_bankid(&link).await;
    assert!(!over.body.contains("deposited-secret") && !over.body.contains("/receive"), "{}", over.body);
    let orderer = member(&house, &house.tenant, "Ola", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    assert_eq!(order.state().await, "Not received in time");
    assert_eq!(order.act("act", "reissue", "").await.status, 303);
    assert_eq!(order.state().await, "At the issuer");
}

#[tokio::test]
async fn vipps_is_ordered_on_its_own_page_and_the_portal_is_set_up_before_credentials_are_entered() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let begin = form(&[("eid", "no-vipps"), ("domain", &house.domain.to_string())]);
    let begun = order.browser.post(&format!("/t/{}/orders", house.tenant.id), &begin, Some(ORIGIN)).await;
    order.order = begun.location().split('?').next().unwrap().to_owned();
    let refused = order.save("display-name", &[("display_name", "Shop & Co!")]).await;
    assert!(refused.status == 422 && refused.body.contains("Vipps does not take"), "{}", refused.body);
    order.fill_in(ALONE).await;
    order.submit().await;
    let guide = order.page().await.body;
    for word in [
        "href=\"https://portal.vippsmobilepay.com/\"",
        "The form resembles the one for payments",
        "Navn på salgssted slik det vil vises",
        "Organisasjonens kontaktinformasjon",
        "Who receives the keys. This person is also given access to",
        "Merchant Agreement",
        "/callback/no-vipps",
        "900 00 001",
    ] {
        assert!(guide.contains(word), "{word}: {guide}");
    }
    for (event, then) in [("declare_submitted", "At Vipps"), ("declare_completed", "Tasks in the portal")] {
        assert_eq!(order.act("act", event, "").await.status, 303, "{event}");
        assert_eq!(order.state().await, then);
    }
    let link = order.links().await.last().unwrap().clone();
    let (mut phone, tasks) = received(&order, &link).await;
    assert!(tasks.body.contains("Setup login") && !tasks.body.contains("name=\"secret\""), "{}", tasks.body);
    let done = form(&[("event", "tasks_done"), ("version", &hidden(&tasks, "version"))]);
    phone.post(&format!("{}/receive/again", order.order), &done, Some(ORIGIN)).await;
    let page = phone.get(&format!("{}/receive", order.order)).await;
    let entered = form(&[
        ("order_version", &hidden(&page, "order_version")),
        ("client_id", "ordered"),
        ("method", "client_secret_basic"),
        ("secret", "portal-secret"),
    ]);
    let callback = format!("https://{}/callback/no-vipps", crate::house::HOST);
    register(&house.vipps, "ordered", &callback, Ok("portal-secret"));
    phone.post(&format!("{}/receive", order.order), &entered, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Works");
}

#[tokio::test]
async fn closed_documents_are_fetched_as_files_and_the_dossier_has_everything_for_the_issuer() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "receiver_enters").await;
    let pdf = order.browser.get(&format!("{}/files/order", order.order)).await;
    assert!(pdf.body.starts_with("%PDF-1.7"), "{}", &pdf.body[..40]);
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    assert!(pdf.header("content-disposition").unwrap().starts_with("attachment; filename=\"order-"));
    assert!(pdf.header("content-security-policy").unwrap().contains("sandbox"));
    assert_eq!(order.browser.get(&format!("{}/files/../order", order.order)).await.status, 404);
    let dossier = order.browser.post(&format!("{}/dossier", order.order), "", Some(ORIGIN)).await;
    assert!(dossier.body.starts_with("PK"));
    for name in ["order.pdf", "contacts.pdf", "technical.pdf", "cover.pdf", "registry.json", "answers.json"] {
        assert!(dossier.body.contains(name), "{name}");
    }
    let (_, answers) = dossier.body.split_once("\"answers\": [").unwrap();
    assert!(answers.contains("Who may receive the secret keys?") && !answers.contains("answer_digest"));
    let receiver = between(answers, "\"name\": \"Kari Nordli\"", "\"question\"");
    assert!(!receiver.contains("birth_date"), "the issuer has no use for it: {receiver}");
    assert!(
        order.page().await.body.contains("Everything for the issuer was downloaded"),
        "it is written down"
    );
}

#[tokio::test]
async fn a_registry_that_does_not_answer_keeps_an_order_from_being_sealed_and_nothing_is_lost() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    house.registry_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let refused = order.act("desk", "seal", "").await;
    assert!(refused.status == 422 && refused.body.contains("Brønnøysundregistrene"), "{}", refused.body);
    assert_eq!(order.state().await, "To be sealed");
    let typed = order.save("company", &[("number", JOINTLY)]).await;
    assert!(typed.status >= 400);
    house.registry_is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(order.act("desk", "seal", "").await.status, 303);
}

// What went wrong once.

/// An order at another tenant than the house's, by the same operator; gives the tenant, too.
async fn of_another_tenant<'a>(order: &Ordering<'a>, name: &str) -> (Ordering<'a>, authority::Tenant) {
    let house = order.house;
    let other = a_tenant(&house.console, name, house.time()).await;
    let domain = house.add_domain_of(&other, &format!("id.{name}.example"), name).await;
    let mut browser = Browser { host: CONSOLE_HOST.to_owned(), language: Some("en"), ..house.browser() };
    browser.cookies.clone_from(&order.browser.cookies);
    let body = form(&[("eid", "no-bankid"), ("domain", &domain.to_string())]);
    let begun = browser.post(&format!("/t/{}/orders", other.id), &body, Some(ORIGIN)).await;
    let at = begun.location().split('?').next().unwrap().to_owned();
    (Ordering { house, browser, order: at }, other)
}

/// What the receiver types, as the page shows it now.
pub(crate) async fn typed<'a>(
    order: &Ordering<'a>,
    phone: &mut Browser<'a>,
    client_id: &str,
    secret: &str,
) -> Reply {
    let at = format!("{}/receive", order.order);
    let page = phone.get(&at).await;
    let body = form(&[
        ("order_version", &hidden(&page, "order_version")),
        ("client_id", client_id),
        ("method", "client_secret_basic"),
        ("secret", secret),
    ]);
    phone.post(&at, &body, Some(ORIGIN)).await
}

/// An order whose receiver has entered credentials that the eID refuses, and the receiver's browser.
async fn in_trouble(house: &TestBroker) -> (Ordering<'_>, Browser<'_>) {
    let (mut order, link) = at_the_issuer(house, "receiver_enters").await;
    order.act("desk", "issue", "").await;
    let (mut phone, _) = received(&order, &link).await;
    typed(&order, &mut phone, "first-client", "wrong").await;
    assert_eq!(order.state().await, "Does not work");
    (order, phone)
}

fn source_of(house: &TestBroker, eid: &str) -> String {
    format!("/t/{}/test/identity-sources/{}/{eid}", house.tenant.id, house.domain)
}

#[tokio::test]
async fn a_deleted_tenant_stops_the_orders_of_all_others() {
    let house = TestBroker::open().await;
    let (order, _) = submitted(&house, ALONE).await;
    let (mut others, tenant) = of_another_tenant(&order, "other").await;
    others.fill_in(ALONE).await;
    others.submit().await;
    let permit = may(&tenant, Permission::DeleteTenants);
    house.console.delete_tenant(&permit, &TenantView::seen(&tenant), house.time()).await.unwrap();
    house.step(3 * DAY);
    assert_eq!(house.orders_go_on().await.reminded, 1, "the house's own signatory is reminded");
}

#[tokio::test]
async fn one_order_that_cannot_be_read_stops_the_orders_of_all_tenants() {
    let house = TestBroker::open().await;
    let (order, _) = submitted(&house, ALONE).await;
    let (_, tenant) = of_another_tenant(&order, "other").await;
    // As a later version of the program on another node may have written it.
    house.meddle(&format!(
        "UPDATE orders SET state = 'being_renewed', expires_at = 1 WHERE tenant_id = '{}'",
        tenant.id
    ));
    house.step(3 * DAY);
    assert_eq!(house.orders_go_on().await.reminded, 1);
}

#[tokio::test]
async fn a_tenant_is_deleted_although_the_issuer_has_its_order() {
    let house = TestBroker::open().await;
    let _ = at_the_issuer(&house, "receiver_enters").await;
    let permit = may(&house.tenant, Permission::DeleteTenants);
    let deleted = house.console.delete_tenant(&permit, &TenantView::seen(&house.tenant), house.time()).await;
    assert!(deleted.is_err(), "not between Sending and Verified");
}

#[tokio::test]
async fn a_domain_is_deleted_and_its_order_goes_on_as_if_nothing_had_happened() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "receiver_enters").await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let seen = house.console.domain_by_id(&reading, house.domain).await.unwrap().seen();
    let permit = may(&house.tenant, Permission::DeleteDomains);
    let deleted = house.console.delete_domain(&permit, (house.domain, &seen), house.time()).await;
    house.orders_go_on().await;
    assert!(deleted.is_err() || order.state().await == "On hold", "{}", order.state().await);
}

#[tokio::test]
async fn an_orderer_alone_becomes_a_receiver_of_the_whole_tenant_by_an_order_of_vipps() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let orderer = member(&house, &house.tenant, "Ola", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    let begin = form(&[("eid", "no-vipps"), ("domain", &house.domain.to_string())]);
    let begun = order.browser.post(&format!("/t/{}/orders", house.tenant.id), &begin, Some(ORIGIN)).await;
    order.order = begun.location().split('?').next().unwrap().to_owned();
    order.fill_in(ALONE).await;
    for event in ["submit", "declare_submitted", "declare_completed"] {
        assert_eq!(order.act("act", event, "").await.status, 303, "{event}: nobody else is asked");
    }
    let link = order.links().await.last().unwrap().clone();
    let (mut phone, _) = received(&order, &link).await;
    let bankid = source_of(&house, "no-bankid");
    let page = phone.get(&bankid).await;
    let new = form(&[
        ("version", &hidden(&page, "version")),
        ("client_id", "mine"),
        ("method", "client_secret_basic"),
        ("secret", "mine"),
    ]);
    let set = phone.post(&format!("{bankid}/credentials"), &new, Some(ORIGIN)).await;
    assert!(matches!(set.status, 403 | 404), "BankID's credentials were replaced: {}", set.status);
}

#[tokio::test]
async fn who_received_once_may_change_every_identity_source_after_the_order_is_over() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "receiver_enters").await;
    order.act("desk", "issue", "").await;
    let (mut phone, _) = received(&order, &link).await;
    order.act("act", "withdraw", "").await;
    order.act("desk", "confirm_withdrawn", "").await;
    assert_eq!(order.state().await, "Withdrawn");
    let vipps = source_of(&house, "no-vipps");
    let page = phone.get(&vipps).await;
    let new = form(&[
        ("version", &hidden(&page, "version")),
        ("client_id", "mine"),
        ("method", "client_secret_basic"),
        ("secret", "mine"),
    ]);
    let set = phone.post(&format!("{vipps}/credentials"), &new, Some(ORIGIN)).await;
    assert!(matches!(set.status, 403 | 404), "{}", set.status);
}

#[tokio::test]
async fn an_auditor_declines_in_the_name_of_a_signatory() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    let auditor = member(&house, &house.tenant, "Ola", &[Role::Auditor]).await;
    let of_operator = std::mem::replace(&mut order.browser, browser_with(&house, &auditor));
    if let Some(link) = order.links().await.first() {
        let said = form(&[("note", "no")]);
        order.phone().post(&format!("{link}/decline"), &said, Some(ORIGIN)).await;
    }
    order.browser = of_operator;
    assert_eq!(order.state().await, "To be approved");
}

#[tokio::test]
async fn a_contact_confirms_with_the_code_that_whoever_ordered_tells_them() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    let shown = order.page().await.body;
    let codes = between(&shown, "id=\"codes\"", "</dl>");
    let code = between(codes, "<code class=\"pc-mono\">", "</code>").to_owned();
    let wrong = order.phone().post(&links[1], "code=12", Some(ORIGIN)).await;
    assert!(wrong.status == 422 && wrong.body.contains("This is not the code"), "{}", wrong.body);
    let right = order.phone().post(&links[1], &form(&[("code", &code)]), Some(ORIGIN)).await;
    assert_eq!(right.status, 303, "{code} {}", right.body);
    assert_eq!(order.links().await.len(), links.len() - 1);
}

#[tokio::test]
async fn a_scanner_that_posts_confirms_in_the_name_of_who_may_block() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    for link in &links[1..3] {
        assert!(order.phone().get(link).await.body.contains("Confirm"));
        order.phone().post(link, "", Some(ORIGIN)).await;
    }
    assert_eq!(order.links().await.len(), links.len(), "nobody has confirmed anything");
}

#[tokio::test]
async fn an_order_is_sealed_with_a_sign_in_of_long_ago() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    house.step(10 * 60);
    order.act("desk", "seal", "").await;
    assert_eq!(order.state().await, "To be sealed", "a fresh sign-in is asked for");
}

#[tokio::test]
async fn a_secret_is_shown_its_only_time_to_a_sign_in_of_long_ago() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "deposited").await;
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    let (mut phone, page) = received(&order, &link).await;
    house.step(10 * 60);
    let body = form(&[("order_version", &hidden(&page, "order_version"))]);
    let shown = phone.post(&format!("{}/receive/reveal", order.order), &body, Some(ORIGIN)).await;
    assert!(!shown.body.contains("deposited-secret"));
}

/// An eID that is there, and does not answer when it is asked about the client.
struct Silent;

#[async_trait]
impl PollEid for Silent {
    fn client(&self) -> [u8; 16] {
        [7; 16]
    }

    async fn start(&self, _: &UpstreamRequest, _: &Random, _: Timestamp) -> Result<Ordered, EidError> {
        Err(EidError::Unavailable("silent".to_owned()))
    }

    async fn poll(&self, _: &UpstreamRequest, _: &Memo, _: Timestamp) -> Result<Polled, EidError> {
        Err(EidError::Unavailable("silent".to_owned()))
    }

    async fn cancel(&self, _: &Memo) {}

    async fn check(&self, _: bool, _: &Random, _: Timestamp) -> Vec<CheckLine> {
        [
            (CheckSubject::Discovery, CheckFinding::Good),
            (CheckSubject::Credentials, CheckFinding::NoAnswer),
            (CheckSubject::RedirectUri, CheckFinding::NotAsked),
            (CheckSubject::NationalNumber, CheckFinding::NotAsked),
        ]
        .map(|(subject, found)| CheckLine::new(subject, found))
        .to_vec()
    }
}

#[tokio::test]
async fn credentials_of_which_nothing_is_known_replace_those_that_work() {
    let mut house = TestBroker::open().await;
    house.use_connector(LoginMethod::NO_VIPPS, Connector::Poll(Arc::new(Silent)));
    let mut order = Ordering::begin(&house).await;
    let begin = form(&[("eid", "no-vipps"), ("domain", &house.domain.to_string())]);
    let begun = order.browser.post(&format!("/t/{}/orders", house.tenant.id), &begin, Some(ORIGIN)).await;
    order.order = begun.location().split('?').next().unwrap().to_owned();
    order.fill_in(ALONE).await;
    for event in ["submit", "declare_submitted", "declare_completed"] {
        order.act("act", event, "").await;
    }
    let link = order.links().await.last().unwrap().clone();
    let (mut phone, tasks) = received(&order, &link).await;
    let done = form(&[("event", "tasks_done"), ("version", &hidden(&tasks, "version"))]);
    phone.post(&format!("{}/receive/again", order.order), &done, Some(ORIGIN)).await;
    typed(&order, &mut phone, "nobody", "nothing").await;
    assert_ne!(order.state().await, "Works", "the eID said nothing about these credentials");
}

#[tokio::test]
async fn use_anyway_from_a_page_of_before_puts_in_use_what_came_later() {
    let house = TestBroker::open().await;
    let (mut order, mut phone) = in_trouble(&house).await;
    let receive = format!("{}/receive", order.order);
    let old = hidden(&phone.get(&receive).await, "order_version");
    typed(&order, &mut phone, "second-client", "wrong").await;
    assert_eq!(order.state().await, "Does not work");
    let anyway = form(&[("event", "use_anyway"), ("version", &old)]);
    let reply = phone.post(&format!("{receive}/again"), &anyway, Some(ORIGIN)).await;
    assert_eq!((reply.status, order.state().await.as_str()), (422, "Does not work"));
}

#[tokio::test]
async fn an_order_works_by_credentials_that_it_did_not_bring() {
    let house = TestBroker::open().await;
    let (mut order, mut phone) = in_trouble(&house).await;
    let callback = format!("https://{}/callback/no-bankid", crate::house::HOST);
    register(&house.bankid, "of-before", &callback, Ok("right"));
    let of_before = SourceCredentials {
        client_id: "of-before".to_owned(),
        method: SourceMethod::ClientSecretBasic,
        secret: Some("right".to_owned()),
        private_key: None,
    };
    house.set_source(house.domain, LoginMethod::NO_BANKID, of_before).await;
    let source = source_of(&house, "no-bankid");
    let page = order.browser.get(&source).await;
    let discard = form(&[("version", &hidden(&page, "version"))]);
    let discarded = order.browser.post(&format!("{source}/discard"), &discard, Some(ORIGIN)).await;
    assert_eq!(discarded.status, 303, "{}", discarded.body);
    let receive = format!("{}/receive", order.order);
    let version = hidden(&phone.get(&receive).await, "order_version");
    let again = form(&[("event", "check_again"), ("version", &version)]);
    phone.post(&format!("{receive}/again"), &again, Some(ORIGIN)).await;
    assert_ne!(order.state().await, "Works", "what was ordered is gone");
}

#[tokio::test]
async fn what_was_shown_once_and_got_lost_cannot_be_called_lost() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "deposited").await;
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    let (mut phone, page) = received(&order, &link).await;
    let body = form(&[("order_version", &hidden(&page, "order_version"))]);
    let shown = phone.post(&format!("{}/receive/reveal", order.order), &body, Some(ORIGIN)).await;
    let lost = form(&[("event", "lose"), ("version", &hidden(&shown, "order_version"))]);
    phone.post(&format!("{}/receive/again", order.order), &lost, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "At the issuer", "the table has it: AwaitEntry, lost");
}

#[tokio::test]
async fn a_deposited_order_is_issued_with_nothing_in_it() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "deposited").await;
    let issued = order.act("desk", "issue", "").await;
    assert_eq!((issued.status, order.state().await.as_str()), (422, "At the issuer"));
}

#[tokio::test]
async fn a_deposited_secret_waits_for_ever_once_something_else_was_entered() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "deposited").await;
    let callback = format!("https://{}/callback/no-bankid", crate::house::HOST);
    register(&house.bankid, "ordered", &callback, Ok("deposited-secret"));
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    let (mut phone, page) = received(&order, &link).await;
    let other = form(&[
        ("order_version", &hidden(&page, "order_version")),
        ("client_id", "other"),
        ("method", "client_secret_basic"),
        ("secret", "other"),
    ]);
    let refused = phone.post(&format!("{}/receive", order.order), &other, Some(ORIGIN)).await;
    assert_eq!(refused.status, 422, "what is deposited comes first");
    house.step(60 * DAY);
    house.orders_go_on().await;
    let later = order.with_bankid(&link).await;
    assert!(!later.body.contains("/receive"), "kept until received or seven days");
}

#[tokio::test]
async fn what_a_withdrawn_order_brought_waits_to_be_put_in_use() {
    let house = TestBroker::open().await;
    let (mut order, _) = in_trouble(&house).await;
    order.act("act", "withdraw", "").await;
    order.act("desk", "confirm_withdrawn", "").await;
    assert_eq!(order.state().await, "Withdrawn");
    let page = order.browser.get(&source_of(&house, "no-bankid")).await.body;
    assert!(!page.contains("first-client"), "secrets destroyed");
}

#[tokio::test]
async fn a_receiver_who_came_once_is_not_told_of_the_new_link() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "receiver_enters").await;
    order.act("desk", "issue", "").await;
    received(&order, &link).await;
    house.step(8 * DAY);
    house.orders_go_on().await;
    let orderer = member(&house, &house.tenant, "Ola", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    assert_eq!(order.act("act", "new_link", "").await.status, 303);
    let (receiver, _) = link.rsplit_once('/').unwrap();
    let links = order.links().await;
    assert!(links.iter().any(|it| it.starts_with(receiver) && *it != link), "{links:?}");
}

#[tokio::test]
async fn a_long_timeline_reminds_without_end() {
    let house = TestBroker::open().await;
    let (order, _) = submitted(&house, ALONE).await;
    // As five hundred times amended and submitted.
    let (_, id) = order.order.rsplit_once('/').unwrap();
    house.meddle(&format!(
        "INSERT INTO order_steps (tenant_id, order_id, position, event, state, actor, sealed_note, happened_at)
         WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
         SELECT '{}', '{id}', i, 'amend', 'draft', 'operator:test', NULL, 0 FROM n",
        house.tenant.id
    ));
    house.step(3 * DAY);
    let mut reminded = Vec::new();
    for _ in 0..3 {
        reminded.push(house.orders_go_on().await.reminded);
    }
    assert_eq!(reminded, [1, 0, 0]);
}

#[tokio::test]
async fn a_name_is_not_what_it_looks_like_in_what_is_approved() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let turned = "Kari\u{202e}\u{200b}ildroN";
    let display = order.save("display-name", &[("display_name", turned)]).await;
    let receiver = order.save("receiver", &[("name", turned), ("email", "kari@example.com")]).await;
    assert_eq!((display.status, receiver.status), (422, 422));
}

#[tokio::test]
async fn the_name_of_a_signatory_who_is_typed_may_be_anything() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", "399000157")]).await;
    let long = format!("<b>{}", "x".repeat(20_000));
    let saved = order
        .save("signatories", &[("signatory-0-name", &long), ("signatory-0-birth_date", "yesterday")])
        .await;
    assert_eq!(saved.status, 422);
}

#[tokio::test]
async fn nobody_counts_the_signatories_who_are_typed_and_those_after_the_hundredth_need_not_approve() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.save("company", &[("number", "399000157")]).await;
    let mut refused = None;
    for at in 0..101_usize {
        let mut fields = vec![(format!("signatory-{at}-name"), format!("Kari Nordli {at}"))];
        fields.extend((0..=at).map(|it| (format!("signatory-{it}-email"), "kari@example.com".to_owned())));
        let fields: Vec<(&str, &str)> = fields.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
        if order.save("signatories", &fields).await.status == 422 {
            refused = Some(at);
            break;
        }
    }
    assert!(refused.is_some(), "the store reads a hundred people of an order");
}

#[tokio::test]
async fn a_tenant_begins_as_many_orders_as_it_likes() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let body = form(&[("eid", "no-bankid"), ("domain", &house.domain.to_string())]);
    let mut last = 303;
    for _ in 0..300 {
        let target = format!("/t/{}/orders", house.tenant.id);
        last = order.browser.post(&target, &body, Some(ORIGIN)).await.status;
        if last != 303 {
            break;
        }
    }
    assert_ne!(last, 303, "300 drafts of one tenant in one second");
}

#[tokio::test]
async fn use_anyway_puts_in_use_what_somebody_else_entered_meanwhile() {
    let house = TestBroker::open().await;
    let (mut order, mut phone) = in_trouble(&house).await;
    let receive = format!("{}/receive", order.order);
    let version = hidden(&phone.get(&receive).await, "order_version");
    // Another order of the same eID for the same domain would do the same.
    let source = source_of(&house, "no-bankid");
    let page = order.browser.get(&source).await;
    let other = form(&[
        ("version", &hidden(&page, "version")),
        ("client_id", "of-somebody-else"),
        ("method", "client_secret_basic"),
        ("secret", "other"),
    ]);
    let set = order.browser.post(&format!("{source}/credentials"), &other, Some(ORIGIN)).await;
    assert_eq!(set.status, 303, "{}", set.body);
    let anyway = form(&[("event", "use_anyway"), ("version", &version)]);
    phone.post(&format!("{receive}/again"), &anyway, Some(ORIGIN)).await;
    assert_ne!(order.state().await, "Works", "the receiver never saw these");
}

/// An order whose credentials could not be checked, because the eID did not answer; it does by now.
async fn being_checked(house: &TestBroker) -> (Ordering<'_>, Browser<'_>) {
    let (mut order, link) = at_the_issuer(house, "receiver_enters").await;
    order.act("desk", "issue", "").await;
    let (mut phone, _) = received(&order, &link).await;
    house.bankid_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    typed(&order, &mut phone, "first-client", "wrong").await;
    assert_eq!(order.state().await, "Being checked");
    house.bankid_is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    (order, phone)
}

#[tokio::test]
async fn the_timeline_says_that_the_eid_could_not_be_asked_when_somebody_only_asks_for_another_check() {
    let house = TestBroker::open().await;
    let (mut order, mut phone) = being_checked(&house).await;
    house.step(60);
    let version = order.version().await;
    let again = form(&[("event", "checked_unreachable"), ("version", &version)]);
    let door = format!("{}/receive/again", order.order);
    assert_eq!(phone.post(&door, &again, Some(ORIGIN)).await.status, 303);
    let page = order.page().await.body;
    assert_eq!(page.matches("The eID could not be asked").count(), 1, "{page}");
    let version = order.version().await;
    let again = form(&[("event", "checked_unreachable"), ("version", &version)]);
    let out_of_turn = phone.post(&door, &again, Some(ORIGIN)).await;
    assert_eq!(out_of_turn.status, 422, "it is not being checked any more");
}

#[tokio::test]
async fn a_check_that_may_not_be_made_so_soon_again_takes_the_form_of_the_receiver_away() {
    let house = TestBroker::open().await;
    let (mut order, mut phone) = in_trouble(&house).await;
    let door = format!("{}/receive/again", order.order);
    let mut last = 0;
    for _ in 0..11 {
        let again = form(&[("event", "check_again"), ("version", &order.version().await)]);
        last = phone.post(&door, &again, Some(ORIGIN)).await.status;
    }
    assert_eq!((last, order.state().await.as_str()), (429, "Does not work"));
    let page = order.page().await.body;
    assert_eq!(page.matches("Checked again").count(), 9, "and once when it was entered: {page}");
    typed(&order, &mut phone, "first-client", "wrong").await;
    assert_eq!(order.state().await, "Being checked", "the worker checks it when that may be done again");
}

#[tokio::test]
async fn an_order_that_is_being_checked_waits_for_a_worker_that_there_is_not() {
    let house = TestBroker::open().await;
    // The same is left by a process that is killed between the entry and the check.
    let (mut order, _) = being_checked(&house).await;
    house.step(5 * 60);
    house.orders_go_on().await;
    assert_ne!(order.state().await, "Being checked", "it is the worker's turn");
}

#[tokio::test]
async fn a_receiver_whose_role_was_taken_away_takes_it_back_with_the_link() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "receiver_enters").await;
    order.act("desk", "issue", "").await;
    let (phone, _) = received(&order, &link).await;
    let session = &phone.cookies["__Host-console-session"];
    let member = house.console.session(session, house.time()).await.unwrap().unwrap().member.unwrap();
    let permit = MembersPermit::Tenant(Box::new(may(&house.tenant, Permission::ManageMembers)));
    house.console.remove_role(&permit, (member, Role::OrderReceiver), house.time()).await.unwrap();
    let back = order.with_bankid(&link).await;
    assert!(!back.body.contains("/receive"), "the owner has shown them out");
}

#[tokio::test]
async fn the_documents_of_an_amended_draft_stand_under_the_digest_of_what_was_approved() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    order.with_bankid(&links[0]).await;
    let digest = between(&order.page().await.body, "id=\"digest\"", "</").to_owned();
    assert!(!digest.is_empty());
    order.act("act", "amend", "").await;
    order.save("display-name", &[("display_name", "Something else")]).await;
    let documents = order.browser.get(&format!("{}/documents", order.order)).await.body;
    let shown = between(&order.page().await.body, "id=\"digest\"", "</").to_owned();
    assert!(documents.contains("Something else") && shown != digest, "nobody approved this");
}

#[tokio::test]
async fn a_link_that_found_no_room_among_the_letters_of_the_day_never_comes() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    let letters = || {
        let path = house.folder.path().join("portvakt.db");
        let open = rusqlite::Connection::open(path).unwrap();
        open.query_row("SELECT COUNT(*) FROM letters", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    if house.is_on_postgres() {
        return;
    }
    let mut before = -1;
    for _ in 0..90 {
        before = letters();
        assert_eq!(order.submit().await.status, 303);
        if letters() == before {
            break;
        }
        order.act("act", "amend", "").await;
    }
    let is_told = order.page().await.body.contains("found no room");
    assert!(
        letters() != before || is_told,
        "everybody waits for a letter that was not written, and nobody is told"
    );
}

#[tokio::test]
async fn the_registry_is_asked_for_an_order_that_is_no_draft_any_more() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    // The registry answers 500 for this one, so that it shows whether it was asked.
    let reply = order.save("company", &[("number", "399000327")]).await;
    assert!(reply.body.contains("no draft any more"), "{}", between(&reply.body, "data-focus>", "</ul>"));
}

#[tokio::test]
async fn a_deposited_secret_of_an_order_on_hold_is_destroyed_after_seven_days() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "deposited").await;
    let version = order.version().await;
    let deposit = form(&[("version", &version), ("client_id", "ordered"), ("secret", "deposited-secret")]);
    order.browser.post(&format!("{}/deposit", order.order), &deposit, Some(ORIGIN)).await;
    assert_eq!(order.act("desk", "hold", "The domain changed hands.").await.status, 303);
    let of_order = (house.tenant.id, OrderId::parse(order.order.rsplit_once('/').unwrap().1).unwrap());
    let kept = async || {
        let found = house.store.read(move |tx| order_secrets::find(tx, of_order, SecretKind::Deposit)).await;
        found.unwrap().is_some()
    };
    house.step(6 * DAY);
    house.sweep(&house.call()).await;
    assert!(kept().await);
    house.step(2 * DAY);
    house.sweep(&house.call()).await;
    assert!(!kept().await);
}

#[tokio::test]
async fn what_the_issuer_asked_stands_above_the_field_for_the_answer() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "receiver_enters").await;
    order.act("desk", "ask", "Which name is to be shown?").await;
    let page = order.page().await.body;
    let (before, _) = page.split_once("name=\"note-answer\"").unwrap();
    assert!(before.contains("Which name is to be shown?"));
    order.act("act", "answer", "Shop").await;
    assert_eq!(order.state().await, "At the issuer");
}

#[tokio::test]
async fn an_order_that_was_rejected_is_ordered_again_without_typing_anything_anew() {
    let house = TestBroker::open().await;
    let (mut order, _) = at_the_issuer(&house, "receiver_enters").await;
    let early = order.browser.post(&format!("{}/again", order.order), "", Some(ORIGIN)).await;
    assert!(early.status == 422 && early.body.contains("cannot be done now"), "{}", early.body);
    order.act("desk", "reject", "Another name, please.").await;
    let (old, answers) = (order.order.clone(), order.view().await.answers);
    let again = order.browser.post(&format!("{old}/again"), "", Some(ORIGIN)).await;
    order.order = again.location().split('?').next().unwrap().to_owned();
    let new = order.view().await;
    assert_eq!((again.status, new.people.len()), (303, 0));
    let as_answered = |it| model::OrderAnswers { templates: None, ..it };
    assert_eq!(as_answered(new.answers), as_answered(answers));
    let twice = order.browser.post(&format!("{old}/again"), "", Some(ORIGIN)).await;
    assert_eq!(twice.status, 422, "once");
    assert!(order.browser.get(&old).await.body.contains(&order.order), "the old one leads to the new one");
    assert!(order.page().await.body.contains(&format!("href=\"{old}\"")), "and back");
    assert_eq!(order.submit().await.status, 303);
    assert_eq!(order.links().await.len(), 4, "everybody is asked anew");
}

#[tokio::test]
async fn a_second_order_of_one_eid_for_one_domain_is_begun_without_a_word() {
    let house = TestBroker::open().await;
    let first = Ordering::begin(&house).await;
    let mut second = Ordering::begin_as(&house, &first).await;
    let page = second.page().await.body;
    assert!(page.contains("There is another order") && page.contains(&first.order), "{page}");
    second.act("act", "cancel", "").await;
    let mut first = Ordering { order: first.order, ..second };
    assert!(!first.page().await.body.contains("There is another order"), "the other is over");
}

#[tokio::test]
async fn an_order_is_ordered_again_by_another_tenant_or_without_leave() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    order.act("act", "cancel", "").await;
    let again = format!("{}/again", order.order);
    for role in [Role::Developer, Role::Auditor, Role::Receiver] {
        let token = member(&house, &house.tenant, "Ola", &[role]).await;
        let reply = browser_with(&house, &token).post(&again, "", Some(ORIGIN)).await;
        assert_eq!(reply.status, 403, "{role:?}");
    }
    let other = a_tenant(&house.console, "other", house.time()).await;
    let token = member(&house, &other, "Ola", &[Role::Owner]).await;
    let of_other = again.replace(&house.tenant.id.to_string(), &other.id.to_string());
    assert_eq!(browser_with(&house, &token).post(&of_other, "", Some(ORIGIN)).await.status, 404);
}

#[tokio::test]
async fn an_issuer_that_says_no_ends_an_order_with_its_reason() {
    let house = TestBroker::open().await;
    let (mut order, link) = at_the_issuer(&house, "receiver_enters").await;
    assert_eq!(order.act("desk", "reject", "").await.status, 422, "a reason belongs to it");
    order.act("desk", "reject", "The bank knows no such customer.").await;
    assert_eq!(order.state().await, "Rejected");
    assert!(order.page().await.body.contains("The bank knows no such customer."));
    assert_eq!(order.act("act", "amend", "").await.status, 422, "it is over");
    assert!(!order.with_bankid(&link).await.body.contains("/receive"));
}

#[tokio::test]
async fn an_order_is_cancelled_before_it_is_sent_and_withdrawn_afterwards() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, ALONE).await;
    assert_eq!(order.act("act", "cancel", "").await.status, 303);
    assert_eq!(order.state().await, "Withdrawn");
    assert!(
        !order.with_bankid(&links[0]).await.body.contains("You have approved"),
        "and nobody is asked any more"
    );
    assert_eq!(order.act("act", "submit", "").await.status, 422);
}

#[tokio::test]
async fn a_signatory_who_says_no_sends_the_order_back_with_the_reason() {
    let house = TestBroker::open().await;
    let (mut order, links) = submitted(&house, JOINTLY).await;
    let decline = format!("{}/decline", links[1]);
    assert_eq!(order.phone().post(&decline, "note=", Some(ORIGIN)).await.status, 422);
    order.phone().post(&decline, &form(&[("note", "The name is wrong.")]), Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Draft");
    assert!(order.page().await.body.contains("The name is wrong."));
    let other = order.with_bankid(&links[0]).await;
    assert!(!other.body.contains("You have approved"), "the others are not asked any more");
}

#[tokio::test]
async fn that_a_link_found_no_room_is_said_in_the_timeline_and_it_is_sent_again_when_there_is_some() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    // As many other letters to the same people as go out within a day.
    house.meddle(
        "INSERT INTO letters (tenant_id, id, kind, recipient_digest, sealed_letter, created_at, due_at, expires_at)
         WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
         SELECT l.tenant_id, 'f' || n.i || substr(l.id, 4), l.kind, l.recipient_digest, l.sealed_letter,
         l.created_at, l.due_at + 86400000000, l.expires_at FROM letters l, n WHERE l.kind = 'order_person'",
    );
    order.act("act", "amend", "").await;
    assert_eq!(order.submit().await.status, 303, "the order goes on");
    assert_eq!(order.page().await.body.matches("found no room").count(), 1);
    let signatory = order.links().await[0].clone();
    let person = signatory.split('/').nth(2).unwrap().to_owned();
    let door = format!("{}/people/{person}/send-again", order.order);
    let refused = order.browser.post(&door, "", Some(ORIGIN)).await;
    assert!(refused.status == 422 && refused.body.contains("o many letters wait"), "{}", refused.body);
    let auditor = member(&house, &house.tenant, "Ola", &[Role::Auditor]).await;
    assert_eq!(browser_with(&house, &auditor).post(&door, "", Some(ORIGIN)).await.status, 403);
    house.step(3 * DAY);
    let orderer = member(&house, &house.tenant, "Kari", &[Role::Orderer]).await;
    order.browser = browser_with(&house, &orderer);
    let sent = order.browser.post(&door, "", Some(ORIGIN)).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(order.page().await.body.contains("Sent a link again"));
    assert_eq!(order.links().await[0], signatory, "it is the same one");
    order.act("act", "amend", "").await;
    assert_eq!(order.browser.post(&door, "", Some(ORIGIN)).await.status, 422, "nobody is asked now");
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_counted_on_the_desk_and_hides_no_other() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    let (mut others, tenant) = of_another_tenant(&order, "other").await;
    others.fill_in(ALONE).await;
    others.submit().await;
    house.meddle(&format!("UPDATE orders SET eid = 'of-later' WHERE tenant_id = '{}'", tenant.id));
    let desk = order.browser.get("/desk").await;
    assert!(desk.status == 200 && desk.body.contains(&order.order), "{}", desk.body);
    assert!(desk.body.contains("are left out: 1"), "{}", desk.body);
    house.step(3 * DAY);
    let went = house.orders_go_on().await;
    assert_eq!((went.reminded, went.failed.len()), (2, 0), "what is wrong does not matter to a reminder");
}

#[tokio::test]
async fn a_domain_is_deleted_once_the_orders_for_it_are_over() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let permit = may(&house.tenant, Permission::DeleteDomains);
    let seen = house.console.domain_by_id(&reading, house.domain).await.unwrap().seen();
    let refused = house.console.delete_domain(&permit, (house.domain, &seen), house.time()).await;
    assert!(refused.unwrap_err().to_string().contains("orders that are not over"));
    assert_eq!(order.act("act", "cancel", "").await.status, 303);
    house.console.delete_domain(&permit, (house.domain, &seen), house.time()).await.unwrap();
}

#[tokio::test]
async fn an_order_is_submitted_a_hundred_times_at_most() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    order.fill_in(ALONE).await;
    house.meddle("UPDATE orders SET submission = 100");
    let refused = order.submit().await;
    assert!(refused.status == 422 && refused.body.contains("submitted 100 times"), "{}", refused.body);
    assert_eq!(order.state().await, "Draft");
}

#[tokio::test]
async fn a_company_is_typed_while_the_registry_is_down_and_looked_up_before_it_is_submitted() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    house.registry_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let refused = order.save("company", &[("number", ALONE)]).await;
    assert!(refused.status == 422 && refused.body.contains("keep what I type"), "{}", refused.body);
    let typed = [("number", ALONE), ("typed", "yes"), ("company_name", "Fjellvokt AS")];
    assert_eq!(order.save("company", &typed).await.status, 303);
    assert!(order.submit().await.body.contains("company"), "it cannot be submitted");
    assert_eq!(order.state().await, "Draft");
    house.registry_is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    order.fill_in(ALONE).await;
    assert!(order.page().await.body.contains("FJELLVOKT PRØVE AS"), "the registry's word counts");
    assert_eq!(order.submit().await.status, 303);
}

#[tokio::test]
async fn what_the_registry_said_is_used_for_a_day_and_longer_while_it_is_down() {
    let house = TestBroker::open().await;
    let mut first = Ordering::begin(&house).await;
    first.save("company", &[("number", ALONE)]).await;
    house.registry_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut second = Ordering::begin_as(&house, &first).await;
    assert_eq!(second.save("company", &[("number", ALONE)]).await.status, 303);
    house.step(3 * DAY);
    second.browser = browser_with(&house, &signed_in_again(&house, "Kari Nordli").await);
    assert_eq!(second.save("company", &[("number", ALONE)]).await.status, 303);
    let section = second.browser.get(&format!("{}/sections/company", second.order)).await.body;
    assert!(section.contains("3 d ago"), "with its time: {section}");
    let number = second.save("company", &[("number", JOINTLY)]).await;
    assert_eq!(number.status, 422, "of another company nothing is known");
}

/// Says of an order that somebody has logged in with its credentials.
async fn set_live(house: &TestBroker, order: &Ordering<'_>) {
    let (tenant, id) = (house.tenant.id, OrderId::parse(&order.order[order.order.len() - 32..]).unwrap());
    let saved = house.store.write(move |tx| {
        let mut row = store::orders::get(tx, tenant, id)?;
        "live".clone_into(&mut row.state);
        store::orders::save(tx, &row)
    });
    saved.await.unwrap();
}

#[tokio::test]
async fn an_order_ends_when_its_credentials_cannot_even_be_restored_any_more() {
    let house = TestBroker::open().await;
    let (mut order, mut phone) = in_trouble(&house).await;
    let receive = format!("{}/receive", order.order);
    let version = hidden(&phone.get(&receive).await, "order_version");
    let anyway = form(&[("event", "use_anyway"), ("version", &version)]);
    phone.post(&format!("{receive}/again"), &anyway, Some(ORIGIN)).await;
    assert_eq!(order.state().await, "Works");
    set_live(&house, &order).await;
    assert_eq!(house.orders_go_on().await, WentOn::default(), "they are in use");
    let others = SourceCredentials {
        client_id: "others".to_owned(),
        method: SourceMethod::ClientSecretBasic,
        secret: Some("secret".to_owned()),
        private_key: None,
    };
    house.set_source(house.domain, LoginMethod::NO_BANKID, others).await;
    assert_eq!(house.orders_go_on().await, WentOn::default(), "they can be restored");
    house.step(8 * DAY);
    let now = house.time();
    house.store.write(move |tx| store::sweep::remove_expired(tx, now, 100)).await.unwrap();
    assert_eq!(house.orders_go_on().await, WentOn { gone: 1, ..WentOn::default() });
    house.step(3 * 365 * DAY);
    assert_eq!(house.orders_go_on().await, WentOn { removed: 1, ..WentOn::default() });
}

#[tokio::test]
async fn a_section_that_saves_itself_answers_what_it_has_seen_and_the_button_saves_on_top_of_that() {
    let house = TestBroker::open().await;
    let mut order = Ordering::begin(&house).await;
    let target = format!("{}/sections/purpose", order.order);
    let first = hidden(&order.browser.get(&target).await, "seen");
    let save = async |order: &mut Ordering<'_>, seen: &str, text: &str| {
        let body = form(&[("saves_itself", "yes"), ("seen", seen), ("purpose", text)]);
        order.browser.post(&target, &body, Some(ORIGIN)).await
    };
    let saved = save(&mut order, &first, "People").await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let seen = between(&saved.body, "\"seen\":\"", "\"").to_owned();
    let second = save(&mut order, &first, "Somebody else").await;
    assert!(second.status == 422 && second.body.contains("\"wrong\""), "an old page overwrites nothing");
    assert_eq!(save(&mut order, &seen, "People <b>").await.status, 422);
    assert_eq!(save(&mut order, &seen, "People log in").await.status, 200);
    assert!(order.browser.get(&target).await.body.contains("People log in"));
}

#[tokio::test]
async fn another_version_shows_who_approves_what_is_other_than_before_and_nothing_else() {
    let house = TestBroker::open().await;
    let (mut order, _) = submitted(&house, ALONE).await;
    order.act("act", "amend", "").await;
    let summary = format!("{}/summary", order.order);
    assert!(!order.browser.get(&summary).await.body.contains("Changed since"), "nothing is other yet");
    order.save("display-name", &[("display_name", "Bookings")]).await;
    assert!(order.browser.get(&summary).await.body.contains("Shop → Bookings"));
    order.submit().await;
    let links = order.links().await;
    let shown = order.phone().get(&links[0]).await.body;
    assert_eq!(shown.matches(" → ").count(), 1, "{shown}");
    assert!(shown.contains("Shop → Bookings"));
    order.with_bankid(&links[0]).await;
    order.act("desk", "seal", "").await;
    assert!(!order.page().await.body.contains("/files/answers"));
    let answers = order.browser.get(&format!("{}/files/answers", order.order)).await;
    assert_eq!(answers.status, 404, "what was submitted before is no document");
}
