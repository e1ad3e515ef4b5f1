//! The answer to the browser: what it is shown, and what it keeps of its logins.

use model::Parked;
use oidc::ResponseMode;
use store::parked_requests::Origin;

use super::{
    CookieChange, LoginResponse,
    active_login::ActiveLogin,
    jar::{self, MakeRoom},
    login_response::Step,
};
use crate::{InternalError, Provider, Refusal};

impl Provider {
    /// Ends a turn: the login goes back into its cookie, or aside when it is too long for one, and other logins of the
    /// browser make room for it.
    pub(super) async fn respond(
        &self,
        mut active: ActiveLogin<'_>,
        step: Step,
    ) -> Result<LoginResponse, Refusal> {
        let mut changes = CookieChanges::from(active.jar.take_closed());
        let value = self.fitting(&mut active).await?;
        active.jar.put(&active.name, active.login.clone(), &value);
        changes.set(jar::keep(&active.name, value));
        let kept = active.kept.take();
        let sessions = active.jar.sessions_with(kept.as_ref());
        let mut may_store = true;
        loop {
            match active.jar.make_room(&active.name, sessions, may_store) {
                MakeRoom::Done => break,
                MakeRoom::Forget(login) => {
                    active.jar.forget(&login);
                    changes.set(CookieChange::Remove { login });
                }
                MakeRoom::Bury(login) => changes.set(self.bury(&mut active, login)?),
                MakeRoom::Store(login) => match self.store_in_place(&mut active, &login).await {
                    Ok(change) => changes.set(change),
                    // Storing is limited, and what was granted is not lost for it; then an older login goes instead.
                    Err(Refusal::TooMany(..) | Refusal::Busy) => may_store = false,
                    Err(other) => return Err(other),
                },
            }
        }
        let cookies = changes.into_iter().chain(kept).collect();
        let in_popup = active.wanted.response_mode == ResponseMode::PostMessage;
        Ok(LoginResponse { step, cookies, ui_locales: active.wanted.ui_locales, in_popup })
    }

    /// Seals the login that is worked on, within what one cookie may take.
    async fn fitting(&self, active: &mut ActiveLogin<'_>) -> Result<String, Refusal> {
        if active.login.parked.is_none() {
            active.login.wanted = Some(active.wanted.clone());
            let value = jar::seal(active.issuer, &active.name, &active.login, &self.random)?;
            if value.len() <= jar::LONGEST {
                return Ok(value);
            }
            active.login.wanted = None;
            if active.login.phase.is_over() {
                // Not to be started anew, but its application is known.
                let application = active.wanted.application;
                active.login.parked = Some(Parked { id: [0; 32], application });
            } else {
                self.park(active, Origin::Overflow).await?;
            }
        }
        Ok(jar::seal(active.issuer, &active.name, &active.login, &self.random)?)
    }

    /// Stores the request of a login of this browser, so that its cookie gets small.
    async fn store_in_place(
        &self,
        active: &mut ActiveLogin<'_>,
        name: &str,
    ) -> Result<CookieChange, Refusal> {
        let Some(mut login) = active.jar.find(name).map(|it| it.login.clone()) else {
            return Err(InternalError::new("a login that is to be stored is not there").into());
        };
        if let Some(wanted) = login.wanted.take() {
            let asked = (&wanted, login.started_at);
            login.parked = Some(self.store_request(active, asked, Origin::Overflow).await?);
        }
        let value = jar::seal(active.issuer, name, &login, &self.random)?;
        active.jar.put(name, login, &value);
        Ok(jar::keep(name, value))
    }

    /// Gives up a login of this browser; what is left tells whose it was.
    fn bury(&self, active: &mut ActiveLogin<'_>, name: String) -> Result<CookieChange, Refusal> {
        let login = active.jar.take(&name).map(|it| it.login);
        let buried = login.and_then(|it| Some((active.jar.bury(&name, &it)?, it.started_at)));
        let Some(buried) = buried else { return Ok(CookieChange::Remove { login: name }) };
        Ok(jar::keep(&name, jar::seal_tombstone(active.issuer, &name, buried, &self.random)?))
    }
}

/// Changes to login cookies; a later one for the same login replaces an earlier one.
struct CookieChanges(Vec<CookieChange>);

impl From<Vec<CookieChange>> for CookieChanges {
    fn from(changes: Vec<CookieChange>) -> Self {
        Self(changes)
    }
}

impl CookieChanges {
    fn set(&mut self, change: CookieChange) {
        self.0.retain(|it| it.login() != change.login());
        self.0.push(change);
    }

    fn into_iter(self) -> impl Iterator<Item = CookieChange> {
        self.0.into_iter()
    }
}
