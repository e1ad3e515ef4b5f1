//! What happened in logins, for support.

use std::collections::HashMap;

use authority::{InstallationPermit, Permission, Permit, SealedColumn};
use crypto::Secret;
use model::{
    ApplicationId, ApplicationSettings, AuthenticationFailure, ClockJump, EventDetails, INSTALLATION,
    LoginEventId, TenantId,
};
use store::{
    StoreError, applications, installation,
    login_events::{self, Kind, LoginEvent},
};
use texts::{Cause, Noun, Outcome};

use crate::{Console, Refusal};

/// The digits of a trace, ten or more, as somebody has read or copied them.
fn trace_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|it| !it.is_whitespace() && *it != '-').collect();
    let fits = (10..=32).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_hexdigit());
    fits.then(|| digits.to_ascii_lowercase())
}

/// How many registered addresses are told.
const MOST_REGISTERED: usize = 10;

/// What the operator is told beside an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExplainedDetails {
    /// What was kept.
    pub kept: EventDetails,
    /// The addresses that the application has registered today, ten at most.
    pub registered: Vec<String>,
}

/// An application as the lists of events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedApplication {
    /// As in the protocol.
    pub client_id: String,
    /// As its people call it.
    pub name: String,
}

/// What a kind of event means.
pub const fn step_outcome(kind: Kind) -> Outcome {
    match kind {
        Kind::Started => Outcome::LoginStarted,
        Kind::TrialStarted => Outcome::TrialStarted,
        Kind::TrialEnded => Outcome::TrialEnded,
        Kind::RequestRefused => Outcome::LoginRequestRefused,
        Kind::SentToEid => Outcome::LoginSentToEid,
        Kind::Proved => Outcome::LoginProved,
        Kind::Declined => Outcome::LoginDeclined,
        Kind::Trouble => Outcome::LoginTrouble,
        Kind::Completed => Outcome::LoginCompleted,
        Kind::CompletedFromSession => Outcome::LoginCompletedFromSession,
        Kind::Failed => Outcome::LoginFailed,
        Kind::Refreshed => Outcome::LoginRefreshed,
        Kind::Redeemed => Outcome::LoginRedeemed,
        Kind::TokenRefused => Outcome::LoginTokenRefused,
        Kind::LoggedOut => Outcome::LoginLoggedOut,
    }
}

/// Why a client did not prove who it is.
pub const fn authentication_outcome(why: AuthenticationFailure) -> Outcome {
    match why {
        AuthenticationFailure::ClientUnknown => Outcome::ClientUnknown,
        AuthenticationFailure::NothingSent => Outcome::ClientSentNothing,
        AuthenticationFailure::SecretWrong => Outcome::ClientSecretWrong,
        AuthenticationFailure::SecretExpired => Outcome::ClientSecretExpired,
        AuthenticationFailure::SecretEnded => Outcome::ClientSecretEnded,
        AuthenticationFailure::OtherMethod => Outcome::ClientOtherMethod,
        AuthenticationFailure::KeyUnknown => Outcome::ClientKeyUnknown,
        AuthenticationFailure::AssertionInvalid => Outcome::ClientAssertionInvalid,
    }
}

