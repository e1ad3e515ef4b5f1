//! What the sites of development (the sample application, the simulators) have in common.

use axum::http::HeaderMap;
use pages::Frame;
use texts::Locale;

use crate::respond::error::preferred;

/// The language of a page there: bokmål or English, as the browser prefers.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
    match preferred(headers) {
        Locale::En => Locale::En,
        Locale::Nb | Locale::Nn => Locale::Nb,
    }
}

/// What surrounds a page there: it always says that people are fictitious.
pub(crate) fn frame() -> Frame {
    Frame { is_test: true, ..Frame::default() }
}
