//! What the application asks, and what it is told.

use axum::http::Request;

use crate::house::{HOST, ISSUER, REDIRECT, TestBroker, with};

type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

#[tokio::test]
async fn a_bankid_login_ends_in_a_code_a_token_and_claims() {
    let house = TestBroker::open().await;
    let answer = house.browser().log_in(&[], with::APP).await;
    assert_eq!((answer.status, answer.param("state").as_str()), (303, "the-state"));
    let tokens = house.redeem(&answer.param("code")).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    let kari = house.kari();
    assert_eq!(claims["name"], kari.name());
    assert_eq!(claims["acr"], "urn:grn:authn:no:bankid:high");
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["nonce"]),
        (&ISSUER.into(), &"shop".into(), &"the-nonce".into())
    );
    assert!(claims.get("nin").is_none());
}

#[tokio::test]
async fn a_vipps_login_states_no_level_and_gives_contact_details() {
    let house = TestBroker::open().await;
    let changes: Changes =
        &[("acr_values", Some("urn:grn:authn:no:vipps")), ("scope", Some("openid email phone address"))];
    let answer = house.browser().log_in(changes, with::APP).await;
    let tokens = house.redeem(&answer.param("code")).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["acr"], "urn:grn:authn:no:vipps");
    assert_eq!(claims["email_verified"], true);
    assert!(claims["phone_number"].as_str().unwrap().starts_with("+47"));
    assert_eq!(claims["address"]["country"], "NO");
    assert!(claims.get("name").is_none(), "profile was not asked for");
}

async fn refused(house: &TestBroker, changes: Changes<'_>) -> String {
    let reply = house.browser().authorize(changes).await;
    assert!(reply.location().starts_with(REDIRECT), "{changes:?}");
    assert_eq!(reply.param("iss"), ISSUER);
    assert_eq!(reply.param("state"), "the-state");
    assert!(reply.param("error_description").contains("(trace "));
    reply.error()
}

#[tokio::test]
async fn req_o1_only_the_code_flow_exists() {
    let house = TestBroker::open().await;
    for kind in ["token", "id_token", "id_token token", "code id_token", "none", "CODE"] {
        assert_eq!(
            refused(&house, &[("response_type", Some(kind))]).await,
            "unsupported_response_type",
            "{kind}"
        );
    }
    assert_eq!(refused(&house, &[("response_type", None)]).await, "invalid_request");
}

#[tokio::test]
async fn req_o2_a_confidential_application_sends_a_challenge_or_a_nonce() {
    let house = TestBroker::open().await;
    let without: Changes = &[("code_challenge", None), ("code_challenge_method", None)];
    assert_eq!(house.browser().authorize(without).await.find_param("error"), None, "the nonce is enough");
    for more in [
        [("nonce", None), ("state", Some("the-state"))],
        [("scope", Some("profile")), ("state", Some("the-state"))],
    ] {
        assert_eq!(refused(&house, &[without, &more].concat()).await, "invalid_request");
    }
}

#[tokio::test]
async fn req_o2_a_public_application_always_uses_pkce() {
    let house = TestBroker::open().await;
    let changes: Changes = &[
        ("client_id", Some("spa")),
        ("redirect_uri", Some("https://spa.example/")),
        ("code_challenge", None),
        ("code_challenge_method", None),
    ];
    assert_eq!(house.browser().authorize(changes).await.error(), "invalid_request");
}

#[tokio::test]
async fn rule_06_only_a_well_formed_s256_challenge_is_taken() {
    let house = TestBroker::open().await;
    for changes in [
        [("code_challenge_method", Some("plain")), ("nonce", Some("n"))],
        [("code_challenge_method", None), ("nonce", Some("n"))],
        [("code_challenge", None), ("nonce", Some("n"))],
        [("code_challenge", Some("short")), ("nonce", Some("n"))],
    ] {
        assert_eq!(refused(&house, &changes).await, "invalid_request", "{changes:?}");
    }
}

#[tokio::test]
async fn req_o3_a_redirect_uri_that_is_not_registered_is_a_page_and_never_a_redirect() {
    let house = TestBroker::open().await;
    for uri in [
        None,
        Some("https://shop.example/callback/"),
        Some("https://shop.example/callback?x=1"),
        Some("https://SHOP.example/callback"),
        Some("https://shop.example.evil.example/callback"),
        Some("https://shop.example@evil.example/callback"),
        Some("javascript:alert(1)"),
    ] {
        let reply = house.browser().authorize(&[("redirect_uri", uri)]).await;
        assert_eq!(
            (reply.status, reply.header("location"), reply.trouble()),
            (400, None, if uri.is_some() { "redirect-uri-not-registered" } else { "redirect-uri-missing" }),
            "{uri:?}"
        );
        assert!(!reply.leads_to("evil") && !reply.leads_to("javascript:"));
    }
}

