//! `/errors`: the catalogue of causes.

use axum::{extract::Path, http::StatusCode, response::Response};
use pages::{CauseList, CausePage};
use provider::Refusal;
use texts::Cause;

use super::{login_response::frame, statements::finish};
use crate::{
    domain_request::DomainRequest,
    respond::{
        error::refusal_page,
        page::{ContentPolicy, page},
    },
};

/// `GET /errors`
pub(crate) async fn list(visit: DomainRequest) -> Response {
    let view = CauseList { frame: frame(&visit.issuer, Some("/errors")) };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links))
}

/// `GET /errors/{id}`
pub(crate) async fn show(visit: DomainRequest, Path(id): Path<String>) -> Response {
    let Some(cause) = Cause::parse(&id) else {
        return refusal_page(&Refusal::NotFound, visit.locale(&[]), &visit.context);
    };
    let view = CausePage { frame: frame(&visit.issuer, Some(&format!("/errors/{id}"))), cause };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links))
}
