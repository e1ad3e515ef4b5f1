//! Files from outside, decoded by a real child.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails loudly"
)]

use std::{io::Cursor, path::PathBuf, time::Duration};

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use images::{Bounds, Decoder, ImageFault, Picture};

/// The example `child`, which Cargo builds with the tests.
fn child() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples/child")
}

fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, y| {
        if x > y { Rgba([0x39, 0x13, 0x4c, 0xff]) } else { Rgba([0xff, 0xff, 0xff, 0xff]) }
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).into_rgb8().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The checksum of a PNG's chunk.
fn crc(chunk: &[u8]) -> u32 {
    !chunk.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

async fn fit(file: &[u8]) -> Result<Picture, ImageFault> {
    Decoder::new(child(), &["decode"]).fit(file, Bounds::LOGO).await
}

#[tokio::test]
async fn an_image_of_each_format_becomes_a_png_that_fits() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let picture = fit(&file(2000, 400, format)).await.unwrap();
        assert_eq!((picture.width, picture.height), (640, 128), "{format:?}");
        assert!(picture.png.len() <= Bounds::LOGO.bytes);
        let again = image::load_from_memory_with_format(&picture.png, ImageFormat::Png).unwrap();
        assert_eq!((again.width(), again.height()), (640, 128));
    }
    let small = fit(&file(30, 20, ImageFormat::Png)).await.unwrap();
    assert_eq!((small.width, small.height), (30, 20));
}

#[tokio::test]
async fn nothing_but_pixels_is_kept_of_a_file() {
    let mut png = file(40, 20, ImageFormat::Png);
    // A text chunk behind the header, as programs write authors and places.
    let body = b"tEXtAuthor\0Kari";
    let chunk = [&11_u32.to_be_bytes(), &body[..], &crc(body).to_be_bytes()].concat();
    png.splice(33..33, chunk);
    let picture = fit(&png).await.unwrap();
    assert!(!picture.png.windows(4).any(|it| it == b"Kari"));
}

/// An uncompressed PNG header that states another size.
fn stating(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(4, 4, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn with(mut file: Vec<u8>, more: &[u8]) -> Vec<u8> {
    file.extend(more);
    file
}

#[tokio::test]
async fn every_file_that_is_no_plain_image_has_its_own_refusal() {
    let png = file(64, 32, ImageFormat::Png);
    let (jpeg, webp) = (file(64, 32, ImageFormat::Jpeg), file(64, 32, ImageFormat::WebP));
    let mut animated_png = png.clone();
    animated_png.splice(33..33, *b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0");
    let mut animated_webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0".to_vec();
    animated_webp.extend([0; 6]);
    let noise = RgbaImage::from_fn(200, 300, |x, y| {
        let it =
            (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).rotate_left(7)).wrapping_mul(0x9e37_79b1);
        Rgba(it.to_be_bytes())
    });
    let mut noisy = Cursor::new(Vec::new());
    noise.write_to(&mut noisy, ImageFormat::Png).unwrap();
    let zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    for (name, file, wanted) in [
        ("nothing", Vec::new(), ImageFault::Empty),
        ("10 MB", vec![0; 10_000_000], ImageFault::TooLarge),
        ("an SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), ImageFault::Svg),
        ("an SVG with a prologue", b"\xef\xbb\xbf\n<?xml version=\"1.0\"?><svg/>".to_vec(), ImageFault::Svg),
        ("a GIF that is called PNG", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), ImageFault::Format),
        ("a PDF", b"%PDF-1.7".to_vec(), ImageFault::Format),
        ("an animated PNG", animated_png, ImageFault::Animated),
        ("an animated WebP", animated_webp, ImageFault::Animated),
        ("no width", stating(0, 4), ImageFault::NoPixels),
        ("no height", stating(4, 0), ImageFault::NoPixels),
        ("a decompression bomb", stating(60_000, 60_000), ImageFault::TooManyPixels),
        ("one row too many", stating(4, 2_049), ImageFault::TooManyPixels),
        ("half a PNG", png[..png.len() / 2].to_vec(), ImageFault::Damaged),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec(), ImageFault::Damaged),
        ("half a WebP", webp[..webp.len() / 2].to_vec(), ImageFault::Damaged),
        ("a PNG that lacks rows", stating(2_000, 2_000), ImageFault::Damaged),
        ("a PNG and a ZIP", with(png, zip), ImageFault::DataAfterEnd),
        ("a JPEG and a script", with(jpeg, b"<script>"), ImageFault::DataAfterEnd),
        ("a WebP and a ZIP", with(webp, zip), ImageFault::DataAfterEnd),
        ("noise", noisy.into_inner(), ImageFault::TooDetailed),
    ] {
        assert_eq!(fit(&file).await, Err(wanted), "{name}");
    }
}

#[tokio::test]
async fn files_that_were_changed_at_random_never_get_more_than_a_refusal() {
    let mut seed = 7_u32;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        for _ in 0..8 {
            let mut file = file(64, 32, format);
            for _ in 0..4 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = usize::try_from(seed >> 8).unwrap() % file.len();
                file[at] ^= 1 << (seed % 8);
            }
            let answer = fit(&file).await;
            assert!(!matches!(answer, Err(ImageFault::NoAnswer)), "{format:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_child_that_waits_for_ever_is_ended_and_a_missing_one_is_our_fault() {
    // It reads nothing and computes nothing: only the clock ends it.
    let waiting = Decoder::new("/bin/sleep".into(), &["60"]).with_patience(Duration::from_millis(50));
    assert_eq!(waiting.fit(b"x", Bounds::LOGO).await, Err(ImageFault::TooExpensive));
    let missing = Decoder::new("/nonexistent".into(), &[]);
    assert_eq!(missing.fit(b"x", Bounds::LOGO).await, Err(ImageFault::NoAnswer));
    let silent = Decoder::new("/bin/true".into(), &[]);
    assert_eq!(silent.fit(b"x", Bounds::LOGO).await, Err(ImageFault::NoAnswer));
}
