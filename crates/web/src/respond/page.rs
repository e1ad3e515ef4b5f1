//! Pages with their headers.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use pages::{Continue, Frame, Page};
use texts::Locale;

use crate::route::Route;

const OPENER_POLICY: &str = "cross-origin-opener-policy";
/// All headers of an answer together, in bytes: what fits a proxy's buffer of one page of memory.
const LARGEST_HEADERS: usize = 4_000;
/// What is added on the way out: the status line, `Date`, `Content-Length`, `Connection`, `Trace-Id`, and that browsers
/// stay with TLS.
const ADDED_LATER: usize = 240;

/// What a page may do, beyond showing itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentPolicy {
    /// Nothing: it has links only.
    Links,
    /// It has a form that posts to us.
    Forms,
    /// It posts to an application, wherever that redirects to: no `form-action` (see `docs/adr`).
    PostsElsewhere,
}

/// What a page of links may do, with its choice of a language.
pub(crate) const fn policy_of(frame: &Frame) -> ContentPolicy {
    if frame.chooses_language_by_form { ContentPolicy::Forms } else { ContentPolicy::Links }
}

/// What every page loads: our own style sheet, font and images.
macro_rules! loads_own {
    ($more:literal) => {
        concat!(
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; ",
            $more
        )
    };
}
pub(crate) use loads_own;

const fn policy(powers: ContentPolicy) -> &'static str {
    match powers {
        ContentPolicy::Links => loads_own!("form-action 'none'; frame-ancestors 'none'"),
        ContentPolicy::Forms => loads_own!("form-action 'self'; frame-ancestors 'none'"),
        ContentPolicy::PostsElsewhere => loads_own!("script-src 'self'; frame-ancestors 'none'"),
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// An answer without a body yet, not to be cached.
pub(crate) fn answer(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A page.
pub(crate) fn page(status: StatusCode, view: &dyn Page, locale: Locale, powers: ContentPolicy) -> Response {
    page_with(status, view.html(locale), policy(powers), powers)
}

/// A page with a policy of its own.
pub(crate) fn page_with(status: StatusCode, html: String, policy: &str, powers: ContentPolicy) -> Response {
    let mut response = answer(status, html);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, value(policy));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    if powers == ContentPolicy::Forms {
        // So that the browser sends `Origin` with the form.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    response
}

/// Leaves the pages of a login in touch with the window that opened it: applications log people in through a popup, and
/// a policy of its own would cut the two off for good.
///
/// Spec: HTML §7.1.3, <https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies>
pub(crate) fn keep_opener(response: &mut Response, route: Route) {
    if route.keeps_opener
        && let Some(policy) = response.headers_mut().get_mut(OPENER_POLICY)
    {
        *policy = HeaderValue::from_static("unsafe-none");
    }
}

/// Says whether an answer that leads on has more headers than a proxy with small buffers takes.
pub(crate) fn is_too_long(response: &Response) -> bool {
    let headers = response.headers();
    let sum: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    headers.contains_key(header::LOCATION) && sum + ADDED_LATER > LARGEST_HEADERS
}

/// The same way on as a page that goes on by itself: the address stands in the body, where there is room.
pub(crate) fn going_on_by_itself(mut response: Response, frame: Frame, locale: Locale) -> Response {
    let Some(location) = response.headers_mut().remove(header::LOCATION) else { return response };
    let href = location.to_str().unwrap_or_default().to_owned();
    let mut shown = page(StatusCode::OK, &Continue { frame, href }, locale, ContentPolicy::Links);
    for (name, value) in response.headers().iter().filter(|(name, _)| **name != header::CONTENT_LENGTH) {
        if *name == header::SET_COOKIE || !shown.headers().contains_key(name) {
            shown.headers_mut().append(name, value.clone());
        }
    }
    std::mem::swap(shown.extensions_mut(), response.extensions_mut());
    shown
}

/// The same resource, for ever at another address.
pub(crate) fn moved(location: &str) -> Response {
    let mut response = see_other(location);
    if response.status() == StatusCode::SEE_OTHER {
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    }
    response
}

/// On to another address, by GET. After a form with credentials this must be 303 (RFC 9700 §4.12).
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = answer(StatusCode::SEE_OTHER, Body::empty());
    match HeaderValue::from_str(location) {
        Ok(location) => drop(response.headers_mut().insert(header::LOCATION, location)),
        // A registered URI and percent-encoded values are always printable ASCII.
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

/// JSON.
pub(crate) fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let mut response = answer(status, serde_json::to_vec(body).unwrap_or_default());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A JWT, signed or encrypted.
pub(crate) fn jwt(token: &str) -> Response {
    let mut response = answer(StatusCode::OK, token.to_owned());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    response
}

/// JSON that is the same for everybody for a while.
pub(crate) fn public_json(body: &impl serde::Serialize) -> Response {
    let mut response = json(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
