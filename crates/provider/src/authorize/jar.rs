//! Logins in flight that a browser carries, sealed into cookies: one for each, at most 1,800 bytes each, and all of our cookies together at most
//! 3,500 bytes as a browser sends them.
//!
//! When there is no room for a login, the cookies of ended logins shrink first, then the largest request is stored, and
//! only then the oldest login is given up. What is given up leaves a tombstone that names its application, so that the
//! person can be told where to go.

use std::time::Duration;

use authority::SealedColumn;
use crypto::{Random, b64};
use model::{ApplicationId, LOGIN_FOR, Login, LoginMethod, Phase, Timestamp};
use serde::{Deserialize, Serialize};

use super::browser_request::{BrowserRequest, LoginCookie};
use crate::{
    InternalError, Issuer, SessionCookie,
    sealed_layout::{Layout, pack, unpack},
};

/// How much longer its cookie says that it is over.
const REMEMBERED_FOR: Duration = Duration::from_secs(60 * 60);
/// The most cookies that are opened: more than fit into [`ROOM`].
const MOST_OPENED: usize = 32;
/// How many tombstones a browser keeps.
const MOST_TOMBSTONES: usize = 6;
/// `__Host-login-`, the name of a login, and `=`.
const NAME_AND_SIGN: usize = 13 + 16 + 1;
/// The longest value: 1,800 bytes less the longest name.
pub(crate) const LONGEST: usize = 1_800 - NAME_AND_SIGN;
/// What all of our cookies may take in a `Cookie` header.
const ROOM: usize = 3_500;
/// The cookies that remember the last eID and the language, separators included.
const REMEMBERED: usize = 60;
/// `__Host-session-`, the longest name of an eID, `=`, the value, and the separator.
const SESSION: usize = 15 + 12 + 1 + 43 + 2;
/// A login that takes more than this may gain by having its request stored.
const WORTH_STORING: usize = 500;

/// What to do to the browser's cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieChange {
    /// Keep this.
    Set {
        /// Which login.
        login: String,
        /// Sealed; base64url.
        value: String,
        /// How long the browser keeps it.
        kept_for: Duration,
    },
    /// Forget it.
    Remove {
        /// Which login.
        login: String,
    },
    /// Keep this session, until the browser is closed.
    SetSession {
        /// The cookie.
        session: SessionCookie,
        /// It is also to come from a frame on another site.
        framed: bool,
    },
    /// Forget the session of this eID.
    RemoveSession(LoginMethod),
}

impl CookieChange {
    /// The login whose cookie it changes.
    pub(crate) fn login(&self) -> Option<&str> {
        match self {
            Self::Set { login, .. } | Self::Remove { login } => Some(login),
            Self::SetSession { .. } | Self::RemoveSession(_) => None,
        }
    }
}

/// What a cookie holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Content {
    Login(Box<Login>),
    Tombstone(Tombstone),
}

impl Layout for Content {
    const VERSION: u8 = 6;
}

/// What is left of a login that had to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tombstone {
    /// Whose login it was.
    pub(crate) application: ApplicationId,
    /// The first bytes of the state with which the person left last; zero if they had not left.
    attempt: [u8; 4],
}

/// A login that a cookie opened to.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) name: String,
    pub(crate) login: Login,
    /// The bytes that its cookie takes in a `Cookie` header, separator included.
    size: usize,
}

/// The cookies of one browser at one domain that are ours, each opened when it is needed. One that does not open here is
/// the same as none (RULE-16).
pub(crate) struct Jar<'a> {
    issuer: &'a Issuer,
    now: Timestamp,
    /// Cookies that have not been opened, the newest first.
    unopened: Vec<LoginCookie>,
    held: Held,
    /// Names of cookies that do not open, to be removed unless a copy does.
    closed: Vec<String>,
    /// Names of cookies that opened.
    opened: Vec<String>,
    /// The browser sessions that came.
    pub(super) sessions: Vec<SessionCookie>,
}

