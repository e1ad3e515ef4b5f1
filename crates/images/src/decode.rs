//! From a file to a picture; runs in the child only.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageEncoder as _, ImageReader, Limits, RgbaImage,
    codecs::png::{CompressionType, FilterType as Filter, PngEncoder},
    imageops::FilterType,
};

use crate::{Bounds, ImageFault, LARGEST_FILE, MOST_PIXELS, format};

/// What the decoder may allocate, in bytes; the largest picture of 16 bits for each of four channels takes 32 MiB.
const MOST_MEMORY: u64 = 96 * 1024 * 1024;
/// Hundredths of the size that fits, tried in this order until the picture has few enough bytes.
const STEPS: [u32; 4] = [100, 75, 60, 50];

/// Decodes a file and encodes it anew within bounds. Never larger than it was.
pub(crate) fn fit(file: &[u8], bounds: Bounds) -> Result<Vec<u8>, ImageFault> {
    if file.len() > LARGEST_FILE {
        return Err(ImageFault::TooLarge);
    }
    let pixels = premultiplied(decoded(file)?);
    let (width, height) = pixels.dimensions();
    for step in STEPS {
        let (most_wide, most_high) = (bounds.width * step / 100, bounds.height * step / 100);
        let (to_width, to_height) = within((width, height), (most_wide, most_high));
        let small = if (to_width, to_height) == (width, height) {
            pixels.clone()
        } else {
            image::imageops::resize(&pixels, to_width, to_height, FilterType::Lanczos3)
        };
        let png = encoded(plain(small)).ok_or(ImageFault::TooExpensive)?;
        if png.len() <= bounds.bytes {
            return Ok(png);
        }
    }
    Err(ImageFault::TooDetailed)
}

fn decoded(file: &[u8]) -> Result<RgbaImage, ImageFault> {
    let format = format::of(file)?;
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| ImageFault::Damaged)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(ImageFault::NoPixels);
    }
    if width > MOST_PIXELS || height > MOST_PIXELS {
        return Err(ImageFault::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|_| ImageFault::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| ImageFault::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgba8())
}

/// The largest size with the same proportions, at least one pixel each way.
fn within((width, height): (u32, u32), (most_wide, most_high): (u32, u32)) -> (u32, u32) {
    if width <= most_wide && height <= most_high {
        return (width, height);
    }
    let (width, height) = (u64::from(width), u64::from(height));
    let (wide, high) = (u64::from(most_wide), u64::from(most_high));
    let (to_width, to_height) = if width * high > height * wide {
        (wide, height * wide / width)
    } else {
        (width * high / height, high)
    };
    let whole = |it: u64| u32::try_from(it.max(1)).unwrap_or(1);
    (whole(to_width), whole(to_height))
}

/// Transparent pixels must not colour their neighbours when the picture gets smaller.
fn premultiplied(mut picture: RgbaImage) -> RgbaImage {
    for pixel in picture.pixels_mut() {
        let alpha = u16::from(pixel.0[3]);
        for channel in pixel.0.iter_mut().take(3) {
            *channel = u8::try_from((u16::from(*channel) * alpha + 127) / 255).unwrap_or(u8::MAX);
        }
    }
    picture
}

fn plain(mut picture: RgbaImage) -> RgbaImage {
    for pixel in picture.pixels_mut() {
        let alpha = u16::from(pixel.0[3]);
        for channel in pixel.0.iter_mut().take(3) {
            let value = (u16::from(*channel) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0);
            *channel = u8::try_from(value).unwrap_or(u8::MAX);
        }
    }
    picture
}

/// The smallest of what the filters give: flat areas and gradients take different ones.
fn encoded(picture: RgbaImage) -> Option<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let is_opaque = picture.pixels().all(|it| it.0[3] == u8::MAX);
    let (pixels, kind) = if is_opaque {
        (DynamicImage::from(picture).into_rgb8().into_raw(), ExtendedColorType::Rgb8)
    } else {
        (picture.into_raw(), ExtendedColorType::Rgba8)
    };
    let with = |filter| {
        let mut png = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, filter);
        encoder.write_image(&pixels, width, height, kind).ok().map(|()| png)
    };
    let filters = [Filter::NoFilter, Filter::Sub, Filter::Up, Filter::Paeth, Filter::Adaptive];
    filters.into_iter().filter_map(with).min_by_key(Vec::len)
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_picture_keeps_its_proportions_and_never_grows() {
        for (size, fits) in [
            ((640, 192), (640, 192)),
            ((100, 40), (100, 40)),
            ((2048, 2048), (192, 192)),
            ((2048, 200), (640, 62)),
            ((2048, 1), (640, 1)),
            ((1, 2048), (1, 192)),
        ] {
            assert_eq!(within(size, (640, 192)), fits, "{size:?}");
        }
    }
}
