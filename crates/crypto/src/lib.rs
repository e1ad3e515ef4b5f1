//! The only crate that names a cryptographic library.
//!
//! **Invariant:** no key, nonce or token is made anywhere else. Nothing here does I/O or knows the time;
//! randomness is an argument ([`Random`]).

mod algorithm;
pub mod b64;
mod certificate_key;
mod certificate_signature;
mod hash;
mod json;
mod jwe;
mod jwk;
mod jws;
pub mod password;
mod random;
mod seal;
mod secret;

pub use algorithm::Algorithm;
pub use certificate_key::{CertificateKey, CertificateKeyKind, pem_blocks};
pub use certificate_signature::{CertificateCurve, CertificateDigest, is_certificate_signature};
pub use hash::{Digest, hmac_sha256, same_bytes, sha256};
pub use json::{JsonError, read_json};
pub use jwe::{ContentEncryption, EncryptionKey, KEY_ENCRYPTION};
pub use jwk::{KeyError, PublicKey, SigningKey};
pub use jws::{Compact, JwsError, at_hash, parse, sign};
pub use random::Random;
pub use seal::{SealError, SealKey};
pub use secret::Secret;
