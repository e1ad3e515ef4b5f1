//! The person answers an eID that is polled, on another device: is it time to ask the eID?

use model::{Phase, Trouble};

use super::super::{
    Step,
    active_login::ActiveLogin,
    decision::{Decided, Decision, Effect},
};
use crate::{Provider, Refusal};

impl Provider {
    /// Shows the page as it is kept, unless the eID may be asked. Of an order that is gone another request may have had the answer a
    /// moment ago, which is then given again; else the person can begin a new one.
    pub(in crate::authorize) async fn wait<'a>(
        &self,
        active: ActiveLogin<'a>,
    ) -> Result<Decided<'a>, Refusal> {
        let Phase::Polling { eid, key } = active.login.phase else {
            return Ok(active.decide(Decision::Look));
        };
        if let Some(placed) = self.find_order(&active, (eid, key)).await? {
            return Ok(if placed.is_due {
                active.settle(Effect::ClaimOrder(Box::new(placed)))
            } else {
                let step = Step::OpenApp(active.app_prompt(eid, &placed.order));
                active.settle(Effect::ShowUnchanged(step))
            });
        }
        let sent = active.sent.as_deref().unwrap_or_default();
        let kept = self.find_kept(active.issuer, (&active.login.phase, sent), active.context).await?;
        Ok(active.settle(match kept {
            Some(kept) => Effect::Repeat(Box::new(kept)),
            None => Effect::Trouble { eid, trouble: Trouble::EidSlow, spent: None },
        }))
    }
}
