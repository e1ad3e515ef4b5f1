//! A browser session's cookie.

use model::LoginMethod;

/// A session cookie that came, or is to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie {
    /// The eID of the session.
    pub eid: LoginMethod,
    /// 43 characters of base64url.
    pub value: String,
}

impl std::fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionCookie({})", self.eid.as_str())
    }
}
