//! Three readers of an error: the application, the person, and us.

use std::sync::Arc;

use oidc::ErrorCode;
use store::StoreError;

/// Our own trouble, with its cause; logged once, never sent out.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Fault(Arc<dyn std::error::Error + Send + Sync>);

impl Fault {
    /// Wraps a cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

/// What an application is told at an endpoint of its own (token, userinfo).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthRefusal {
    /// The code.
    pub code: ErrorCode,
    /// Short ASCII English; the trace id is appended on the way out.
    pub description: &'static str,
}

/// Why a request ends on a page of ours and never goes back to where it says it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageProblem {
    /// `client_id` is missing, doubled or unknown.
    Client,
    /// `redirect_uri` is missing, doubled or not a registered one.
    RedirectUri,
    /// The logout request contradicts itself or its hint does not verify.
    Logout,
    /// `post_logout_redirect_uri` is not a registered one, or nothing says whose it is.
    LogoutReturn,
}

/// Why a use case did not do what was asked.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// A page, status 400, no redirect.
    Page(PageProblem),
    /// JSON for the application.
    OAuth(OAuthRefusal),
    /// There is no such thing here, whoever it may belong to.
    NotFound,
    /// Overloaded or unreachable; trying again is safe.
    Busy,
    /// Our own trouble.
    Internal(Fault),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unreachable(_) => Self::Busy,
            other => Self::Internal(Fault::new(other)),
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Internal(fault)
    }
}

/// Refuses at an endpoint of the application.
pub(crate) const fn refuse(code: ErrorCode, description: &'static str) -> Refusal {
    Refusal::OAuth(OAuthRefusal { code, description })
}
