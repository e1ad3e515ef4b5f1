//! Requests and answers as values.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::AskedClaim;

/// A request to a simulator.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, raw.
    pub query: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The body, raw.
    pub body: String,
    /// Seconds since 1970, UTC.
    pub now: i64,
}

/// A page on which somebody decides who logs in and what happens.
#[derive(Clone, Debug)]
pub struct Choose {
    /// The name of the client that asks.
    pub asker: String,
    /// What it asks for.
    pub asked: Vec<AskedClaim>,
    /// To be posted back with the decision.
    pub request: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// JSON with a status.
    Json(u16, Value),
    /// A body with a status and a media type of its own.
    Text {
        /// The HTTP status.
        status: u16,
        /// The media type, with parameters.
        content_type: &'static str,
        /// The body.
        body: String,
    },
    /// A signed userinfo answer (`application/jwt`).
    Jwt(String),
    /// Back to the client through the browser.
    Redirect(String),
    /// The page on which somebody decides.
    Choose(Choose),
    /// A page that says why nothing can go on; never a redirect.
    Refused(&'static str),
    /// Nothing for a long time, then the connection closes.
    Slow,
    /// JSON that never ends.
    Endless,
    /// There is nothing at this path.
    NotFound,
}

/// Parameters; one that comes twice makes the whole request malformed.
pub(crate) fn params(raw: &str) -> Option<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        if all.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(all)
}

/// Writes parameters behind an address.
pub(crate) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}
