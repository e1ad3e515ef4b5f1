//! What a request is before anybody knows what it asks: its headers, its way here, where its form was sent from.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, request::Builder},
};
use tower::ServiceExt;
use web::{Entrance, Peer, with_entrance};

use crate::house::{HOST, ISSUER, Reply, TestBroker, form, keep_log, logged, with};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const PROXY: [u8; 4] = [10, 0, 0, 1];
const BROWSER: [u8; 4] = [192, 0, 2, 7];

/// The house behind its entrance, which trusts one proxy.
fn behind(house: &TestBroker) -> Router {
    with_entrance(
        house.router.clone(),
        Entrance {
            trusts: Arc::new(|it| it == IpAddr::from(PROXY)),
            proxies_only: false,
            largest_headers: 20_000,
            largest_body: 1_000,
            body_for: Duration::from_secs(5),
            observe: Arc::new(|_| ()),
            turned_away: Arc::new(|_| ()),
        },
    )
}

async fn enter(house: &TestBroker, from: [u8; 4], request: Builder, body: &str) -> Reply {
    let request = request.extension(Peer { address: from.into(), is_tls: false });
    let request = request.body(Body::from(body.to_owned())).unwrap();
    Reply::read(behind(house).oneshot(request).await.unwrap()).await
}

/// What a form of ours was sent with, and whether it counts.
const SENT_WITH: [(&[(&str, &str)], bool); 6] = [
    (&[("origin", ISSUER)], true),
    (&[("sec-fetch-site", "same-origin")], true),
    (&[], false),
    (&[("origin", "https://evil.example")], false),
    (&[("origin", "null"), ("sec-fetch-site", "same-origin")], false),
    (&[("sec-fetch-site", "same-site")], false),
];

#[tokio::test]
async fn a_form_of_ours_without_an_origin_counts_everywhere_or_nowhere() {
    let house = TestBroker::open().await;
    for (headers, counts) in SENT_WITH {
        for target in ["/login/x/consent", "/login/x/sign-in"] {
            let reply = house.post(target, "decision=allow", headers).await;
            let wanted = if counts { (400, "login-lost") } else { (403, "decision-not-made-here") };
            assert_eq!((reply.status, reply.trouble()), wanted, "{target} {headers:?}");
        }
        let reply = house.post("/oauth2/logout", "decision=logout", headers).await;
        // From elsewhere it is a request to log out as any other, which asks the person.
        assert_eq!(reply.status, if counts { 200 } else { 303 }, "{headers:?}");
    }
}

#[tokio::test]
async fn a_form_on_another_site_decides_nothing_at_the_simulators_of_development() {
    let house = TestBroker::open().await;
    let simulator = web::simulator_router(Arc::new(web::SimulatorSite {
        simulator: Arc::clone(&house.bankid),
        kind: sandbox::Kind::BankidNo,
        clock: Arc::new(|| model::Timestamp::from_seconds(crate::house::START)),
        random: crypto::Random::system(),
        path: String::new(),
    }));
    let issuer = house.bankid.issuer();
    let own = &issuer[..issuer.match_indices('/').nth(2).unwrap().0];
    for target in ["/simulator/decision", "/simulator/people", "/simulator/keys", "/simulator/outage"] {
        for (origin, counts) in [(own, true), ("https://evil.example", false)] {
            let request = Request::post(target).header("origin", origin).body(Body::empty()).unwrap();
            let reply = Reply::read(simulator.clone().oneshot(request).await.unwrap()).await;
            // Programs turn keys and begin outages; no page does.
            let has_page = !target.ends_with("/keys") && !target.ends_with("/outage");
            let wanted = if counts && has_page { 400 } else { 403 };
            assert_eq!(reply.status, wanted, "{target} from {origin}");
        }
    }
}

