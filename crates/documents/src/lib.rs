//! Documents that people approve: one value, which is shown as HTML, set as PDF, and has a digest.
//!
//! **Invariant:** the same value gives the same digest for ever: what was approved can be shown again. No I/O, no clock.

mod document;
mod face;
mod fault;
mod instant;
mod layout;
mod line;
mod pdf;
mod seal;
mod sheet;

pub use document::{Document, DocumentBlock, DocumentLanguage};
pub use fault::DocumentError;
pub use pdf::{MOST_SHEETS, PdfMeta, missing_letters, pdf};
pub use seal::{LARGEST_SEALED, Seal, SealCertificate, SealError, SealRequest, TimestampFault};
