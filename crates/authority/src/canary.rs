//! The canary: a value that opens only under the master key of the database. A process may have read its key before another
//! replaced it, so what is written under the master key looks at the canary in that write.

use crypto::{Random, SealKey};
use model::INSTALLATION;
use store::{StoreError, Tx, installation};

use crate::SealedColumn;

const WORDS: &[u8] = b"this is the right master key";

/// Why nothing may be written under a master key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// It is another key, or was replaced meanwhile.
    #[error("the master key is not that of this database")]
    NotThis,
    /// It cannot be known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn context() -> Vec<u8> {
    SealedColumn::Canary.context(INSTALLATION)
}

/// Makes the canary of a master key.
pub fn canary(master: &SealKey, random: &Random) -> Vec<u8> {
    master.seal(random, &context(), WORDS)
}

/// Says whether a canary is of this master key.
pub fn is_canary_of(master: &SealKey, sealed: &[u8]) -> bool {
    master.open(&context(), sealed).is_ok()
}

/// Refuses a master key that is not the one of this database. In a write the canary stays as it is until the commit. A
/// database without a canary takes any.
///
/// # Errors
/// [`MasterKeyError`].
pub fn check_master_key(tx: &mut impl Tx, master: &SealKey) -> Result<(), MasterKeyError> {
    match installation::find(tx, installation::CANARY)? {
        Some(sealed) if !is_canary_of(master, &sealed) => Err(MasterKeyError::NotThis),
        _ => Ok(()),
    }
}
