//! A login that cannot go on: why, and what the person can do instead.

use model::ApplicationId;
use texts::Cause;

use super::{Ended, LoginResponse, Step, jar::Jar};
use crate::{Issuer, Provider, Refusal, RequestContext};

impl Provider {
    /// The page for a login whose name came and whose cookie does not open, or has made room for others.
    pub(super) async fn lost(
        &self,
        issuer: &Issuer,
        (jar, name): (&mut Jar<'_>, &str),
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        match jar.buried(name) {
            Some(application) => self.buried(issuer, application, context).await,
            None => self.not_found(issuer, context).await,
        }
    }

    /// The page for an answer of an eID to a login that is not waiting for it: used before, begun again since, expired,
    /// made room for others, or started in another browser.
    pub(super) async fn unexpected(
        &self,
        issuer: &Issuer,
        (mut jar, state): (Jar<'_>, &[u8]),
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        if let Some(application) = jar.buried_with_state(state) {
            return self.buried(issuer, application, context).await;
        }
        let attempt = jar.find_attempt(state).cloned();
        let Some(opened) = attempt.or_else(|| jar.latest_over().cloned()) else {
            return self.not_found(issuer, context).await;
        };
        let Some(active) = self.take_up(issuer, &opened, jar, context).await? else {
            return self.gone(issuer, opened.login.application(), context).await;
        };
        Ok(if active.login.phase.is_over() { active.over() } else { active.superseded() })
    }

    /// The page for a login that has ended and whose request is gone, so that it cannot be started anew.
    pub(super) async fn gone(
        &self,
        issuer: &Issuer,
        application: Option<ApplicationId>,
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        self.explain(issuer, (Cause::LoginOver, application), context).await
    }

    async fn buried(
        &self,
        issuer: &Issuer,
        application: ApplicationId,
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        self.explain(issuer, (Cause::LoginSetAside, Some(application)), context).await
    }

    async fn explain(
        &self,
        issuer: &Issuer,
        (cause, application): (Cause, Option<ApplicationId>),
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        let Some(id) = application else { return self.not_found(issuer, context).await };
        match self.application_by_id(issuer, id, context).await {
            Ok(application) => Ok(LoginResponse::page(Step::Ended(Ended::of(cause, Some(&application))))),
            Err(Refusal::NotFound) => Ok(LoginResponse::page(Step::Ended(Ended::of(cause, None)))),
            Err(other) => Err(other),
        }
    }

    /// No cookie tells whose login it was. A domain with one application knows all the same.
    async fn not_found(&self, issuer: &Issuer, context: &RequestContext) -> Result<LoginResponse, Refusal> {
        let registered = self.registered(issuer, context).await?;
        let mut ended = Ended::of(Cause::LoginLost, None);
        if let Some((name, home)) = registered.only() {
            (ended.application, ended.home) = (Some(name.to_owned()), home.map(str::to_owned));
        }
        Ok(LoginResponse::page(Step::Ended(ended)))
    }
}
