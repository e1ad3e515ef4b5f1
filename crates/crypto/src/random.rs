//! Randomness as an argument: the system's in the product, a seed's in tests.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::{Secret, b64, hash::sha256};

/// A source of random bytes; cheap to clone, safe to share.
#[derive(Clone, Debug)]
pub struct Random(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// SHA-256 of seed and counter: predictable on purpose, for tests only.
    Seeded(Arc<(u64, AtomicU64)>),
}

impl Random {
    /// Takes from the operating system's generator.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// Gives the same bytes for the same seed; for tests and nothing else.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new((seed, AtomicU64::new(0)))))
    }

    /// Fills an array.
    ///
    /// Aborts the process when the system has no randomness: going on would be worse than stopping.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match &self.0 {
            Source::System => {
                if SystemRandom::new().fill(&mut out).is_err() {
                    std::process::abort();
                }
            }
            Source::Seeded(state) => {
                for chunk in out.chunks_mut(32) {
                    let counter = state.1.fetch_add(1, Ordering::Relaxed);
                    let block = sha256(&[state.0.to_be_bytes(), counter.to_be_bytes()].concat());
                    for (to, from) in chunk.iter_mut().zip(block) {
                        *to = from;
                    }
                }
            }
        }
        out
    }

    /// Makes a bearer value: 256 random bits as 43 characters of base64url, without a colon.
    pub fn token(&self) -> Secret<String> {
        Secret::new(b64::encode(&self.bytes::<32>()))
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_repeats_and_the_system_does_not() {
        assert_eq!(Random::seeded(7).bytes::<40>(), Random::seeded(7).bytes::<40>());
        assert_ne!(Random::system().bytes::<16>(), Random::system().bytes::<16>());
    }
}
