//! The connectors against an eID that misbehaves in ways the simulators do not: a stand-in that answers by script.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails loudly"
)]

mod live_check;
mod stand_in;

use crypto::{Algorithm, b64};
use eid::{EidError, Outcome};
use model::{LoginMethod, Trouble};
use serde_json::json;
use stand_in::{NOW, StandIn};

#[tokio::test]
async fn a_login_at_the_stand_in_works_when_nothing_is_wrong() {
    let eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    let Ok(Outcome::Proved(proof)) = eid.log_in("").await else { panic!("not proved") };
    assert_eq!((proof.stable_id.as_str(), proof.person.name.as_deref()), ("the-person", Some("Kari Nordli")));
}

#[tokio::test]
async fn a_login_that_is_bound_keeps_the_token_that_was_signed_for_it_and_another_one_does_not() {
    let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
    eid.say("name", json!("Kari Nordli"));
    eid.say("birthdate", json!("2000-01-01"));
    let Ok(Outcome::Proved(proof)) = eid.log_in("").await else { panic!("not proved") };
    assert!(proof.token.is_none());
    eid.bind([7; 32]);
    let Ok(Outcome::Proved(proof)) = eid.log_in("").await else { panic!("not proved") };
    let token = proof.token.unwrap();
    let key = crypto::PublicKey::from_jwk(&serde_json::from_str(&token.key).unwrap()).unwrap();
    let claims = crypto::parse(&token.id_token).unwrap().verify_claims(&key, &[Algorithm::Es256]).unwrap();
    assert_eq!(claims["nonce"], b64::encode(&[7; 32]));
}

async fn trouble(eid: &StandIn, returned: &str) -> Trouble {
    match eid.log_in(returned).await {
        Err(error) => error.trouble(),
        Ok(outcome) => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn rule_13_userinfo_must_be_about_the_same_person() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    for userinfo in
        [json!({"sub": "somebody-else", "name": "X"}), json!({"name": "X"}), json!([]), json!("x")]
    {
        eid.answer("/userinfo", 200, "application/json", &userinfo.to_string());
        assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "{userinfo}");
    }
}

#[tokio::test]
async fn rule_13_bankid_userinfo_must_be_signed_by_the_issuer_for_us() {
    let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
    let claims = json!({"sub": "the-person", "name": "X", "birthdate": "2000-01-01", "iss": eid.issuer(), "aud": "us"});
    eid.answer("/userinfo", 200, "application/json", &claims.to_string());
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "not signed");
    let stranger = crypto::SigningKey::generate(Algorithm::Es256).unwrap();
    let forged = crypto::sign(&stranger, "JWT", claims.to_string().as_bytes()).unwrap();
    eid.answer("/userinfo", 200, "application/jwt", &forged);
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "signed by a stranger");
    let mut foreign = claims.clone();
    foreign["aud"] = json!("somebody-else");
    let foreign = eid.sign(&foreign);
    eid.answer("/userinfo", 200, "application/jwt", &foreign);
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "signed for somebody else");
    let signed = eid.sign(&claims);
    eid.answer("/userinfo", 200, "application/jwt", &signed);
    assert!(matches!(eid.log_in("").await, Ok(Outcome::Proved(_))));
}

const ABOUT: &str = "the-person";

#[tokio::test]
async fn userinfo_that_came_unsigned_with_another_status_is_not_believed() {
    let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
    let claims = json!({"sub": ABOUT, "name": "X", "birthdate": "2000-01-01"});
    for status in [201, 202, 204, 206, 299] {
        eid.answer("/userinfo", status, "application/json", &claims.to_string());
        assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "{status}");
    }
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.answer("/userinfo", 201, "application/json", &claims.to_string());
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "nor where plain JSON is agreed");
}

#[tokio::test]
async fn level_and_stable_identifier_are_not_taken_from_userinfo() {
    let full = json!({"sub": ABOUT, "name": "X", "birthdate": "2000-01-01"});
    for (name, said, missing) in
        [("acr", "urn:bankid:bid;LOA=4", "urn:bankid:bis;LOA=3"), ("bankid_altsub", "9578-1", "9578-2")]
    {
        for in_id_token in [json!(null), json!(missing)] {
            let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
            eid.say(name, in_id_token);
            let mut given = full.clone();
            given[name] = json!(said);
            eid.signed_userinfo(&given);
            assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "{name}");
        }
    }
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.keep_auth_time();
    eid.prompt_login();
    let given = json!({"sub": ABOUT, "name": "X", "birthdate": "2000-01-01", "auth_time": NOW});
    eid.answer("/userinfo", 200, "application/json", &given.to_string());
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "auth_time proves nothing unsigned");
}

