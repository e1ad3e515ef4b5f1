//! Sandbox orders under `serve`: for a test domain, with a synthetic company, by one customer alone.

use std::sync::atomic::Ordering::SeqCst;

use authority::{Permission, Role, SealedColumn};
use model::DomainId;

use crate::{
    console_sign_in::{ORIGIN, browser_with, member, operator, set_up},
    house::{Browser, HOST, Reply, TestBroker, form, may},
    order_colleagues::{accept, asked},
    orders::{ALONE, JOINTLY, Ordering, between, hidden},
    public_sandbox::{decide, log_in},
};

/// A house as under `serve`, with a console where people log in.
async fn under_serve() -> TestBroker {
    let mut house = TestBroker::open().await;
    house.order_as_under_serve();
    house
}

/// An order for a test domain, by somebody of the tenant who may order, and no more.
async fn begun(house: &TestBroker) -> Ordering<'_> {
    set_up(house).await;
    let token = member(house, &house.tenant, "Ola", &[Role::Orderer]).await;
    Ordering::begin_for(house, (browser_with(house, &token), house.domain)).await
}

/// A production domain of the house's tenant.
pub(crate) async fn production(house: &TestBroker) -> DomainId {
    let new = console::NewDomain {
        host: "id.production.example".to_owned(),
        scheme: store::domains::Scheme::Https,
        environment: model::Environment::Production,
        name: "production".to_owned(),
    };
    let named = model::DomainSettings {
        controller: Some("Acme AS".to_owned()),
        contact: Some("personvern@acme.example".to_owned()),
        ..model::DomainSettings::default()
    };
    let permit = may(&house.tenant, Permission::ManageDomains);
    house.console.create_domain_with(&permit, (&new, named), house.time()).await.unwrap()
}

/// The links in the mailbox.
async fn mailbox(order: &mut Ordering<'_>) -> Vec<String> {
    let page = order.browser.get(&format!("{}/mailbox", order.order)).await;
    assert!(page.status == 200 && page.body.contains("Sandbox: this order is not for real use"));
    let links = page.body.split("href=\"/order/").skip(1);
    links.map(|it| format!("/order/{}", it.split('"').next().unwrap())).collect()
}

/// Approves from a link as Kari, with the eID of the sandbox at the order's own test domain; gives the page that this ends at.
async fn approved_by_kari(order: &Ordering<'_>, link: &str) -> Reply {
    in_sandbox(order, (link, None), &order.house.kari().id).await.1
}

/// Goes on from a link with somebody of the sandbox, at the order's own test domain; gives the browser, and the page that this ends at.
/// `forged`: the browser writes into its cookie that it went there from this link.
async fn in_sandbox<'a>(
    order: &Ordering<'a>,
    (link, forged): (&str, Option<&str>),
    person: &str,
) -> (Browser<'a>, Reply) {
    let mut phone = order.phone();
    let end = logged_in(&mut phone, order, (link, forged), person).await;
    (phone, end)
}

/// The same in a browser that was there before.
async fn logged_in(
    phone: &mut Browser<'_>,
    order: &Ordering<'_>,
    (link, forged): (&str, Option<&str>),
    person: &str,
) -> Reply {
    let begun = phone.post(link, "", Some(ORIGIN)).await;
    if let Some(other) = forged {
        let (id, code) = other.trim_start_matches("/order/").split_once('/').unwrap();
        let cookie = phone.cookies.values_mut().find(|it| it.contains('~')).unwrap();
        let mut parts: Vec<&str> = cookie.split('.').collect();
        let purpose = format!("{id}~{code}~");
        parts[3] = &purpose;
        let text = parts.join(".");
        *cookie = text;
    }
    let begun = begun.by_itself();
    let (host, path) = begun.location().trim_start_matches("https://").split_once('/').unwrap();
    assert_ne!(host, phone.host, "not with an eID of the console");
    let mut at_domain = order.house.browser();
    host.clone_into(&mut at_domain.host);
    let leave = at_domain.get(&format!("/{path}")).await;
    let page = decide(order.house, &leave, person).await;
    let back = at_domain.get(page.by_itself().location()).await;
    let landed = phone.get(&back.location().replace(ORIGIN, "")).await;
    phone.follow(landed).await
}

