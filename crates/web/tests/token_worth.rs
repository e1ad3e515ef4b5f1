//! Introspection and revocation: who learns what a token is worth, and who ends it.

use axum::{body::Body, http::Request};
use model::{ApplicationKind, ApplicationSettings};
use serde_json::{Value, json};

use crate::house::{HOST, ISSUER, REDIRECT, Reply, TestBroker, VERIFIER, form};

async fn house() -> TestBroker {
    let house = TestBroker::with(|it| it.refresh_tokens = true).await;
    let mut resource = ApplicationSettings::new(ApplicationKind::Web, vec![REDIRECT.to_owned()]);
    house.add_application(house.domain, "nosy", resource.clone()).await;
    resource.may_introspect = true;
    house.add_application(house.domain, "resource", resource).await;
    house
}

async fn tokens(house: &TestBroker) -> Value {
    house.redeem(&house.code(&[("scope", Some("openid profile offline_access"))]).await).await.json()
}

async fn ask(house: &TestBroker, (door, client_id): (&str, &str), token: &Value) -> Reply {
    let token = token.as_str().unwrap();
    let pairs = [("token", token), ("client_id", client_id), ("client_secret", house.secret.expose())];
    house.post(&format!("/oauth2/{door}"), &form(&pairs), &[]).await
}

async fn introspect(house: &TestBroker, client_id: &str, token: &Value) -> Value {
    ask(house, ("introspect", client_id), token).await.json()
}

#[tokio::test]
async fn a_client_learns_what_its_own_tokens_are_worth() {
    let house = house().await;
    let tokens = tokens(&house).await;
    let worth = introspect(&house, "shop", &tokens["access_token"]).await;
    let claims = house.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(
        worth,
        json!({"active": true, "iss": ISSUER, "sub": claims["sub"], "client_id": "shop",
            "scope": "openid profile offline_access", "exp": house.time().seconds() + 600, "token_type": "Bearer",
            "acr": claims["acr"], "auth_time": claims["auth_time"]})
    );
    let refresh = introspect(&house, "shop", &tokens["refresh_token"]).await;
    assert_eq!((&refresh["active"], refresh.get("token_type")), (&json!(true), None));
    house.step(600);
    assert_eq!(introspect(&house, "shop", &tokens["access_token"]).await, json!({"active": false}));
}

#[tokio::test]
async fn req_o13_another_clients_token_is_inactive_except_to_a_resource_server() {
    let house = house().await;
    let tokens = tokens(&house).await;
    for kind in ["access_token", "refresh_token"] {
        assert_eq!(introspect(&house, "nosy", &tokens[kind]).await, json!({"active": false}), "{kind}");
    }
    assert_eq!(introspect(&house, "resource", &tokens["access_token"]).await["client_id"], "shop");
    for nonsense in [json!("x"), json!("a".repeat(43)), tokens["id_token"].clone()] {
        assert_eq!(introspect(&house, "resource", &nonsense).await, json!({"active": false}));
    }
}

#[tokio::test]
async fn req_o13_nobody_asks_without_proving_who_they_are() {
    let house = house().await;
    let tokens = tokens(&house).await;
    let token = tokens["access_token"].as_str().unwrap();
    for door in ["introspect", "revoke"] {
        let target = format!("/oauth2/{door}");
        let wrong = form(&[("token", token), ("client_id", "shop"), ("client_secret", "wrong")]);
        assert_eq!(house.post(&target, &wrong, &[]).await.status, 401, "{door}");
        let none = form(&[("token", token)]);
        assert_eq!(house.post(&target, &none, &[]).await.error(), "invalid_client", "{door}");
        let nothing = form(&[("client_id", "shop"), ("client_secret", house.secret.expose())]);
        assert_eq!(house.post(&target, &nothing, &[]).await.error(), "invalid_request", "{door}");
        assert_eq!(house.get(&target).await.status, 405, "{door}");
    }
    let public = form(&[("token", token), ("client_id", "spa")]);
    assert_eq!(house.post("/oauth2/introspect", &public, &[]).await.error(), "unauthorized_client");
    assert_eq!(house.userinfo(token).await.status, 200, "nothing happened to it");
}

