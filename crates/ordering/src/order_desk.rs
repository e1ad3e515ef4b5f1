//! What the order desk works with.

use std::sync::Arc;

use crypto::{Random, SealKey};
use registry::Registry;
use store::Store;

/// The order desk.
#[derive(Clone)]
pub struct OrderDesk {
    pub(crate) store: Store,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
    pub(crate) registry: Arc<Registry>,
    /// Whether the registry is a simulated one: synthetic numbers are allowed then.
    pub(crate) is_sandbox: bool,
}

impl OrderDesk {
    /// `master`: the key that seals every tenant's data key. `is_sandbox`: the registry is a simulated one.
    pub fn new(
        (store, master, random): (Store, SealKey, Random),
        registry: Arc<Registry>,
        is_sandbox: bool,
    ) -> Self {
        Self { store, master, random, registry, is_sandbox }
    }
}
