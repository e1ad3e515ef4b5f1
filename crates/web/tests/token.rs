//! The token endpoint: who asks, with what, how often.

use authority::Permission;
use serde_json::json;

use crate::house::{ISSUER, REDIRECT, TestBroker, VERIFIER, assertion, form, may, signed, with};

#[tokio::test]
async fn a_code_is_redeemed_at_most_once_and_reuse_kills_what_it_gave() {
    let house = TestBroker::open().await;
    let code = house.code(&[]).await;
    let first = house.redeem(&code).await;
    let access_token = first.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(house.userinfo(&access_token).await.status, 200);

    let second = house.redeem(&code).await;

    assert_eq!((second.status, second.error().as_str()), (400, "invalid_grant"));
    assert_eq!(house.userinfo(&access_token).await.status, 401);
}

#[tokio::test]
async fn req_o12_a_code_lives_for_sixty_seconds() {
    let house = TestBroker::open().await;
    let (early, late) = (house.code(&[]).await, house.code(&[]).await);
    house.step(59);
    assert_eq!(house.redeem(&early).await.status, 200);
    house.step(1);
    assert_eq!(house.redeem(&late).await.error(), "invalid_grant");
}

#[tokio::test]
async fn rule_05_a_wrong_binding_refuses_the_code_and_burns_it() {
    let house = TestBroker::open().await;
    let other = [
        ("redirect_uri", "https://shop.example/other"),
        ("code_verifier", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("code_verifier", ""),
    ];
    for (name, value) in other {
        let code = house.code(&[]).await;
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", "shop"),
            ("client_secret", house.secret.expose()),
        ];
        pairs.retain(|(known, _)| *known != name);
        pairs.push((name, value));
        assert_eq!(house.token(&pairs).await.error(), "invalid_grant", "{name}={value}");
        assert_eq!(house.redeem(&code).await.error(), "invalid_grant", "burnt by {name}");
    }
}

#[tokio::test]
async fn rule_05_another_clients_code_is_refused_and_burnt() {
    let house = TestBroker::open().await;
    let code = house.code(&[]).await;
    let assertion = assertion(&house, json!({}));
    assert_eq!(house.token(&signed(&code, &assertion)).await.error(), "invalid_grant");
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
}

#[tokio::test]
async fn rule_06_a_verifier_for_a_code_without_challenge_is_a_downgrade() {
    let house = TestBroker::open().await;
    let code = house.code(&[("code_challenge", None), ("code_challenge_method", None)]).await;
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
}

#[tokio::test]
async fn rule_04_a_value_of_one_kind_means_nothing_at_another_door() {
    let house = TestBroker::open().await;
    let code = house.code(&[]).await;
    assert_eq!(house.userinfo(&code).await.status, 401);
    let tokens = house.redeem(&code).await.json();
    let access_token = tokens["access_token"].as_str().unwrap();
    assert_eq!(house.redeem(access_token).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(tokens["id_token"].as_str().unwrap()).await.status, 401);
}

#[tokio::test]
async fn req_o1_other_grants_do_not_exist() {
    let house = TestBroker::open().await;
    for grant in
        ["password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:device_code"]
    {
        let pairs = [
            ("grant_type", grant),
            ("client_id", "shop"),
            ("client_secret", house.secret.expose()),
            ("username", "x"),
        ];
        assert_eq!(house.token(&pairs).await.error(), "unsupported_grant_type", "{grant}");
    }
}

#[tokio::test]
async fn a_secret_works_in_the_header_encoded_and_plain_and_in_the_body() {
    let house = TestBroker::open().await;
    let secret = house.secret.expose();
    for basic in [format!("shop:{secret}"), format!("%73hop:{secret}")] {
        let code = house.code(&[]).await;
        let header = format!("Basic {}", crypto::b64::encode_standard(basic.as_bytes()));
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ]);
        let reply = house.post("/oauth2/token", &body, &[("authorization", &header)]).await;
        assert_eq!(reply.status, 200, "{basic}: {}", reply.body);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn neg_36_a_wrong_client_is_told_the_same_whether_it_exists_or_not() {
    let house = TestBroker::open().await;
    let ask = async |id: &str, secret: &str| {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let reply = house.token(&pairs).await;
        let text =
            reply.json()["error_description"].as_str().unwrap().split(" (trace").next().unwrap().to_owned();
        (reply.status, reply.error(), text)
    };
    let wrong = ask("shop", "wrong").await;
    assert_eq!((wrong.0, wrong.1.as_str()), (401, "invalid_client"));
    assert_eq!(ask("nobody", "wrong").await, wrong);
    assert_eq!(ask("spa", "wrong").await, wrong, "a public client has no secret");
    let without =
        house.token(&[("grant_type", "authorization_code"), ("code", "x"), ("client_id", "shop")]).await;
    assert_eq!(without.error(), "invalid_client", "a confidential client needs its secret");
}

