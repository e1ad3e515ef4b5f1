//! What administrators do: tenants, domains, applications, identity sources and their keys.
//!
//! **Invariant:** secrets are sealed or digested here, before the store sees them. Each thing is made or changed in
//! one write, so it is there as a whole or not at all; what it needs first (a signing key for an application's
//! algorithm) is made in a write of its own.

mod applications;
mod domains;
mod identity_sources;
mod refusal;
mod tenants;

use crypto::{Random, SealKey};
use store::Store;

pub use applications::NewApplication;
pub use domains::NewDomain;
pub use identity_sources::NewIdentitySource;
pub use refusal::Refusal;
pub use tenants::Tenant;

/// The use cases of administration.
pub struct Console {
    pub(crate) store: Store,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
}

impl Console {
    /// `master`: the key that seals every tenant's data key.
    pub const fn new(store: Store, master: SealKey, random: Random) -> Self {
        Self { store, master, random }
    }
}
