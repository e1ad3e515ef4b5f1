//! Base64 in both alphabets, strict: no white space, canonical trailing bits.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};

/// Encodes with the URL alphabet and without padding (RFC 7515 §2).
pub fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Decodes the URL alphabet without padding; `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Encodes with the standard alphabet and padding.
pub fn encode_standard(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Decodes the standard alphabet with padding; `None` for anything else.
pub fn decode_standard(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}
