//! What happened in a login can be told afterwards, by the trace id that somebody has.

use authority::{Caller, InstallationPermit, Permission};
use console::Refusal;
use store::login_events::{Kind, LoginEvent};
use texts::Noun;

use crate::house::{Reply, TestBroker, keep_log, logged, may, with};

fn reading(house: &TestBroker, permission: Permission) -> InstallationPermit {
    house.console.installation(&Caller::operator("test"), permission).unwrap()
}

async fn explained(house: &TestBroker, trace: &str) -> Vec<LoginEvent> {
    house.write_events().await;
    house.console.explain(&reading(house, Permission::ReadLogins), trace).await.unwrap()
}

fn kinds(events: &[LoginEvent]) -> Vec<Kind> {
    events.iter().map(|it| it.kind).collect()
}

fn trace_of(reply: &Reply) -> &str {
    reply.header("trace-id").unwrap()
}

#[tokio::test]
async fn any_request_of_a_login_tells_the_whole_login() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let answer = browser.get(&back).await;
    let redeemed = house.redeem(&answer.param("code")).await;
    for reply in [&leave, &answer, &redeemed] {
        let events = explained(&house, trace_of(reply)).await;
        let wanted = [Kind::Started, Kind::SentToEid, Kind::Completed, Kind::Redeemed];
        assert_eq!(kinds(&events), wanted, "{}", trace_of(reply));
        assert!(events.iter().any(|it| it.trace == trace_of(reply)));
    }
}

#[tokio::test]
async fn the_ten_digits_of_a_page_find_the_login_as_they_are_read_aloud_or_copied() {
    let house = TestBroker::open().await;
    let answer = house.browser().log_in(&[], with::APP).await;
    let (first, second) = (&trace_of(&answer)[..5], &trace_of(&answer)[5..10]);
    let wanted = kinds(&explained(&house, trace_of(&answer)).await);
    for typed in [format!("{first} {second}"), format!("{first}{second}").to_uppercase()] {
        assert_eq!(kinds(&explained(&house, &typed).await), wanted, "{typed}");
    }
    let short = house.console.explain(&reading(&house, Permission::ReadLogins), first).await;
    assert!(matches!(short, Err(Refusal::NotFound(Noun::Trace))));
}

#[tokio::test]
async fn trouble_has_its_cause_and_the_trace_that_the_person_sees() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let fault = Some(sandbox::SimulatedFault::WrongNonce);
    let shown = browser.log_in_with(&[], with::APP, fault).await;
    let page = browser.follow(shown).await;
    let (_, rest) = page.body.split_once("data-trace=\"").unwrap();
    let events = explained(&house, rest.split_once('"').unwrap().0).await;
    let last = events.last().unwrap();
    assert_eq!((last.kind, last.cause.as_deref()), (Kind::Trouble, Some("eid-invalid-answer")));
}

#[tokio::test]
async fn the_page_of_trouble_and_its_header_name_the_request_in_which_it_happened() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.log_in_with(&[], with::APP, Some(sandbox::SimulatedFault::Http500)).await;
    let page = browser.follow(shown).await;
    assert!(page.body.contains(&format!("data-trace=\"{}\"", trace_of(&page))));
    let events = explained(&house, trace_of(&page)).await;
    assert_eq!(events.last().unwrap().cause.as_deref(), Some("eid-down"));
}

#[tokio::test]
async fn a_login_that_is_no_more_and_a_limit_are_told_a_few_times_a_second() {
    let house = TestBroker::open().await;
    house.get("/").await;
    let mut traces = Vec::new();
    for _ in 0..12 {
        let page = house.get("/login/AAAAAAAAAAAAAAAAAAAAAA").await;
        traces.push(trace_of(&page).to_owned());
    }
    let told = explained(&house, &traces[0]).await;
    assert_eq!((told[0].kind, told[0].cause.as_deref()), (Kind::Trouble, Some("login-lost")));
    assert!(house.console.explain(&reading(&house, Permission::ReadLogins), &traces[9]).await.is_ok());
    assert!(matches!(
        house.console.explain(&reading(&house, Permission::ReadLogins), &traces[10]).await,
        Err(Refusal::NotFound(_))
    ));
}

#[tokio::test]
async fn a_request_that_became_no_login_is_told_by_itself() {
    let house = TestBroker::open().await;
    let page = house.browser().authorize(&[("redirect_uri", Some("https://evil.example/"))]).await;
    let events = explained(&house, trace_of(&page)).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].cause.as_deref(), Some("redirect-uri-not-registered"));
    let refused = house.token(&[("grant_type", "authorization_code")]).await;
    let events = explained(&house, trace_of(&refused)).await;
    assert_eq!(kinds(&events), [Kind::TokenRefused]);
}

