//! How an application wants its answers: signed, encrypted, by window message.

use serde::{Deserialize, Serialize};

/// What the userinfo endpoint answers. The words are those that customers of Idura know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserinfoResponse {
    /// JSON.
    #[default]
    PlainJson,
    /// A signed JWT (OpenID Connect Core 1.0 §5.3.2).
    SignedJwt,
    /// A signed JWT inside an encrypted one.
    SignedAndEncryptedJwt,
    /// Nothing: every claim is in the ID token, and userinfo refuses.
    FromTokenEndpoint,
}

impl UserinfoResponse {
    /// The word in settings and in the configuration that SDKs read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlainJson => "plainJson",
            Self::SignedJwt => "signedJwt",
            Self::SignedAndEncryptedJwt => "signedAndEncryptedJwt",
            Self::FromTokenEndpoint => "fromTokenEndpoint",
        }
    }
}

/// How the ID token comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdTokenResponse {
    /// Signed.
    #[default]
    Signed,
    /// Signed, then encrypted to the application's key.
    SignedAndEncryptedJwt,
}

/// Response modes that are off unless an application turns them on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseModes {
    /// A message to the window that opened or framed ours, for popups and silent logins.
    #[serde(default)]
    pub post_message: bool,
    /// A JSON document.
    #[serde(default)]
    pub json: bool,
}
