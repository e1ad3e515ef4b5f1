//! A browser session answers for the person.

use model::Acr;
use store::login_events::Kind;
use texts::Cause;

use super::{Turn, respond::Paid, start::Work};
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

    /// Answers from a session if there is one that may. Otherwise gives the login back, to go on with; with
    /// `prompt=none`, where nobody can be asked, that is the end of it.
    pub(crate) async fn resume<'a>(&self, work: Work<'a>) -> Result<Result<Turn, Work<'a>>, Refusal> {
        if let Some((session, acr)) = self.answering_session(&work).await? {
            let grant = self.grant(&work, acr, session.held.proof, Some(session.held.id)).await?;
            if self.admit_person(work.issuer, &grant.subject, work.call).is_err() {
                return self.answer_error(work, Cause::TooManyRequests).await.map(Ok);
            }
            let paid = Paid::Session(session.digest, work.issuer.idle_until(work.call.now));
            // A session that was ended a moment ago answers nothing: the login goes on as if it had not been.
            return match self.pay_for_code(work, &grant, paid, (None, Kind::CompletedFromSession)).await? {
                Ok(turn) => Ok(Ok(turn)),
                Err(work) if work.wanted.prompt.none => {
                    self.answer_error(work, Cause::NobodyLoggedIn).await.map(Ok)
                }
                Err(work) => Ok(Err(work)),
            };
        }
        if work.wanted.prompt.none {
            return self.answer_error(work, Cause::NobodyLoggedIn).await.map(Ok);
        }
        Ok(Err(work))
    }
}
