//! Test users: people of a test domain who sign in with a password, so that programs can log in.

use crypto::{Random, SealKey};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Address, MoreProfile, Person, TenantId, TestUserId, sealed_place};

/// The longest claim, in characters.
const LONGEST: usize = 255;

/// What is wrong with a test user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestUserError {
    /// The name to sign in with.
    #[error("a username has 1 to 100 characters, none of them a space or a control character")]
    Username,
    /// The password.
    #[error("a password has 8 to 200 characters")]
    Password,
    /// A claim, and what it should be.
    #[error("claim `{0}`: {1}")]
    Claim(&'static str, &'static str),
}

/// A test user, as the page that signs them in sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUser {
    /// Their row; as text the stable identifier that their subject is made from.
    pub id: TestUserId,
    /// What they sign in with; unique in their domain.
    pub username: String,
    /// What applications are told, by scope.
    pub claims: Person,
}

impl TestUser {
    fn place(tenant: TenantId, id: TestUserId) -> Vec<u8> {
        sealed_place(tenant, "test_users", "sealed_claims", &id.to_string())
    }

    /// Seals the claims under the tenant's data key, bound to their row.
    pub fn seal_claims(&self, random: &Random, seal: &SealKey, tenant: TenantId) -> Vec<u8> {
        let claims = serde_json::to_vec(&StandardClaims::of(&self.claims)).unwrap_or_default();
        seal.seal(random, &Self::place(tenant, self.id), &claims)
    }

    /// Opens what [`TestUser::seal_claims`] made; `None` for another key or row.
    pub fn open(
        seal: &SealKey,
        (tenant, id): (TenantId, TestUserId),
        username: &str,
        sealed_claims: &[u8],
    ) -> Option<Self> {
        let opened = seal.open(&Self::place(tenant, id), sealed_claims).ok()?;
        let claims: StandardClaims = serde_json::from_slice(opened.expose()).ok()?;
        Some(Self { id, username: username.to_owned(), claims: claims.into_person() })
    }

    /// Says whether somebody may sign in by this name.
    ///
    /// # Errors
    /// [`TestUserError::Username`]
    pub fn check_username(username: &str) -> Result<(), TestUserError> {
        let odd = |it: char| it.is_control() || it.is_whitespace();
        let fine = (1..=100).contains(&username.chars().count()) && !username.contains(odd);
        if fine { Ok(()) } else { Err(TestUserError::Username) }
    }

    /// Says whether this may be a password.
    ///
    /// # Errors
    /// [`TestUserError::Password`]
    pub fn check_password(password: &str) -> Result<(), TestUserError> {
        let fine = (8..=200).contains(&password.chars().count());
        if fine { Ok(()) } else { Err(TestUserError::Password) }
    }
}

macro_rules! claims {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {
        /// Every standard claim but `sub`, by the names of OpenID Connect Core 1.0 §5.1. Unknown members are refused.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct StandardClaims {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>,)*
        }

        impl StandardClaims {
            /// The names of the claims.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

claims! {
    /// Full name.
    name: String,
    /// Given names.
    given_name: String,
    /// Family name.
    family_name: String,
    /// Middle names.
    middle_name: String,
    /// What friends say.
    nickname: String,
    /// What the person wants to be called by.
    preferred_username: String,
    /// URL.
    profile: String,
    /// URL.
    picture: String,
    /// URL.
    website: String,
    /// E-mail address.
    email: String,
    /// Whether it is theirs.
    email_verified: bool,
    /// `female`, `male` or another word.
    gender: String,
    /// `YYYY-MM-DD`
    birthdate: String,
    /// Such as `Europe/Oslo`.
    zoneinfo: String,
    /// Such as `nb-NO`.
    locale: String,
    /// E.164 with `+`.
    phone_number: String,
    /// Whether it is theirs.
    phone_number_verified: bool,
    /// Postal address.
    address: StandardAddress,
    /// Seconds since 1970.
    updated_at: i64,
}

/// The members of `address`, OpenID Connect Core 1.0 §5.1.1. Unknown members are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StandardAddress {
    /// The whole address for a letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// May have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City or place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State, province, county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// As written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// As written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

fn is_date(text: &str) -> bool {
    let digits = |it: &str, length| it.len() == length && it.bytes().all(|it| it.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2)
        && ("01"..="12").contains(month) && ("01"..="31").contains(day))
}

fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
}

