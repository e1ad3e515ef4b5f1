//! The answer to the browser: what it is shown, and what it keeps of its logins.

use model::Parked;
use store::parked_requests::Origin;

use super::{
    CookieChange, LoginResponse,
    active_login::{ActiveLogin, Carrier},
    jar::{self, Jar, MakeRoom},
    login_response::Step,
};
use crate::{InternalError, Issuer, Provider, Refusal};

impl Provider {
    /// Ends a request: what carries the login keeps it as it stands now.
    pub(super) async fn respond(
        &self,
        mut active: ActiveLogin<'_>,
        step: Step,
    ) -> Result<LoginResponse, Refusal> {
        let cookies = match &mut active.carrier {
            Carrier::Browser(jar) => {
                let jar = std::mem::replace(jar, Jar::empty(active.issuer, active.context.now));
                self.keep_in_browser(&mut active, jar).await?
            }
        };
        Ok(LoginResponse { step, cookies, ui_locales: active.wanted.ui_locales })
    }

    /// The login goes back into its cookie, or aside when it is too long for one, and other logins of the browser make
    /// room for it.
    async fn keep_in_browser(
        &self,
        active: &mut ActiveLogin<'_>,
        mut jar: Jar<'_>,
    ) -> Result<Vec<CookieChange>, Refusal> {
        let mut changes = CookieChanges::default();
        let value = self.fitting(active).await?;
        jar.put(&active.name, active.login.clone(), &value);
        changes.set(jar::keep(&active.name, value));
        let new_session = active.new_session.take();
        let sessions = jar.sessions_with(new_session.as_ref().map(|it| it.session.eid));
        let mut may_store = true;
        loop {
            match jar.make_room(&active.name, sessions, may_store) {
                MakeRoom::Done => break,
                MakeRoom::Forget(login) => {
                    jar.forget(&login);
                    changes.set(CookieChange::Remove { login });
                }
                MakeRoom::Bury(login) => changes.set(self.bury(active.issuer, &mut jar, login)?),
                MakeRoom::Store(login) => match self.store_in_place(active, &mut jar, &login).await {
                    Ok(change) => changes.set(change),
                    // Storing is limited, and what was granted is not lost for it; then an older login goes instead.
                    Err(Refusal::TooMany(..) | Refusal::Busy) => may_store = false,
                    Err(other) => return Err(other),
                },
            }
        }
        // Last: making room may have opened more of them.
        jar.take_closed().into_iter().for_each(|change| changes.set_unless_there(change));
        Ok(changes.into_iter().chain(new_session.map(CookieChange::from)).collect())
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
        jar: &mut Jar<'_>,
        name: &str,
    ) -> Result<CookieChange, Refusal> {
        let Some(mut login) = jar.find(name).map(|it| it.login.clone()) else {
            return Err(InternalError::new("a login that is to be stored is not there").into());
        };
        if let Some(wanted) = login.wanted.take() {
            let asked = (&wanted, login.started_at);
            login.parked = Some(self.store_request(active, asked, Origin::Overflow).await?);
        }
        let value = jar::seal(active.issuer, name, &login, &self.random)?;
        jar.put(name, login, &value);
        Ok(jar::keep(name, value))
    }

    /// Gives up a login of this browser; what is left tells whose it was.
    fn bury(&self, issuer: &Issuer, jar: &mut Jar<'_>, name: String) -> Result<CookieChange, Refusal> {
        let login = jar.take(&name).map(|it| it.login);
        let buried = login.and_then(|it| Some((jar.bury(&name, &it)?, it.started_at)));
        let Some(buried) = buried else { return Ok(CookieChange::Remove { login: name }) };
        Ok(jar::keep(&name, jar::seal_tombstone(issuer, &name, buried, &self.random)?))
    }
}

/// Changes to login cookies; a later one for the same login replaces an earlier one.
#[derive(Default)]
struct CookieChanges(Vec<CookieChange>);

impl CookieChanges {
    fn set(&mut self, change: CookieChange) {
        self.0.retain(|it| it.login() != change.login());
        self.0.push(change);
    }

    fn set_unless_there(&mut self, change: CookieChange) {
        if self.0.iter().all(|it| it.login() != change.login()) {
            self.0.push(change);
        }
    }

    fn into_iter(self) -> impl Iterator<Item = CookieChange> {
        self.0.into_iter()
    }
}
