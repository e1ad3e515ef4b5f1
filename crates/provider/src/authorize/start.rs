//! The first turn of a login: check, and send the person on their way.

use std::sync::Arc;

use crypto::Digest;
use model::{Login, Parked, Timestamp, Wanted};
use oidc::{AuthorizationParams, AuthorizationResponse, ResponseMode};
use store::{
    login_events::Kind,
    parked_requests::{self, Origin},
};
use texts::Cause;

use super::{
    Brought, CookieChange, Step, Turn,
    jar::{self, Jar, LOGIN_FOR, MakeRoom, Opened},
    request::{self, trusted_return, understand},
};
use crate::{
    Application, Call, Fault, Issuer, Provider, Refusal, Refused, admission::Doing, noted::Event,
    packed::unpack, permitted::permitted_request, refusal::refuse_page,
};

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// By GET: cookies came along.
    Get,
    /// By POST from another site: no cookies came, so it is stored and continued by GET.
    Post,
}

/// What an application asked, understood.
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    /// The pushed request that it was.
    pub(super) pushed: Option<[u8; 32]>,
}

/// A login being worked on, with what belongs to it.
pub(crate) struct Work<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) call: &'a Call,
    pub(crate) application: Arc<Application>,
    pub(crate) name: String,
    pub(crate) login: Login,
    pub(crate) wanted: Wanted,
    pub(crate) jar: Jar,
    /// A new session's cookie, to go out with the answer.
    pub(crate) kept: Option<CookieChange>,
    /// What was sent with a form of ours, to recognise the same form when it is sent again.
    pub(crate) sent: Option<String>,
}

impl Provider {
    /// Decodes the acr of a path segment in front of `/oauth2/authorize` or discovery.
    pub fn acr_of_segment(segment: &str) -> Option<String> {
        request::acr_of_segment(segment)
    }

    /// Begins a login.
    ///
    /// # Errors
    /// [`Refusal::Page`] for a client or redirect URI that cannot be trusted; everything else about the request
    /// is answered to the application. [`Refusal::TooMany`] before anything is begun: sent to the application, it would
    /// come back at once.
    pub async fn authorize(
        &self,
        issuer: &Issuer,
        params: &AuthorizationParams,
        arrival: (Arrival, &Brought),
        call: &Call,
    ) -> Result<Turn, Refusal> {
        let turn = self.begin_login(issuer, params, arrival, call).await;
        if let Err(Refusal::Page(refused)) = &turn {
            self.note_refusal(issuer, None, refused.cause, call);
        }
        turn
    }

    fn note_refusal(&self, issuer: &Issuer, application: Option<&Application>, cause: Cause, call: &Call) {
        let kind = Kind::RequestRefused;
        self.note(issuer, Event { kind, application, login: None, eid: None, cause: Some(cause) }, call);
    }

    async fn begin_login(
        &self,
        issuer: &Issuer,
        params: &AuthorizationParams,
        arrival: (Arrival, &Brought),
        call: &Call,
    ) -> Result<Turn, Refusal> {
        let (arrival, brought) = arrival;
        let application = match &params.client_id {
            Some(client_id) => {
                self.application(issuer, client_id, call).await.map_err(|refusal| match refusal {
                    Refusal::NotFound => refuse_page(Cause::ClientUnknown),
                    other => other,
                })?
            }
            None => return Err(refuse_page(Cause::ClientIdMissing)),
        };
        if params.pushed().is_some() {
            self.admit_client(issuer, (&application, Doing::Authorizing), call)?;
            return self.present(issuer, (application, params), (arrival, brought), call).await;
        }
        let redirect_uri = trusted_return(&application, params)
            .map_err(|cause| refuse_page(cause).of(&application.client_id))?;
        self.admit_client(issuer, (&application, Doing::Authorizing), call)?;
        let as_asked;
        let params = match &params.request {
            Some(_) => {
                as_asked = params.clone().answered_as_the_object_says();
                &as_asked
            }
            None => params,
        };
        let must_push = application.settings.require_par || issuer.settings.require_par;
        let understood = understand(issuer, &application, params, redirect_uri.clone(), call)
            .and_then(|it| if must_push { Err((Cause::PushRequired, it.response_mode)) } else { Ok(it) });
        let wanted = match understood {
            Ok(wanted) => wanted,
            Err((cause, mode)) => {
                self.note_refusal(issuer, Some(&application), cause, call);
                let refused = Refused { cause, client_id: Some(application.client_id.clone()) };
                return Ok(refusal_turn(issuer, (redirect_uri, mode), refused, params.state.clone(), call));
            }
        };
        self.go(issuer, (application, Asked { wanted, pushed: None }), (arrival, brought), call).await
    }

