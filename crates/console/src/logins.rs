//! What happened in logins, for support.

use authority::{InstallationPermit, Permission};
use model::{ApplicationId, ClockJump, TenantId};
use store::{
    StoreError, applications, installation,
    login_events::{self, LoginEvent},
};
use texts::Noun;

use crate::{Console, Refusal};

impl Console {
    /// Finds what happened in the login that a request belonged to: all its events, in their order. Without a login,
    /// only the request's own. The operator's.
    ///
    /// `trace`: as on the page and in the response header.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when nothing is known of it, or not any more; [`Refusal::Store`].
    pub async fn explain(
        &self,
        permit: &InstallationPermit,
        trace: &str,
    ) -> Result<Vec<LoginEvent>, Refusal> {
        permit.check(Permission::ReadLogins)?;
        let trace = trace.trim().to_ascii_lowercase();
        let events = self.store.read(move |tx| {
            let of_request = login_events::list_by_trace(tx, &trace)?;
            let login = of_request.iter().find_map(|event| Some((event.tenant_id, event.login.clone()?)));
            match login {
                Some((tenant, login)) => login_events::list_by_login(tx, tenant, &login),
                None => Ok::<_, StoreError>(of_request),
            }
        });
        let mut events = events.await?;
        // Steps of one request share its instant; they are listed in the order in which a login takes them.
        events.sort_by_key(|event| (event.happened_at, event.kind as u8));
        if events.is_empty() { Err(Refusal::NotFound(Noun::Trace)) } else { Ok(events) }
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
    ) -> Result<(String, String), Refusal> {
        permit.check(Permission::ReadLogins)?;
        let row = self.store.read(move |tx| applications::get(tx, tenant, id)).await;
        row.map(|row| (row.client_id, row.name)).map_err(|error| Refusal::of(error, Noun::Application))
    }
}
