//! Answers: pages, JSON, redirects, errors, and the headers that go with them.

pub(crate) mod cors;
pub(crate) mod error;
pub(crate) mod page;
