//! How it ended at the eID, whichever kind of eID it is.

use eid::{EidError, Outcome, Reason};
use model::LoginMethod;
use texts::Cause;

use super::{
    super::{
        active_login::ActiveLogin,
        decision::{ConsumedOnce, Decided, Decision, Effect},
    },
    send_to::log,
};
use crate::Provider;

impl Provider {
    /// Goes on with what a connector found out, which costs `spent`.
    pub(super) fn met<'a>(
        &self,
        active: ActiveLogin<'a>,
        eid: LoginMethod,
        (outcome, spent): (Result<Outcome, EidError>, ConsumedOnce),
    ) -> Decided<'a> {
        match outcome {
            Ok(Outcome::Proved(proof)) => active.decide(Decision::Judge(proof, spent)),
            Ok(Outcome::Refused(reason)) => {
                let cause = match reason {
                    Reason::Cancelled => Cause::PersonCancelled,
                    Reason::NinRefused => Cause::NinRefused,
                };
                self.count(&active, eid, cause.id());
                let trace = active.context.trace;
                active.settle(Effect::Refuse { cause, trace, spent: Some(spent) })
            }
            Err(error) => {
                log(&active, eid, &error);
                active.settle(Effect::Trouble { eid, trouble: error.trouble(), spent: Some(spent) })
            }
        }
    }
}
