//! One catalogue behind pages, answers, log lines and `/errors`.

use axum::{body::Body, http::Request};

use crate::house::{HOST, TestBroker, keep_log, logged, with};

#[tokio::test]
async fn every_error_page_shows_its_cause_and_its_trace_id() {
    let house = TestBroker::open().await;
    for (target, status, cause) in [
        ("/nowhere", 404, "not-found"),
        ("/assets/nothing.css", 404, "not-found"),
        ("/login/x", 400, "login-lost"),
        ("/oauth2/authorize", 400, "client-id-missing"),
        ("/oauth2/logout?client_id=nobody", 400, "client-unknown"),
        ("/oauth2/logout?id_token_hint=x", 400, "logout-hint-invalid"),
        ("/errors/no-such-cause", 404, "not-found"),
    ] {
        let reply = house.get(target).await;
        assert_eq!((reply.status, reply.trouble()), (status, cause), "{target}");
        let trace = reply.header("trace-id").unwrap();
        assert!(reply.body.contains(&format!("data-trace=\"{trace}\"")), "{target}");
        assert!(reply.body.contains(&format!("href=\"/errors/{cause}\"")), "{target}");
    }
}

#[tokio::test]
async fn what_programs_ask_is_refused_in_json_with_the_trace_id() {
    let house = TestBroker::open().await;
    let large = "a".repeat(70_000);
    let replies = [
        (405, house.get("/oauth2/token").await),
        (404, house.get("/.well-known/nothing").await),
        (413, house.post("/oauth2/token", &large, &[]).await),
        (413, house.post("/oauth2/userinfo", &large, &[]).await),
        (400, house.post("/oauth2/token", "%", &[]).await),
    ];
    for (status, reply) in replies {
        assert_eq!((reply.status, reply.error().as_str()), (status, "invalid_request"), "{reply:?}");
        let trace = reply.header("trace-id").unwrap();
        let told = reply.json()["error_description"].as_str().unwrap().to_owned();
        assert!(told.ends_with(&format!("(trace {trace})")), "{told}");
    }
    assert_eq!(house.get("/oauth2/token").await.header("allow"), Some("POST,OPTIONS"));
}

#[tokio::test]
async fn a_method_or_body_that_does_not_fit_is_a_page_where_people_come() {
    let house = TestBroker::open().await;
    let request = |method: &str, target: &str, body: &'static [u8]| {
        let request = Request::builder().method(method).uri(target).header("host", HOST);
        request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).unwrap()
    };
    let method = house.send(request("DELETE", "/oauth2/authorize", b"")).await;
    assert_eq!((method.status, method.trouble()), (405, "method-not-allowed"));
    let bytes = house.send(request("POST", "/oauth2/authorize", b"\xff\xfe")).await;
    assert_eq!((bytes.status, bytes.trouble()), (400, "request-malformed"));
}

#[tokio::test]
async fn a_refused_request_is_one_line_of_the_log_with_its_cause_and_client() {
    keep_log();
    let house = TestBroker::open().await;
    let refused = house.browser().authorize(&[("response_type", Some("token"))]).await;
    let page = house.browser().authorize(&[("redirect_uri", Some("https://evil.example/"))]).await;
    let code = house.redeem("no-such-code").await;
    let cancelled = house.browser().log_in(&[], with::CANCEL).await;
    let log = logged();
    for (reply, cause) in [
        (refused, "response-type-unsupported"),
        (page, "redirect-uri-not-registered"),
        (code, "code-invalid"),
        (cancelled, "person-cancelled"),
    ] {
        let trace = reply.header("trace-id").unwrap();
        let lines: Vec<&str> =
            log.lines().filter(|line| line.contains(trace) && line.contains("cause=")).collect();
        assert_eq!(lines.len(), 1, "{cause}: {lines:?}");
        assert!(lines[0].contains(&format!("cause=\"{cause}\"")), "{}", lines[0]);
        assert!(lines[0].contains("client_id=\"shop\""), "{}", lines[0]);
    }
    assert!(!log.contains("evil.example"));
}

#[tokio::test]
async fn everybody_may_read_the_catalogue_in_their_language() {
    let house = TestBroker::open().await;
    let list = house.get("/errors?lang=en").await;
    for cause in texts::Cause::ALL {
        assert!(list.body.contains(&format!("/errors/{}", cause.id())), "{}", cause.id());
    }
    let one = house.get("/Errors/code-invalid/?lang=nn").await;
    assert_eq!(one.status, 200);
    assert!(one.body.contains("Løys inn koden") && one.body.contains("invalid_grant"), "{}", one.body);
}

#[tokio::test]
async fn the_list_of_errors_could_not_be_searched() {
    let house = TestBroker::open().await;
    let listed = |body: &str| body.matches("<dt>").count();
    let all = house.get("/errors?lang=en").await;
    assert!(listed(&all.body) > 50 && all.body.contains("Can be fixed by: The application’s developer"));
    let some = house.get("/errors?lang=en&q=Redirect+registered").await;
    assert!(some.body.contains("redirect-uri-not-registered") && listed(&some.body) < 10, "{}", some.body);
    let none = house.get("/errors?lang=en&q=%3Cb%3Enothing").await;
    assert_eq!(listed(&none.body), 0);
    assert!(none.body.contains("&#60;b&#62;nothing"), "{}", none.body);
}

#[tokio::test]
async fn a_search_with_bidirectional_controls_turned_the_sentence_around() {
    let house = TestBroker::open().await;
    let page = house.get("/errors?lang=en&q=x%E2%80%AEevil%E2%81%A6").await;
    assert!(page.body.contains("\u{2068}xevil\u{2069}"), "{}", page.body);
    let turned = |it: char| matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}');
    assert!(!page.body.contains(turned), "{}", page.body);
    assert!(!page.body.contains("role=\"status\""), "nothing changes on a page that was loaded");
}
