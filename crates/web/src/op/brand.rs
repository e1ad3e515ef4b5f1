//! What a domain's brands are shown with: style sheets and logos, at addresses made of their content.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use model::Color;
use provider::Refusal;

use crate::{
    App,
    domain_request::DomainRequest,
    frame::{FOLDER, sheet},
    respond::page::answer,
};

/// A file at an address made of its content.
pub(super) fn served(content_type: &'static str, content: impl Into<Body>) -> Response {
    let mut response = answer(StatusCode::OK, content);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // Opened by itself, it is nothing but what it is.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn find(app: &App, visit: &DomainRequest, path: &str) -> Result<Response, Refusal> {
    let name = path.strip_prefix(FOLDER).unwrap_or_default();
    if let Some(digest) = name.strip_suffix(".png") {
        let png = app.provider.logo(&visit.issuer, digest).await?;
        return Ok(served("image/png", png));
    }
    let color = name.split('-').next().and_then(|digits| Color::parse(&format!("#{digits}")));
    let (known, sheet) = color.map(sheet).ok_or(Refusal::NotFound)?;
    let digits = color.map(Color::digits).unwrap_or_default();
    if known != path || !app.provider.has_color(&visit.issuer, &digits).await? {
        return Err(Refusal::NotFound);
    }
    Ok(served("text/css; charset=utf-8", sheet))
}

/// `GET /brand/{name}`
pub(crate) async fn show(State(app): State<App>, visit: DomainRequest, uri: Uri) -> Response {
    match find(&app, &visit, uri.path()).await {
        Ok(response) => response,
        Err(Refusal::NotFound) => answer(StatusCode::NOT_FOUND, Body::empty()),
        Err(refusal) => visit.refusal_page(&refusal),
    }
}
