//! The process that decodes.

use std::process::ExitCode;

use crate::{Bounds, LARGEST_FILE, decode};

/// Limits this process, reads an image from standard input and writes the PNG that fits `bounds` to standard output.
pub fn decode(bounds: Bounds) -> ExitCode {
    child::answer(LARGEST_FILE, |file| decode::fit(file, bounds).map_err(crate::ImageFault::word))
}
