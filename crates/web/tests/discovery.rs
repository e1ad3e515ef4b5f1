//! What the provider says of itself.

use crate::house::{ISSUER, TestBroker};

#[tokio::test]
async fn req_c2_the_issuer_is_the_same_byte_for_byte_everywhere() {
    let house = TestBroker::open().await;
    let document = house.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], ISSUER);
    let tokens = house.redeem(&house.code(&[]).await).await.json();
    assert_eq!(house.claims(tokens["id_token"].as_str().unwrap()).await["iss"], ISSUER);
    insta::assert_json_snapshot!(document);
}

#[tokio::test]
async fn the_document_for_an_acr_keeps_the_issuer_and_leads_to_that_acr() {
    let house = TestBroker::open().await;
    let segment = "dXJuOmdybjphdXRobjpubzpiYW5raWQ=";
    let document = house.get(&format!("/{segment}/.well-known/openid-configuration")).await.json();
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(document["authorization_endpoint"], format!("{ISSUER}/{segment}/oauth2/authorize"));
    assert_eq!(house.get(&format!("/{segment}/.well-known/jwks")).await.status, 404);
    assert_eq!(house.get(&format!("/{segment}/oauth2/token")).await.status, 404);
}

#[tokio::test]
async fn a_key_that_is_rotated_in_waits_until_no_kept_key_set_lacks_it() {
    let house = TestBroker::open().await;
    let reply = house.get("/.well-known/jwks").await;
    let (_, seconds) = reply.header("cache-control").unwrap().split_once("max-age=").unwrap();
    let remembered_by_nodes = 5;
    assert!(seconds.parse::<u64>().unwrap() + remembered_by_nodes < model::KEY_SET_KEPT_FOR.as_secs());
}

#[tokio::test]
async fn req_c3_the_key_set_has_public_members_only_and_may_be_cached() {
    let house = TestBroker::open().await;
    for path in ["/.well-known/jwks", "/.well-known/jwks.json", "/.Well-Known/JWKS/"] {
        let reply = house.get(path).await;
        assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        for key in reply.json()["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
            assert!(key["kid"].is_string() && key["use"] == "sig");
        }
    }
}

#[tokio::test]
async fn metadata_names_only_what_works() {
    let house = TestBroker::open().await;
    let document = house.get("/.well-known/openid-configuration").await.json();
    for absent in ["registration_endpoint", "backchannel_logout_supported", "check_session_iframe"] {
        assert!(document.get(absent).is_none(), "{absent}");
    }
    assert_eq!(document["request_uri_parameter_supported"], false);
    for (_, address) in document.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint")) {
        let path = address.as_str().unwrap().strip_prefix(ISSUER).unwrap();
        assert_ne!(house.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_document_for_one_client_says_what_holds_for_that_client() {
    let house = TestBroker::with(|shop| {
        shop.refresh_tokens = true;
        shop.require_par = true;
    })
    .await;
    let about = async |client_id: &str| {
        house.get(&format!("/.well-known/openid-configuration?client_id={client_id}")).await.json()
    };
    let (shop, spa) = (about("shop").await, about("spa").await);
    let has = |document: &serde_json::Value, list: &str, word: &str| {
        document[list].as_array().unwrap().iter().any(|it| it == word)
    };
    assert_eq!(shop["require_pushed_authorization_requests"], true);
    assert_eq!(spa["require_pushed_authorization_requests"], false);
    for (list, word) in [
        ("scopes_supported", "nin"),
        ("scopes_supported", "offline_access"),
        ("grant_types_supported", "refresh_token"),
        ("claims_supported", "nin_type"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic"),
    ] {
        assert_eq!((has(&shop, list, word), has(&spa, list, word)), (true, false), "{list} {word}");
    }
    assert!(
        has(&spa, "scopes_supported", "openid") && has(&spa, "grant_types_supported", "authorization_code")
    );
}

#[tokio::test]
async fn one_eddsa_application_put_its_key_type_into_every_clients_key_set() {
    let mut house = TestBroker::with(|shop| shop.id_token_algorithm = "EdDSA".to_owned()).await;
    let types = async |house: &TestBroker| {
        let set = house.get("/.well-known/jwks").await.json();
        set["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kty"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(types(&house).await.contains(&"OKP".to_owned()), "while an application uses it");
    house.change_shop(|_| {}).await;
    let kept = types(&house).await;
    assert!(!kept.is_empty() && !kept.contains(&"OKP".to_owned()), "{kept:?}");
}
