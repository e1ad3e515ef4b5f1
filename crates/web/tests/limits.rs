//! Too much, too long, malformed; and what stays behind.

use crate::house::{TestBroker, keep_log, logged, with};

#[tokio::test]
async fn rule_19_oversized_input_is_refused_before_it_is_looked_at() {
    let house = TestBroker::open().await;
    let query = house.request(&[]);
    let long = house.get(&format!("/oauth2/authorize?{query}&x={}", "a".repeat(33_000))).await;
    assert_eq!((long.status, long.trouble()), (414, "request-too-large"));
    let big = house.post("/oauth2/token", &format!("grant_type={}", "a".repeat(70_000)), &[]).await;
    assert_eq!((big.status, big.error().as_str()), (413, "invalid_request"));
    let many = house
        .get(&format!(
            "/oauth2/authorize?{query}&{}",
            (0..101).map(|it| format!("p{it}=1&")).collect::<String>()
        ))
        .await;
    assert_eq!((many.status, many.trouble()), (400, "request-too-large"));
}

#[tokio::test]
async fn rule_19_each_parameter_has_a_longest_length() {
    let house = TestBroker::open().await;
    for (name, longest) in
        [("state", 4_096), ("nonce", 1_024), ("scope", 1_024), ("login_hint", 1_024), ("claims", 8_192)]
    {
        let value = "a".repeat(longest + 1);
        let reply = house.browser().authorize(&[(name, Some(&value))]).await;
        assert_eq!(reply.error(), "invalid_request", "{name}");
    }
}

#[tokio::test]
async fn malformed_requests_are_answered_with_a_page_and_no_panic() {
    let house = TestBroker::open().await;
    for target in
        ["/oauth2/authorize?client_id=%zz", "/oauth2/authorize?client_id=shop%00", "/oauth2/authorize?%ff=1"]
    {
        let reply = house.get(target).await;
        assert_eq!((reply.status, reply.trouble()), (400, "request-malformed"), "{target}");
    }
    for target in [
        "/login/x",
        "/login/../../etc",
        "/login/x/with/no-bankid",
        "/login//",
        "/callback/no-mitid",
        "/nothing/here",
    ] {
        assert!(matches!(house.get(target).await.status, 400 | 404), "{target}");
    }
}

#[tokio::test]
async fn rule_02_return_addresses_of_others_are_ignored() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let target = shown.location().to_owned();
    for name in ["return_to", "next", "back", "lang"] {
        let page = browser.get(&format!("{target}?{name}=https://evil.example/")).await;
        assert!(page.status == 200 && !page.body.contains("evil.example"), "{name}");
    }
}

#[tokio::test]
async fn rule_22_a_value_that_would_end_a_header_is_never_sent_in_one() {
    let house = TestBroker::open().await;
    let state = "x%0d%0aSet-Cookie:%20a=b";
    let raw = house.request(&[("state", None)]);
    let reply = house.get(&format!("/oauth2/authorize?{raw}&state={state}")).await;
    assert_eq!((reply.status, reply.header("location")), (400, None));
    let mut settings =
        model::ApplicationSettings::new(model::ApplicationKind::Web, vec!["https://a.example/\r\nx".into()]);
    assert!(settings.check(model::Environment::Test).is_err());
    settings.redirect_uris = vec!["https://ål.example/".into()];
    assert!(settings.check(model::Environment::Test).is_err());
}

