//! What people read: the languages, every sentence in them, and the catalogue of causes.
//!
//! **Invariant:** no other crate holds a sentence for people. Pure: no I/O, no clock. The sentences are
//! in `locales/*.ftl`; a test proves that every language has every sentence with the same arguments.

mod cause;
mod locale;
mod say;

pub use cause::{Cause, CauseText, Fixer, Names, reference};
pub use locale::Locale;
pub use say::{UNTRANSLATED, say};
