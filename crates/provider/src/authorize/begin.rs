//! An application's request begins a login.

use std::sync::Arc;

use model::{AuthorizationRequest, Login, Parked};
use oidc::{AuthorizationParams, AuthorizationResponse, ResponseMode, ReturnAddress};
use store::{login_events::Kind, parked_requests::Origin};
use texts::Cause;

use super::{
    LoginResponse, Step,
    active_login::{ActiveLogin, Carrier},
    decision::{Decision, Effect},
    jar::Jar,
    push::Presented,
    request::{self, Endpoint, Input, about_return, trusted_return, understand},
    step::LoginAction,
};
use crate::{
    Application, BrowserRequest, Provider, Refusal, Refused, RefusedDetails, admission::Doing,
    event_queue::Event, refusal::refuse_page,
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

/// A request that was understood.
pub(super) struct Understood {
    pub(super) application: Arc<Application>,
    pub(super) wanted: AuthorizationRequest,
    /// Where it is stored already.
    pub(super) parked: Option<Parked>,
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
        request: BrowserRequest<'_>,
        params: &AuthorizationParams,
        arrival: Arrival,
    ) -> Result<LoginResponse, Refusal> {
        let mut response = self.begin_login(request, params, arrival).await;
        if let Err(Refusal::Page(refused)) = &mut response {
            self.note_refused_page(request, refused).await;
        }
        response
    }

    /// Notes that a browser's request was refused with a page.
    pub(crate) async fn note_refused_page(&self, request: BrowserRequest<'_>, refused: &mut Refused) {
        let details = refused.details.as_deref();
        let named = details.and_then(|it| it.application.as_ref()).map(|(client_id, _)| client_id);
        let application = match refused.client_id.as_ref().or(named) {
            Some(client_id) => self.application(request.issuer, client_id, request.context).await.ok(),
            None => None,
        };
        let event = Event {
            application: application.as_deref(),
            cause: Some(refused.cause),
            details: details.map(|it| &it.kept),
            ..Event::of(Kind::RequestRefused)
        };
        self.note(request.issuer, event, request.context);
        refused.is_noted = true;
    }

    fn note_refusal(&self, request: BrowserRequest<'_>, application: &Application, cause: Cause) {
        let application = Some(application);
        let event = Event { application, cause: Some(cause), ..Event::of(Kind::RequestRefused) };
        self.note(request.issuer, event, request.context);
    }

    async fn begin_login(
        &self,
        request: BrowserRequest<'_>,
        params: &AuthorizationParams,
        arrival: Arrival,
    ) -> Result<LoginResponse, Refusal> {
        let BrowserRequest { issuer, context, .. } = request;
        let application = match &params.client_id {
            Some(client_id) => {
                self.application(issuer, client_id, context).await.map_err(|refusal| match refusal {
                    Refusal::NotFound => {
                        refuse_page(Cause::ClientUnknown).with(RefusedDetails::of_unknown(client_id))
                    }
                    other => other,
                })?
            }
            None => return Err(refuse_page(Cause::ClientIdMissing)),
        };
        let issuer = issuer.seen_by(&application);
        let request = BrowserRequest { issuer, ..request };
        if params.pushed().is_some() {
            self.admit_client(issuer, (&application, Doing::Authorizing), context)?;
            return match self.present(request, &application, params).await? {
                Presented::Begun(_) if arrival == Arrival::Script => Err(not_for_scripts()),
                Presented::Begun(login) => self.continue_login(request, &login, LoginAction::Look).await,
                Presented::Request(wanted, id) => {
                    let parked = Parked { id, application: application.id };
                    let asked = Understood { application, wanted: *wanted, parked: Some(parked) };
                    self.start(request, asked, arrival).await
                }
            };
        }
        let redirect_uri = trusted_return(&application, params)
            .map_err(|cause| about_return(refuse_page(cause), &application, params))?;
        self.admit_client(issuer, (&application, Doing::Authorizing), context)?;
        let as_asked;
        let params = match &params.request {
            Some(_) => {
                as_asked = params.clone().answered_as_the_object_says();
                &as_asked
            }
            None => params,
        };
        let input = Input { issuer, application: &application, params, context };
        let understood = understand(Endpoint::Authorize, input, redirect_uri.clone());
        let wanted = match understood {
            Ok(wanted) => wanted,
            Err((cause, mode)) => {
                self.note_refusal(request, &application, cause);
                let refused = Refused::noted(cause, Some(application.client_id.clone()));
                let back = ReturnAddress { redirect_uri, mode, state: params.state.clone() };
                return Ok(refusal_response(request, back, refused));
            }
        };
        self.start(request, Understood { application, wanted, parked: None }, arrival).await
    }

    /// Begins the login of a request that was understood.
    pub(super) async fn start(
        &self,
        request: BrowserRequest<'_>,
        asked: Understood,
        arrival: Arrival,
    ) -> Result<LoginResponse, Refusal> {
        let Understood { application, wanted, parked } = asked;
        let BrowserRequest { issuer, cookies, context } = request;
        if arrival == Arrival::Script && wanted.response_mode != ResponseMode::Json {
            return Err(not_for_scripts());
        }
        if wanted.prompt.none && arrival != Arrival::Post && cookies.sessions.is_empty() {
            // The common answer to a silent attempt: no session came, so no login is begun.
            let client_id = Some(application.client_id.clone());
            let refused = Refused::noted(Cause::NobodyLoggedIn, client_id);
            let (mode, state) = (wanted.response_mode, wanted.state);
            let back = ReturnAddress { redirect_uri: wanted.redirect_uri, mode, state };
            return Ok(refusal_response(request, back, refused));
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
            carrier: Carrier::Browser(Jar::of(request)),
            sessions: cookies.sessions.clone(),
            new_session: None,
            sent: None,
        };
        let kind = if active.wanted.trial.is_some() { Kind::TrialStarted } else { Kind::Started };
        self.note_of(&active, kind, None, None);
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

/// A page of another site must not have codes minted that are never read.
const fn not_for_scripts() -> Refusal {
    refuse_page(Cause::NotOpenedAsPage)
}

/// Sends an error back for a request that never became a login.
fn refusal_response(request: BrowserRequest<'_>, back: ReturnAddress, refused: Refused) -> LoginResponse {
    let description = format!("{} (trace {})", refused.cause.description(), request.context.trace);
    // One that was refused for its length is not carried back either.
    let state = back.state.filter(|it| it.len() <= request::LONGEST_STATE);
    let back = ReturnAddress { state, ..back };
    let answer = AuthorizationResponse::error(back, refused.code(), description, request.issuer.url());
    LoginResponse::page(Step::Refuse(answer, refused))
}
