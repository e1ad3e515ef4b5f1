//! One sandbox for all tenants, on a host of its own.

use authority::{Caller, Permission};
use axum::{body::Body, http::Request};
use console::Tenant;
use model::{EidEnvironment, LoginMethod, Timestamp};
use sandbox::{Decision, Kind};

use crate::house::{Browser, HOST, REDIRECT, Reply, START, TestBroker, form, may, with};

const OTHER: &str = "id.other.example";

/// Two tenants with a test domain each, on one sandbox.
async fn two_tenants() -> (TestBroker, Tenant) {
    let mut house = TestBroker::open().await;
    let other = house
        .console
        .ensure_tenant(
            &house.console.installation(&Caller::operator("test"), Permission::CreateTenants).unwrap(),
            "other",
            Timestamp::from_seconds(START),
        )
        .await
        .unwrap();
    let domain = house.add_domain_of(&other, OTHER, "other").await;
    let settings = model::ApplicationSettings::new(model::ApplicationKind::Web, vec![REDIRECT.to_owned()]);
    house.add_application_of(&other, (domain, "shop"), settings).await;
    house.use_public_sandbox();
    (house, other)
}

fn at<'a>(house: &'a TestBroker, host: &str) -> Browser<'a> {
    let mut browser = house.browser();
    host.clone_into(&mut browser.host);
    browser
}

#[tokio::test]
async fn the_simulated_eids_of_all_tenants_are_probed() {
    let (house, _) = two_tenants().await;
    let status = async || house.get("/eids").await.json()["eids"][0]["status"].as_str().unwrap().to_owned();
    assert_eq!(status().await, "unknown");
    house.probe().await;
    assert_eq!(status().await, "up");
}

/// Path and query of an address at the sandbox.
fn target<'a>(house: &TestBroker, address: &'a str) -> &'a str {
    address.strip_prefix(house.sandbox.base()).unwrap_or_else(|| panic!("not at the sandbox: {address}"))
}

async fn get(house: &TestBroker, address: &str) -> Reply {
    let request = Request::get(target(house, address)).header("host", house.sandbox.host());
    house.ask_sandbox(request.body(Body::empty()).unwrap()).await
}

async fn post(house: &TestBroker, path: &str, pairs: &[(&str, &str)], origin: &str) -> Reply {
    let request = Request::post(path).header("host", house.sandbox.host()).header("origin", origin);
    house.ask_sandbox(request.body(Body::from(form(pairs))).unwrap()).await
}

/// `/{tenant}/{eid}` of the request that a login left with, and its query.
fn place(house: &TestBroker, leave: &Reply) -> (String, String) {
    let (path, query) = target(house, leave.location()).split_once('?').unwrap();
    let mut words = path.split('/').skip(1);
    (format!("/{}/{}", words.next().unwrap(), words.next().unwrap()), query.to_owned())
}

pub(crate) async fn decide(house: &TestBroker, leave: &Reply, person: &str) -> Reply {
    let (path, query) = place(house, leave);
    let pairs = [("request", query.as_str()), ("person", person), ("outcome", "approve-app")];
    post(house, &format!("{path}/simulator/decision"), &pairs, house.sandbox.base()).await
}

/// A whole login with somebody; gives the answer to the application.
pub(crate) async fn log_in(house: &TestBroker, host: &str, person: &str) -> Reply {
    let mut browser = at(house, host);
    let leave = browser.authorize(&[]).await;
    let page = decide(house, &leave, person).await;
    let (_, rest) = page.body.split_once("url=").unwrap_or_else(|| panic!("no way on: {page:?}"));
    let back = rest.split('"').next().unwrap().replace("&#38;", "&");
    browser.get(&back).await
}