#[tokio::test]
async fn rule_23_a_log_record_is_one_line_and_holds_nothing_secret() {
    keep_log();
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let answer = browser.log_in(&[("scope", Some("openid profile eid_subject"))], with::APP).await;
    let tokens = house.redeem(&answer.param("code")).await.json();
    browser.log_in_with(&[], with::APP, Some(sandbox::SimulatedFault::Http500)).await;
    house.get("/evil%0a2026-01-01T00:00:00Z%20ERROR%20forged?x=%0aERROR").await;
    for path in
        ["/17058417846", "/callback/no-bankid/canary", "/login/canary/with/canary", "/Kari.Canary@example.no"]
    {
        house.get(path).await;
    }
    let text = logged();
    let ours: Vec<&str> = text.lines().collect();
    assert!(
        ours.iter().any(|line| line.contains("/oauth2/token"))
            && ours.iter().any(|line| line.contains("trouble at an eID"))
    );
    assert!(!ours.iter().any(|line| line.starts_with("2026-01-01")));
    let kari = house.kari();
    let secrets = [
        answer.param("code"),
        tokens["access_token"].as_str().unwrap().to_owned(),
        tokens["id_token"].as_str().unwrap().to_owned(),
        house.secret.expose().clone(),
        kari.nin,
        kari.family_name,
        kari.bankid_altsub,
        "the-nonce".to_owned(),
        "17058417846".to_owned(),
        "anary".to_owned(),
    ];
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn nothing_about_a_person_lies_readable_in_the_database() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let answer = browser.log_in(&[], with::APP).await;
    let tokens = house.redeem(&answer.param("code")).await.json();
    browser.log_in(&[("scope", Some("openid nin profile"))], with::APP).await;
    browser
        .post(
            "/oauth2/authorize",
            &house.request(&[("login_hint", Some(&format!("BID:{}", house.kari().nin)))]),
            None,
        )
        .await;
    house.store.close().await;
    let kari = house.kari();
    let secrets = [
        kari.nin,
        kari.family_name,
        kari.bankid_altsub,
        house.secret.expose().clone(),
        answer.param("code"),
        tokens["access_token"].as_str().unwrap().to_owned(),
        "vipps-secret".to_owned(),
    ];
    for file in std::fs::read_dir(house.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in &secrets {
            assert!(
                !bytes.windows(secret.len()).any(|it| it == secret.as_bytes()),
                "{secret} is in the database"
            );
        }
    }
}

#[tokio::test]
async fn the_database_stays_the_same_size_under_the_same_load() {
    let house = TestBroker::open().await;
    let live = async || {
        let context = provider::RequestContext {
            now: model::Timestamp::from_seconds(house.clock.load(std::sync::atomic::Ordering::SeqCst)),
            trace: provider::TraceId::new(&crypto::Random::system()),
            from: None,
        };
        house.sweep(&context).await
    };
    let mut removed = Vec::new();
    for _ in 0..5 {
        for _ in 0..4 {
            house.redeem(&house.code(&[]).await).await;
        }
        house.step(3_600);
        removed.push(live().await);
    }
    assert_eq!(removed, vec![removed[0]; 5], "each round's rows go before the next");
    assert_eq!(removed[0], 4 * 3, "a state, a grant and a token for each login");
}

#[tokio::test]
async fn every_answer_has_a_trace_id_and_is_kept_by_nobody() {
    let house = TestBroker::open().await;
    for target in ["/oauth2/authorize", "/oauth2/token", "/oauth2/userinfo", "/login/x", "/"] {
        let reply = house.get(target).await;
        assert_eq!(reply.header("trace-id").map(str::len), Some(32), "{target}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{target}");
    }
}

#[test]
fn what_holds_a_secret_does_not_print_it() {
    const CANARY: &str = "canary";
    let form = |text: &str| oidc::Params::parse(text).unwrap();
    let token = form("code=canary&code_verifier=canary&client_id=a&client_secret=canary");
    let assertion = form(
        "client_assertion=canary&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    let answer = oidc::TokenResponse {
        refresh_token: None,
        access_token: CANARY.to_owned(),
        token_type: "Bearer",
        expires_in: oidc::ExpiresIn::Number(1),
        id_token: Some(CANARY.to_owned()),
        scope: None,
    };
    let memo = model::Memo {
        state: *b"canary, canary, ",
        of_connector: b"canary, canary, canary, canary, ".to_vec(),
        client: [0; 16],
        started_at: model::Timestamp::from_seconds(0),
    };
    let consent =
        model::Phase::Consent { key: *b"canary, canary, canary, canary, ", listed: oidc::Scopes::default() };
    let mut request = outbound::Request::form("https://a.example/?x=canary".to_owned(), CANARY.to_owned());
    request.headers.push(("authorization".into(), CANARY.to_owned()));
    let printed = [
        format!("{token:?} {:?}", oidc::TokenParams::pick(&token)),
        format!("{:?}", oidc::ClientCredentials::pick(None, &token).unwrap()),
        format!("{:?}", oidc::ClientCredentials::pick(None, &assertion).unwrap()),
        format!("{answer:?} {:?}", oidc::Returned::pick(&form("code=canary&state=canary"))),
        format!(
            "{memo:?} {consent:?} {:?}",
            model::Phase::AtEid { eid: model::LoginMethod::NO_BANKID, memo: memo.clone() }
        ),
        format!("{request:?}"),
    ];
    let bytes = format!("{}, {}, {}", b'c', b'a', b'n');
    for text in printed {
        assert!(!text.contains(CANARY) && !text.contains(&bytes), "{text}");
    }
}
