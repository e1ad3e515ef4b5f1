//! The endpoints where applications authenticate: `/oauth2/token`, `par`, `introspect`, `revoke`.

use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use oidc::{ClientCredentials, Params};
use provider::{ClientRequest, Refusal, Refused};
use serde_json::json as object;
use texts::Cause;

use crate::{
    App,
    domain_request::DomainRequest,
    respond::{
        cors,
        error::token_refusal,
        page::{answer as empty_answer, json},
    },
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

/// Reads the form that came to an endpoint of applications and answers it; the client's own origins may read that.
async fn at_endpoint(
    app: &App,
    visit: &DomainRequest,
    body: &[u8],
    work: impl AsyncFnOnce(&ClientRequest<'_>) -> Result<Response, Refusal>,
) -> Response {
    let authorization = visit.authorization.as_deref();
    let read = || std::str::from_utf8(body).ok().and_then(|body| Params::parse(body).ok());
    let form = match visit.form.may_be_form().then(read) {
        Some(Some(params)) => Ok(params),
        Some(None) => Err(Cause::FormMalformed),
        None => Err(Cause::ContentTypeUnsupported),
    };
    let params = match form {
        Ok(params) => params,
        Err(cause) => {
            let refusal = Refusal::OAuth(Refused::new(cause));
            return cors::readable(app, visit, None, token_refusal(&refusal, &visit.context)).await;
        }
    };
    let answer = work(&visit.by_client(&params)).await;
    let response = answer.unwrap_or_else(|refusal| token_refusal(&refusal, &visit.context));
    cors::readable(app, visit, named(authorization, &params).as_deref(), response).await
}

/// `POST /oauth2/token`
pub(crate) async fn create(State(app): State<App>, visit: DomainRequest, body: Bytes) -> Response {
    let answer = async |request: &ClientRequest<'_>| {
        let tokens = app.provider.token(&visit.issuer, request).await?;
        Ok(json(StatusCode::OK, &tokens))
    };
    at_endpoint(&app, &visit, &body, answer).await
}

/// `POST /oauth2/par`
pub(crate) async fn push(State(app): State<App>, visit: DomainRequest, body: Bytes) -> Response {
    let answer = async |request: &ClientRequest<'_>| {
        let pushed = app.provider.push(&visit.issuer, request).await?;
        let body = object!({"request_uri": pushed.request_uri, "expires_in": pushed.expires_in});
        Ok(json(StatusCode::CREATED, &body))
    };
    at_endpoint(&app, &visit, &body, answer).await
}

/// `POST /oauth2/introspect`
pub(crate) async fn introspect(State(app): State<App>, visit: DomainRequest, body: Bytes) -> Response {
    let answer = async |request: &ClientRequest<'_>| {
        let worth = app.provider.introspect(&visit.issuer, request).await?;
        Ok(json(StatusCode::OK, &worth))
    };
    at_endpoint(&app, &visit, &body, answer).await
}

/// `POST /oauth2/revoke`
pub(crate) async fn revoke(State(app): State<App>, visit: DomainRequest, body: Bytes) -> Response {
    let answer = async |request: &ClientRequest<'_>| {
        app.provider.revoke(&visit.issuer, request).await?;
        Ok(empty_answer(StatusCode::OK, ""))
    };
    at_endpoint(&app, &visit, &body, answer).await
}

/// `OPTIONS` of what applications in a browser may ask
pub(crate) async fn preflight(State(app): State<App>, visit: DomainRequest) -> Response {
    cors::preflight(&app, &visit).await
}
