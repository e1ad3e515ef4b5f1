//! What is known of an address of the console.

use std::{future::Future, pin::Pin};

use axum::{http::Method, response::Response};
use console::Refusal;

use super::{
    access::{Access, SignedIn},
    visit::Visit,
};

/// An answer that is being made.
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Response, Refusal>> + Send>>;

/// What is posted to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Fields, as a browser sends them by itself.
    Fields,
    /// Fields and files (`multipart/form-data`) of who is signed in, at most so many bytes together; or fields alone.
    Files(usize),
    /// The same, of a colleague who may answer the section of their link.
    LinkFiles(usize),
}

impl Form {
    pub(super) const fn largest_upload(self) -> Option<usize> {
        match self {
            Self::Fields => None,
            Self::Files(most) | Self::LinkFiles(most) => Some(most),
        }
    }
}

/// An address of the console.
pub(super) struct ConsoleRoute {
    pub(super) method: Method,
    /// Words, and names in braces.
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) signed_in: SignedIn,
    pub(super) form: Form,
    pub(super) handle: fn(Visit) -> Answering,
}

impl ConsoleRoute {
    /// What the names of the path stand for; `None`: it is another address.
    pub(super) fn params(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut given = path.trim_end_matches('/').split('/').skip(1);
        let mut params = Vec::new();
        for word in self.path.trim_end_matches('/').split('/').skip(1) {
            let segment = given.next()?;
            match word.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some(name) if !segment.is_empty() => params.push((name, segment.to_owned())),
                None if word == segment => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(params)
    }
}
