//! Why a document cannot be made.

use thiserror::Error;

/// Why a document cannot be made. The texts are for logs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// A document without a title, which PDF/UA demands.
    #[error("the document has no title")]
    NoTitle,
    /// A table without columns, or with a row of more or fewer cells than its head.
    #[error("block {block} is a table whose rows have not as many cells as its head")]
    UnevenTable {
        /// The number of the block, from zero.
        block: usize,
    },
    /// More than [`crate::MOST_SHEETS`] pages.
    #[error("the document has more than 200 pages")]
    TooLong,
    /// A time outside the years 1970 to 9999.
    #[error("the time at which the document was made is outside the years 1970 to 9999")]
    Time,
    /// The fonts that are compiled in cannot be read: our fault.
    #[error("the fonts of documents cannot be read")]
    Font,
    /// The PDF library refused the document, with its reason.
    #[error("the PDF cannot be written: {0}")]
    Library(String),
}