/// From nine digits to the issuer, by whoever ordered and nobody else.
async fn brought_to_the_issuer(order: &mut Ordering<'_>, handover: &str) {
    order.fill_in(ALONE).await;
    let page = format!("{}/handover", order.order);
    let version = hidden(&order.browser.get(&page).await, "version");
    let chosen = form(&[("version", &version), ("handover", handover)]);
    order.browser.post(&page, &chosen, Some(ORIGIN)).await;
    assert_eq!(order.submit().await.status, 303);
    let links = mailbox(order).await;
    let approved = approved_by_kari(order, &links[0]).await;
    assert!(approved.body.contains("You have approved"), "{}", approved.body);
    for event in ["seal", "sent"] {
        let done = order.act("sandbox/desk", event, "").await;
        assert_eq!(done.status, 303, "{event}: {}", done.body);
    }
}

/// The same to what can be received; gives the receiver's link.
async fn handed_over(order: &mut Ordering<'_>) -> String {
    brought_to_the_issuer(order, "receiver_enters").await;
    assert_eq!(order.act("sandbox/desk", "issue", "").await.status, 303);
    mailbox(order).await.last().unwrap().clone()
}

/// The same where the issuer deposits a secret.
async fn deposited(order: &mut Ordering<'_>, secret: &str) -> String {
    brought_to_the_issuer(order, "deposited").await;
    let version = order.version().await;
    let given = form(&[("version", &version), ("client_id", "any"), ("secret", secret)]);
    let door = format!("{}/sandbox/deposit", order.order);
    assert_eq!(order.browser.post(&door, &given, Some(ORIGIN)).await.status, 303);
    mailbox(order).await.last().unwrap().clone()
}

/// From nine digits to credentials that work, by whoever ordered and nobody else.
async fn brought_to_work(order: &mut Ordering<'_>) {
    let link = handed_over(order).await;
    let (mut phone, page) = in_sandbox(order, (&link, None), &order.house.kari().id).await;
    let version = hidden(&page, "order_version");
    let anything = form(&[("order_version", &version), ("client_id", "any"), ("secret", "thing")]);
    let entered = phone.post(&format!("{link}/receive"), &anything, Some(ORIGIN)).await;
    assert_eq!((entered.status, order.state().await.as_str()), (303, "Works"), "{}", entered.body);
}

#[tokio::test]
async fn a_sandbox_order_is_received_in_one_browser_by_a_person_who_becomes_no_member() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let link = handed_over(&mut order).await;
    let door = format!("{link}/receive");
    let mut stranger = order.phone();
    assert!(stranger.get(&door).await.location().ends_with("?again=yes"), "not by the link alone");
    let (mut phone, page) = in_sandbox(&order, (&link, None), &house.kari().id).await;
    assert!(page.body.contains("Enter the credentials") && page.body.contains("Sandbox"), "{}", page.body);
    assert!(stranger.get(&door).await.location().ends_with("?again=yes"), "nor in another browser");
    assert!(phone.get(&link).await.body.contains("Go on"), "no login while it is known");
    let tenants = phone.get(&format!("/t/{}/orders", house.tenant.id)).await;
    assert!(tenants.location().starts_with("/sign-in"), "there is no session");
    assert!(order.view().await.people.iter().all(|it| it.member.is_none()));
    house.step(60 * 60);
    assert!(phone.get(&door).await.location().ends_with("?again=yes"), "for an hour");
    assert!(phone.get(&format!("{link}?again=yes")).await.body.contains("Sign in to go on"));
}

