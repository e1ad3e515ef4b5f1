//! What is answered in an order. It is kept as one value, sealed, and belongs to a version of the order.

use serde::{Deserialize, Serialize};

use super::{catalogue::QuestionCatalogue, evidence::Evidence, template::UsedTemplates};
use crate::{Date, RegistryCode};

/// The most people who may block or revoke.
pub const MOST_BLOCK_CONTACTS: usize = 4;
/// The most people who are told of trouble.
pub const MOST_OPERATIONS_CONTACTS: usize = 6;

/// A person whom an order names. Empty: not answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// E.164 with `+`.
    pub mobile: String,
    /// Where letters reach them.
    pub email: String,
    /// `YYYY-MM-DD`, where they are to be recognised by an eID.
    pub birth_date: String,
}

impl Contact {
    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where what is said of the company comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanySource {
    /// From Brønnøysundregistrene.
    Registry,
    /// Typed, while the registry could not be asked: to be verified before a document is made.
    #[default]
    Typed,
    /// Typed, of a company that is in no Norwegian registry.
    Foreign,
}

/// The company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompanyAnswer {
    /// Nine digits, or what the foreign registry has.
    pub number: String,
    /// Its legal name.
    pub name: String,
    /// The words for its form, such as `Aksjeselskap`.
    pub form: String,
    /// One line.
    pub address: String,
    /// Who says so.
    pub source: CompanySource,
    /// When the registry was asked, in seconds.
    pub read_at: i64,
    /// Digest of the registry's answer, base64url.
    pub answer_digest: String,
    /// Why it cannot order now: bankrupt, being dissolved, deleted; empty where it can.
    pub obstacle: String,
    /// How its signing rule is read: `found`, or why the operator has to look.
    pub rule: String,
    /// The signing rule by the registry's id, such as `R0012`; empty where it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule_id: String,
    /// The signing rule in the registry's own words, which are Norwegian.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule_text: String,
    /// Why no combination follows from the rule: a word of [`ByHand`](crate::ByHand); empty where one does.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by_hand: String,
}

impl CompanyAnswer {
    /// Whether the registry vouches for the company and for who signs: its answer stands in for a certificate then.
    pub fn is_vouched_for(&self) -> bool {
        self.source == CompanySource::Registry && self.rule == "found"
    }
}

/// Somebody who signs for the company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignatoryAnswer {
    /// As the registry has it.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Their role there, in words.
    pub role: String,
    /// Where the letter goes.
    pub email: String,
    /// The eID that they hold: `no-bankid`, `se-bankid`, `dk-mitid`; empty: not asked yet.
    pub eid: String,
    /// E.164 with `+`, where the catalogue asks for it.
    pub mobile: String,
}

/// Whether the national identity number is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberAnswer {
    /// `None`: not answered.
    pub is_needed: Option<bool>,
    /// Why.
    pub reason: String,
    /// Which law.
    pub statute: String,
    /// Which paragraph.
    pub paragraph: String,
    /// Whether the issuer granted it; `None`: it has not said.
    pub is_granted: Option<bool>,
    /// Whether a signatory said no to the declaration on it: this submission goes on without the number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_declined: bool,
}

impl NumberAnswer {
    /// Whether the issuer is asked for it.
    pub const fn is_asked_for(&self) -> bool {
        matches!(self.is_needed, Some(true)) && !self.is_declined
    }
}

/// All answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderAnswers {
    /// By which questions it is asked.
    pub catalogue: QuestionCatalogue,
    /// The host of the domain that it is for.
    pub host: String,
    /// The language of letters and documents: `nb`, `nn`, `en`.
    pub language: String,
    /// What the application does and why it needs the eID.
    pub purpose: String,
    /// The company.
    pub company: CompanyAnswer,
    /// Whether it says that it is a customer of the bank.
    pub is_bank_customer: bool,
    /// The company's bank: its number, name and address.
    pub bank: CompanyAnswer,
    /// General contact.
    pub general: Contact,
    /// Who receives the credentials.
    pub receiver: Contact,
    /// Who may block or revoke.
    pub blockers: Vec<Contact>,
    /// One whole combination of those who sign.
    pub signatories: Vec<SignatoryAnswer>,
    /// The combinations that the registry offers, each enough; it is one of these where there are any.
    pub combinations: Vec<Vec<SignatoryAnswer>>,
    /// The rule that each combination follows from, in the same order, with the registry's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub combination_rules: Vec<RegistryCode>,
    /// The name in the login app, 1 to 40 characters.
    pub display_name: String,
    /// The web address to be listed.
    pub listed_address: String,
    /// Who is told of trouble.
    pub operations: Vec<Contact>,
    /// The national identity number.
    pub number: NumberAnswer,
    /// Whether a certificate of the company was uploaded.
    pub has_certificate: bool,
    /// The day on which that certificate was issued, `YYYY-MM-DD`; empty where it was uploaded before this was asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub certificate_date: String,
    /// SHA-256 of that certificate, base64url; empty where it was uploaded before this was kept.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub certificate_digest: String,
    /// What BankID is used for, of [`PRODUCTS`](super::PRODUCTS); asked in 2026 only.
    pub products: Vec<String>,
    /// What the approvals are: the issuer says which it takes.
    pub evidence: Evidence,
    /// The texts of the documents of this submission; none: it is older than they are, and has no mark of a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub templates: Option<UsedTemplates>,
    /// Whether nothing of it is real: it is for a test domain, and its company is one of the sandbox's. Said when it is begun.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_sandbox: bool,
}

/// For how many months a certificate of a company is fresh.
const CERTIFICATE_MONTHS: u8 = 3;

impl OrderAnswers {
    /// The same answers for another order: nothing of what became of this one.
    #[must_use]
    pub fn as_new(&self) -> Self {
        let number = NumberAnswer { is_declined: false, is_granted: None, ..self.number.clone() };
        Self { number, templates: None, ..self.clone() }
    }

    /// Whether the certificate was issued more than three months before this day.
    pub fn has_old_certificate(&self, today: Date) -> bool {
        let issued = Date::parse(&self.certificate_date);
        self.has_certificate && issued.is_some_and(|it| it < today.months_before(CERTIFICATE_MONTHS))
    }
}

#[cfg(test)]
mod tests {
    use super::OrderAnswers;
    use crate::Date;

    #[test]
    fn a_certificate_is_old_the_day_after_three_months() {
        let of = |day: &str| OrderAnswers {
            has_certificate: true,
            certificate_date: day.to_owned(),
            ..OrderAnswers::default()
        };
        let today = Date::new(2026, 5, 31).unwrap();
        assert!(!of("2026-02-28").has_old_certificate(today), "February has no 31st");
        assert!(of("2026-02-27").has_old_certificate(today));
        assert!(!of("").has_old_certificate(today), "nobody was asked for its date then");
    }

    #[test]
    fn answers_that_were_kept_before_more_was_asked_are_read_and_kept_as_they_were() {
        let kept = serde_json::to_string(&OrderAnswers::default()).unwrap();
        for new in
            ["certificate_date", "certificate_digest", "combination_rules", "rule_id", "rule_text", "by_hand"]
        {
            assert!(!kept.contains(new), "{new}");
        }
        assert_eq!(serde_json::from_str::<OrderAnswers>(&kept).unwrap(), OrderAnswers::default());
    }
}
