//! The compatible profile: tokens as the vendor documents them, name by name, type by type, in their order.

use model::{ApplicationSettings, LoginMethod, PropertyFormat, UserinfoResponse};
use serde_json::{Value, json};

use crate::house::{Browser, ISSUER, REDIRECT, Reply, START, TestBroker, VERIFIER, form, with};

type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

const HIGH: (&str, Option<&str>) = ("acr_values", Some("urn:grn:authn:no:bankid:high"));
const SUBSTANTIAL: (&str, Option<&str>) = ("acr_values", Some("urn:grn:authn:no:bankid:substantial"));
const VIPPS: (&str, Option<&str>) = ("acr_values", Some("urn:grn:authn:no:vipps"));

async fn house(change: impl FnOnce(&mut ApplicationSettings)) -> TestBroker {
    TestBroker::with(|it| {
        it.profile = model::Profile::Compatible;
        change(it);
    })
    .await
}

/// The members of a JSON object in the order in which they were written.
fn names(text: &str) -> Vec<String> {
    let object: Value = serde_json::from_str(text).unwrap();
    let mut names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
    names.sort_by_key(|name| text.rfind(&format!("{}:", json!(name))).unwrap());
    names
}

/// The payload of a token that verifies, as it was written.
async fn payload(house: &TestBroker, token: &str) -> String {
    house.claims(token).await;
    let part = token.split('.').nth(1).unwrap();
    String::from_utf8(crypto::b64::decode(part).unwrap()).unwrap()
}