#[tokio::test]
async fn whoever_received_a_sandbox_order_is_known_after_it_was_cancelled_or_its_link_was_renewed() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let link = handed_over(&mut order).await;
    house.step(7 * 24 * 60 * 60 - 60);
    let (mut phone, _) = in_sandbox(&order, (&link, None), &house.kari().id).await;
    house.step(60);
    house.orders_go_on().await;
    order.browser = browser_with(&house, &member(&house, &house.tenant, "Ola", &[Role::Orderer]).await);
    order.act("act", "new_link", "").await;
    let renewed = mailbox(&mut order).await.last().unwrap().clone();
    assert!(phone.get(&format!("{renewed}/receive")).await.location().ends_with("?again=yes"));
    logged_in(&mut phone, &order, (&renewed, None), &house.kari().id).await;
    let door = format!("{renewed}/receive");
    assert!(phone.get(&door).await.body.contains("Enter the credentials"));
    assert_eq!(phone.get(&format!("{link}/receive")).await.status, 422, "the old link is over");
    order.act("act", "amend", "").await;
    assert!(!phone.get(&door).await.body.contains("Enter the credentials"));
    assert_ne!(phone.get(&door).await.status, 200);
}

#[tokio::test]
async fn it_is_not_in_the_trail_who_was_let_in_as_the_receiver_of_a_sandbox_order() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let link = handed_over(&mut order).await;
    in_sandbox(&order, (&link, None), &house.kari().id).await;
    let tenant = house.tenant.id;
    let trail = house.store.read(move |tx| store::audit_events::list(tx, tenant, 0, 500)).await.unwrap();
    let let_in = |it: &&store::audit_events::Link| it.event.details.contains("receiver_signed_in");
    assert_eq!(trail.iter().filter(let_in).count(), 1);
}

#[tokio::test]
async fn a_receiver_of_the_sandbox_who_lost_the_secret_is_told_that_the_credentials_work() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let link = deposited(&mut order, "canary-thing").await;
    let (mut phone, page) = in_sandbox(&order, (&link, None), &house.kari().id).await;
    let door = format!("{link}/receive");
    let version = form(&[("order_version", &hidden(&page, "order_version"))]);
    phone.post(&format!("{door}/reveal"), &version, Some(ORIGIN)).await;
    let lost = form(&[("event", "lose"), ("version", &order.version().await)]);
    let told = phone.post(&format!("{door}/again"), &lost, Some(ORIGIN)).await;
    assert_eq!((told.status, order.state().await.as_str()), (303, "At the issuer"), "{}", told.body);
    let page = phone.get(&door).await.body;
    assert!(page.contains("nothing to do here now") && !page.contains("are in use"), "{page}");
}

#[tokio::test]
async fn a_sandbox_order_is_received_by_whom_it_names_and_stays_theirs() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let link = handed_over(&mut order).await;
    let ola = house.bankid.people().all().remove(1).id;
    let (_, page) = in_sandbox(&order, (&link, None), &ola).await;
    assert!(page.body.contains("names somebody else"), "{}", page.body);
    in_sandbox(&order, (&link, None), &house.kari().id).await;
    let (_, page) = in_sandbox(&order, (&link, None), &ola).await;
    assert!(page.body.contains("names somebody else"), "{}", page.body);
}

#[tokio::test]
async fn a_deposited_secret_of_the_sandbox_is_shown_once_to_who_has_just_signed_in() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let link = deposited(&mut order, "canary-thing").await;
    let (mut phone, page) = in_sandbox(&order, (&link, None), &house.kari().id).await;
    let version = form(&[("order_version", &hidden(&page, "order_version"))]);
    let door = format!("{link}/receive/reveal");
    house.step(5 * 60);
    assert!(phone.post(&door, &version, Some(ORIGIN)).await.location().ends_with("?again=yes"));
    assert!(
        phone.get(&format!("{link}?again=yes")).await.body.contains("id=\"enter\""),
        "a login is offered"
    );
    logged_in(&mut phone, &order, (&link, None), &house.kari().id).await;
    let shown = phone.post(&door, &version, Some(ORIGIN)).await;
    assert!(shown.body.contains("canary-thing"), "{}", shown.body);
    assert!(!phone.post(&door, &version, Some(ORIGIN)).await.body.contains("canary-thing"));
}

