//! What a trial found out: an application's answer, for whoever tried it (docs/adr/0038).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A way to log in that can be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialWay {
    /// The word on the command line and in forms.
    pub word: &'static str,
    /// What is asked for, as in an authorization request; `None` lets the person choose.
    pub acr_values: Option<&'static str>,
    /// What is asked about the person.
    pub scope: &'static str,
}

const fn way(word: &'static str, acr_values: Option<&'static str>, scope: &'static str) -> TrialWay {
    TrialWay { word, acr_values, scope }
}

/// The ways to log in that can be tried, the most general one first.
pub const TRIAL_WAYS: [TrialWay; 5] = [
    way("any", None, "openid profile"),
    way("bankid-high", Some("urn:grn:authn:no:bankid:high"), "openid profile"),
    way("bankid-biometrics", Some("urn:grn:authn:no:bankid:substantial"), "openid profile"),
    way("vipps", Some("urn:grn:authn:no:vipps"), "openid profile email phone address"),
    way("nin", Some("urn:grn:authn:no:bankid"), "openid profile nin"),
];

/// The trial that a login belongs to, as the login carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialLogin {
    /// The key in its link.
    pub key: [u8; 32],
    /// Where the browser goes when it is over; `None`: to a page that says so.
    pub returns: Option<TrialReturn>,
}

/// How the browser of a trial returns to whoever began it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialReturn {
    /// An absolute URL of the console.
    pub to: String,
    /// The other half of the answer's key, which this browser alone brings back.
    pub key: [u8; 32],
}

/// The answer of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialAnswer {
    /// The trace of the request in which the login ended; `explain` tells the rest.
    pub trace: String,
    /// What the application would have had.
    pub outcome: TrialOutcome,
}

/// What the application would have had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialOutcome {
    /// The person logged in.
    Tokens {
        /// The ID token, signed and not encrypted; `None` without the scope `openid`.
        id_token: Option<String>,
        /// What userinfo would say; `None` where the application's is off, or without the scope `openid`.
        userinfo: Option<Value>,
        /// What was granted.
        scope: String,
    },
    /// The login came to nothing.
    Error {
        /// The OAuth error code.
        error: String,
        /// What happened, with the trace.
        description: String,
        /// The id in the catalogue of errors.
        cause: String,
    },
}
