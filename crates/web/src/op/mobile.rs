//! What phone apps need of a domain: files that let them open its links, and addresses that they come back to.

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use model::{ANDROID_CALLBACK, IOS_CALLBACK, apple_app_site_association, asset_links};
use pages::BackToApp;
use provider::Refusal;
use serde_json::Value;

use crate::{
    App,
    domain_request::DomainRequest,
    frame::frame,
    respond::{
        error::token_refusal,
        page::{ContentPolicy, page, public_json},
    },
};

fn file(visit: &DomainRequest, document: Result<Option<Value>, Refusal>) -> Response {
    match document.and_then(|it| it.ok_or(Refusal::NotFound)) {
        Ok(document) => public_json(&document),
        Err(refusal) => token_refusal(&refusal, &visit.context),
    }
}

/// `GET /.well-known/apple-app-site-association`
pub(crate) async fn apple(State(app): State<App>, visit: DomainRequest) -> Response {
    let apps = app.provider.apple_apps(&visit.issuer, &visit.context).await;
    file(&visit, apps.map(|apps| (!apps.is_empty()).then(|| apple_app_site_association(&apps))))
}

/// `GET /.well-known/assetlinks.json`
pub(crate) async fn android(State(app): State<App>, visit: DomainRequest) -> Response {
    let apps = app.provider.android_apps(&visit.issuer, &visit.context).await;
    file(&visit, apps.map(|apps| (!apps.is_empty()).then(|| asset_links(&apps))))
}

/// `GET /ios/callback`: the system opens the app instead; where it did not, this page leads there.
pub(crate) async fn back_on_ios(State(_): State<App>, visit: DomainRequest, query: RawQuery) -> Response {
    back(&visit, IOS_CALLBACK, query)
}

/// `GET /android/callback`: the same.
pub(crate) async fn back_on_android(State(_): State<App>, visit: DomainRequest, query: RawQuery) -> Response {
    back(&visit, ANDROID_CALLBACK, query)
}

/// The answer of the login stays in the address, for the app alone: nothing here reads it.
fn back(visit: &DomainRequest, path: &str, RawQuery(query): RawQuery) -> Response {
    let query = query.map(|it| format!("?{it}")).unwrap_or_default();
    let view =
        BackToApp { frame: frame(&visit.issuer, None), href: format!("{}{path}{query}", visit.issuer.url()) };
    page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links)
}
