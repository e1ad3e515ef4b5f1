//! What an approval is.

use serde::{Deserialize, Serialize};

/// What an issuer takes as the approval of those who sign. A login is not a signature, and is never called one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A login with an eID that is bound to what is approved.
    #[default]
    ApprovedByLogin,
    /// A signature that a provider's customer made over the documents, as PAdES.
    ProviderSignature,
}

impl Evidence {
    /// Both, in the order to offer them.
    pub const ALL: [Self; 2] = [Self::ApprovedByLogin, Self::ProviderSignature];

    /// The word in tables, addresses and exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApprovedByLogin => "approved_by_login",
            Self::ProviderSignature => "provider_signature",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
