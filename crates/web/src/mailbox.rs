//! The mailbox of `portvakt dev` over HTTP: letters that would have been sent. Nobody logs in: everything is on this machine.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use pages::{MailboxLetter, MailboxPage, StopReason};

use crate::{
    respond::page::{ContentPolicy, answer, page},
    simulator_common::{frame_at, locale, stop},
};

/// A letter that would have been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: String,
    /// The recipient's address, or phone number.
    pub to: String,
    /// Whether it is a text message, which has a text alone.
    pub is_sms: bool,
    /// The tag of its language.
    pub lang: &'static str,
    /// The subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its HTML: a whole document.
    pub html: String,
    /// When, as RFC 3339.
    pub sent_at: String,
}

/// The mailbox.
pub struct MailboxSite {
    /// Gives the letters, the newest first.
    pub letters: Box<dyn Fn() -> Vec<Letter> + Send + Sync>,
}

/// A letter brings its styles along, and does nothing else.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation";

/// What is not there.
pub(crate) async fn not_found(headers: HeaderMap) -> Response {
    stop(&headers, (StatusCode::NOT_FOUND, StopReason::NotFound), None, Some("/"))
}

/// `GET /`
pub(crate) async fn list(State(site): State<Arc<MailboxSite>>, headers: HeaderMap) -> Response {
    let shown = |it: Letter| MailboxLetter {
        html_href: format!("/letters/{}", it.id),
        to: it.to,
        is_sms: it.is_sms,
        lang: it.lang,
        subject: it.subject,
        text: it.text,
        sent_at: it.sent_at,
    };
    let view =
        MailboxPage { frame: frame_at(""), letters: (site.letters)().into_iter().map(shown).collect() };
    page(StatusCode::OK, &view, locale(&headers), ContentPolicy::Links)
}

/// `GET /letters/{id}`: the HTML of a letter, as a mail program shows it.
pub(crate) async fn show(
    State(site): State<Arc<MailboxSite>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let Some(letter) = (site.letters)().into_iter().find(|it| it.id == id && !it.is_sms) else {
        return not_found(headers).await;
    };
    let mut response = answer(StatusCode::OK, Body::from(letter.html));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(LETTER_POLICY));
    response
}
