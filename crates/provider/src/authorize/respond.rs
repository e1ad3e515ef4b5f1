//! The answer to the browser: what it is shown, and what it keeps of its logins.

use model::Parked;
use oidc::ResponseMode;
use store::parked_requests::Origin;

use super::{
    CookieChange, Turn,
    active_login::Work,
    jar::{self, MakeRoom},
    turn::Step,
};
use crate::{Fault, Provider, Refusal};

impl Provider {
    /// Ends a turn: the login goes back into its cookie, or aside when it is too long for one, and other logins of the
    /// browser make room for it.
    pub(super) async fn turn(&self, mut work: Work<'_>, step: Step) -> Result<Turn, Refusal> {
        let mut changes = CookieChanges::from(work.jar.take_closed());
        let value = self.fitting(&mut work).await?;
        work.jar.put(&work.name, work.login.clone(), &value);
        changes.set(jar::keep(&work.name, value));
        let kept = work.kept.take();
        let sessions = work.jar.sessions_with(kept.as_ref());
        let mut may_store = true;
        loop {
            match work.jar.make_room(&work.name, sessions, may_store) {
                MakeRoom::Done => break,
                MakeRoom::Forget(login) => {
                    work.jar.forget(&login);
                    changes.set(CookieChange::Remove { login });
                }
                MakeRoom::Bury(login) => changes.set(self.bury(&mut work, login)?),
                MakeRoom::Store(login) => match self.store_in_place(&mut work, &login).await {
                    Ok(change) => changes.set(change),
                    // Storing is limited, and what was granted is not lost for it; then an older login goes instead.
                    Err(Refusal::TooMany(..) | Refusal::Busy) => may_store = false,
                    Err(other) => return Err(other),
                },
            }
        }
        let cookies = changes.into_iter().chain(kept).collect();
        let in_popup = work.wanted.response_mode == ResponseMode::PostMessage;
        Ok(Turn { step, cookies, ui_locales: work.wanted.ui_locales, in_popup })
    }

    /// Seals the login that is worked on, within what one cookie may take.
    async fn fitting(&self, work: &mut Work<'_>) -> Result<String, Refusal> {
        if work.login.parked.is_none() {
            work.login.wanted = Some(work.wanted.clone());
            let value = jar::seal(work.issuer, &work.name, &work.login, &self.random)?;
            if value.len() <= jar::LONGEST {
                return Ok(value);
            }
            work.login.wanted = None;
            if work.login.phase.is_over() {
                // Not to be started anew, but its application is known.
                let application = work.wanted.application;
                work.login.parked = Some(Parked { id: [0; 32], application });
            } else {
                self.park(work, Origin::Overflow).await?;
            }
        }
        Ok(jar::seal(work.issuer, &work.name, &work.login, &self.random)?)
    }

    /// Stores the request of a login of this browser, so that its cookie gets small.
    async fn store_in_place(&self, work: &mut Work<'_>, name: &str) -> Result<CookieChange, Refusal> {
        let Some(mut login) = work.jar.find(name).map(|it| it.login.clone()) else {
            return Err(Fault::new("a login that is to be stored is not there").into());
        };
        if let Some(wanted) = login.wanted.take() {
            let asked = (&wanted, login.started_at);
            login.parked = Some(self.store_request(work, asked, Origin::Overflow).await?);
        }
        let value = jar::seal(work.issuer, name, &login, &self.random)?;
        work.jar.put(name, login, &value);
        Ok(jar::keep(name, value))
    }

    /// Gives up a login of this browser; what is left tells whose it was.
    fn bury(&self, work: &mut Work<'_>, name: String) -> Result<CookieChange, Refusal> {
        let login = work.jar.take(&name).map(|it| it.login);
        let buried = login.and_then(|it| Some((work.jar.bury(&name, &it)?, it.started_at)));
        let Some(buried) = buried else { return Ok(CookieChange::Remove { login: name }) };
        Ok(jar::keep(&name, jar::seal_tombstone(work.issuer, &name, buried, &self.random)?))
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
