//! The answer to the application: a code, or why not.

use crypto::{Digest, b64};
use model::{Acr, Grant, Phase, Proof, Sector, SubjectOf, TenantId, Timestamp, Trouble, derive_subject};
use oidc::{AuthorizationResponse, ErrorCode, Scope};
use store::{StoreError, WriteTx, awaiting_consents, grants, parked_requests, spent_values};

use super::{Step, Turn, jar::LOGIN_FOR, request::Refused, start::Work};
use crate::{
    Fault, Provider, Refusal, TraceId,
    mint::{MintedCode, mint_code},
};

/// A state to spend, and until when that must be remembered.
pub(crate) type Spent = (Digest, Timestamp);

/// What a code is paid with; spent in the write that inserts the code.
pub(crate) enum Paid {
    /// The upstream state.
    State(Spent),
    /// The row in which the proved person waited.
    Consent(Digest),
}

/// Spends an upstream state; `false` when it had been spent.
pub(crate) fn spend(
    tx: &mut WriteTx<'_>,
    tenant: TenantId,
    (digest, expires_at): &Spent,
) -> Result<bool, StoreError> {
    spent_values::consume(tx, tenant, "upstream_state", digest, *expires_at)
}

/// What the application is told of trouble. Spec: the public contract, "What the application is told"
pub(crate) const fn error_of(trouble: Trouble) -> Refused {
    match trouble {
        Trouble::EidDown => (ErrorCode::TemporarilyUnavailable, "the eID cannot be reached"),
        Trouble::EidSlow => (ErrorCode::TemporarilyUnavailable, "time ran out at the eID"),
        Trouble::EidInvalidAnswer => (ErrorCode::ServerError, "the eID gave an invalid answer"),
        Trouble::LevelTooLow => {
            (ErrorCode::UnmetAuthenticationRequirements, "the person proved a lower level than was asked")
        }
        Trouble::SourceMisconfigured => {
            (ErrorCode::ServerError, "the identity source is not set up correctly")
        }
    }
}

impl Provider {
    /// Puts together what this login grants, cut down to what the application may see.
    pub(crate) fn grant(&self, work: &Work<'_>, acr: Acr, mut proof: Proof) -> Result<Grant, Fault> {
        let issuer = work.issuer;
        let of = match work.application.settings.sector {
            Sector::Tenant => SubjectOf::Tenant(issuer.tenant),
            Sector::Application => SubjectOf::Application(work.application.id),
        };
        let key = issuer.subject_keys.get(&proof.environment);
        let key =
            key.ok_or_else(|| Fault::new(format!("no subject key for {}", proof.environment.as_str())))?;
        proof.person = proof.person.only(work.wanted.scopes, &work.wanted.claims);
        let subject = derive_subject(key, of, proof.eid, &proof.stable_id);
        if !work.wanted.scopes.has(Scope::EidSubject) {
            proof.stable_id.clear();
        }
        Ok(Grant {
            redirect_uri: work.wanted.redirect_uri.clone(),
            challenge: work.wanted.challenge,
            nonce: work.wanted.nonce.clone(),
            scopes: work.wanted.scopes,
            claims: work.wanted.claims.clone(),
            subject,
            session_id: b64::encode(&self.random.bytes::<16>()),
            acr,
            proof,
            granted_at: work.call.now,
        })
    }

    /// Spends what the code costs, inserts it, and answers.
    pub(crate) async fn answer_code(
        &self,
        mut work: Work<'_>,
        grant: &Grant,
        paid: Paid,
    ) -> Result<Turn, Refusal> {
        let MintedCode { code, row } =
            mint_code(work.issuer, &work.application, grant, &self.random, work.call.now)?;
        let (tenant, now) = (work.issuer.tenant, work.call.now);
        let parked = work.login.parked.map(|id| Digest::of(&id));
        let first = self
            .store
            .write(move |tx| {
                let mut first = match &paid {
                    Paid::State(spent) => spend(tx, tenant, spent)?,
                    Paid::Consent(digest) => awaiting_consents::consume(tx, tenant, digest, now)?.is_some(),
                };
                if let Some(digest) = parked {
                    first = first && parked_requests::consume(tx, tenant, &digest, now)?.is_some();
                }
                if first {
                    grants::insert(tx, &row)?;
                }
                Ok::<_, StoreError>(first)
            })
            .await?;
        if !first {
            return Ok(work.over());
        }
        self.tally.login(grant.proof.eid, "finished");
        work.login.phase = Phase::Over;
        let wanted = &work.wanted;
        let answer = AuthorizationResponse::code(
            wanted.redirect_uri.clone(),
            wanted.response_mode,
            code.expose(),
            wanted.state.clone(),
            work.issuer.url(),
        );
        self.turn(work, Step::Answer(answer)).await
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
        refused: Refused,
    ) -> Result<Turn, Refusal> {
        if let Some(spent) = spent {
            if !self.spend_state(&work, spent).await? {
                return Ok(work.over());
            }
            work.login.phase = Phase::Choosing;
        }
        self.answer_error(work, refused).await
    }

    /// Answers with an error; the login is over. A parked request is spent with it.
    pub(crate) async fn answer_error(&self, work: Work<'_>, refused: Refused) -> Result<Turn, Refusal> {
        let trace = work.call.trace;
        self.answer_error_of(work, refused, trace).await
    }

    /// Spends what this login could still be answered with: its stored request, the state that it left with, the
    /// proof that waits. A login has one answer.
    async fn spend_the_rest(&self, work: &Work<'_>) -> Result<(), Refusal> {
        let parked = work.login.parked.map(|id| Digest::of(&id));
        let (state, consent) = match &work.login.phase {
            Phase::AtEid { memo, .. } => (Some(Digest::of(&memo.state)), None),
            Phase::Consent { key } => (None, Some(Digest::of(key))),
            Phase::Choosing | Phase::Trouble { .. } | Phase::Over => (None, None),
        };
        if parked.is_none() && state.is_none() && consent.is_none() {
            return Ok(());
        }
        let (tenant, now) = (work.issuer.tenant, work.call.now);
        let until = work.login.started_at.after(LOGIN_FOR);
        let spent = self.store.write(move |tx| {
            if let Some(digest) = parked {
                parked_requests::consume(tx, tenant, &digest, now)?;
            }
            if let Some(digest) = state {
                spend(tx, tenant, &(digest, until))?;
            }
            if let Some(digest) = consent {
                awaiting_consents::consume(tx, tenant, &digest, now)?;
            }
            Ok::<_, StoreError>(())
        });
        Ok(spent.await?)
    }

    /// Answers with an error that happened in an earlier request, by whose trace the log knows it.
    pub(crate) async fn answer_error_of(
        &self,
        mut work: Work<'_>,
        (code, description): Refused,
        trace: TraceId,
    ) -> Result<Turn, Refusal> {
        self.spend_the_rest(&work).await?;
        let wanted = &work.wanted;
        let answer = AuthorizationResponse::error(
            wanted.redirect_uri.clone(),
            wanted.response_mode,
            (code, format!("{description} (trace {trace})")),
            wanted.state.clone(),
            work.issuer.url(),
        );
        work.login.phase = Phase::Over;
        self.turn(work, Step::Answer(answer)).await
    }
}
