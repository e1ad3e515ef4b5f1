//! `/.well-known/criipto-configuration`: what the vendor's SDKs ask before they begin.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use provider::Refusal;

use super::discovery::{about, client_id};
use crate::{App, domain_request::DomainRequest, respond::error::refusal_at};

/// `GET /.well-known/criipto-configuration?client_id=…`; an unknown client is not found.
pub(crate) async fn show(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(client_id) = client_id(query.as_deref()) else {
        return refusal_at("/.well-known/", &Refusal::NotFound, visit.locale(&[]), &visit.context);
    };
    let document = app.provider.criipto_configuration(&visit.issuer, &client_id, &visit.context).await;
    about(&app, &visit, &client_id, document).await
}
