//! Whose scripts may call us (Cross-Origin Resource Sharing).

use model::Origin;

use crate::{Issuer, Provider, Refusal, RequestContext};

impl Provider {
    /// Says whether a script of this origin may read our answer. Where the client is known, its own origins
    /// count; where it is not (a preflight, an unknown client), those of any application of the domain.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn may_read(
        &self,
        issuer: &Issuer,
        origin: &str,
        client_id: Option<&str>,
        context: &RequestContext,
    ) -> Result<bool, Refusal> {
        let Some(origin) = Origin::parse(origin) else { return Ok(false) };
        if let Some(client_id) = client_id {
            match self.application(issuer, client_id, context).await {
                Ok(application) => return Ok(application.settings.cors_origins().contains(&origin)),
                Err(Refusal::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(self.registered(issuer, context).await?.origins.contains(&origin))
    }
}