#[tokio::test]
async fn of_two_hosts_origins_or_authorizations_the_first_is_not_believed() {
    let house = TestBroker::open().await;
    for (name, value) in [("host", HOST), ("origin", ISSUER), ("authorization", "Bearer x")] {
        let mut request = Request::get("/oauth2/userinfo").header("host", HOST);
        if name != "host" {
            request = request.header(name, value);
        }
        let twice = request.header(name, value).body(Body::empty()).unwrap();
        let reply = house.send(twice).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_request"), "{name}");
    }
    let nobody = house.send(Request::get("/privacy").body(Body::empty()).unwrap()).await;
    assert_eq!((nobody.status, nobody.trouble()), (400, "header-invalid"));
}

#[tokio::test]
async fn a_host_with_the_port_that_its_scheme_has_anyway_is_the_same_domain() {
    let house = TestBroker::open().await;
    let ask = async |host: &str, proto: &str| {
        let request = Request::get(DISCOVERY).header("host", host).header("x-forwarded-proto", proto);
        enter(&house, PROXY, request, "").await
    };
    assert_eq!(ask("ID.shop.example:443", "https").await.json()["issuer"], ISSUER);
    assert_eq!(ask("id.shop.example:80", "https").await.status, 404);
    assert_eq!(ask("id.shop.example:80", "http").await.location(), format!("{ISSUER}{DISCOVERY}"));
}

#[tokio::test]
async fn somebody_elses_cookie_with_a_byte_beyond_ascii_does_not_lose_the_login() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let ours: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let line = [b"visitor=Bl\xe5b\xe6r; ".as_slice(), ours.join("; ").as_bytes()].concat();
    let request = Request::get(back.strip_prefix(ISSUER).unwrap()).header("host", HOST);
    let request = request.header("cookie", HeaderValue::from_bytes(&line).unwrap());
    let answer = house.send(request.body(Body::empty()).unwrap()).await;
    assert!(answer.find_param("code").is_some(), "{answer:?}");
}

#[tokio::test]
async fn one_unreadable_element_discards_neither_the_languages_nor_the_hops_beside_it() {
    let mut house = TestBroker::open().await;
    house.limit(provider::Limits { address: 1, ..Default::default() });
    let bytes = |it: &[u8]| HeaderValue::from_bytes(it).unwrap();
    let ask = async |chain: &[u8]| {
        let request = Request::get("/privacy").header("host", HOST).header("x-forwarded-proto", "https");
        let request = request.header("accept-language", bytes(b"\xff, nn;q=0.9"));
        enter(&house, PROXY, request.header("x-forwarded-for", bytes(chain)), "").await
    };
    let shown = ask(b"bl\xe5, 192.0.2.1").await;
    assert!(shown.status == 200 && shown.body.contains("<html lang=\"nn\""), "{}", shown.body);
    assert_eq!(ask(b"bl\xe5, 192.0.2.2").await.status, 200, "another address");
    assert_eq!(ask(b"bl\xe5, 192.0.2.1").await.status, 429, "the same");
}

#[tokio::test]
async fn what_is_too_large_at_the_entrance_is_told_in_our_words_with_a_trace_id() {
    let house = TestBroker::open().await;
    let large = "x".repeat(2_000);
    let post = |target: &str| Request::post(target).header("host", HOST).header("x-forwarded-proto", "https");
    let json = enter(&house, PROXY, post("/oauth2/token"), &large).await;
    assert_eq!((json.status, json.error().as_str()), (413, "invalid_request"));
    let trace = json.header("trace-id").unwrap();
    assert!(json.json()["error_description"].as_str().unwrap().ends_with(&format!("(trace {trace})")));
    let header = "x".repeat(21_000);
    let json = enter(&house, PROXY, post("/oauth2/token").header("x-long", header), "").await;
    assert_eq!((json.status, json.error().as_str()), (431, "invalid_request"));
    let page = enter(&house, PROXY, post("/oauth2/authorize"), &large).await;
    assert_eq!((page.status, page.trouble()), (413, "request-too-large"));
    assert_eq!(page.header("cross-origin-opener-policy"), Some("unsafe-none"));
}

