//! Whether an eID answers, found out without anybody logging in.

use async_trait::async_trait;
use model::Timestamp;

use crate::EidError;

/// Something that can be asked whether it works.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Asks; takes no longer than two calls may.
    ///
    /// # Errors
    /// [`EidError`]: what a login would meet now.
    async fn probe(&self, now: Timestamp) -> Result<(), EidError>;
}

/// Whom to ask for the sake of how many: an issuer, and the name under which all that is reached with it works or fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The issuer itself where tenants share it; of a sandbox in which each tenant has its own, the host and the eID.
    pub name: String,
    /// To be asked.
    pub issuer: String,
    /// It is one tenant's, whose logins say nothing of the others': they fail where the tenant wants to see that.
    pub of_tenant: bool,
}

/// How it went: of what, by its name, and what a login would meet.
pub type Probed = (String, Result<(), EidError>);