#[tokio::test]
async fn neg_14_the_token_endpoint_refuses_doubled_and_contradicting_credentials() {
    let house = TestBroker::open().await;
    let header = format!(
        "Basic {}",
        crypto::b64::encode_standard(format!("shop:{}", house.secret.expose()).as_bytes())
    );
    let ask = async |body: &str, with_header: bool| {
        let headers: &[(&str, &str)] = if with_header { &[("authorization", &header)] } else { &[] };
        house.post("/oauth2/token", body, headers).await.error()
    };
    assert_eq!(ask("grant_type=authorization_code&code=a&code=b", true).await, "invalid_request");
    assert_eq!(ask("grant_type=authorization_code&code=a&client_id=spa", true).await, "invalid_request");
    assert_eq!(ask("grant_type=authorization_code&code=a&client_secret=x", true).await, "invalid_request");
    assert_eq!(ask("grant_type=%zz", false).await, "invalid_request");
    assert_eq!(ask("grant_type=authorization_code&code=a", false).await, "invalid_client");
}

#[tokio::test]
async fn req_j1_a_signed_assertion_authenticates_once() {
    let house = TestBroker::open().await;
    let code = house.code(&[("client_id", Some("signed"))]).await;
    let assertion = assertion(&house, json!({}));
    assert_eq!(house.token(&signed(&code, &assertion)).await.status, 200);
    let code = house.code(&[("client_id", Some("signed"))]).await;
    assert_eq!(house.token(&signed(&code, &assertion)).await.error(), "invalid_client");
}

#[tokio::test]
async fn neg_13_an_assertion_is_spent_even_when_the_code_is_bad() {
    let house = TestBroker::open().await;
    let assertion = assertion(&house, json!({}));
    assert_eq!(house.token(&signed("nonsense", &assertion)).await.error(), "invalid_grant");
    assert_eq!(house.token(&signed("nonsense", &assertion)).await.error(), "invalid_client");
}

#[tokio::test]
async fn neg_13_an_assertion_is_spent_by_whatever_is_refused() {
    let house = TestBroker::open().await;
    for (at, left_out) in ["code", "grant_type"].into_iter().enumerate() {
        let assertion = assertion(&house, json!({"jti": format!("j-{at}")}));
        let mut pairs = signed("nonsense", &assertion);
        pairs.retain(|(name, _)| *name != left_out);
        assert_eq!(house.token(&pairs).await.error(), "invalid_request", "{left_out}");
        assert_eq!(
            house.token(&signed("nonsense", &assertion)).await.error(),
            "invalid_client",
            "{left_out}"
        );
    }
    let assertion = assertion(&house, json!({"jti": "j-9"}));
    let mut pairs = signed("nonsense", &assertion);
    pairs[0].1 = "password";
    assert_eq!(house.token(&pairs).await.error(), "unsupported_grant_type");
    assert_eq!(house.token(&signed("nonsense", &assertion)).await.error(), "invalid_client");
}

#[tokio::test]
async fn neg_13_of_twenty_uses_at_once_one_gets_through() {
    let house = TestBroker::open().await;
    let assertion = assertion(&house, json!({}));
    let all = (0..20).map(|_| {
        let (router, body) = (house.router.clone(), form(&signed("nonsense", &assertion)));
        tokio::spawn(async move { crate::redeem_once::post(router, body).await })
    });
    let mut first = 0;
    for reply in all.collect::<Vec<_>>() {
        first += i32::from(reply.await.unwrap().1.contains("invalid_grant"));
    }
    assert_eq!(first, 1);
}

#[tokio::test]
async fn rule_08_every_claim_of_an_assertion_is_checked() {
    let house = TestBroker::open().await;
    let now = crate::house::START;
    for changes in [
        json!({"aud": "https://other.example"}),
        json!({"aud": []}),
        json!({"aud": [ISSUER, "https://evil.example"]}),
        json!({"aud": format!("{ISSUER}.evil.example")}),
        json!({"aud": null}),
        json!({"iss": "shop"}),
        json!({"sub": "shop"}),
        json!({"exp": now - 61}),
        json!({"exp": now + 3_661}),
        json!({"exp": null}),
        json!({"nbf": now + 61}),
        json!({"iat": now + 61}),
        json!({"jti": null}),
        json!({"jti": 7}),
    ] {
        let assertion = assertion(&house, changes.clone());
        assert_eq!(house.token(&signed("nonsense", &assertion)).await.error(), "invalid_client", "{changes}");
    }
    for (at, audience) in
        [ISSUER.to_owned(), format!("{ISSUER}/"), format!("{ISSUER}/oauth2/token")].iter().enumerate()
    {
        let assertion = assertion(&house, json!({"aud": audience, "jti": format!("fine-{at}")}));
        assert_eq!(house.token(&signed("nonsense", &assertion)).await.error(), "invalid_grant", "{audience}");
    }
}

