//! What a person does on one of our pages.

use model::{Login, LoginMethod, Phase};
use texts::Cause;

use super::super::{
    active_login::ActiveLogin,
    decision::{Decided, Decision, Effect, cause_of},
    order::AfterOrder,
};
use crate::{Provider, TraceId};

/// What a person did on one of our pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginAction {
    /// Looked at where the login stands.
    Look,
    /// Chose an eID.
    Choose(LoginMethod),
    /// Wants to choose another eID after trouble.
    ChooseAnother,
    /// Goes back to the application: with the trouble that there was, or because they want to.
    GoBack,
    /// Starts a login anew that is over, with new state, nonce and verifier.
    Restart,
}

impl Provider {
    /// Goes on with a login as the person wishes, as far as it stands there.
    pub(in crate::authorize) fn act<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        action: LoginAction,
    ) -> Decided<'a> {
        match (action, &active.login.phase) {
            (LoginAction::Restart, Phase::Over { .. }) => {
                active.name = ActiveLogin::new_name(&self.random);
                active.login = Login {
                    wanted: active.login.wanted,
                    ..Login::new(active.login.parked, active.context.now)
                };
                active.decide(Decision::Begin)
            }
            (_, Phase::Over { .. }) => active.settle(Effect::Over),
            (LoginAction::GoBack, Phase::Trouble { trouble, trace, .. }) => {
                let (cause, trace) = (cause_of(*trouble), TraceId::from_bytes(*trace));
                active.settle(Effect::Refuse { cause, trace, spent: None })
            }
            (LoginAction::GoBack, Phase::Polling { .. }) => {
                active.decide(Decision::LeaveOrder(AfterOrder::GoBack))
            }
            (LoginAction::Choose(eid), Phase::Polling { .. }) if active.eids().contains(&eid) => {
                active.decide(Decision::LeaveOrder(AfterOrder::SendTo(eid)))
            }
            (LoginAction::ChooseAnother, Phase::Polling { .. }) => {
                active.decide(Decision::LeaveOrder(AfterOrder::Choose))
            }
            (LoginAction::GoBack, _) => active.refuse(Cause::PersonWentBack),
            (
                LoginAction::Choose(eid),
                Phase::Choosing | Phase::AtEid { .. } | Phase::SigningIn { .. } | Phase::Trouble { .. },
            ) if active.eids().contains(&eid) => active.decide(Decision::SendTo(eid)),
            (LoginAction::ChooseAnother, Phase::Trouble { .. } | Phase::SigningIn { .. }) => {
                active.login.phase = Phase::Choosing;
                let step = active.show();
                active.settle(Effect::Show(step))
            }
            (_, _) => active.decide(Decision::Look),
        }
    }
}
