//! A login that cannot go on: why, and what the person can do instead.

use model::ApplicationId;
use texts::Cause;

use super::{Ended, LoginResponse, Step, jar::Jar};
use crate::{BrowserRequest, Provider, Refusal, Shown};

impl Provider {
    /// The page for a login whose name came and whose cookie does not open, or has made room for others.
    pub(super) async fn lost(
        &self,
        request: BrowserRequest<'_>,
        jar: &mut Jar<'_>,
        name: &str,
    ) -> Result<LoginResponse, Refusal> {
        match jar.buried(name) {
            Some(application) => self.buried(request, application).await,
            None => self.not_found(request).await,
        }
    }

    /// The page for an answer of an eID to a login that is not waiting for it: used before, begun again since, expired,
    /// made room for others, or started in another browser.
    pub(super) async fn unexpected(
        &self,
        request: BrowserRequest<'_>,
        mut jar: Jar<'_>,
        state: &[u8],
    ) -> Result<LoginResponse, Refusal> {
        if let Some(application) = jar.buried_with_state(state) {
            return self.buried(request, application).await;
        }
        let attempt = jar.find_attempt(state).cloned();
        let Some(opened) = attempt.or_else(|| jar.latest_over().cloned()) else {
            return self.not_found(request).await;
        };
        let Some(active) = self.take_up(request, &opened, jar).await? else {
            return self.gone(request, opened.login.application()).await;
        };
        Ok(if active.login.phase.is_over() { active.over() } else { active.superseded() })
    }

    /// The page for a login that has ended and whose request is gone, so that it cannot be started anew.
    pub(super) async fn gone(
        &self,
        request: BrowserRequest<'_>,
        application: Option<ApplicationId>,
    ) -> Result<LoginResponse, Refusal> {
        self.explain(request, Cause::LoginOver, application).await
    }

    async fn buried(
        &self,
        request: BrowserRequest<'_>,
        application: ApplicationId,
    ) -> Result<LoginResponse, Refusal> {
        self.explain(request, Cause::LoginSetAside, Some(application)).await
    }

    async fn explain(
        &self,
        request: BrowserRequest<'_>,
        cause: Cause,
        application: Option<ApplicationId>,
    ) -> Result<LoginResponse, Refusal> {
        let Some(id) = application else { return self.not_found(request).await };
        match self.application_by_id(request.issuer, id, request.context).await {
            Ok(application) => {
                Ok(LoginResponse::page(Step::Ended(Ended::of(cause, Some((&application, request.issuer))))))
            }
            Err(Refusal::NotFound) => Ok(LoginResponse::page(Step::Ended(Ended::of(cause, None)))),
            Err(other) => Err(other),
        }
    }

    /// No cookie tells whose login it was. A domain with one application knows all the same.
    async fn not_found(&self, request: BrowserRequest<'_>) -> Result<LoginResponse, Refusal> {
        let registered = self.registered(request.issuer, request.context).await?;
        let mut ended = Ended::of(Cause::LoginLost, None);
        if let Some((name, home)) = registered.only() {
            let shown = Shown {
                name: name.to_owned(),
                is_trial: false,
                brand: Box::new(request.issuer.settings.brand.clone()),
            };
            (ended.application, ended.home) = (Some(shown), home.map(str::to_owned));
        }
        Ok(LoginResponse::page(Step::Ended(ended)))
    }
}
