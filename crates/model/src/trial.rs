//! What a trial found out: an application's answer, for whoever tried it (docs/adr/0038).

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
