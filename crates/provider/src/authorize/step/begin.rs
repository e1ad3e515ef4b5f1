//! A login begins, or the person is to choose: does a browser session answer for them?

use model::Acr;
use store::login_events::Kind;
use texts::Cause;

use super::super::{
    active_login::Work,
    decision::{Decided, Decision, Effect, Paid},
};
use crate::{Provider, Refusal, permitted::permits, session::Resumed};

impl Provider {
    /// Finds a session of this browser that may answer what was asked. Blocking acts here too (RULE-15): the eID must
    /// be on, in the environment that it was used in, and the application must still allow it.
    async fn answering_session(&self, work: &Work<'_>) -> Result<Option<(Resumed, Acr)>, Refusal> {
        for cookie in &work.jar.sessions {
            if !work.issuer.remembers(&work.application, cookie.eid) {
                continue;
            }
            let Some(session) = self.open_session(work.issuer, cookie, work.call).await? else { continue };
            let proof = &session.held.proof;
            let acr = work.wanted.returned_acr(proof.eid, proof.level);
            if let Some(acr) = acr
                && permits(work.issuer, &work.application, proof)
                && session.held.may_answer(&work.wanted, work.call.now)
                && self.is_wanted_person(work, &session).await?
            {
                return Ok(Some((session, acr)));
            }
        }
        Ok(None)
    }

    async fn is_wanted_person(&self, work: &Work<'_>, session: &Resumed) -> Result<bool, Refusal> {
        let Some(wanted) = &work.wanted.subject else { return Ok(true) };
        Ok(*wanted == self.subject(work, &session.held.proof).await?)
    }

    /// What a browser session answers, if there is one that may. With `prompt=none`, where nobody can be asked, there is
    /// an answer in any case.
    pub(in crate::authorize) async fn resume(&self, work: &Work<'_>) -> Result<Option<Effect>, Refusal> {
        let refuse = |cause| Effect::Refuse { cause, trace: work.call.trace, spent: None };
        let Some((session, acr)) = self.answering_session(work).await? else {
            return Ok(work.wanted.prompt.none.then(|| refuse(Cause::NobodyLoggedIn)));
        };
        let grant = self.grant(work, acr, session.held.proof, Some(session.held.id)).await?;
        if self.admit_person(work.issuer, &grant.subject, work.call).is_err() {
            return Ok(Some(refuse(Cause::TooManyRequests)));
        }
        let paid = Paid::Session(session.digest, work.issuer.idle_until(work.call.now));
        let kind = Kind::CompletedFromSession;
        Ok(Some(Effect::Grant { grant: Box::new(grant), paid, session: None, kind }))
    }

    /// Begins: a browser session answers, or the person is sent on.
    pub(in crate::authorize) async fn begin<'a>(&self, work: Work<'a>) -> Result<Decided<'a>, Refusal> {
        Ok(match self.resume(&work).await? {
            Some(effect) => work.settle(effect),
            None => work.decide(Decision::GoOn),
        })
    }
}
