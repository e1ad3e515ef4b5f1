//! Passwords of test users: stretched, salted, compared in constant time.
//!
//! Format: `1 | iterations (4, big-endian) | salt (16) | PBKDF2-HMAC-SHA-256 (32)`. The count is stored, so that it can be
//! raised: what was stored before stays readable.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;

use crate::{Random, Secret, same_bytes};

const VERSION: u8 = 1;
const SALT: usize = 16;
const LENGTH: usize = 1 + 4 + SALT + 32;
/// What OWASP's password storage sheet asks for with SHA-256 is 600,000; these passwords open synthetic people on test
/// domains only, and guessing them must not occupy the machine: about 70 ms each.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(210_000).unwrap();
/// No row makes a sign-in slower than this.
const MOST_ITERATIONS: u32 = 2_000_000;

fn stretch(iterations: NonZeroU32, salt: &[u8], password: &[u8]) -> Secret<[u8; 32]> {
    let mut out = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password, &mut out);
    Secret::new(out)
}

/// Digests a password for storage, under a salt of its own. Takes tens of milliseconds: call it outside a write.
pub fn digest(random: &Random, password: &Secret<String>) -> Vec<u8> {
    let salt: [u8; SALT] = random.bytes();
    let stretched = stretch(ITERATIONS, &salt, password.expose().as_bytes());
    [&[VERSION][..], &ITERATIONS.get().to_be_bytes(), &salt, stretched.expose()].concat()
}

/// Says whether this is the password. Takes as long for an unknown user (`None`) as where the password is wrong, so
/// that time does not tell who exists; tens of milliseconds, so not on a thread that others wait for.
pub fn verify(password: &Secret<String>, digest: Option<&[u8]>) -> bool {
    let read = digest.and_then(|digest| {
        let (version, rest) = digest.split_first()?;
        let (iterations, rest) = rest.split_first_chunk::<4>()?;
        let (salt, stored) = rest.split_at_checked(SALT)?;
        let iterations = NonZeroU32::new(u32::from_be_bytes(*iterations))?;
        let whole = *version == VERSION && digest.len() == LENGTH && iterations.get() <= MOST_ITERATIONS;
        whole.then_some((iterations, salt, stored))
    });
    let (iterations, salt, stored) = read.unwrap_or((ITERATIONS, &[0; SALT], &[]));
    let stretched = stretch(iterations, salt, password.expose().as_bytes());
    same_bytes(stretched.expose(), stored)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::{digest, stretch, verify};
    use crate::{Random, Secret};

    #[test]
    fn the_example_of_rfc_7914_section_11() {
        let one = stretch(NonZeroU32::MIN, b"salt", b"passwd");
        let wanted =
            [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f, 0xec, 0x16, 0x91, 0xc2, 0x25, 0x44, 0xb6, 0x05];
        assert_eq!(one.expose()[..16], wanted);
    }

    #[test]
    fn a_password_opens_with_itself_only_and_looks_different_each_time() {
        let random = Random::seeded(1);
        let (right, wrong) = (Secret::from("correct horse"), Secret::from("Correct horse"));
        let stored = digest(&random, &right);
        assert!(verify(&right, Some(&stored)) && !verify(&wrong, Some(&stored)) && !verify(&right, None));
        assert_ne!(stored, digest(&random, &right));
    }

    #[test]
    fn a_digest_that_cannot_be_opens_with_nothing() {
        let right = Secret::from("correct horse");
        let stored = digest(&Random::seeded(1), &right);
        let mut version = stored.clone();
        version[0] = 2;
        let mut slow = stored.clone();
        slow[1] = 0xff;
        let mut none = stored.clone();
        none[1..5].fill(0);
        for wrong in [&version, &slow, &none, &stored[..40].to_vec(), &Vec::new()] {
            assert!(!verify(&right, Some(wrong)));
        }
        let empty = [&stored[..21]].concat();
        assert!(!verify(&right, Some(&empty)));
    }
}
