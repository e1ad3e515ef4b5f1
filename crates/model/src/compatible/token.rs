//! The envelope around the claims: who issued what, to whom, when, and by which login.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{CompatibleSettings, PropertyFormat, claims, rule::Table, tables::table};
use crate::{
    Grant, LoginMethod, Payload, Timestamp,
    subject::{guid, guid_of_text},
};

const METHOD: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod";
const INSTANT: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant";
const NAMEIDENTIFIER: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
const SESSIONINDEX: &str = "http://schemas.grean.id/claims/sessionindex";

/// A name in a format, where the standards have none for it.
const fn named(format: PropertyFormat, short: &'static str, long: &'static str) -> &'static str {
    match format {
        PropertyFormat::Compact => short,
        PropertyFormat::Uri => long,
    }
}

/// The names of everything that ID tokens of these eIDs can have.
pub fn names(eids: &[LoginMethod], format: PropertyFormat) -> Vec<&'static str> {
    let mut all = vec![
        "iss",
        "aud",
        "nonce",
        "identityscheme",
        "authenticationtype",
        named(format, "authenticationmethod", METHOD),
        named(format, "authenticationinstant", INSTANT),
        named(format, "nameidentifier", NAMEIDENTIFIER),
        "sub",
        named(format, "sessionindex", SESSIONINDEX),
    ];
    all.extend(claims::names(eids, format));
    all.extend(["auth_time", "iat", "nbf", "exp"]);
    all
}

/// By whom and for whom a token is made.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The application's `client_id`.
    pub client_id: &'a str,
    /// The application's settings.
    pub settings: &'a CompatibleSettings,
}

/// The 32 hexadecimal digits of a subject: a GUID without its braces and hyphens.
fn name_identifier(subject: &str) -> String {
    subject.chars().filter(|it| !matches!(it, '{' | '}' | '-')).collect()
}

/// The session's id as a GUID, whichever of our two forms it has.
fn session_index(session_id: &str) -> String {
    let by_hex = crate::SessionId::parse(session_id).map(|id| *id.as_bytes()).ok();
    let bytes = by_hex.or_else(|| crypto::b64::decode(session_id)?.try_into().ok());
    bytes.map_or_else(|| session_id.to_owned(), |bytes| guid(&bytes))
}

/// Finds the browser session that a token of this profile was given for: an id as [`crate::SessionId`] writes it.
pub fn session_of_hint(claims: &Map<String, Value>) -> Option<String> {
    let index = claims.get("sessionindex").or_else(|| claims.get(SESSIONINDEX))?;
    guid_of_text(index.as_str()?)
}

/// Who logged in, and how: in every token and in every userinfo answer.
fn add_login(payload: &mut Payload, grant: &Grant, format: PropertyFormat) {
    let Table { identityscheme, authenticationmethod, .. } = table(grant.proof.eid);
    let named = |short, long| named(format, short, long);
    payload.push("identityscheme", *identityscheme);
    payload.push("authenticationtype", grant.asked.as_str());
    payload.push(named("authenticationmethod", METHOD), *authenticationmethod);
    payload.push(named("authenticationinstant", INSTANT), grant.proof.authenticated_at.to_iso_millis());
    payload.push(named("nameidentifier", NAMEIDENTIFIER), name_identifier(&grant.subject));
    payload.push("sub", grant.subject.as_str());
    payload.push(named("sessionindex", SESSIONINDEX), session_index(&grant.session_id));
}

/// The payload of an ID token. `slim`: without what is about the person, except the subject.
pub fn id_token(
    grant: &Grant,
    issued: &Issued<'_>,
    slim: bool,
    (now, lives_for): (Timestamp, Duration),
) -> Payload {
    let mut payload = Payload::default();
    payload.push("iss", issued.issuer);
    payload.push("aud", issued.client_id);
    if let Some(nonce) = &grant.nonce {
        payload.push("nonce", nonce.as_str());
    }
    add_login(&mut payload, grant, issued.settings.property_format);
    if !slim {
        claims::add(&mut payload, grant, issued.settings);
    }
    if grant.auth_time_was_asked {
        payload.push("auth_time", grant.proof.authenticated_at.seconds());
    }
    payload.push("iat", now.seconds());
    payload.push("nbf", now.seconds());
    payload.push("exp", now.after(lives_for).seconds());
    payload
}

