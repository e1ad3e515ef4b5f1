//! Documents that people approve: one value, which is shown as HTML, set as PDF, and has a digest; the organisation's seal that
//! closes them; and the PDFs that somebody uploads beside them.
//!
//! **Invariant:** the same value gives the same digest for ever: what was approved can be shown again. No I/O, no clock. The
//! process that serves reads no PDF but its own: what somebody uploads is read by a child.

mod document;
mod face;
mod fault;
mod instant;
mod layout;
mod line;
mod pdf;
mod seal;
mod sheet;
mod upload;

pub use document::{Document, DocumentBlock, DocumentLanguage};
pub use fault::DocumentError;
pub use pdf::{MOST_SHEETS, PdfMeta, missing_letters, pdf};
pub use seal::{
    LARGEST_SEALED, Seal, SealCertificate, SealError, SealRequest, SignatureFault, SignatureTrust, Signer,
    TimestampFault,
};
pub use upload::{LARGEST_UPLOAD, MOST_UPLOAD_PAGES, UploadChecker, UploadFacts, UploadFault, answer_upload};
