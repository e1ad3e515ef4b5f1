//! Lists of questions that recipients ask, by date. Which questions each has is beside the sections.

use super::state::words;

words! {
    /// A dated list of the questions that a recipient asks.
    QuestionCatalogue {
        /// Thirteen, of 2019.
        Thirteen = "thirteen-questions",
        /// Twelve, of 2020 to 2023.
        Twelve = "twelve-questions",
        /// Twelve, of 2026: with products, several signatories with their mobile numbers, and no web address.
        Of2026 = "questions-2026",
    }
}

impl Default for QuestionCatalogue {
    /// That of answers which were given before there were several.
    fn default() -> Self {
        Self::Thirteen
    }
}

impl QuestionCatalogue {
    /// Whether the general contact has a mobile number.
    pub const fn asks_general_mobile(self) -> bool {
        !matches!(self, Self::Thirteen)
    }

    /// Whether who signs has a mobile number.
    pub const fn asks_signatory_mobile(self) -> bool {
        matches!(self, Self::Of2026)
    }
}
