//! Trying a login in an application's place.

use authority::{Permission, Permit, ReturnKey, TrialKey};
use changes::trials::{NewTrial, begin};
use model::{ApplicationId, DomainId, Timestamp, TrialAnswer};
use store::trials;

use crate::{Console, Refusal};

/// A trial as it is shown to whoever has its key.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialView {
    /// Where the login happens.
    pub domain: DomainId,
    /// In whose place.
    pub application: ApplicationId,
    /// What is asked for; `None` lets the person choose.
    pub acr_values: Option<String>,
    /// Separated by spaces.
    pub scope: String,
    /// When it is over.
    pub expires_at: Timestamp,
    /// Whether the login has ended.
    pub is_over: bool,
    /// What the application would have been told, once the login has ended and where it can be opened.
    pub answer: Option<TrialAnswer>,
}

impl Console {
    /// Begins a trial. `ISSUER/trial/KEY` is the address of its login for ten minutes, and the key opens the answer.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn begin_trial(
        &self,
        permit: &Permit,
        new: NewTrial,
        now: Timestamp,
    ) -> Result<TrialKey, Refusal> {
        let key = TrialKey::new(permit.tenant(Permission::RunTrials)?.random());
        let (permit, made) = (permit.clone(), key.clone());
        self.store.write(move |tx| begin(tx, &permit, (&new, &made), now)).await?;
        Ok(key)
    }

    /// Looks at a trial without taking its answer; `None`: its time is over. `returned`: what the browser brought back from it.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn trial(
        &self,
        permit: &Permit,
        (key, returned): (&TrialKey, Option<&ReturnKey>),
        now: Timestamp,
    ) -> Result<Option<TrialView>, Refusal> {
        let (tenant, digest) = (permit.tenant(Permission::RunTrials)?.id, key.digest());
        let Some(row) = self.store.read(move |tx| trials::find(tx, tenant, &digest, now)).await? else {
            return Ok(None);
        };
        let answer = match &row.sealed_answer {
            // Not yet brought back, or by another browser.
            Some(_) if row.returns_to.is_some() && returned.is_none() => None,
            Some(sealed) => match key.open((tenant, returned), sealed) {
                Some(opened) => {
                    Some(serde_json::from_slice(opened.expose()).map_err(|_| trials::unreadable())?)
                }
                None if returned.is_some() => None,
                None => return Err(trials::unreadable().into()),
            },
            None => None,
        };
        Ok(Some(TrialView {
            domain: row.domain_id,
            application: row.application_id,
            acr_values: row.acr_values,
            scope: row.scope,
            expires_at: row.expires_at,
            is_over: row.sealed_answer.is_some(),
            answer,
        }))
    }

    /// Takes the answer of a trial, once there is one; the trial is gone with it.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn take_trial_answer(
        &self,
        permit: &Permit,
        key: &TrialKey,
        now: Timestamp,
    ) -> Result<Option<TrialAnswer>, Refusal> {
        let (tenant, digest) = (permit.tenant(Permission::RunTrials)?.id, key.digest());
        let row = self.store.read(move |tx| trials::find(tx, tenant, &digest, now)).await?;
        let Some(sealed) = row.and_then(trials::Trial::into_answer) else { return Ok(None) };
        let answer = key.open((tenant, None), &sealed).ok_or_else(trials::unreadable)?;
        let answer = serde_json::from_slice(answer.expose()).map_err(|_| trials::unreadable())?;
        // What cannot be removed now expires by itself; the answer is not lost for it.
        let _ = self.store.write(move |tx| trials::remove(tx, tenant, &digest)).await;
        Ok(Some(answer))
    }

    /// Gives a trial up: its link leads nowhere from then on.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn give_up_trial(&self, permit: &Permit, key: &TrialKey) -> Result<(), Refusal> {
        let (tenant, digest) = (permit.tenant(Permission::RunTrials)?.id, key.digest());
        Ok(self.store.write(move |tx| trials::remove(tx, tenant, &digest)).await?)
    }
}
