//! What happened in logins, for support.

use authority::{InstallationPermit, Permission, Permit};
use model::{ApplicationId, ClockJump, LoginEventId, TenantId};
use store::{
    StoreError, applications, installation,
    login_events::{self, LoginEvent},
};
use texts::Noun;

use crate::{Console, Refusal};

/// The digits of a trace, ten or more, as somebody has read or copied them.
fn trace_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|it| !it.is_whitespace() && *it != '-').collect();
    let fits = (10..=32).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_hexdigit());
    fits.then(|| digits.to_ascii_lowercase())
}

/// An application as the lists of events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedApplication {
    /// As in the protocol.
    pub client_id: String,
    /// As its people call it.
    pub name: String,
}

impl Console {
    /// Finds what happened in the login that a request belonged to: all its events, in their order. Without a login,
    /// only the request's own. The operator's.
    ///
    /// `trace`: as in the response header, or its first ten digits as on the page, with a space or without. Where those
    /// begin several traces, the events of each request are listed, and no login's.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when nothing is known of it, or not any more; [`Refusal::Store`].
    pub async fn explain(
        &self,
        permit: &InstallationPermit,
        trace: &str,
    ) -> Result<Vec<LoginEvent>, Refusal> {
        permit.check(Permission::ReadLogins)?;
        let trace = trace_digits(trace).ok_or(Refusal::NotFound(Noun::Trace))?;
        let events = self.store.read(move |tx| {
            let of_request = login_events::list_by_trace(tx, &trace)?;
            let first = of_request.first().map(|it| it.trace.clone());
            if of_request.iter().any(|it| Some(&it.trace) != first.as_ref()) {
                return Ok::<_, StoreError>(of_request);
            }
            let login = of_request.iter().find_map(|event| Some((event.tenant_id, event.login.clone()?)));
            match login {
                Some((tenant, login)) => login_events::list_by_login(tx, tenant, &login),
                None => Ok(of_request),
            }
        });
        let mut events = events.await?;
        // Steps of one request share its instant; they are listed in the order in which a login takes them.
        events.sort_by_key(|event| (event.happened_at, event.kind as u8));
        if events.is_empty() { Err(Refusal::NotFound(Noun::Trace)) } else { Ok(events) }
    }

    /// Lists the latest events of a tenant's logins that are older than `before`, the last one first; at most `limit`.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn latest_events(
        &self,
        permit: &Permit,
        before: Option<LoginEventId>,
        limit: u32,
    ) -> Result<Vec<LoginEvent>, Refusal> {
        let tenant = permit.tenant(Permission::ReadLogins)?.id;
        Ok(self.store.read(move |tx| login_events::list_latest(tx, tenant, before, limit)).await?)
    }

    /// The last jump of a node's clock, which may be why something was refused for its time. The operator's.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn clock_jump(&self, permit: &InstallationPermit) -> Result<Option<ClockJump>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let found = self.store.read(|tx| installation::find(tx, installation::CLOCK_JUMP)).await?;
        Ok(found.and_then(|it| serde_json::from_slice(&it).ok()))
    }

    /// Gives the client id and name of an application, whatever its state; the operator's, for reports.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn application_name(
        &self,
        permit: &InstallationPermit,
        tenant: TenantId,
        id: ApplicationId,
    ) -> Result<NamedApplication, Refusal> {
        permit.check(Permission::ReadLogins)?;
        let row = self.store.read(move |tx| applications::get(tx, tenant, id)).await;
        let named = row.map(|row| NamedApplication { client_id: row.client_id, name: row.name });
        named.map_err(|error| Refusal::of(error, Noun::Application))
    }
}
