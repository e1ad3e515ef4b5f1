//! What an eID says about the person who logged in.

use serde::{Deserialize, Serialize};

use crate::{EidEnvironment, Level, LoginMethod, Nin, Timestamp};

/// A postal address, OpenID Connect Core 1.0 §5.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// May have several lines.
    pub street_address: Option<String>,
    /// As written.
    pub postal_code: Option<String>,
    /// City or place.
    pub locality: Option<String>,
    /// State, province, county.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2 as the eID gives it.
    pub country: Option<String>,
    /// The whole address for a letter.
    pub formatted: Option<String>,
}

/// What scope `profile` gives beside names and birth date (OpenID Connect Core 1.0 §5.1). No eID gives these; test users
/// have them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreProfile {
    /// Middle names.
    pub middle_name: Option<String>,
    /// What friends say.
    pub nickname: Option<String>,
    /// What the person wants to be called by; not unique.
    pub preferred_username: Option<String>,
    /// URL of a page about the person.
    pub profile: Option<String>,
    /// URL of an image.
    pub picture: Option<String>,
    /// URL of the person's own page.
    pub website: Option<String>,
    /// `female`, `male` or another word.
    pub gender: Option<String>,
    /// A name of the IANA time zone database.
    pub zoneinfo: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// Seconds since 1970.
    pub updated_at: Option<i64>,
}

/// A person as one eID knows them. What the eID did not give is `None`, never invented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// Given names.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birthdate: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Only when the eID says so.
    pub email_verified: Option<bool>,
    /// E.164 with `+`.
    pub phone_number: Option<String>,
    /// Only when the eID says so.
    pub phone_number_verified: Option<bool>,
    /// Home address.
    pub address: Option<Address>,
    /// National identity number.
    pub nin: Option<Nin>,
    /// The rest of scope `profile`; eIDs give none of it.
    pub more: Option<Box<MoreProfile>>,
}

/// What a connector proved: who, how, when. Believed from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The eID that proved it.
    pub eid: LoginMethod,
    /// Which installation of it.
    pub environment: EidEnvironment,
    /// The eID's own stable identifier of the person, 1 to 255 characters.
    pub stable_id: String,
    /// The level that was reached.
    pub level: Level,
    /// RFC 8176 words where they fit, plus the eID's own values.
    pub amr: Vec<String>,
    /// When the person proved themselves.
    pub authenticated_at: Timestamp,
    /// What the eID says of the person.
    pub person: Person,
    /// What the eID signed, where the login was bound to something.
    pub token: Option<Box<ProvedToken>>,
}

/// What an eID signed of a login, and with which key it was verified: evidence of an approval. Who holds it can prove what the eID
/// said; it does not show that the person saw what was approved.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedToken {
    /// The ID token, as it came.
    pub id_token: String,
    /// The public key as a JWK.
    pub key: String,
}

impl std::fmt::Debug for ProvedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProvedToken")
    }
}

impl Proof {
    /// The proof as a browser session may hold it: number and token are in a grant, where they were asked for, and nowhere else.
    #[must_use]
    pub fn without_nin(mut self) -> Self {
        self.token = None;
        self.person.nin = None;
        self
    }
}
