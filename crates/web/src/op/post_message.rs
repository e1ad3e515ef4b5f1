//! `response_mode=post_message`: the answer goes to the window that opened or framed ours.
//!
//! Off unless an application turns it on. The message goes to the origin of the registered redirect URI and to no
//! other, and only pages of that origin may frame ours.

use axum::{http::StatusCode, response::Response};
use model::Origin;
use oidc::AuthorizationResponse;
use pages::{Frame, Page, PostMessage};
use texts::{Cause, Locale};

use crate::respond::page::{ContentPolicy, answer as bare, loads_own, page_with};

/// The page that posts the answer. Without an origin there is no window to post to; such requests were refused.
pub(crate) fn respond(frame: Frame, answer: &AuthorizationResponse, locale: Locale) -> Response {
    let Some(origin) = Origin::of(&answer.redirect_uri) else {
        return bare(StatusCode::INTERNAL_SERVER_ERROR, Cause::Internal.description());
    };
    let policy =
        format!(loads_own!("script-src 'self'; form-action 'none'; frame-ancestors {}"), origin.as_str());
    let view = PostMessage { frame, message: answer.as_message(), origin: origin.as_str().to_owned() };
    page_with(StatusCode::OK, view.html(locale), &policy, ContentPolicy::Links)
}
