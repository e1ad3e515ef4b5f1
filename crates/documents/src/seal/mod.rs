//! The organisation's seal: PAdES B-B over a PDF of ours, or B-T with a time stamp.
//!
//! 1. [`Seal::new`] reads certificates and key, once, at the start.
//! 2. [`Seal::apply`] closes a PDF with the seal.
//! 3. With a timestamp service: [`Seal::request`] gives what is to be sent there, and [`SealRequest::finish`] takes the answer.
//!
//! A seal says where a document comes from and that it was not changed. It is nobody's signature: who approved a document is
//! said by its text.
//!
//! Spec: ETSI EN 319 142-1 V1.2.1 §5, §6.3 (baseline signatures B-B and B-T)
//! <https://www.etsi.org/deliver/etsi_en/319100_319199/31914201/>

mod chain;
mod cms;
mod elements;
mod fault;
mod field;
mod signed;
mod timestamp;
mod verified;

use crypto::{CertificateKey, CertificateKeyKind, sha256};

pub use fault::{SealError, TimestampFault};
pub use verified::{SignatureFault, SignatureTrust, Signer};

use crate::instant::civil;
use chain::Chain;
use cms::Signature;
use field::Hollow;

/// The largest PDF that is sealed, in bytes.
pub const LARGEST_SEALED: usize = 16 * 1024 * 1024;
/// Room for a signature beside its certificates: attributes, names, and the value of the longest key.
const SIGNATURE_ROOM: usize = 2_048;
/// Room for a time stamp, with the service's certificates.
const TOKEN_ROOM: usize = 16 * 1024;

/// The certificates and the key that the organisation seals with.
#[derive(Debug)]
pub struct Seal {
    chain: Chain,
    key: CertificateKey,
}

/// The certificate of a seal, to be kept with each document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealCertificate {
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// The distinguished name of whoever it was issued to.
    pub subject: String,
    /// From when it is valid, in seconds since 1970.
    pub begins_at: i64,
    /// Until when it is valid, in seconds since 1970.
    pub ends_at: i64,
}

/// A PDF that is signed and waits for its time stamp.
#[derive(Clone, Debug)]
pub struct SealRequest {
    chain: Chain,
    hollow: Hollow,
    signature: Signature,
    nonce: [u8; 16],
    query: Vec<u8>,
}

impl Seal {
    /// Takes certificates in PEM, that of the key first and each issued by the next (the last one's issuer may be left out), and
    /// the key.
    ///
    /// # Errors
    /// [`SealError`]: tell whoever configured them.
    pub fn new(certificates: &str, key: CertificateKey) -> Result<Self, SealError> {
        let chain = Chain::from_pem(certificates)?;
        let first = &chain.first;
        let is_rsa = key.kind() == CertificateKeyKind::Rsa;
        if first.public_bits() != key.public_bits() || first.has_rsa_key() != is_rsa {
            return Err(SealError::WrongKey);
        }
        Ok(Self { chain, key })
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> SealCertificate {
        let link = &self.chain.first;
        let (begins_at, ends_at) = link.validity();
        SealCertificate { digest: link.digest(), subject: link.subject(), begins_at, ends_at }
    }

    /// Says whether every certificate is valid at a time (seconds since 1970).
    ///
    /// # Errors
    /// [`SealError::NotYetValid`], [`SealError::Expired`].
    pub fn check(&self, now: i64) -> Result<(), SealError> {
        self.chain.check(now)
    }

    /// Seals a PDF that [`crate::pdf()`] made, at `now` (seconds since 1970): PAdES B-B. It stays PDF/A and PDF/UA.
    ///
    /// The PDF is parsed in this process, so it must never be one from outside.
    ///
    /// # Errors
    /// [`SealError`]: the operator has to look at the certificates, or the PDF is not one of ours.
    pub fn apply(&self, pdf: &[u8], now: i64) -> Result<Vec<u8>, SealError> {
        let (hollow, signature) = self.sign(pdf, now, 0)?;
        fill(&hollow, &signature.to_der(&self.chain, None)?)
    }

    /// The same with a time stamp to come. `nonce` is 16 random bytes.
    ///
    /// # Errors
    /// As of [`Seal::apply`].
    pub fn request(&self, pdf: &[u8], now: i64, nonce: [u8; 16]) -> Result<SealRequest, SealError> {
        let (hollow, signature) = self.sign(pdf, now, TOKEN_ROOM)?;
        let query = timestamp::request(sha256(&signature.value), nonce);
        let query = query.map_err(|error| SealError::Library(error.to_string()))?;
        Ok(SealRequest { chain: self.chain.clone(), hollow, signature, nonce, query })
    }

    fn sign(&self, pdf: &[u8], now: i64, more: usize) -> Result<(Hollow, Signature), SealError> {
        if pdf.len() > LARGEST_SEALED {
            return Err(SealError::TooLarge);
        }
        let [year, month, day, hour, minute, second] = civil(now).ok_or(SealError::Time)?;
        let at = format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}+00'00'");
        self.chain.check(now)?;
        let certificates: usize = self.chain.links().map(|it| it.der.len()).sum();
        let hollow = Hollow::of(pdf, &at, certificates + SIGNATURE_ROOM + more)?;
        let signature = Signature::sign(hollow.digest(), &self.chain.first, &self.key)?;
        Ok((hollow, signature))
    }
}

impl SealRequest {
    /// The type of the request that [`SealRequest::query`] is the body of; the answer is `application/timestamp-reply`.
    ///
    /// Spec: RFC 3161 §3.4
    pub const CONTENT_TYPE: &'static str = "application/timestamp-query";

    /// What is sent to the timestamp service (`TimeStampReq`).
    pub fn query(&self) -> &[u8] {
        &self.query
    }

    /// The digest that is to be time-stamped: SHA-256 of the value of the signature.
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.signature.value)
    }

    /// Closes the PDF with what the service answered (`TimeStampResp`), at `now` (seconds since 1970): PAdES B-T.
    ///
    /// # Errors
    /// [`TimestampFault`]: ask again, another service perhaps, or take [`SealRequest::finish_without`].
    pub fn finish(&self, response: &[u8], now: i64) -> Result<Vec<u8>, TimestampFault> {
        let token = timestamp::token(response, self.digest(), self.nonce, now)?;
        if token.len() > TOKEN_ROOM {
            return Err(TimestampFault::TooLarge);
        }
        Ok(fill(&self.hollow, &self.signature.to_der(&self.chain, Some(&token))?)?)
    }

    /// Closes the PDF without a time stamp: PAdES B-B.
    ///
    /// # Errors
    /// [`SealError::Library`]: our fault.
    pub fn finish_without(&self) -> Result<Vec<u8>, SealError> {
        fill(&self.hollow, &self.signature.to_der(&self.chain, None)?)
    }
}

fn fill(hollow: &Hollow, signature: &[u8]) -> Result<Vec<u8>, SealError> {
    hollow.filled(signature).ok_or_else(|| SealError::Library("the signature does not fit".to_owned()))
}
