//! The person gives up an order at an eID that is polled: they go back, or choose another way.

use eid::Connector;
use model::Phase;

use super::super::{
    active_login::ActiveLogin,
    decision::{Decided, Decision, Effect},
    order::{AfterOrder, ToTakeBack},
};
use crate::{Provider, Refusal};

impl Provider {
    /// Finds the order and how it is taken back.
    pub(in crate::authorize) async fn leave_order<'a>(
        &self,
        active: ActiveLogin<'a>,
        then: AfterOrder,
    ) -> Result<Decided<'a>, Refusal> {
        let Phase::Polling { eid, key } = active.login.phase else {
            return Ok(active.decide(Decision::Look));
        };
        let Some(placed) = self.find_order(&active, (eid, key)).await? else {
            return Ok(active.decide(Decision::AnswerAgain));
        };
        let memo = placed.order.memo;
        let source = active.issuer.sources.get(&eid);
        let connectors = source.map(|it| it.connectors_of(&memo)).unwrap_or_default();
        let connector = connectors.into_iter().find_map(|it| match it {
            Connector::Poll(connector) if connector.client() == memo.client => Some(connector),
            Connector::Poll(_) | Connector::Redirect(_) => None,
        });
        let order = Box::new(ToTakeBack { digest: placed.digest, memo, connector });
        Ok(active.settle(Effect::TakeBack { order, then }))
    }
}
