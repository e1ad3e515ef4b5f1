//! An application as the protocol needs it: its settings, parsed, and its live secrets.

use crypto::Digest;
use model::{ApplicationId, ApplicationSettings, AuthenticationFailure, Timestamp};
use oidc::KeySet;

/// A secret as it is stored; also one that is accepted no more, so that it can be said why.
#[derive(Debug)]
pub(crate) struct LiveSecret {
    pub(crate) digest: Digest,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    /// Somebody ended it, or will; otherwise it expires by plan.
    pub(crate) is_retired: bool,
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

    /// Its own address for people; `None` where it has addresses on the person's device only.
    pub fn home(&self) -> Option<String> {
        self.settings.home()
    }

    /// Says why a secret that was presented is not accepted.
    pub(crate) fn why_not(&self, presented: &Digest, now: Timestamp) -> AuthenticationFailure {
        let ended = |it: &&LiveSecret| (it.digest == *presented) & it.ends_at.is_some_and(|at| at <= now);
        match self.secrets.iter().rfind(ended) {
            None => AuthenticationFailure::SecretWrong,
            Some(it) if it.is_retired => AuthenticationFailure::SecretEnded,
            Some(_) => AuthenticationFailure::SecretExpired,
        }
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
