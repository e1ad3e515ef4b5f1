//! Why a change was not made.

use authority::{Forbidden, TenantError};
use crypto::KeyError;
use model::SettingsError;
use store::StoreError;

use crate::ChangedMeanwhile;

/// Nothing was written, whatever the reason.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is none, or it is another tenant's: the same answer.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The name, host or client id is taken.
    #[error("this {0} is taken")]
    Taken(&'static str),
    /// Text that cannot be what it should be.
    #[error("{0}")]
    Invalid(String),
    /// Whoever acts may not.
    #[error("this is not permitted")]
    Forbidden,
    /// The settings contradict each other.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The identity source may not serve a domain of this environment.
    #[error(
        "an identity source of this environment may not serve this domain: sandbox and test for test domains, production for production"
    )]
    Environment,
    /// Two secrets are live already.
    #[error(
        "two secrets are live already: retire one first, or rotate, which ends the oldest after an overlap"
    )]
    TooManySecrets,
    /// A backup goes into an empty database only.
    #[error(
        "this database is not empty: a backup is restored into a new one, so that nothing is overwritten"
    )]
    NotEmpty,
    /// A file cannot be read or written, or is not what it should be.
    #[error("{0}")]
    File(String),
    /// The master key is not the one that sealed this tenant's data key.
    #[error("the master key does not open this tenant's data key: it is another key, or the row was changed")]
    MasterKey,
    /// Somebody else changed it since the caller saw it: each setting as it was seen, is, and was wanted.
    #[error("{0}")]
    ChangedMeanwhile(Box<ChangedMeanwhile>),
    /// Objects are not what they were when the plan was made.
    #[error("this was changed meanwhile, so nothing was written; make the plan again: {}", .0.join(", "))]
    PlanChanged(Vec<String>),
    /// A kept plan was carried out before.
    #[error("this plan was confirmed already: a plan can be confirmed once")]
    PlanConfirmed,
    /// A kept plan was given up.
    #[error("this plan was discarded: make it again")]
    PlanDiscarded,
    /// A kept plan was not confirmed in time.
    #[error("this plan has expired: a plan can be confirmed for a day; make it again")]
    PlanExpired,
    /// As many plans wait as may be kept.
    #[error("20 plans are waiting already: confirm or discard one first")]
    TooManyPlans,
    /// The content of a kept plan cannot be read.
    #[error(
        "this plan cannot be read: it was made by another version of portvakt or under another master key, or its row was changed; make it again"
    )]
    PlanUnreadable,
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Forbidden> for Refusal {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<TenantError> for Refusal {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::NotFound => Self::NotFound("tenant"),
            TenantError::MasterKey => Self::MasterKey,
        }
    }
}

impl From<Box<ChangedMeanwhile>> for Refusal {
    fn from(changed: Box<ChangedMeanwhile>) -> Self {
        Self::ChangedMeanwhile(changed)
    }
}

impl Refusal {
    /// Names what was not found, or taken, where the store only knows that it was.
    pub fn of(error: StoreError, what: &'static str) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound(what),
            StoreError::Conflict => Self::Taken(what),
            other => Self::Store(other),
        }
    }
}
