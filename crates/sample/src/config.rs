//! What an application is given.

use crypto::Secret;

/// What an application is given to log people in.
#[derive(Clone, Debug)]
pub struct Config {
    /// The issuer, exactly as in its discovery document.
    pub issuer: String,
    /// Its client id.
    pub client_id: String,
    /// Its client secret; `None` for a public application.
    pub client_secret: Option<Secret<String>>,
    /// Where a login comes back to.
    pub redirect_uri: String,
    /// Where a logout comes back to.
    pub post_logout_redirect_uri: String,
    /// Whether requests are pushed (RFC 9126) even where the issuer does not ask it of everybody.
    pub pushes: bool,
    /// Whether userinfo is asked; an application may have every claim in its ID token.
    pub asks_userinfo: bool,
}