#[tokio::test]
async fn an_access_token_is_revoked_alone_and_a_refresh_token_with_its_family() {
    let house = house().await;
    let tokens = tokens(&house).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(ask(&house, ("revoke", "shop"), &tokens["access_token"]).await.status, 200);
    assert_eq!(house.userinfo(access).await.status, 401);
    assert_eq!(introspect(&house, "shop", &tokens["refresh_token"]).await["active"], true);
    let again = self::tokens(&house).await;
    assert_eq!(ask(&house, ("revoke", "shop"), &again["refresh_token"]).await.status, 200);
    assert_eq!(house.userinfo(again["access_token"].as_str().unwrap()).await.status, 401);
    assert_eq!(introspect(&house, "shop", &again["refresh_token"]).await, json!({"active": false}));
    assert_eq!(
        ask(&house, ("revoke", "shop"), &again["refresh_token"]).await.status,
        200,
        "once more is fine"
    );
}

#[tokio::test]
async fn req_o13_revoking_another_clients_token_does_nothing_and_says_nothing() {
    let house = house().await;
    let tokens = tokens(&house).await;
    for client_id in ["nosy", "resource"] {
        for kind in ["access_token", "refresh_token"] {
            let answer = ask(&house, ("revoke", client_id), &tokens[kind]).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{client_id} {kind}");
        }
    }
    assert_eq!(house.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 200);
    assert_eq!(introspect(&house, "shop", &tokens["refresh_token"]).await["active"], true);
}

#[tokio::test]
async fn a_blocked_applications_tokens_are_worth_nothing() {
    let mut house = house().await;
    let tokens = tokens(&house).await;
    house.change_shop(|it| it.eids = vec![model::LoginMethod::NO_VIPPS]).await;
    for kind in ["access_token", "refresh_token"] {
        assert_eq!(introspect(&house, "resource", &tokens[kind]).await, json!({"active": false}), "{kind}");
    }
}

#[tokio::test]
async fn rule_04_a_refresh_token_is_never_active_for_a_resource_server_nor_where_it_gives_nothing() {
    let mut house = house().await;
    let tokens = tokens(&house).await;
    let refresh = &tokens["refresh_token"];
    assert_eq!(introspect(&house, "resource", refresh).await, json!({"active": false}));
    assert_eq!(introspect(&house, "shop", refresh).await["active"], true);
    house.change_shop(|it| it.refresh_tokens = false).await;
    assert_eq!(introspect(&house, "shop", refresh).await, json!({"active": false}));
    assert_eq!(introspect(&house, "shop", &tokens["access_token"]).await["active"], true);
}

#[tokio::test]
async fn what_a_later_version_has_bound_to_a_key_is_not_taken_as_a_bearer_token() {
    let house = house().await;
    let (tokens, code) = (tokens(&house).await, house.code(&[]).await);
    for table in ["grants", "access_tokens", "refresh_tokens"] {
        house.meddle(&format!("UPDATE {table} SET cnf = '{{\"jkt\":\"x\"}}'"));
    }
    assert_eq!(house.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(house.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401);
    for kind in ["access_token", "refresh_token"] {
        assert_eq!(introspect(&house, "shop", &tokens[kind]).await, json!({"active": false}), "{kind}");
    }
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("client_id", "shop"),
        ("client_secret", house.secret.expose()),
    ];
    assert_eq!(house.token(&pairs).await.error(), "invalid_grant");
    for table in ["grants", "access_tokens", "refresh_tokens"] {
        house.meddle(&format!("UPDATE {table} SET cnf = NULL"));
    }
    assert_eq!(house.redeem(&code).await.status, 200, "it was not spent");
    assert_eq!(house.token(&pairs).await.status, 200);
}

#[tokio::test]
async fn proofs_of_possession_are_carried_and_bind_nothing_yet() {
    let house = TestBroker::open().await;
    for proofs in [1, 2] {
        let code = house.code(&[]).await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", "shop"),
            ("client_secret", house.secret.expose()),
        ];
        let mut request = Request::post("/oauth2/token")
            .header("host", HOST)
            .header("content-type", "application/x-www-form-urlencoded")
            .extension(web::ClientCertificate(b"DER".as_slice().into()));
        for _ in 0..proofs {
            request = request.header("dpop", "a.b.c");
        }
        let tokens = house.send(request.body(Body::from(form(&pairs))).unwrap()).await;
        assert_eq!((tokens.status, &tokens.json()["token_type"]), (200, &json!("Bearer")));
        let worth = introspect(&house, "shop", &tokens.json()["access_token"]).await;
        assert_eq!((&worth["active"], worth.get("cnf")), (&json!(true), None));
    }
}
