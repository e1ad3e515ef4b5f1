//! Logout at the wish of an application.
//!
//! Until browser sessions exist there is nothing here to end: parameters are checked, and the browser goes on.
//! Spec: OpenID Connect RP-Initiated Logout 1.0 §2, §3 <https://openid.net/specs/openid-connect-rpinitiated-1_0.html>

use std::sync::Arc;

use oidc::LogoutParams;
use texts::Cause;

use crate::{Application, Call, Issuer, Provider, Refusal, refusal::refuse_page};

/// What the browser is shown, or where it goes.
#[derive(Debug)]
pub enum LoggedOut {
    /// On to a registered address.
    Return(String),
    /// "Do you want to log out?"; the answer comes back with the same parameters.
    Confirm {
        /// Who asks.
        application: Arc<Application>,
    },
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
            format!("{uri}{joint}state={state}")
        }
    }
}

impl Provider {
    /// Checks a logout request. `confirmed`: the person has said yes on our page.
    ///
    /// # Errors
    /// [`Refusal::Page`]: show it, redirect nowhere.
    pub async fn logout(
        &self,
        issuer: &Issuer,
        params: &LogoutParams,
        confirmed: bool,
        call: &Call,
    ) -> Result<LoggedOut, Refusal> {
        let wrong = refuse_page(Cause::LogoutMalformed);
        if params.has_duplicate {
            return Err(wrong);
        }
        let hint = match &params.id_token_hint {
            Some(token) => Some(issuer.hint(token, call.now).ok_or(refuse_page(Cause::LogoutHintInvalid))?),
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
            Some(client_id) => match self.application(issuer, client_id, call).await {
                Err(Refusal::NotFound) => return Err(refuse_page(Cause::ClientUnknown)),
                other => Some(other?),
            },
        };
        let Some(uri) = &params.post_logout_redirect_uri else { return Ok(LoggedOut::Page { application }) };
        let refused = refuse_page(Cause::LogoutReturnNotRegistered);
        let Some(application) = application else { return Err(refused) };
        if !application.settings.has_post_logout_redirect_uri(uri) {
            return Err(refused.of(&application.client_id));
        }
        if hint.is_none() && !confirmed {
            return Ok(LoggedOut::Confirm { application });
        }
        Ok(LoggedOut::Return(with_state(uri, params.state.as_deref())))
    }
}
