//! `/.well-known/…`

use axum::{
    extract::{Path, State},
    response::Response,
};
use provider::{Provider, Refusal};

use crate::{
    App,
    respond::{cors::public_preflight, error::refusal_page, page::public_json},
    visit::Visit,
};

/// `GET /.well-known/openid-configuration`
pub(crate) async fn show(visit: Visit) -> Response {
    public_json(&visit.issuer.discovery(None))
}

/// `GET /{base64 acr}/.well-known/openid-configuration`: the issuer stays the bare host.
pub(crate) async fn show_for_acr(visit: Visit, Path(segment): Path<String>) -> Response {
    match Provider::acr_of_segment(&segment) {
        Some(acr) => public_json(&visit.issuer.discovery(Some(&acr))),
        None => refusal_page(&Refusal::NotFound, visit.locale(&[]), &visit.call),
    }
}

/// `GET /.well-known/jwks`
pub(crate) async fn keys(State(_): State<App>, visit: Visit) -> Response {
    public_json(&visit.issuer.jwks(visit.call.now))
}

/// `OPTIONS` of what everybody may read.
pub(crate) async fn preflight() -> Response {
    public_preflight()
}
