//! What a person does on one of our pages.

use model::{Login, LoginMethod, Phase};
use texts::Cause;

use super::super::{
    active_login::Work,
    decision::{Decided, Decision, Effect, cause_of},
    jar,
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
    pub(in crate::authorize) fn act<'a>(&self, mut work: Work<'a>, action: LoginAction) -> Decided<'a> {
        match (action, &work.login.phase) {
            (LoginAction::Restart, Phase::Over { .. }) => {
                work.name = jar::new_name(&self.random);
                work.login =
                    Login { wanted: work.login.wanted, ..Login::new(work.login.parked, work.call.now) };
                work.decide(Decision::Begin)
            }
            (_, Phase::Over { .. }) => work.settle(Effect::Over),
            (LoginAction::GoBack, Phase::Trouble { trouble, trace, .. }) => {
                let (cause, trace) = (cause_of(*trouble), TraceId::from_bytes(*trace));
                work.settle(Effect::Refuse { cause, trace, spent: None })
            }
            (LoginAction::GoBack, _) => work.refuse(Cause::PersonWentBack),
            (
                LoginAction::Choose(eid),
                Phase::Choosing | Phase::AtEid { .. } | Phase::SigningIn { .. } | Phase::Trouble { .. },
            ) if work.eids().contains(&eid) => work.decide(Decision::SendTo(eid)),
            (LoginAction::ChooseAnother, Phase::Trouble { .. } | Phase::SigningIn { .. }) => {
                work.login.phase = Phase::Choosing;
                let step = work.show();
                work.settle(Effect::Show(step))
            }
            (_, _) => work.decide(Decision::Look),
        }
    }
}
