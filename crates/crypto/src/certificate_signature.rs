//! Signatures of others, by keys as their X.509 certificates have them.

use aws_lc_rs::{
    digest,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
        ECDSA_P521_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
    },
};

/// Which curve a public key is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateCurve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

/// The digest that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateDigest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl CertificateDigest {
    /// Computes it.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// Whether `signature` is one of `message` by the public key whose bits a certificate has (`subjectPublicKey`): by RSA
/// (PKCS #1 v1.5, 2048 to 8192 bits) where `curve` is `None`, else by ECDSA. Combinations that nobody uses are refused.
pub fn is_certificate_signature(
    (curve, digest): (Option<CertificateCurve>, CertificateDigest),
    public_bits: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    use {CertificateCurve as Curve, CertificateDigest as Digest};
    let algorithm: &dyn VerificationAlgorithm = match (curve, digest) {
        (None, Digest::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (None, Digest::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (None, Digest::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (Some(Curve::P256), Digest::Sha256) => &ECDSA_P256_SHA256_ASN1,
        (Some(Curve::P256), Digest::Sha384) => &ECDSA_P256_SHA384_ASN1,
        (Some(Curve::P384), Digest::Sha256) => &ECDSA_P384_SHA256_ASN1,
        (Some(Curve::P384), Digest::Sha384) => &ECDSA_P384_SHA384_ASN1,
        (Some(Curve::P521), Digest::Sha512) => &ECDSA_P521_SHA512_ASN1,
        _ => return false,
    };
    UnparsedPublicKey::new(algorithm, public_bits).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{CertificateCurve, CertificateDigest, is_certificate_signature};
    use crate::{Algorithm, CertificateKey, SigningKey, b64};

    #[test]
    fn a_signature_is_verified_with_the_key_and_the_message_that_it_is_of() {
        for (algorithm, curve) in [(Algorithm::Es256, Some(CertificateCurve::P256)), (Algorithm::Rs256, None)]
        {
            let der = SigningKey::generate(algorithm).unwrap().to_pkcs8().unwrap();
            let body = b64::encode_standard(der.expose());
            let key = CertificateKey::from_pem(&format!(
                "-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"
            ));
            let key = key.unwrap();
            let signature = key.sign(b"x").unwrap();
            let is_of = |kind, message: &[u8]| {
                is_certificate_signature((curve, kind), key.public_bits(), message, &signature)
            };
            assert!(is_of(CertificateDigest::Sha256, b"x"));
            assert!(!is_of(CertificateDigest::Sha256, b"y"));
            assert!(!is_of(CertificateDigest::Sha512, b"x"));
        }
    }
}
