//! Rows that have had their time.

use store::sweep;

use crate::{Provider, Refusal, RequestContext};

/// How many rows of a table go at once, so that no write waits long behind a sweep.
const AT_ONCE: u32 = 1_000;

impl Provider {
    /// Deletes expired rows until none is left; run it every minute. Gives how many went.
    ///
    /// `may_forget_spent`: what [`model::ClockWatch`] says. Without it only records go on which nothing depends: a value
    /// that was spent stays spent when the clock is set forward and back.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`]: try again at the next round.
    pub async fn sweep(&self, context: &RequestContext, may_forget_spent: bool) -> Result<u64, Refusal> {
        let now = context.now;
        let mut removed = 0;
        loop {
            let round = self.store.write(move |tx| match may_forget_spent {
                true => sweep::remove_expired(tx, now, AT_ONCE),
                false => sweep::remove_expired_records(tx, now, AT_ONCE),
            });
            let round = round.await?.total();
            removed += round;
            if round == 0 {
                return Ok(removed);
            }
        }
    }
}
