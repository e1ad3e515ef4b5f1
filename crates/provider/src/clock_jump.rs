//! A jump of the clock: recorded, and reported where it may have broken something.

use model::ClockJump;
use store::installation;
use texts::Cause;

use crate::{InternalError, Provider, Refusal, RequestContext};

impl Provider {
    /// Keeps the last jump, for the log lines of what it breaks, and in the database for `doctor` and `explain`.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`]: it is known in this process all the same.
    pub async fn note_jump(&self, jump: ClockJump) -> Result<(), Refusal> {
        *self.jump() = Some(jump);
        let value = serde_json::to_vec(&jump).map_err(InternalError::new)?;
        let written = self.store.write(move |tx| {
            installation::insert_if_absent(tx, installation::CLOCK_JUMP, &value)?;
            installation::save(tx, installation::CLOCK_JUMP, &value)
        });
        Ok(written.await?)
    }

    /// Says in the log when a jump of the clock may be why something was refused for its time.
    pub(crate) fn blame_the_clock(&self, cause: Option<Cause>, context: &RequestContext) {
        let Some(cause) = cause.filter(|it| it.depends_on_the_clock()) else { return };
        if let Some(jump) = self.jump().filter(|jump| jump.may_explain(context.now)) {
            let (trace, jumped_at, jumped_by_s) = (context.trace, jump.at.to_iso_seconds(), jump.seconds);
            tracing::warn!(%trace, cause = cause.id(), jumped_at, jumped_by_s, "the clock of this machine jumped, which may be the cause");
        }
    }
}
