//! The only place where an error becomes an answer: JSON for applications, pages for people, a log line for us.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use oidc::ErrorCode;
use pages::{Form, Frame, RefusalPage, RequestFacts};
use provider::{Refusal, Refused, RequestContext, TraceId};
use serde_json::json;
use texts::{Cause, Locale};

use super::page::{ContentPolicy, json as json_answer, page, policy_of};
use crate::{headers::accept_language, route::Audience};

const fn status_of(cause: Cause) -> StatusCode {
    match cause {
        Cause::NotFound => StatusCode::NOT_FOUND,
        Cause::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Cause::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Cause::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Cause::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Cause::ClearText | Cause::ProxyNotTrusted | Cause::DomainDisabled => StatusCode::FORBIDDEN,
        Cause::Internal | Cause::ProxySchemeMissing => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The cause of an answer that a framework gave in our name.
fn cause_of(status: StatusCode) -> Cause {
    match status {
        StatusCode::NOT_FOUND => Cause::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Cause::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Cause::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::URI_TOO_LONG
        | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Cause::RequestTooLarge,
        StatusCode::TOO_MANY_REQUESTS => Cause::TooManyRequests,
        StatusCode::SERVICE_UNAVAILABLE => Cause::Busy,
        status if status.is_server_error() => Cause::Internal,
        _ => Cause::RequestMalformed,
    }
}

/// Our own trouble is logged with what caused it; why a request was refused stands in its line at the door.
fn log(refusal: &Refusal, context: &RequestContext) {
    let (trace, cause) = (context.trace, refusal.cause().id());
    match refusal {
        Refusal::Internal(fault) => tracing::error!(%trace, cause, %fault, "a request failed"),
        Refusal::Busy => tracing::warn!(%trace, cause, "a request was turned away: the store is busy"),
        _ => {}
    }
}

/// Notes why, for the line at the door.
pub(crate) fn noted(mut response: Response, refused: Refused) -> Response {
    response.extensions_mut().insert(refused);
    response
}

/// What stands behind a refusal, for the line at the door.
fn refused_of(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::Page(refused) | Refusal::OAuth(refused) | Refusal::TooMany(refused, _) => refused.clone(),
        other => Refused::new(other.cause()),
    }
}

/// Tells a client that is refused for load when to come back.
fn with_retry(mut response: Response) -> Response {
    let (status, headers) = (response.status(), response.headers_mut());
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("2"));
    }
    response
}

/// The same where it is known when that is: in whole seconds, never none.
fn with_wait(mut response: Response, refusal: &Refusal) -> Response {
    if let Refusal::TooMany(_, wait) = refusal {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    with_retry(response)
}

/// A refusal as a page; `frame` is the domain's, where it is known.
pub(crate) fn refusal_page(
    frame: Frame,
    refusal: &Refusal,
    locale: Locale,
    context: &RequestContext,
) -> Response {
    log(refusal, context);
    let (cause, refused) = (refusal.cause(), refused_of(refusal));
    let shown = page_about(frame, (status_of(cause), &refused), locale, context.trace);
    noted(with_wait(shown, refusal), refused)
}

/// A page that leads nowhere.
pub(crate) fn cause_page(
    frame: Frame,
    (status, cause): (StatusCode, Cause),
    locale: Locale,
    context: &RequestContext,
) -> Response {
    page_of(frame, (status, cause), locale, context.trace)
}

fn page_of(frame: Frame, (status, cause): (StatusCode, Cause), locale: Locale, trace: TraceId) -> Response {
    let refused = Refused::new(cause);
    let shown = page_about(frame, (status, &refused), locale, trace);
    noted(shown, refused)
}

fn page_about(
    frame: Frame,
    (status, refused): (StatusCode, &Refused),
    locale: Locale,
    trace: TraceId,
) -> Response {
    let view = RefusalPage {
        frame,
        cause: refused.cause,
        application: None,
        trace_id: trace.to_string(),
        log_out: None,
        facts: facts(refused),
    };
    let policy = policy_of(&view.frame);
    page(status, &view, locale, policy)
}

/// Says whether what a request brought can be shown on a page of ours: nobody writes a sentence with it.
fn is_token(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_graphic() || it == '…')
}

/// What the developer's part of the page says of the request. Why a client did not authenticate is for the operator alone.
fn facts(refused: &Refused) -> RequestFacts {
    let Some(details) = &refused.details else { return RequestFacts::default() };
    RequestFacts {
        client: details.application.as_ref().map(|(client_id, name)| format!("{name} ({client_id})")),
        sent_client_id: details.kept.client_id.clone().filter(|it| is_token(it)),
        sent_uri: details.kept.return_uri.clone().filter(|it| is_token(it)),
        registered: details.registered.clone(),
    }
}

