//! Public and private signature keys, and their JSON form.

use std::collections::BTreeMap;

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};

use crate::{Algorithm, SealKey, Secret, b64, sha256};

/// Why a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a key of a kind we use: RSA of 2048 to 8192 bits, P-256, Ed25519.
    #[error("not a public key of a supported kind (RSA 2048-8192, P-256, Ed25519)")]
    Unsupported,
    /// A member is missing, too long, or not what its kind asks.
    #[error("the key's members are missing or malformed")]
    Malformed,
    /// The library could not make or read the private key.
    #[error("the private key could not be made or read")]
    Private,
}

/// A public key that verifies signatures, parsed once.
#[derive(Clone)]
pub struct PublicKey(Kind);

#[derive(Clone)]
enum Kind {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { point: Vec<u8>, parsed: ParsedPublicKey },
    Ed25519 { point: Vec<u8>, parsed: ParsedPublicKey },
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint())
    }
}

pub(crate) fn member(jwk: &Value, name: &str) -> Result<Vec<u8>, KeyError> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or(KeyError::Malformed)?;
    if text.len() > 2048 {
        return Err(KeyError::Malformed);
    }
    b64::decode(text).ok_or(KeyError::Malformed)
}

impl PublicKey {
    /// Reads a JWK; private members beside the public ones are ignored.
    ///
    /// # Errors
    /// [`KeyError`]: leave the key out, it cannot verify anything here.
    ///
    /// Spec: RFC 7517 §4, RFC 7518 §6 <https://www.rfc-editor.org/rfc/rfc7518#section-6>
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let word = |name| jwk.get(name).and_then(Value::as_str);
        match (word("kty"), word("crv")) {
            (Some("RSA"), _) => {
                let n: Vec<u8> = member(jwk, "n")?.into_iter().skip_while(|byte| *byte == 0).collect();
                let e = member(jwk, "e")?;
                if !(256..=1024).contains(&n.len()) || e.is_empty() || e.len() > 8 {
                    return Err(KeyError::Unsupported);
                }
                Ok(Self(Kind::Rsa { n, e }))
            }
            (Some("EC"), Some("P-256")) => {
                let (x, y) = (member(jwk, "x")?, member(jwk, "y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(KeyError::Malformed);
                }
                let point = [vec![4], x, y].concat();
                let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
                    .map_err(|_| KeyError::Malformed)?;
                Ok(Self(Kind::P256 { point, parsed }))
            }
            (Some("OKP"), Some("Ed25519")) => {
                let point = member(jwk, "x")?;
                let parsed = ParsedPublicKey::new(&ED25519, &point).map_err(|_| KeyError::Malformed)?;
                Ok(Self(Kind::Ed25519 { point, parsed }))
            }
            _ => Err(KeyError::Unsupported),
        }
    }

    /// Writes the public members only.
    pub fn to_jwk(&self) -> Value {
        match &self.0 {
            Kind::Rsa { n, e } => json!({"e": b64::encode(e), "kty": "RSA", "n": b64::encode(n)}),
            Kind::P256 { point, .. } => {
                let (x, y) = point.split_at(33);
                let x = x.get(1..).unwrap_or_default();
                json!({"crv": "P-256", "kty": "EC", "x": b64::encode(x), "y": b64::encode(y)})
            }
            Kind::Ed25519 { point, .. } => {
                json!({"crv": "Ed25519", "kty": "OKP", "x": b64::encode(point)})
            }
        }
    }

    /// Computes the JWK thumbprint, base64url of SHA-256.
    ///
    /// Spec: RFC 7638 §3 <https://www.rfc-editor.org/rfc/rfc7638#section-3>
    pub fn thumbprint(&self) -> String {
        // §3.3: members in lexicographic order, no white space; ours need no escaping.
        let jwk = self.to_jwk();
        let members: BTreeMap<&str, &str> = jwk
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
        b64::encode(&sha256(format!("{{{}}}", members.join(",")).as_bytes()))
    }

    /// Says whether `algorithm` can be used with this kind of key.
    pub const fn fits(&self, algorithm: Algorithm) -> bool {
        matches!(
            (&self.0, algorithm),
            (Kind::Rsa { .. }, Algorithm::Rs256 | Algorithm::Ps256)
                | (Kind::P256 { .. }, Algorithm::Es256)
                | (Kind::Ed25519 { .. }, Algorithm::EdDsa)
        )
    }

    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], given: &[u8]) -> bool {
        match (&self.0, algorithm) {
            (Kind::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, given).is_ok()
            }
            (Kind::Rsa { n, e }, Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, given).is_ok()
            }
            (Kind::P256 { parsed, .. }, Algorithm::Es256)
            | (Kind::Ed25519 { parsed, .. }, Algorithm::EdDsa) => parsed.verify_sig(message, given).is_ok(),
            _ => false,
        }
    }
}

/// A private key that signs with one algorithm.
pub struct SigningKey {
    algorithm: Algorithm,
    pair: Pair,
    kid: String,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm.as_str(), self.kid)
    }
}