#[tokio::test]
async fn two_tenants_log_in_at_one_sandbox_and_say_so_on_every_page() {
    let (house, other) = two_tenants().await;
    let kari = house.kari().id;
    for (host, tenant) in [(HOST, house.tenant.id), (OTHER, other.id)] {
        let leave = at(&house, host).authorize(&[]).await;
        assert!(target(&house, leave.location()).starts_with(&format!("/{tenant}/no-bankid/")));
        let page = get(&house, leave.location()).await;
        assert!(page.body.contains("Dette er ikke den ekte tjenesten"), "{}", page.body);
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(log_in(&house, host, &kari).await.param("code").len(), 43);
    }
    let vipps = at(&house, HOST).authorize(&[("acr_values", Some("urn:grn:authn:no:vipps"))]).await;
    // Vipps leads on to the page where people log in.
    let challenge = get(&house, vipps.location()).await;
    assert!(get(&house, challenge.location()).await.body.contains("Vipps"));
}

#[tokio::test]
async fn a_person_added_at_one_tenant_is_nobody_at_another() {
    let (house, _) = two_tenants().await;
    let leave = at(&house, HOST).authorize(&[]).await;
    let (path, query) = place(&house, &leave);
    let new = [
        ("request", query.as_str()),
        ("given_name", "Solveig"),
        ("family_name", "Prøve"),
        ("birth_date", "1.2.1990"),
        ("sex", "female"),
    ];
    let added = post(&house, &format!("{path}/simulator/people"), &new, house.sandbox.base()).await;
    assert_eq!(added.status, 200, "{}", added.body);
    assert!(get(&house, leave.location()).await.body.contains("Solveig Prøve"));
    let elsewhere = at(&house, OTHER).authorize(&[]).await;
    assert!(!get(&house, elsewhere.location()).await.body.contains("Solveig"));
    let person = sandbox::People::first();
    let new = sandbox::NewPerson {
        given_name: "Solveig".into(),
        family_name: "Prøve".into(),
        birth_date: "1.2.1990".into(),
        sex: "female".into(),
    };
    let solveig = person.add(&new, START, &crypto::Random::seeded(1)).unwrap();
    assert_eq!(log_in(&house, HOST, &solveig.id).await.param("code").len(), 43);
    assert_eq!(decide(&house, &elsewhere, &solveig.id).await.status, 400);
}

#[tokio::test]
async fn what_opens_one_tenants_sandbox_is_refused_at_anothers() {
    let (house, other) = two_tenants().await;
    let (ours, theirs) = (house.tenant.id.to_string(), other.id.to_string());
    let (id, secret) = house.sandbox.credentials(Kind::BankidNo, &ours, &format!("https://{HOST}"));
    let token = async |tenant: &str| {
        let path = format!("/{tenant}/no-bankid/auth/realms/current/protocol/openid-connect/token");
        let pairs = [("client_id", id.as_str()), ("client_secret", secret.expose().as_str())];
        post(&house, &path, &pairs, "").await
    };
    assert_eq!(token(&ours).await.error(), "unsupported_grant_type", "known there");
    assert_eq!((token(&theirs).await.status, token(&theirs).await.error().as_str()), (401, "invalid_client"));
    let leave = at(&house, HOST).authorize(&[]).await;
    let moved = leave.location().replace(&ours, &theirs);
    assert_eq!(get(&house, &moved).await.status, 400, "nor does the other tenant's page open");
    let (path, query) = place(&house, &leave);
    let pairs = [("request", query.as_str()), ("person", "x"), ("outcome", "cancel")];
    let moved = format!("{}/simulator/decision", path.replace(&ours, &theirs));
    assert_eq!(post(&house, &moved, &pairs, house.sandbox.base()).await.status, 400);
}

