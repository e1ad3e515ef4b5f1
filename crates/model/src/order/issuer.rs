//! Who issues credentials, and by which questions they are ordered.

use serde::{Deserialize, Serialize};

use crate::LoginMethod;

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
        }
    }
}

impl IssuerSettings {
    /// Whether it issues credentials of this eID.
    pub fn issues(&self, eid: LoginMethod) -> bool {
        self.eids.iter().any(|it| it == eid.as_str())
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
