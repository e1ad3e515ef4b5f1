//! An application as the protocol needs it: its settings, parsed, and its live secrets.

use crypto::Digest;
use model::{ApplicationId, ApplicationSettings, Timestamp};
use oidc::KeySet;

/// A secret as it is stored.
#[derive(Debug)]
pub(crate) struct LiveSecret {
    pub(crate) digest: Digest,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// An application that is not disabled.
#[derive(Debug)]
pub struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) settings: ApplicationSettings,
    pub(crate) secrets: Vec<LiveSecret>,
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

    /// Finds the live secret that was presented.
    pub(crate) fn secret(&self, presented: &Digest, now: Timestamp) -> Option<&LiveSecret> {
        // No early end: every digest is compared, in constant time.
        self.secrets.iter().fold(None, |found, it| {
            let same = (it.digest == *presented) & it.ends_at.is_none_or(|at| now < at);
            if same { Some(it) } else { found }
        })
    }
}
