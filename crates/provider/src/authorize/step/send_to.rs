//! To the eID, with new state, nonce and verifier.

use eid::{Connector, EidError};
use model::{LoginMethod, MethodKind, Trouble};

use super::super::{
    active_login::Work,
    decision::{Decided, Effect, Spent, cause_of},
};
use crate::{Provider, Refusal};

impl Provider {
    /// Sends the person to the eID.
    pub(in crate::authorize) async fn send_to<'a>(
        &self,
        work: Work<'a>,
        eid: LoginMethod,
    ) -> Result<Decided<'a>, Refusal> {
        if eid.kind() == MethodKind::TestUser {
            let (state, secret) = (self.random.bytes(), self.random.bytes());
            return Ok(work.settle(Effect::AskPassword { state, secret }));
        }
        let ask = work.wanted.ask(eid, work.application.settings.minimum_level);
        let source = work.issuer.sources.get(&eid);
        let connector = source.and_then(|source| source.connector.clone());
        let Some(Connector::Redirect(connector)) = connector else {
            return Ok(no_connector(work, eid, None));
        };
        match connector.start(&ask, &self.random, work.call.now).await {
            Ok(started) => Ok(work.settle(Effect::Leave { url: started.url, eid, memo: started.memo })),
            Err(error) => {
                log(&work, eid, &error);
                self.learn(source, &Err(error.clone()), work.call.now);
                Ok(work.settle(Effect::Trouble { eid, trouble: error.trouble(), spent: None }))
            }
        }
    }
}

/// Nobody can be sent to this eID, or taken back from it: an administrator switched it off, or it is set up wrongly.
pub(super) fn no_connector<'a>(work: Work<'a>, eid: LoginMethod, spent: Option<Spent>) -> Decided<'a> {
    if work.issuer.is_switched_off(eid) {
        return work.settle(Effect::Trouble { eid, trouble: Trouble::EidSwitchedOff, spent });
    }
    log(&work, eid, &EidError::Misconfigured("no usable credentials".to_owned()));
    work.settle(Effect::Trouble { eid, trouble: Trouble::SourceMisconfigured, spent })
}

pub(super) fn log(work: &Work<'_>, eid: LoginMethod, error: &EidError) {
    let (trace, client_id) = (work.call.trace, work.application.client_id.as_str());
    let cause = cause_of(error.trouble()).id();
    match error {
        EidError::Misconfigured(_) => {
            tracing::error!(%trace, cause, client_id, eid = eid.as_str(), %error, "an identity source needs the operator");
        }
        _ => tracing::warn!(%trace, cause, client_id, eid = eid.as_str(), %error, "trouble at an eID"),
    }
}
