//! Rows that have had their time.

use store::sweep;

use crate::{Call, Provider, Refusal};

/// How many rows of a table go at once, so that no write waits long behind a sweep.
const AT_ONCE: u32 = 1_000;

impl Provider {
    /// Deletes expired rows until none is left; run it every minute. Gives how many went.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`]: try again at the next round.
    pub async fn sweep(&self, call: &Call) -> Result<u64, Refusal> {
        let now = call.now;
        let mut removed = 0;
        loop {
            let round = self.store.write(move |tx| sweep::remove_expired(tx, now, AT_ONCE)).await?.total();
            removed += round;
            if round == 0 {
                return Ok(removed);
            }
        }
    }
}