#[tokio::test]
async fn the_sandbox_leads_to_no_foreign_address() {
    let (house, _) = two_tenants().await;
    let leave = at(&house, HOST).authorize(&[]).await;
    let own = format!("https%3A%2F%2F{HOST}%2Fcallback%2Fno-bankid");
    assert!(leave.location().contains(&own));
    for foreign in ["https%3A%2F%2Fevil.example%2F", "https%3A%2F%2Fid.other.example%2Fcallback%2Fno-bankid"]
    {
        let reply = get(&house, &leave.location().replace(&own, foreign)).await;
        assert_eq!((reply.status, reply.header("location")), (400, None), "{foreign}");
        let (path, query) = place(&house, &leave);
        let query = query.replace(&own, foreign);
        let pairs = [("request", query.as_str()), ("person", "x"), ("outcome", "cancel")];
        let reply = post(&house, &format!("{path}/simulator/decision"), &pairs, house.sandbox.base()).await;
        assert!(reply.status == 400 && !reply.body.contains("evil"), "{reply:?}");
    }
    let (path, query) = place(&house, &leave);
    let pairs = [("request", query.as_str()), ("person", "x"), ("outcome", "cancel")];
    let forged = post(&house, &format!("{path}/simulator/decision"), &pairs, "https://evil.example").await;
    assert_eq!(forged.status, 403, "a form on another site decides nothing");
}

