//! `/errors`: the catalogue of causes, for whoever meets one.

use axum::{extract::Path, http::StatusCode, response::Response};
use pages::{CauseList, CausePage};
use provider::Refusal;
use texts::Cause;

use super::{statements::finish, turn::frame};
use crate::{
    respond::{
        error::refusal_page,
        page::{Powers, page},
    },
    visit::Visit,
};

/// `GET /errors`
pub(crate) async fn list(visit: Visit) -> Response {
    let view = CauseList { frame: frame(&visit.issuer, Some("/errors")) };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), Powers::Links))
}

/// `GET /errors/{id}`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let Some(cause) = Cause::parse(&id) else {
        return refusal_page(&Refusal::NotFound, visit.locale(&[]), &visit.call);
    };
    let view = CausePage { frame: frame(&visit.issuer, Some(&format!("/errors/{id}"))), cause };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), Powers::Links))
}
