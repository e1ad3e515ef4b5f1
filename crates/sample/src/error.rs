//! Why a login at the sample application came to nothing.

use outbound::OutboundError;

use crate::{IdTokenProblem, Step};

/// Why a login came to nothing; all of it may be shown, this is a sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// There is no such way to log in.
    #[error("there is no such login")]
    UnknownLogin,
    /// The browser brought no memo, or one that is not ours, too old, or of an earlier start.
    #[error("no login is in flight in this browser")]
    Memo,
    /// The answer has another `state` than the request: it belongs to another login, or somebody planted it.
    #[error("the answer belongs to another login")]
    State,
    /// The answer names another issuer, or none (RFC 9207).
    #[error("the answer does not name the issuer that was asked")]
    Issuer,
    /// A parameter of the answer is missing or doubled.
    #[error("the answer is malformed")]
    Answer,
    /// The issuer answered with an error, in the browser or at the token endpoint.
    #[error("{error}: {}", description.as_deref().unwrap_or("no description"))]
    Refused {
        /// `error`, printable ASCII.
        error: String,
        /// `error_description` without the trace id, printable ASCII.
        description: Option<String>,
        /// What support can find the login by.
        trace: Option<String>,
    },
    /// The issuer could not be reached.
    #[error("{step}: {source}")]
    Unreachable {
        /// When.
        step: Step,
        /// Why.
        source: OutboundError,
    },
    /// The issuer answered something that the specifications do not allow here.
    #[error("{step}: {what}")]
    Nonsense {
        /// When.
        step: Step,
        /// What was wrong, short English.
        what: &'static str,
    },
    /// The ID token is not to be believed.
    #[error("{0}")]
    IdToken(#[from] IdTokenProblem),
    /// The person proved themselves at another level, or with another eID, than was asked for.
    #[error("the acr is not one that was asked for")]
    Level,
    /// Userinfo speaks of another `sub` than the ID token.
    #[error("userinfo is about somebody else")]
    Subject,
}

impl SampleError {
    /// A word for the error: the OAuth error code, or one of the sample's own that starts with `sample_`.
    pub fn code(&self) -> &str {
        match self {
            Self::UnknownLogin => "sample_unknown_login",
            Self::Memo => "sample_no_login_in_flight",
            Self::State => "sample_wrong_state",
            Self::Issuer => "sample_wrong_issuer",
            Self::Answer => "sample_malformed_answer",
            Self::Refused { error, .. } => error,
            Self::Unreachable { .. } => "sample_issuer_unreachable",
            Self::Nonsense { .. } => "sample_unexpected_answer",
            Self::IdToken(_) => "sample_id_token_refused",
            Self::Level => "sample_wrong_acr",
            Self::Subject => "sample_wrong_subject",
        }
    }

    /// A short English sentence about it, if there is more to say than the code.
    pub fn description(&self) -> Option<String> {
        match self {
            Self::Refused { description, .. } => description.clone(),
            other => Some(other.to_string()),
        }
    }

    /// The trace id that the issuer gave.
    pub fn trace(&self) -> Option<&str> {
        match self {
            Self::Refused { trace, .. } => trace.as_deref(),
            _ => None,
        }
    }
}
