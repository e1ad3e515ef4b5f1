//! What people read: the languages, every sentence in them, and the catalogue of troubles.
//!
//! **Invariant:** no other crate holds a sentence for people. Pure: no I/O, no clock. The sentences are
//! in `locales/*.ftl`; a test proves that every language has every sentence with the same arguments.

mod locale;
mod say;
mod trouble;

pub use locale::Locale;
pub use say::{UNTRANSLATED, say};
pub use trouble::{Names, Trouble, TroubleText};