/// A whole login; agrees where the person is asked. Gives the token answer.
async fn tokens(
    house: &TestBroker,
    browser: &mut Browser<'_>,
    changes: Changes<'_>,
    outcome: sandbox::Outcome,
) -> Value {
    let mut reply = browser.log_in(changes, outcome).await;
    if reply.location().starts_with("/login/") {
        browser.get(reply.location()).await;
        let consent = format!("{}/consent", reply.location());
        let page = browser.post(&consent, "decision=allow", Some(ISSUER)).await;
        let (_, rest) = page.body.split_once("href=\"https://shop.example").unwrap();
        let onward = rest.split_once('"').unwrap().0.replace("&#38;", "&");
        reply = Reply::of_location(&format!("https://shop.example{onward}"));
    }
    let answer = house.redeem(&reply.param("code")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

async fn id_token(house: &TestBroker, changes: Changes<'_>, outcome: sandbox::Outcome) -> (String, String) {
    let tokens = tokens(house, &mut house.browser(), changes, outcome).await;
    let text = payload(house, tokens["id_token"].as_str().unwrap()).await;
    (text, tokens["access_token"].as_str().unwrap().to_owned())
}

const GUID: fn(&str) -> bool = |text| {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|it| it == '-' || matches!(it, '0'..='9' | 'a'..='f'))
};

/// Puts the envelope around claims of a person; what differs at every login is taken from the token and looked at.
fn enveloped(token: &Value, scheme: &str, acr: &str, person: &Value) -> Value {
    let (subject, index) = (token["sub"].as_str().unwrap(), token["sessionindex"].as_str().unwrap());
    let inner = subject.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    assert!(GUID(inner) && GUID(index));
    let mut all = json!({
        "iss": ISSUER, "aud": "shop", "nonce": "the-nonce", "identityscheme": scheme, "authenticationtype": acr,
        "authenticationmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:SoftwarePKI",
        "authenticationinstant": model::Timestamp::from_seconds(START).to_iso_millis(),
        "nameidentifier": inner.replace('-', ""), "sub": subject, "sessionindex": index,
        "iat": START, "nbf": START, "exp": START + 1200,
    });
    all.as_object_mut().unwrap().extend(person.as_object().unwrap().clone());
    all
}

const ENVELOPE: [&str; 10] = [
    "iss",
    "aud",
    "nonce",
    "identityscheme",
    "authenticationtype",
    "authenticationmethod",
    "authenticationinstant",
    "nameidentifier",
    "sub",
    "sessionindex",
];

fn bankid_person(house: &TestBroker) -> Value {
    let kari = house.kari();
    json!({
        "uniqueuserid": kari.bankid_altsub, "dateofbirth": kari.birthdate, "birthdate": kari.birthdate,
        "socialno": kari.nin, "surname": kari.family_name, "family_name": kari.family_name,
        "givenname": kari.given_name, "given_name": kari.given_name, "name": kari.name(), "country": "NO",
    })
}

const BANKID_NAMES: [&str; 10] = [
    "uniqueuserid",
    "dateofbirth",
    "birthdate",
    "socialno",
    "surname",
    "family_name",
    "givenname",
    "given_name",
    "name",
    "country",
];

#[tokio::test]
async fn bankid_at_either_level_is_the_documented_token() {
    let house = house(|it| it.compatible.ssn = true).await;
    for (asked, outcome) in [(HIGH, with::APP), (SUBSTANTIAL, with::BIOMETRICS)] {
        let (text, _) = id_token(&house, &[asked], outcome).await;
        let token: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(token, enveloped(&token, "nobankid-oidc", asked.1.unwrap(), &bankid_person(&house)));
        assert_eq!(names(&text), [&ENVELOPE[..], &BANKID_NAMES, &["iat", "nbf", "exp"]].concat());
    }
}

#[tokio::test]
async fn vipps_is_the_documented_token() {
    let house = house(|_| {}).await;
    let (text, _) = id_token(&house, &[VIPPS], with::APP).await;
    let (token, kari): (Value, _) = (serde_json::from_str(&text).unwrap(), house.kari());
    let person = json!({
        "address": {
            "street_address": kari.street, "postal_code": kari.postal_code, "region": kari.place, "country": "NO",
            "formatted": format!("{}\n{}\n{}\nNO", kari.street, kari.postal_code, kari.place),
        },
        "dateofbirth": kari.birthdate, "birthdate": kari.birthdate, "emailaddress": kari.email, "email": kari.email,
        "mobilephone": kari.phone_number, "phone_number": kari.phone_number, "surname": kari.family_name,
        "family_name": kari.family_name, "givenname": kari.given_name, "given_name": kari.given_name,
        "name": kari.name(), "country": "NO",
    });
    assert_eq!(token, enveloped(&token, "novippslogin", VIPPS.1.unwrap(), &person));
    assert!(kari.phone_number.starts_with("47"), "without a plus");
    let person =
        ["address", "dateofbirth", "birthdate", "emailaddress", "email", "mobilephone", "phone_number"];
    let rest = ["surname", "family_name", "givenname", "given_name", "name", "country", "iat", "nbf", "exp"];
    assert_eq!(names(&text), [&ENVELOPE[..], &person, &rest].concat());
}

#[tokio::test]
async fn the_token_answer_is_the_documented_one() {
    let house = house(|_| {}).await;
    let answer = tokens(&house, &mut house.browser(), &[], with::APP).await;
    let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "expires_in", "id_token", "token_type"]);
    assert_eq!((&answer["expires_in"], &answer["token_type"]), (&json!("120"), &json!("Bearer")));
    let token = answer["access_token"].as_str().unwrap();
    house.step(119);
    assert_eq!(house.userinfo(token).await.status, 200);
    house.step(1);
    assert_eq!(house.userinfo(token).await.status, 401);
}

#[tokio::test]
async fn userinfo_has_the_same_claims_as_the_id_token() {
    for format in [PropertyFormat::Compact, PropertyFormat::Uri] {
        let house = house(|it| it.compatible.property_format = format).await;
        for changes in [[HIGH], [VIPPS]] {
            let (text, access_token) = id_token(&house, &changes, with::APP).await;
            let userinfo = house.userinfo(&access_token).await;
            let (token, userinfo_json) = (serde_json::from_str::<Value>(&text).unwrap(), userinfo.json());
            let envelope = ["iss", "aud", "nonce", "iat", "nbf", "exp"];
            let wanted: Vec<String> =
                names(&text).into_iter().filter(|name| !envelope.contains(&name.as_str())).collect();
            assert_eq!(names(&userinfo.body), wanted);
            for name in wanted {
                assert_eq!(userinfo_json[&name], token[&name], "{name}");
            }
        }
    }
}

