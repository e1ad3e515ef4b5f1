//! Whether a PDF that came back is one of ours, signed by somebody whom an authority of ours vouches for.
//!
//! The file is not parsed: it begins with our bytes, a signature of the PAdES form stands behind them and covers everything but its
//! own value, and that signature verifies. What else is appended is the provider's, and is signed with the rest.
//!
//! Spec: ETSI EN 319 142-1 V1.2.1 §5.3, §6.3; ISO 32000-1:2008 §12.8.1; RFC 5652 §5.4, §5.6; RFC 5035 §3

use crypto::{pem_blocks, sha256};
use thiserror::Error;

use super::{LARGEST_SEALED, SealError, chain::Link, signed::Signed};

/// How many certificates lie between a signer's and an authority's.
const MOST_BETWEEN: usize = 4;

/// The authorities that vouch for those who sign.
#[derive(Clone, Debug)]
pub struct SignatureTrust {
    roots: Vec<Link>,
}

/// Who signed a PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The name in their certificate.
    pub name: String,
    /// The whole distinguished name: who they are at their authority.
    pub subject: String,
    /// SHA-256 of their certificate.
    pub certificate: [u8; 32],
    /// SHA-256 of the file that they signed.
    pub file: [u8; 32],
}

/// Why a signed PDF does not count. The texts are for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureFault {
    /// It does not begin with our bytes, or has nothing behind them.
    #[error("the file is not our document with something appended")]
    OtherDocument,
    /// More bytes than are looked at.
    #[error("the file is larger than 16 MiB")]
    TooLarge,
    /// No signature, several, or one that leaves out more than its own value.
    #[error("the file has not exactly one signature that covers all of it")]
    NotCovered,
    /// The signature cannot be read.
    #[error("the signature cannot be read")]
    Malformed,
    /// The signature is of something else, or by another key.
    #[error("the signature is not valid")]
    Signature,
    /// Nobody whom we know vouches for the signer's certificate.
    #[error("no known authority vouches for the certificate of the signature")]
    Untrusted,
    /// A certificate is not valid now.
    #[error("a certificate of the signature is not valid now")]
    NotValidNow,
}

impl SignatureTrust {
    /// Takes the certificates of authorities in PEM.
    ///
    /// # Errors
    /// [`SealError`]: tell whoever configured them.
    pub fn new(authorities: &str) -> Result<Self, SealError> {
        let blocks = pem_blocks(authorities).ok_or(SealError::Pem)?;
        let blocks = blocks.into_iter().filter(|(label, _)| label == "CERTIFICATE").zip(0..);
        let roots = blocks.map(|((_, der), at)| Link::read(der).ok_or(SealError::Certificate { at }));
        let roots = roots.collect::<Result<Vec<Link>, SealError>>()?;
        if roots.is_empty() { Err(SealError::Pem) } else { Ok(Self { roots }) }
    }

    /// Says who signed `original`, of which `signed` is what came back, at `now` (seconds since 1970).
    ///
    /// # Errors
    /// [`SignatureFault`]: it counts for nothing.
    pub fn verify(&self, original: &[u8], signed: &[u8], now: i64) -> Result<Signer, SignatureFault> {
        if signed.len() > LARGEST_SEALED {
            return Err(SignatureFault::TooLarge);
        }
        if !signed.starts_with(original) || signed.len() == original.len() {
            return Err(SignatureFault::OtherDocument);
        }
        let Covered { message, value } = covered(original.len(), signed).ok_or(SignatureFault::NotCovered)?;
        let read = Signed::read_detached(&value).ok_or(SignatureFault::Malformed)?;
        let signer = read.signer_of(&message).ok_or(SignatureFault::Signature)?;
        self.trust(signer, read.certificates(), now)?;
        Ok(Signer {
            name: signer.common_name().ok_or(SignatureFault::Malformed)?,
            subject: signer.subject(),
            certificate: signer.digest(),
            file: sha256(signed),
        })
    }

    /// Goes up from the signer's certificate to an authority.
    fn trust(&self, signer: &Link, along: &[Link], now: i64) -> Result<(), SignatureFault> {
        let is_valid = |it: &Link| {
            let (begins, ends) = it.validity();
            (begins..=ends).contains(&now)
        };
        let mut at = signer;
        for _ in 0..=MOST_BETWEEN {
            if !is_valid(at) {
                return Err(SignatureFault::NotValidNow);
            }
            if let Some(root) = self.roots.iter().find(|it| at.is_issued_by(it)) {
                return if is_valid(root) { Ok(()) } else { Err(SignatureFault::NotValidNow) };
            }
            at = along.iter().find(|it| at.is_issued_by(it)).ok_or(SignatureFault::Untrusted)?;
        }
        Err(SignatureFault::Untrusted)
    }
}

/// What a signature covers, and its value.
struct Covered {
    message: Vec<u8>,
    value: Vec<u8>,
}

/// Finds the one signature behind our bytes; `None` where it does not cover everything but its value.
fn covered(ours: usize, file: &[u8]) -> Option<Covered> {
    const RANGE: &[u8] = b"/ByteRange";
    const CONTENTS: &[u8] = b"/Contents";
    let places = |text: &[u8]| -> Vec<usize> {
        file.windows(text.len()).enumerate().filter(|(_, it)| *it == text).map(|(at, _)| at).collect()
    };
    let [range] = places(RANGE).try_into().ok()?;
    let [begin, hole, after, rest] = numbers(file.get(range + RANGE.len()..)?)?;
    let is_whole = begin == 0 && hole > ours && range > ours && after.checked_add(rest) == Some(file.len());
    let (before, behind) = (file.get(..hole)?, file.get(after..)?);
    let value = file.get(hole..after)?;
    let digits = value.strip_prefix(b"<")?.strip_suffix(b">")?;
    let is_value_of_contents = before.trim_ascii_end().ends_with(CONTENTS);
    (is_whole && is_value_of_contents).then_some(())?;
    let value = hexadecimal(digits)?;
    Some(Covered { message: [before, behind].concat(), value })
}

/// The four numbers of a byte range.
fn numbers(text: &[u8]) -> Option<[usize; 4]> {
    let text = text.trim_ascii_start().strip_prefix(b"[")?;
    let inside = text.get(..text.iter().position(|it| *it == b']').filter(|it| *it < 100)?)?;
    let parts = std::str::from_utf8(inside).ok()?.split_ascii_whitespace().map(|it| it.parse().ok());
    parts.collect::<Option<Vec<usize>>>()?.try_into().ok()
}

fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |it: &u8| char::from(*it).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let pairs = digits.chunks(2).map(|it| match it {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}
