//! An application as the protocol needs it: its settings, parsed, and its live secrets.

use crypto::Digest;
use model::{ApplicationId, ApplicationSettings, Timestamp};
use oidc::KeySet;

/// An application that is not disabled.
#[derive(Debug)]
pub struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) settings: ApplicationSettings,
    /// Digests of secrets and when each ends.
    pub(crate) secrets: Vec<(Digest, Option<Timestamp>)>,
    pub(crate) keys: Option<KeySet>,
}

impl Application {
    /// The name that people see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The identifier on the wire.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn has_secret(&self, presented: &Digest, now: Timestamp) -> bool {
        // No early end: every digest is compared, in constant time.
        self.secrets.iter().fold(false, |found, (digest, expires_at)| {
            (digest == presented && expires_at.is_none_or(|at| now < at)) | found
        })
    }
}
