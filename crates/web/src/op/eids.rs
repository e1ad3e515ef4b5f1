//! `/eids`: which eIDs a domain has, and whether they work.

use axum::{extract::State, http::HeaderValue, http::header, response::Response};
use serde_json::{Value, json};

use crate::{App, domain_request::DomainRequest, respond::page::public_json};

fn view(it: &provider::OfferedEid) -> Value {
    let mut view = json!({
        "id": it.eid.as_str(),
        "name": it.name.as_deref().unwrap_or_else(|| it.eid.name()),
        "acr_values": it.acrs.iter().map(|acr| acr.as_str()).collect::<Vec<_>>(),
        "status": it.status.as_str(),
    });
    if let Some(members) = view.as_object_mut() {
        members.extend(it.since.map(|since| ("since".to_owned(), json!(since.seconds()))));
        members.extend(it.notice.as_ref().map(|notice| ("notice".to_owned(), json!(notice))));
    }
    view
}

/// `GET /eids`
pub(crate) async fn list(State(app): State<App>, visit: DomainRequest) -> Response {
    let offered = app.provider.offered_eids(&visit.issuer, visit.context.now);
    let mut response = public_json(&json!({"eids": offered.iter().map(view).collect::<Vec<_>>()}));
    let short = HeaderValue::from_static("public, max-age=15");
    response.headers_mut().insert(header::CACHE_CONTROL, short);
    response
}
