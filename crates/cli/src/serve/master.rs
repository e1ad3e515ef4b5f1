//! A wrong master key is told at the start, not by the first request.

use console::{Console, Refusal};

/// Opens the canary that only this database's master key opens.
///
/// # Errors
/// The key is not the one that this database was made with, or the database does not answer.
pub(crate) async fn check(console: &Console, source: &str) -> Result<(), String> {
    match console.check_master_key().await {
        Ok(()) => Ok(()),
        Err(Refusal::MasterKey) => Err(format!(
            "the master key from {source} is not the one that this database was made with, so nothing in it can be \
             opened; put back the right one (a copy should lie apart from the backups)"
        )),
        Err(other) => Err(format!("the master key cannot be checked: {other}")),
    }
}
