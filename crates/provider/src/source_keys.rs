//! The public keys by which an eID recognises us, at an address that stays: another key needs no new order.

use authority::SealedColumn;
use eid::SourceCredentials;
use model::LoginMethod;
use serde_json::{Value, json};
use store::{
    StoreError, identity_sources,
    source_generations::{self, Generation},
};

use crate::{Issuer, Provider, Refusal, RequestContext};

impl Provider {
    /// Gives the JWKS of an identity source: the key in use, one that waits to be used, and one that was replaced within a
    /// week. Empty where it authenticates in another way.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: the domain has no such source. [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn source_keys(
        &self,
        issuer: &Issuer,
        eid: LoginMethod,
        context: &RequestContext,
    ) -> Result<Value, Refusal> {
        let (tenant, domain, _) = (issuer.tenant, issuer.domain, context);
        let found = self.store.read(move |tx| {
            let Some(row) = identity_sources::find(tx, tenant, domain, eid.as_str())? else {
                return Ok(None);
            };
            let mut sealed = vec![(row.credentials_version, row.sealed_credentials.unwrap_or_default())];
            for which in [Generation::Candidate, Generation::Previous] {
                let other = source_generations::find(tx, (tenant, row.id), which)?;
                sealed.extend(other.map(|it| (it.credentials_version, it.sealed_credentials)));
            }
            Ok::<_, StoreError>(Some((row.id, sealed)))
        });
        let (source, sealed) = found.await?.ok_or(Refusal::NotFound)?;
        let key = |(version, sealed): (Option<i64>, Vec<u8>)| {
            let opened =
                issuer.opened.unseal(&SealedColumn::Credentials { source, version }, &sealed).ok()?;
            SourceCredentials::read(opened.expose())?.public_jwk()
        };
        let mut keys: Vec<Value> = sealed.into_iter().filter_map(key).collect();
        keys.dedup();
        Ok(json!({"keys": keys}))
    }
}
