//! The person has decided whether the application may see what it asked for.

use model::Phase;
use store::login_events::Kind;
use texts::Cause;

use super::super::{
    active_login::ActiveLogin,
    decision::{ConsumedOnce, Decided, Decision, Effect},
    waiting::Waiting,
};
use crate::{Provider, Refusal, permitted::permitted_grant, session::sid};

impl Provider {
    /// Takes the person's decision.
    pub(in crate::authorize) async fn consented<'a>(
        &self,
        active: ActiveLogin<'a>,
        agreed: bool,
    ) -> Result<Decided<'a>, Refusal> {
        let key = match active.login.phase {
            Phase::Consent { key } => key,
            Phase::Over { .. } => return Ok(active.decide(Decision::AnswerAgain)),
            _ => return Ok(active.decide(Decision::Look)),
        };
        let Some((waiting, digest)) = self.find_waiting(&active, &key).await? else {
            return Ok(active.decide(Decision::AnswerAgain));
        };
        if !agreed {
            return Ok(active.refuse(Cause::ConsentRefused));
        }
        let Waiting { mut grant, remembered } = waiting;
        grant.granted_at = active.context.now;
        let Some(mut grant) = permitted_grant(active.issuer, &active.application, grant) else {
            return Ok(active.refuse(Cause::EidNoLongerAllowed));
        };
        let session = match &remembered {
            Some((proof, asked)) => {
                let of = (active.issuer, active.application.as_ref());
                self.new_session(of, (proof, *asked), &active.jar.sessions, active.context).await?
            }
            None => None,
        };
        grant.session_id = sid(session.as_ref().map(|it| it.id), self);
        let (grant, paid) = (Box::new(grant), ConsumedOnce::Consent(digest));
        Ok(active.settle(Effect::Grant { grant, paid, session, kind: Kind::Completed }))
    }
}