#[tokio::test]
async fn a_customer_alone_goes_from_nine_digits_to_a_login_on_a_test_domain() {
    let house = under_serve().await;
    house.registry_is_down.store(true, SeqCst);
    let mut order = begun(&house).await;
    brought_to_work(&mut order).await;
    house.step(1);
    assert_eq!(log_in(&house, HOST, &house.kari().id).await.param("code").len(), 43);
    house.write_events().await;
    house.orders_go_on().await;
    assert_eq!(order.state().await, "Live");
}

#[tokio::test]
async fn a_sandbox_order_brings_a_test_domain_the_identity_source_that_it_lacked() {
    let house = under_serve().await;
    let first = begun(&house).await;
    let new = console::NewDomain {
        host: "id.fresh.example".to_owned(),
        scheme: store::domains::Scheme::Https,
        environment: model::Environment::Test,
        name: "fresh".to_owned(),
    };
    let permit = may(&house.tenant, Permission::ManageDomains);
    let fresh = house.console.ensure_domain(&permit, None, &new, house.time()).await.unwrap();
    let mut order = Ordering::begin_for(&house, (first.browser, fresh)).await;
    brought_to_work(&mut order).await;
}

#[tokio::test]
async fn somebody_else_may_approve_for_a_synthetic_signatory_where_the_customer_lets_them() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    order.fill_in(JOINTLY).await;
    order.submit().await;
    let links = mailbox(&mut order).await;
    // Kari comes with Ola's link.
    approved_by_kari(&order, &links[1]).await;
    assert_eq!(order.state().await, "Identity in review");
    let (person, version) = (hidden(&order.page().await, "person"), order.version().await);
    let fields = [("person", &*person), ("version", &*version), ("decision", "accept"), ("note", "It is me")];
    let door = format!("{}/sandbox/identity", order.order);
    let accepted = order.browser.post(&door, &form(&fields), Some(ORIGIN)).await;
    assert_eq!((accepted.status, order.state().await.as_str()), (303, "To be approved"));
}

#[tokio::test]
async fn a_sandbox_order_says_so_wherever_it_is_seen_and_nothing_of_it_is_sent() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    let links = mailbox(&mut order).await;
    let list = format!("/t/{}/orders", house.tenant.id);
    for page in [&order.order, &list, &format!("{}/documents", order.order), &links[0]] {
        let shown = order.browser.get(page).await.body;
        assert!(shown.contains("Sandbox: "), "{page}: {shown}");
    }
    let letters = house.store.read(|tx| store::letters::list(tx, None, 10)).await.unwrap();
    assert_eq!(letters, [], "the outbox is empty");
}

#[tokio::test]
async fn the_mailbox_listed_a_colleagues_link_that_wrong_codes_had_ended() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let (link, _) = asked(&mut order, "purpose").await;
    let mailbox = format!("{}/mailbox", order.order);
    assert!(order.browser.get(&mailbox).await.body.contains(&link));
    let mut scanner = order.phone();
    for _ in 0..5 {
        accept(&mut scanner, &link, "000 000").await;
    }
    assert!(!order.browser.get(&mailbox).await.body.contains(&link));
}

#[tokio::test]
async fn two_operators_and_the_seal_of_the_organisation_are_not_asked_for_a_sandbox_order() {
    let chosen = ordering::OrderSettings { four_eyes: true, ..ordering::OrderSettings::default() };
    let mut house = TestBroker::with_orders(chosen, |_| {}).await;
    house.order_as_under_serve();
    let mut order = begun(&house).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    let links = mailbox(&mut order).await;
    approved_by_kari(&order, &links[0]).await;
    order.act("sandbox/desk", "seal", "").await;
    assert_eq!(order.state().await, "Being sent");
    let timeline = order.page().await.body;
    assert!(!timeline.contains("SHA-256"), "{timeline}");
}