/// What the opened cookies of a browser hold.
#[derive(Debug, Default)]
struct Held {
    logins: Vec<Opened>,
    /// The newest first.
    tombstones: Vec<(String, Tombstone)>,
}

/// What has to happen next so that everything fits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MakeRoom {
    /// Everything fits.
    Done,
    /// This login's request is to be stored, and its cookie set anew.
    Store(String),
    /// This login is given up for a tombstone.
    Bury(String),
    /// A tombstone goes.
    Forget(String),
}

fn context(issuer: &Issuer, login: &str, expires_at: Timestamp) -> Vec<u8> {
    // The cookie key is the domain's own, so the domain is bound by the key.
    issuer.context(&SealedColumn::LoginCookie { login, expires_at })
}

/// The end of a login as its cookie claims it; only for choosing which to open.
fn expiry(cookie: &LoginCookie) -> Option<i64> {
    // Twelve characters of base64url hold the first nine bytes.
    let bytes = b64::decode(cookie.value.get(..12)?)?;
    Some(i64::from_be_bytes(*bytes.first_chunk()?))
}

fn open(issuer: &Issuer, cookie: &LoginCookie, now: Timestamp) -> Option<Content> {
    if cookie.login.len() != 16 || cookie.value.len() > LONGEST {
        return None;
    }
    let bytes = b64::decode(&cookie.value)?;
    let (expires, sealed) = bytes.split_first_chunk::<8>()?;
    let expires_at = Timestamp::from_seconds(i64::from_be_bytes(*expires));
    if expires_at.after(REMEMBERED_FOR) <= now {
        return None;
    }
    let plain = issuer.cookie_key.open(&context(issuer, &cookie.login, expires_at), sealed).ok()?;
    let mut content = unpack(plain.expose())?;
    if let Content::Login(login) = &mut content
        && expires_at <= now
        && !login.phase.is_over()
    {
        login.phase = Phase::Over { answer: None };
    }
    Some(content)
}

/// The bytes that a login cookie with a value of this length takes in a `Cookie` header, separator included.
const fn size_of(value: usize) -> usize {
    NAME_AND_SIGN + value + 2
}

impl<'a> Jar<'a> {
    pub(crate) fn of(request: BrowserRequest<'a>) -> Self {
        // More than a browser of ours would send is an attack on our time, or left by an earlier installation at
        // this host: the newest are looked at, by the end that stands readable in front of each.
        let mut newest: Vec<_> =
            request.cookies.logins.iter().map(|cookie| (expiry(cookie), cookie)).collect();
        newest.sort_by_key(|(expiry, _)| std::cmp::Reverse(*expiry));
        let unopened = newest.into_iter().take(MOST_OPENED).map(|(_, cookie)| cookie.clone()).collect();
        let sessions = request.cookies.sessions.clone();
        Self { unopened, sessions, ..Self::empty(request.issuer, request.context.now) }
    }

