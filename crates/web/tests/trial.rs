//! A login that is tried in an application's place: the answer goes to whoever began it.

use authority::{Permission, Role, TrialKey};
use console::NewTrial;
use model::{LoginMethod, TrialAnswer, TrialOutcome};
use store::login_events::Kind;

use crate::{
    console_sign_in::{self, ORIGIN, browser_with},
    house::{Browser, ISSUER, Reply, TestBroker, may, with},
};

/// Begins a trial of the shop, and gives its key and path.
async fn begun(house: &TestBroker, acr_values: &str, scope: &str) -> (TrialKey, String) {
    let permit = may(&house.tenant, Permission::RunTrials);
    let shop = may(&house.tenant, Permission::ReadSettings);
    let shop = house.console.application(&shop, house.domain, "shop").await.unwrap();
    let new = NewTrial {
        domain: house.domain,
        application: shop.id,
        acr_values: Some(acr_values.to_owned()),
        scope: scope.to_owned(),
        returns_to: None,
    };
    let key = house.console.begin_trial(&permit, new, house.time()).await.unwrap();
    let path = format!("/trial/{}", key.text().expose());
    (key, path)
}

async fn answer(house: &TestBroker, key: &TrialKey) -> Option<TrialAnswer> {
    let permit = may(&house.tenant, Permission::RunTrials);
    house.console.take_trial_answer(&permit, key, house.time()).await.unwrap()
}

/// The person opens the link and logs in with BankID.
async fn log_in(browser: &mut Browser<'_>, path: &str) -> Reply {
    let leave = browser.get(path).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    browser.get(&back).await
}

/// The kinds of the events of the login that ended with this page.
async fn events(house: &mut TestBroker, page: &Reply) -> Vec<Kind> {
    house.write_events().await;
    let caller = authority::Caller::operator("test");
    let reading = house.console.installation(&caller, Permission::ReadLogins).unwrap();
    let events = house.console.explain(&reading, page.header("trace-id").unwrap()).await.unwrap();
    events.iter().map(|it| it.kind).collect()
}

const BANKID: &str = "urn:grn:authn:no:bankid";

#[tokio::test]
async fn whoever_began_a_trial_has_what_the_application_would_have_had_and_nothing_else_does() {
    let house = TestBroker::open().await;
    let (key, path) = begun(&house, BANKID, "openid profile").await;
    assert_eq!(answer(&house, &key).await, None, "nobody has logged in");
    let page = log_in(&mut house.browser(), &path).await;
    assert_eq!((page.status, page.header("location")), (200, None));
    assert!(!page.body.contains(&house.kari().name()), "the person's browser is told nothing");
    let TrialAnswer { outcome, trace } = answer(&house, &key).await.unwrap();
    let TrialOutcome::Tokens { id_token, userinfo, scope } = outcome else { panic!("{outcome:?}") };
    let claims = house.claims(&id_token.unwrap()).await;
    assert_eq!(
        (claims["aud"].as_str(), claims["acr"].as_str()),
        (Some("shop"), Some("urn:grn:authn:no:bankid:high"))
    );
    assert_eq!(claims["name"].as_str(), Some(house.kari().name().as_str()));
    assert_eq!((userinfo.unwrap()["sub"].clone(), scope.as_str()), (claims["sub"].clone(), "openid profile"));
    assert_eq!(trace, page.header("trace-id").unwrap());
    assert_eq!(answer(&house, &key).await, None, "the answer is taken once");
}

#[tokio::test]
async fn a_trial_has_events_of_its_own_is_not_counted_and_leaves_no_session() {
    let mut house = TestBroker::open().await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let (_, path) = begun(&house, BANKID, "openid").await;
    let page = log_in(&mut browser, &path).await;
    assert!(!browser.cookies.keys().any(|it| it.contains("session")), "{:?}", browser.cookies.keys());
    assert!(house.provider().counters().logins().is_empty());
    let kinds = events(&mut house, &page).await;
    assert_eq!(kinds, [Kind::TrialStarted, Kind::SentToEid, Kind::TrialEnded]);
}

#[tokio::test]
async fn a_session_of_the_browser_answers_no_trial() {
    let mut house = TestBroker::open().await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    let (key, path) = begun(&house, BANKID, "openid").await;
    assert!(browser.get(&path).await.location().contains("bankid"), "the person is asked");
    assert_eq!(answer(&house, &key).await, None);
}

#[tokio::test]
async fn a_trial_takes_one_answer_and_its_link_leads_nowhere_afterwards() {
    let house = TestBroker::open().await;
    let (key, path) = begun(&house, BANKID, "openid").await;
    let (mut first, mut second) = (house.browser(), house.browser());
    let slow = second.get(&path).await;
    assert_eq!(log_in(&mut first, &path).await.status, 200);
    let back = second.at_the_eid(&slow, with::APP, None);
    assert_eq!(second.get(&back).await.trouble(), "trial-gone");
    assert_eq!(first.get(&path).await.trouble(), "trial-gone");
    assert!(answer(&house, &key).await.is_some());
    let (late, path) = begun(&house, BANKID, "openid").await;
    house.step(601);
    assert_eq!(house.browser().get(&path).await.trouble(), "trial-gone");
    assert_eq!(answer(&house, &late).await, None);
    assert_eq!(house.browser().get("/trial/nothing").await.trouble(), "trial-gone");
}

