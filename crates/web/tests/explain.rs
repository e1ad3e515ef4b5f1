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

async fn details(house: &TestBroker, trace: &str) -> console::ExplainedDetails {
    let event = explained(house, trace).await.pop().unwrap();
    house.console.event_details(&reading(house, Permission::ReadLogins), &event).await.unwrap()
}

#[tokio::test]
async fn a_refused_return_address_was_shown_to_nobody() {
    let house = TestBroker::open().await;
    let sent = "https://evil.example/cb?code=secret-code";
    let page = house.browser().authorize(&[("redirect_uri", Some(sent))]).await;
    assert!(page.body.contains("https://evil.example/cb?…") && !page.body.contains("secret-code"));
    assert!(page.body.contains(crate::house::REDIRECT) && page.body.contains("(shop)"), "{}", page.body);
    let told = details(&house, trace_of(&page)).await;
    assert_eq!(told.kept.return_uri.as_deref(), Some("https://evil.example/cb?…"));
    assert_eq!(told.registered, [crate::house::REDIRECT]);
    let unknown = house.browser().authorize(&[("client_id", Some("shpo"))]).await;
    assert!(unknown.body.contains("shpo"));
    let event = explained(&house, trace_of(&unknown)).await.pop().unwrap();
    assert!(
        !String::from_utf8_lossy(event.sealed_details.as_ref().unwrap()).contains("shpo"),
        "it is sealed"
    );
    assert_eq!(details(&house, trace_of(&unknown)).await.kept.client_id.as_deref(), Some("shpo"));
}

#[tokio::test]
async fn the_operator_was_not_told_why_a_client_secret_was_refused() {
    use model::AuthenticationFailure as Why;
    let house = TestBroker::open().await;
    let read = may(&house.tenant, Permission::ReadSettings);
    let shop = house.console.application(&read, house.domain, "shop").await.unwrap().id;
    let secret = house.console.client_secrets(&read, shop).await.unwrap()[0].id;
    let attempt = async |client_id: &str, secret: &str| {
        let pairs =
            [("grant_type", "authorization_code"), ("client_id", client_id), ("client_secret", secret)];
        let refused = house.token(&pairs).await;
        assert_eq!(refused.error(), "invalid_client");
        assert!(!refused.body.contains("expired") && !refused.body.contains("ended"), "{}", refused.body);
        details(&house, trace_of(&refused)).await.kept.authentication.unwrap()
    };
    assert_eq!(attempt("nobody", "x").await, Why::ClientUnknown);
    assert_eq!(attempt("shop", "x").await, Why::SecretWrong);
    assert_eq!(attempt("signed", "x").await, Why::OtherMethod);
    let ending = may(&house.tenant, Permission::ManageSecrets);
    let retired = house.console.retire_client_secret(&ending, (shop, secret), house.time(), house.time());
    retired.await.unwrap();
    house.step(10);
    assert_eq!(attempt("shop", house.secret.expose()).await, Why::SecretEnded);
    house.meddle("UPDATE client_secrets SET expires_at = retired_at, retired_at = NULL WHERE retired_at > 0");
    house.step(10);
    assert_eq!(attempt("shop", house.secret.expose()).await, Why::SecretExpired);
    let none = house.token(&[("grant_type", "authorization_code"), ("client_id", "shop")]).await;
    let told = explained(&house, trace_of(&none)).await.pop().unwrap();
    assert_eq!(told.application_id, Some(shop), "the application that is meant is named");
    assert_eq!(details(&house, trace_of(&none)).await.kept.authentication, Some(Why::NothingSent));
}

#[tokio::test]
async fn logout_refusals_unknown_paths_and_unknown_hosts_were_found_by_no_trace() {
    let house = TestBroker::open().await;
    let logout = "/oauth2/logout?client_id=shop&post_logout_redirect_uri=https://evil.example/bye";
    let refused = house.get(logout).await;
    let told = explained(&house, trace_of(&refused)).await.pop().unwrap();
    assert_eq!(told.cause.as_deref(), Some("logout-return-not-registered"));
    let kept = details(&house, trace_of(&refused)).await.kept;
    assert_eq!(kept.return_uri.as_deref(), Some("https://evil.example/bye"));

    let nothing = house.get("/wp-login.php?user=kari").await;
    let kept = details(&house, trace_of(&nothing)).await.kept;
    assert_eq!(kept.path.as_deref(), Some("/wp-login.php"));

    let mut elsewhere = house.browser();
    "nobody.example".clone_into(&mut elsewhere.host);
    let unknown = elsewhere.get("/").await;
    let told = explained(&house, trace_of(&unknown)).await.pop().unwrap();
    assert_eq!((told.tenant_id, told.cause.as_deref()), (model::INSTALLATION, Some("not-found")));
    assert_eq!(details(&house, trace_of(&unknown)).await.kept.host.as_deref(), Some("nobody.example"));
    let recent = house.console.latest_elsewhere(&reading(&house, Permission::ReadLogins), None, 10).await;
    assert_eq!(recent.unwrap(), [told]);
}

#[tokio::test]
async fn a_flood_of_unknown_paths_is_counted_and_not_kept_one_by_one() {
    let house = TestBroker::open().await;
    let mut browser = house.browser_from(Some([192, 0, 2, 1].into()));
    let mut written = 0;
    for number in 0..70 {
        browser.get(&format!("/nothing/{number}")).await;
        written += house.write_events().await;
    }
    assert_eq!(written, 60);
    let counted =
        house.store.read(|tx| store::counted_events::list_since(tx, model::Timestamp::from_micros(0)));
    let counted = counted.await.unwrap();
    assert_eq!(
        counted.iter().map(|it| (it.cause.as_str(), it.events)).collect::<Vec<_>>(),
        [("not-found", 10)]
    );
}