/// What is said of a request that no handler saw: JSON where programs ask, a page where people do.
pub(crate) fn unhandled(
    (status, cause): (StatusCode, Option<Cause>),
    (audience, headers): (Audience, &HeaderMap),
    trace: TraceId,
) -> Response {
    let cause = cause.unwrap_or_else(|| cause_of(status));
    if audience == Audience::Program {
        json_of(status, &Refused::new(cause), trace)
    } else {
        page_of(Frame::default(), (status, cause), preferred(headers), trace)
    }
}

/// The refusal of a request to log out. There is no return address, and the person can log out all the same.
pub(crate) fn logout_refusal_page(
    frame: Frame,
    refused: Refused,
    locale: Locale,
    context: &RequestContext,
) -> Response {
    let view = RefusalPage {
        frame,
        cause: refused.cause,
        application: None,
        trace_id: context.trace.to_string(),
        log_out: Some(Form { action: "/oauth2/logout".to_owned(), hidden: Vec::new() }),
        facts: facts(&refused),
    };
    noted(page(status_of(refused.cause), &view, locale, ContentPolicy::Forms), refused)
}

/// A refusal before it is known what was asked: JSON where programs ask, a page where people do.
pub(crate) fn refusal_at(
    (audience, frame): (Audience, Frame),
    refusal: &Refusal,
    locale: Locale,
    context: &RequestContext,
) -> Response {
    if audience == Audience::Program {
        token_refusal(refusal, context)
    } else {
        refusal_page(frame, refusal, locale, context)
    }
}

/// The language of a page before anything else is known.
pub(crate) fn preferred(headers: &HeaderMap) -> Locale {
    Locale::choose(&[] as &[&str], accept_language(headers).as_deref())
}

/// Puts our words in place of a framework's, where an error did not come from us. Its headers (`Allow`,
/// `Retry-After`) stay.
pub(crate) fn in_our_words(
    response: Response,
    audience: Audience,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<Refused>().is_some() {
        return response;
    }
    let mut ours = unhandled((status, None), (audience, headers), context.trace);
    for name in [header::ALLOW, header::RETRY_AFTER, header::VARY, header::ACCESS_CONTROL_ALLOW_ORIGIN] {
        if let Some(value) = response.headers().get(&name) {
            ours.headers_mut().insert(name, value.clone());
        }
    }
    with_retry(ours)
}

/// The text that goes out: the catalogue's, and the trace id.
fn description(cause: Cause, trace: TraceId) -> String {
    format!("{} (trace {trace})", cause.description())
}

fn json_of(status: StatusCode, refused: &Refused, trace: TraceId) -> Response {
    let body =
        json!({"error": refused.code().as_str(), "error_description": description(refused.cause, trace)});
    noted(json_answer(status, &body), refused.clone())
}

/// A refusal as JSON (RFC 6749 §5.2).
pub(crate) fn token_refusal(refusal: &Refusal, context: &RequestContext) -> Response {
    log(refusal, context);
    let refused = refused_of(refusal);
    let is_client = refused.code() == ErrorCode::InvalidClient;
    let status = if is_client { StatusCode::UNAUTHORIZED } else { status_of(refused.cause) };
    let mut response = json_of(status, &refused, context.trace);
    // RFC 9110 §15.5.2: a 401 always has a challenge.
    if is_client {
        let challenge = HeaderValue::from_static("Basic realm=\"token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    with_wait(response, refusal)
}

/// The challenge for a request without any credentials, which has no error code (RFC 6750 §3.1).
pub(crate) fn bearer_challenge() -> Response {
    let mut response = super::page::answer(StatusCode::UNAUTHORIZED, "");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    noted(response, Refused::new(Cause::TokenMissing))
}

/// A refusal at a resource (RFC 6750 §3).
pub(crate) fn bearer_refusal(refusal: &Refusal, context: &RequestContext) -> Response {
    let Refusal::OAuth(refused) = refusal else { return token_refusal(refusal, context) };
    let status = match refused.code() {
        ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = json_of(status, refused, context.trace);
    let challenge = format!(
        "Bearer error=\"{}\", error_description=\"{}\"",
        refused.code().as_str(),
        description(refused.cause, context.trace)
    );
    response.headers_mut().extend(
        HeaderValue::from_str(&challenge).ok().map(|challenge| (header::WWW_AUTHENTICATE, challenge)),
    );
    response
}