#[tokio::test]
async fn long_names_stand_beside_the_standard_ones() {
    let house = house(|it| {
        it.compatible.property_format = PropertyFormat::Uri;
        it.compatible.ssn = true;
    })
    .await;
    let (text, _) = id_token(&house, &[HIGH], with::APP).await;
    let soap = |name: &str| format!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/{name}");
    let microsoft = |name: &str| format!("http://schemas.microsoft.com/ws/2008/06/identity/claims/{name}");
    let grean = |name: &str| format!("http://schemas.grean.id/claims/{name}");
    let wanted = [
        vec![
            "iss".into(),
            "aud".into(),
            "nonce".into(),
            "identityscheme".into(),
            "authenticationtype".into(),
        ],
        vec![microsoft("authenticationmethod"), microsoft("authenticationinstant")],
        vec![soap("nameidentifier"), "sub".into(), grean("sessionindex")],
        vec![soap("x500distinguishedname/uniqueuserid"), soap("dateofbirth"), "birthdate".into()],
        vec![
            grean("no/socialno"),
            soap("surname"),
            "family_name".into(),
            soap("givenname"),
            "given_name".into(),
        ],
        vec![soap("name"), "name".into(), soap("country"), "iat".into(), "nbf".into(), "exp".into()],
    ]
    .concat();
    assert_eq!(names(&text), wanted);
    let (text, _) = id_token(&house, &[VIPPS], with::APP).await;
    let token: Value = serde_json::from_str(&text).unwrap();
    assert!(token["address"].is_object() && token[soap("streetaddress")].is_string());
}

#[tokio::test]
async fn static_scopes_follow_the_settings_and_dynamic_ones_the_request() {
    let house = house(|_| {}).await;
    let (text, _) = id_token(&house, &[VIPPS, ("scope", Some("openid ssn nonsense"))], with::APP).await;
    assert!(text.contains("emailaddress") && !text.contains("socialno"));

    let house = self::house(|it| it.compatible.dynamic_scopes = true).await;
    let (text, _) = id_token(&house, &[VIPPS, ("scope", Some("openid email nonsense"))], with::APP).await;
    let token: Value = serde_json::from_str(&text).unwrap();
    assert!(token["email"].is_string() && token["name"].is_string());
    for absent in ["phone_number", "address", "birthdate", "socialno"] {
        assert_eq!(token.get(absent), None, "{absent}");
    }
    let hint =
        [HIGH, ("scope", Some("openid")), ("login_hint", Some("kari@example.com scope:ssn what:ever"))];
    let (text, _) = id_token(&house, &hint, with::APP).await;
    assert!(text.contains("socialno") && text.contains("dateofbirth"), "names and birth date come always");
}

#[tokio::test]
async fn the_number_needs_leave_in_this_profile_too() {
    let house = house(|it| {
        it.nin_allowed = false;
        it.compatible.dynamic_scopes = true;
    })
    .await;
    let reply = house.browser().authorize(&[("scope", Some("openid ssn"))]).await;
    assert_eq!(reply.error(), "invalid_scope");
    let claims = r#"{"id_token":{"nin":null,"socialno":null},"userinfo":{"nin":null}}"#;
    let (text, _) = id_token(&house, &[("claims", Some(claims))], with::APP).await;
    assert!(!text.contains(&house.kari().nin), "by name nothing is released");
}

