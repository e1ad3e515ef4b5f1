//! What one login gave one application.

use std::time::Duration;

use oidc::{Challenge, ClaimsRequest, Scopes};
use serde::{Deserialize, Serialize};

use crate::{Acr, Proof, Timestamp};

/// How long tokens of an application live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Default 20 minutes.
    pub id_token_for: Duration,
    /// Default 10 minutes, in the compatible profile 2.
    pub access_token_for: Duration,
    /// From the login to the last refresh token; default 30 days.
    pub refresh_token_for: Duration,
}

/// Everything that tokens are made from. Kept only encrypted under a key that the holder of the code (later
/// of the access token) has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The code is good for this address only.
    pub redirect_uri: String,
    /// The code is good for this challenge only; `None`: no verifier may come.
    pub challenge: Option<Challenge>,
    /// Echoed in the ID token.
    pub nonce: Option<String>,
    /// What was granted.
    pub scopes: Scopes,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// The subject for this application.
    pub subject: String,
    /// The browser session that the login made or came from; unique per login where there is none.
    pub session_id: String,
    /// The name of the login, as login events know it.
    pub login: String,
    /// What the ID token says of the level.
    pub acr: Acr,
    /// The value that was asked for and satisfied, as the compatible profile says it.
    pub asked: Acr,
    /// The request wanted to know when the person proved themselves (`max_age`, or by name).
    pub auth_time_was_asked: bool,
    /// Who, how, when; cut down to what the application may see.
    pub proof: Proof,
    /// When the login was finished.
    pub granted_at: Timestamp,
}

impl Grant {
    /// The grant as a token sees it that was narrowed to fewer scopes: claims that were asked for by name are gone too,
    /// because a client that asks for less means less.
    #[must_use]
    pub fn narrowed(self, scopes: Scopes) -> Self {
        if scopes == self.scopes {
            return self;
        }
        Self { scopes, claims: ClaimsRequest::default(), ..self }
    }
}
