//! This request has the lease of an order and asks the eID how far the person has come.

use std::time::Duration;

use eid::{Connector, Polled};
use model::Trouble;
use texts::Cause;

use super::{
    super::{
        active_login::ActiveLogin,
        decision::{ConsumedOnce, Decided, Effect},
        order::Claimed,
    },
    send_to::{log, no_connector},
};
use crate::{Provider, Refusal};

/// When the eID is asked again that did not answer.
const ASK_AGAIN_IN: Duration = Duration::from_secs(2);

/// After so many questions without an answer in a row there is trouble.
const MOST_FAILURES: u8 = 3;

impl Provider {
    /// Asks once.
    pub(in crate::authorize) async fn collect<'a>(
        &self,
        active: ActiveLogin<'a>,
        mut claimed: Claimed,
    ) -> Result<Decided<'a>, Refusal> {
        let (eid, trace, now) = (claimed.placed.eid, active.context.trace, active.context.now);
        let (memo, spent) = (&claimed.placed.order.memo, ConsumedOnce::Order(claimed.placed.digest));
        let ask = active.ask(eid);
        let source = active.issuer.sources.get(&eid);
        let mut connectors = source.map(|it| it.connectors_of(memo)).unwrap_or_default().into_iter();
        let connector = connectors.next();
        if connector.as_ref().is_some_and(|it| it.client() != memo.client) {
            tracing::warn!(%trace, cause = Cause::SourceChanged.id(), eid = eid.as_str(), "an identity source was pointed elsewhere during a login");
            return Ok(active.settle(Effect::BeginAgain { cause: Cause::SourceChanged, eid, spent }));
        }
        let Some(Connector::Poll(connector)) = connector else {
            return Ok(no_connector(active, eid, Some(spent)));
        };
        let mut polled = connector.poll(&ask, memo, now).await;
        // The credentials that the order was begun with were wrong, or are accepted no more.
        if let Err(error) = &polled
            && error.trouble() == Trouble::SourceMisconfigured
            && let Some(Connector::Poll(todays)) = connectors.next().filter(|it| it.client() == memo.client)
        {
            polled = todays.poll(&ask, memo, now).await;
        }
        Ok(match polled {
            Ok(Polled::Waiting(instruction)) => {
                let again_in = instruction.again_in;
                claimed.placed.order.instruct(instruction);
                active.settle(Effect::KeepWaiting { claimed: Box::new(claimed), again_in })
            }
            Ok(Polled::Done(outcome)) => {
                let outcome = Ok(outcome);
                self.learn(source, &outcome, now);
                self.met(active, eid, (outcome, spent))
            }
            Err(error) if error.may_pass() => {
                self.learn(source, &Err(error.clone()), now);
                claimed.placed.order.failures += 1;
                if claimed.placed.order.failures >= MOST_FAILURES {
                    return Ok(self.met(active, eid, (Err(error), spent)));
                }
                log(&active, eid, &error);
                active.settle(Effect::KeepWaiting { claimed: Box::new(claimed), again_in: ASK_AGAIN_IN })
            }
            // A person who took too long says nothing of the eID.
            Err(error) => self.met(active, eid, (Err(error), spent)),
        })
    }
}
