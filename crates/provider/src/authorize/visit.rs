//! A browser comes back to a login: to look, to act, from an eID, or with a form of ours. Each entry finds the login,
//! runs one step, and has its decision dispatched.

use crypto::b64;
use model::{LoginMethod, Phase};
use oidc::Returned;

use super::{
    LoginAction, LoginResponse,
    active_login::{ActiveLogin, Carrier},
    decision::Effect,
    jar::{Jar, Opened},
    order::ASKED,
};
use crate::{BrowserRequest, Provider, Refusal, permitted::permitted_request};

/// What came of looking for a login: the login, or the answer where there is none.
enum Found<'a> {
    Login(Box<ActiveLogin<'a>>),
    Answer(LoginResponse),
}

impl Provider {
    /// Goes on with a login as the person wishes, as far as it stands there.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn continue_login(
        &self,
        request: BrowserRequest<'_>,
        login: &str,
        action: LoginAction,
    ) -> Result<LoginResponse, Refusal> {
        let mut jar = Jar::of(request);
        let Some(opened) = jar.find(login).cloned() else {
            return self.lost(request, &mut jar, login).await;
        };
        let is_polling = matches!(opened.login.phase, Phase::Polling { .. });
        let Some(mut active) = self.take_up(request, &opened, jar).await? else {
            return if is_polling {
                self.form_of_gone(request, opened, ASKED).await
            } else {
                self.gone(request, opened.login.application()).await
            };
        };
        active.sent = is_polling.then(|| ASKED.to_owned());
        self.dispatch(self.act(active, action)).await
    }

    /// Takes the person back from the eID.
    ///
    /// A login ends only in the domain, with the eID and in the browser where it began; the state is spent,
    /// whatever came with it.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn callback(
        &self,
        request: BrowserRequest<'_>,
        eid: LoginMethod,
        returned: Returned,
    ) -> Result<LoginResponse, Refusal> {
        let mut jar = Jar::of(request);
        let state = returned.state.as_deref().and_then(b64::decode).unwrap_or_default();
        let Some(opened) = jar.find_state(&state).cloned() else {
            return self.unexpected(request, jar, &state).await;
        };
        let Some(active) = self.take_up(request, &opened, jar).await? else {
            return self.gone(request, opened.login.application()).await;
        };
        let Phase::AtEid { memo, .. } = &active.login.phase else { return Ok(active.over()) };
        let Some(_returning) = self.take_return(memo.state) else { return Ok(active.over()) };
        let decided = self.returned(active, eid, returned).await?;
        self.dispatch(decided).await
    }

    /// Takes the person's decision about what the application may see.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn decide_consent(
        &self,
        request: BrowserRequest<'_>,
        login: &str,
        agreed: bool,
    ) -> Result<LoginResponse, Refusal> {
        let sent = if agreed { "allow" } else { "deny" };
        match self.find_form(request, login, sent).await? {
            Found::Answer(response) => Ok(response),
            Found::Login(active) => self.dispatch(self.consented(*active, agreed).await?).await,
        }
    }

    /// Takes what a test user typed: into which login, and the username.
    ///
    /// `verify` says whether the password is the one with this digest, or with none; it takes tens of milliseconds, so
    /// run it where it blocks no other request.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] for an address that keeps guessing; [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn sign_in(
        &self,
        request: BrowserRequest<'_>,
        login: &str,
        username: &str,
        verify: impl AsyncFnOnce(Option<Vec<u8>>) -> bool,
    ) -> Result<LoginResponse, Refusal> {
        match self.find_form(request, login, username).await? {
            Found::Answer(response) => Ok(response),
            Found::Login(active) => self.dispatch(self.signed_in(*active, username, verify).await?).await,
        }
    }

    /// Finds the login that a form belongs to. `sent`: what was sent, to recognise the same form.
    async fn find_form<'a>(
        &self,
        request: BrowserRequest<'a>,
        login: &str,
        sent: &str,
    ) -> Result<Found<'a>, Refusal> {
        let mut jar = Jar::of(request);
        let Some(opened) = jar.find(login).cloned() else {
            return self.lost(request, &mut jar, login).await.map(Found::Answer);
        };
        match self.take_up(request, &opened, jar).await? {
            Some(mut active) => {
                active.sent = Some(sent.to_owned());
                Ok(Found::Login(Box::new(active)))
            }
            None => self.form_of_gone(request, opened, sent).await.map(Found::Answer),
        }
    }

    /// A form of a login whose stored request is gone: with the first answer to the same form, which is given again, or
    /// with the login.
    async fn form_of_gone(
        &self,
        request: BrowserRequest<'_>,
        opened: Opened,
        sent: &str,
    ) -> Result<LoginResponse, Refusal> {
        let BrowserRequest { issuer, cookies, context } = request;
        let Some(kept) = self.find_kept(issuer, (&opened.login.phase, sent), context).await? else {
            return self.gone(request, opened.login.application()).await;
        };
        let application = match self.application_by_id(issuer, kept.wanted.application, context).await {
            Err(Refusal::NotFound) => return self.gone(request, None).await,
            other => other?,
        };
        let issuer = issuer.seen_by(&application);
        // Not every login whose request is gone has ended: its answer may no longer go where it went a moment ago.
        let Some(wanted) = permitted_request(issuer, &application, kept.wanted.clone()) else {
            return self.gone(request, opened.login.application()).await;
        };
        let active = ActiveLogin {
            issuer,
            context,
            application,
            name: opened.name,
            login: kept.login.clone(),
            wanted,
            carrier: Carrier::Browser(Jar::of(request)),
            sessions: cookies.sessions.clone(),
            new_session: None,
            sent: Some(sent.to_owned()),
        };
        self.dispatch(active.settle(Effect::Repeat(Box::new(kept)))).await
    }
}
