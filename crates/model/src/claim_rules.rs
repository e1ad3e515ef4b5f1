//! Which claims an application gets, and in what form (modern profile).

use oidc::{Individual, Scope};
use serde_json::{Map, Value, json};

use crate::{Address, Grant, MoreProfile, Nin, Person};

/// The claims about the person, by where they go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Released {
    /// For the ID token.
    pub id_token: Map<String, Value>,
    /// For the userinfo answer.
    pub userinfo: Map<String, Value>,
}

/// A claim, the scope that gives it, and how it is read from a person.
struct Rule {
    claim: &'static str,
    scope: Scope,
    read: fn(&Person) -> Option<Value>,
}

fn text(value: Option<&String>) -> Option<Value> {
    value.map(|it| json!(it))
}

fn address(address: &Address) -> Value {
    let members = [
        ("street_address", &address.street_address),
        ("postal_code", &address.postal_code),
        ("locality", &address.locality),
        ("region", &address.region),
        ("country", &address.country),
        ("formatted", &address.formatted),
    ];
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))))
        .collect::<Map<_, _>>()
        .into()
}

fn nin(person: &Person, read: fn(&Nin) -> &str) -> Option<Value> {
    person.nin.as_ref().map(|it| json!(read(it)))
}

fn more(person: &Person, read: fn(&MoreProfile) -> &Option<String>) -> Option<Value> {
    text(read(person.more.as_deref()?).as_ref())
}

const RULES: [Rule; 22] = [
    Rule { claim: "name", scope: Scope::Profile, read: |it| text(it.name.as_ref()) },
    Rule { claim: "given_name", scope: Scope::Profile, read: |it| text(it.given_name.as_ref()) },
    Rule { claim: "family_name", scope: Scope::Profile, read: |it| text(it.family_name.as_ref()) },
    Rule { claim: "birthdate", scope: Scope::Profile, read: |it| text(it.birthdate.as_ref()) },
    Rule { claim: "middle_name", scope: Scope::Profile, read: |it| more(it, |more| &more.middle_name) },
    Rule { claim: "nickname", scope: Scope::Profile, read: |it| more(it, |more| &more.nickname) },
    Rule {
        claim: "preferred_username",
        scope: Scope::Profile,
        read: |it| more(it, |more| &more.preferred_username),
    },
    Rule { claim: "profile", scope: Scope::Profile, read: |it| more(it, |more| &more.profile) },
    Rule { claim: "picture", scope: Scope::Profile, read: |it| more(it, |more| &more.picture) },
    Rule { claim: "website", scope: Scope::Profile, read: |it| more(it, |more| &more.website) },
    Rule { claim: "gender", scope: Scope::Profile, read: |it| more(it, |more| &more.gender) },
    Rule { claim: "zoneinfo", scope: Scope::Profile, read: |it| more(it, |more| &more.zoneinfo) },
    Rule { claim: "locale", scope: Scope::Profile, read: |it| more(it, |more| &more.locale) },
    Rule {
        claim: "updated_at",
        scope: Scope::Profile,
        read: |it| it.more.as_ref()?.updated_at.map(Value::from),
    },
    Rule { claim: "email", scope: Scope::Email, read: |it| text(it.email.as_ref()) },
    Rule { claim: "email_verified", scope: Scope::Email, read: |it| it.email_verified.map(Value::from) },
    Rule { claim: "phone_number", scope: Scope::Phone, read: |it| text(it.phone_number.as_ref()) },
    Rule {
        claim: "phone_number_verified",
        scope: Scope::Phone,
        read: |it| it.phone_number_verified.map(Value::from),
    },
    Rule { claim: "address", scope: Scope::Address, read: |it| it.address.as_ref().map(address) },
    Rule { claim: "nin", scope: Scope::Nin, read: |it| nin(it, Nin::digits) },
    Rule { claim: "nin_type", scope: Scope::Nin, read: |it| nin(it, |it| it.kind().as_str()) },
    Rule { claim: "nin_country", scope: Scope::Nin, read: |it| nin(it, |it| it.country()) },
];

/// Gives the scopes whose claims were asked for by name in the `claims` parameter.
pub fn scopes_of_named(claims: &oidc::ClaimsRequest) -> impl Iterator<Item = Scope> + '_ {
    let named =
        |rule: &Rule| claims.id_token.contains_key(rule.claim) || claims.userinfo.contains_key(rule.claim);
    RULES.iter().filter(move |rule| named(rule)).map(|rule| rule.scope)
}

/// Takes out the claims that were asked for by name and belong to `scope`, because it was withdrawn.
pub fn remove_named(claims: &mut oidc::ClaimsRequest, scope: Scope) {
    let stays = |claim: &String, _: &mut Individual| {
        RULES.iter().all(|rule| rule.claim != claim || rule.scope != scope)
    };
    claims.id_token.retain(stays);
    claims.userinfo.retain(stays);
}

