//! `/oauth2/userinfo`

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use oidc::Params;
use provider::{Refusal, Refused, UserinfoBody};
use texts::Cause;

use crate::{
    App,
    domain_request::DomainRequest,
    respond::{
        cors,
        error::{bearer_challenge, bearer_refusal},
        page::{json, jwt},
    },
};

const fn refuse(cause: Cause) -> Refusal {
    Refusal::OAuth(Refused::new(cause))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Finds the one token of a request (RFC 6750 §2). In the query it is refused: URLs are logged.
fn token(visit: &DomainRequest, query: Option<&str>, body: &str) -> Result<Option<String>, Refusal> {
    let malformed = |_| refuse(Cause::RequestMalformed);
    if Params::parse(query.unwrap_or_default()).map_err(malformed)?.get("access_token").is_some() {
        return Err(refuse(Cause::TokenInQuery));
    }
    // Programs that send JSON with everything send it here too, and the token stands in the header.
    let form = match (visit.form.may_be_form(), &visit.authorization) {
        (true, _) => Params::parse(body).map_err(malformed)?,
        (false, None) if !body.is_empty() => return Err(refuse(Cause::ContentTypeUnsupported)),
        (false, _) => Params::default(),
    };
    if form.has_registered_duplicate() {
        return Err(refuse(Cause::ParameterRepeated));
    }
    match (visit.authorization.as_deref(), form.get("access_token")) {
        (Some(_), Some(_)) => Err(refuse(Cause::TokenRepeated)),
        (Some(header), None) => {
            bearer(header).map(|token| Some(token.to_owned())).ok_or(refuse(Cause::TokenMissing))
        }
        (None, token) => Ok(token.map(str::to_owned)),
    }
}

/// `GET` and `POST /oauth2/userinfo`
pub(crate) async fn show(
    State(app): State<App>,
    visit: DomainRequest,
    RawQuery(query): RawQuery,
    body: String,
) -> Response {
    let answer = match token(&visit, query.as_deref(), &body) {
        Ok(Some(token)) => app.provider.userinfo(&visit.issuer, &token, &visit.context).await,
        Ok(None) => return cors::readable(&app, &visit, None, bearer_challenge()).await,
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok(userinfo) => {
            let response = match &userinfo.body {
                UserinfoBody::Json(claims) => json(StatusCode::OK, claims),
                UserinfoBody::Jwt(token) => jwt(token),
            };
            cors::readable(&app, &visit, Some(&userinfo.client_id), response).await
        }
        Err(refusal) => cors::readable(&app, &visit, None, bearer_refusal(&refusal, &visit.context)).await,
    }
}