#[tokio::test]
async fn rule_08_an_assertion_by_another_key_or_of_another_kind_is_refused() {
    let house = TestBroker::open().await;
    let stranger = crypto::SigningKey::generate(crypto::Algorithm::Es256).unwrap();
    let claims =
        json!({"iss": "signed", "sub": "signed", "aud": ISSUER, "jti": "j", "exp": crate::house::START + 60});
    let forged = crypto::sign(&stranger, "JWT", claims.to_string().as_bytes()).unwrap();
    let other_kind = crypto::sign(&house.jwt_key, "logout+jwt", claims.to_string().as_bytes()).unwrap();
    let none = format!(
        "{}.{}.",
        crypto::b64::encode(br#"{"alg":"none"}"#),
        crypto::b64::encode(claims.to_string().as_bytes())
    );
    for assertion in [forged, other_kind, none, "e30.e30.e30".into(), "x".repeat(20_000)] {
        assert_eq!(house.token(&signed("nonsense", &assertion)).await.error(), "invalid_client");
    }
}

#[tokio::test]
async fn rule_20_an_encrypted_assertion_is_refused_before_any_key_work() {
    let house = TestBroker::open().await;
    let header = crypto::b64::encode(br#"{"alg":"RSA1_5","enc":"A128GCM","zip":"DEF"}"#);
    let jwe = format!("{header}.AAAA.AAAA.AAAA.AAAA");
    assert_eq!(house.token(&signed("nonsense", &jwe)).await.error(), "invalid_client");
}

#[tokio::test]
async fn each_signing_algorithm_can_be_chosen_by_the_application() {
    for name in ["RS256", "PS256", "ES256", "EdDSA"] {
        let house = TestBroker::with(|shop| shop.id_token_algorithm = name.to_owned()).await;
        let tokens = house.redeem(&house.code(&[]).await).await.json();
        let id_token = tokens["id_token"].as_str().unwrap();
        assert_eq!(crypto::parse(id_token).unwrap().algorithm().unwrap().as_str(), name);
        let hash = crypto::at_hash(
            crypto::Algorithm::parse(name).unwrap(),
            tokens["access_token"].as_str().unwrap(),
        );
        assert_eq!(house.claims(id_token).await["at_hash"], hash);
    }
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let house = TestBroker::open().await;
    let code = house.code(&[("scope", Some("profile"))]).await;
    let tokens = house.redeem(&code).await.json();
    assert!(tokens.get("id_token").is_none());
    let reply = house.userinfo(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!((reply.status, reply.error().as_str()), (403, "insufficient_scope"));
}

#[tokio::test]
async fn a_slim_id_token_has_protocol_claims_only() {
    let house = TestBroker::with(|shop| shop.slim_id_token = true).await;
    let tokens = house.redeem(&house.code(&[]).await).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]
    );
}

#[tokio::test]
async fn a_subject_stays_and_differs_between_eids_and_pairwise_applications() {
    let house = TestBroker::open().await;
    let sub = async |changes: &[(&str, Option<&str>)]| {
        let answer = house.browser().log_in(changes, with::APP).await;
        let tokens = house.redeem(&answer.param("code")).await.json();
        house.claims(tokens["id_token"].as_str().unwrap()).await["sub"].as_str().unwrap().to_owned()
    };
    let first = sub(&[]).await;
    assert_eq!(sub(&[]).await, first);
    assert_ne!(sub(&[("acr_values", Some("urn:grn:authn:no:vipps"))]).await, first);
    assert_eq!(first.len(), 43);
}

#[tokio::test]
async fn a_plain_login_waits_for_two_flushes_and_others_for_one_more() {
    let house = TestBroker::open().await;
    let flushes = async |changes: &[(&str, Option<&str>)]| {
        let before = house.store.writes();
        house.redeem(&house.code(changes).await).await;
        house.store.writes() - before
    };
    assert_eq!(flushes(&[]).await, 2);
    assert_eq!(flushes(&[("state", Some(&"s".repeat(3_000)))]).await, 3, "a long request is stored");
}

#[tokio::test]
async fn req_c1_the_id_token_says_what_was_asked_and_what_is_true() {
    let house = TestBroker::open().await;
    house.step(100);
    let tokens = house.redeem(&house.code(&[("max_age", Some("600"))]).await).await.json();
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    let now = crate::house::START + 100;
    assert_eq!(
        (&claims["auth_time"], &claims["iat"], &claims["exp"]),
        (&now.into(), &now.into(), &(now + 1200).into())
    );
    let hash = crypto::at_hash(crypto::Algorithm::Rs256, tokens["access_token"].as_str().unwrap());
    assert_eq!((&claims["nonce"], &claims["at_hash"]), (&"the-nonce".into(), &hash.into()));
    assert_eq!(claims["amr"], json!(["mfa", "hwk", "bid", "bid-mfa", "bid-app", "bid-pwd"]));
    let without = house.redeem(&house.code(&[("nonce", None)]).await).await.json();
    assert!(house.claims(without["id_token"].as_str().unwrap()).await.get("nonce").is_none());
}

#[tokio::test]
async fn req_c1_prompt_login_asks_the_eid_again() {
    let house = TestBroker::open().await;
    assert_eq!(house.browser().authorize(&[("prompt", Some("login"))]).await.param("prompt"), "login");
}

#[tokio::test]
async fn an_assertion_of_an_hour_or_with_a_list_of_one_audience_was_refused() {
    let house = TestBroker::open().await;
    let now = crate::house::START;
    for changes in [
        json!({"exp": now + 3_600, "jti": "an hour"}),
        json!({"aud": [ISSUER], "jti": "a list"}),
        json!({"aud": [format!("{ISSUER}/oauth2/token")], "exp": now + 3_660, "jti": "both"}),
    ] {
        let code = house.code(&[("client_id", Some("signed"))]).await;
        let assertion = assertion(&house, changes.clone());
        assert_eq!(house.token(&signed(&code, &assertion)).await.status, 200, "{changes}");
        house.step(60);
        let again = house.token(&signed("nonsense", &assertion)).await;
        assert_eq!(again.error(), "invalid_client", "it is spent: {changes}");
        house.step(-60);
    }
}

/// Redeems a code with a header, as client libraries write it.
async fn redeem_by_header(house: &TestBroker, code: &str, header: &str) -> crate::house::Reply {
    let header = format!("Basic {}", crypto::b64::encode_standard(header.as_bytes()));
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]);
    house.post("/oauth2/token", &body, &[("authorization", &header)]).await
}

