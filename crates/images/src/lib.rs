//! What somebody uploads as an image becomes a PNG of ours.
//!
//! Hides the image library. A file from outside is decoded by a process of its own ([`Decoder`]): the same program, started
//! again, which limits itself before it reads. What comes back is encoded anew, so that nothing of the file
//! but its pixels is kept.
//!
//! **Invariant:** the process that serves never decodes; it reads only the size that the PNG of the child states.

pub mod child;
mod decode;
mod decoder;
mod fault;
mod format;
mod picture;

pub use decoder::Decoder;
pub use fault::ImageFault;
pub use picture::{Bounds, Picture};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 256 * 1024;
/// The most pixels in a row, and the most rows, of a file.
pub const MOST_PIXELS: u32 = 2_048;