    /// Begins the login of a request that was understood.
    pub(super) async fn go(
        &self,
        issuer: &Issuer,
        (application, asked): (Arc<Application>, Asked),
        (arrival, brought): (Arrival, &Brought),
        call: &Call,
    ) -> Result<Turn, Refusal> {
        let Asked { wanted, pushed } = asked;
        if wanted.prompt.none && arrival == (Arrival::Get) && brought.sessions.is_empty() {
            // The common answer to a silent attempt: no session came, so no login is begun.
            let client_id = Some(application.client_id.clone());
            let refused = Refused { cause: Cause::NobodyLoggedIn, client_id };
            let back = (wanted.redirect_uri, wanted.response_mode);
            return Ok(refusal_turn(issuer, back, refused, wanted.state, call));
        }
        let parked = pushed.map(|id| Parked { id, application: application.id });
        let login = Login::new(parked, call.now);
        let name = jar::new_name(&self.random);
        let jar = Jar::open(issuer, brought, call.now);
        let mut work = Work { issuer, call, application, name, login, wanted, jar, kept: None, sent: None };
        self.note_of(&work, Kind::Started, None, None);
        if arrival == Arrival::Post {
            if pushed.is_none() {
                self.park(&mut work, Origin::Post).await?;
            }
            let login = work.name.clone();
            return self.turn(work, Step::Show { login }).await;
        }
        self.begin(work).await
    }

    /// Stores what was asked, because it came by POST or takes too much room in cookies.
    pub(crate) async fn park(&self, work: &mut Work<'_>, origin: Origin) -> Result<(), Refusal> {
        let asked = (&work.wanted, work.login.started_at);
        let parked = self.store_request(work, asked, origin).await?;
        work.login.parked = Some(parked);
        Ok(())
    }

    /// Stores what was asked in a login of the browser that `work` works for.
    async fn store_request(
        &self,
        work: &Work<'_>,
        (wanted, started_at): (&Wanted, Timestamp),
        origin: Origin,
    ) -> Result<Parked, Refusal> {
        let id: [u8; 32] = self.random.bytes();
        let row = self.parked(work.issuer, (wanted, origin), &id, started_at.after(LOGIN_FOR))?;
        self.admit_stored(work.issuer, (&work.application, row.sealed_request.len(), false), work.call)?;
        self.store.write(move |tx| parked_requests::insert(tx, &row)).await?;
        Ok(Parked { id, application: wanted.application })
    }

    /// Gives what a login's application asked, from the login itself or from where it was parked.
    pub(crate) async fn wanted(
        &self,
        issuer: &Issuer,
        login: &Login,
        call: &Call,
    ) -> Result<Option<Wanted>, Refusal> {
        let Some(id) = login.parked.as_ref().map(|it| it.id) else { return Ok(login.wanted.clone()) };
        let (tenant, digest, now) = (issuer.tenant, Digest::of(&id), call.now);
        let row = self.store.read(move |tx| parked_requests::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row.filter(|row| row.domain_id == issuer.domain) else { return Ok(None) };
        let plain =
            issuer.seal.open(&parked_place(issuer, &digest), &row.sealed_request).map_err(Fault::new)?;
        Ok(unpack(plain.expose()))
    }

    /// Takes up a login that a cookie names; `None` when what it needs is gone.
    pub(crate) async fn take_up<'a>(
        &self,
        issuer: &'a Issuer,
        opened: &Opened,
        jar: Jar,
        call: &'a Call,
    ) -> Result<Option<Work<'a>>, Refusal> {
        let Some(wanted) = self.wanted(issuer, &opened.login, call).await? else { return Ok(None) };
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

    /// Ends a turn: the login goes back into its cookie, or aside when it is too long for one, and other logins of the
    /// browser make room for it.
    pub(crate) async fn turn(&self, mut work: Work<'_>, step: Step) -> Result<Turn, Refusal> {
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
                    // Storing is limited; then an older login goes instead.
                    Err(Refusal::TooMany(..)) => may_store = false,
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

pub(super) fn parked_place(issuer: &Issuer, digest: &Digest) -> Vec<u8> {
    issuer.place("parked_requests", "sealed_request", &crypto::b64::encode(digest.as_bytes()))
}

/// Sends an error back for a request that never became a login.
fn refusal_turn(
    issuer: &Issuer,
    (redirect_uri, mode): (String, ResponseMode),
    refused: Refused,
    state: Option<String>,
    call: &Call,
) -> Turn {
    let description = format!("{} (trace {})", refused.cause.description(), call.trace);
    // One that was refused for its length is not carried back either.
    let state = state.filter(|it| it.len() <= request::LONGEST_STATE);
    let answer =
        AuthorizationResponse::error(redirect_uri, mode, (refused.code(), description), state, issuer.url());
    Turn::page(Step::Refuse(answer, refused))
}