#[tokio::test]
async fn a_body_that_is_no_form_is_told_which_content_type_to_send() {
    let house = TestBroker::open().await;
    let json = [("content-type", "application/json"), ("origin", ISSUER)];
    let wanted = "Content-Type must be application/x-www-form-urlencoded";
    for target in ["token", "par", "introspect", "revoke", "userinfo"] {
        for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
            let reply = house.post_as(&format!("/oauth2/{target}"), "{\"grant_type\":\"x\"}", kind).await;
            let told = reply.json()["error_description"].as_str().unwrap().to_owned();
            assert!(reply.status == 400 && told.starts_with(wanted), "{target} {kind}: {told}");
        }
    }
    for target in ["/oauth2/authorize", "/oauth2/logout", "/login/x/consent", "/login/x/sign-in"] {
        let request = Request::post(target).header("host", HOST);
        let request = json.iter().fold(request, |it, (name, value)| it.header(*name, *value));
        let reply = house.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!((reply.status, reply.trouble()), (400, "content-type-unsupported"), "{target}");
    }
}

#[tokio::test]
async fn a_program_that_sends_json_with_everything_still_reads_userinfo() {
    let house = TestBroker::open().await;
    let tokens = house.redeem(&house.code(&[]).await).await.json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let request = Request::post("/oauth2/userinfo").header("host", HOST).header("authorization", bearer);
    let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
    assert_eq!(house.send(request).await.status, 200);
}

#[tokio::test]
async fn tracing_headers_pass_the_preflight_of_discovery_as_of_the_token_endpoint() {
    let house = TestBroker::open().await;
    for target in [DISCOVERY, "/.well-known/jwks", "/eids", "/oauth2/token", "/oauth2/userinfo"] {
        let request = Request::options(target).header("host", HOST).header("origin", "https://spa.example");
        let reply = house.send(request.body(Body::empty()).unwrap()).await;
        let allowed = reply.header("access-control-allow-headers").unwrap_or_default().to_ascii_lowercase();
        for name in ["traceparent", "tracestate", "baggage"] {
            assert!(allowed.contains(name), "{target}: {allowed}");
        }
    }
}

#[tokio::test]
async fn a_space_in_the_state_comes_back_as_percent_20() {
    let house = TestBroker::open().await;
    let answer = house.browser().log_in(&[("state", Some("a b+c"))], with::APP).await;
    assert!(answer.location().contains("&state=a%20b%2Bc"), "{}", answer.location());
    let query = form(&[("client_id", "shop"), ("post_logout_redirect_uri", "https://shop.example/bye")]);
    let body = format!("{query}&state=a+b&decision=logout");
    let left = house.post("/oauth2/logout", &body, &[("origin", ISSUER)]).await;
    assert!(left.body.contains("https://shop.example/bye?state=a%20b"), "{}", left.body);
}

#[tokio::test]
async fn an_answer_with_a_long_state_fits_a_proxys_buffer_and_still_leads_on() {
    let house = TestBroker::open().await;
    let state = "s".repeat(3_500);
    let answer = house.browser().log_in(&[("state", Some(&state))], with::APP).await;
    assert_eq!((answer.status, answer.header("location")), (200, None));
    assert!(answer.header_bytes() <= 4_000 - 150, "{} bytes", answer.header_bytes());
    assert!(
        answer.body.contains(&format!("state={state}"))
            && answer.body.contains("https://shop.example/callback?code=")
    );
    assert!(answer.all("set-cookie").len() == 1, "the login's cookie goes all the same: {answer:?}");
    let short = house.browser().log_in(&[], with::APP).await;
    assert_eq!(short.status, 303);
}

