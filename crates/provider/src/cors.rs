//! Whose scripts may call us (Cross-Origin Resource Sharing).

use std::{collections::HashSet, sync::Arc};

use model::{ApplicationSettings, Origin};
use store::applications;

use crate::{Call, Issuer, Provider, Refusal};

/// How many applications of a domain are looked at for origins.
const MOST: u32 = 10_000;

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
        call: &Call,
    ) -> Result<bool, Refusal> {
        let Some(origin) = Origin::parse(origin) else { return Ok(false) };
        if let Some(client_id) = client_id {
            match self.application(issuer, client_id, call).await {
                Ok(application) => return Ok(application.settings.cors_origins().contains(&origin)),
                Err(Refusal::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        let (tenant, domain) = (issuer.tenant, issuer.domain);
        let loading = async {
            let rows = self.store.read(move |tx| applications::list(tx, tenant, domain, None, MOST));
            let enabled = rows.await?.into_iter().filter(|row| row.disabled_at.is_none());
            let settings = enabled.filter_map(|row| ApplicationSettings::parse(&row.settings).ok());
            Ok(Arc::new(settings.flat_map(|it| it.cors_origins()).collect::<HashSet<_>>()))
        };
        let origins = self.origins.try_get_with((tenant, domain), loading).await;
        Ok(origins.map_err(|refusal: Arc<Refusal>| (*refusal).clone())?.contains(&origin))
    }
}
