//! What a login grants.

use model::{Acr, Grant, Proof, SessionId};
use oidc::Scope;

use super::super::active_login::ActiveLogin;
use crate::{
    Provider, Refusal,
    session::{SessionOf, sid},
};

/// What a browser session of this login is made with.
pub(super) fn session_of<'a>(active: &'a ActiveLogin<'_>) -> SessionOf<'a> {
    SessionOf {
        issuer: active.issuer,
        application: &active.application,
        brought: &active.sessions,
        now: active.context.now,
    }
}

impl Provider {
    /// Puts together what this login grants, cut down to what the application may see.
    pub(in crate::authorize) async fn grant(
        &self,
        active: &ActiveLogin<'_>,
        acr: Acr,
        mut proof: Proof,
        session: Option<SessionId>,
    ) -> Result<Grant, Refusal> {
        let subject = self.subject(active, &proof).await?;
        let asked = active.wanted.asked_acr(proof.eid, proof.level).unwrap_or(acr);
        if active.application.settings.is_compatible() {
            proof = model::compatible::cut(proof, active.wanted.scopes);
        } else {
            proof.person = proof.person.only(active.wanted.scopes, &active.wanted.claims);
            if !active.wanted.scopes.has(Scope::EidSubject) {
                proof.stable_id.clear();
            }
        }
        Ok(Grant {
            redirect_uri: active.wanted.redirect_uri.clone(),
            challenge: active.wanted.challenge,
            nonce: active.wanted.nonce.clone(),
            scopes: active.wanted.scopes,
            claims: active.wanted.claims.clone(),
            subject,
            session_id: sid(session, self),
            login: active.name.clone(),
            acr,
            asked,
            auth_time_was_asked: active.wanted.wants_auth_time(),
            proof,
            granted_at: active.context.now,
        })
    }
}
