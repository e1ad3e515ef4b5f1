//! The certificates that a seal is made with: read once, checked link by link.

use crypto::{CertificateCurve, CertificateDigest, is_certificate_signature, pem_blocks, sha256};
use der::{
    Decode as _, Encode as _,
    asn1::{AnyRef, ObjectIdentifier},
};
use x509_cert::{
    Certificate,
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage},
};

use super::{elements::elements, fault::SealError};

/// More certificates than any chain has.
const MOST: usize = 8;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

const CURVES: [(ObjectIdentifier, CertificateCurve); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), CertificateCurve::P256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), CertificateCurve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), CertificateCurve::P521),
];

/// Signatures by RSA and by ECDSA, with their digest.
const SIGNATURES: [(ObjectIdentifier, CertificateDigest); 6] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), CertificateDigest::Sha256),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), CertificateDigest::Sha384),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), CertificateDigest::Sha512),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), CertificateDigest::Sha256),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), CertificateDigest::Sha384),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), CertificateDigest::Sha512),
];

/// A certificate, with its bytes as they came.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) der: Vec<u8>,
    read: Certificate,
}

impl Link {
    pub(super) fn read(der: Vec<u8>) -> Option<Self> {
        let read = Certificate::from_der(&der).ok()?;
        Some(Self { der, read })
    }

    /// The bits of its public key.
    pub(super) fn public_bits(&self) -> &[u8] {
        self.read.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes()
    }

    /// Whether its key is one of RSA.
    pub(super) fn has_rsa_key(&self) -> bool {
        self.read.tbs_certificate().subject_public_key_info().algorithm.oid == RSA
    }

    /// The DER of issuer and serial number, one after the other: what CMS names a certificate by.
    pub(super) fn issuer_and_serial(&self) -> Result<Vec<u8>, der::Error> {
        let tbs = self.read.tbs_certificate();
        Ok([tbs.issuer().to_der()?, tbs.serial_number().to_der()?].concat())
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        sha256(&self.der)
    }

    /// For people: the distinguished name of whoever it was issued to.
    pub(super) fn subject(&self) -> String {
        self.read.tbs_certificate().subject().to_string()
    }

    /// The name of whoever it was issued to.
    pub(super) fn common_name(&self) -> Option<String> {
        let name = self.read.tbs_certificate().subject().common_name().ok().flatten()?;
        Some(name.value().into_owned())
    }

    /// From when until when it is valid, both included, in seconds since 1970.
    pub(super) fn validity(&self) -> (i64, i64) {
        let validity = self.read.tbs_certificate().validity();
        let seconds = |it: x509_cert::time::Time| i64::try_from(it.to_unix_duration().as_secs());
        (seconds(validity.not_before).unwrap_or(i64::MAX), seconds(validity.not_after).unwrap_or(0))
    }

    fn key_usage(&self) -> Option<KeyUsage> {
        self.read.tbs_certificate().get_extension::<KeyUsage>().ok()?.map(|(_, it)| it)
    }

    /// Whether its key may sign documents, as far as the certificate says.
    pub(super) fn may_sign(&self) -> bool {
        self.key_usage().is_none_or(|it| it.digital_signature() || it.non_repudiation())
    }

    /// Whether it is of a timestamp service: RFC 3161 §2.3.
    pub(super) fn may_time_stamp(&self) -> bool {
        let usage = self.read.tbs_certificate().get_extension::<ExtendedKeyUsage>();
        usage.is_ok_and(|it| it.is_some_and(|(_, it)| it.0.contains(&TIME_STAMPING)))
    }

    fn may_issue(&self) -> bool {
        let constraints = self.read.tbs_certificate().get_extension::<BasicConstraints>();
        let is_authority = constraints.is_ok_and(|it| it.is_some_and(|(_, it)| it.ca));
        is_authority && self.key_usage().is_none_or(|it| it.key_cert_sign())
    }

    /// Whether `issuer` issued this one: the names meet, and the signature is the issuer's.
    pub(super) fn is_issued_by(&self, issuer: &Self) -> bool {
        let (own, other) = (self.read.tbs_certificate(), issuer.read.tbs_certificate());
        own.issuer() == other.subject() && issuer.may_issue() && self.is_signed_by(issuer).unwrap_or(false)
    }

    fn is_signed_by(&self, issuer: &Self) -> Option<bool> {
        let algorithm = self.read.signature_algorithm().oid;
        let (_, digest) = SIGNATURES.into_iter().find(|(it, _)| *it == algorithm)?;
        // The signed bytes as they came, not as they would be written again.
        let parts = elements(AnyRef::from_der(&self.der).ok()?).ok()?;
        let signed = parts.first()?.to_der().ok()?;
        Some(issuer.verifies(digest, &signed, self.read.signature().as_bytes()?))
    }

    /// Whether a signature of a message is one by its key.
    pub(super) fn verifies(&self, digest: CertificateDigest, message: &[u8], signature: &[u8]) -> bool {
        let key = &self.read.tbs_certificate().subject_public_key_info().algorithm;
        let curve = || {
            let named: ObjectIdentifier = key.parameters.as_ref()?.decode_as().ok()?;
            CURVES.into_iter().find(|(it, _)| *it == named).map(|(_, it)| it)
        };
        let kind = match key.oid {
            RSA => Some(None),
            EC => curve().map(Some),
            _ => None,
        };
        kind.is_some_and(|it| is_certificate_signature((it, digest), self.public_bits(), message, signature))
    }
}

/// Certificates from the one of the key upward. The last one's issuer need not be there.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// The one of the key.
    pub(super) first: Link,
    issuers: Vec<Link>,
}

impl Chain {
    /// Reads the certificates of a PEM text. The first is the one of the key; each is issued by the next.
    pub(super) fn from_pem(text: &str) -> Result<Self, SealError> {
        let blocks = pem_blocks(text).ok_or(SealError::Pem)?;
        let blocks = blocks.into_iter().filter(|(label, _)| label == "CERTIFICATE").zip(0..);
        let links = blocks.map(|((_, der), at)| Link::read(der).ok_or(SealError::Certificate { at }));
        let mut links = links.collect::<Result<Vec<Link>, SealError>>()?.into_iter();
        let first = links.next().ok_or(SealError::Pem)?;
        let chain = Self { first, issuers: links.collect() };
        if chain.issuers.len() >= MOST {
            return Err(SealError::Pem);
        }
        if !chain.first.may_sign() {
            return Err(SealError::NotForSigning);
        }
        let broken = chain.links().zip(&chain.issuers).position(|(one, issuer)| !one.is_issued_by(issuer));
        match broken {
            Some(at) => Err(SealError::BrokenChain { at }),
            None => Ok(chain),
        }
    }

    pub(super) fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::once(&self.first).chain(&self.issuers)
    }

    /// Refuses a time at which one of them is not valid.
    pub(super) fn check(&self, now: i64) -> Result<(), SealError> {
        for (link, at) in self.links().zip(0..) {
            let (begins, ends) = link.validity();
            if now < begins {
                return Err(SealError::NotYetValid { at, begins });
            }
            if now > ends {
                return Err(SealError::Expired { at, ended: ends });
            }
        }
        Ok(())
    }
}
