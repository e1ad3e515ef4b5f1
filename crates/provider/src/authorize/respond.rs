//! The answer to the application: a code, or why not.

use crypto::Digest;
use model::{Acr, Grant, Phase, Proof, SessionId, TenantId, Timestamp, Trouble};
use oidc::Scope;
use store::{
    StoreError, WriteTx, awaiting_consents, browser_sessions, grants,
    kept_answers::{self, KeptAnswer},
    login_events::Kind,
    parked_requests, spent_values,
};
use texts::Cause;

use super::{CookieChange, Step, Turn, jar::LOGIN_FOR, kept_answer::FormAnswer, start::Work};
use crate::{
    Provider, Refusal, Refused, TraceId,
    mint::{MintedCode, mint_code},
    session::{NewSession, sid},
};

/// A state to spend, and until when that must be remembered.
pub(crate) type Spent = (Digest, Timestamp);

/// What a code is paid with; spent in the write that inserts the code.
pub(crate) enum Paid {
    /// The upstream state.
    State(Spent),
    /// The row in which the proved person waited.
    Consent(Digest),
    /// The browser session that answers, and until when it may rest after that.
    Session(Digest, Timestamp),
}

/// Spends an upstream state; `false` when it had been spent.
pub(crate) fn spend(
    tx: &mut WriteTx<'_>,
    tenant: TenantId,
    (digest, expires_at): &Spent,
) -> Result<bool, StoreError> {
    spent_values::consume(tx, tenant, "upstream_state", digest, *expires_at)
}

/// The entry of the catalogue for trouble at an eID.
pub(crate) const fn cause_of(trouble: Trouble) -> Cause {
    match trouble {
        Trouble::EidDown => Cause::EidDown,
        Trouble::EidSlow => Cause::EidSlow,
        Trouble::EidInvalidAnswer => Cause::EidInvalidAnswer,
        Trouble::LevelTooLow => Cause::LevelTooLow,
        Trouble::SourceMisconfigured => Cause::SourceMisconfigured,
        Trouble::EidSwitchedOff => Cause::EidSwitchedOff,
    }
}

