//! A picture of ours, and how large it may be.

use crate::format;

/// What a picture has to fit into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes of the PNG.
    pub bytes: usize,
}

impl Bounds {
    /// A logo on our pages: at most 320 × 96 CSS pixels on a screen with two pixels for each, in 12 KiB.
    pub const LOGO: Self = Self { width: 640, height: 192, bytes: 12 * 1024 };
}

/// A PNG that was encoded here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub png: Vec<u8>,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Picture {
    /// Reads the size that a PNG states; `None` where it is no PNG or larger than `bounds`. Nothing is decoded.
    pub fn read(png: Vec<u8>, bounds: Bounds) -> Option<Self> {
        let (width, height) = format::png_size(&png)?;
        let fits = (1..=bounds.width).contains(&width) && (1..=bounds.height).contains(&height);
        (fits && png.len() <= bounds.bytes).then_some(Self { png, width, height })
    }
}
