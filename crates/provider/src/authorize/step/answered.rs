//! A form is sent again.

use super::super::{
    active_login::ActiveLogin,
    decision::{Decided, Effect},
};
use crate::{Provider, Refusal};

impl Provider {
    /// Finds the answer that a form was given a moment ago.
    pub(in crate::authorize) async fn answer_again<'a>(
        &self,
        active: ActiveLogin<'a>,
    ) -> Result<Decided<'a>, Refusal> {
        let sent = active.sent.as_deref().unwrap_or_default();
        let kept = self.find_kept(active.issuer, (&active.login.phase, sent), active.context).await?;
        Ok(active.settle(kept.map_or(Effect::Over, |kept| Effect::Repeat(Box::new(kept)))))
    }
}
