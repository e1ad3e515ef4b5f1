//! How it is loaded what a domain's applications have registered.

use std::sync::Arc;

use model::{AndroidApp, AppleApp, ApplicationSettings};
use store::applications;

use crate::{Issuer, Provider, Refusal, RequestContext, registered::Registered};

/// How many applications of a domain are looked at.
const MOST: u32 = 10_000;

impl Provider {
    /// Gives what is registered at a domain; kept for a few seconds.
    pub(crate) async fn registered(
        &self,
        issuer: &Issuer,
        context: &RequestContext,
    ) -> Result<Arc<Registered>, Refusal> {
        let (tenant, domain) = (issuer.tenant, issuer.domain);
        let loading = async {
            let rows = self.store.read(move |tx| applications::list(tx, tenant, domain, None, MOST));
            let enabled = rows.await?.into_iter().filter(|row| row.disabled_at.is_none());
            let settings =
                enabled.filter_map(|row| Some((row.name, ApplicationSettings::parse(&row.settings).ok()?)));
            Ok(Registered::of(settings))
        };
        self.registered_at.get((tenant, domain), context.now, loading).await
    }

    /// The apps for Apple devices that may open a domain's links.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn apple_apps(
        &self,
        issuer: &Issuer,
        context: &RequestContext,
    ) -> Result<Vec<AppleApp>, Refusal> {
        Ok(self.registered(issuer, context).await?.apple_apps.clone())
    }

    /// The Android apps that may open a domain's links.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn android_apps(
        &self,
        issuer: &Issuer,
        context: &RequestContext,
    ) -> Result<Vec<AndroidApp>, Refusal> {
        Ok(self.registered(issuer, context).await?.android_apps.clone())
    }
}
