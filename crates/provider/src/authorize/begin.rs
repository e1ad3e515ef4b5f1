//! An application's request begins a login.

use std::sync::Arc;

use model::{AuthorizationRequest, Login, Parked};
use oidc::{AuthorizationParams, AuthorizationResponse, ResponseMode};
use store::{login_events::Kind, parked_requests::Origin};
use texts::Cause;

use super::{
    BrowserCookies, LoginResponse, Step,
    active_login::{ActiveLogin, Carrier},
    decision::{Decision, Effect},
    jar::Jar,
    push::Presented,
    request::{self, Endpoint, trusted_return, understand},
    step::LoginAction,
};
use crate::{
    Application, Issuer, Provider, Refusal, Refused, RequestContext, admission::Doing, event_queue::Event,
    refusal::refuse_page,
};

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// By GET: cookies came along.
    Get,
    /// By GET from a script, which may ask for answers as JSON and for nothing else.
    Script,
    /// By POST from another site: no cookies came, so it is stored and continued by GET.
    Post,
}

impl Provider {
    /// Decodes the acr of a path segment in front of `/oauth2/authorize` or discovery.
    pub fn acr_of_segment(segment: &str) -> Option<String> {
        request::acr_of_segment(segment)
    }

    /// Begins a login.
    ///
    /// # Errors
    /// [`Refusal::Page`] for a client or redirect URI that cannot be trusted; everything else about the request
    /// is answered to the application. [`Refusal::TooMany`] before anything is begun: sent to the application, it would
    /// come back at once.
    pub async fn authorize(
        &self,
        issuer: &Issuer,
        params: &AuthorizationParams,
        arrival: (Arrival, &BrowserCookies),
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        let response = self.begin_login(issuer, params, arrival, context).await;
        if let Err(Refusal::Page(refused)) = &response {
            self.note_refusal(issuer, None, refused.cause, context);
        }
        response
    }

    fn note_refusal(
        &self,
        issuer: &Issuer,
        application: Option<&Application>,
        cause: Cause,
        context: &RequestContext,
    ) {
        let kind = Kind::RequestRefused;
        self.note(issuer, Event { kind, application, login: None, eid: None, cause: Some(cause) }, context);
    }

    async fn begin_login(
        &self,
        issuer: &Issuer,
        params: &AuthorizationParams,
        arrival: (Arrival, &BrowserCookies),
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        let (arrival, brought) = arrival;
        let application = match &params.client_id {
            Some(client_id) => {
                self.application(issuer, client_id, context).await.map_err(|refusal| match refusal {
                    Refusal::NotFound => refuse_page(Cause::ClientUnknown),
                    other => other,
                })?
            }
            None => return Err(refuse_page(Cause::ClientIdMissing)),
        };
        if params.pushed().is_some() {
            self.admit_client(issuer, (&application, Doing::Authorizing), context)?;
            return match self.present(issuer, (&application, params), brought, context).await? {
                Presented::Begun(_) if arrival == Arrival::Script => Err(not_for_scripts()),
                Presented::Begun(login) => {
                    self.continue_login(issuer, (&login, LoginAction::Look), brought, context).await
                }
                Presented::Request(wanted, id) => {
                    let parked = Parked { id, application: application.id };
                    let asked = (application, *wanted, Some(parked));
                    self.start(issuer, asked, (arrival, brought), context).await
                }
            };
        }
        let redirect_uri = trusted_return(&application, params)
            .map_err(|cause| refuse_page(cause).of(&application.client_id))?;
        self.admit_client(issuer, (&application, Doing::Authorizing), context)?;
        let as_asked;
        let params = match &params.request {
            Some(_) => {
                as_asked = params.clone().answered_as_the_object_says();
                &as_asked
            }
            None => params,
        };
        let at = (Endpoint::Authorize, context);
        let understood = understand(issuer, &application, params, redirect_uri.clone(), at);
        let wanted = match understood {
            Ok(wanted) => wanted,
            Err((cause, mode)) => {
                self.note_refusal(issuer, Some(&application), cause, context);
                let refused = Refused { cause, client_id: Some(application.client_id.clone()) };
                return Ok(refusal_response(
                    issuer,
                    (redirect_uri, mode),
                    refused,
                    params.state.clone(),
                    context,
                ));
            }
        };
        self.start(issuer, (application, wanted, None), (arrival, brought), context).await
    }

    /// Begins the login of a request that was understood. `parked`: where it is stored already.
    async fn start(
        &self,
        issuer: &Issuer,
        (application, wanted, parked): (Arc<Application>, AuthorizationRequest, Option<Parked>),
        (arrival, brought): (Arrival, &BrowserCookies),
        context: &RequestContext,
    ) -> Result<LoginResponse, Refusal> {
        if arrival == Arrival::Script && wanted.response_mode != ResponseMode::Json {
            return Err(not_for_scripts());
        }
        if wanted.prompt.none && arrival != Arrival::Post && brought.sessions.is_empty() {
            // The common answer to a silent attempt: no session came, so no login is begun.
            let client_id = Some(application.client_id.clone());
            let refused = Refused { cause: Cause::NobodyLoggedIn, client_id };
            let back = (wanted.redirect_uri, wanted.response_mode);
            return Ok(refusal_response(issuer, back, refused, wanted.state, context));
        }
        let is_stored = parked.is_some();
        let (login, name) = (Login::new(parked, context.now), ActiveLogin::new_name(&self.random));
        let mut active = ActiveLogin {
            issuer,
            context,
            application,
            name,
            login,
            wanted,
            carrier: Carrier::Browser(Jar::new(issuer, brought, context.now)),
            sessions: brought.sessions.clone(),
            new_session: None,
            sent: None,
        };
        self.note_of(&active, Kind::Started, None, None);
        if arrival != Arrival::Post {
            return self.dispatch(active.decide(Decision::Begin)).await;
        }
        if !is_stored {
            self.park(&mut active, Origin::Post).await?;
        }
        let step = active.show();
        self.dispatch(active.settle(Effect::Show(step))).await
    }
}

/// A page of somebody else's must not have codes minted that nobody reads.
const fn not_for_scripts() -> Refusal {
    refuse_page(Cause::NotOpenedAsPage)
}

/// Sends an error back for a request that never became a login.
fn refusal_response(
    issuer: &Issuer,
    (redirect_uri, mode): (String, ResponseMode),
    refused: Refused,
    state: Option<String>,
    context: &RequestContext,
) -> LoginResponse {
    let description = format!("{} (trace {})", refused.cause.description(), context.trace);
    // One that was refused for its length is not carried back either.
    let state = state.filter(|it| it.len() <= request::LONGEST_STATE);
    let answer =
        AuthorizationResponse::error(redirect_uri, mode, (refused.code(), description), state, issuer.url());
    LoginResponse::page(Step::Refuse(answer, refused))
}
