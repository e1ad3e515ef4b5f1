//! Who issues credentials, and by which questions they are ordered.

use serde::{Deserialize, Serialize};

use crate::{LoginMethod, SettingsError, has_hidden};

use super::{catalogue::QuestionCatalogue, evidence::Evidence, state::Handover};

/// What an operator says of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerSettings {
    /// Its name.
    pub name: String,
    /// Its postal address, in one line.
    pub address: String,
    /// E.164 with `+`; empty: none.
    pub phone: String,
    /// Where orders are sent; empty: not by letter.
    pub email: String,
    /// Of which eIDs it issues credentials.
    pub eids: Vec<String>,
    /// What it takes as the word of a signatory.
    pub evidence: Vec<Evidence>,
    /// How it hands credentials over; the first one where nobody chooses.
    pub handovers: Vec<Handover>,
    /// By which questions it is ordered from.
    pub catalogue: QuestionCatalogue,
    /// In how many working days it answers, as it says.
    pub answers_within: u32,
    /// Whether orders go to it where the operator says nothing.
    pub is_default: bool,
    /// What its own agreement is called, which a company signs beside the order; empty: it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub agreement: String,
    /// The `https` address at which that agreement is filled in or fetched; empty: nowhere.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub agreement_url: String,
}

impl Default for IssuerSettings {
    /// Stø, which issues Norwegian BankID from 2026 on; name and address as in its terms.
    fn default() -> Self {
        Self {
            name: "Stø AS".to_owned(),
            address: "Biskop Gunnerus' gate 14 A, 0185 Oslo".to_owned(),
            phone: String::new(),
            email: String::new(),
            eids: vec![LoginMethod::NO_BANKID.as_str().to_owned()],
            evidence: vec![Evidence::ApprovedByLogin],
            handovers: vec![Handover::ReceiverEnters, Handover::KeyPair, Handover::Deposited],
            catalogue: QuestionCatalogue::Thirteen,
            answers_within: 10,
            is_default: false,
            agreement: String::new(),
            agreement_url: String::new(),
        }
    }
}

impl IssuerSettings {
    /// Reads settings; what is missing has its default.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        serde_json::from_str(text).map_err(|error| SettingsError::Unreadable(error.to_string()))
    }

    /// Writes settings.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether it issues credentials of this eID.
    pub fn issues(&self, eid: LoginMethod) -> bool {
        self.eids.iter().any(|it| it == eid.as_str())
    }

    /// Whether the address of its agreement is one that people can open, and has an agreement to go with.
    pub fn has_good_agreement(&self) -> bool {
        let host =
            self.agreement_url.strip_prefix("https://").and_then(|it| it.split(['/', '?', '#']).next());
        let is_address = host.is_some_and(|it| it.contains('.') && !it.contains([' ', '@']));
        let is_plain = !has_hidden(&self.agreement_url) && self.agreement_url.len() <= 2_000;
        self.agreement_url.is_empty() || (is_address && is_plain && !self.agreement.is_empty())
    }

    /// How it hands credentials over: as somebody wishes, if it does that, else in its own first way.
    pub fn handover(&self, wished: Handover) -> Handover {
        if self.hands_over_by(wished) { wished } else { self.handovers.first().copied().unwrap_or(wished) }
    }

    /// Whether it hands credentials over like this.
    pub fn hands_over_by(&self, handover: Handover) -> bool {
        self.handovers.contains(&handover)
    }
}

#[cfg(test)]
mod tests {
    use super::{IssuerSettings, QuestionCatalogue};
    use crate::{Handover, LoginMethod, OrderSection};

    #[test]
    fn each_catalogue_asks_its_questions_in_its_own_order() {
        let number = |catalogue: QuestionCatalogue, section| {
            catalogue.questions().iter().position(|it| *it == section).map(|at| at + 1)
        };
        assert_eq!(number(QuestionCatalogue::Thirteen, OrderSection::Domain), Some(2));
        assert_eq!(number(QuestionCatalogue::Twelve, OrderSection::Domain), Some(11));
        assert_eq!(number(QuestionCatalogue::Of2026, OrderSection::Products), Some(12));
        assert_eq!(number(QuestionCatalogue::Thirteen, OrderSection::Products), None);
        assert_eq!(number(QuestionCatalogue::Of2026, OrderSection::Listing), None);
    }

    #[test]
    fn the_address_of_an_agreement_is_one_that_people_can_open_and_has_an_agreement() {
        let of = |agreement: &str, url: &str| IssuerSettings {
            agreement: agreement.to_owned(),
            agreement_url: url.to_owned(),
            ..IssuerSettings::default()
        };
        assert!(of("", "").has_good_agreement() && of("Terms", "").has_good_agreement());
        assert!(of("Terms", "https://bank.example/form?a=1").has_good_agreement());
        for url in ["http://bank.example/", "javascript:alert(1)", "https://a@bank.example", "https://bank"] {
            assert!(!of("Terms", url).has_good_agreement(), "{url}");
        }
        assert!(!of("", "https://bank.example").has_good_agreement(), "an address of nothing");
    }

    #[test]
    fn settings_are_read_as_they_were_written_and_what_is_missing_has_a_default() {
        let settings = IssuerSettings { name: "Sparebank".to_owned(), ..IssuerSettings::default() };
        let written = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<IssuerSettings>(&written).unwrap(), settings);
        let short: IssuerSettings =
            serde_json::from_str(r#"{"name": "x", "handovers": ["key_pair"]}"#).unwrap();
        assert_eq!((short.handovers, short.answers_within), (vec![Handover::KeyPair], 10));
        assert!(settings.issues(LoginMethod::NO_BANKID) && !settings.issues(LoginMethod::NO_VIPPS));
        assert!(serde_json::from_str::<IssuerSettings>(r#"{"handovers": ["by_pigeon"]}"#).is_err());
    }
}
