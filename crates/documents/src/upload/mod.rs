//! A PDF that somebody uploads, such as a company's certificate: what is kept is what a printer could have made.
//!
//! The file is read by a process of its own ([`UploadChecker`]): the same program, started again, which limits itself before it
//! reads and ends in [`answer_upload`]. What is kept is the file as it came, to be served as an attachment.

mod active;
mod fault;
mod judge;

use std::{panic, path::PathBuf, process::ExitCode};

use child::{Answer, Child, ChildFault};

pub use fault::UploadFault;

/// The largest file that is accepted, in bytes.
pub const LARGEST_UPLOAD: usize = 10 * 1024 * 1024;
/// The most pages that are accepted.
pub const MOST_UPLOAD_PAGES: usize = 50;
/// The digits of a number of pages.
const LONGEST_ANSWER: usize = 32;

/// What is known of a file that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadFacts {
    /// How many pages it has: 1 to [`MOST_UPLOAD_PAGES`].
    pub pages: usize,
}

/// Where files from outside are read: a program that ends in [`answer_upload`].
#[derive(Clone, Debug)]
pub struct UploadChecker(Child);

impl UploadChecker {
    /// `program` is started with `arguments`.
    pub fn new(program: PathBuf, arguments: &[&str]) -> Self {
        Self(Child::new(program, arguments))
    }

    /// Has a file read by a child.
    ///
    /// # Errors
    /// [`UploadFault`]: tell whoever brought the file; [`UploadFault::NoAnswer`] is ours.
    pub async fn check_upload(&self, file: &[u8]) -> Result<UploadFacts, UploadFault> {
        judge::look(file)?;
        match self.0.ask(&[], file, LONGEST_ANSWER).await {
            Ok(Answer::Result(pages)) => {
                let pages = std::str::from_utf8(&pages).ok().and_then(|it| it.parse().ok());
                let pages = pages.filter(|it| (1..=MOST_UPLOAD_PAGES).contains(it));
                pages.map(|pages| UploadFacts { pages }).ok_or(UploadFault::NoAnswer)
            }
            Ok(Answer::Refusal(word)) => Err(UploadFault::parse(&word).unwrap_or(UploadFault::NoAnswer)),
            Err(ChildFault::TooExpensive) => Err(UploadFault::TooExpensive),
            Err(ChildFault::NoAnswer) => Err(UploadFault::NoAnswer),
        }
    }
}

/// Limits this process, reads a PDF from standard input and writes the number of its pages, or why it is refused.
pub fn answer_upload() -> ExitCode {
    child::answer(LARGEST_UPLOAD, |file| {
        // A file that makes the library panic is no PDF that anybody needs.
        let judged = panic::catch_unwind(|| judge::pages(file)).unwrap_or(Err(UploadFault::Malformed));
        judged.map(|pages| pages.to_string().into_bytes()).map_err(UploadFault::word)
    })
}
