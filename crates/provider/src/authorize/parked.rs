//! Requests that are stored until their login ends: pushed, posted, or too long for cookies.

use authority::SealedColumn;
use crypto::Digest;
use model::{AuthorizationRequest, LOGIN_FOR, Login, Parked, Timestamp};
use store::parked_requests::{self, Origin, ParkedRequest};

use super::active_login::ActiveLogin;
use crate::{
    InternalError, Issuer, Provider, Refusal, RequestContext,
    admission::Stored,
    sealed_layout::{pack, unpack},
};

/// A request that is to wait.
pub(super) struct ToPark<'a> {
    pub(super) wanted: &'a AuthorizationRequest,
    pub(super) origin: Origin,
    pub(super) id: [u8; 32],
    pub(super) expires_at: Timestamp,
}

impl Provider {
    /// Makes the row of a request that waits.
    pub(super) fn parked(
        &self,
        issuer: &Issuer,
        to_park: &ToPark<'_>,
    ) -> Result<ParkedRequest, InternalError> {
        let ToPark { wanted, origin, id, expires_at } = *to_park;
        let digest = Digest::of(&id);
        let plain = pack(wanted)?;
        let column = SealedColumn::ParkedRequest(&digest);
        Ok(ParkedRequest {
            tenant_id: issuer.tenant,
            request_digest: digest,
            domain_id: issuer.domain,
            origin,
            sealed_request: issuer.opened.seal(&self.random, &column, plain.expose()),
            expires_at,
        })
    }

    /// Opens a row of this domain; `None` for another layout.
    pub(super) fn open_parked(
        &self,
        issuer: &Issuer,
        row: &ParkedRequest,
    ) -> Result<Option<AuthorizationRequest>, InternalError> {
        let column = SealedColumn::ParkedRequest(&row.request_digest);
        let plain = issuer.opened.unseal(&column, &row.sealed_request).map_err(InternalError::new)?;
        Ok(unpack(plain.expose()))
    }

    /// Stores what was asked, because it came by POST or takes too much room in cookies.
    pub(super) async fn park(&self, active: &mut ActiveLogin<'_>, origin: Origin) -> Result<(), Refusal> {
        let asked = (&active.wanted, active.login.started_at);
        let parked = self.store_request(active, asked, origin).await?;
        active.login.parked = Some(parked);
        Ok(())
    }

    /// Stores what was asked in a login of the browser that `active` works for.
    pub(super) async fn store_request(
        &self,
        active: &ActiveLogin<'_>,
        (wanted, started_at): (&AuthorizationRequest, Timestamp),
        origin: Origin,
    ) -> Result<Parked, Refusal> {
        let id: [u8; 32] = self.random.bytes();
        let expires_at = started_at.after(LOGIN_FOR);
        let row = self.parked(active.issuer, &ToPark { wanted, origin, id, expires_at })?;
        let stored = Stored { bytes: row.sealed_request.len(), is_authenticated: false };
        self.admit_stored(active.issuer, &active.application, stored, active.context)?;
        self.store.write(move |tx| parked_requests::insert(tx, &row)).await?;
        Ok(Parked { id, application: wanted.application })
    }

    /// Gives what a login's application asked, from the login itself or from where it was stored.
    pub(super) async fn stored_request(
        &self,
        issuer: &Issuer,
        login: &Login,
        context: &RequestContext,
    ) -> Result<Option<AuthorizationRequest>, Refusal> {
        let Some(id) = login.parked.as_ref().map(|it| it.id) else { return Ok(login.wanted.clone()) };
        let (tenant, digest, now) = (issuer.tenant, Digest::of(&id), context.now);
        let row = self.store.read(move |tx| parked_requests::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row.filter(|row| row.domain_id == issuer.domain) else { return Ok(None) };
        Ok(self.open_parked(issuer, &row)?)
    }
}