#[tokio::test]
async fn who_plays_the_operator_in_a_sandbox_order_decides_nothing_of_a_real_one() {
    let house = under_serve().await;
    let real = production(&house).await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Owner, Role::Orderer]).await;
    let mut order = Ordering::begin_for(&house, (browser_with(&house, &token), real)).await;
    for event in ["accept", "seal", "sent", "issue", "reject", "hold", "acknowledge"] {
        let reply = order.act("sandbox/desk", event, "why").await;
        assert_eq!(reply.status, 403, "{event}: {}", reply.body);
    }
    for door in ["sandbox/identity", "sandbox/deposit"] {
        let some =
            form(&[("version", "1"), ("person", &"0".repeat(32)), ("client_id", "x"), ("secret", "x")]);
        let reply = order.browser.post(&format!("{}/{door}", order.order), &some, Some(ORIGIN)).await;
        assert_eq!(reply.status, 403, "{door}: {}", reply.body);
    }
    let dossier = order.browser.post(&format!("{}/sandbox/dossier", order.order), "", Some(ORIGIN)).await;
    let mailbox = order.browser.get(&format!("{}/mailbox", order.order)).await;
    assert_eq!((dossier.status, mailbox.status), (403, 404));
    let page = order.page().await.body;
    assert!(between(&page, "<h1", "</div>").contains("Draft"));
    assert!(!page.contains("sandbox/") && !page.contains("Sandbox"), "{page}");
}

#[tokio::test]
async fn a_sandbox_order_is_not_decided_by_the_doors_of_real_ones() {
    let house = under_serve().await;
    let token = operator(&house).await;
    let mut order = Ordering::begin_for(&house, (browser_with(&house, &token), house.domain)).await;
    order.fill_in(ALONE).await;
    order.submit().await;
    assert_eq!(order.act("desk", "hold", "why").await.status, 403);
    assert_eq!(order.act("sandbox/desk", "hold", "why").await.status, 303);
}

#[tokio::test]
async fn a_real_order_takes_no_synthetic_number_and_never_reaches_the_registry_of_the_sandbox() {
    let house = under_serve().await;
    let (real, token) = (production(&house).await, operator(&house).await);
    let mut sandbox = Ordering::begin_for(&house, (browser_with(&house, &token), house.domain)).await;
    assert_eq!(sandbox.save("company", &[("number", ALONE)]).await.status, 303, "it is kept from now on");
    let unknown = sandbox.save("company", &[("number", "974760673")]).await;
    assert!(unknown.body.contains("for a company of the sandbox"), "{}", unknown.body);
    let mut order = Ordering::begin_for(&house, (browser_with(&house, &token), real)).await;
    let typed = [("number", ALONE), ("typed", "yes"), ("company_name", "Synthetic AS")];
    assert!(order.save("company", &typed).await.body.contains("test"), "nor what was kept or typed");
    house.registry_is_down.store(true, SeqCst);
    let asked = order.save("company", &[("number", "974760673")]).await;
    assert!(asked.status == 422 && asked.body.contains("cannot be asked"), "{}", asked.body);
}

#[tokio::test]
async fn an_order_is_begun_for_a_test_domain_where_there_is_no_sandbox() {
    let mut house = TestBroker::open().await;
    house.order_without_sandbox();
    let token = operator(&house).await;
    let mut browser = browser_with(&house, &token);
    let body = form(&[("eid", "no-bankid"), ("domain", &house.domain.to_string())]);
    let refused = browser.post(&format!("/t/{}/orders", house.tenant.id), &body, Some(ORIGIN)).await;
    assert!(refused.status == 422 && refused.body.contains("production"), "{}", refused.body);
}