#[tokio::test]
async fn what_the_application_would_have_been_told_of_a_cancelled_login_is_told() {
    let house = TestBroker::open().await;
    let (key, path) = begun(&house, BANKID, "openid").await;
    let mut browser = house.browser();
    let leave = browser.get(&path).await;
    let login =
        leave.all("set-cookie")[0].split_once("login-").unwrap().1.split_once('=').unwrap().0.to_owned();
    let page = browser.get(&format!("/login/{login}/back")).await;
    assert_eq!((page.status, page.header("location")), (200, None));
    let outcome = answer(&house, &key).await.unwrap().outcome;
    assert!(matches!(outcome, TrialOutcome::Error { error, .. } if error == "access_denied"));
}

#[tokio::test]
async fn consent_is_asked_for_in_a_trial_and_answered_twice_alike() {
    let house = TestBroker::open().await;
    let (key, path) = begun(&house, BANKID, "openid nin").await;
    let mut browser = house.browser();
    let reply = log_in(&mut browser, &path).await;
    let target = format!("{}/consent", reply.location());
    let asked = browser.follow(reply).await.body;
    assert!(
        asked.contains("consent-allow") && asked.contains("id=\"trial\""),
        "the page says that it is a trial"
    );
    let first = browser.post(&target, "decision=allow", Some(ISSUER)).await;
    assert_eq!(
        (first.status, browser.post(&target, "decision=allow", Some(ISSUER)).await.body),
        (200, first.body)
    );
    let outcome = answer(&house, &key).await.unwrap().outcome;
    let TrialOutcome::Tokens { id_token, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(house.claims(&id_token.unwrap()).await["nin"].as_str(), Some(house.kari().nin.as_str()));
}

#[tokio::test]
async fn another_domain_does_not_know_the_trial_and_the_database_does_not_tell_its_answer() {
    let house = TestBroker::open().await;
    let (key, path) = begun(&house, BANKID, "openid profile").await;
    log_in(&mut house.browser(), &path).await;
    let digest = key.digest();
    let (tenant, now) = (house.tenant.id, house.time());
    let row =
        house.store.read(move |tx| store::trials::find(tx, tenant, &digest, now)).await.unwrap().unwrap();
    let sealed = String::from_utf8_lossy(&row.sealed_answer.unwrap()).into_owned();
    assert!(!sealed.contains(&house.kari().name()) && !sealed.contains("id_token"));
    house.add_domain("other.example", "other").await;
    let (_, path) = begun(&house, BANKID, "openid").await;
    let elsewhere = Browser { host: "other.example".to_owned(), ..house.browser() }.get(&path).await;
    assert_eq!((elsewhere.trouble(), house.browser().get(&path).await.status), ("trial-gone", 303));
}

#[tokio::test]
async fn a_trial_refused_at_its_start_was_never_answered() {
    let mut house = TestBroker::open().await;
    let (key, path) = begun(&house, "urn:grn:authn:no:nothing", "openid").await;
    let page = house.browser().get(&path).await;
    assert_eq!((page.status, page.header("location")), (200, None));
    let TrialAnswer { outcome, trace } = answer(&house, &key).await.unwrap();
    let TrialOutcome::Error { error, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error, "invalid_request");
    assert_eq!(trace, page.header("trace-id").unwrap());
    assert_eq!(events(&mut house, &page).await, [Kind::TrialEnded]);
    assert_eq!(house.browser().get(&path).await.trouble(), "trial-gone", "it takes one answer");
}

#[tokio::test]
async fn whoever_forwarded_the_link_of_a_console_trial_read_the_login_of_another_person() {
    let house = TestBroker::open().await;
    console_sign_in::operator(&house).await;
    // The simulator knows one domain at a time.
    house.add_domain(ISSUER.trim_start_matches("https://"), "shop").await;
    let token = console_sign_in::member(&house, &house.tenant, "Ola", &[Role::Developer]).await;
    let reading = may(&house.tenant, Permission::ReadSettings);
    let shop = house.console.application(&reading, house.domain, "shop").await.unwrap();
    let trials = format!("/t/{}/test/trials", house.tenant.id);
    let mut ola = browser_with(&house, &token);
    let form = format!("application={}&way=bankid-high", shop.id);
    ola.post(&trials, &form, Some(ORIGIN)).await;
    let page = ola.get(&trials).await.body;
    let link = format!("/trial/{}", page.split_once("/trial/").unwrap().1.split_once('"').unwrap().0);
    let mut kari = house.browser();
    let over = log_in(&mut kari, &link).await;
    assert!(over.location().starts_with(&format!("{ORIGIN}/trial-over/{}/", house.tenant.id)), "{over:?}");
    let seen = ola.get(&trials).await;
    assert!(seen.body.contains("was not brought back") && !seen.body.contains("id=\"claims\""), "{seen:?}");
    let returned = over.location().replace(ORIGIN, "");
    let told = browser_with(&house, "none").get(&returned).await;
    assert!(told.body.contains("begun in another browser"), "{told:?}");
    assert_eq!(ola.get(&returned).await.location(), trials, "the browser that began it brings it back");
    assert!(ola.get(&trials).await.body.contains("id=\"claims\""));
}
