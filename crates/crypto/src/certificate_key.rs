//! Private keys that belong to an X.509 certificate, and the text form that both come in.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair as RsaKeyPair,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};

use crate::{KeyError, Secret, b64};

/// What a key signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateKeyKind {
    /// ECDSA on P-256 with SHA-256; a signature is the DER of two numbers.
    EcdsaP256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
}

/// A private key that belongs to a certificate.
pub struct CertificateKey(Pair);

enum Pair {
    EcdsaP256(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

impl std::fmt::Debug for CertificateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CertificateKey({:?})", self.kind())
    }
}

impl CertificateKey {
    /// Reads the first private key of a PEM text: PKCS #8, SEC 1 or PKCS #1, not encrypted.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where the text has no private key; [`KeyError::Private`] where it is encrypted, damaged, or
    /// neither RSA of 2048 to 8192 bits nor P-256.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let blocks = pem_blocks(text).ok_or(KeyError::Malformed)?;
        let key = blocks.into_iter().find(|(label, _)| label.ends_with("PRIVATE KEY"));
        let (label, der) = key.ok_or(KeyError::Malformed)?;
        let der = Secret::new(der);
        let rsa = match label.as_str() {
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(der.expose()).ok(),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(der.expose()).ok(),
            _ => None,
        };
        if let Some(pair) = rsa {
            return Ok(Self(Pair::Rsa(Box::new(pair))));
        }
        if !matches!(label.as_str(), "PRIVATE KEY" | "EC PRIVATE KEY") {
            return Err(KeyError::Private);
        }
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, der.expose());
        Ok(Self(Pair::EcdsaP256(Box::new(pair.map_err(|_| KeyError::Private)?))))
    }

    /// What the key signs with.
    pub const fn kind(&self) -> CertificateKeyKind {
        match self.0 {
            Pair::EcdsaP256(_) => CertificateKeyKind::EcdsaP256,
            Pair::Rsa(_) => CertificateKeyKind::Rsa,
        }
    }

    /// The public key as the bits of `subjectPublicKey` in its certificate: a point, or the DER of modulus and exponent.
    ///
    /// Spec: RFC 5280 §4.1.2.7 <https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7>
    pub fn public_bits(&self) -> &[u8] {
        match &self.0 {
            Pair::EcdsaP256(pair) => pair.public_key().as_ref(),
            Pair::Rsa(pair) => pair.public_key().as_ref(),
        }
    }

    /// Signs a message, by its SHA-256 digest.
    ///
    /// # Errors
    /// [`KeyError::Private`] when the library fails: stop.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.0 {
            Pair::EcdsaP256(pair) => {
                pair.sign(&random, message).map(|it| it.as_ref().to_vec()).map_err(|_| KeyError::Private)
            }
            Pair::Rsa(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut out).map_err(|_| KeyError::Private)?;
                Ok(out)
            }
        }
    }
}

/// Reads the blocks of a PEM text, each as its label and its bytes, in order; text around them is ignored. `None` where a block
/// does not end or is not Base64.
///
/// Spec: RFC 7468 §2, §3 <https://www.rfc-editor.org/rfc/rfc7468#section-2>
pub fn pem_blocks(text: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(label) = label(line, "-----BEGIN ") else { continue };
        let mut body = String::new();
        loop {
            let line = lines.next()?;
            if let Some(end) = self::label(line, "-----END ") {
                if end != label {
                    return None;
                }
                break;
            }
            // Headers of the old encrypted form have a colon.
            if !line.contains(':') {
                body.extend(line.chars().filter(|it| !it.is_whitespace()));
            }
        }
        blocks.push((label.to_owned(), b64::decode_standard(&body)?));
    }
    Some(blocks)
}

fn label<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    line.trim().strip_prefix(mark)?.strip_suffix("-----")
}

#[cfg(test)]
mod tests {
    use super::{CertificateKey, CertificateKeyKind, pem_blocks};
    use crate::{Algorithm, KeyError, SigningKey, b64};

    fn pem(label: &str, der: &[u8]) -> String {
        format!("before\n-----BEGIN {label}-----\n{}\n-----END {label}-----\n", b64::encode_standard(der))
    }

    #[test]
    fn keys_of_both_kinds_are_read_and_sign() {
        for (algorithm, kind) in
            [(Algorithm::Es256, CertificateKeyKind::EcdsaP256), (Algorithm::Rs256, CertificateKeyKind::Rsa)]
        {
            let der = SigningKey::generate(algorithm).unwrap().to_pkcs8().unwrap();
            let key = CertificateKey::from_pem(&pem("PRIVATE KEY", der.expose())).unwrap();
            assert_eq!(key.kind(), kind);
            assert!(key.sign(b"x").unwrap().len() > 60 && key.public_bits().len() > 60);
            assert!(!format!("{key:?}").contains("PRIVATE"));
        }
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        let ed25519 = SigningKey::generate(Algorithm::EdDsa).unwrap().to_pkcs8().unwrap();
        for (text, wanted) in [
            (String::new(), KeyError::Malformed),
            (pem("CERTIFICATE", b"x"), KeyError::Malformed),
            (pem("PRIVATE KEY", ed25519.expose()), KeyError::Private),
            (pem("ENCRYPTED PRIVATE KEY", b"x"), KeyError::Private),
        ] {
            assert_eq!(CertificateKey::from_pem(&text).map(drop), Err(wanted), "{text}");
        }
    }

    #[test]
    fn blocks_are_read_in_order_and_a_damaged_one_is_refused() {
        let two = pem("A", b"1") + &pem("B", b"2");
        let wanted = vec![("A".to_owned(), b"1".to_vec()), ("B".to_owned(), b"2".to_vec())];
        assert_eq!(pem_blocks(&two), Some(wanted));
        assert_eq!(pem_blocks("-----BEGIN A-----\nMQ==\n"), None);
        assert_eq!(pem_blocks("-----BEGIN A-----\nM*==\n-----END A-----"), None);
        assert_eq!(pem_blocks("-----BEGIN A-----\nMQ==\n-----END B-----"), None);
    }
}