    /// The jar of a browser that brought nothing.
    pub(crate) fn empty(issuer: &'a Issuer, now: Timestamp) -> Self {
        let (unopened, closed, opened, sessions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { issuer, now, unopened, held: Held::default(), closed, opened, sessions }
    }

    /// Opens the first cookie of those that are left that is `wanted`; says whether there was one.
    fn open_next(&mut self, wanted: impl Fn(&LoginCookie) -> bool) -> bool {
        let Some(at) = self.unopened.iter().position(wanted) else { return false };
        let cookie = self.unopened.remove(at);
        let content = open(self.issuer, &cookie, self.now);
        if content.is_some() {
            self.opened.push(cookie.login.clone());
        }
        match content {
            Some(Content::Login(login)) => {
                let size = size_of(cookie.value.len());
                self.held.logins.push(Opened { name: cookie.login, login: *login, size });
            }
            Some(Content::Tombstone(tombstone)) => self.held.tombstones.push((cookie.login, tombstone)),
            None => self.closed.push(cookie.login),
        }
        true
    }

    fn open_all(&mut self) {
        while self.open_next(|_| true) {}
    }

    /// The first login that is `wanted`, the newest first; no more are opened than it takes to find it.
    fn find_by(&mut self, wanted: impl Fn(&Opened) -> bool) -> Option<&Opened> {
        loop {
            if let Some(at) = self.held.logins.iter().position(&wanted) {
                return self.held.logins.get(at);
            }
            if !self.open_next(|_| true) {
                return None;
            }
        }
    }

    /// Opens the cookies of this name until one opens: a browser may send several, of other paths or domains.
    fn open_named(&mut self, name: &str) {
        while !self.opened.iter().any(|it| it == name) && self.open_next(|cookie| cookie.login == name) {}
    }

    pub(crate) fn find(&mut self, name: &str) -> Option<&Opened> {
        self.open_named(name);
        self.held.logins.iter().find(|it| it.name == name)
    }

    /// The login that is at an eID with this state.
    pub(crate) fn find_state(&mut self, state: &[u8]) -> Option<&Opened> {
        self.find_by(|it| matches!(&it.login.phase, Phase::AtEid { memo, .. } if memo.state == state))
    }

    /// The login that left with this state and has ended or gone on since.
    pub(crate) fn find_attempt(&mut self, state: &[u8]) -> Option<&Opened> {
        self.find_by(|it| it.login.has_left_with(state))
    }

    /// The application of a login that was given up, by its name.
    pub(crate) fn buried(&mut self, name: &str) -> Option<ApplicationId> {
        self.open_named(name);
        self.held.tombstones.iter().find(|(known, _)| known == name).map(|(_, it)| it.application)
    }

    /// The application of a login that was given up, by the state with which the person left.
    pub(crate) fn buried_with_state(&mut self, state: &[u8]) -> Option<ApplicationId> {
        self.open_all();
        let left = |it: &Tombstone| it.attempt != [0; 4] && state.starts_with(&it.attempt);
        self.held.tombstones.iter().find(|(_, it)| left(it)).map(|(_, it)| it.application)
    }

    /// The login that a stored request began.
    pub(crate) fn find_parked(&mut self, id: &[u8; 32]) -> Option<&Opened> {
        self.find_by(|it| it.login.parked.as_ref().is_some_and(|parked| parked.id == *id))
    }

    /// The login that ended last, to be offered again.
    pub(crate) fn latest_over(&mut self) -> Option<&Opened> {
        self.open_all();
        let over = self.held.logins.iter().filter(|it| it.login.phase.is_over());
        over.max_by_key(|it| it.login.started_at)
    }

    /// Names the cookies of which no copy opens. A name of ours has 16 characters; another would not be ours to write.
    pub(crate) fn take_closed(&mut self) -> Vec<CookieChange> {
        let mut closed = std::mem::take(&mut self.closed);
        closed.sort();
        closed.dedup();
        for name in &closed {
            self.open_named(name);
        }
        self.closed.clear();
        let ours = closed.into_iter().filter(|it| it.len() == 16 && !self.opened.contains(it));
        ours.map(|login| CookieChange::Remove { login }).collect()
    }

    /// Keeps a login, in the place of what was known of it. `value`: its sealed cookie value.
    pub(crate) fn put(&mut self, name: &str, login: Login, value: &str) {
        self.held.logins.retain(|it| it.name != name);
        self.held.logins.push(Opened { name: name.to_owned(), login, size: size_of(value.len()) });
    }

    /// Takes a login out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Opened> {
        let at = self.held.logins.iter().position(|it| it.name == name)?;
        Some(self.held.logins.swap_remove(at))
    }

