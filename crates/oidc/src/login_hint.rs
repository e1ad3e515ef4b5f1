//! The mini-language inside `login_hint`: words parted by one space, each `name` or `name:value`.

use serde::{Deserialize, Serialize};

/// What Norwegian BankID is asked through `BID` or `BIS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankidHint {
    /// `BID`: with the code device (level high); `BIS` leaves biometrics on.
    pub high: bool,
    /// The national identity number, when the application gave it: 11 digits.
    pub nin: Option<String>,
}

/// What a `login_hint` says that we understand; other words are ignored, for people's mail addresses and
/// user names stand there too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginHint {
    /// `acr_values:…`, for clients that cannot send the parameter.
    pub acr_values: Vec<String>,
    /// `scope:…`, likewise.
    pub scopes: Vec<String>,
    /// `BID`, `BID:<number>`, `BIS`, `BIS:<number>`.
    pub bankid: Option<BankidHint>,
}

impl LoginHint {
    /// Reads a hint; never fails.
    pub fn parse(text: &str) -> Self {
        let mut hint = Self::default();
        for word in text.split(' ') {
            let (name, value) =
                word.split_once(':').map_or((word, None), |(name, value)| (name, Some(value)));
            match (name, value) {
                ("acr_values", Some(acr)) => hint.acr_values.push(acr.to_owned()),
                ("scope", Some(scope)) => hint.scopes.push(scope.to_owned()),
                ("BID" | "BIS", None) => hint.bankid = Some(BankidHint { high: name == "BID", nin: None }),
                ("BID" | "BIS", Some(nin))
                    if nin.len() == 11 && nin.bytes().all(|it| it.is_ascii_digit()) =>
                {
                    hint.bankid = Some(BankidHint { high: name == "BID", nin: Some(nin.to_owned()) });
                }
                _ => {}
            }
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::{BankidHint, LoginHint};

    #[test]
    fn known_words_are_read_and_others_ignored() {
        let hint = LoginHint::parse(
            "kari@example.com acr_values:urn:grn:authn:no:bankid scope:ssn BID:17858499941 x:y",
        );
        assert_eq!(hint.acr_values, ["urn:grn:authn:no:bankid"]);
        assert_eq!(hint.scopes, ["ssn"]);
        assert_eq!(hint.bankid, Some(BankidHint { high: true, nin: Some("17858499941".into()) }));
        assert_eq!(LoginHint::parse("BID:123"), LoginHint::default());
    }
}
