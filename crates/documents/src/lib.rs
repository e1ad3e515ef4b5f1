//! Documents that people approve: one value, which is shown as HTML, set as PDF, and has a digest.
//!
//! **Invariant:** the same value gives the same digest for ever: what was approved can be shown again. No I/O, no clock.

mod document;

pub use document::{Document, DocumentBlock, DocumentLanguage};