#[tokio::test]
async fn the_sandbox_answers_at_its_own_host_only() {
    let (house, _) = two_tenants().await;
    let path = format!("/{}/no-bankid/auth/realms/current/.well-known/openid-configuration", house.tenant.id);
    for (host, status) in [(house.sandbox.host(), 200), (HOST, 421), ("sandbox.localhost", 421)] {
        let request = Request::get(&path).header("host", host).body(Body::empty()).unwrap();
        assert_eq!(house.ask_sandbox(request).await.status, status, "{host}");
    }
    for path in ["/", "/x/no-bankid/simulator/people", "/simulator/keys", "/assets/x"] {
        let request = Request::get(path).header("host", house.sandbox.host()).body(Body::empty()).unwrap();
        assert_eq!(house.ask_sandbox(request).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_production_domain_cannot_use_the_sandbox() {
    let mut house = TestBroker::open().await;
    let (tenant, now) = (house.tenant.id, Timestamp::from_seconds(START));
    let new = console::NewDomain {
        host: OTHER.to_owned(),
        scheme: store::domains::Scheme::Https,
        environment: model::Environment::Production,
        name: "production".to_owned(),
    };
    let named = model::DomainSettings {
        controller: Some("Acme AS".to_owned()),
        contact: Some("personvern@acme.example".to_owned()),
        ..model::DomainSettings::default()
    };
    let domain = house
        .console
        .create_domain_with(&may(&house.tenant, Permission::ManageDomains), (&new, named), now)
        .await
        .unwrap();
    let id = model::IdentitySourceId::new(&crypto::Random::seeded(1), now);
    // Nobody can write such a row through the console, so it is written past it.
    let row = store::identity_sources::IdentitySource {
        id,
        tenant_id: tenant,
        domain_id: domain,
        eid: LoginMethod::NO_BANKID.as_str().to_owned(),
        environment: EidEnvironment::Sandbox,
        settings: "{}".to_owned(),
        sealed_credentials: None,
        credentials_version: None,
        version: 1,
        created_at: now,
        disabled_at: None,
    };
    house.store.write(move |tx| store::identity_sources::insert(tx, &row)).await.unwrap();
    house.use_public_sandbox();
    let offered = at(&house, OTHER).get("/eids").await;
    assert_eq!(offered.json()["eids"], serde_json::json!([]));
}

#[tokio::test]
async fn a_code_of_the_sandbox_is_good_once() {
    let (house, _) = two_tenants().await;
    let leave = at(&house, HOST).authorize(&[]).await;
    let tenant = house.tenant.id.to_string();
    let simulator = || house.sandbox.simulator(Kind::BankidNo, &tenant, sandbox::People::first());
    let (_, query) = place(&house, &leave);
    let answer =
        simulator().decide(&query, &house.kari().id, Decision { outcome: with::APP, fault: None }, START);
    let sandbox::Answer::Redirect(back) = answer else { panic!("{answer:?}") };
    let code = Reply::of_location(&back).param("code");
    let (id, secret) = house.sandbox.credentials(Kind::BankidNo, &tenant, &format!("https://{HOST}"));
    let request = sandbox::Request {
        method: "POST".to_owned(),
        path: "/auth/realms/current/protocol/openid-connect/token".to_owned(),
        body: form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("client_id", &id),
            ("client_secret", secret.expose()),
            ("redirect_uri", &format!("https://{HOST}/callback/no-bankid")),
        ]),
        now: START,
        ..sandbox::Request::default()
    };
    let told = |answer| match answer {
        sandbox::Answer::Json(_, body) => body["error_description"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(simulator().answer(&request)), "the code was issued for another request", "no verifier");
    assert_eq!(told(simulator().answer(&request)), "the code is unknown, used or expired");
}

#[tokio::test]
async fn a_page_of_the_sandbox_that_does_not_exist_was_empty() {
    let (house, _) = two_tenants().await;
    let ask = |path: &str, accept: &str| {
        let request = Request::builder().uri(path).header("accept", accept);
        let request = request.header("host", house.sandbox.host());
        house.ask_sandbox(request.body(Body::empty()).unwrap())
    };
    let page = ask("/nowhere", "text/html,*/*").await;
    assert_eq!(page.status, 404);
    assert!(
        page.body.contains("data-stop=\"not-found\"") && page.body.contains("pv-banner"),
        "{}",
        page.body
    );
    assert_eq!(ask("/nowhere", "application/json").await.body, "", "programs need no page");
}

#[tokio::test]
async fn a_form_from_elsewhere_was_read_before_its_origin_was_looked_at() {
    let (house, _) = two_tenants().await;
    let path = format!("/{}/no-bankid/simulator/decision", house.tenant.id);
    let pairs = [("request", "none of ours"), ("outcome", "approve-app")];
    assert_eq!(post(&house, &path, &pairs, "https://evil.example").await.status, 403);
    assert_eq!(post(&house, &path, &pairs, house.sandbox.base()).await.status, 400);
}

#[tokio::test]
async fn a_login_in_a_popup_lost_its_opener_where_the_sandbox_refused_the_request() {
    let (house, _) = two_tenants().await;
    let ask = |rest: &str| {
        let path = format!("/{}/no-bankid{rest}", house.tenant.id);
        let request = Request::get(path).header("host", house.sandbox.host()).header("accept", "text/html");
        house.ask_sandbox(request.body(Body::empty()).unwrap())
    };
    for (rest, status) in [
        ("/auth/realms/current/precheck/auth?client_id=x", 400),
        ("/simulator/people?request=x", 400),
        ("/nowhere", 404),
    ] {
        let page = ask(rest).await;
        assert_eq!((page.status, page.header("cross-origin-opener-policy")), (status, None), "{rest}");
    }
}

#[tokio::test]
async fn a_page_of_the_sandbox_where_nothing_is_was_in_the_language_of_the_browser_only() {
    let house = TestBroker::open().await;
    let ask = |target: &str, cookie: &str| {
        let request = Request::get(target).header("host", house.sandbox.host()).header("accept", "text/html");
        house.ask_sandbox(request.header("cookie", cookie).body(Body::empty()).unwrap())
    };
    let first = ask("/nothing", "").await;
    assert!(first.body.contains("lang=\"nb\"") && first.body.contains("href=\"?lang=en\""), "{}", first.body);
    assert!(first.body.contains("pv-banner") && first.body.contains("<footer"));
    let chosen = ask("/nothing?lang=en", "").await;
    assert!(chosen.body.contains("<html lang=\"en\""));
    let kept = chosen.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(ask("/other", &kept).await.body.contains("<html lang=\"en\""), "{kept}");
}
