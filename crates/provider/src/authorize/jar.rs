//! Logins in flight, sealed into cookies: one for each, at most four per browser, at most 1,800 bytes each.

use std::time::Duration;

use crypto::{Random, b64};
use model::{Eid, Login, Phase, Timestamp};

use crate::{
    Fault, Issuer, SessionCookie,
    packed::{pack, unpack},
};

/// How long a login may take.
pub(crate) const LOGIN_FOR: Duration = Duration::from_secs(15 * 60);
/// How much longer its cookie says that it is over.
const REMEMBERED_FOR: Duration = Duration::from_secs(60 * 60);
/// How many logins a browser may have in flight; the oldest goes.
const MOST: usize = 4;
/// The longest value: 1,800 bytes less the longest name (`__Host-login-` and 16 characters) and `=`.
pub(crate) const LONGEST: usize = 1_800 - 13 - 16 - 1;

/// The cookies of ours that a browser brought.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// Of logins in flight.
    pub logins: Vec<LoginCookie>,
    /// Of browser sessions, one for each eID at most.
    pub sessions: Vec<SessionCookie>,
}

/// A cookie that came: the part of its name that names the login, and its value.
#[derive(Clone)]
pub struct LoginCookie {
    /// 16 characters of base64url.
    pub login: String,
    /// As it came.
    pub value: String,
}

impl std::fmt::Debug for LoginCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LoginCookie({})", self.login)
    }
}

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
    RemoveSession(Eid),
}

/// A login that a cookie opened to.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) name: String,
    pub(crate) login: Login,
}

/// The login cookies of one browser at one domain. A cookie that does not open here is the same as none
/// (RULE-16).
#[derive(Debug)]
pub(crate) struct Jar {
    opened: Vec<Opened>,
    /// Names of cookies that do not open, to be removed.
    closed: Vec<String>,
    /// As they came; opened when they are needed.
    pub(crate) sessions: Vec<SessionCookie>,
}

fn place(issuer: &Issuer, name: &str, expires_at: Timestamp) -> Vec<u8> {
    // The cookie key is the domain's own, so the domain is bound by the key.
    issuer.place("cookies", "login", &format!("{name} {}", expires_at.seconds()))
}

/// The end of a login as its cookie claims it; only for choosing which to open.
fn expiry(cookie: &LoginCookie) -> Option<i64> {
    // Twelve characters of base64url hold the first nine bytes.
    let bytes = b64::decode(cookie.value.get(..12)?)?;
    Some(i64::from_be_bytes(*bytes.first_chunk()?))
}

fn open(issuer: &Issuer, cookie: &LoginCookie, now: Timestamp) -> Option<Opened> {
    if cookie.login.len() != 16 || cookie.value.len() > LONGEST {
        return None;
    }
    let bytes = b64::decode(&cookie.value)?;
    let (expires, sealed) = bytes.split_first_chunk::<8>()?;
    let expires_at = Timestamp::from_seconds(i64::from_be_bytes(*expires));
    if expires_at.after(REMEMBERED_FOR) <= now {
        return None;
    }
    let plain = issuer.cookie_key.open(&place(issuer, &cookie.login, expires_at), sealed).ok()?;
    let mut login: Login = unpack(plain.expose())?;
    if expires_at <= now {
        login.phase = Phase::Over;
    }
    Some(Opened { name: cookie.login.clone(), login })
}

impl Jar {
    pub(crate) fn open(issuer: &Issuer, brought: &Brought, now: Timestamp) -> Self {
        // More than a browser of ours would send is an attack on our time, or left by an earlier installation at
        // this host: the newest are looked at, by the end that stands readable in front of each.
        let mut newest: Vec<&LoginCookie> = brought.logins.iter().collect();
        newest.sort_by_key(|cookie| std::cmp::Reverse(expiry(cookie)));
        let mut jar = Self { opened: Vec::new(), closed: Vec::new(), sessions: brought.sessions.clone() };
        for cookie in newest.into_iter().take(4 * MOST) {
            match open(issuer, cookie, now) {
                Some(login) => jar.opened.push(login),
                None => jar.closed.push(cookie.login.clone()),
            }
        }
        jar
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Opened> {
        self.opened.iter().find(|it| it.name == name)
    }

    /// The login that is at an eID with this state.
    pub(crate) fn find_state(&self, state: &[u8]) -> Option<&Opened> {
        self.opened
            .iter()
            .find(|it| matches!(&it.login.phase, Phase::AtEid { memo, .. } if memo.state == state))
    }

    /// The login that a stored request began.
    pub(crate) fn find_parked(&self, id: &[u8; 32]) -> Option<&Opened> {
        self.opened.iter().find(|it| it.login.parked.as_ref() == Some(id))
    }

    /// The login that ended last, to be offered again.
    pub(crate) fn latest_over(&self) -> Option<&Opened> {
        let over = self.opened.iter().filter(|it| it.login.phase == Phase::Over);
        over.max_by_key(|it| it.login.started_at)
    }

    /// Makes room for one more.
    pub(crate) fn room(&self, name: &str) -> Vec<CookieChange> {
        let mut others: Vec<&Opened> = self.opened.iter().filter(|it| it.name != name).collect();
        others.sort_by_key(|it| (it.login.phase != Phase::Over, it.login.started_at));
        let surplus = (others.len() + 1).saturating_sub(MOST);
        let oldest = others.into_iter().take(surplus).map(|it| it.name.clone());
        // A name of ours has 16 characters; another would not be ours to write.
        let closed = self.closed.iter().filter(|it| it.len() == 16 && *it != name).cloned();
        oldest.chain(closed).map(|login| CookieChange::Remove { login }).collect()
    }
}

/// Makes the name of a new login.
pub(crate) fn new_name(random: &Random) -> String {
    b64::encode(&random.bytes::<12>())
}

/// Seals a login; the value may be longer than a cookie may be ([`LONGEST`]).
pub(crate) fn seal(issuer: &Issuer, name: &str, login: &Login, random: &Random) -> Result<String, Fault> {
    let expires_at = login.started_at.after(LOGIN_FOR);
    let plain = pack(login)?;
    let sealed = issuer.cookie_key.seal(random, &place(issuer, name, expires_at), plain.expose());
    Ok(b64::encode(&[expires_at.seconds().to_be_bytes().as_slice(), &sealed].concat()))
}

/// The change that keeps a sealed login.
pub(crate) fn keep(name: &str, value: String) -> CookieChange {
    CookieChange::Set { login: name.to_owned(), value, kept_for: LOGIN_FOR + REMEMBERED_FOR }
}
