//! Between proof and code: the person is asked whether the application may see what it asked for.
//!
//! The proved person waits in a row, sealed under a key that only the cookie has. The code is minted on
//! consent, so it never ages while somebody reads.

use crypto::{Digest, SealKey, b64};
use model::{Grant, Phase, Proof, scopes_of_named};
use oidc::{Scope, Scopes};
use serde::{Deserialize, Serialize};
use store::{
    awaiting_consents::{self, AwaitingConsent},
    kept_answers,
    login_events::Kind,
};
use texts::Cause;

use super::{
    Brought, ConsentAsk, SharedClaim, Step, Turn,
    jar::{Jar, LOGIN_FOR},
    kept_answer::FormAnswer,
    respond::{Paid, Spent, spend},
    start::Work,
};
use crate::{
    Call, Fault, Issuer, Provider, Refusal,
    packed::{Layout, pack, unpack},
    permitted::permitted_grant,
    session::sid,
};

/// What waits in the row.
#[derive(Serialize, Deserialize)]
struct Waiting {
    grant: Grant,
    /// What was proved and asked for, where the browser shall be remembered: only who agrees is.
    remembered: Option<(Proof, Scopes)>,
}

impl Layout for Waiting {
    const VERSION: u8 = 4;
}

/// Asked for by the application, or for the national identity number where the eID has not asked itself.
pub(crate) fn is_needed(work: &Work<'_>, grant: &Grant) -> bool {
    // The person was cut down to what may be released, so a number that is there will be.
    work.wanted.prompt.consent || (grant.proof.person.nin.is_some() && !grant.proof.eid.asks_for_nin())
}

/// What the page lists: what the application asked for, whether by scope or by name.
pub(crate) fn consent_ask(work: &Work<'_>) -> ConsentAsk {
    let wanted = &work.wanted;
    // The same rules that will release the claims, so nothing is released that was not listed.
    let (asked, birthdate): (Scopes, Scope) = if work.application.settings.is_compatible() {
        let given = wanted.eids().into_iter().map(|eid| model::compatible::given(eid, wanted.scopes));
        let later = wanted.scopes.iter().filter(|scope| *scope == Scope::OfflineAccess);
        (given.flat_map(Scopes::iter).chain(later).collect(), Scope::Birthdate)
    } else {
        (wanted.scopes.iter().chain(scopes_of_named(&wanted.claims)).collect(), Scope::Profile)
    };
    let rows = [
        (SharedClaim::Nin, Scope::Nin),
        (SharedClaim::Name, Scope::Profile),
        (SharedClaim::Birthdate, birthdate),
        (SharedClaim::Email, Scope::Email),
        (SharedClaim::Phone, Scope::Phone),
        (SharedClaim::Address, Scope::Address),
        (SharedClaim::EidSubject, Scope::EidSubject),
        (SharedClaim::OfflineAccess, Scope::OfflineAccess),
    ];
    let shared = rows.into_iter().filter(|(_, scope)| asked.has(*scope));
    ConsentAsk {
        login: work.name.clone(),
        application: work.application.name.clone(),
        shared: shared.map(|(kind, _)| kind).collect(),
    }
}

fn opening(issuer: &Issuer, key: &[u8; 32]) -> (Digest, SealKey, Vec<u8>) {
    let digest = Digest::of(key);
    let place = issuer.place("awaiting_consents", "sealed_proof", &b64::encode(digest.as_bytes()));
    (digest, SealKey::derive(key, "awaiting consent"), place)
}

impl Provider {
    /// Puts the proved person aside; spends the state.
    pub(crate) async fn await_consent(
        &self,
        mut work: Work<'_>,
        grant: Grant,
        (spent, remembered): (Spent, Option<(Proof, Scopes)>),
    ) -> Result<Turn, Refusal> {
        let key: [u8; 32] = self.random.bytes();
        let (digest, seal, place) = opening(work.issuer, &key);
        let eid = grant.proof.eid;
        let plain = pack(&Waiting { grant, remembered })?;
        let row = AwaitingConsent {
            tenant_id: work.issuer.tenant,
            consent_digest: digest,
            domain_id: work.issuer.domain,
            sealed_proof: seal.seal(&self.random, &place, plain.expose()),
            expires_at: work.login.started_at.after(LOGIN_FOR),
        };
        let tenant = work.issuer.tenant;
        let phase = Phase::Consent { key };
        let kept = self.kept_answer(&work, FormAnswer::Show, &phase, None)?;
        let first = self
            .store
            .write(move |tx| {
                let first = spend(tx, tenant, &spent)?;
                if first {
                    awaiting_consents::insert(tx, &row)?;
                    kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
                }
                Ok::<_, store::StoreError>(first)
            })
            .await?;
        if !first {
            return self.answer_again(work).await;
        }
        self.note_of(&work, Kind::Proved, Some(eid), None);
        work.login.phase = phase;
        let login = work.name.clone();
        self.turn(work, Step::Show { login }).await
    }

    /// Takes the person's decision.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn decide_consent(
        &self,
        issuer: &Issuer,
        (login, agreed): (&str, bool),
        brought: &Brought,
        call: &Call,
    ) -> Result<Turn, Refusal> {
        let jar = Jar::open(issuer, brought, call.now);
        let Some(opened) = jar.find(login).cloned() else {
            return self.lost(issuer, (&jar, login), call).await;
        };
        let sent = if agreed { "allow" } else { "deny" };
        let Some(mut work) = self.take_up(issuer, &opened, jar, call).await? else {
            return self.answer_gone_again(issuer, (opened, sent), brought, call).await;
        };
        work.sent = Some(sent.to_owned());
        let key = match work.login.phase {
            Phase::Consent { key } => key,
            Phase::Over { .. } => return self.answer_again(work).await,
            _ => return self.next_step(work).await,
        };
        let (digest, seal, place) = opening(issuer, &key);
        let (tenant, now) = (issuer.tenant, call.now);
        let row = self.store.read(move |tx| awaiting_consents::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row else { return self.answer_again(work).await };
        let plain = seal.open(&place, &row.sealed_proof).map_err(Fault::new)?;
        let Some(waiting) = unpack::<Waiting>(plain.expose()) else { return Ok(work.over()) };
        let Waiting { mut grant, remembered } = waiting;
        grant.granted_at = now;
        if agreed {
            let Some(permitted) = permitted_grant(issuer, &work.application, grant) else {
                return self.answer_error(work, Cause::EidNoLongerAllowed).await;
            };
            grant = permitted;
            let session = match &remembered {
                Some((proof, asked)) => {
                    let of = (issuer, work.application.as_ref());
                    self.new_session(of, (proof, *asked), &work.jar.sessions, call).await?
                }
                None => None,
            };
            grant.session_id = sid(session.as_ref().map(|it| it.id), self);
            return self.answer_code(work, &grant, Paid::Consent(digest), session).await;
        }
        self.answer_error(work, Cause::ConsentRefused).await
    }
}
