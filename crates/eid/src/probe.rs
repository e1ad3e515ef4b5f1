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

/// How it went: of which issuer, and what a login would meet.
pub type Probed = (String, Result<(), EidError>);
