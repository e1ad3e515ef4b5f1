//! Forms of our own pages. Their fields cannot be read before it is known that a page of ours sent them.

use http::{HeaderMap, StatusCode};
use oidc::Params;
use texts::Cause;

use crate::headers;

/// What the headers say of a form's origin and kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormSource {
    is_own_page: bool,
    may_be_form: bool,
}

/// Why a body is no form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOwnForm {
    /// A page of another origin sent it, or no page.
    FromElsewhere,
    /// Its `Content-Type` is another.
    AnotherType,
    /// It cannot be read.
    Unreadable,
}

impl NotOwnForm {
    /// What the person is told on a page of a domain.
    pub(crate) const fn told(self) -> (StatusCode, Cause) {
        match self {
            Self::FromElsewhere => (StatusCode::FORBIDDEN, Cause::DecisionNotMadeHere),
            Self::AnotherType => (StatusCode::BAD_REQUEST, Cause::ContentTypeUnsupported),
            Self::Unreadable => (StatusCode::BAD_REQUEST, Cause::DecisionNotMadeHere),
        }
    }
}

/// The fields of a form that one of our pages sent.
pub(crate) struct OwnForm(Params);

impl OwnForm {
    /// A field; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    /// A field, when it was sent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
}

impl FormSource {
    /// Reads what the headers say; `own`: our origin.
    pub(crate) fn of(headers: &HeaderMap, own: &str) -> Self {
        Self {
            is_own_page: headers::is_from_own_page(headers, own),
            may_be_form: headers::may_be_form(headers),
        }
    }

    /// Whether a page of ours sent it, as a form.
    pub(crate) const fn is_trusted(self) -> bool {
        self.is_own_page && self.may_be_form
    }

    /// Whether a page of ours sent it, whatever it is.
    pub(crate) const fn is_own_page(self) -> bool {
        self.is_own_page
    }

    /// Whether the body may be a form, ours or not.
    pub(crate) const fn may_be_form(self) -> bool {
        self.may_be_form
    }

    /// Reads a form of ours.
    pub(crate) fn read(self, body: &str) -> Result<OwnForm, NotOwnForm> {
        if !self.is_own_page {
            return Err(NotOwnForm::FromElsewhere);
        }
        if !self.may_be_form {
            return Err(NotOwnForm::AnotherType);
        }
        Params::parse(body).map(OwnForm).map_err(|_| NotOwnForm::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::{FormSource, NotOwnForm};
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_field_is_read_only_from_a_form_that_a_page_of_ours_sent() {
        let mut headers = HeaderMap::new();
        let read = |headers: &HeaderMap| FormSource::of(headers, "https://id.example").read("a=b");
        assert_eq!(read(&headers).err(), Some(NotOwnForm::FromElsewhere));
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://id.example"));
        assert_eq!(read(&headers).ok().unwrap().get("a"), Some("b"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert_eq!(read(&headers).err(), Some(NotOwnForm::AnotherType));
    }
}