    /// Puts a tombstone in the place of a login that was taken out.
    pub(crate) fn bury(&mut self, name: &str, login: &Login) -> Option<Tombstone> {
        let attempt = login.attempts.last().copied().unwrap_or_default();
        let tombstone = Tombstone { application: login.application()?, attempt };
        self.held.tombstones.insert(0, (name.to_owned(), tombstone));
        Some(tombstone)
    }

    /// Forgets a tombstone.
    pub(crate) fn forget(&mut self, name: &str) {
        self.held.tombstones.retain(|(known, _)| known != name);
    }

    /// How many session cookies the browser has once it has one of this eID.
    pub(crate) fn sessions_with(&self, new: Option<LoginMethod>) -> usize {
        self.sessions.len() + usize::from(new.is_some_and(|eid| self.sessions.iter().all(|it| it.eid != eid)))
    }

    /// Says what has to go next so that all of our cookies fit, with the login `current` and `sessions` sessions among
    /// them. The login `current` is never given up. Repeat until it says [`MakeRoom::Done`].
    pub(crate) fn make_room(&mut self, current: &str, sessions: usize, may_store: bool) -> MakeRoom {
        let unopened: usize = self.unopened.iter().map(|it| size_of(it.value.len())).sum();
        // Any of them may be a tombstone.
        let tombstones = self.unopened.len() + self.held.tombstones.len();
        if tombstones <= MOST_TOMBSTONES && self.held.size() + unopened + others(sessions) <= ROOM {
            return MakeRoom::Done;
        }
        self.open_all();
        self.held.make_room(current, sessions, may_store)
    }
}

/// The bytes that our cookies which are no logins may take.
const fn others(sessions: usize) -> usize {
    REMEMBERED + sessions * SESSION
}

impl Held {
    fn size(&self) -> usize {
        let logins: usize = self.logins.iter().map(|it| it.size).sum();
        logins + self.tombstones.len() * size_of(Tombstone::LENGTH)
    }

    fn make_room(&self, current: &str, sessions: usize, may_store: bool) -> MakeRoom {
        if let Some((name, _)) = self.tombstones.get(MOST_TOMBSTONES..).and_then(<[_]>::last) {
            return MakeRoom::Forget(name.clone());
        }
        if self.size() + others(sessions) <= ROOM {
            return MakeRoom::Done;
        }
        let rest = || self.logins.iter().filter(|it| it.name != current);
        let oldest = |over: bool| {
            let ended = rest().filter(|it| it.login.phase.is_over() == over);
            ended.min_by_key(|it| it.login.started_at).map(|it| it.name.clone())
        };
        let storable = self.logins.iter().filter(|it| it.login.wanted.is_some() && !it.login.phase.is_over());
        let largest = storable.max_by_key(|it| it.size).filter(|it| may_store && it.size > WORTH_STORING);
        let name = |it: &(String, Tombstone)| it.0.clone();
        // The newest tombstone stays while there is another login to give up: what was just given up is still told about.
        let last = self.tombstones.get(1..).and_then(<[_]>::last).map(name);
        let only = self.tombstones.first().map(name);
        None.or_else(|| oldest(true).map(MakeRoom::Bury))
            .or_else(|| largest.map(|it| MakeRoom::Store(it.name.clone())))
            .or_else(|| last.map(MakeRoom::Forget))
            .or_else(|| oldest(false).map(MakeRoom::Bury))
            .or_else(|| only.map(MakeRoom::Forget))
            .unwrap_or(MakeRoom::Done)
    }
}

impl Tombstone {
    /// The length of its sealed value: an expiry (8), what sealing adds (33) and 22 bytes, in base64url.
    const LENGTH: usize = 84;
}

fn seal_content(
    issuer: &Issuer,
    name: &str,
    (content, started_at): (&Content, Timestamp),
    random: &Random,
) -> Result<String, InternalError> {
    let expires_at = started_at.after(LOGIN_FOR);
    let plain = pack(content)?;
    let sealed = issuer.cookie_key.seal(random, &context(issuer, name, expires_at), plain.expose());
    Ok(b64::encode(&[expires_at.seconds().to_be_bytes().as_slice(), &sealed].concat()))
}

