//! A login that a cookie names is taken up, with what it needs.

use super::{
    active_login::{ActiveLogin, Carrier},
    jar::{Jar, Opened},
};
use crate::{BrowserRequest, Provider, Refusal, permitted::permitted_request};

impl Provider {
    /// Takes up a login that a cookie names; `None` when what it needs is gone.
    pub(super) async fn take_up<'a>(
        &self,
        request: BrowserRequest<'a>,
        opened: &Opened,
        jar: Jar<'a>,
    ) -> Result<Option<ActiveLogin<'a>>, Refusal> {
        let BrowserRequest { issuer, context, .. } = request;
        let Some(wanted) = self.stored_request(issuer, &opened.login, context).await? else {
            return Ok(None);
        };
        // Looked up anew at every step: an application that was disabled meanwhile has no logins.
        let application = match self.application_by_id(issuer, wanted.application, context).await {
            Err(Refusal::NotFound) => return Ok(None),
            other => other?,
        };
        let issuer = issuer.seen_by(&application);
        let Opened { name, login, .. } = opened.clone();
        Ok(permitted_request(issuer, &application, wanted).map(|wanted| ActiveLogin {
            issuer,
            context,
            application,
            name,
            login,
            wanted,
            sessions: jar.sessions.clone(),
            carrier: Carrier::Browser(jar),
            new_session: None,
            sent: None,
        }))
    }
}
