//! A form of a login that is sent twice gets the same answer twice.
//!
//! On a slow line people press a button again, and the browser shows the second answer. So the answer is kept for a
//! minute, sealed under a secret that only the login's cookie has ([`model::Phase::form_secret`]), and written together
//! with what the form spends. It is given again until its code has been redeemed.

use std::time::Duration;

use authority::SealedColumn;
use crypto::{Digest, SealKey};
use model::{AuthorizationRequest, Login, LoginMethod, Phase};
use serde::{Deserialize, Serialize};
use store::{
    grants,
    kept_answers::{self, KeptAnswer},
};

use super::active_login::{ActiveLogin, SessionToKeep};
use crate::{
    InternalError, Issuer, Provider, Refusal, RequestContext, SessionCookie,
    sealed_layout::{Layout, pack, unpack},
};

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// How a form was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FormAnswer {
    /// Back to the application with this code.
    Code(String),
    /// Back to the application with the error of a cause, by its id, that the log knows by this trace.
    Error { cause: String, trace: [u8; 16] },
    /// On to where the login stands now.
    Show,
    /// The trial has been answered.
    Tried,
}

/// What is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) answer: FormAnswer,
    pub(super) login: Login,
    pub(super) wanted: AuthorizationRequest,
    /// The eID and value of a new session's cookie, and whether it also comes from frames.
    pub(super) session: Option<(LoginMethod, String, bool)>,
}

impl Layout for Kept {
    const VERSION: u8 = 4;
}

/// `sent`: what was sent, so that another decision is no repetition.
fn opening(issuer: &Issuer, secret: &[u8; 32], sent: &str) -> (Digest, SealKey, Vec<u8>) {
    let digest = Digest::of(&[b"kept answer ".as_slice(), secret, sent.as_bytes()].concat());
    let place = issuer.context(&SealedColumn::KeptAnswer(&digest));
    (digest, SealKey::derive(secret, "kept answer"), place)
}

impl Provider {
    /// The row of an answer to the form that was sent, to be written with what the form spends; `None` where none was
    /// sent. `after`: where the login stands once it has been answered.
    pub(super) fn kept_answer(
        &self,
        active: &ActiveLogin<'_>,
        answer: FormAnswer,
        after: &Phase,
        session: Option<&SessionToKeep>,
    ) -> Result<Option<KeptAnswer>, InternalError> {
        let (Some(secret), Some(sent)) = (active.login.phase.form_secret(), &active.sent) else {
            return Ok(None);
        };
        let (digest, seal, place) = opening(active.issuer, &secret, sent);
        let session = session.map(|it| (it.session.eid, it.session.value.clone(), it.framed));
        let login = Login { phase: after.clone(), ..active.login.clone() };
        let kept = Kept { answer, login, wanted: active.wanted.clone(), session };
        Ok(Some(KeptAnswer {
            tenant_id: active.issuer.tenant,
            form_digest: digest,
            domain_id: active.issuer.domain,
            sealed_answer: seal.seal(&self.random, &place, pack(&kept)?.expose()),
            expires_at: active.context.now.after(KEPT_FOR),
        }))
    }

    /// The answer that is kept for a form, while it may be given again.
    pub(super) async fn find_kept(
        &self,
        issuer: &Issuer,
        (phase, sent): (&Phase, &str),
        context: &RequestContext,
    ) -> Result<Option<Kept>, Refusal> {
        let Some(secret) = phase.form_secret() else { return Ok(None) };
        let (digest, seal, place) = opening(issuer, &secret, sent);
        let (tenant, now) = (issuer.tenant, context.now);
        let row = self.store.read(move |tx| kept_answers::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row.filter(|row| row.domain_id == issuer.domain) else { return Ok(None) };
        let plain = seal.open(&place, &row.sealed_answer).map_err(InternalError::new)?;
        let Some(kept) = unpack::<Kept>(plain.expose()) else { return Ok(None) };
        // After a logout another person may be using the browser.
        if let Some((eid, value, _)) = &kept.session {
            let cookie = SessionCookie { eid: *eid, value: value.clone() };
            if self.open_session(issuer, &cookie, context).await?.is_none() {
                return Ok(None);
            }
        }
        if let FormAnswer::Code(code) = &kept.answer {
            let digest = Digest::of(code.as_bytes());
            let grant = self.store.read(move |tx| grants::find_by_code(tx, tenant, &digest)).await?;
            let is_good = grant.is_some_and(|it| {
                it.code_used_at.is_none() && it.revoked_at.is_none() && now < it.code_expires_at
            });
            return Ok(is_good.then_some(kept));
        }
        Ok(Some(kept))
    }
}