impl SigningKey {
    /// Makes a new key; RSA keys have 2048 bits and take about a tenth of a second.
    ///
    /// # Errors
    /// [`KeyError::Private`] when the library fails: stop.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => {
                RsaKeyPair::generate(KeySize::Rsa2048).map(|pair| Pair::Rsa(Box::new(pair)))
            }
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .map(|pair| Pair::P256(Box::new(pair))),
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(|pair| Pair::Ed25519(Box::new(pair))),
        };
        Self::complete(algorithm, pair.map_err(|_| KeyError::Private)?)
    }

    /// Reads a key that [`SigningKey::to_pkcs8`] wrote.
    ///
    /// # Errors
    /// [`KeyError::Private`] when the bytes are no key for this algorithm.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => {
                RsaKeyPair::from_pkcs8(der).map(|pair| Pair::Rsa(Box::new(pair)))
            }
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
                .map(|pair| Pair::P256(Box::new(pair))),
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(der).map(|pair| Pair::Ed25519(Box::new(pair))),
        };
        Self::complete(algorithm, pair.map_err(|_| KeyError::Private)?)
    }

    /// Derives an ES256 key: the same one for the same secret and purpose, so that several processes that share
    /// a secret share it too.
    ///
    /// # Errors
    /// [`KeyError::Private`] when the library fails: stop.
    pub fn derive_es256(key: &SealKey, purpose: &str) -> Result<Self, KeyError> {
        // PKCS #8 of a P-256 key (RFC 5958, RFC 5915) with the scalar and nothing else.
        const HEAD: [u8; 35] = [
            0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
            0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
            0x01, 0x04, 0x20,
        ];
        // One scalar in four thousand million is not below the order of the curve.
        let made = (0..4).find_map(|attempt| {
            let scalar = key.subkey(&format!("es256 {attempt} {purpose}"));
            let der = Secret::new([HEAD.as_slice(), scalar.expose()].concat());
            Self::from_pkcs8(Algorithm::Es256, der.expose()).ok()
        });
        made.ok_or(KeyError::Private)
    }

    fn complete(algorithm: Algorithm, pair: Pair) -> Result<Self, KeyError> {
        let mut key = Self { algorithm, pair, kid: String::new() };
        key.kid = PublicKey::from_jwk(&key.bare_jwk())?.thumbprint();
        Ok(key)
    }

    /// Gives the key as PKCS #8 DER, to be sealed.
    ///
    /// # Errors
    /// [`KeyError::Private`] when the library cannot write it.
    pub fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, KeyError> {
        let bytes = match &self.pair {
            Pair::Rsa(pair) => AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(pair.as_ref())
                .map(|der| der.as_ref().to_vec()),
            Pair::P256(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
        };
        bytes.map(Secret::new).map_err(|_| KeyError::Private)
    }

    /// The algorithm that this key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's id: its JWK thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn bare_jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let n = public.modulus().big_endian_without_leading_zero();
                let e = public.exponent().big_endian_without_leading_zero();
                json!({"kty": "RSA", "n": b64::encode(n), "e": b64::encode(e)})
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point.split_at(point.len().min(33));
                let x = x.get(1..).unwrap_or_default();
                json!({"kty": "EC", "crv": "P-256", "x": b64::encode(x), "y": b64::encode(y)})
            }
            Pair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": b64::encode(pair.public_key().as_ref())})
            }
        }
    }

    /// Writes the public JWK with `kid`, `use` and `alg`, as it stands in a JWKS.
    pub fn public_jwk(&self) -> Value {
        let mut jwk = self.bare_jwk();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), json!(self.kid));
            members.insert("use".to_owned(), json!("sig"));
            members.insert("alg".to_owned(), json!(self.algorithm.as_str()));
        }
        jwk
    }

    pub(crate) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding: &dyn signature::RsaEncoding =
                    if self.algorithm == Algorithm::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut out).map_err(|_| KeyError::Private)?;
                Ok(out)
            }
            Pair::P256(pair) => {
                pair.sign(&random, message).map(|it| it.as_ref().to_vec()).map_err(|_| KeyError::Private)
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, SigningKey};
    use crate::{Random, SealKey, parse, sign};

    #[test]
    fn a_derived_key_is_the_same_for_the_same_secret_and_signs() {
        let secret = SealKey::generate(&Random::seeded(7));
        let key = SigningKey::derive_es256(&secret, "sandbox").unwrap();
        let again = SigningKey::derive_es256(&secret, "sandbox").unwrap();
        assert_eq!(key.public_jwk(), again.public_jwk());
        assert_ne!(key.kid(), SigningKey::derive_es256(&secret, "other").unwrap().kid());
        let token = sign(&key, "JWT", b"{}").unwrap();
        let public = PublicKey::from_jwk(&again.public_jwk()).unwrap();
        parse(&token).unwrap().verify(&public, &[key.algorithm()]).unwrap();
    }

    #[test]
    fn the_thumbprint_of_rfc_7638_section_3_1() {
        let jwk = serde_json::json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        });
        let key = PublicKey::from_jwk(&jwk).unwrap();
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