/// Seals a login; the value may be longer than a cookie may be ([`LONGEST`]).
pub(crate) fn seal(
    issuer: &Issuer,
    name: &str,
    login: &Login,
    random: &Random,
) -> Result<String, InternalError> {
    seal_content(issuer, name, (&Content::Login(Box::new(login.clone())), login.started_at), random)
}

/// Seals a tombstone for a login that began then.
pub(crate) fn seal_tombstone(
    issuer: &Issuer,
    name: &str,
    (tombstone, started_at): (Tombstone, Timestamp),
    random: &Random,
) -> Result<String, InternalError> {
    seal_content(issuer, name, (&Content::Tombstone(tombstone), started_at), random)
}

/// The change that keeps a sealed login or tombstone.
pub(crate) fn keep(name: &str, value: String) -> CookieChange {
    CookieChange::Set { login: name.to_owned(), value, kept_for: LOGIN_FOR + REMEMBERED_FOR }
}

#[cfg(test)]
mod tests {
    use super::{Content, Held, MakeRoom, Opened, Tombstone, size_of};
    use crate::sealed_layout::pack;
    use model::{ApplicationId, Login, Phase, Timestamp};

    fn login(name: &str, started: i64, size: usize) -> Opened {
        let login = Login::new(None, Timestamp::from_seconds(started));
        Opened { name: name.to_owned(), login, size }
    }

    fn held(logins: Vec<Opened>) -> Held {
        Held { logins, tombstones: Vec::new() }
    }

    fn tombstone() -> Tombstone {
        Tombstone { application: ApplicationId::from_bytes([255; 16]), attempt: [255; 4] }
    }

    #[test]
    fn a_tombstone_takes_at_most_120_bytes() {
        let plain = pack(&Content::Tombstone(tombstone())).unwrap().expose().len();
        assert_eq!((8 + 33 + plain).div_ceil(3) * 4, Tombstone::LENGTH);
        assert!(size_of(Tombstone::LENGTH) <= 120);
    }

    #[test]
    fn ended_logins_go_first_then_the_oldest() {
        let mut ended = login("ended", 9, 1_500);
        ended.login.phase = Phase::Over { answer: None };
        let mut held = held(vec![login("new", 10, 1_500), login("old", 1, 1_500), ended]);
        assert_eq!(held.make_room("new", 0, true), MakeRoom::Bury("ended".to_owned()));
        held.logins.pop();
        assert_eq!(held.make_room("new", 0, true), MakeRoom::Done);
        assert_eq!(held.make_room("new", 7, true), MakeRoom::Bury("old".to_owned()), "sessions count too");
        held.logins.pop();
        assert_eq!(held.make_room("new", 99, true), MakeRoom::Done, "the login that is worked on stays");
    }

    #[test]
    fn the_oldest_tombstones_go() {
        let mut held = held(vec![login("a", 1, 3_000)]);
        for number in 0..7 {
            held.tombstones.insert(0, (number.to_string(), tombstone()));
        }
        assert_eq!(held.make_room("a", 0, true), MakeRoom::Forget("0".to_owned()));
        held.tombstones.pop();
        assert_eq!(held.make_room("a", 0, true), MakeRoom::Forget("1".to_owned()), "they take room");
    }

    #[test]
    fn a_login_that_was_just_given_up_left_nothing_where_its_tombstone_did_not_fit() {
        let mut held = held((0..8).map(|it| login(&it.to_string(), it, 416)).collect());
        held.tombstones.push(("given up".to_owned(), tombstone()));
        assert_eq!(held.make_room("7", 1, true), MakeRoom::Bury("0".to_owned()));
        held.logins.drain(..7);
        assert_eq!(held.make_room("7", 99, true), MakeRoom::Forget("given up".to_owned()));
    }
}
