//! Where PDFs that somebody uploads are read: this program, started again.

use std::path::PathBuf;

use documents::UploadChecker;

/// The hidden command that reads a PDF from standard input.
pub(crate) const READ: &str = "read-upload";

/// A reader whose child is this program, also when its file was replaced meanwhile.
pub(crate) fn reader() -> UploadChecker {
    UploadChecker::new(PathBuf::from("/proc/self/exe"), &[READ])
}
