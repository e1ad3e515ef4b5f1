//! A login begins, or the person is to choose: does a browser session answer for them?

use model::Acr;
use store::login_events::Kind;
use texts::Cause;

use super::super::{
    active_login::ActiveLogin,
    decision::{ConsumedOnce, Decided, Decision, Effect, Granted},
};
use crate::{Provider, Refusal, permitted::permits, session::Resumed};

impl Provider {
    /// Finds a session of this browser that may answer what was asked. Blocking acts here too (RULE-15): the eID must
    /// be on, in the environment that it was used in, and the application must still allow it.
    async fn answering_session(&self, active: &ActiveLogin<'_>) -> Result<Option<(Resumed, Acr)>, Refusal> {
        if active.wanted.trial.is_some() {
            return Ok(None);
        }
        for cookie in &active.sessions {
            if !active.issuer.remembers(&active.application, cookie.eid) {
                continue;
            }
            let Some(session) = self.open_session(active.issuer, cookie, active.context).await? else {
                continue;
            };
            let proof = &session.held.proof;
            let acr = active.wanted.returned_acr(proof.eid, proof.level);
            if let Some(acr) = acr
                && permits(active.issuer, &active.application, proof)
                && session.held.may_answer(&active.wanted, active.context.now)
                && self.is_wanted_person(active, &session).await?
            {
                return Ok(Some((session, acr)));
            }
        }
        Ok(None)
    }

    async fn is_wanted_person(&self, active: &ActiveLogin<'_>, session: &Resumed) -> Result<bool, Refusal> {
        let Some(wanted) = &active.wanted.subject else { return Ok(true) };
        Ok(*wanted == self.subject(active, &session.held.proof).await?)
    }

    /// What a browser session answers, if there is one that may. With `prompt=none`, where the person cannot be asked, there is
    /// an answer in any case.
    pub(in crate::authorize) async fn resume(
        &self,
        active: &ActiveLogin<'_>,
    ) -> Result<Option<Effect>, Refusal> {
        let refuse = |cause| Effect::Refuse { cause, trace: active.context.trace, spent: None };
        let Some((session, acr)) = self.answering_session(active).await? else {
            return Ok(active.wanted.prompt.none.then(|| refuse(Cause::NobodyLoggedIn)));
        };
        let grant = self.grant(active, acr, session.held.proof, Some(session.held.id)).await?;
        if self.admit_person(active.issuer, &grant.subject, active.context).is_err() {
            return Ok(Some(refuse(Cause::TooManyRequests)));
        }
        let paid = ConsumedOnce::Session(session.digest, active.issuer.idle_until(active.context.now));
        let kind = Kind::CompletedFromSession;
        Ok(Some(Effect::Grant(Box::new(Granted { grant, paid, session: None, kind }))))
    }

    /// Begins: a browser session answers, or the person is sent on.
    pub(in crate::authorize) async fn begin<'a>(
        &self,
        active: ActiveLogin<'a>,
    ) -> Result<Decided<'a>, Refusal> {
        Ok(match self.resume(&active).await? {
            Some(effect) => active.settle(effect),
            None => active.decide(Decision::GoOn),
        })
    }
}
