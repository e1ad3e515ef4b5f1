//! Requests that are stored until their login ends: pushed, posted, or too long for cookies.

use authority::SealedColumn;
use crypto::Digest;
use model::{Login, Parked, Timestamp, Wanted};
use store::parked_requests::{self, Origin, ParkedRequest};

use super::{active_login::Work, jar::LOGIN_FOR};
use crate::{
    Call, Fault, Issuer, Provider, Refusal,
    packed::{pack, unpack},
};

impl Provider {
    /// Makes the row of a request that waits.
    pub(super) fn parked(
        &self,
        issuer: &Issuer,
        (wanted, origin): (&Wanted, Origin),
        id: &[u8; 32],
        expires_at: Timestamp,
    ) -> Result<ParkedRequest, Fault> {
        let digest = Digest::of(id);
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
    pub(super) fn open_parked(&self, issuer: &Issuer, row: &ParkedRequest) -> Result<Option<Wanted>, Fault> {
        let column = SealedColumn::ParkedRequest(&row.request_digest);
        let plain = issuer.opened.unseal(&column, &row.sealed_request).map_err(Fault::new)?;
        Ok(unpack(plain.expose()))
    }

    /// Stores what was asked, because it came by POST or takes too much room in cookies.
    pub(super) async fn park(&self, work: &mut Work<'_>, origin: Origin) -> Result<(), Refusal> {
        let asked = (&work.wanted, work.login.started_at);
        let parked = self.store_request(work, asked, origin).await?;
        work.login.parked = Some(parked);
        Ok(())
    }

    /// Stores what was asked in a login of the browser that `work` works for.
    pub(super) async fn store_request(
        &self,
        work: &Work<'_>,
        (wanted, started_at): (&Wanted, Timestamp),
        origin: Origin,
    ) -> Result<Parked, Refusal> {
        let id: [u8; 32] = self.random.bytes();
        let row = self.parked(work.issuer, (wanted, origin), &id, started_at.after(LOGIN_FOR))?;
        self.admit_stored(work.issuer, (&work.application, row.sealed_request.len(), false), work.call)?;
        self.store.write(move |tx| parked_requests::insert(tx, &row)).await?;
        Ok(Parked { id, application: wanted.application })
    }

    /// Gives what a login's application asked, from the login itself or from where it was stored.
    pub(super) async fn stored_request(
        &self,
        issuer: &Issuer,
        login: &Login,
        call: &Call,
    ) -> Result<Option<Wanted>, Refusal> {
        let Some(id) = login.parked.as_ref().map(|it| it.id) else { return Ok(login.wanted.clone()) };
        let (tenant, digest, now) = (issuer.tenant, Digest::of(&id), call.now);
        let row = self.store.read(move |tx| parked_requests::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row.filter(|row| row.domain_id == issuer.domain) else { return Ok(None) };
        Ok(self.open_parked(issuer, &row)?)
    }
}
