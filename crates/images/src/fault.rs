//! Why a file is refused as an image.

use thiserror::Error;

/// Why a file is refused as an image. The texts are for logs; whoever brought the file is told by the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImageFault {
    /// A file without content.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`crate::LARGEST_FILE`].
    #[error("the file is larger than 256 KiB")]
    TooLarge,
    /// An SVG or another XML document.
    #[error("an SVG is not a raster image")]
    Svg,
    /// A format that is not decoded here, whatever the file is called.
    #[error("the file is neither PNG, JPEG nor WebP")]
    Format,
    /// Several pictures in one file.
    #[error("the image is animated")]
    Animated,
    /// A width or a height of zero.
    #[error("the image has no pixels")]
    NoPixels,
    /// More than [`crate::MOST_PIXELS`] in one direction.
    #[error("the image has more than 2048 pixels in one direction")]
    TooManyPixels,
    /// Truncated, or not what its format says.
    #[error("the image is damaged or incomplete")]
    Damaged,
    /// Something follows the end of the image: a second file in the same bytes.
    #[error("the file goes on after the end of the image")]
    DataAfterEnd,
    /// The picture takes more bytes than there are for it, also when it is made smaller.
    #[error("the image has too much detail")]
    TooDetailed,
    /// Decoding took more memory or time than the process may use.
    #[error("decoding took too much memory or time")]
    TooExpensive,
    /// The process that decodes did not start, or ended without an answer.
    #[error("the process that decodes images did not answer")]
    NoAnswer,
}

impl ImageFault {
    /// What the child answers with; never shown.
    const WORDS: [(Self, &'static str); 11] = [
        (Self::Empty, "empty"),
        (Self::TooLarge, "too-large"),
        (Self::Svg, "svg"),
        (Self::Format, "format"),
        (Self::Animated, "animated"),
        (Self::NoPixels, "no-pixels"),
        (Self::TooManyPixels, "too-many-pixels"),
        (Self::Damaged, "damaged"),
        (Self::DataAfterEnd, "data-after-end"),
        (Self::TooDetailed, "too-detailed"),
        (Self::TooExpensive, "too-expensive"),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(fault, _)| *fault == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn parse(word: &[u8]) -> Option<Self> {
        Self::WORDS.iter().find(|(_, it)| it.as_bytes() == word).map(|(fault, _)| *fault)
    }
}