#[tokio::test]
async fn auth_time_comes_only_when_it_is_asked_for_and_other_modern_claims_never() {
    let house = house(|_| {}).await;
    let by_name = r#"{"id_token":{"auth_time":{"essential":true},"sid":null,"amr":null}}"#;
    for (changes, is_asked) in [
        (&[][..], false),
        (&[("max_age", Some("600"))], true),
        (&[("claims", Some(by_name))], true),
        (&[("prompt", Some("login"))], false),
    ] {
        let (text, _) = id_token(&house, changes, with::APP).await;
        let token: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(token.get("auth_time"), is_asked.then_some(&json!(START)), "{changes:?}");
        for never in ["acr", "amr", "sid", "at_hash", "azp", "jti", "idp", "nin"] {
            assert_eq!(token.get(never), None, "{never}");
        }
    }
}

#[tokio::test]
async fn the_authentication_type_is_what_was_asked() {
    let house = house(|_| {}).await;
    let any = ("acr_values", Some("urn:grn:authn:no:bankid"));
    for (changes, wanted) in [
        (&[any][..], "urn:grn:authn:no:bankid"),
        (&[any, ("login_hint", Some("BID"))], "urn:grn:authn:no:bankid"),
        (&[HIGH], "urn:grn:authn:no:bankid:high"),
        (&[SUBSTANTIAL], "urn:grn:authn:no:bankid:substantial"),
        (&[("acr_values", Some("urn:what:ever urn:grn:authn:no:bankid"))], "urn:grn:authn:no:bankid"),
    ] {
        let (text, _) = id_token(&house, changes, with::APP).await;
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["authenticationtype"], wanted);
    }
}

#[tokio::test]
async fn neg_11_levels_hold_and_trouble_goes_straight_back() {
    let house = house(|it| it.minimum_level = model::Level::High).await;
    for asked in [SUBSTANTIAL, ("acr_values", Some("urn:grn:authn:no:bankid"))] {
        let reply = house.browser().log_in(&[asked], with::BIOMETRICS).await;
        assert_eq!(reply.error(), "unmet_authentication_requirements");
        assert!(reply.location().starts_with(REDIRECT), "{}", reply.location());
    }
    assert_eq!(house.browser().authorize(&[VIPPS]).await.error(), "invalid_request");
}

#[tokio::test]
async fn the_subject_is_stable_and_another_than_in_the_modern_profile() {
    let mut house = house(|_| {}).await;
    let subject = async |house: &TestBroker| {
        let (text, _) = id_token(house, &[], with::APP).await;
        serde_json::from_str::<Value>(&text).unwrap()["sub"].as_str().unwrap().to_owned()
    };
    let first = subject(&house).await;
    assert_eq!(subject(&house).await, first);
    house.change_shop(|_| {}).await;
    let modern = subject(&house).await;
    let bytes = crypto::b64::decode(&modern).unwrap();
    let hex: String = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(first.replace(['{', '}', '-'], ""), hex, "the first 16 bytes of the same digest");
}

#[tokio::test]
async fn consent_revoke_is_an_ordinary_login_here_and_unknown_to_others() {
    let house = house(|_| {}).await;
    let (text, _) = id_token(&house, &[("prompt", Some("consent_revoke"))], with::APP).await;
    assert!(text.contains("nameidentifier"));
    assert_eq!(house.browser().authorize(&[("prompt", Some("dance"))]).await.error(), "invalid_request");
    let modern = TestBroker::open().await;
    let reply = modern.browser().authorize(&[("prompt", Some("consent_revoke"))]).await;
    assert_eq!(reply.error(), "invalid_request");
}

#[tokio::test]
async fn a_hint_of_this_profile_names_its_session() {
    let mut house = house(|_| {}).await;
    house.remember(&[LoginMethod::NO_BANKID]).await;
    let mut browser = house.browser();
    let first = tokens(&house, &mut browser, &[], with::APP).await;
    let hint = first["id_token"].as_str().unwrap();
    let query = form(&[("id_token_hint", hint), ("post_logout_redirect_uri", "https://shop.example/bye")]);
    let reply = browser.get(&format!("/oauth2/logout?{query}")).await;
    assert_eq!((reply.status, reply.location()), (303, "https://shop.example/bye"), "without being asked");
}