#[tokio::test]
async fn an_unknown_client_is_a_page_and_never_a_redirect() {
    let house = TestBroker::open().await;
    for client in [None, Some("nobody"), Some("SHOP"), Some("<script>alert(1)</script>")] {
        let reply = house.browser().authorize(&[("client_id", client)]).await;
        assert_eq!(
            (reply.status, reply.header("location"), reply.trouble()),
            (400, None, if client.is_some() { "client-unknown" } else { "client-id-missing" }),
            "{client:?}"
        );
        assert!(!reply.body.contains("<script>alert"));
    }
}

#[tokio::test]
async fn neg_14_a_parameter_that_comes_twice_is_refused() {
    let house = TestBroker::open().await;
    let query = house.request(&[]);
    for name in ["state", "nonce", "scope", "acr_values", "prompt", "code_challenge", "request_uri"] {
        let reply = house.get(&format!("/oauth2/authorize?{name}=x&{query}&{name}=y")).await;
        assert_eq!(reply.error(), "invalid_request", "{name}");
    }
    for name in ["client_id", "redirect_uri"] {
        let reply = house.get(&format!("/oauth2/authorize?{query}&{name}=y")).await;
        assert_eq!((reply.status, reply.header("location")), (400, None), "{name}");
    }
}

#[tokio::test]
async fn req_o9_every_answer_names_the_issuer() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    assert_eq!(browser.log_in(&[], with::APP).await.param("iss"), ISSUER);
    assert_eq!(browser.log_in(&[], with::CANCEL).await.param("iss"), ISSUER);
    let fragment = browser.log_in(&[("response_mode", Some("fragment"))], with::APP).await;
    assert!(fragment.location().contains('#') && fragment.param("iss") == ISSUER);
    let discovery = house.get("/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn req_o10_the_authorization_endpoint_has_no_cors() {
    let house = TestBroker::open().await;
    let request = Request::get(format!("/oauth2/authorize?{}", house.request(&[])))
        .header("host", HOST)
        .header("origin", "https://shop.example");
    let reply = house.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn neg_27_request_objects_are_refused_and_nothing_is_fetched() {
    let house = TestBroker::open().await;
    for uri in ["https://evil.example/r", "http://127.0.0.1/r", "urn:example:x"] {
        assert_eq!(refused(&house, &[("request_uri", Some(uri))]).await, "request_uri_not_supported");
    }
    assert_eq!(refused(&house, &[("request", Some("e30.e30."))]).await, "request_not_supported");
    assert_eq!(refused(&house, &[("registration", Some("{}"))]).await, "registration_not_supported");
}

#[tokio::test]
async fn unknown_parameters_and_scopes_are_ignored() {
    let house = TestBroker::open().await;
    let changes: Changes =
        &[("scope", Some("openid profile dance")), ("criipto_sdk", Some("x")), ("display", Some("popup"))];
    let tokens = house.redeem(&house.code(changes).await).await.json();
    assert_eq!(tokens["scope"], "openid profile");
}

#[tokio::test]
async fn bad_values_go_back_as_the_specified_error() {
    let house = TestBroker::open().await;
    for (change, error) in [
        (("prompt", Some("none login")), "invalid_request"),
        (("prompt", Some("dance")), "invalid_request"),
        (("prompt", Some("none")), "login_required"),
        (("max_age", Some("soon")), "invalid_request"),
        (("max_age", Some("-1")), "invalid_request"),
        (("claims", Some("[]")), "invalid_request"),
        (("response_mode", Some("json")), "invalid_request"),
        (("acr_values", Some("urn:unknown")), "invalid_request"),
        (("state", Some("the-state")), ""),
    ] {
        if !error.is_empty() {
            assert_eq!(refused(&house, &[change]).await, error, "{change:?}");
        }
    }
}

#[tokio::test]
async fn unknown_acr_values_beside_a_known_one_are_ignored() {
    let house = TestBroker::open().await;
    let asked = "urn:unknown urn:grn:authn:no:bankid:high";
    let answer = house.browser().log_in(&[("acr_values", Some(asked))], with::APP).await;
    assert!(answer.find_param("code").is_some());
}

#[tokio::test]
async fn neg_11_an_eid_that_the_application_may_not_use_is_refused_on_every_path() {
    let house = TestBroker::with(|shop| shop.eids = vec![model::LoginMethod::NO_BANKID]).await;
    let vipps = "urn:grn:authn:no:vipps";
    assert_eq!(refused(&house, &[("acr_values", Some(vipps))]).await, "invalid_request");
    let hint = format!("acr_values:{vipps}");
    let by_hint: Changes = &[("acr_values", None), ("login_hint", Some(&hint))];
    assert_eq!(refused(&house, by_hint).await, "invalid_request");
    let segment = crypto::b64::encode_standard(vipps.as_bytes());
    let by_path =
        house.get(&format!("/{segment}/oauth2/authorize?{}", house.request(&[("acr_values", None)]))).await;
    assert_eq!(by_path.error(), "invalid_request");
    let mut browser = house.browser();
    let leave = browser.authorize(&[]).await;
    let login = browser.cookies.keys().find_map(|it| it.strip_prefix("__Host-login-")).unwrap().to_owned();
    assert!(leave.location().contains("bankid"));
    let chosen = browser.get(&format!("/login/{login}/with/no-vipps")).await;
    assert!(!chosen.location().contains("vipps"), "{}", chosen.location());
}

#[tokio::test]
async fn neg_11_the_minimum_level_holds_even_when_the_request_asks_for_less() {
    let house = TestBroker::with(|shop| {
        shop.minimum_level = model::Level::High;
        shop.error_pages = false;
    })
    .await;
    let answer = house.browser().log_in(&[], with::BIOMETRICS).await;
    assert_eq!(answer.error(), "unmet_authentication_requirements");
}

#[tokio::test]
async fn the_acr_in_the_path_and_in_the_hint_count_like_the_parameter() {
    let house = TestBroker::open().await;
    let segment = crypto::b64::encode_standard(b"urn:grn:authn:no:bankid:high");
    let query = house.request(&[("acr_values", None)]);
    let by_path = house.get(&format!("/{segment}/OAuth2/Authorize/?{query}")).await;
    assert_eq!(by_path.param("acr_values"), "urn:bankid:bid");
    let by_hint = house.browser().authorize(&[("login_hint", Some("kari@example.com BID"))]).await;
    assert_eq!(by_hint.param("acr_values"), "urn:bankid:bid");
    assert_eq!(house.get("/aGVsbG8=/oauth2/authorize").await.status, 404);
}

#[tokio::test]
async fn an_essential_acr_is_returned_as_it_was_asked_or_refused() {
    let house = TestBroker::with(|shop| shop.error_pages = false).await;
    let claims = |acr: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
    let any = claims("urn:grn:authn:no:bankid");
    let tokens = house.redeem(&house.code(&[("claims", Some(&any))]).await).await.json();
    let acr = house.claims(tokens["id_token"].as_str().unwrap()).await["acr"].clone();
    assert_eq!(acr, "urn:grn:authn:no:bankid");
    let high = claims("urn:grn:authn:no:bankid:high");
    let answer = house.browser().log_in(&[("claims", Some(&high))], with::BIOMETRICS).await;
    assert_eq!(answer.error(), "unmet_authentication_requirements");
    let unknown = claims("urn:unknown");
    assert_eq!(refused(&house, &[("claims", Some(&unknown))]).await, "unmet_authentication_requirements");
}

#[tokio::test]
async fn a_national_number_in_the_hint_travels_by_pushed_request_only() {
    let house = TestBroker::open().await;
    let hint = format!("BID:{}", house.kari().nin);
    let mut browser = house.browser();
    let leave = browser.authorize(&[("login_hint", Some(&hint))]).await;
    assert!(leave.find_param("request_uri").is_some() && !leave.location().contains(&house.kari().nin));
    let back = browser.at_the_eid(&leave, with::APP, None);
    assert!(browser.get(&back).await.find_param("code").is_some());
}

#[tokio::test]
async fn req_c1_another_person_than_the_hint_names_is_refused() {
    let house = TestBroker::open().await;
    let tokens = house.redeem(&house.code(&[]).await).await.json();
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    assert!(
        house
            .browser()
            .log_in(&[("id_token_hint", Some(&hint))], with::APP)
            .await
            .find_param("code")
            .is_some()
    );
    let other = r#"{"id_token":{"sub":{"value":"somebody-else"}}}"#;
    let answer = house.browser().log_in(&[("claims", Some(other))], with::APP).await;
    assert_eq!(answer.error(), "login_required");
}

#[tokio::test]
async fn a_posted_request_is_stored_and_continued_by_get() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let body = house.request(&[]);
    let stored = browser.post("/oauth2/authorize", &body, None).await;
    assert_eq!(stored.status, 303);
    assert!(stored.location().starts_with("/login/"));
    let leave = browser.follow(stored).await;
    let back = browser.at_the_eid(&leave, with::APP, None);
    let answer = browser.get(&back).await;
    assert_eq!(house.redeem(&answer.param("code")).await.status, 200);
    let again = browser.get(&back).await;
    assert_eq!((again.status, again.header("location")), (400, None), "the stored request is spent");
}

