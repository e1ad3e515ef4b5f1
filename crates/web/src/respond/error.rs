//! The only place where an error becomes an answer: JSON for applications, pages for people, a log line for us.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use oidc::ErrorCode;
use pages::{Frame, RefusalPage};
use provider::{Call, OAuthRefusal, PageProblem, Refusal};
use serde_json::json;
use texts::{Locale, Trouble};

use super::page::{Powers, json as json_answer, page};

const fn trouble_of(refusal: &Refusal) -> (StatusCode, Trouble, &'static str) {
    match refusal {
        Refusal::Page(PageProblem::Client) => (
            StatusCode::BAD_REQUEST,
            Trouble::BadClient,
            "invalid_request: client_id is missing, doubled or unknown",
        ),
        Refusal::Page(PageProblem::RedirectUri) => (
            StatusCode::BAD_REQUEST,
            Trouble::BadRedirectUri,
            "invalid_request: redirect_uri is missing, doubled or not registered",
        ),
        Refusal::Page(PageProblem::Logout) => (
            StatusCode::BAD_REQUEST,
            Trouble::LogoutBadRequest,
            "invalid_request: the logout request contradicts itself, or its hint does not verify",
        ),
        Refusal::Page(PageProblem::LogoutReturn) => (
            StatusCode::BAD_REQUEST,
            Trouble::LogoutBadReturn,
            "invalid_request: post_logout_redirect_uri is not registered, or nothing says whose it is",
        ),
        Refusal::OAuth(_) => (StatusCode::BAD_REQUEST, Trouble::BadRequest, "invalid_request"),
        Refusal::NotFound => (StatusCode::NOT_FOUND, Trouble::NotFound, "not_found"),
        Refusal::Busy => (StatusCode::SERVICE_UNAVAILABLE, Trouble::Internal, "temporarily_unavailable"),
        Refusal::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, Trouble::Internal, "server_error"),
    }
}

fn log(refusal: &Refusal, call: &Call) {
    match refusal {
        Refusal::Internal(fault) => tracing::error!(trace = %call.trace, %fault, "a request failed"),
        Refusal::Busy => tracing::warn!(trace = %call.trace, "a request was turned away: the store is busy"),
        _ => {}
    }
}

/// A refusal as a page.
pub(crate) fn refusal_page(refusal: &Refusal, locale: Locale, call: &Call) -> Response {
    log(refusal, call);
    let (status, trouble, code) = trouble_of(refusal);
    let mut response = trouble_page(status, trouble, (locale, code), call);
    if matches!(refusal, Refusal::Busy) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// A page that leads nowhere.
pub(crate) fn trouble_page(
    status: StatusCode,
    trouble: Trouble,
    (locale, code): (Locale, &str),
    call: &Call,
) -> Response {
    let view = RefusalPage {
        frame: Frame::default(),
        trouble,
        application: None,
        code: code.to_owned(),
        trace_id: call.trace.to_string(),
    };
    page(status, &view, locale, Powers::Links)
}

/// A refusal as JSON (RFC 6749 §5.2).
pub(crate) fn token_refusal(refusal: &Refusal, call: &Call) -> Response {
    log(refusal, call);
    let (status, code, description) = match refusal {
        Refusal::OAuth(OAuthRefusal { code: ErrorCode::InvalidClient, description }) => {
            (StatusCode::UNAUTHORIZED, ErrorCode::InvalidClient.as_str(), *description)
        }
        Refusal::OAuth(OAuthRefusal { code, description }) => {
            (StatusCode::BAD_REQUEST, code.as_str(), *description)
        }
        Refusal::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again in a moment")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "an error on our side"),
    };
    let body = json!({"error": code, "error_description": format!("{description} (trace {})", call.trace)});
    let mut response = json_answer(status, &body);
    let headers = response.headers_mut();
    // RFC 9110 §15.5.2: a 401 always has a challenge.
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"token\""));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// The challenge for a request without any credentials, which has no error code (RFC 6750 §3.1).
pub(crate) fn bearer_challenge() -> Response {
    let mut response = super::page::answer(StatusCode::UNAUTHORIZED, "");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// A refusal at a resource (RFC 6750 §3).
pub(crate) fn bearer_refusal(refusal: &Refusal, call: &Call) -> Response {
    let Refusal::OAuth(OAuthRefusal { code, description }) = refusal else {
        return token_refusal(refusal, call);
    };
    let status = match code {
        ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let description = format!("{description} (trace {})", call.trace);
    let mut response =
        json_answer(status, &json!({"error": code.as_str(), "error_description": description}));
    let challenge = format!("Bearer error=\"{}\", error_description=\"{description}\"", code.as_str());
    response.headers_mut().extend(
        HeaderValue::from_str(&challenge).ok().map(|challenge| (header::WWW_AUTHENTICATE, challenge)),
    );
    response
}
