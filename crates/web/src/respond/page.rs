//! Pages with their headers.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use pages::Page;
use texts::Locale;

/// What a page may do, beyond showing itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Powers {
    /// Nothing: it has links only.
    Links,
    /// It has a form that posts to us.
    Forms,
    /// It posts to an application, wherever that redirects to: no `form-action` (see `docs/adr`).
    PostsElsewhere,
}

fn policy(powers: Powers) -> &'static str {
    match powers {
        Powers::Links => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        }
        Powers::Forms => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        }
        Powers::PostsElsewhere => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        }
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// An answer without a body yet, that nobody may keep.
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
pub(crate) fn page(status: StatusCode, view: &dyn Page, locale: Locale, powers: Powers) -> Response {
    page_with(status, view.html(locale), policy(powers), powers)
}

/// A page with a policy of its own.
pub(crate) fn page_with(status: StatusCode, html: String, policy: &str, powers: Powers) -> Response {
    let mut response = answer(status, html);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, value(policy));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if powers == Powers::Forms {
        // So that the browser sends `Origin` with the form.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    response
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
