//! Between proof and code: the proved person waits in a row while they decide, sealed under a key that only the cookie has.
//! The code is minted on consent, so it never ages while somebody reads.

use authority::SealedColumn;
use crypto::{Digest, SealKey};
use model::{Grant, LOGIN_FOR, Proof};
use oidc::Scopes;
use serde::{Deserialize, Serialize};
use store::awaiting_consents::{self, AwaitingConsent};

use super::active_login::ActiveLogin;
use crate::{
    InternalError, Issuer, Provider, Refusal,
    sealed_layout::{Layout, pack, unpack},
};

/// What waits in the row.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) grant: Grant,
    /// What was proved and asked for, where the browser shall be remembered: only who agrees is.
    pub(super) remembered: Option<(Proof, Scopes)>,
}

impl Layout for Waiting {
    const VERSION: u8 = 5;
}

fn opening(issuer: &Issuer, key: &[u8; 32]) -> (Digest, SealKey, Vec<u8>) {
    let digest = Digest::of(key);
    let place = issuer.context(&SealedColumn::AwaitingConsent(&digest));
    (digest, SealKey::derive(key, "awaiting consent"), place)
}

impl Provider {
    /// The row in which a proved person waits until their login expires.
    pub(super) fn waiting_row(
        &self,
        active: &ActiveLogin<'_>,
        key: &[u8; 32],
        waiting: &Waiting,
    ) -> Result<AwaitingConsent, InternalError> {
        let (digest, seal, place) = opening(active.issuer, key);
        let plain = pack(waiting)?;
        Ok(AwaitingConsent {
            tenant_id: active.issuer.tenant,
            consent_digest: digest,
            domain_id: active.issuer.domain,
            sealed_proof: seal.seal(&self.random, &place, plain.expose()),
            expires_at: active.login.started_at.after(LOGIN_FOR),
        })
    }

    /// Who waits behind this key, and what the row is spent by; `None` once somebody has decided.
    pub(super) async fn find_waiting(
        &self,
        active: &ActiveLogin<'_>,
        key: &[u8; 32],
    ) -> Result<Option<(Waiting, Digest)>, Refusal> {
        let (digest, seal, place) = opening(active.issuer, key);
        let (tenant, now) = (active.issuer.tenant, active.context.now);
        let row = self.store.read(move |tx| awaiting_consents::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row else { return Ok(None) };
        let plain = seal.open(&place, &row.sealed_proof).map_err(InternalError::new)?;
        Ok(unpack::<Waiting>(plain.expose()).map(|waiting| (waiting, digest)))
    }
}
