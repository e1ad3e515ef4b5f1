//! Trials: an administrator logs in, in an application's place (docs/adr/0038).

use std::time::Duration;

use authority::{Permission, Permit, TrialKey};
use model::{Action, ApplicationId, DomainId, Timestamp};
use serde_json::json;
use store::{
    WriteTx,
    trials::{self, Trial},
};

use crate::Refusal;

/// How long a trial waits for its login.
pub const TRIAL_FOR: Duration = Duration::from_secs(10 * 60);

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct NewTrial {
    /// Where the login happens.
    pub domain: DomainId,
    /// In whose place.
    pub application: ApplicationId,
    /// As in an authorization request; `None` lets the person choose.
    pub acr_values: Option<String>,
    /// Separated by spaces.
    pub scope: String,
    /// Where the browser brings the other half of the answer's key, absolute; `None`: the key in the link suffices.
    pub returns_to: Option<String>,
}

/// Makes a trial; `key` opens its answer.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn begin(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (new, key): (&NewTrial, &TrialKey),
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::RunTrials)?;
    let row = Trial {
        tenant_id: tenant.id,
        trial_digest: key.digest(),
        domain_id: new.domain,
        application_id: new.application,
        acr_values: new.acr_values.clone(),
        scope: new.scope.clone(),
        sealed_answer: None,
        expires_at: now.after(TRIAL_FOR),
        returns_to: new.returns_to.clone(),
    };
    trials::insert(tx, &row)?;
    let details = json!({"scope": new.scope, "acr_values": new.acr_values});
    let object = format!("application {}", new.application);
    Ok(permit.record(Action::TrialBegun, object, &details, now).append(tx)?)
}
