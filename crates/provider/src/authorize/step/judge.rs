//! The person is proved; is it enough, is it the right one, and must they be asked?

use model::{Grant, Proof, Trouble};
use store::login_events::Kind;
use texts::Cause;

use super::{
    super::{
        active_login::ActiveLogin,
        decision::{ConsumedOnce, Decided, Effect, Granted},
        waiting::Waiting,
    },
    grant::session_of,
};
use crate::{Provider, Refusal};

/// Asked for by the application, or for the national identity number where the eID has not asked itself.
fn needs_consent(active: &ActiveLogin<'_>, grant: &Grant) -> bool {
    // The person was cut down to what may be released, so a number that is there will be.
    active.wanted.prompt.consent || (grant.proof.person.nin.is_some() && !grant.proof.eid.asks_for_nin())
}

impl Provider {
    /// Judges a proof.
    pub(in crate::authorize) async fn judge<'a>(
        &self,
        active: ActiveLogin<'a>,
        proof: Proof,
        spent: ConsumedOnce,
    ) -> Result<Decided<'a>, Refusal> {
        let (settings, trace, eid) = (&active.application.settings, active.context.trace, proof.eid);
        let is_enough = settings.accepts(eid, proof.level) && active.issuer.reaches(eid, proof.level);
        let acr = active.wanted.returned_acr(eid, proof.level).filter(|_| is_enough);
        let Some(acr) = acr else {
            let client_id = active.application.client_id.as_str();
            tracing::info!(%trace, cause = Cause::LevelTooLow.id(), client_id, eid = eid.as_str(), "the level is lower than asked");
            return Ok(active.settle(Effect::Trouble {
                eid,
                trouble: Trouble::LevelTooLow,
                spent: Some(spent),
            }));
        };
        let asked = active.wanted.ask(eid, settings.minimum_level).scopes;
        // A trial leaves nothing behind in the browser.
        let session = match active.wanted.trial {
            None => self.new_session(session_of(&active), &proof, asked).await?,
            Some(_) => None,
        };
        let remembered = session.as_ref().map(|_| (proof.clone().without_nin(), asked));
        let grant = self.grant(&active, acr, proof, session.as_ref().map(|it| it.id)).await?;
        let refuse = |cause| Effect::Refuse { cause, trace, spent: Some(spent) };
        if active.wanted.subject.as_ref().is_some_and(|subject| *subject != grant.subject) {
            return Ok(active.settle(refuse(Cause::OtherPerson)));
        }
        if self.admit_person(active.issuer, &grant.subject, active.context).is_err() {
            return Ok(active.settle(refuse(Cause::TooManyRequests)));
        }
        let needs_consent = needs_consent(&active, &grant);
        Ok(active.settle(if needs_consent {
            Effect::AwaitConsent { waiting: Box::new(Waiting { grant, remembered }), spent }
        } else {
            Effect::Grant(Box::new(Granted { grant, paid: spent, session, kind: Kind::Completed }))
        }))
    }
}
