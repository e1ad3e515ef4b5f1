//! What an eID says about the person who logged in.

use serde::{Deserialize, Serialize};

use crate::{Eid, EidEnvironment, Level, Timestamp};

/// A postal address, OpenID Connect Core 1.0 §5.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// May have several lines.
    pub street_address: Option<String>,
    /// As written.
    pub postal_code: Option<String>,
    /// City or place.
    pub locality: Option<String>,
    /// ISO 3166-1 alpha-2 as the eID gives it.
    pub country: Option<String>,
    /// The whole address for a letter.
    pub formatted: Option<String>,
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
    /// National identity number, 11 digits, well-formed.
    pub nin: Option<String>,
}

/// What a connector proved: who, how, when. Believed from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The eID that proved it.
    pub eid: Eid,
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
}

impl Proof {
    /// The proof as a browser session may hold it: the number is in a grant, where it was asked for, and nowhere else.
    #[must_use]
    pub fn without_nin(mut self) -> Self {
        self.person.nin = None;
        self
    }
}
