//! `/`, `/privacy`, `/accessibility`

use axum::{extract::State, http::StatusCode, response::Response};
use pages::{AccessibilityStatement, Landing, PrivacyStatement};

use crate::{
    App,
    domain_request::DomainRequest,
    frame::frame,
    respond::page::{ContentPolicy, page},
};

fn host(visit: &DomainRequest) -> String {
    visit.issuer.url().split_once("://").map_or_else(String::new, |(_, host)| host.to_owned())
}

/// The name of whoever is responsible here, and where to ask.
fn responsible(app: &App, visit: &DomainRequest) -> (Option<String>, Option<String>) {
    visit.issuer.controller().or_else(|| app.controller.clone()).map(|it| (it.name, it.contact)).unzip()
}

pub(crate) fn finish(visit: &DomainRequest, mut response: Response) -> Response {
    if let Some(locale) = visit.chosen_now {
        crate::cookies::write_language(response.headers_mut(), locale, visit.issuer.is_https());
    }
    response
}

/// `GET /`
pub(crate) async fn landing(State(app): State<App>, visit: DomainRequest) -> Response {
    let view = Landing {
        frame: frame(&visit.issuer, Some("/")),
        issuer: visit.issuer.url().to_owned(),
        discovery_href: "/.well-known/openid-configuration".to_owned(),
        sample_href: app.sample.clone().filter(|_| visit.issuer.is_test()),
    };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links))
}

/// `GET /privacy`
pub(crate) async fn privacy(State(app): State<App>, visit: DomainRequest) -> Response {
    let (operator, contact) = responsible(&app, &visit);
    let frame = frame(&visit.issuer, Some("/privacy"));
    let view = PrivacyStatement { frame, host: host(&visit), operator, contact };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links))
}

/// `GET /accessibility`
pub(crate) async fn accessibility(State(app): State<App>, visit: DomainRequest) -> Response {
    let (operator, contact) = responsible(&app, &visit);
    let frame = frame(&visit.issuer, Some("/accessibility"));
    let view = AccessibilityStatement { frame, host: host(&visit), operator, contact };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links))
}
