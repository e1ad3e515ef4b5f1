//! Proof Key for Code Exchange, S256 only.
//!
//! Spec: RFC 7636 §4.1-4.6 <https://www.rfc-editor.org/rfc/rfc7636#section-4>

use crypto::{Digest, b64};
use serde::{Deserialize, Serialize};

/// A code challenge: SHA-256 of the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge([u8; 32]);

/// Says whether `text` has the syntax of a code verifier: 43 to 128 unreserved characters (§4.1).
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_' | b'~'))
}

impl Challenge {
    /// Reads a challenge: base64url of 32 bytes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        b64::decode(text)?.try_into().ok().map(Self)
    }

    /// Computes the challenge of a verifier.
    pub fn of(verifier: &str) -> Self {
        Self(crypto::sha256(verifier.as_bytes()))
    }

    /// The challenge as it goes over the wire.
    pub fn to_text(&self) -> String {
        b64::encode(&self.0)
    }

    /// Says whether `verifier` is well-formed and the one that was promised.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        is_verifier(verifier) && Digest::of(verifier.as_bytes()).as_bytes() == &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
    }

    #[test]
    fn rule_06_a_malformed_verifier_never_fits_even_when_its_hash_does() {
        for verifier in ["short", &"a".repeat(129), &format!("{}+", "a".repeat(43))] {
            assert!(!Challenge::of(verifier).is_met_by(verifier), "{verifier}");
        }
        assert_eq!(Challenge::parse("plain-text-challenge"), None);
    }
}
