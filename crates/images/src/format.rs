//! What can be said of a file before it is decoded: its format, where the image ends, how many pictures it has.

use image::ImageFormat;

use crate::ImageFault;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The size that the header of a PNG states.
///
/// Spec: PNG (Third Edition) §11.2.1 <https://www.w3.org/TR/png-3/#11IHDR>
pub(crate) fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(PNG)?.get(4..16)?.strip_prefix(b"IHDR")?;
    Some((number(header, 0)?, number(header, 4)?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Says which format a file has, by its content; refuses what is not one still image from its first byte to its last.
pub(crate) fn of(file: &[u8]) -> Result<ImageFormat, ImageFault> {
    if file.is_empty() {
        return Err(ImageFault::Empty);
    }
    if file.starts_with(PNG) {
        check_png(file).map(|()| ImageFormat::Png)
    } else if file.starts_with(b"\xff\xd8\xff") {
        check_jpeg(file).map(|()| ImageFormat::Jpeg)
    } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        check_webp(file).map(|()| ImageFormat::WebP)
    } else {
        let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii_start();
        Err(if text.starts_with(b"<") { ImageFault::Svg } else { ImageFault::Format })
    }
}

/// Walks the chunks to the last one.
fn check_png(file: &[u8]) -> Result<(), ImageFault> {
    if png_size(file).is_some_and(|(width, height)| width == 0 || height == 0) {
        return Err(ImageFault::NoPixels);
    }
    let mut rest = file.get(PNG.len()..).unwrap_or_default();
    loop {
        let length = number(rest, 0).and_then(|it| usize::try_from(it).ok()).ok_or(ImageFault::Damaged)?;
        let kind = rest.get(4..8).ok_or(ImageFault::Damaged)?;
        if kind == b"acTL" {
            return Err(ImageFault::Animated);
        }
        let next = length.checked_add(12).ok_or(ImageFault::Damaged)?;
        let after = rest.get(next..).ok_or(ImageFault::Damaged)?;
        if kind == b"IEND" {
            return if after.is_empty() { Ok(()) } else { Err(ImageFault::DataAfterEnd) };
        }
        rest = after;
    }
}

/// Walks the segments to the end of the image.
///
/// Spec: ITU-T T.81 (1992) §B.1, §B.2.2 <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>
fn check_jpeg(file: &[u8]) -> Result<(), ImageFault> {
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        let marker =
            rest.iter().position(|it| *it != 0xff).filter(|at| *at > 0).ok_or(ImageFault::Damaged)?;
        let kind = rest.get(marker).copied().unwrap_or_default();
        rest = rest.get(marker + 1..).unwrap_or_default();
        if kind == 0xd9 {
            return if rest.is_empty() { Ok(()) } else { Err(ImageFault::DataAfterEnd) };
        }
        let length = rest.first_chunk::<2>().map(|it| usize::from(u16::from_be_bytes(*it)));
        let length = length.ok_or(ImageFault::Damaged)?;
        let segment = rest.get(..length).ok_or(ImageFault::Damaged)?;
        let is_frame = matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc);
        if is_frame && (segment.get(3..5) == Some(&[0, 0]) || segment.get(5..7) == Some(&[0, 0])) {
            return Err(ImageFault::NoPixels);
        }
        rest = rest.get(length..).unwrap_or_default();
        if kind == 0xda {
            // The scan lasts until a marker that is neither a stuffed zero nor a restart.
            let is_end = |pair: &[u8]| matches!(pair, [0xff, it] if !matches!(it, 0x00 | 0xd0..=0xd7 | 0xff));
            let end = rest.windows(2).position(is_end).ok_or(ImageFault::Damaged)?;
            rest = rest.get(end..).unwrap_or_default();
        }
    }
}

/// Spec: RFC 9649 §2.3, §2.7 <https://www.rfc-editor.org/rfc/rfc9649#section-2>
fn check_webp(file: &[u8]) -> Result<(), ImageFault> {
    let size = file.get(4..8).and_then(|it| <[u8; 4]>::try_from(it).ok()).map(u32::from_le_bytes);
    let size = size.and_then(|it| usize::try_from(it).ok()).ok_or(ImageFault::Damaged)?;
    let end = size.checked_add(8 + size % 2).ok_or(ImageFault::Damaged)?;
    if file.get(12..16) == Some(b"VP8X") && file.get(20).is_some_and(|flags| flags & 0x02 != 0) {
        return Err(ImageFault::Animated);
    }
    match file.len().cmp(&end) {
        std::cmp::Ordering::Less => Err(ImageFault::Damaged),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(ImageFault::DataAfterEnd),
    }
}
