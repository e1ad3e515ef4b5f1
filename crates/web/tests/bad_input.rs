//! Input that was made to hurt.

use axum::{body::Body, http::Request};
use serde_json::json;

use crate::house::{HOST, TestBroker, assertion, signed, with};

fn deep(open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(100_000), close.repeat(100_000))
}

fn compact(header: &str, payload: &str) -> String {
    let part = |text: &str| crypto::b64::encode(text.as_bytes());
    format!("{}.{}.{}", part(header), part(payload), part("signature"))
}

#[tokio::test]
async fn neg_30_deeply_nested_json_is_refused_and_overflows_no_stack() {
    let house = TestBroker::open().await;
    let claims = "[".repeat(8_000);
    assert_eq!(house.browser().authorize(&[("claims", Some(&claims))]).await.error(), "invalid_request");
    let claims = format!("{}1{}", "{\"id_token\":".repeat(600), "}".repeat(600));
    assert_eq!(house.browser().authorize(&[("claims", Some(&claims))]).await.error(), "invalid_request");
    // As deep as a body can hold: base64 makes four bytes of three.
    let nested = "[".repeat(44_000);
    for assertion in [compact(&nested, "{}"), compact("{\"alg\":\"ES256\"}", &nested)] {
        let reply = house.token(&signed("x", &assertion)).await;
        assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_client"));
    }
}

#[test]
fn neg_30_deeply_nested_key_sets_and_settings_are_refused() {
    for json in [deep("[", "]"), deep("{\"keys\":", "}"), "[".repeat(100_000)] {
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_err());
        assert!(model::ApplicationSettings::parse(&format!("{{\"jwks\":{json}}}")).is_err());
    }
}

#[tokio::test]
async fn neg_29_a_jti_that_would_be_kept_until_the_year_9999_is_refused_and_not_kept() {
    let house = TestBroker::open().await;
    let before = house.store.commits();
    for turn in 0..20 {
        let far = assertion(&house, json!({"exp": 253_402_300_799_i64, "jti": format!("j-{turn}")}));
        assert_eq!(house.token(&signed("x", &far)).await.error(), "invalid_client");
    }
    assert_eq!(house.store.commits(), before);
}

#[tokio::test]
async fn neg_29_unknown_key_ids_and_languages_are_looked_up_and_forgotten() {
    let house = TestBroker::open().await;
    house.browser().log_in(&[], with::APP).await;
    let fetched = house.fetches.load(std::sync::atomic::Ordering::SeqCst);
    let before = house.store.commits();
    for turn in 0..50 {
        let request = Request::get("/privacy").header("host", HOST);
        let request = request.header("accept-language", format!("x{turn}-{}", "a".repeat(200)));
        assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, 200);
        let reply = house.browser().authorize(&[("ui_locales", Some(&format!("q{turn}")))]).await;
        assert_eq!(reply.status, 303);
        let token = compact(&format!("{{\"alg\":\"RS256\",\"kid\":\"k{turn}\"}}"), "{}");
        let silent = [("id_token_hint", Some(token.as_str())), ("prompt", Some("none"))];
        assert_eq!(house.browser().authorize(&silent).await.error(), "login_required");
    }
    assert_eq!(house.fetches.load(std::sync::atomic::Ordering::SeqCst), fetched, "no key is fetched");
    assert_eq!(house.store.commits(), before, "nothing is written");
}

#[tokio::test]
async fn rule_21_a_number_out_of_range_is_a_refusal_and_never_our_failure() {
    let house = TestBroker::open().await;
    for max_age in ["-1", "1.5", "1e3", "18446744073709551616", "99999999999999999999999999", "ten", "0x10"] {
        let reply = house.browser().authorize(&[("max_age", Some(max_age))]).await;
        assert_eq!(reply.error(), "invalid_request", "{max_age}");
    }
    for max_age in ["0", "4294967296", "18446744073709551615"] {
        let reply = house.browser().authorize(&[("max_age", Some(max_age))]).await;
        assert!(reply.status == 303 || reply.error() == "invalid_request", "{max_age} {reply:?}");
    }
    for exp in [json!(1e300), json!(-1), json!(u64::MAX), json!("soon"), json!(null)] {
        let reply = house.token(&signed("x", &assertion(&house, json!({"exp": exp})))).await;
        assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_client"), "{exp}");
    }
}

