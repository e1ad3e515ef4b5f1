//! Why a change was not made.

use crypto::KeyError;
use model::SettingsError;
use store::StoreError;

/// Nothing was written, whatever the reason.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The settings contradict each other.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The identity source may not serve a domain of this environment.
    #[error("an identity source of this environment may not serve this domain")]
    Environment,
    /// The master key is not the one that sealed this tenant's data key.
    #[error("the master key does not open this tenant's data key: it is another key, or the row was changed")]
    MasterKey,
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
