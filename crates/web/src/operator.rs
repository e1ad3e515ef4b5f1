//! The operator's three addresses. They are never routes of a domain.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};

use crate::{Site, respond::page::answer};

/// A question that is answered later.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the operator may ask.
#[derive(Clone)]
pub struct OperatorSite {
    /// Says whether requests are taken: the database answers, a domain can, and no stop was asked for. Gives what is
    /// wrong all the same, if anything, or why none are taken.
    pub ready: Arc<dyn Fn() -> Later<Result<Option<String>, String>> + Send + Sync>,
    /// Gives all metrics in the form of OpenMetrics.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// The routes of the operator's listener.
pub fn operator_router(site: OperatorSite) -> Site {
    Router::new()
        .route("/healthz", get(|| async { text(StatusCode::OK, "alive\n") }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(site)
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = answer(status, body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

async fn ready(State(site): State<OperatorSite>) -> Response {
    match (site.ready)().await {
        Ok(None) => text(StatusCode::OK, "ready\n"),
        Ok(Some(but)) => text(StatusCode::OK, format!("ready, but {but}\n")),
        Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

async fn metrics(State(site): State<OperatorSite>) -> Response {
    let mut response = text(StatusCode::OK, (site.metrics)());
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