/// Gives the claims that a grant releases. A claim that the eID did not give is absent.
///
/// `slim`: the ID token gets only what was asked for in it by name.
/// Spec: OpenID Connect Core 1.0 §5.4, §5.5; the public contract, "Scopes and claims"
pub fn release(grant: &Grant, slim: bool) -> Released {
    let mut released = Released::default();
    let person = &grant.proof.person;
    for rule in &RULES {
        let Some(value) = (rule.read)(person) else { continue };
        let by_scope = grant.scopes.has(rule.scope);
        let named = |asked: &std::collections::BTreeMap<String, Individual>| asked.contains_key(rule.claim);
        if (by_scope && !slim) || named(&grant.claims.id_token) {
            released.id_token.insert(rule.claim.to_owned(), value.clone());
        }
        if by_scope || named(&grant.claims.userinfo) {
            released.userinfo.insert(rule.claim.to_owned(), value);
        }
    }
    if grant.scopes.has(Scope::EidSubject) {
        let value = json!(grant.proof.stable_id);
        if !slim {
            released.id_token.insert("eid_subject".to_owned(), value.clone());
        }
        released.userinfo.insert("eid_subject".to_owned(), value);
    }
    if !slim {
        released.id_token.insert("idp".to_owned(), json!(grant.proof.eid.as_str()));
    }
    released.userinfo.insert("sub".to_owned(), json!(grant.subject));
    released
}

impl Grant {
    /// The grant without the claims of one scope, by scope or by name, because it was withdrawn.
    #[must_use]
    pub fn without(mut self, scope: Scope) -> Self {
        remove_named(&mut self.claims, scope);
        self.scopes = self.scopes.without(scope);
        self.proof.person = self.proof.person.only(self.scopes, &self.claims);
        self
    }
}

impl Person {
    /// The person cut down to what these scopes and named claims may show.
    #[must_use]
    pub fn only(mut self, scopes: oidc::Scopes, claims: &oidc::ClaimsRequest) -> Self {
        let allowed: oidc::Scopes = scopes.iter().chain(scopes_of_named(claims)).collect();
        let keep = |scope| allowed.has(scope);
        if !keep(Scope::Profile) {
            (self.name, self.given_name, self.family_name, self.birthdate) = (None, None, None, None);
            self.more = None;
        }
        if !keep(Scope::Email) {
            (self.email, self.email_verified) = (None, None);
        }
        if !keep(Scope::Phone) {
            (self.phone_number, self.phone_number_verified) = (None, None);
        }
        if !keep(Scope::Address) {
            self.address = None;
        }
        if !keep(Scope::Nin) {
            self.nin = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::release;
    use crate::{Acr, EidEnvironment, Grant, Level, LoginMethod, MoreProfile, Person, Proof, Timestamp};
    use oidc::{ClaimsRequest, Scopes};
    use serde_json::{Value, json};

    fn grant(scopes: &str, claims: &str) -> Grant {
        let person = Person {
            name: Some("Testine Prøvesen".into()),
            birthdate: Some("1984-05-17".into()),
            nin: crate::Nin::parse("NO", "17858499941"),
            phone_number: Some("+4799999999".into()),
            more: Some(Box::new(MoreProfile { nickname: Some("Tine".into()), ..MoreProfile::default() })),
            ..Person::default()
        };
        let at = Timestamp::from_seconds(1);
        Grant {
            redirect_uri: String::new(),
            challenge: None,
            nonce: None,
            scopes: Scopes::parse(scopes),
            claims: ClaimsRequest::parse(claims).unwrap(),
            subject: "subject".into(),
            session_id: "sid".into(),
            login: "login".into(),
            acr: Acr::NO_BANKID_HIGH,
            asked: Acr::NO_BANKID_HIGH,
            auth_time_was_asked: false,
            proof: Proof {
                eid: LoginMethod::NO_BANKID,
                environment: EidEnvironment::Sandbox,
                stable_id: "9578".into(),
                level: Level::High,
                amr: Vec::new(),
                authenticated_at: at,
                person,
                token: None,
            },
            granted_at: at,
        }
    }

    #[test]
    fn scopes_give_their_claims_in_both_places() {
        let released = release(&grant("openid profile nin", "{}"), false);
        assert_eq!(
            Value::from(released.id_token),
            json!({"name": "Testine Prøvesen", "birthdate": "1984-05-17", "nickname": "Tine", "nin": "17858499941",
                   "nin_type": "fnr", "nin_country": "NO", "idp": "no-bankid"})
        );
        assert!(released.userinfo.contains_key("nin") && released.userinfo["sub"] == "subject");
        assert!(!released.userinfo.contains_key("email"), "absent, not null");
    }

    #[test]
    fn a_slim_id_token_has_only_what_was_asked_for_in_it_by_name() {
        let claims = r#"{"id_token":{"birthdate":null},"userinfo":{"phone_number":null}}"#;
        let released = release(&grant("openid profile", claims), true);
        assert_eq!(Value::from(released.id_token), json!({"birthdate": "1984-05-17"}));
        assert_eq!(released.userinfo["phone_number"], "+4799999999");
    }

    #[test]
    fn a_person_is_cut_down_to_what_may_be_seen() {
        let whole = grant("openid", "{}").proof.person;
        let cut = whole.clone().only(Scopes::parse("openid phone"), &ClaimsRequest::default());
        assert_eq!((cut.name, cut.nin, cut.phone_number), (None, None, Some("+4799999999".into())));
        assert_eq!(cut.more, None);
        let claims = ClaimsRequest::parse(r#"{"userinfo":{"name":null}}"#).unwrap();
        assert!(whole.only(Scopes::parse("openid"), &claims).name.is_some());
    }
}
