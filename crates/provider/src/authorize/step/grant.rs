//! What a login grants.

use model::{Acr, Grant, Proof, SessionId};
use oidc::Scope;

use super::super::active_login::Work;
use crate::{Provider, Refusal, session::sid};

impl Provider {
    /// Puts together what this login grants, cut down to what the application may see.
    pub(in crate::authorize) async fn grant(
        &self,
        work: &Work<'_>,
        acr: Acr,
        mut proof: Proof,
        session: Option<SessionId>,
    ) -> Result<Grant, Refusal> {
        let subject = self.subject(work, &proof).await?;
        let asked = work.wanted.asked_acr(proof.eid, proof.level).unwrap_or(acr);
        if work.application.settings.is_compatible() {
            proof = model::compatible::cut(proof, work.wanted.scopes);
        } else {
            proof.person = proof.person.only(work.wanted.scopes, &work.wanted.claims);
            if !work.wanted.scopes.has(Scope::EidSubject) {
                proof.stable_id.clear();
            }
        }
        Ok(Grant {
            redirect_uri: work.wanted.redirect_uri.clone(),
            challenge: work.wanted.challenge,
            nonce: work.wanted.nonce.clone(),
            scopes: work.wanted.scopes,
            claims: work.wanted.claims.clone(),
            subject,
            session_id: sid(session, self),
            login: work.name.clone(),
            acr,
            asked,
            auth_time_was_asked: work.wanted.wants_auth_time(),
            proof,
            granted_at: work.call.now,
        })
    }
}
