//! A wrong master key is told at the start, not by the first request.

use console::{Console, Refusal};
use crypto::{Random, SealKey};
use store::Store;

fn words(outcome: Result<(), Refusal>, source: &str) -> Result<(), String> {
    match outcome {
        Ok(()) => Ok(()),
        Err(Refusal::MasterKey) => Err(format!(
            "the master key from {source} is not the one that this database was made with, so nothing in it can be \
             opened; put back the right one (a copy should lie apart from the backups)"
        )),
        Err(other) => Err(format!("the master key cannot be checked: {other}")),
    }
}

/// Opens the canary that only this database's master key opens; leaves one where there is none.
///
/// # Errors
/// The key is not the one that this database was made with, or the database does not answer.
pub(crate) async fn check(console: &Console, source: &str) -> Result<(), String> {
    words(console.check_master_key().await, source)
}

/// The same, and writes nothing.
///
/// # Errors
/// As [`check`].
pub(crate) async fn look(store: &Store, master: SealKey, source: &str) -> Result<(), String> {
    let console = Console::new(store.clone(), master, Random::system());
    words(console.try_master_key().await, source)
}
