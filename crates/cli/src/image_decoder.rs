//! Where images that somebody brings are decoded: this program, started again.

use std::path::PathBuf;

use images::Decoder;

/// The hidden command that decodes an image from standard input.
pub(crate) const DECODE: &str = "decode-image";

/// A decoder whose child is this program, also when its file was replaced meanwhile.
pub(crate) fn decoder() -> Decoder {
    Decoder::new(PathBuf::from("/proc/self/exe"), &[DECODE])
}
