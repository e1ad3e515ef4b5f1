//! Our own files; their names have a digest, so they may be kept for ever.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};

use super::brand::served;
use crate::{App, headers::elements, respond::page::answer};

/// `GET /assets/{name}` of a domain, which also has the official files of eIDs.
pub(crate) async fn show_at_domain(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    match app.eid_files.at(uri.path()) {
        Some(file) => served("image/png", file.png.clone()),
        None => show(uri, headers).await,
    }
}

/// `GET /assets/{name}`
pub(crate) async fn show(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = pages::asset(uri.path()) else { return answer(StatusCode::NOT_FOUND, Body::empty()) };
    let mut accepted = elements(&headers, &header::ACCEPT_ENCODING, b',').flatten();
    let gzip = accepted.any(|it| it.split(';').next() == Some("gzip"));
    let mut response = answer(StatusCode::OK, if gzip { asset.gzip } else { asset.bytes });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
