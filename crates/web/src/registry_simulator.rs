//! The simulated company registry over HTTP: its wire is `sandbox`'s. It has no pages.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use sandbox::RegistrySimulator;

use crate::{
    headers::SEC_FETCH_SITE,
    respond::page::answer as bare,
    sandbox::{asked, from_elsewhere, without_choice},
};

/// Everything that is the registry's own protocol.
pub(crate) async fn answer(State(registry): State<Arc<RegistrySimulator>>, request: Request) -> Response {
    let headers = request.headers().clone();
    // Nothing there has a time.
    match asked(request, "", 0).await {
        Some(request) => without_choice(registry.answer(&request), &headers).await,
        None => bare(StatusCode::PAYLOAD_TOO_LARGE, Body::empty()),
    }
}

/// `POST /simulator/bankruptcies/{number}`: the company is bankrupt from now on. Programs ask for it; no page has a form for
/// it, so whatever a browser sends here comes from elsewhere.
pub(crate) async fn declare_bankrupt(
    State(registry): State<Arc<RegistrySimulator>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        return from_elsewhere(&headers);
    }
    let status =
        if registry.declare_bankrupt(&number) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND };
    bare(status, Body::empty())
}

/// `POST /simulator/outage`: the registry answers 500 to everything, until it is taken back.
pub(crate) async fn begin_outage(
    State(registry): State<Arc<RegistrySimulator>>,
    headers: HeaderMap,
) -> Response {
    outage(&registry, &headers, true)
}

/// `DELETE /simulator/outage`: the registry answers again.
pub(crate) async fn end_outage(
    State(registry): State<Arc<RegistrySimulator>>,
    headers: HeaderMap,
) -> Response {
    outage(&registry, &headers, false)
}

fn outage(registry: &RegistrySimulator, headers: &HeaderMap, is_down: bool) -> Response {
    if headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        return from_elsewhere(headers);
    }
    registry.set_down(is_down);
    bare(StatusCode::NO_CONTENT, Body::empty())
}
