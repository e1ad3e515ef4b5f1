//! What the pretend sites (the sample application, the simulators) have in common.

use axum::http::{HeaderMap, header};
use pages::Frame;
use texts::Locale;

/// The language of a page there: bokmål or English, as the browser prefers.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    match Locale::choose(&[] as &[&str], accepted) {
        Locale::En => Locale::En,
        Locale::Nb | Locale::Nn => Locale::Nb,
    }
}

/// What surrounds a page there: it always says that people are pretended.
pub(crate) fn frame() -> Frame {
    Frame { is_test: true, ..Frame::default() }
}
