//! Why a file is refused as a document.

use thiserror::Error;

/// Why a file is refused as a document. The texts are for logs; whoever brought the file is told by the catalogue. For
/// everything from [`Self::Encrypted`] to [`Self::SubmitForm`] the remedy is to print the document to a new PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UploadFault {
    /// A file without content.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`crate::LARGEST_UPLOAD`].
    #[error("the file is larger than 10 MiB")]
    TooLarge,
    /// Something else, whatever the file is called.
    #[error("the file is not a PDF")]
    NotPdf,
    /// Truncated, or not what the format says.
    #[error("the PDF is damaged or incomplete")]
    Malformed,
    /// Something follows the end of the document: a second file in the same bytes.
    #[error("the file goes on after the end of the PDF")]
    DataAfterEnd,
    /// More pages than [`crate::MOST_UPLOAD_PAGES`].
    #[error("the PDF has more than 50 pages")]
    TooManyPages,
    /// Encrypted, also where no password is asked for.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// A script.
    #[error("the PDF has a script")]
    JavaScript,
    /// Something that starts a program or opens another file.
    #[error("the PDF starts a program or opens another file")]
    Launch,
    /// A file in the file.
    #[error("the PDF has a file in it")]
    EmbeddedFile,
    /// A form that is another document (XFA).
    #[error("the PDF is an XFA form")]
    Xfa,
    /// Films, sound, three dimensions.
    #[error("the PDF plays something")]
    RichMedia,
    /// Something that sends what was filled in, or reads it from elsewhere.
    #[error("the PDF sends a form")]
    SubmitForm,
    /// Reading it took more memory or time than the process may use, or it unpacks to more than any document needs.
    #[error("reading the PDF took too much memory or time")]
    TooExpensive,
    /// The process that reads did not start, or ended without an answer: our fault.
    #[error("the process that reads documents did not answer")]
    NoAnswer,
}

impl UploadFault {
    /// What the child answers with; never shown.
    const WORDS: [(Self, &'static str); 14] = [
        (Self::Empty, "empty"),
        (Self::TooLarge, "too-large"),
        (Self::NotPdf, "not-pdf"),
        (Self::Malformed, "malformed"),
        (Self::DataAfterEnd, "data-after-end"),
        (Self::TooManyPages, "too-many-pages"),
        (Self::Encrypted, "encrypted"),
        (Self::JavaScript, "javascript"),
        (Self::Launch, "launch"),
        (Self::EmbeddedFile, "embedded-file"),
        (Self::Xfa, "xfa"),
        (Self::RichMedia, "rich-media"),
        (Self::SubmitForm, "submit-form"),
        (Self::TooExpensive, "too-expensive"),
    ];

    pub(super) fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(fault, _)| *fault == self).map_or("", |(_, word)| word)
    }

    pub(super) fn parse(word: &[u8]) -> Option<Self> {
        Self::WORDS.iter().find(|(_, it)| it.as_bytes() == word).map(|(fault, _)| *fault)
    }
}
