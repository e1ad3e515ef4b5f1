//! A form is sent again.

use super::super::{
    active_login::Work,
    decision::{Decided, Effect},
};
use crate::{Provider, Refusal};

impl Provider {
    /// Finds the answer that a form was given a moment ago.
    pub(in crate::authorize) async fn answer_again<'a>(
        &self,
        work: Work<'a>,
    ) -> Result<Decided<'a>, Refusal> {
        let sent = work.sent.as_deref().unwrap_or_default();
        let kept = self.find_kept(work.issuer, (&work.login.phase, sent), work.call).await?;
        Ok(work.settle(kept.map_or(Effect::Over, |kept| Effect::Repeat(Box::new(kept)))))
    }
}