#[tokio::test]
async fn an_imported_secret_with_a_plus_or_a_colon_was_invalid_client() {
    let house = TestBroker::open().await;
    for (at, secret) in ["a+b/c+d=e+f/g+h=", "one:two:three", "%41+%42:"].into_iter().enumerate() {
        let client_id = format!("urn:my:app:{at}");
        let settings =
            model::ApplicationSettings::new(model::ApplicationKind::Web, vec![REDIRECT.to_owned()]);
        let new = console::NewApplication {
            domain: house.domain,
            environment: model::Environment::Test,
            client_id: client_id.clone(),
            name: "Imported".to_owned(),
            settings,
        };
        let id = house
            .console
            .save_application(&may(&house.tenant, Permission::ManageApplications), &new, house.time())
            .await
            .unwrap();
        let kept = crypto::Secret::from(secret);
        house
            .console
            .ensure_client_secret(&may(&house.tenant, Permission::ManageSecrets), id, &kept, house.time())
            .await
            .unwrap();
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for header in [
            format!("{}:{secret}", encode(&client_id)),
            format!("{}:{}", encode(&client_id), encode(secret)),
            format!("{client_id}:{secret}"),
        ] {
            let code = house.code(&[("client_id", Some(&client_id))]).await;
            let reply = redeem_by_header(&house, &code, &header).await;
            // Raw id and raw secret with more than four colons between them have no certain border.
            let is_certain = header.matches(':').count() <= 4;
            assert_eq!(reply.status == 200, is_certain, "{header}: {}", reply.body);
        }
        let wrong = redeem_by_header(&house, "x", &format!("{client_id}:wrong")).await;
        assert_eq!(wrong.error(), "invalid_client");
    }
}

#[tokio::test]
async fn a_public_client_with_an_empty_secret_in_the_header_was_refused() {
    let house = TestBroker::open().await;
    let changes = [("client_id", Some("spa")), ("redirect_uri", Some("https://spa.example/"))];
    let code = house.browser().log_in(&changes, with::APP).await.param("code");
    let header = format!("Basic {}", crypto::b64::encode_standard(b"spa:"));
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://spa.example/"),
        ("code_verifier", VERIFIER),
    ]);
    assert_eq!(house.post("/oauth2/token", &body, &[("authorization", &header)]).await.status, 200);
    assert_eq!(
        redeem_by_header(&house, "x", "shop:").await.error(),
        "invalid_client",
        "never a confidential one"
    );
}
