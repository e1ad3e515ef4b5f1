//! What documents are closed with.

use std::{future::Future, pin::Pin, sync::Arc};

use documents::Seal;

/// Asks a timestamp service (RFC 3161): takes the request, gives the answer, or says why there is none.
pub type AskForTimestamp =
    Arc<dyn Fn(Vec<u8>) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>> + Send + Sync>;

/// What documents are closed with.
#[derive(Clone)]
pub struct SealKit {
    /// The organisation's certificates and key.
    pub seal: Arc<Seal>,
    /// The timestamp service, where there is one.
    pub timestamps: Option<AskForTimestamp>,
}

impl std::fmt::Debug for SealKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealKit").field("has_timestamps", &self.timestamps.is_some()).finish_non_exhaustive()
    }
}
