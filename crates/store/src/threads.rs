//! The store's threads have names.

use std::thread;

use crate::StoreError;

/// Starts a thread with a name that an operator can recognise.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| StoreError::Failed(format!("no thread: {error}")))
}
