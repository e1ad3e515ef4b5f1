//! What a domain's brands are shown with: style sheets and logos, at addresses made of their content.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use crypto::Digest;
use model::{Color, Shades};
use pages::{AreaColors, Brand, Frame, Logo, brand_sheet};
use provider::{Refusal, Shown};

use crate::{
    App,
    domain_request::DomainRequest,
    respond::{error::refusal_page, page::answer},
};

const FOLDER: &str = "/brand/";

fn area(shades: Shades) -> AreaColors {
    let [base, hover, active, text] =
        [shades.base, shades.hover, shades.active, shades.text].map(|it| format!("#{}", it.digits()));
    AreaColors { base, hover, active, text }
}

/// The style sheet of a colour and its path. A version that makes another sheet of the same colour has another path.
fn sheet(color: Color) -> (String, String) {
    let sheet = brand_sheet(&area(color.on_light().shades()), &area(color.on_dark().shades()));
    let digest: String =
        Digest::of(sheet.as_bytes()).as_bytes().iter().take(8).map(|it| format!("{it:02x}")).collect();
    (format!("{FOLDER}{}-{digest}.css", color.digits()), sheet)
}

/// What a page shows of whoever it belongs to.
pub(crate) fn brand(shown: Shown) -> Brand {
    let Shown { name, brand, .. } = shown;
    let brand = *brand;
    let color = brand.color();
    Brand {
        name,
        logo: brand.logo.map(|it| Logo {
            href: format!("{FOLDER}{}.png", it.digest),
            width: it.width,
            height: it.height,
        }),
        sheet_href: color.map(|color| sheet(color).0),
        policy_href: brand.policy_uri,
        terms_href: brand.tos_uri,
        support_href: brand
            .support_contact
            .map(|it| if it.contains("://") { it } else { format!("mailto:{it}") }),
        support_phone: brand.support_phone,
    }
}

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
        Err(refusal) => refusal_page(Frame::default(), &refusal, visit.locale(&[]), &visit.context),
    }
}
