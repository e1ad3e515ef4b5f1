//! Authenticated encryption of values at rest and in cookies.
//!
//! Format: `1 | salt (16) | ciphertext | tag (16)`. Each value gets a key and nonce of its own, derived from
//! the salt (HKDF-SHA-256), so that the number of values under one key has no practical limit; the cipher
//! is AES-256-GCM.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
};

use crate::{Random, Secret};

const VERSION: u8 = 1;
const SALT: usize = 16;

/// Why a sealed value could not be opened; on purpose without detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open with this key in this place")]
pub struct SealError;

/// A key of 32 bytes that seals and opens.
#[derive(Clone, Debug)]
pub struct SealKey(Secret<[u8; 32]>);

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let filled = prk.expand(&[info], Length(N)).and_then(|okm| okm.fill(&mut out));
    // HKDF-SHA-256 refuses only outputs over 8,160 bytes; ours are at most 44.
    if filled.is_err() {
        std::process::abort();
    }
    out
}

impl SealKey {
    /// Makes a random key.
    pub fn generate(random: &Random) -> Self {
        Self(Secret::new(random.bytes()))
    }

    /// Takes 32 bytes as a key; `None` for any other length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Secret::new(bytes)))
    }

    /// Derives a key from a secret of high entropy; `purpose` keeps keys of one secret apart.
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        Self(Secret::new(expand(secret, b"portvakt", purpose.as_bytes())))
    }

    /// Derives a key for one purpose from this one.
    #[must_use]
    pub fn subkey(&self, purpose: &str) -> Self {
        Self::derive(self.0.expose(), purpose)
    }

    /// Gives the 32 bytes, to be wrapped by another key.
    pub const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    fn cipher(&self, salt: &[u8]) -> (LessSafeKey, Nonce) {
        let okm: [u8; 44] = expand(self.0.expose(), salt, b"seal 1");
        let (key, nonce) = okm.split_at(32);
        let mut bytes = [0; 12];
        bytes.copy_from_slice(nonce);
        match UnboundKey::new(&AES_256_GCM, key) {
            Ok(key) => (LessSafeKey::new(key), Nonce::assume_unique_for_key(bytes)),
            // 32 bytes are always a key of AES-256.
            Err(_) => std::process::abort(),
        }
    }

    /// Seals `plain`; it opens only with the same `place` (what the value is and whose it is).
    pub fn seal(&self, random: &Random, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let salt: [u8; SALT] = random.bytes();
        let (key, nonce) = self.cipher(&salt);
        let mut body = plain.to_vec();
        if key.seal_in_place_append_tag(nonce, Aad::from(place), &mut body).is_err() {
            // Only a text of more than 64 GiB is refused.
            std::process::abort();
        }
        let mut out = Vec::with_capacity(1 + SALT + body.len());
        out.push(VERSION);
        out.extend_from_slice(&salt);
        out.append(&mut body);
        out
    }

    /// Opens what [`SealKey::seal`] made.
    ///
    /// # Errors
    /// [`SealError`] for another key, another place, or a changed or cut value: treat it as absent.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError)?;
        if *version != VERSION || rest.len() < SALT {
            return Err(SealError);
        }
        let (salt, body) = rest.split_at(SALT);
        let (key, nonce) = self.cipher(salt);
        let mut body = body.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(place), &mut body).map_err(|_| SealError)?;
        Ok(Secret::new(plain.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::{SealError, SealKey};
    use crate::Random;

    #[test]
    fn a_sealed_value_opens_only_unchanged_and_in_its_place() {
        let random = Random::seeded(1);
        let key = SealKey::generate(&random);
        let sealed = key.seal(&random, b"here", b"secret");

        assert_eq!(key.open(b"here", &sealed).unwrap().expose(), b"secret");
        assert_eq!(key.open(b"there", &sealed).unwrap_err(), SealError);
        assert_eq!(SealKey::generate(&random).open(b"here", &sealed).unwrap_err(), SealError);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(b"here", &changed).unwrap_err(), SealError, "byte {at}");
            assert_eq!(key.open(b"here", &sealed[..at]).unwrap_err(), SealError, "cut at {at}");
        }
    }

    #[test]
    fn equal_values_look_different() {
        let random = Random::seeded(2);
        let key = SealKey::derive(b"a long secret", "test");
        assert_ne!(key.seal(&random, b"", b"x"), key.seal(&random, b"", b"x"));
    }
}
