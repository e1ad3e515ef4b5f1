//! `response_mode=json`: the answer as a JSON document, for programs that follow the login themselves.
//!
//! Off unless an application turns it on. Scripts of its origins may read the document, without credentials; that it
//! is read across origins at all is this mode's own exception from RFC 9700 §2.6.

use axum::{
    http::{StatusCode, header},
    response::Response,
};
use oidc::AuthorizationResponse;
use serde_json::{Map, Value, json};

use crate::{
    App,
    domain_request::DomainRequest,
    respond::{cors, page::json as json_of},
};

/// The document: the same names as in every other mode.
pub(crate) fn respond(answer: &AuthorizationResponse) -> Response {
    let members: Map<String, Value> =
        answer.fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json_of(StatusCode::OK, &members)
}

/// Lets the application's scripts read what is such a document; pages and redirects stay closed to scripts.
pub(crate) async fn readable(
    app: &App,
    visit: &DomainRequest,
    client_id: Option<&str>,
    response: Response,
) -> Response {
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json");
    match client_id.filter(|_| is_json) {
        Some(client_id) => cors::readable(app, visit, Some(client_id), response).await,
        None => response,
    }
}
