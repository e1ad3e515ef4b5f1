//! Logout at the wish of an application.
//!
//! What ends is this browser's sessions at this domain. The person is asked first unless the hint was given for one of
//! them; where there is none to end, the browser just goes on.
//! Spec: OpenID Connect RP-Initiated Logout 1.0 §2, §3 <https://openid.net/specs/openid-connect-rpinitiated-1_0.html>

use std::sync::Arc;

use crypto::Digest;
use model::LoginMethod;
use oidc::LogoutParams;
use store::{StoreError, browser_sessions, login_events::Kind};
use texts::Cause;

use crate::{
    Application, BrowserRequest, CookieChange, Issuer, Provider, Refusal, Refused, RefusedDetails,
    RequestContext, SessionCookie, event_queue::Event, refusal::refuse_page, session::Resumed,
};

/// What the browser is shown, and what it forgets.
#[derive(Debug)]
pub struct LoggedOut {
    /// What comes next.
    pub step: LogoutStep,
    /// The cookies of ended sessions.
    pub cookies: Vec<CookieChange>,
}

/// What the browser is shown, or where it goes.
#[derive(Debug)]
pub enum LogoutStep {
    /// On to a registered address.
    Return(String),
    /// "Do you want to log out?"; the answer comes back with the same parameters.
    Confirm {
        /// Who asks, when that is known.
        application: Option<Arc<Application>>,
    },
    /// The request is wrong, so it ends nothing by itself and leads nowhere; the person may log out here all the same.
    Refused(Refused),
    /// "You are logged out."
    Page {
        /// Who asked, when that is known.
        application: Option<Arc<Application>>,
    },
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    match state {
        None => uri.to_owned(),
        Some(state) => {
            let joint = if uri.contains('?') { '&' } else { '?' };
            let state: String = form_urlencoded::byte_serialize(state.as_bytes()).collect();
            // A space is `%20`, as in every answer to an application.
            let state = state.replace('+', "%20");
            format!("{uri}{joint}state={state}")
        }
    }
}

/// What a logout request asks, once it has been checked.
struct LogoutRequest {
    application: Option<Arc<Application>>,
    /// Where to go, with the state.
    location: Option<String>,
    /// The session that the hint was given for.
    hinted: Option<String>,
    /// Whether a hint came, so that the request is not just anybody's link.
    has_hint: bool,
}

impl Provider {
    /// Checks a logout request and ends this browser's sessions here. `confirmed`: the person has said yes on our page.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn logout(
        &self,
        request: BrowserRequest<'_>,
        params: &LogoutParams,
        confirmed: bool,
    ) -> Result<LoggedOut, Refusal> {
        let BrowserRequest { issuer, cookies: brought, context } = request;
        let asked = match self.asked_logout(issuer, params, context).await {
            Err(Refusal::Page(mut refused)) => {
                self.note_refused_page(request, &mut refused).await;
                return Ok(LoggedOut { step: LogoutStep::Refused(refused), cookies: Vec::new() });
            }
            other => other?,
        };
        let sessions = self.live_sessions(issuer, &brought.sessions, context).await?;
        let named = |it: &Resumed| asked.hinted.as_deref() == Some(it.held.id.to_string().as_str());
        let may_end = sessions.is_empty() || sessions.iter().any(named);
        // Without a session there is nothing to lose but the way: a link without a hint still asks.
        let goes_unasked = asked.has_hint || asked.location.is_none();
        let goes = confirmed || (may_end && goes_unasked);
        if !goes {
            let step = LogoutStep::Confirm { application: asked.application };
            return Ok(LoggedOut { step, cookies: Vec::new() });
        }
        self.end_sessions(issuer, (asked.application.as_deref(), sessions), context).await?;
        let cookies = brought.sessions.iter().map(|it| CookieChange::RemoveSession(it.eid)).collect();
        let step = match asked.location {
            Some(location) => LogoutStep::Return(location),
            None => LogoutStep::Page { application: asked.application },
        };
        Ok(LoggedOut { step, cookies })
    }

    async fn live_sessions(
        &self,
        issuer: &Issuer,
        cookies: &[SessionCookie],
        context: &RequestContext,
    ) -> Result<Vec<Resumed>, Refusal> {
        let mut live = Vec::new();
        for cookie in cookies {
            live.extend(self.open_session(issuer, cookie, context).await?);
        }
        Ok(live)
    }

    async fn end_sessions(
        &self,
        issuer: &Issuer,
        (application, sessions): (Option<&Application>, Vec<Resumed>),
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        if sessions.is_empty() {
            return Ok(());
        }
        let ended: Vec<(Digest, LoginMethod)> =
            sessions.iter().map(|it| (it.digest, it.held.proof.eid)).collect();
        let tenant = issuer.tenant;
        let removed = self.store.write(move |tx| {
            let mut removed = Vec::new();
            for (digest, eid) in ended {
                removed.extend(browser_sessions::remove(tx, tenant, &digest)?.map(|_| eid));
            }
            Ok::<_, StoreError>(removed)
        });
        for eid in removed.await? {
            self.note(issuer, Event { application, eid: Some(eid), ..Event::of(Kind::LoggedOut) }, context);
        }
        Ok(())
    }

    /// Says whether a logout may go on to this address. Without hint and client id, which is how Idura's SDK asks, only
    /// to one that belongs to compatible applications alone: a stated deviation from RP-Initiated Logout 1.0 §3.
    async fn check_return(
        &self,
        issuer: &Issuer,
        application: Option<&Application>,
        uri: &str,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let refused = refuse_page(Cause::LogoutReturnNotRegistered);
        match application {
            Some(application) if application.settings.takes_logout(uri) => Ok(()),
            Some(application) => {
                let registered = &application.settings.post_logout_redirect_uris;
                let details = RefusedDetails::of_return(uri, application, registered);
                Err(refused.of(&application.client_id).with(details))
            }
            None if self.registered(issuer, context).await?.takes_bare_logout(uri) => Ok(()),
            None => Err(refused),
        }
    }

    async fn asked_logout(
        &self,
        issuer: &Issuer,
        params: &LogoutParams,
        context: &RequestContext,
    ) -> Result<LogoutRequest, Refusal> {
        let wrong = refuse_page(Cause::LogoutMalformed);
        if params.has_duplicate {
            return Err(wrong);
        }
        let hint = match &params.id_token_hint {
            Some(token) => {
                Some(issuer.hint(token, context.now).ok_or(refuse_page(Cause::LogoutHintInvalid))?)
            }
            None => None,
        };
        // "the OP MUST verify that the Client Identifier matches the one used when issuing the ID Token"
        let client_id = match (&hint, &params.client_id) {
            (Some(hint), Some(client_id)) if hint.client_id != *client_id => return Err(wrong),
            (Some(hint), _) => Some(hint.client_id.as_str()),
            (None, client_id) => client_id.as_deref(),
        };
        let application = match client_id {
            None => None,
            Some(client_id) => match self.application(issuer, client_id, context).await {
                Err(Refusal::NotFound) => {
                    return Err(refuse_page(Cause::ClientUnknown).with(RefusedDetails::of_unknown(client_id)));
                }
                other => Some(other?),
            },
        };
        let location = match &params.post_logout_redirect_uri {
            None => None,
            Some(uri) => {
                self.check_return(issuer, application.as_deref(), uri, context).await?;
                Some(with_state(uri, params.state.as_deref()))
            }
        };
        let has_hint = hint.is_some();
        Ok(LogoutRequest { application, location, hinted: hint.and_then(|it| it.session_id), has_hint })
    }
}