impl StandardClaims {
    /// Checks that every claim is what the specification says it is.
    ///
    /// # Errors
    /// The first [`TestUserError::Claim`].
    pub fn check(&self) -> Result<(), TestUserError> {
        let texts = [
            ("name", &self.name),
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("middle_name", &self.middle_name),
            ("nickname", &self.nickname),
            ("preferred_username", &self.preferred_username),
            ("profile", &self.profile),
            ("picture", &self.picture),
            ("website", &self.website),
            ("email", &self.email),
            ("gender", &self.gender),
            ("birthdate", &self.birthdate),
            ("zoneinfo", &self.zoneinfo),
            ("locale", &self.locale),
            ("phone_number", &self.phone_number),
        ];
        for (name, text) in texts {
            let Some(text) = text else { continue };
            if text.trim().is_empty() || text.chars().count() > LONGEST || text.contains(char::is_control) {
                return Err(TestUserError::Claim(
                    name,
                    "1 to 255 characters, none of them a control character",
                ));
            }
            if let Some(form) = wrong_form(name, text) {
                return Err(TestUserError::Claim(name, form));
            }
        }
        let address = self.address.iter().flat_map(StandardAddress::texts).flatten();
        let odd = |it: char| it.is_control() && it != '\n';
        let mut wrong = address.filter(|it| it.chars().count() > LONGEST || it.contains(odd));
        match wrong.next() {
            Some(_) => {
                Err(TestUserError::Claim("address", "lines of text, at most 255 characters in a member"))
            }
            None => Ok(()),
        }
    }

    /// The claims of a person, by their names on the wire. A number or an eID's own values are not among them.
    pub fn of(person: &Person) -> Self {
        let more = person.more.as_deref().cloned().unwrap_or_default();
        let person = person.clone();
        Self {
            name: person.name,
            given_name: person.given_name,
            family_name: person.family_name,
            middle_name: more.middle_name,
            nickname: more.nickname,
            preferred_username: more.preferred_username,
            profile: more.profile,
            picture: more.picture,
            website: more.website,
            email: person.email,
            email_verified: person.email_verified,
            gender: more.gender,
            birthdate: person.birthdate,
            zoneinfo: more.zoneinfo,
            locale: more.locale,
            phone_number: person.phone_number,
            phone_number_verified: person.phone_number_verified,
            address: person.address.map(StandardAddress::of),
            updated_at: more.updated_at,
        }
    }

    /// The person who has these claims.
    pub fn into_person(self) -> Person {
        let more = MoreProfile {
            middle_name: self.middle_name,
            nickname: self.nickname,
            preferred_username: self.preferred_username,
            profile: self.profile,
            picture: self.picture,
            website: self.website,
            gender: self.gender,
            zoneinfo: self.zoneinfo,
            locale: self.locale,
            updated_at: self.updated_at,
        };
        Person {
            name: self.name,
            given_name: self.given_name,
            family_name: self.family_name,
            birthdate: self.birthdate,
            email: self.email,
            email_verified: self.email_verified,
            phone_number: self.phone_number,
            phone_number_verified: self.phone_number_verified,
            address: self.address.map(StandardAddress::into_address).filter(|it| *it != Address::default()),
            nin: None,
            more: (more != MoreProfile::default()).then(|| Box::new(more)),
        }
    }
}

/// What a claim should look like, when it does not.
fn wrong_form(name: &str, text: &str) -> Option<&'static str> {
    let is_address = |url: &Url| matches!(url.scheme(), "http" | "https");
    let (fine, form) = match name {
        "profile" | "picture" | "website" => {
            (Url::parse(text).is_ok_and(|url| is_address(&url)), "an http or https address")
        }
        "email" => (
            text.split_once('@').is_some_and(|(it, at)| !it.is_empty() && !at.is_empty()),
            "an e-mail address",
        ),
        "birthdate" => (is_date(text), "a date as YYYY-MM-DD"),
        "phone_number" => (is_phone_number(text), "E.164, such as +4799999999"),
        "locale" => (text.is_ascii() && !text.contains(' '), "a language tag, such as nb-NO"),
        "zoneinfo" => (text.is_ascii() && !text.contains(' '), "a time zone, such as Europe/Oslo"),
        _ => return None,
    };
    (!fine).then_some(form)
}

