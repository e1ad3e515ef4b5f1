//! Cross-origin answers for browser applications. Never with credentials, and at the authorization endpoint only for
//! JSON answers, where an application turned those on (RFC 9700 §2.6).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::page::answer;
use crate::{App, domain_request::DomainRequest};

/// What a script may send along, whatever it asks: tracing libraries add their headers to every call, Idura's SDK sends
/// `Prefer` with a pushed request, and Swagger UI `X-Requested-With` with a code.
///
/// Spec: W3C Trace Context §3, <https://www.w3.org/TR/trace-context/#trace-context-http-headers-format>
const ASKED_WITH: &str =
    "Authorization, Content-Type, Prefer, X-Requested-With, Traceparent, Tracestate, Baggage";

/// Adds the headers that let the asking origin read this answer, if it is the application's.
pub(crate) async fn readable(
    app: &App,
    visit: &DomainRequest,
    client_id: Option<&str>,
    mut response: Response,
) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = &visit.origin else { return response };
    // Trouble with the store is then trouble with CORS too; the browser tells its script no more than "no".
    let may = app.provider.may_read(&visit.issuer, origin, client_id, &visit.context).await.unwrap_or(false);
    if let (true, Ok(origin)) = (may, HeaderValue::from_str(origin)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("WWW-Authenticate, Trace-Id, Retry-After"),
        );
    }
    response
}

/// Answers a preflight, which names no client.
pub(crate) async fn preflight(app: &App, visit: &DomainRequest) -> Response {
    preflight_of(app, visit, None).await
}

/// Answers a preflight whose address may name one.
pub(crate) async fn preflight_of(app: &App, visit: &DomainRequest, client_id: Option<&str>) -> Response {
    let mut response = readable(app, visit, client_id, answer(StatusCode::NO_CONTENT, "")).await;
    let headers = response.headers_mut();
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ASKED_WITH));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Answers a preflight for what everybody may read.
pub(crate) fn public_preflight() -> Response {
    let mut response = answer(StatusCode::NO_CONTENT, "");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ASKED_WITH));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}
