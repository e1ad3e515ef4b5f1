//! The token request as it arrives, and its answer.

use std::fmt;

use serde::Serialize;

use crate::Params;

/// The parameters of a token request that we read, as text.
#[derive(Clone, Default)]
pub struct TokenParams {
    /// RFC 6749 §4.1.3
    pub grant_type: Option<String>,
    /// RFC 6749 §4.1.3
    pub code: Option<String>,
    /// RFC 6749 §4.1.3
    pub redirect_uri: Option<String>,
    /// RFC 7636 §4.5
    pub code_verifier: Option<String>,
    /// RFC 6749 §6
    pub refresh_token: Option<String>,
    /// RFC 6749 §6
    pub scope: Option<String>,
}

impl fmt::Debug for TokenParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenParams").finish_non_exhaustive()
    }
}

impl TokenParams {
    /// Picks the parameters that we know.
    pub fn pick(params: &Params) -> Self {
        let text = |name| params.get(name).map(str::to_owned);
        Self {
            grant_type: text("grant_type"),
            code: text("code"),
            redirect_uri: text("redirect_uri"),
            code_verifier: text("code_verifier"),
            refresh_token: text("refresh_token"),
            scope: text("scope"),
        }
    }
}

/// A successful token answer.
///
/// Spec: RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3
/// <https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse>
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// Opaque to the application.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds that the access token lives.
    pub expires_in: ExpiresIn,
    /// Where refresh tokens are on and `offline_access` was granted; at a refresh, only when it is a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Present when `openid` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What was granted; absent in the compatible profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Seconds, as the application reads them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ExpiresIn {
    /// A number (RFC 6749 §5.1).
    Number(u64),
    /// A text, as the compatible profile has it.
    Text(String),
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("scope", &self.scope).finish_non_exhaustive()
    }
}
