//! Our cookies: names, prefixes, attributes.
//!
//! Over https a name has the `__Host-` prefix and the cookie is `Secure`. Over plain http (a loopback test domain
//! in development) it has neither, because Safari drops them there.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use model::LoginMethod;
use provider::{BrowserCookies, CookieChange, LoginCookie, SessionCookie};
use texts::Locale;

use crate::headers;

const LOGIN: &str = "login-";
const SESSION: &str = "session-";
const LAST_EID: &str = "last-eid";
const LANGUAGE: &str = "language";
/// How long a browser remembers the last used eID and the chosen language.
const HALF_A_YEAR: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// What a browser sent that is ours. What is malformed is as if it had not come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cookies {
    pub(crate) brought: BrowserCookies,
    pub(crate) last_eid: Option<LoginMethod>,
    pub(crate) language: Option<Locale>,
}

fn prefix(https: bool) -> &'static str {
    if https { "__Host-" } else { "" }
}

impl Cookies {
    pub(crate) fn read(headers: &HeaderMap, https: bool) -> Self {
        let mut cookies = Self::default();
        for (name, value) in headers::cookies(headers) {
            let Some(name) = name.strip_prefix(prefix(https)) else { continue };
            if let Some(login) = name.strip_prefix(LOGIN) {
                cookies.brought.logins.push(LoginCookie { login: login.to_owned(), value: value.to_owned() });
            } else if let Some(eid) = name.strip_prefix(SESSION).and_then(LoginMethod::parse) {
                let is_first = cookies.brought.sessions.iter().all(|it| it.eid != eid);
                if is_first {
                    cookies.brought.sessions.push(SessionCookie { eid, value: value.to_owned() });
                }
            } else if name == LAST_EID {
                cookies.last_eid = LoginMethod::parse(value);
            } else if name == LANGUAGE {
                cookies.language = Locale::parse(value);
            }
        }
        cookies
    }
}

/// The console's session.
pub(crate) const CONSOLE_SESSION: &str = "console-session";
/// A sign-in to the console that was begun.
pub(crate) const CONSOLE_SIGN_IN: &str = "console-sign-in";
/// A trial that was begun in the console.
pub(crate) const CONSOLE_TRIAL: &str = "console-trial";
/// What a browser is known by that asked for a code by SMS, or in which the receiver of a sandbox order signed in.
pub(crate) const CONSOLE_PHONE: &str = "console-phone";
/// A browser in which a colleague accepted the link of a section.
pub(crate) const CONSOLE_COLLEAGUE: &str = "console-colleague";

/// The value of a cookie of the console; `None` where it came twice, because then one of them is not ours.
pub(crate) fn console_cookie(headers: &HeaderMap, name: &str, https: bool) -> Option<String> {
    let mut found =
        headers::cookies(headers).filter(|(known, _)| known.strip_prefix(prefix(https)) == Some(name));
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value.to_owned()),
        _ => None,
    }
}

/// Gives the browser a cookie of the console. It comes along when somebody follows a link to the console, as from a letter;
/// forms are accepted by their origin only, whatever cookies come with them.
pub(crate) fn set_console_cookie(
    headers: &mut HeaderMap,
    (name, value): (&str, &str),
    kept_for: Option<Duration>,
    https: bool,
) {
    headers.extend(set(name, value, kept_for, https).map(|line| (header::SET_COOKIE, line)));
}

/// Takes a cookie of the console away.
pub(crate) fn clear_console_cookie(headers: &mut HeaderMap, name: &str, https: bool) {
    set_console_cookie(headers, (name, ""), Some(Duration::ZERO), https);
}

/// `kept_for`: none means until the browser is closed.
fn set(name: &str, value: &str, kept_for: Option<Duration>, https: bool) -> Option<HeaderValue> {
    set_for(Reach::SameSite, (name, value), kept_for, https)
}

/// From where a cookie comes along.
#[derive(Clone, Copy)]
enum Reach {
    /// With navigation, and from our own pages.
    SameSite,
    /// From frames of other sites too; browsers want TLS for that.
    Framed,
}

fn set_for(
    reach: Reach,
    (name, value): (&str, &str),
    kept_for: Option<Duration>,
    https: bool,
) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let same_site = match reach {
        Reach::Framed if https => "None",
        Reach::Framed | Reach::SameSite => "Lax",
    };
    let lasting = kept_for.map(|it| format!("; Max-Age={}", it.as_secs())).unwrap_or_default();
    let line =
        format!("{}{name}={value}; Path=/{lasting}; HttpOnly; SameSite={same_site}{secure}", prefix(https));
    HeaderValue::from_str(&line).ok()
}

/// Writes what the provider wants the browser to keep and forget.
pub(crate) fn write_changes(headers: &mut HeaderMap, changes: &[CookieChange], https: bool) {
    for change in changes {
        let line = match change {
            CookieChange::Set { login, value, kept_for } => {
                set(&format!("{LOGIN}{login}"), value, Some(*kept_for), https)
            }
            CookieChange::Remove { login } => {
                set(&format!("{LOGIN}{login}"), "", Some(Duration::ZERO), https)
            }
            CookieChange::SetSession { session, framed } => {
                let reach = if *framed { Reach::Framed } else { Reach::SameSite };
                let name = format!("{SESSION}{}", session.eid.as_str());
                set_for(reach, (&name, &session.value), None, https)
            }
            CookieChange::RemoveSession(eid) => {
                set(&format!("{SESSION}{}", eid.as_str()), "", Some(Duration::ZERO), https)
            }
        };
        headers.extend(line.map(|line| (header::SET_COOKIE, line)));
    }
}

/// Remembers the eID that was used last.
pub(crate) fn write_last_eid(headers: &mut HeaderMap, eid: LoginMethod, https: bool) {
    headers
        .extend(set(LAST_EID, eid.as_str(), Some(HALF_A_YEAR), https).map(|line| (header::SET_COOKIE, line)));
}

/// Remembers the language that was chosen on a page.
pub(crate) fn write_language(headers: &mut HeaderMap, locale: Locale, https: bool) {
    headers.extend(
        set(LANGUAGE, locale.as_str(), Some(HALF_A_YEAR), https).map(|line| (header::SET_COOKIE, line)),
    );
}
