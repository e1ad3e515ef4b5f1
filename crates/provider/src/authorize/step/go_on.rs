//! No session answers: straight to the eID when there is only one, else the person chooses.

use texts::Cause;

use super::super::{
    active_login::ActiveLogin,
    decision::{Decided, Decision, Effect},
};
use crate::Provider;

impl Provider {
    /// Sends the person on.
    pub(in crate::authorize) fn go_on<'a>(&self, active: ActiveLogin<'a>) -> Decided<'a> {
        match active.eids().as_slice() {
            // What an administrator wants is no fault.
            [] if active.wanted.eids().into_iter().any(|eid| active.issuer.is_switched_off(eid)) => {
                active.refuse(Cause::EidSwitchedOff)
            }
            [] => {
                tracing::error!(trace = %active.context.trace, client_id = active.application.client_id, "no identity source is configured for what was asked");
                active.refuse(Cause::NoEidConfigured)
            }
            [only] if !active.wanted.prompt.select_account => {
                let only = *only;
                active.decide(Decision::SendTo(only))
            }
            _ => {
                let step = active.show();
                active.settle(Effect::Show(step))
            }
        }
    }
}