impl Provider {
    /// Puts together what this login grants, cut down to what the application may see.
    pub(crate) async fn grant(
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

    /// Spends what the code costs, inserts it with the session that the proof makes, and answers. Gives the login back
    /// when it had been spent.
    pub(crate) async fn pay_for_code<'a>(
        &self,
        mut work: Work<'a>,
        grant: &Grant,
        paid: Paid,
        (session, kind): (Option<NewSession>, Kind),
    ) -> Result<Result<Turn, Work<'a>>, Refusal> {
        let MintedCode { code, row } =
            mint_code(work.issuer, &work.application, grant, &self.random, work.call.now)?;
        let (tenant, now) = (work.issuer.tenant, work.call.now);
        let parked = work.login.parked.as_ref().map(|it| Digest::of(&it.id));
        let rows = session.as_ref().map(NewSession::rows);
        let over = Phase::Over { answer: work.login.phase.form_secret() };
        let session = session.map(|it| CookieChange::SetSession { session: it.cookie, framed: it.framed });
        let answer = FormAnswer::Code(code.expose().clone());
        let kept = self.kept_answer(&work, answer, &over, session.as_ref())?;
        let first = self.store.write(move |tx| {
            let mut first = match &paid {
                Paid::State(spent) => spend(tx, tenant, spent)?,
                Paid::Consent(digest) => awaiting_consents::consume(tx, tenant, digest, now)?.is_some(),
                Paid::Session(digest, idle_until) => {
                    browser_sessions::touch(tx, tenant, digest, *idle_until, now)?
                }
            };
            if let Some(digest) = parked {
                first = first && parked_requests::consume(tx, tenant, &digest, now)?.is_some();
            }
            if first {
                grants::insert(tx, &row)?;
                kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
                if let Some(rows) = &rows {
                    rows.write(tx)?;
                }
            }
            Ok::<_, StoreError>(first)
        });
        if !first.await? {
            return Ok(Err(work));
        }
        self.tally.login(grant.proof.eid, "finished");
        self.note_of(&work, kind, Some(grant.proof.eid), None);
        work.login.phase = over;
        work.kept = session;
        let answer = work.code_answer(code.expose());
        self.turn(work, Step::Answer(answer)).await.map(Ok)
    }

    /// The same for a login that ends when it had been spent.
    pub(crate) async fn answer_code(
        &self,
        work: Work<'_>,
        grant: &Grant,
        paid: Paid,
        session: Option<NewSession>,
    ) -> Result<Turn, Refusal> {
        match self.pay_for_code(work, grant, paid, (session, Kind::Completed)).await? {
            Ok(turn) => Ok(turn),
            Err(work) => self.answer_again(work).await,
        }
    }

    /// Spends the state on its own, where nothing is minted.
    pub(crate) async fn spend_state(&self, work: &Work<'_>, spent: Spent) -> Result<bool, Refusal> {
        let tenant = work.issuer.tenant;
        Ok(self.store.write(move |tx| spend(tx, tenant, &spent)).await?)
    }

    /// Ends a login that came back from the eID with an error; unless its state had been spent.
    pub(crate) async fn end(
        &self,
        mut work: Work<'_>,
        spent: Option<Spent>,
        cause: Cause,
    ) -> Result<Turn, Refusal> {
        if let Some(spent) = spent {
            if !self.spend_state(&work, spent).await? {
                return Ok(work.over());
            }
            work.login.phase = Phase::Choosing;
        }
        self.answer_error(work, cause).await
    }

    /// Answers with an error; the login is over. A parked request is spent with it.
    pub(crate) async fn answer_error(&self, work: Work<'_>, cause: Cause) -> Result<Turn, Refusal> {
        let trace = work.call.trace;
        self.answer_error_of(work, cause, trace).await
    }

    /// Spends what this login could still be answered with: its stored request, the state that it left with, the
    /// proof that waits. A login has one answer: `false` when the proof had been spent by another decision.
    async fn spend_the_rest(&self, work: &Work<'_>, kept: Option<KeptAnswer>) -> Result<bool, Refusal> {
        let parked = work.login.parked.as_ref().map(|it| Digest::of(&it.id));
        let (state, consent) = match &work.login.phase {
            Phase::AtEid { memo, .. } => (Some(Digest::of(&memo.state)), None),
            Phase::Consent { key } => (None, Some(Digest::of(key))),
            Phase::Choosing | Phase::Trouble { .. } | Phase::Over { .. } => (None, None),
        };
        if parked.is_none() && state.is_none() && consent.is_none() {
            return Ok(true);
        }
        let (tenant, now) = (work.issuer.tenant, work.call.now);
        let until = work.login.started_at.after(LOGIN_FOR);
        let spent = self.store.write(move |tx| {
            let first = match (state, consent) {
                (_, Some(digest)) => awaiting_consents::consume(tx, tenant, &digest, now)?.is_some(),
                (Some(digest), None) => spend(tx, tenant, &(digest, until))?,
                (None, None) => true,
            };
            if let Some(digest) = parked {
                parked_requests::consume(tx, tenant, &digest, now)?;
            }
            if first {
                kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
            }
            Ok::<_, StoreError>(first || consent.is_none())
        });
        Ok(spent.await?)
    }

    /// Answers with an error that happened in an earlier request, by whose trace the log knows it.
    pub(crate) async fn answer_error_of(
        &self,
        mut work: Work<'_>,
        cause: Cause,
        trace: TraceId,
    ) -> Result<Turn, Refusal> {
        let over = Phase::Over { answer: work.login.phase.form_secret() };
        let answer = FormAnswer::Error { cause: cause.id().to_owned(), trace: trace.bytes() };
        let kept = self.kept_answer(&work, answer, &over, None)?;
        if !self.spend_the_rest(&work, kept).await? {
            return self.answer_again(work).await;
        }
        let declined =
            matches!(cause, Cause::PersonWentBack | Cause::PersonCancelled | Cause::ConsentRefused);
        let kind = if declined { Kind::Declined } else { Kind::Failed };
        self.note_of(&work, kind, None, Some(cause));
        let answer = work.error_answer(cause, trace);
        work.login.phase = over;
        let refused = Refused { cause, client_id: Some(work.application.client_id.clone()) };
        self.turn(work, Step::Refuse(answer, refused)).await
    }
}
