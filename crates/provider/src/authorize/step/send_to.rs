//! To the eID: away with new state, nonce and verifier, or to our own page with a new order.

use eid::{Connector, EidError};
use model::{LoginMethod, MethodKind, Trouble};

use super::super::{
    active_login::ActiveLogin,
    decision::{ConsumedOnce, Decided, Effect, cause_of},
    order::Order,
};
use crate::{Provider, Refusal, admission::Stored};

/// What an order counts for where stored requests are limited, in bytes.
const LARGEST_ORDER: usize = 1_024;

impl Provider {
    /// Sends the person to the eID.
    pub(in crate::authorize) async fn send_to<'a>(
        &self,
        active: ActiveLogin<'a>,
        eid: LoginMethod,
    ) -> Result<Decided<'a>, Refusal> {
        if eid.kind() == MethodKind::TestUser {
            let (state, secret) = (self.random.bytes(), self.random.bytes());
            return Ok(active.settle(Effect::AskPassword { state, secret }));
        }
        let ask = active.ask(eid);
        let source = active.issuer.sources.get(&eid);
        let connector = source.and_then(|source| source.connector.clone());
        let (random, now) = (&self.random, active.context.now);
        let begun = match connector {
            None => return Ok(no_connector(active, eid, None)),
            Some(Connector::Redirect(connector)) => connector
                .start(&ask, random, now)
                .await
                .map(|started| Effect::Leave { url: started.url, eid, memo: started.memo }),
            Some(Connector::Poll(connector)) => {
                // An order is a row, which anybody can have made.
                let stored = Stored { bytes: LARGEST_ORDER, is_authenticated: false };
                self.admit_stored(active.issuer, &active.application, stored, active.context)?;
                connector.start(&ask, random, now).await.map(|ordered| {
                    let again_in = ordered.instruction.again_in;
                    Effect::BeginOrder { eid, order: Box::new(Order::new(ordered)), again_in }
                })
            }
        };
        Ok(match begun {
            Ok(effect) => active.settle(effect),
            Err(error) => {
                log(&active, eid, &error);
                self.learn(source, &Err(error.clone()), now);
                active.settle(Effect::Trouble { eid, trouble: error.trouble(), spent: None })
            }
        })
    }
}

/// The eID cannot be used: an administrator switched it off, or it is set up wrongly.
pub(super) fn no_connector<'a>(
    active: ActiveLogin<'a>,
    eid: LoginMethod,
    spent: Option<ConsumedOnce>,
) -> Decided<'a> {
    if active.issuer.is_switched_off(eid) {
        return active.settle(Effect::Trouble { eid, trouble: Trouble::EidSwitchedOff, spent });
    }
    log(&active, eid, &EidError::Misconfigured("no usable credentials".to_owned()));
    active.settle(Effect::Trouble { eid, trouble: Trouble::SourceMisconfigured, spent })
}

pub(super) fn log(active: &ActiveLogin<'_>, eid: LoginMethod, error: &EidError) {
    let (trace, client_id) = (active.context.trace, active.application.client_id.as_str());
    let cause = cause_of(error.trouble()).id();
    match error {
        EidError::Misconfigured(_) => {
            tracing::error!(%trace, cause, client_id, eid = eid.as_str(), %error, "an identity source needs the operator");
        }
        _ => tracing::warn!(%trace, cause, client_id, eid = eid.as_str(), %error, "trouble at an eID"),
    }
}
