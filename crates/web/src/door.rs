//! The door of a domain: every request gets a name and a line in the log, and is let in or not.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use provider::{Refusal, Refused, RequestContext, Seat, TraceId};
use texts::Cause;

use crate::{
    App, ClientAddress,
    domain_request::host,
    frame::frame,
    headers::{SEC_FETCH_DEST, is_ambiguous},
    respond::{
        error::{cause_page, in_our_words, preferred, refusal_at},
        page::{going_on_by_itself, is_too_long, keep_opener},
    },
    route::{Counted, Effects, Route},
    routes::find,
};

/// The longest request target, in bytes.
pub(crate) const LONGEST_URI: usize = 32 * 1024;
/// How long a request may take, its body and what we ask of others included.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(45);

/// A method as it is logged: anybody can send any word.
pub(crate) fn word_of(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"];
    KNOWN.into_iter().find(|it| *it == method.as_str()).unwrap_or("other")
}

/// Names every request, turns away what is too large to look at, and writes one line about what happened.
pub(crate) async fn at_the_door(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ClientAddress>().map(|it| it.0);
    let context = RequestContext { now: (app.clock)(), trace: TraceId::new(app.provider.random()), from };
    request.extensions_mut().insert(context.trace);
    let target = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    let method = request.method().clone();
    // Known since its path was folded, unless it is not in the table.
    let route = request.extensions().get::<Route>().copied();
    let route = route.unwrap_or_else(|| find(request.uri().path()));
    request.extensions_mut().insert(route);
    // The pattern, not the path: into that anybody can write a name, a number or a token.
    let pattern = request.extensions().get::<MatchedPath>().cloned();
    // Kept where nothing is there, and sealed.
    let asked_for = request.uri().path().to_owned();
    let host = host_of(&request);
    let asked = request.headers().clone();
    let is_sound = host.is_some() && !is_ambiguous(request.uri(), &asked);
    let host = host.unwrap_or_default();
    let seat = if is_sound { let_in(&app, &request, (route, &context)) } else { Err(unsound()) };
    let look = only_a_look(&request, route, (&asked, &context));
    let is_look = look.is_some();
    let mut response = if let Err(refusal) = &seat {
        refusal_at((route.audience, pages::Frame::default()), refusal, preferred(&asked), &context)
    } else if let Some(answer) = look {
        answer
    } else if target > LONGEST_URI {
        empty(StatusCode::URI_TOO_LONG)
    } else {
        // The longest that anything takes is an eID's token and userinfo answers, ten seconds each.
        match tokio::time::timeout(LONGEST_WAIT, next.run(request)).await {
            Ok(response) => response,
            Err(_) => empty(StatusCode::REQUEST_TIMEOUT),
        }
    };
    drop(seat);
    response = in_our_words(response, route.audience, &asked, &context);
    if is_too_long(&response) {
        let frame = app.provider.issuer(&host, &context).await.ok().map(|issuer| frame(&issuer, None));
        response = going_on_by_itself(response, frame.unwrap_or_default(), preferred(&asked));
    }
    keep_opener(&mut response, route);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && !is_look {
        app.provider.note_busy();
    }
    let trace = response.extensions().get::<TraceId>().copied().unwrap_or(context.trace);
    let headers = response.headers_mut();
    if let Ok(trace) = HeaderValue::from_str(&trace.to_string()) {
        headers.insert("trace-id", trace);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let refused = response.extensions().get::<Refused>();
    let (cause, client_id) =
        (refused.map(|it| it.cause.id()), refused.and_then(|it| it.client_id.as_deref()));
    if let Some(refused) = refused {
        app.provider.note_at_the_door((&host, &asked_for), refused, &context);
    }
    let (method, path) = (word_of(&method), pattern.as_ref().map_or("unknown", MatchedPath::as_str));
    let status = response.status().as_u16();
    tracing::info!(%trace, method, path, status, cause, client_id, "request");
    response
}

/// The answer to a request that is no visit, at an address where a visit does something: a HEAD, a prefetch, and what
/// another page asks for as a part of itself. Nothing is done.
fn only_a_look(
    request: &Request,
    route: Route,
    (headers, context): (&HeaderMap, &RequestContext),
) -> Option<Response> {
    if route.effects == Effects::None {
        return None;
    }
    if request.method() == Method::HEAD {
        return Some(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    // "prefetch", or "prefetch;prerender" (Fetch standard, "Sec-Purpose"); Safari says `Purpose`.
    let is_prefetch = |name| text(name).is_some_and(|it| it.trim_start().starts_with("prefetch"));
    if is_prefetch("sec-purpose") || is_prefetch("purpose") {
        return Some(empty(StatusCode::SERVICE_UNAVAILABLE));
    }
    let is_visit = match text(SEC_FETCH_DEST.as_str()) {
        None | Some("document" | "iframe") => true,
        // A script may ask in the mode that answers scripts; the provider knows the mode of what was pushed too.
        Some("empty") => request.method() == Method::GET && route.effects == Effects::OfVisitsAndScripts,
        Some(_) => false,
    };
    let cause = (StatusCode::BAD_REQUEST, Cause::NotOpenedAsPage);
    (!is_visit).then(|| cause_page(pages::Frame::default(), cause, preferred(headers), context))
}

/// Turns away who comes too often, and whom there is no room for. Where applications prove who they are, only those who
/// do not are counted, by the provider; a style sheet costs nothing.
fn let_in(app: &App, request: &Request, (route, context): (Route, &RequestContext)) -> Result<Seat, Refusal> {
    if route.counted == Counted::ByAddress {
        app.provider.admit_address(context)?;
    }
    app.provider.seat(&host_of(request).unwrap_or_default())
}

pub(crate) fn host_of(request: &Request) -> Option<String> {
    host(request.uri(), request.headers(), request.extensions())
}

const fn unsound() -> Refusal {
    Refusal::Page(Refused::new(Cause::HeaderInvalid))
}

/// An answer that gets its words at the door.
pub(crate) fn empty(status: StatusCode) -> Response {
    crate::respond::page::answer(status, Body::empty())
}
