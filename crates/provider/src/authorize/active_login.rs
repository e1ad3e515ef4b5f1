//! A login that is worked on, with what belongs to it for the length of one request.

use std::sync::Arc;

use crypto::{Random, b64};
use model::{AuthorizationRequest, Login, LoginMethod, UpstreamRequest};
use oidc::{AuthorizationResponse, ReturnAddress, Scope};
use texts::Cause;

use super::{CookieChange, Ended, LoginResponse, jar::Jar, login_response::Step};
use crate::{Application, Issuer, RequestContext, SessionCookie, Shown, TraceId};

/// A login being worked on, with what belongs to it.
pub(crate) struct ActiveLogin<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) context: &'a RequestContext,
    pub(crate) application: Arc<Application>,
    pub(crate) name: String,
    pub(crate) login: Login,
    pub(crate) wanted: AuthorizationRequest,
    /// What carries the login to its next request; only `take_up` and `respond` look into it.
    pub(crate) carrier: Carrier<'a>,
    /// The browser sessions that came with the request.
    pub(crate) sessions: Vec<SessionCookie>,
    /// A new browser session, to go out with the answer.
    pub(crate) new_session: Option<SessionToKeep>,
    /// What was sent with a form of ours, to recognise the same form when it is sent again.
    pub(crate) sent: Option<String>,
}

/// What carries a login from one request to the next.
pub(crate) enum Carrier<'a> {
    /// The cookies of the browser that a person logs in with. A login that no browser brings back, such as one of
    /// backchannel authentication, will have a row.
    Browser(Jar<'a>),
}

/// A browser session to be kept.
#[derive(Clone, Debug)]
pub(crate) struct SessionToKeep {
    pub(crate) session: SessionCookie,
    /// It is also to come from a frame on another site.
    pub(crate) framed: bool,
}

impl From<SessionToKeep> for CookieChange {
    fn from(it: SessionToKeep) -> Self {
        Self::SetSession { session: it.session, framed: it.framed }
    }
}

impl ActiveLogin<'_> {
    /// The name of a new login.
    pub(crate) fn new_name(random: &Random) -> String {
        b64::encode(&random.bytes::<12>())
    }

    /// The eIDs that the application asked for and the domain has.
    pub(crate) fn eids(&self) -> Vec<LoginMethod> {
        self.wanted.eids().into_iter().filter(|eid| self.issuer.offers(*eid)).collect()
    }

    /// What is asked of an eID: what the application wants, within what it and the eID's source allow.
    pub(crate) fn ask(&self, eid: LoginMethod) -> UpstreamRequest {
        let settings = &self.application.settings;
        let mut ask = self.wanted.ask(eid, settings.minimum_level);
        if let Some(source) = self.issuer.sources.get(&eid) {
            ask.level = ask.level.max(source.settings.minimum_level);
        }
        let withheld = self.issuer.withheld(eid);
        ask.scopes = ask.scopes.iter().filter(|it| !withheld.has(*it)).collect();
        if !self.issuer.may_have_nin(settings, eid) {
            ask.scopes = ask.scopes.without(Scope::Nin);
        }
        ask
    }

    /// What people see of the application.
    pub(crate) fn shown(&self) -> Shown {
        Shown { is_trial: self.wanted.trial.is_some(), ..self.application.shown(self.issuer) }
    }

    /// On to our own address of the login.
    pub(super) fn show(&self) -> Step {
        Step::Show { login: self.name.clone() }
    }

    fn return_address(&self) -> ReturnAddress {
        ReturnAddress {
            redirect_uri: self.wanted.redirect_uri.clone(),
            mode: self.wanted.response_mode,
            state: self.wanted.state.clone(),
        }
    }

    /// Back to the application with a code.
    pub(super) fn code_answer(&self, code: &str) -> AuthorizationResponse {
        AuthorizationResponse::code(self.return_address(), code, self.issuer.url())
    }

    /// Back to the application with an error that the log knows by this trace.
    pub(super) fn error_answer(&self, cause: Cause, trace: TraceId) -> AuthorizationResponse {
        let description = format!("{} (trace {trace})", cause.description());
        let (back, code) = (self.return_address(), crate::refusal::code_of(cause));
        AuthorizationResponse::error(back, code, description, self.issuer.url())
    }

    /// A page. The login stays as it is, and so does its cookie: an answer to another tab may be on its way.
    pub(super) fn unchanged(self, step: Step) -> LoginResponse {
        LoginResponse { step, cookies: Vec::new(), ui_locales: self.wanted.ui_locales }
    }

    /// The page for a login that has ended. Its cookie stays as it is.
    pub(super) fn over(self) -> LoginResponse {
        let ended = Ended::of(Cause::LoginOver, Some((&self.application, self.issuer)));
        let ended = Ended { restart: Some(self.name.clone()), ..ended };
        self.ended(ended)
    }

    /// The page for an answer to an attempt that the person has left behind.
    pub(super) fn superseded(self) -> LoginResponse {
        let ended = Ended::of(Cause::LoginSuperseded, Some((&self.application, self.issuer)));
        let ended = Ended { goes_on: Some(self.name.clone()), ..ended };
        self.ended(ended)
    }

    fn ended(self, mut ended: Ended) -> LoginResponse {
        ended.application = Some(self.shown());
        self.unchanged(Step::Ended(ended))
    }
}

impl Ended {
    pub(super) fn of(cause: Cause, application: Option<(&Application, &Issuer)>) -> Self {
        Self {
            cause,
            application: application.map(|(it, issuer)| it.shown(issuer)),
            eid: None,
            restart: None,
            goes_on: None,
            home: application.and_then(|(it, _)| it.settings.home()),
        }
    }
}
