//! No session answers: straight to the eID when there is only one, else the person chooses.

use texts::Cause;

use super::super::{
    active_login::Work,
    decision::{Decided, Decision, Effect},
};
use crate::Provider;

impl Provider {
    /// Sends the person on.
    pub(in crate::authorize) fn go_on<'a>(&self, work: Work<'a>) -> Decided<'a> {
        match work.eids().as_slice() {
            // Nobody has to mend what an administrator wants.
            [] if work.wanted.eids().into_iter().any(|eid| work.issuer.is_switched_off(eid)) => {
                work.refuse(Cause::EidSwitchedOff)
            }
            [] => {
                tracing::error!(trace = %work.call.trace, client_id = work.application.client_id, "no identity source is configured for what was asked");
                work.refuse(Cause::NoEidConfigured)
            }
            [only] if !work.wanted.prompt.select_account => {
                let only = *only;
                work.decide(Decision::SendTo(only))
            }
            _ => {
                let step = work.show();
                work.settle(Effect::Show(step))
            }
        }
    }
}