#[tokio::test]
async fn userinfo_that_has_expired_or_is_for_somebody_else_is_refused() {
    for (name, value) in [
        ("exp", json!(NOW - 61)),
        ("exp", json!(1e300)),
        ("iat", json!(NOW + 61)),
        ("nbf", json!(NOW + 61)),
        ("iss", json!("https://evil.example")),
        ("aud", json!(["somebody-else"])),
    ] {
        let mut claims = json!({"sub": ABOUT, "name": "X", "birthdate": "2000-01-01"});
        claims[name] = value;
        let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
        eid.signed_userinfo(&claims);
        assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "BankID, {claims}");
        let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
        eid.answer("/userinfo", 200, "application/json", &claims.to_string());
        assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "Vipps, {claims}");
    }
}

#[tokio::test]
async fn a_fraction_in_the_instant_of_a_login_is_rounded_down_by_every_connector() {
    for (eid, name) in [(LoginMethod::NO_BANKID, "iat"), (LoginMethod::NO_VIPPS, "auth_time")] {
        let mut eid = StandIn::open(eid).await;
        eid.say(name, json!(NOW as f64 + 0.75));
        eid.say("name", json!("Kari"));
        eid.say("birthdate", json!("2000-01-01"));
        let Ok(Outcome::Proved(proof)) = eid.log_in("").await else { panic!("{name}: not proved") };
        assert_eq!(proof.authenticated_at.seconds(), NOW, "{name}");
    }
}

#[tokio::test]
async fn an_answer_with_a_member_twice_or_a_control_character_is_refused() {
    let mut eid = StandIn::open(LoginMethod::NO_BANKID).await;
    eid.say("bankid_altsub", json!("9578-1\u{0}"));
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    let twice = format!(r#"{{"sub":"somebody-else","sub":"{ABOUT}","name":"X","birthdate":"2000-01-01"}}"#);
    eid.answer("/userinfo", 200, "application/json", &twice);
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
}

#[tokio::test]
async fn nobody_is_sent_to_an_authorization_endpoint_that_is_a_script() {
    for address in ["javascript:alert(1)", "//other.example/authorize"] {
        let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
        eid.change_discovery("authorization_endpoint", json!(address));
        assert!(matches!(eid.start().await, Err(EidError::Upstream(_))), "{address}");
    }
}

#[tokio::test]
async fn a_key_that_was_turned_unannounced_is_found_although_a_probe_just_read_the_set() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.probe().await;
    eid.turn_key();
    assert!(matches!(eid.log_in("").await, Ok(Outcome::Proved(_))));
    let fetched = eid.asked("/keys");
    eid.turn_key();
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer, "the second time within a minute");
    assert_eq!(eid.asked("/keys"), fetched);
}

#[tokio::test]
async fn neg_15_a_missing_iss_is_refused_where_metadata_promises_it() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.promise_iss();
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
    assert_eq!(eid.asked("/token"), 0, "no token call was made");
    let named =
        format!("&iss={}", form_urlencoded::byte_serialize(eid.issuer().as_bytes()).collect::<String>());
    assert!(matches!(eid.log_in(&named).await, Ok(Outcome::Proved(_))));
}

#[tokio::test]
async fn rule_10_a_discovery_document_of_another_issuer_is_not_used() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.change_discovery("issuer", json!("https://evil.example/"));
    assert!(matches!(eid.start().await, Err(EidError::Upstream(_))));
}

#[tokio::test]
async fn rule_14_redirects_are_not_followed_and_large_answers_are_cut() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.answer("/token", 307, "application/json", "");
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
    eid.answer("/token", 200, "application/json", &format!("{{\"x\":\"{}\"}}", "a".repeat(300 * 1024)));
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
    eid.answer("/token", 200, "application/json", "not json");
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
}

#[tokio::test]
async fn whose_fault_it_is_decides_what_people_are_told() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    for (status, body, told) in [
        (503, "", Trouble::EidDown),
        (400, r#"{"error":"invalid_grant"}"#, Trouble::EidInvalidAnswer),
        (400, r#"{"error":"invalid_client"}"#, Trouble::SourceMisconfigured),
        (401, "", Trouble::SourceMisconfigured),
        (200, r#"{"access_token":"x"}"#, Trouble::EidInvalidAnswer),
    ] {
        eid.answer("/token", status, "application/json", body);
        assert_eq!(trouble(&eid, "").await, told, "{status} {body}");
    }
    let gone = StandIn::gone().await;
    assert_eq!(gone.start().await.unwrap_err().trouble(), Trouble::EidDown);
}

#[tokio::test]
async fn neg_17_a_vipps_login_older_than_prompt_login_allows_is_refused() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.prompt_login();
    eid.authenticated_at(NOW - 61);
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
    eid.authenticated_at(NOW - 60);
    assert!(matches!(eid.log_in("").await, Ok(Outcome::Proved(_))), "within the clock difference");
}

#[tokio::test]
async fn neg_17_a_vipps_login_without_auth_time_cannot_meet_prompt_login() {
    let mut eid = StandIn::open(LoginMethod::NO_VIPPS).await;
    eid.keep_auth_time();
    assert!(matches!(eid.log_in("").await, Ok(Outcome::Proved(_))), "nobody asked for an age");
    eid.prompt_login();
    assert_eq!(trouble(&eid, "").await, Trouble::EidInvalidAnswer);
}
