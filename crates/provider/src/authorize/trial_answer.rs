//! The answer of a trial: what the application would have had, sealed for whoever began it (docs/adr/0038).

use authority::{ReturnKey, TrialKey};
use crypto::Digest;
use model::{Grant, TenantId, Timestamp, TrialAnswer, TrialLogin, TrialOutcome};
use oidc::AuthorizationResponse;
use store::{StoreError, WriteTx, trials};
use texts::Cause;

use super::{Step, active_login::ActiveLogin};
use crate::{
    InternalError, Issuer, Provider, Refusal, Shown, TraceId, mint::Mint, permitted::permitted_grant,
    trial_tokens::trial_tokens,
};

/// An answer to be written into the trial's row, in the write that spends what the login costs.
pub(super) struct AnswerRow {
    trial: Digest,
    sealed: Vec<u8>,
}

impl AnswerRow {
    /// Writes it; `false` when the trial has an answer, or is over.
    pub(super) fn write(
        &self,
        tx: &mut WriteTx<'_>,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        trials::answer(tx, (tenant, &self.trial), &self.sealed, now)
    }
}

fn trial_error(active: &ActiveLogin<'_>, cause: Cause, trace: TraceId) -> TrialOutcome {
    error_outcome(&active.error_answer(cause, trace), cause)
}

/// What the application would have been told of an error.
pub(super) fn error_outcome(answer: &AuthorizationResponse, cause: Cause) -> TrialOutcome {
    let field = |name| answer.fields.iter().find(|(it, _)| *it == name).map(|(_, value)| value.clone());
    TrialOutcome::Error {
        error: field("error").unwrap_or_default(),
        description: field("error_description").unwrap_or_default(),
        cause: cause.id().to_owned(),
    }
}

/// Where the browser goes after a trial: back to the console with its half of the key, or to a page that says that it is over.
pub(super) fn trial_step(trial: &TrialLogin, application: Shown) -> Step {
    match &trial.returns {
        Some(returns) => {
            let key = ReturnKey::from_bytes(returns.key).text();
            Step::TrialReturns { url: format!("{}?key={}", returns.to, key.expose()) }
        }
        None => Step::TrialOver { application },
    }
}

impl Provider {
    /// The row of what the application would have been given; `None` where this is no trial.
    pub(super) fn trial_grant(
        &self,
        active: &ActiveLogin<'_>,
        grant: &Grant,
    ) -> Result<Option<AnswerRow>, Refusal> {
        let Some(trial) = &active.wanted.trial else { return Ok(None) };
        let (issuer, application) = (active.issuer, active.application.as_ref());
        let mint = Mint { issuer, application, random: &self.random, now: active.context.now };
        // As when a code is redeemed: what was withdrawn meanwhile is left out.
        let granted = permitted_grant(issuer, application, grant.clone());
        let outcome = match granted {
            Some(grant) => trial_tokens(mint, &grant)?,
            None => trial_error(active, Cause::CodeInvalid, active.context.trace),
        };
        self.trial_row(active.issuer, (trial, active.context.trace), outcome).map(Some)
    }

    /// The row of an error that the application would have been sent; `None` where this is no trial.
    pub(super) fn trial_refusal(
        &self,
        active: &ActiveLogin<'_>,
        (cause, trace): (Cause, TraceId),
    ) -> Result<Option<AnswerRow>, Refusal> {
        let Some(trial) = &active.wanted.trial else { return Ok(None) };
        self.trial_row(active.issuer, (trial, trace), trial_error(active, cause, trace)).map(Some)
    }

    /// Seals an answer; `trace` is the request that it tells of.
    pub(super) fn trial_row(
        &self,
        issuer: &Issuer,
        (trial, trace): (&TrialLogin, TraceId),
        outcome: TrialOutcome,
    ) -> Result<AnswerRow, Refusal> {
        let key = TrialKey::from_bytes(trial.key);
        let returned = trial.returns.as_ref().map(|it| ReturnKey::from_bytes(it.key));
        let answer = TrialAnswer { trace: trace.to_string(), outcome };
        let text = serde_json::to_vec(&answer).map_err(InternalError::new)?;
        let sealed = key.seal(&self.random, (issuer.tenant, returned.as_ref()), &text);
        Ok(AnswerRow { trial: key.digest(), sealed })
    }
}