#[tokio::test]
async fn a_request_too_long_for_a_cookie_is_stored_and_works() {
    let house = TestBroker::open().await;
    let state = "s".repeat(4_000);
    let answer = house.browser().log_in(&[("state", Some(&state))], with::APP).await.by_itself();
    assert_eq!(answer.param("state"), state);
    assert_eq!(house.redeem(&answer.param("code")).await.status, 200);
}

#[tokio::test]
async fn form_post_delivers_by_a_form_with_a_button() {
    let house = TestBroker::open().await;
    let answer = house.browser().log_in(&[("response_mode", Some("form_post"))], with::APP).await;
    assert_eq!((answer.status, answer.header("location")), (200, None));
    assert!(answer.body.contains(&format!("action=\"{REDIRECT}\"")) && answer.body.contains("name=\"code\""));
}

#[tokio::test]
async fn rule_03_values_in_a_posted_form_are_escaped() {
    let house = TestBroker::open().await;
    let state = r#""><script>alert(1)</script>"#;
    let changes: Changes = &[("response_mode", Some("form_post")), ("state", Some(state))];
    let answer = house.browser().log_in(changes, with::APP).await;
    assert!(!answer.body.contains("<script>alert"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
}

#[tokio::test]
async fn a_hint_that_cannot_be_verified_was_an_error_for_ever() {
    let house = TestBroker::open().await;
    for hint in ["e30.e30.AA", "nonsense"] {
        let reply = house.browser().log_in(&[("id_token_hint", Some(hint))], with::APP).await;
        assert!(reply.find_param("code").is_some(), "the person logs in: {hint}");
        let silent = [("id_token_hint", Some(hint)), ("prompt", Some("none"))];
        assert_eq!(house.browser().authorize(&silent).await.error(), "login_required");
    }
}

#[tokio::test]
async fn a_repeated_resource_and_repeated_unknown_parameters_were_refused() {
    let house = TestBroker::open().await;
    for more in
        ["resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example", "utm_source=a&utm_source=b"]
    {
        let target = format!("/oauth2/authorize?{}&{more}", house.request(&[]));
        let reply = house.browser().get(&target).await;
        assert!(reply.location().starts_with("http://bankid."), "{more}: {reply:?}");
    }
}

#[tokio::test]
async fn a_scope_with_commas_logged_in_without_an_id_token() {
    let house = TestBroker::open().await;
    for scope in ["openid,profile", "openid profile,email", "profile,dance"] {
        assert_eq!(refused(&house, &[("scope", Some(scope))]).await, "invalid_scope", "{scope}");
    }
    assert_eq!(
        house.browser().authorize(&[("scope", Some("openid a,b"))]).await.status,
        303,
        "unknown words"
    );
}

#[tokio::test]
async fn an_implicit_response_type_is_refused_in_the_fragment() {
    let house = TestBroker::open().await;
    for kind in ["id_token", "id_token token", "code id_token", "token", "code token"] {
        let reply = house.browser().authorize(&[("response_type", Some(kind))]).await;
        assert!(reply.location().starts_with(&format!("{REDIRECT}#")), "{kind}: {}", reply.location());
        assert_eq!(reply.error(), "unsupported_response_type");
        let by_query = [("response_type", Some(kind)), ("response_mode", Some("query"))];
        let reply = house.browser().authorize(&by_query).await;
        assert!(reply.location().starts_with(&format!("{REDIRECT}?")), "as it was asked");
    }
    let other = house.browser().authorize(&[("response_type", Some("none"))]).await;
    assert!(other.location().starts_with(&format!("{REDIRECT}?")));
}