/// The claims of a userinfo answer, by the same table.
pub fn userinfo(grant: &Grant, settings: &CompatibleSettings) -> Payload {
    let mut payload = Payload::default();
    add_login(&mut payload, grant, settings.property_format);
    claims::add(&mut payload, grant, settings);
    payload
}

#[cfg(test)]
mod tests {
    use super::{Issued, id_token, session_of_hint, userinfo};
    use crate::{
        Acr, CompatibleSettings, EidEnvironment, Grant, Level, LoginMethod, Person, Proof, PropertyFormat,
        Timestamp,
    };
    use oidc::{ClaimsRequest, Scope, Scopes};
    use serde_json::{Value, json};
    use std::time::Duration;

    fn grant(scopes: Scopes) -> Grant {
        let at = Timestamp::from_seconds(1_768_473_701);
        let person = Person { family_name: Some("Eksempelstad".into()), ..Person::default() };
        Grant {
            redirect_uri: String::new(),
            challenge: None,
            nonce: None,
            scopes,
            claims: ClaimsRequest::default(),
            subject: "{0c0ffee0-c0ff-ee0c-0ffe-e0c0ffee0c0f}".into(),
            session_id: "00000000000000000000000000000001".into(),
            login: "login".into(),
            acr: Acr::NO_VIPPS,
            asked: Acr::NO_VIPPS,
            auth_time_was_asked: false,
            proof: Proof {
                eid: LoginMethod::NO_VIPPS,
                environment: EidEnvironment::Sandbox,
                stable_id: "x".into(),
                level: Level::None,
                amr: Vec::new(),
                authenticated_at: at,
                person,
                token: None,
            },
            granted_at: at,
        }
    }

    #[test]
    fn a_claim_that_did_not_come_is_absent_or_null_by_the_switch() {
        let grant = grant([Scope::Openid, Scope::Profile, Scope::Email].into_iter().collect());
        for (null_claims, wanted) in [(false, None), (true, Some(&Value::Null))] {
            let settings = CompatibleSettings { null_claims, ..CompatibleSettings::default() };
            let answer = serde_json::to_value(userinfo(&grant, &settings)).unwrap();
            for name in ["email", "emailaddress", "name", "given_name", "givenname"] {
                assert_eq!(answer.get(name), wanted, "{name}");
            }
            assert_eq!((&answer["surname"], &answer["country"]), (&json!("Eksempelstad"), &json!("NO")));
            assert_eq!(answer.get("socialno"), None, "not granted, so not even null");
        }
    }

    #[test]
    fn the_identifiers_are_the_same_guid_in_their_own_forms() {
        for property_format in [PropertyFormat::Compact, PropertyFormat::Uri] {
            let settings = CompatibleSettings { property_format, ..CompatibleSettings::default() };
            let issued = Issued { issuer: "https://i", client_id: "shop", settings: &settings };
            let times = (Timestamp::from_seconds(5), Duration::from_secs(1200));
            let token = id_token(&grant(Scopes::default()), &issued, true, times);
            let token = serde_json::to_value(token).unwrap();
            let members = token.as_object().unwrap();
            let identifier = members.iter().find(|(name, _)| name.ends_with("nameidentifier")).unwrap().1;
            assert_eq!(identifier, "0c0ffee0c0ffee0c0ffee0c0ffee0c0f");
            assert_eq!(session_of_hint(members).as_deref(), Some("00000000000000000000000000000001"));
            assert!(!members.contains_key("family_name"), "slim");
            assert_eq!((&token["nbf"], &token["exp"]), (&json!(5), &json!(1205)));
        }
    }
}
