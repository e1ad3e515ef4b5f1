//! `/oauth2/authorize`

use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use oidc::{AuthorizationParams, Params};
use provider::{Arrival, Provider, Refusal};
use texts::Cause;

use super::login_response::respond;
use crate::{
    App,
    domain_request::{DomainRequest, unreadable},
};

const fn by_get_of(visit: &DomainRequest) -> Arrival {
    if visit.is_by_script { Arrival::Script } else { Arrival::Get }
}

/// `GET /oauth2/authorize`
pub(crate) async fn by_get(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(&app, &visit, (&query.unwrap_or_default(), None), by_get_of(&visit)).await
}

/// `POST /oauth2/authorize`: validated, stored, and continued by GET.
pub(crate) async fn by_post(State(app): State<App>, visit: DomainRequest, body: String) -> Response {
    by_form(&app, &visit, (&body, None)).await
}

/// `GET /{base64 acr}/oauth2/authorize`
pub(crate) async fn by_get_for_acr(
    State(app): State<App>,
    visit: DomainRequest,
    Path(segment): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(&app, &visit, (&query.unwrap_or_default(), Some(&segment)), by_get_of(&visit)).await
}

/// `POST /{base64 acr}/oauth2/authorize`
pub(crate) async fn by_post_for_acr(
    State(app): State<App>,
    visit: DomainRequest,
    Path(segment): Path<String>,
    body: String,
) -> Response {
    by_form(&app, &visit, (&body, Some(&segment))).await
}

async fn by_form(app: &App, visit: &DomainRequest, asked: (&str, Option<&str>)) -> Response {
    if let Some(answer) = visit.in_another_language(asked.0) {
        return answer;
    }
    if !visit.form.may_be_form() {
        let cause = (StatusCode::BAD_REQUEST, Cause::ContentTypeUnsupported);
        return visit.cause_page(cause);
    }
    authorize(app, visit, asked, Arrival::Post).await
}

async fn authorize(
    app: &App,
    visit: &DomainRequest,
    (raw, segment): (&str, Option<&str>),
    arrival: Arrival,
) -> Response {
    let acr = match segment.map(Provider::acr_of_segment) {
        Some(None) => {
            return visit.refusal_page(&Refusal::NotFound);
        }
        Some(acr) => acr,
        None => None,
    };
    let params = match Params::parse(raw) {
        Ok(params) => params,
        Err(error) => {
            return visit.cause_page((StatusCode::BAD_REQUEST, unreadable(&error)));
        }
    };
    // A doubled client_id or redirect_uri says nothing about where an error may go, a doubled reference nothing at all.
    let mut picked = AuthorizationParams::pick(&params, acr.as_deref());
    if params.is_duplicate("client_id") {
        picked.client_id = None;
    }
    if params.is_duplicate("redirect_uri") {
        picked.redirect_uri = None;
    }
    if params.is_duplicate("request_uri") {
        picked.request_uri = None;
    }
    let outcome = app.provider.authorize(visit.by_browser(), &picked, arrival).await;
    let response = respond((app, visit), outcome, super::login_response::Reached::ByLink);
    super::json_answer::readable(app, visit, picked.client_id.as_deref(), response).await
}
