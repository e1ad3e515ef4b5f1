//! The standard claims about a person by their names on the wire, as somebody writes them down for a test user.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Address, MoreProfile, Person};

/// The longest claim, in characters.
const LONGEST: usize = 255;

/// A claim is not what it should be: its name, and what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimError(pub(crate) &'static str, pub(crate) ClaimForm);

/// What a claim should look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimForm {
    /// 1 to 255 characters, none of them a control character.
    Text,
    /// Lines of text.
    Address,
    /// An http or https address.
    Url,
    /// An e-mail address.
    Email,
    /// `YYYY-MM-DD`
    Date,
    /// E.164.
    PhoneNumber,
    /// A language tag.
    Language,
    /// A name of the time zone database.
    TimeZone,
}

macro_rules! claims {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {
        /// Every standard claim but `sub`. Unknown members are refused.
        ///
        /// Spec: OpenID Connect Core 1.0 §5.1 <https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims>
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

pub(crate) fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
}

impl StandardClaims {
    /// Checks that every claim is what the specification says it is.
    ///
    /// # Errors
    /// The first [`ClaimError`].
    pub fn check(&self) -> Result<(), ClaimError> {
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
                return Err(ClaimError(name, ClaimForm::Text));
            }
            if let Some(form) = wrong_form(name, text) {
                return Err(ClaimError(name, form));
            }
        }
        let address = self.address.iter().flat_map(StandardAddress::texts).flatten();
        let odd = |it: char| it.is_control() && it != '\n';
        let mut wrong = address.filter(|it| it.chars().count() > LONGEST || it.contains(odd));
        match wrong.next() {
            Some(_) => Err(ClaimError("address", ClaimForm::Address)),
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
fn wrong_form(name: &str, text: &str) -> Option<ClaimForm> {
    let is_address = |url: &Url| matches!(url.scheme(), "http" | "https");
    let (fine, form) = match name {
        "profile" | "picture" | "website" => {
            (Url::parse(text).is_ok_and(|url| is_address(&url)), ClaimForm::Url)
        }
        "email" => {
            (text.split_once('@').is_some_and(|(it, at)| !it.is_empty() && !at.is_empty()), ClaimForm::Email)
        }
        "birthdate" => (is_date(text), ClaimForm::Date),
        "phone_number" => (is_phone_number(text), ClaimForm::PhoneNumber),
        "locale" => (text.is_ascii() && !text.contains(' '), ClaimForm::Language),
        "zoneinfo" => (text.is_ascii() && !text.contains(' '), ClaimForm::TimeZone),
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