#[tokio::test]
async fn an_answer_from_a_session_and_its_end_are_told() {
    let mut house = TestBroker::open().await;
    house.remember(&[model::LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    browser.log_in(&[], with::APP).await;
    let again = browser.authorize(&[]).await;
    let events = explained(&house, trace_of(&again)).await;
    assert_eq!(kinds(&events), [Kind::Started, Kind::CompletedFromSession]);
    let out = browser.post("/oauth2/logout", "decision=logout", Some(crate::house::ISSUER)).await;
    assert_eq!(kinds(&explained(&house, trace_of(&out)).await), [Kind::LoggedOut]);
}

#[tokio::test]
async fn events_name_nobody_and_are_forgotten() {
    let house = TestBroker::open().await;
    let answer = house.browser().log_in(&[], with::APP).await;
    let events = format!("{:?}", explained(&house, trace_of(&answer)).await);
    let kari = house.kari();
    let subject = house.redeem(&answer.param("code")).await.json();
    let subject = house.claims(subject["id_token"].as_str().unwrap()).await["sub"].to_string();
    for personal in [kari.nin.as_str(), "Kari", "Nordli", subject.trim_matches('"')] {
        assert!(!events.contains(personal), "{personal}");
    }
    house.step(30 * 24 * 60 * 60);
    house.sweep(&house.call()).await;
    let gone = house.console.explain(&reading(&house, Permission::ReadLogins), trace_of(&answer)).await;
    assert!(matches!(gone, Err(Refusal::NotFound(Noun::Trace))));
}

#[tokio::test]
async fn a_flood_of_refusals_is_no_flood_of_writes() {
    let house = TestBroker::open().await;
    for _ in 0..250 {
        house.token(&[("grant_type", "password")]).await;
    }
    assert_eq!(house.write_events().await, 200);
    let answer = house.browser().log_in(&[], with::APP).await;
    assert!(kinds(&explained(&house, trace_of(&answer)).await).contains(&Kind::Started));
}

#[tokio::test]
async fn the_last_use_of_a_secret_is_known_to_the_hour() {
    let house = TestBroker::open().await;
    let used_at = async || {
        house.write_events().await;
        let shop = house
            .console
            .application(&may(&house.tenant, Permission::ReadSettings), house.domain, "shop")
            .await
            .unwrap();
        house.console.client_secrets(&may(&house.tenant, Permission::ReadSettings), shop.id).await.unwrap()[0]
            .last_used_at
    };
    assert_eq!(used_at().await, None);
    house.redeem(&house.code(&[]).await).await;
    assert_eq!(used_at().await, Some(house.time()));
}

#[tokio::test]
async fn a_jump_of_the_clock_is_told_beside_what_it_broke_and_kept_for_the_operator() {
    let house = TestBroker::open().await;
    keep_log();
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    house.step(7_200);
    let jump = model::ClockJump { at: house.time(), seconds: 7_200 };
    house.provider().note_jump(jump).await.unwrap();
    let state = leave.param("state");
    browser.get(&format!("/callback/no-bankid?code=x&state={state}")).await;
    let log = logged();
    assert!(log.contains("the clock of this machine jumped, which may be the cause"), "{log}");
    assert!(log.contains("jumped_by_s=7200"), "{log}");
    assert_eq!(
        house.console.clock_jump(&reading(&house, Permission::ReadInstallation)).await.unwrap(),
        Some(jump)
    );
}

#[tokio::test]
async fn logins_that_anybody_begins_do_not_fill_the_database() {
    let house = TestBroker::open().await;
    let from = |last: u8| Some(std::net::IpAddr::from([192, 0, 2, last]));
    for _ in 0..200 {
        house.browser_from(from(1)).authorize(&[]).await;
    }
    let answer = house.browser_from(from(2)).log_in(&[], with::APP).await;
    assert_eq!(house.write_events().await, 60 + 3, "another neighbour is not counted with it");
    let since = house.time().before(std::time::Duration::from_secs(3_600));
    let counted = house.store.read(move |tx| store::counted_events::list_since(tx, since)).await.unwrap();
    let all: Vec<_> = counted.iter().map(|it| (it.kind, it.events)).collect();
    assert!(all.contains(&(Kind::Started, 170)) && all.contains(&(Kind::SentToEid, 170)), "{all:?}");
    assert_eq!(house.provider().counted_events(), 340);
    assert_eq!(explained(&house, trace_of(&answer)).await.len(), 3);
}

#[tokio::test]
async fn what_proved_nobody_is_kept_for_a_week_and_what_led_to_a_proof_as_long_as_that() {
    let house = TestBroker::open().await;
    let begun = house.browser().authorize(&[]).await;
    let done = house.browser().log_in(&[], with::APP).await;
    house.write_events().await;
    house.step(7 * 24 * 60 * 60);
    house.sweep(&house.call()).await;
    assert!(matches!(
        house.console.explain(&reading(&house, Permission::ReadLogins), trace_of(&begun)).await,
        Err(Refusal::NotFound(_))
    ));
    let kept = [Kind::Started, Kind::SentToEid, Kind::Completed];
    assert_eq!(
        kinds(
            &house.console.explain(&reading(&house, Permission::ReadLogins), trace_of(&done)).await.unwrap()
        ),
        kept
    );
}
