//! What the sites of development (the sample application, the simulators) have in common.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use pages::{Frame, Stop, StopReason};
use texts::Locale;

use crate::{
    respond::{
        error::preferred,
        page::{ContentPolicy, answer as bare, page},
    },
    site_language::in_languages,
};

/// The language of a page there: bokmål or English, as the browser prefers.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
    match preferred(headers) {
        Locale::En => Locale::En,
        Locale::Nb | Locale::Nn => Locale::Nb,
    }
}

/// What surrounds a page there: it always says that people are fictitious.
pub(crate) fn frame() -> Frame {
    Frame { is_test: true, ..Frame::default() }
}

/// The same for a page that can be asked for again in another language, at its path and query; empty: where it is.
pub(crate) fn frame_at(target: &str) -> Frame {
    Frame { languages: in_languages(target), ..frame() }
}

/// Says why it stops here: a page for people; a line, or nothing, for programs. `detail`: what a program is told, in
/// English. `start`: where to begin again.
pub(crate) fn stop(
    headers: &HeaderMap,
    (status, reason): (StatusCode, StopReason),
    detail: Option<&str>,
    start: Option<&str>,
) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        let (detail, start_href) = (detail.map(str::to_owned), start.map(str::to_owned));
        // What another site sent, or was too much just now, is not asked for again by a link.
        let is_asked_again = matches!(reason, StopReason::NotFound | StopReason::NoRequest);
        let frame = if is_asked_again { frame_at("") } else { frame() };
        let view = Stop { frame, reason, detail, start_href };
        return page(status, &view, locale(headers), ContentPolicy::Links);
    }
    let body = detail.map_or_else(Body::empty, |detail| Body::from(format!("{detail}\n")));
    let mut response = bare(status, body);
    if detail.is_some() {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
    }
    response
}