#[tokio::test]
async fn behind_a_proxy_that_does_not_say_https_a_browser_gets_a_page_and_no_loop() {
    keep_log();
    let house = TestBroker::open().await;
    let get = || Request::get("/privacy").header("host", HOST);
    let inner = get().header("x-forwarded-proto", "http");
    let ways: [(&str, [u8; 4], Builder); 3] = [
        ("a trusted proxy says nothing", PROXY, get()),
        ("it says how an inner hop came", PROXY, inner.header("sec-fetch-site", "none")),
        ("nobody knows that it is a proxy", BROWSER, get().header("sec-fetch-site", "none")),
    ];
    for (way, from, request) in ways {
        let page = enter(&house, from, request, "").await;
        assert_eq!((page.status, page.trouble()), (500, "proxy-scheme-missing"), "{way}");
        let (trace, peer) = (page.header("trace-id").unwrap(), IpAddr::from(from).to_string());
        let log = logged();
        let line = log.lines().find(|it| it.contains(trace) && it.contains("peer=")).unwrap();
        assert!(
            line.contains(&peer) && line.contains(HOST) && line.contains("proxy-scheme-missing"),
            "{line}"
        );
    }
    let said = enter(&house, PROXY, get().header("x-forwarded-proto", "http"), "").await;
    assert_eq!((said.status, said.location()), (308, "https://id.shop.example/privacy"));
    assert_eq!(enter(&house, BROWSER, get(), "").await.status, 308, "nobody said anything of a proxy");
}

#[tokio::test]
async fn who_is_turned_away_at_the_entrance_is_in_the_log_with_host_peer_and_cause() {
    keep_log();
    let house = TestBroker::open().await;
    let get = |host: &str| Request::get("/privacy").header("host", host.to_owned());
    let https = |it: Builder| it.header("x-forwarded-proto", "https");
    let ways: [(&str, Option<&str>, Builder); 4] = [
        ("forwarded-header-invalid", Some(HOST), get(HOST).header("x-forwarded-proto", "https, http")),
        (
            "forwarded-header-invalid",
            Some(HOST),
            https(get(HOST)).header("x-forwarded-host", "a.example, b.example"),
        ),
        ("header-invalid", Some("two.example"), https(get("two.example")).header("host", "two.example")),
        ("header-invalid", None, https(Request::get("/privacy"))),
    ];
    for (cause, host, request) in ways {
        let page = enter(&house, PROXY, request, "").await;
        assert_eq!((page.status, page.trouble()), (400, cause));
        let (trace, log) = (page.header("trace-id").unwrap(), logged());
        let line = log.lines().find(|it| it.contains(trace)).unwrap();
        assert!(line.contains(&format!("cause=\"{cause}\"")) && line.contains("peer=\"10.0.0.1\""), "{line}");
        assert!(host.is_none_or(|host| line.contains(&format!("host=\"{host}\""))), "{line}");
    }
}

#[tokio::test]
async fn only_pages_of_a_login_keep_their_opener_whatever_becomes_of_it() {
    let mut house = TestBroker::open().await;
    let policy = async |house: &TestBroker, target: &str| {
        let reply = house.get(target).await;
        (reply.status, reply.header("cross-origin-opener-policy").unwrap_or_default().to_owned())
    };
    let logins = [
        "/oauth2/authorize",
        "/dXJu/oauth2/authorize",
        "/login/x",
        "/callback/no-bankid",
        "/NOVippsLogin/Callback",
    ];
    for target in logins {
        assert_eq!(policy(&house, target).await.1, "unsafe-none", "{target}");
    }
    for target in ["/", "/privacy", "/errors", "/oauth2/logout", "/nowhere"] {
        assert_eq!(policy(&house, target).await.1, "same-origin", "{target}");
    }
    house.limit(provider::Limits { at_once: 1, ..Default::default() });
    let _seat = house.provider().seat(HOST).unwrap();
    assert_eq!(policy(&house, "/login/x").await, (503, "unsafe-none".to_owned()));
    assert_eq!(policy(&house, "/privacy").await, (503, "same-origin".to_owned()));
}
