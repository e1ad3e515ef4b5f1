//! The person has decided whether the application may see what it asked for.

use model::Phase;
use store::login_events::Kind;
use texts::Cause;

use super::super::{
    active_login::Work,
    decision::{Decided, Decision, Effect, Paid},
    waiting::Waiting,
};
use crate::{Provider, Refusal, permitted::permitted_grant, session::sid};

impl Provider {
    /// Takes the person's decision.
    pub(in crate::authorize) async fn consented<'a>(
        &self,
        work: Work<'a>,
        agreed: bool,
    ) -> Result<Decided<'a>, Refusal> {
        let key = match work.login.phase {
            Phase::Consent { key } => key,
            Phase::Over { .. } => return Ok(work.decide(Decision::AnswerAgain)),
            _ => return Ok(work.decide(Decision::Look)),
        };
        let Some((waiting, digest)) = self.find_waiting(&work, &key).await? else {
            return Ok(work.decide(Decision::AnswerAgain));
        };
        if !agreed {
            return Ok(work.refuse(Cause::ConsentRefused));
        }
        let Waiting { mut grant, remembered } = waiting;
        grant.granted_at = work.call.now;
        let Some(mut grant) = permitted_grant(work.issuer, &work.application, grant) else {
            return Ok(work.refuse(Cause::EidNoLongerAllowed));
        };
        let session = match &remembered {
            Some((proof, asked)) => {
                let of = (work.issuer, work.application.as_ref());
                self.new_session(of, (proof, *asked), &work.jar.sessions, work.call).await?
            }
            None => None,
        };
        grant.session_id = sid(session.as_ref().map(|it| it.id), self);
        let (grant, paid) = (Box::new(grant), Paid::Consent(digest));
        Ok(work.settle(Effect::Grant { grant, paid, session, kind: Kind::Completed }))
    }
}
