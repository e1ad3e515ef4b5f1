//! Pushed requests: an application says beforehand, and authenticated, what a browser will come for.
//!
//! A pushed request waits 90 seconds for a browser, and belongs to that browser's login from then on.
//!
//! Spec: RFC 9126 <https://www.rfc-editor.org/rfc/rfc9126>

use std::time::Duration;

use crypto::{Digest, b64};
use model::{AuthorizationRequest, LOGIN_FOR};
use oidc::{AuthorizationParams, PUSHED};
use store::parked_requests::{self, Origin};
use texts::Cause;

use super::{
    jar::Jar,
    parked::ToPark,
    request::{Endpoint, Input, about_return, trusted_return, understand},
};
use crate::{
    Application, BrowserRequest, ClientRequest, Issuer, Provider, Refusal, RequestContext,
    admission::Stored,
    permitted::permitted_request,
    refusal::{refuse, refuse_page},
    token::{Client, Jti, assertion_reused},
};

/// How long a pushed request waits for a browser.
const WAITS_FOR: Duration = Duration::from_secs(90);

/// What the application is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// For the browser to bring, once.
    pub request_uri: String,
    /// Seconds that it waits.
    pub expires_in: u64,
}

/// What a browser has brought with the reference of a pushed request.
pub(super) enum Presented {
    /// The name of the login that it has begun before.
    Begun(String),
    /// The request, and its id.
    Request(Box<AuthorizationRequest>, [u8; 32]),
}

impl Provider {
    /// Takes a request beforehand; it is checked as if a browser had brought it.
    ///
    /// # Errors
    /// [`Refusal::OAuth`] as RFC 9126 §2.3 has it; [`Refusal::TooMany`]; others are our own trouble.
    pub async fn push(&self, issuer: &Issuer, request: &ClientRequest<'_>) -> Result<Pushed, Refusal> {
        let asked = AuthorizationParams::pick(request.params, None);
        let answer = async |client: &Client| self.keep_pushed(issuer, client, &asked, request.context).await;
        self.let_in(issuer, request, answer).await
    }

    async fn keep_pushed(
        &self,
        issuer: &Issuer,
        client: &Client,
        params: &AuthorizationParams,
        context: &RequestContext,
    ) -> Result<Pushed, Refusal> {
        if issuer.is_off() {
            return Err(self.refuse_client(issuer, client, Cause::DomainDisabled).await);
        }
        let application = &client.application;
        let checked = trusted_return(application, params).and_then(|redirect_uri| {
            let input = Input { issuer, application, params, context };
            understand(Endpoint::Push, input, redirect_uri).map_err(|(cause, _)| cause)
        });
        let wanted = match checked {
            Ok(wanted) => wanted,
            Err(cause) => {
                self.spend_assertion(issuer, client).await?;
                return Err(about_return(refuse(cause), application, params));
            }
        };
        let id: [u8; 32] = self.random.bytes();
        let expires_at = context.now.after(WAITS_FOR);
        let row = self.parked(issuer, &ToPark { wanted: &wanted, origin: Origin::Par, id, expires_at })?;
        let is_authenticated = !application.settings.is_public();
        let stored = Stored { bytes: row.sealed_request.len(), is_authenticated };
        self.admit_stored(issuer, application, stored, context)?;
        let (tenant, jti) = (issuer.tenant, client.jti);
        let keeping = self.store.write(move |tx| {
            let first = Jti::spend(jti.as_ref(), tx, tenant)?;
            if first {
                parked_requests::insert(tx, &row)?;
            }
            Ok::<_, store::StoreError>(first)
        });
        if !keeping.await? {
            return Err(assertion_reused());
        }
        Ok(Pushed { request_uri: format!("{PUSHED}{}", b64::encode(&id)), expires_in: WAITS_FOR.as_secs() })
    }

    /// Takes a request of an application of ours, made in this process. With a `binding`, the eID's token has it as its nonce, and is
    /// kept as evidence; no request that comes from outside has one.
    ///
    /// # Errors
    /// As [`Provider::push`].
    pub async fn push_own(
        &self,
        issuer: &Issuer,
        params: &AuthorizationParams,
        binding: Option<[u8; 32]>,
        context: &RequestContext,
    ) -> Result<Pushed, Refusal> {
        let client_id = params.client_id.as_deref().unwrap_or_default();
        let application = self.application(issuer, client_id, context).await?;
        let issuer = issuer.seen_by(&application);
        let redirect_uri = trusted_return(&application, params).map_err(refuse)?;
        let input = Input { issuer, application: &application, params, context };
        let wanted = understand(Endpoint::Push, input, redirect_uri).map_err(|(cause, _)| refuse(cause))?;
        let wanted = AuthorizationRequest { binding, ..wanted };
        let id: [u8; 32] = self.random.bytes();
        let expires_at = context.now.after(WAITS_FOR);
        let row = self.parked(issuer, &ToPark { wanted: &wanted, origin: Origin::Par, id, expires_at })?;
        self.store.write(move |tx| parked_requests::insert(tx, &row)).await?;
        Ok(Pushed { request_uri: format!("{PUSHED}{}", b64::encode(&id)), expires_in: WAITS_FOR.as_secs() })
    }

    /// Takes up a pushed request that a browser brings, for the login that it begins now. The browser that has begun it
    /// may come again (a reload, the back button); for any other the request is used up.
    pub(super) async fn present(
        &self,
        request: BrowserRequest<'_>,
        application: &Application,
        params: &AuthorizationParams,
    ) -> Result<Presented, Refusal> {
        let BrowserRequest { issuer, context, .. } = request;
        let refused = |cause| refuse_page(cause).of(&application.client_id);
        let gone = || refused(Cause::RequestUriGone);
        // Everything else beside the reference is ignored (RFC 9101 §5); a second request object is too much.
        if params.request.is_some() {
            return Err(refused(Cause::RequestOverridden));
        }
        let bytes = params.pushed().and_then(b64::decode).ok_or_else(gone)?;
        let id: [u8; 32] = bytes.try_into().map_err(|_| gone())?;
        let mut jar = Jar::of(request);
        if let Some(begun) = jar.find_parked(&id) {
            return Ok(Presented::Begun(begun.name.clone()));
        }
        let (tenant, domain, digest, now) = (issuer.tenant, issuer.domain, Digest::of(&id), context.now);
        let row = self.store.read(move |tx| parked_requests::find(tx, tenant, &digest, now)).await?;
        let row = row.filter(|row| row.domain_id == domain && row.origin == Origin::Par).ok_or_else(gone)?;
        // Another client's request does not exist.
        let wanted = self.open_parked(issuer, &row)?.filter(|it| it.application == application.id);
        let wanted = permitted_request(issuer, application, wanted.ok_or_else(gone)?).ok_or_else(gone)?;
        let ends_at = now.after(LOGIN_FOR);
        let first = self
            .store
            .write(move |tx| parked_requests::present(tx, (tenant, domain), &digest, (ends_at, now)));
        if first.await?.is_none() {
            return Err(gone());
        }
        Ok(Presented::Request(Box::new(wanted), id))
    }
}