#[tokio::test]
async fn a_test_domain_is_ordered_for_where_there_is_a_sandbox_and_its_eid_is_the_sandboxs() {
    let mut house = TestBroker::open().await;
    house.order_as_under_serve();
    let begin = async |house: &TestBroker| {
        let token = member(house, &house.tenant, "Ola", &[Role::Orderer]).await;
        let body = form(&[("eid", "no-bankid"), ("domain", &house.domain.to_string())]);
        let mut browser = browser_with(house, &token);
        browser.post(&format!("/t/{}/orders", house.tenant.id), &body, Some(ORIGIN)).await
    };
    set_up(&house).await;
    assert_eq!(begin(&house).await.status, 303);
    let credentials = eid::SourceCredentials {
        client_id: "real".to_owned(),
        method: eid::SourceMethod::ClientSecretBasic,
        secret: Some("secret".to_owned()),
        private_key: None,
    };
    let (bankid, test) = (model::LoginMethod::NO_BANKID, model::EidEnvironment::Test);
    house.set_source_in(test, bankid, credentials).await;
    let refused = begin(&house).await;
    assert!(refused.body.contains("identity source of the sandbox"), "{}", refused.body);
}

/// Writes into the order that it is none of the sandbox.
async fn made_real(order: &Ordering<'_>) {
    let tenant = order.house.tenant.clone();
    let id = model::OrderId::parse(order.order.rsplit('/').next().unwrap()).unwrap();
    let written = order.house.store.write(move |tx| {
        let mut row = store::orders::get(tx, tenant.id, id)?;
        let column = SealedColumn::OrderAnswers(id);
        let plain = tenant.opened().unseal(&column, &row.sealed_answers).unwrap();
        let mut answers: serde_json::Value = serde_json::from_slice(plain.expose()).unwrap();
        answers["is_sandbox"] = false.into();
        row.sealed_answers = tenant.opened().seal(tenant.random(), &column, answers.to_string().as_bytes());
        store::orders::save(tx, &row)
    });
    written.await.unwrap();
}

#[tokio::test]
async fn a_person_of_the_sandbox_is_let_in_as_the_receiver_of_a_real_order_by_a_cookie_that_says_so() {
    let house = under_serve().await;
    let mut order = begun(&house).await;
    let receiver = handed_over(&mut order).await;
    let mut other = Ordering::begin_as(&house, &order).await;
    other.fill_in(ALONE).await;
    other.submit().await;
    let link = mailbox(&mut other).await.remove(0);
    let (_, landed) = in_sandbox(&other, (&link, Some(&receiver)), &house.kari().id).await;
    assert!(landed.body.contains("Enter the credentials"), "the same link, of a sandbox order");
    made_real(&order).await;
    let (mut phone, landed) = in_sandbox(&other, (&link, Some(&receiver)), &house.kari().id).await;
    assert!(landed.body.contains("This link is over"), "{}", landed.body);
    assert!(phone.get(&format!("{receiver}/receive")).await.location().ends_with("?again=yes"));
}

#[tokio::test]
async fn somebody_outside_begins_or_ends_a_login_in_the_name_of_the_order_desk() {
    let house = under_serve().await;
    set_up(&house).await;
    let asked = [
        ("client_id", "portvakt-order-desk"),
        ("redirect_uri", &*format!("{ORIGIN}/sign-in/callback")),
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("acr_values", "urn:grn:authn:no:bankid:high"),
    ];
    let begun = house.browser().get(&format!("/oauth2/authorize?{}", form(&asked))).await;
    assert!(begun.location().contains("error=invalid_request"), "{}", begun.body);
    for door in ["/oauth2/par", "/oauth2/token"] {
        let refused = house.post(door, &form(&asked), &[]).await;
        assert!(
            [400, 401].contains(&refused.status) && refused.body.contains("invalid_client"),
            "{door}: {}",
            refused.body
        );
    }
    production(&house).await;
    let mut at_production = house.browser();
    "id.production.example".clone_into(&mut at_production.host);
    let unknown = at_production.get(&format!("/oauth2/authorize?{}", form(&asked))).await;
    assert_eq!(unknown.status, 400, "there is none where real people log in");
}