impl Console {
    /// Explains the request of a trace id, or of its ten digits, as far as it concerns this tenant: the whole login, if the
    /// request was part of one.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: nothing is known of it, or it is another tenant's. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn explain_in(&self, permit: &Permit, trace: &str) -> Result<Vec<LoginEvent>, Refusal> {
        let tenant = permit.tenant(Permission::ReadLogins)?.id;
        let trace = trace_digits(trace).ok_or(Refusal::NotFound(Noun::Trace))?;
        let events = self.store.read(move |tx| {
            let of_request = login_events::list_by_trace(tx, &trace)?;
            let own: Vec<_> = of_request.into_iter().filter(|it| it.tenant_id == tenant).collect();
            let login = own.iter().find_map(|event| event.login.clone());
            match login {
                Some(login) => login_events::list_by_login(tx, tenant, &login),
                None => Ok::<_, StoreError>(own),
            }
        });
        let mut events = events.await?;
        events.sort_by_key(|event| (event.happened_at, event.kind as u8));
        if events.is_empty() { Err(Refusal::NotFound(Noun::Trace)) } else { Ok(events) }
    }

    /// What was kept of an event of the tenant.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn event_details_in(
        &self,
        permit: &Permit,
        event: &LoginEvent,
    ) -> Result<ExplainedDetails, Refusal> {
        let tenant = permit.tenant(Permission::ReadLogins)?;
        let Some(sealed) = &event.sealed_details else { return Ok(ExplainedDetails::default()) };
        let opened = tenant.opened().unseal(&SealedColumn::EventDetails(event.id), sealed);
        self.explained(event, opened.ok().as_ref()).await
    }

    async fn explained(
        &self,
        event: &LoginEvent,
        opened: Option<&Secret<Vec<u8>>>,
    ) -> Result<ExplainedDetails, Refusal> {
        // Sealed under a master key of before: there is nothing to tell.
        let kept = opened.and_then(|it| EventDetails::parse(it.expose())).unwrap_or_default();
        let registered = match (&kept.return_uri, event.application_id) {
            (Some(_), Some(id)) => self.registered(event, id).await?,
            _ => Vec::new(),
        };
        Ok(ExplainedDetails { kept, registered })
    }

    /// Names the applications of a tenant that stand in events, deleted ones left out.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn application_names_in(
        &self,
        permit: &Permit,
        ids: Vec<ApplicationId>,
    ) -> Result<HashMap<ApplicationId, NamedApplication>, Refusal> {
        let tenant = permit.tenant(Permission::ReadLogins)?.id;
        let read = self.store.read(move |tx| {
            let mut names = HashMap::new();
            for id in ids {
                match applications::get(tx, tenant, id) {
                    Ok(row) => {
                        drop(names.insert(id, NamedApplication { client_id: row.client_id, name: row.name }))
                    }
                    Err(StoreError::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(names)
        });
        Ok(read.await?)
    }

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

    /// Lists the latest events that happened at no domain: unknown hosts, and requests that could not be read. As
    /// [`Console::latest_events`].
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn latest_elsewhere(
        &self,
        permit: &InstallationPermit,
        before: Option<LoginEventId>,
        limit: u32,
    ) -> Result<Vec<LoginEvent>, Refusal> {
        permit.check(Permission::ReadLogins)?;
        let read = self.store.read(move |tx| login_events::list_latest(tx, INSTALLATION, before, limit));
        Ok(read.await?)
    }

    /// Opens what is kept sealed beside an event, with the addresses that its application has registered today. The
    /// operator's: a tenant is not told everything of it.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn event_details(
        &self,
        permit: &InstallationPermit,
        event: &LoginEvent,
    ) -> Result<ExplainedDetails, Refusal> {
        permit.check(Permission::ReadLogins)?;
        let Some(sealed) = &event.sealed_details else { return Ok(ExplainedDetails::default()) };
        let column = SealedColumn::EventDetails(event.id);
        let opened = if event.tenant_id == INSTALLATION {
            self.master.open(&column.context(INSTALLATION), sealed)
        } else {
            match self.tenant_with_bin(permit.caller(), event.tenant_id).await {
                Ok(tenant) => tenant.opened().unseal(&column, sealed),
                // Its data key is gone.
                Err(Refusal::BeingDestroyed { .. } | Refusal::NotFound(_)) => {
                    return Ok(ExplainedDetails::default());
                }
                Err(other) => return Err(other),
            }
        };
        self.explained(event, opened.ok().as_ref()).await
    }

    async fn registered(&self, event: &LoginEvent, id: ApplicationId) -> Result<Vec<String>, Refusal> {
        let tenant = event.tenant_id;
        let row = match self.store.read(move |tx| applications::get(tx, tenant, id)).await {
            Err(StoreError::NotFound) => return Ok(Vec::new()),
            other => other?,
        };
        let settings = ApplicationSettings::parse(&row.settings)?;
        let is_logout = event.cause.as_deref() == Some(Cause::LogoutReturnNotRegistered.id());
        let all = if is_logout { settings.post_logout_redirect_uris } else { settings.redirect_uris };
        Ok(all.into_iter().take(MOST_REGISTERED).collect())
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
