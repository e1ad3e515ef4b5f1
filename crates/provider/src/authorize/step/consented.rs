//! The person has decided whether the application may see what it asked for.

use model::Phase;
use oidc::Scope;
use store::login_events::Kind;
use texts::Cause;

use super::{
    super::{
        active_login::ActiveLogin,
        decision::{ConsumedOnce, Decided, Decision, Effect, Granted},
        waiting::Waiting,
    },
    grant::session_of,
};
use crate::{Provider, Refusal, permitted::permitted_grant, session::sid};

impl Provider {
    /// Takes the person's decision.
    pub(in crate::authorize) async fn consented<'a>(
        &self,
        active: ActiveLogin<'a>,
        agreed: bool,
    ) -> Result<Decided<'a>, Refusal> {
        let (key, listed) = match active.login.phase {
            Phase::Consent { key, listed } => (key, listed),
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
        // What was not permitted when the person looked was not agreed to, even if it is permitted again.
        if !listed.has(Scope::Nin) {
            grant = grant.without(Scope::Nin);
        }
        if !listed.has(Scope::OfflineAccess) {
            grant.scopes = grant.scopes.without(Scope::OfflineAccess);
        }
        let session = match &remembered {
            Some((proof, asked)) => self.new_session(session_of(&active), proof, *asked).await?,
            None => None,
        };
        grant.session_id = sid(session.as_ref().map(|it| it.id), self);
        let paid = ConsumedOnce::Consent(digest);
        let granted = Granted { grant, paid, session, kind: Kind::Completed };
        Ok(active.settle(Effect::Grant(Box::new(granted))))
    }
}