#[tokio::test]
async fn the_strategies_of_userinfo() {
    let house = house(|it| it.userinfo_response = UserinfoResponse::SignedJwt).await;
    let (_, access_token) = id_token(&house, &[], with::APP).await;
    let reply = house.userinfo(&access_token).await;
    assert_eq!(reply.header("content-type"), Some("application/jwt"));
    let claims = house.claims(&reply.body).await;
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("shop")));
    assert_eq!((&claims["name"], claims.get("exp")), (&json!(house.kari().name()), None));
    assert_eq!(crypto::parse(&reply.body).unwrap().typ(), Some("JWT"));

    let house = self::house(|it| it.userinfo_response = UserinfoResponse::FromTokenEndpoint).await;
    let (text, access_token) = id_token(&house, &[], with::APP).await;
    assert!(text.contains("uniqueuserid"));
    let refused = house.userinfo(&access_token).await;
    assert_eq!((refused.status, refused.error().as_str()), (401, "invalid_token"));
    assert!(refused.body.contains("Unknown Access Code"));
}

#[tokio::test]
async fn encrypted_answers_are_five_parts_for_the_applications_key() {
    let house = house(|it| {
        // RSA, 2048 bits; nobody has the private half.
        let n = format!("{}{}", "u".repeat(341), "w");
        it.jwks = Some(json!({"keys": [{"kty": "RSA", "use": "enc", "kid": "e1", "n": n, "e": "AQAB"}]}));
        it.id_token_response = model::IdTokenResponse::SignedAndEncryptedJwt;
        it.userinfo_response = UserinfoResponse::SignedAndEncryptedJwt;
    })
    .await;
    let tokens = tokens(&house, &mut house.browser(), &[], with::APP).await;
    let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(userinfo.header("content-type"), Some("application/jwt"));
    for jwe in [tokens["id_token"].as_str().unwrap(), &userinfo.body] {
        let header: Value =
            serde_json::from_slice(&crypto::b64::decode(jwe.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!(header, json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT", "kid": "e1"}));
        assert_eq!(jwe.split('.').count(), 5);
    }
}

#[tokio::test]
async fn a_verifier_binds_a_code_here_too() {
    let house = house(|_| {}).await;
    let code = house.code(&[]).await;
    let wrong = VERIFIER.replace('d', "e");
    let reply = house
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", &wrong),
            ("client_id", "shop"),
            ("client_secret", house.secret.expose()),
        ])
        .await;
    assert_eq!(reply.error(), "invalid_grant");
}

#[tokio::test]
async fn the_consent_page_lists_what_the_eid_gives_and_no_more() {
    let house = house(|it| it.compatible.ssn = true).await;
    let mut browser = house.browser();
    let reply = browser.log_in(&[HIGH], with::APP).await;
    let page = browser.follow(reply).await;
    for (listed, wanted) in
        [("Fødselsnummer", true), ("Fødselsdato", true), ("E-postadresse", false), ("Telefonnummer", false)]
    {
        assert_eq!(page.body.contains(listed), wanted, "{listed}");
    }
}

#[tokio::test]
async fn a_lifetime_as_text_broke_client_libraries_at_a_refresh() {
    let house = house(|it| it.refresh_tokens = true).await;
    let changes = [HIGH, ("scope", Some("openid offline_access"))];
    let first = tokens(&house, &mut house.browser(), &changes, with::APP).await;
    assert_eq!(first["expires_in"], "120", "as the vendor answers a code");
    let refreshing = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first["refresh_token"].as_str().unwrap()),
        ("client_id", "shop"),
        ("client_secret", house.secret.expose()),
    ];
    assert_eq!(house.token(&refreshing).await.json()["expires_in"], 120, "a number at a refresh");
}
