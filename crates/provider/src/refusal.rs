//! Three readers of an error: the application, the person, and us.

use std::{sync::Arc, time::Duration};

use model::{EventDetails, shortened, shown_uri};
use oidc::ErrorCode;
use store::StoreError;
use texts::Cause;

use crate::Application;

/// Our own trouble, with its cause; logged once, never sent out.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct InternalError(Arc<dyn std::error::Error + Send + Sync>);

impl InternalError {
    /// Wraps a cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

/// What else is known of a refused request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedDetails {
    /// What is kept of it for the operator; of it, the developer's part of a page shows the return address.
    pub kept: EventDetails,
    /// The addresses that would have been accepted, a few of them.
    pub registered: Vec<String>,
    /// Client id and name of the application that the request names.
    pub application: Option<(String, String)>,
}

/// How many registered addresses are shown.
pub(crate) const MOST_REGISTERED: usize = 5;

impl RefusedDetails {
    /// Of a request with a return address that its application has not registered.
    pub(crate) fn of_return(sent: &str, application: &Application, registered: &[String]) -> Box<Self> {
        Box::new(Self {
            kept: EventDetails { return_uri: Some(shown_uri(sent)), ..EventDetails::default() },
            registered: registered.iter().take(MOST_REGISTERED).cloned().collect(),
            application: Some((application.client_id.clone(), application.name.clone())),
        })
    }

    /// Of a request that names an application that the domain does not have.
    pub(crate) fn of_unknown(client_id: &str) -> Box<Self> {
        let kept = EventDetails { client_id: Some(shortened(client_id)), ..EventDetails::default() };
        Box::new(Self { kept, ..Self::default() })
    }
}

/// Why a request is refused, and whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The entry of the catalogue.
    pub cause: Cause,
    /// The `client_id` of the application, once it is known to be one of this domain. For our log.
    pub client_id: Option<String>,
    /// What else is known.
    pub details: Option<Box<RefusedDetails>>,
    /// An event of the login tells of it already.
    pub is_noted: bool,
}

impl Refused {
    /// A refusal of which nothing else is known.
    pub const fn new(cause: Cause) -> Self {
        Self { cause, client_id: None, details: None, is_noted: false }
    }

    /// A refusal of which an event tells.
    pub const fn noted(cause: Cause, client_id: Option<String>) -> Self {
        Self { cause, client_id, details: None, is_noted: true }
    }

    /// The code that the application is told.
    pub fn code(&self) -> ErrorCode {
        code_of(self.cause)
    }
}

/// The code that an application is told of a cause; a test proves that every word of the catalogue is one.
pub(crate) fn code_of(cause: Cause) -> ErrorCode {
    cause.error().and_then(ErrorCode::parse).unwrap_or(ErrorCode::ServerError)
}

/// Why a use case did not do what was asked.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// A page, status 400; the request never goes back to where it says it came from.
    Page(Refused),
    /// JSON for the application.
    OAuth(Refused),
    /// More than one place, client or person may have; how long to wait.
    TooMany(Refused, Duration),
    /// There is no such thing here, or it is another tenant's.
    NotFound,
    /// Overloaded or unreachable; trying again is safe.
    Busy,
    /// Our own trouble.
    Internal(InternalError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unreachable(_) => Self::Busy,
            other => Self::Internal(InternalError::new(other)),
        }
    }
}

impl From<InternalError> for Refusal {
    fn from(fault: InternalError) -> Self {
        Self::Internal(fault)
    }
}

impl Refusal {
    /// Adds whose request it was, for the log.
    pub(crate) fn of(mut self, client_id: &str) -> Self {
        if let Self::Page(refused) | Self::OAuth(refused) | Self::TooMany(refused, _) = &mut self {
            refused.client_id = Some(client_id.to_owned());
        }
        self
    }

    /// Adds what else is known.
    pub(crate) fn with(mut self, details: Box<RefusedDetails>) -> Self {
        if let Self::Page(refused) | Self::OAuth(refused) = &mut self {
            refused.details = Some(details);
        }
        self
    }

    /// The entry of the catalogue.
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Page(refused) | Self::OAuth(refused) | Self::TooMany(refused, _) => refused.cause,
            Self::NotFound => Cause::NotFound,
            Self::Busy => Cause::Busy,
            Self::Internal(_) => Cause::Internal,
        }
    }
}

/// Refuses at an endpoint of the application.
pub(crate) const fn refuse(cause: Cause) -> Refusal {
    Refusal::OAuth(Refused::new(cause))
}

/// Refuses with a page.
pub(crate) const fn refuse_page(cause: Cause) -> Refusal {
    Refusal::Page(Refused::new(cause))
}

#[cfg(test)]
mod tests {
    use oidc::ErrorCode;
    use texts::Cause;

    #[test]
    fn every_error_of_the_catalogue_is_a_registered_code() {
        for cause in Cause::ALL {
            assert!(cause.error().is_none_or(|error| ErrorCode::parse(error).is_some()), "{}", cause.id());
        }
    }
}
