//! A browser's request, with the cookies of ours that came with it.

use crate::{Issuer, RequestContext, SessionCookie};

/// The cookies of ours that a browser brought.
#[derive(Clone, Debug, Default)]
pub struct BrowserCookies {
    /// Of logins in flight.
    pub logins: Vec<LoginCookie>,
    /// Of browser sessions, one for each eID at most.
    pub sessions: Vec<SessionCookie>,
}

/// A cookie that came: the part of its name that names the login, and its value.
#[derive(Clone)]
pub struct LoginCookie {
    /// 16 characters of base64url.
    pub login: String,
    /// As it came.
    pub value: String,
}

impl std::fmt::Debug for LoginCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LoginCookie({})", self.login)
    }
}

/// A browser's request to a domain.
#[derive(Clone, Copy)]
pub struct BrowserRequest<'a> {
    /// The domain.
    pub issuer: &'a Issuer,
    /// The cookies of ours that came with it.
    pub cookies: &'a BrowserCookies,
    /// When and from where it came.
    pub context: &'a RequestContext,
}
