//! A wrong master key is told at the start, not by the first request.

use console::{Console, Refusal};
use crypto::{Random, SealKey};
use store::Store;
use texts::AdminMessage;

fn told(outcome: Result<(), Refusal>, source: &str) -> Result<(), AdminMessage> {
    outcome.map_err(|refusal| match refusal {
        Refusal::MasterKey => AdminMessage::MasterKeyOfAnotherDatabase { source: source.into() },
        other => AdminMessage::MasterKeyUnchecked { detail: other.to_string().into() },
    })
}

/// Opens the canary that only this database's master key opens; leaves one where there is none.
///
/// # Errors
/// The key is not the one that this database was made with, or the database does not answer.
pub(crate) async fn check(console: &Console, source: &str) -> Result<(), AdminMessage> {
    told(console.check_master_key().await, source)
}

/// The same, and writes nothing.
///
/// # Errors
/// As [`check`].
pub(crate) async fn look(store: &Store, master: SealKey, source: &str) -> Result<(), AdminMessage> {
    let console = Console::new(store.clone(), master, Random::system());
    told(console.try_master_key().await, source)
}