impl StandardAddress {
    fn texts(&self) -> [Option<&String>; 6] {
        [
            self.formatted.as_ref(),
            self.street_address.as_ref(),
            self.locality.as_ref(),
            self.region.as_ref(),
            self.postal_code.as_ref(),
            self.country.as_ref(),
        ]
    }

    fn of(address: Address) -> Self {
        let Address { street_address, postal_code, locality, region, country, formatted } = address;
        Self { formatted, street_address, locality, region, postal_code, country }
    }

    fn into_address(self) -> Address {
        let Self { formatted, street_address, locality, region, postal_code, country } = self;
        Address { street_address, postal_code, locality, region, country, formatted }
    }
}

#[cfg(test)]
mod tests {
    use super::{StandardClaims, TestUser};
    use crate::{TenantId, TestUserId};
    use crypto::{Random, SealKey};
    use serde_json::json;

    /// Every claim of §5.1, as a person who has them all.
    fn all() -> serde_json::Value {
        json!({
            "name": "Tuva Test Prøve", "given_name": "Tuva", "family_name": "Prøve", "middle_name": "Test",
            "nickname": "Tuva", "preferred_username": "tuva", "profile": "https://people.example/tuva",
            "picture": "https://people.example/tuva.png", "website": "https://tuva.example", "gender": "female",
            "email": "tuva@people.example", "email_verified": true, "birthdate": "1990-02-28",
            "zoneinfo": "Europe/Oslo", "locale": "nb-NO", "phone_number": "+4799999999",
            "phone_number_verified": false, "updated_at": 1_800_000_000,
            "address": {"formatted": "Storgata 1\n0155 Oslo", "street_address": "Storgata 1", "locality": "Oslo",
                        "region": "Oslo", "postal_code": "0155", "country": "NO"},
        })
    }

    #[test]
    fn every_standard_claim_survives_a_person_and_a_seal() {
        let claims: StandardClaims = serde_json::from_value(all()).unwrap();
        assert_eq!(all().as_object().unwrap().len(), StandardClaims::NAMES.len());
        claims.check().unwrap();
        let (random, tenant) = (Random::seeded(1), TenantId::from_bytes([1; 16]));
        let seal = SealKey::generate(&random);
        let id = TestUserId::from_bytes([2; 16]);
        let user = TestUser { id, username: "tuva".to_owned(), claims: claims.clone().into_person() };
        let sealed = user.seal_claims(&random, &seal, tenant);
        assert_eq!(TestUser::open(&seal, (tenant, id), "tuva", &sealed), Some(user));
        assert_eq!(TestUser::open(&seal, (tenant, TestUserId::from_bytes([3; 16])), "tuva", &sealed), None);
        assert_eq!(serde_json::to_value(StandardClaims::of(&claims.into_person())).unwrap(), all());
    }

    #[test]
    fn a_claim_that_is_not_what_it_should_be_is_named() {
        for (name, value) in [
            ("name", " "),
            ("name", "a\u{0}b"),
            ("picture", "javascript:alert(1)"),
            ("email", "tuva"),
            ("birthdate", "1990-13-01"),
            ("phone_number", "99999999"),
            ("zoneinfo", "Europe Oslo"),
        ] {
            let claims: StandardClaims = serde_json::from_value(json!({name: value})).unwrap();
            assert!(claims.check().unwrap_err().to_string().contains(name), "{name}");
        }
        assert!(serde_json::from_value::<StandardClaims>(json!({"admin": true})).is_err());
        assert!(TestUser::check_username("a b").is_err() && TestUser::check_username("").is_err());
        assert!(TestUser::check_password("short").is_err());
    }
}
