//! `/oauth2/token`

use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use oidc::{ClientCredentials, Params};
use provider::{Refusal, Refused};
use texts::Cause;

use crate::{
    App,
    respond::{cors, error::token_refusal, page::json},
    visit::Visit,
};

/// The client that the request names, believed or not: its own origins may read the answer.
fn named(authorization: Option<&str>, params: &Params) -> Option<String> {
    match ClientCredentials::pick(authorization, params).ok()? {
        ClientCredentials::Basic(pairs) => pairs.into_iter().next().map(|pair| pair.client_id),
        ClientCredentials::Post(pair) => Some(pair.client_id),
        ClientCredentials::None(client_id) => Some(client_id),
        ClientCredentials::Assertion { client_id, .. } => client_id,
    }
}

/// `POST /oauth2/token`
pub(crate) async fn create(State(app): State<App>, visit: Visit, body: Bytes) -> Response {
    let authorization = visit.authorization.as_deref();
    let Some(params) = std::str::from_utf8(&body).ok().and_then(|body| Params::parse(body).ok()) else {
        let refusal = Refused { cause: Cause::FormMalformed, client_id: None };
        return cors::readable(&app, &visit, None, token_refusal(&Refusal::OAuth(refusal), &visit.call))
            .await;
    };
    let response = match app.provider.token(&visit.issuer, authorization, &params, &visit.call).await {
        Ok(tokens) => json(StatusCode::OK, &tokens),
        Err(refusal) => token_refusal(&refusal, &visit.call),
    };
    cors::readable(&app, &visit, named(authorization, &params).as_deref(), response).await
}

/// `OPTIONS /oauth2/token`
pub(crate) async fn preflight(State(app): State<App>, visit: Visit) -> Response {
    cors::preflight(&app, &visit).await
}
