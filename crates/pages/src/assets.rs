//! Our own files: the style sheet, the mark and scripts, made by `build.rs`.

/// A file that pages refer to. Its path has a digest of its content, so it may be cached for ever.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Absolute path, such as `/assets/portvakt-0123456789abcdef.css`.
    pub path: &'static str,
    /// Value for `Content-Type`.
    pub content_type: &'static str,
    /// The content as it is.
    pub bytes: &'static [u8],
    /// The same content for `Content-Encoding: gzip`.
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// All files; a handful.
pub const fn assets() -> &'static [Asset] {
    ASSETS
}

/// Finds a file by its path, which must match exactly.
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}