#[tokio::test]
async fn an_assertion_that_two_readers_read_differently_is_refused() {
    let house = TestBroker::open().await;
    let claims = |more: &str| {
        let now = house.clock.load(std::sync::atomic::Ordering::SeqCst);
        format!(
            r#"{{"iss":"signed","sub":"signed","aud":"{}","exp":{},{more}}}"#,
            crate::house::ISSUER,
            now + 60
        )
    };
    for more in [r#""jti":"a","jti":"b""#, r#""jti":"a","sub":"shop","sub":"signed""#, r#""jti":"a\n""#] {
        let token = crypto::sign(&house.jwt_key, "JWT", claims(more).as_bytes()).unwrap();
        assert_eq!(house.token(&signed("x", &token)).await.error(), "invalid_client", "{more}");
    }
    let token = crypto::sign(&house.jwt_key, "JWT", claims(r#""jti":"a""#).as_bytes()).unwrap();
    assert_eq!(house.token(&signed("x", &token)).await.error(), "invalid_grant", "only the code is wrong");
}

#[tokio::test]
async fn rule_19_the_parameters_of_the_other_endpoints_are_bounded_too() {
    let house = TestBroker::open().await;
    let many: String = (0..101).map(|it| format!("p{it}=1&")).collect();
    assert_eq!(house.post("/oauth2/token", &many, &[]).await.status, 400);
    assert_eq!(house.post("/oauth2/logout", &many, &[]).await.status, 400);
    assert_eq!(house.post("/oauth2/userinfo", &many, &[]).await.status, 400);
    assert_eq!(house.get(&format!("/callback/no-bankid?{many}")).await.status, 400);
    let long = "a".repeat(60_000);
    for pairs in [
        [("client_id", long.as_str()), ("client_secret", "x")],
        [("client_id", "shop"), ("client_secret", &long)],
    ] {
        let reply = house.token(&pairs).await;
        assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_client"));
    }
    let code = [("grant_type", "authorization_code"), ("code", long.as_str()), ("client_id", "shop")];
    let secret = ("client_secret", house.secret.expose().as_str());
    let reply = house.token(&[&code[..], &[secret]].concat()).await;
    assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_grant"));
}

#[tokio::test]
async fn neg_40_no_answer_allows_credentials_across_origins() {
    let house = TestBroker::open().await;
    for origin in ["https://shop.example", "https://evil.example", "null"] {
        for method in ["POST", "OPTIONS"] {
            for target in ["/oauth2/token", "/oauth2/userinfo", "/.well-known/jwks"] {
                let request = Request::builder().method(method).uri(target).header("host", HOST);
                let request = request.header("origin", origin).body(Body::empty()).unwrap();
                let reply = house.send(request).await;
                assert_eq!(reply.header("access-control-allow-credentials"), None, "{method} {target}");
            }
        }
    }
}

#[tokio::test]
async fn neg_40_a_logout_that_another_site_decides_asks_the_person_first() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let form = "decision=logout&client_id=shop&post_logout_redirect_uri=https%3A%2F%2Fshop.example%2Fbye";
    for origin in
        [None, Some("https://evil.example"), Some("null"), Some("https://id.shop.example.evil.example")]
    {
        let reply = browser.post("/oauth2/logout", form, origin).await;
        let page = browser.follow(reply).await;
        assert_eq!(page.status, 200, "{origin:?}");
        assert!(page.body.contains("name=\"decision\""), "{origin:?}: {}", page.body);
    }
}
