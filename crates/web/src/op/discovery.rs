//! `/.well-known/…`

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use model::LoginMethod;
use oidc::Params;
use provider::{Provider, Refusal};
use serde_json::Value;

use crate::{
    App,
    domain_request::DomainRequest,
    respond::{
        cors::{preflight_of, public_preflight, readable},
        error::token_refusal,
        page::{json, public_json},
    },
};

/// The client that the query names.
pub(super) fn client_id(query: Option<&str>) -> Option<String> {
    Params::parse(query?).ok()?.get("client_id").map(str::to_owned)
}

/// A document about one application: for scripts of its own origins.
pub(super) async fn about(
    app: &App,
    visit: &DomainRequest,
    client_id: &str,
    document: Result<Value, Refusal>,
) -> Response {
    let response = match document {
        Ok(document) => {
            let mut response = json(StatusCode::OK, &document);
            let kept = HeaderValue::from_static("public, max-age=300");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
            response
        }
        Err(refusal) => token_refusal(&refusal, &visit.context),
    };
    readable(app, visit, Some(client_id), response).await
}

async fn describe(app: &App, visit: &DomainRequest, query: Option<&str>, acr: Option<&str>) -> Response {
    let Some(client_id) = client_id(query) else { return public_json(&visit.issuer.discovery(acr)) };
    let document = app.provider.client_discovery(&visit.issuer, (acr, &client_id), &visit.context).await;
    about(app, visit, &client_id, document).await
}

/// `GET /.well-known/openid-configuration`; with `client_id`, what that application may use.
pub(crate) async fn show(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
) -> Response {
    describe(&app, &visit, query.as_deref(), None).await
}

/// `GET /{base64 acr}/.well-known/openid-configuration`: the issuer stays the bare host.
pub(crate) async fn show_for_acr(
    State(app): State<App>,
    visit: DomainRequest,
    Path(segment): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    match Provider::acr_of_segment(&segment) {
        Some(acr) => describe(&app, &visit, query.as_deref(), Some(&acr)).await,
        None => token_refusal(&Refusal::NotFound, &visit.context),
    }
}

/// `GET /.well-known/jwks`
pub(crate) async fn keys(State(app): State<App>, visit: DomainRequest) -> Response {
    match app.provider.jwks(&visit.issuer, &visit.context).await {
        Ok(keys) => public_json(&keys),
        Err(refusal) => token_refusal(&refusal, &visit.context),
    }
}

/// `GET /.well-known/eids/{eid}/jwks`: the public keys by which an eID recognises us.
pub(crate) async fn source_keys(
    State(app): State<App>,
    visit: DomainRequest,
    Path(eid): Path<String>,
) -> Response {
    let Some(eid) = LoginMethod::parse(&eid) else {
        return token_refusal(&Refusal::NotFound, &visit.context);
    };
    match app.provider.source_keys(&visit.issuer, eid, &visit.context).await {
        Ok(keys) => public_json(&keys),
        Err(refusal) => token_refusal(&refusal, &visit.context),
    }
}

/// `OPTIONS` of what everybody may read.
pub(crate) async fn preflight() -> Response {
    public_preflight()
}

/// `OPTIONS` of a description, of one application where the query names it.
pub(crate) async fn preflight_about(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
) -> Response {
    match client_id(query.as_deref()) {
        Some(client_id) => preflight_of(&app, &visit, Some(&client_id)).await,
        None => public_preflight(),
    }
}
