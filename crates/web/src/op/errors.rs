//! `/errors`: the catalogue of causes.

use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
    response::Response,
};
use oidc::Params;
use pages::{CauseList, CausePage};
use provider::Refusal;
use texts::Cause;

use super::statements::finish;
use crate::frame::frame;
use crate::{
    domain_request::DomainRequest,
    respond::page::{ContentPolicy, page},
};

/// The longest search, in characters.
const LONGEST_QUERY: usize = 100;

/// Whether a character changes the direction of the text around it. Spec: UAX #9 §2
const fn turns(it: char) -> bool {
    matches!(it, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `GET /errors`, with what is searched for in `q`.
pub(crate) async fn list(visit: DomainRequest, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(&query.unwrap_or_default()).unwrap_or_default();
    let asked = params.get("q").unwrap_or_default().trim().chars().filter(|it| !turns(*it));
    let query = asked.take(LONGEST_QUERY).collect();
    let view = CauseList { frame: frame(&visit.issuer, Some("/errors")), query };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Forms))
}

/// `GET /errors/{id}`
pub(crate) async fn show(visit: DomainRequest, Path(id): Path<String>) -> Response {
    let Some(cause) = Cause::parse(&id) else {
        return visit.refusal_page(&Refusal::NotFound);
    };
    let view = CausePage { frame: frame(&visit.issuer, Some(&format!("/errors/{id}"))), cause };
    finish(&visit, page(StatusCode::OK, &view, visit.locale(&[]), ContentPolicy::Links))
}
