//! The ways to log in that the sample application offers.

use crate::Claims;

/// What one of them asks for, and what it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    /// The word in addresses.
    pub(crate) id: &'static str,
    /// Separated by spaces.
    pub(crate) scope: &'static str,
    /// `None` lets the person choose among all eIDs.
    pub(crate) acr_values: Option<&'static str>,
    /// The `acr` that an application may act on; empty accepts all.
    pub(crate) accepts: &'static [&'static str],
}

const HIGH: &str = "urn:grn:authn:no:bankid:high";
const SUBSTANTIAL: &str = "urn:grn:authn:no:bankid:substantial";
const VIPPS: &str = "urn:grn:authn:no:vipps";

const ALL: [Login; 5] = [
    Login { id: "bankid-high", scope: "openid profile", acr_values: Some(HIGH), accepts: &[HIGH] },
    Login {
        id: "bankid-biometrics",
        scope: "openid profile",
        acr_values: Some(SUBSTANTIAL),
        accepts: &[SUBSTANTIAL, HIGH],
    },
    Login {
        id: "vipps",
        scope: "openid profile email phone address",
        acr_values: Some(VIPPS),
        accepts: &[VIPPS],
    },
    Login { id: "any", scope: "openid profile", acr_values: None, accepts: &[] },
    Login {
        id: "nin",
        scope: "openid profile nin",
        acr_values: Some("urn:grn:authn:no:bankid"),
        accepts: &[SUBSTANTIAL, HIGH],
    },
];

impl Login {
    /// Finds a login by its word.
    pub(crate) fn find(id: &str) -> Option<Self> {
        ALL.into_iter().find(|login| login.id == id)
    }

    /// Says whether an application that asked so may go on with these claims.
    ///
    /// Tokens of the compatible profile have no `acr`; their `authenticationtype` is what was asked for.
    pub(crate) fn accepts(&self, claims: &Claims) -> bool {
        let asked = || self.acr_values.is_some() && claims.text("authenticationtype") == self.acr_values;
        self.accepts.is_empty() || claims.text("acr").map_or_else(asked, |acr| self.accepts.contains(&acr))
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Login};
    use crate::Claims;

    fn claims(json: &str) -> Claims {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_login_is_found_by_its_word() {
        for login in ALL {
            assert_eq!(Login::find(login.id), Some(login));
        }
        assert_eq!(Login::find("bankid"), None);
    }

    #[test]
    fn a_lower_level_is_not_accepted_and_a_higher_one_is() {
        let high = Login::find("bankid-high").unwrap();
        let biometrics = Login::find("bankid-biometrics").unwrap();
        assert!(!high.accepts(&claims(r#"{"acr":"urn:grn:authn:no:bankid:substantial"}"#)));
        assert!(!high.accepts(&Claims::default()));
        assert!(biometrics.accepts(&claims(r#"{"acr":"urn:grn:authn:no:bankid:high"}"#)));
        assert!(Login::find("any").unwrap().accepts(&Claims::default()));
    }

    #[test]
    fn a_compatible_token_says_what_was_asked_instead_of_an_acr() {
        let nin = Login::find("nin").unwrap();
        assert!(nin.accepts(&claims(r#"{"authenticationtype":"urn:grn:authn:no:bankid"}"#)));
        assert!(!nin.accepts(&claims(r#"{"authenticationtype":"urn:grn:authn:no:vipps"}"#)));
    }
}
