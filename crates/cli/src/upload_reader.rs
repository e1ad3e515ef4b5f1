//! Where PDFs that somebody uploads are read: this program, started again.

/// The hidden command that reads a PDF from standard input, for `documents::UploadChecker`.
pub(crate) const READ: &str = "read-upload";
