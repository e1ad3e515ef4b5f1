//! A login that a cookie names is taken up, with what it needs.

use super::{
    active_login::Work,
    jar::{Jar, Opened},
};
use crate::{Call, Issuer, Provider, Refusal, permitted::permitted_request};

impl Provider {
    /// Takes up a login that a cookie names; `None` when what it needs is gone.
    pub(super) async fn take_up<'a>(
        &self,
        issuer: &'a Issuer,
        opened: &Opened,
        jar: Jar,
        call: &'a Call,
    ) -> Result<Option<Work<'a>>, Refusal> {
        let Some(wanted) = self.stored_request(issuer, &opened.login, call).await? else { return Ok(None) };
        // Looked up anew at every step: an application that was disabled meanwhile has no logins.
        let application = match self.application_by_id(issuer, wanted.application, call).await {
            Err(Refusal::NotFound) => return Ok(None),
            other => other?,
        };
        let Opened { name, login, .. } = opened.clone();
        Ok(permitted_request(issuer, &application, wanted).map(|wanted| Work {
            issuer,
            call,
            application,
            name,
            login,
            wanted,
            jar,
            kept: None,
            sent: None,
        }))
    }
}
