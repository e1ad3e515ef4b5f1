//! Where a login stands decides what comes next; no step calls another.

use model::{Eid, EidStatus, Login, Phase};
use texts::Cause;

use super::{
    Brought, Choice, Selection, Step, TroubleAt, Turn,
    jar::{self, Jar},
    start::Work,
};
use crate::{Call, Issuer, Provider, Refusal, TraceId};

/// What a person did on one of our pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginAction {
    /// Looked at where the login stands.
    Look,
    /// Chose an eID.
    Choose(Eid),
    /// Wants to choose another eID after trouble.
    ChooseAnother,
    /// Goes back to the application: with the trouble that there was, or because they want to.
    GoBack,
    /// Starts a login anew that is over, with new state, nonce and verifier.
    Restart,
}

impl Work<'_> {
    /// The eIDs that the application asked for and the domain has.
    pub(crate) fn eids(&self) -> Vec<Eid> {
        self.wanted.eids().into_iter().filter(|eid| self.issuer.offers(*eid)).collect()
    }
}

impl Provider {
    /// Goes on with a login as the person wishes, as far as it stands there.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn continue_login(
        &self,
        issuer: &Issuer,
        (login, action): (&str, LoginAction),
        brought: &Brought,
        call: &Call,
    ) -> Result<Turn, Refusal> {
        let jar = Jar::open(issuer, brought, call.now);
        let Some(opened) = jar.find(login).cloned() else {
            return self.lost(issuer, (&jar, login), call).await;
        };
        let Some(mut work) = self.take_up(issuer, &opened, jar, call).await? else {
            return self.gone(issuer, opened.login.application(), call).await;
        };
        match (action, &work.login.phase) {
            (LoginAction::Restart, Phase::Over { .. }) => {
                work.name = jar::new_name(&self.random);
                work.login = Login { wanted: work.login.wanted, ..Login::new(work.login.parked, call.now) };
                self.begin(work).await
            }
            (_, Phase::Over { .. }) => Ok(work.over()),
            (LoginAction::GoBack, Phase::Trouble { trouble, trace, .. }) => {
                let (trouble, trace) = (*trouble, TraceId::from_bytes(*trace));
                self.answer_error_of(work, super::respond::cause_of(trouble), trace).await
            }
            (LoginAction::GoBack, _) => self.answer_error(work, Cause::PersonWentBack).await,
            (LoginAction::Choose(eid), Phase::Choosing | Phase::AtEid { .. } | Phase::Trouble { .. })
                if work.eids().contains(&eid) =>
            {
                self.leave_for(work, eid).await
            }
            (
                LoginAction::ChooseAnother,
                Phase::Trouble { .. } | Phase::AtEid { eid: Eid::Automation, .. },
            ) => {
                work.login.phase = Phase::Choosing;
                let login = work.name.clone();
                self.turn(work, Step::Show { login }).await
            }
            (_, _) => self.next_step(work).await,
        }
    }

    /// Begins: a browser session answers, or straight to the eID when there is only one.
    pub(crate) async fn begin(&self, work: Work<'_>) -> Result<Turn, Refusal> {
        let work = match self.resume(work).await? {
            Ok(turn) => return Ok(turn),
            Err(work) => work,
        };
        match work.eids().as_slice() {
            // Nobody has to mend what an administrator wants.
            [] if work.wanted.eids().into_iter().any(|eid| work.issuer.is_switched_off(eid)) => {
                self.answer_error(work, Cause::EidSwitchedOff).await
            }
            [] => {
                tracing::error!(trace = %work.call.trace, client_id = work.application.client_id, "no identity source is configured for what was asked");
                self.answer_error(work, Cause::NoEidConfigured).await
            }
            [only] if !work.wanted.prompt.select_account => {
                let only = *only;
                self.leave_for(work, only).await
            }
            _ => {
                let login = work.name.clone();
                self.turn(work, Step::Show { login }).await
            }
        }
    }

    /// Decides from the login alone what comes next.
    pub(crate) async fn next_step(&self, work: Work<'_>) -> Result<Turn, Refusal> {
        let work = match &work.login.phase {
            Phase::Choosing => match self.resume(work).await? {
                Ok(turn) => return Ok(turn),
                Err(work) => work,
            },
            _ => work,
        };
        let step = match &work.login.phase {
            Phase::AtEid { eid: Eid::Automation, .. } if work.issuer.offers(Eid::Automation) => {
                Step::SignIn(super::sign_in::sign_in_ask(&work, None))
            }
            Phase::Choosing | Phase::AtEid { .. } => {
                // A person who comes back from the eID by the back button chooses again.
                if let ([only], false) = (work.eids().as_slice(), work.wanted.prompt.select_account) {
                    let only = *only;
                    return self.leave_for(work, only).await;
                }
                Step::Select(self.selection(&work))
            }
            Phase::Consent { .. } => Step::Consent(super::consent::consent_ask(&work)),
            Phase::Trouble { eid, trouble, trace } => Step::Trouble(TroubleAt {
                login: work.name.clone(),
                application: work.application.name.clone(),
                eid: *eid,
                cause: super::respond::cause_of(*trouble),
                trace: TraceId::from_bytes(*trace),
                has_others: work.eids().len() > 1,
            }),
            Phase::Over { .. } => return Ok(work.over()),
        };
        self.turn(work, step).await
    }
}

impl Provider {
    fn selection(&self, work: &Work<'_>) -> Selection {
        let choice = |eid| {
            let ask = work.wanted.ask(eid, work.application.settings.minimum_level);
            let source = work.issuer.sources.get(&eid);
            let health = self.eid_watch.health(source.and_then(|source| source.issuer.as_ref()));
            Choice {
                eid,
                level: ask.level,
                biometrics: ask.biometrics,
                is_down: health.status(work.call.now) == EidStatus::Down,
                notice: source.and_then(|source| source.notice.clone()),
            }
        };
        Selection {
            login: work.name.clone(),
            application: work.application.name.clone(),
            choices: work.eids().into_iter().map(choice).collect(),
        }
    }
}
