//! What is sealed of a person whom an order asks for something.

use authority::{SealedColumn, Tenant};
use changes::Refusal;
use model::{Contact, LinkId};
use serde::{Deserialize, Serialize};
use store::order_people::{self, OrderPerson, PersonState};

/// How many wrong codes end a link; another one is made then.
pub(crate) const MOST_WRONG_CODES: u32 = 5;

/// What is sealed of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeptPerson {
    /// As the order names them.
    pub(crate) contact: Contact,
    /// Their role, of a signatory.
    pub(crate) role: String,
    /// The name that the eID gave.
    pub(crate) proved_name: String,
    /// The birth date that the eID gave.
    pub(crate) proved_birth_date: String,
    /// The level, and the eID.
    pub(crate) level: String,
    /// With which eID.
    pub(crate) eid: String,
    /// SHA-256 of the token that the eID signed, base64url.
    pub(crate) token_digest: String,
    /// Why it is to be reviewed; empty where it matches.
    pub(crate) mismatch: String,
    /// Why the operator let it count.
    pub(crate) override_reason: String,
    /// Which operators did.
    pub(crate) override_by: String,
    /// The provider at whom they signed; empty where they did not.
    pub(crate) provider: String,
    /// Of a contact: whether letters are known to reach them.
    pub(crate) is_confirmed: bool,
    /// Whether a code that went to their phone was typed.
    pub(crate) is_phone_confirmed: bool,
    /// Of a declarant: the row of the same person as a signatory.
    pub(crate) signatory: Option<String>,
    /// How many wrong codes were typed at their link.
    pub(crate) wrong_codes: u32,
    /// The id of the letter with which the order goes to an issuer; empty where none was written.
    pub(crate) letter: String,
    /// Whether it was said that the letter was given up.
    pub(crate) has_letter_failed: bool,
    /// Of the receiver of a sandbox order: where they signed in last.
    pub(crate) receives_in: Option<ReceivesIn>,
}

/// The browser in which the receiver of a sandbox order signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReceivesIn {
    /// Digest of what the browser was given, base64url.
    pub(crate) browser: String,
    /// When, in microseconds.
    pub(crate) at: i64,
}

impl KeptPerson {
    /// Whether two rows are of one signatory: what they approve of the order, and of the declaration.
    pub(crate) fn is_twin(&self, own: LinkId, (other, id): (&Self, LinkId)) -> bool {
        let of = |it: &Self| it.signatory.as_deref().and_then(|it| LinkId::parse(it).ok());
        are_twins((own, of(self)), (id, of(other)))
    }

    /// Whether letters are known to reach a contact.
    pub(crate) fn has_confirmed(&self, state: PersonState) -> bool {
        self.is_confirmed || state == PersonState::Done
    }

    /// Whether so many wrong codes were typed at their link that it is over.
    pub(crate) const fn is_link_over(&self) -> bool {
        self.wrong_codes >= MOST_WRONG_CODES
    }

    /// What is known of the letter of an issuer.
    pub(crate) fn letter_state(&self) -> Option<LetterState> {
        match (self.letter.as_str(), self.has_letter_failed) {
            ("", _) => None,
            (_, false) => Some(LetterState::Waiting),
            (_, true) => Some(LetterState::Failed),
        }
    }
}

/// The same of rows with the signatory to whom each belongs.
pub(crate) fn are_twins(one: (LinkId, Option<LinkId>), other: (LinkId, Option<LinkId>)) -> bool {
    one.1 == Some(other.0) || other.1 == Some(one.0)
}

/// What is known of the letter to an issuer that has not taken the order there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// It waits to be sent.
    Waiting,
    /// It was given up.
    Failed,
}

pub(crate) fn open_person(tenant: &Tenant, row: &OrderPerson) -> Result<KeptPerson, Refusal> {
    let opened = tenant.opened().unseal(&SealedColumn::OrderPerson(row.id), &row.sealed_person);
    let opened = opened.map_err(|_| order_people::unreadable())?;
    Ok(serde_json::from_slice(opened.expose()).map_err(|_| order_people::unreadable())?)
}

pub(crate) fn seal_person(tenant: &Tenant, id: LinkId, person: &KeptPerson) -> Vec<u8> {
    let plain = serde_json::to_vec(person).unwrap_or_default();
    tenant.opened().seal(tenant.random(), &SealedColumn::OrderPerson(id), &plain)
}
