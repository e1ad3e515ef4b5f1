//! JSON Web Signatures in compact form, with a fixed list of algorithms.

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};

use crate::{Algorithm, KeyError, PublicKey, SigningKey, b64, read_json};

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not a compact JWS of at most 16 KiB, or its header is not what RFC 7515 asks.
    #[error("not a compact JWS")]
    Malformed,
    /// The header names an algorithm that was not agreed, or one that does not fit the key.
    #[error("the signature algorithm is not the agreed one")]
    Algorithm,
    /// The header marks an extension as critical; we know none.
    #[error("the header has a critical extension")]
    Critical,
    /// The signature is not this key's.
    #[error("the signature does not verify")]
    Signature,
    /// The payload is not a JSON object that [`read_json`] reads.
    #[error("the payload is not a JSON object that can be read in one way only")]
    Payload,
}

/// A token taken apart, **not yet believed**: only [`Compact::verify`] gives the payload.
#[derive(Debug)]
pub struct Compact<'a> {
    algorithm: String,
    kid: Option<String>,
    typ: Option<String>,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Takes a compact JWS apart.
///
/// # Errors
/// [`JwsError::Malformed`], [`JwsError::Critical`].
///
/// Spec: RFC 7515 §5.2, §4.1.11 <https://www.rfc-editor.org/rfc/rfc7515#section-5.2>
pub fn parse(token: &str) -> Result<Compact<'_>, JwsError> {
    if token.len() > LONGEST {
        return Err(JwsError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    if payload.contains('.') {
        return Err(JwsError::Malformed);
    }
    let bytes = |text| b64::decode(text).ok_or(JwsError::Malformed);
    let header = object(&bytes(header)?).ok_or(JwsError::Malformed)?;
    if ["crit", "b64"].iter().any(|name| header.get(*name).is_some_and(|it| !it.is_null())) {
        return Err(JwsError::Critical);
    }
    let word = |name: &str| match header.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) => Ok(Some(word.clone())),
        Some(_) => Err(JwsError::Malformed),
    };
    Ok(Compact {
        algorithm: word("alg")?.ok_or(JwsError::Malformed)?,
        kid: word("kid")?,
        typ: word("typ")?,
        signed,
        payload: bytes(payload)?,
        signature: bytes(signature)?,
    })
}

fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match read_json(text) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

impl Compact<'_> {
    /// The key id that the header names; a hint for choosing a key, never a source of one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type that the header names.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The algorithm that the header names, when it is one of ours.
    pub fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::parse(&self.algorithm)
    }

    /// Gives the payload without believing it, to find out who claims to speak.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// Gives the claims without believing them, to find out who claims to speak; `None` when [`read_json`] reads no
    /// object.
    pub fn unverified_claims(&self) -> Option<Map<String, Value>> {
        object(&self.payload)
    }

    /// Verifies the signature and gives the claims.
    ///
    /// # Errors
    /// As [`Compact::verify`]; [`JwsError::Payload`] when [`read_json`] reads no object.
    pub fn verify_claims(
        &self,
        key: &PublicKey,
        agreed: &[Algorithm],
    ) -> Result<Map<String, Value>, JwsError> {
        object(self.verify(key, agreed)?).ok_or(JwsError::Payload)
    }

    /// Verifies the signature and gives the payload.
    ///
    /// # Errors
    /// [`JwsError::Algorithm`] unless the header's algorithm is in `agreed` and fits the key;
    /// [`JwsError::Signature`] when the key did not sign this.
    ///
    /// Spec: RFC 8725 §3.1 <https://www.rfc-editor.org/rfc/rfc8725#section-3.1>
    pub fn verify(&self, key: &PublicKey, agreed: &[Algorithm]) -> Result<&[u8], JwsError> {
        let algorithm = self.algorithm().ok_or(JwsError::Algorithm)?;
        if !agreed.contains(&algorithm) || !key.fits(algorithm) {
            return Err(JwsError::Algorithm);
        }
        if key.verifies(algorithm, self.signed.as_bytes(), &self.signature) {
            Ok(&self.payload)
        } else {
            Err(JwsError::Signature)
        }
    }
}

/// Signs `payload` as a compact JWS whose header has `alg`, `kid` and `typ`.
///
/// # Errors
/// [`KeyError::Private`] when the library fails.
///
/// Spec: RFC 7515 §5.1 <https://www.rfc-editor.org/rfc/rfc7515#section-5.1>
pub fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String, KeyError> {
    let header = json!({"alg": key.algorithm().as_str(), "kid": key.kid(), "typ": typ});
    let mut token = b64::encode(header.to_string().as_bytes());
    token.push('.');
    token.push_str(&b64::encode(payload));
    let signature = key.signature(token.as_bytes())?;
    token.push('.');
    token.push_str(&b64::encode(&signature));
    Ok(token)
}

/// Computes `at_hash`: the left half of the token's hash, by the ID token's algorithm.
///
/// Spec: OpenID Connect Core 1.0 §3.1.3.6
/// <https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken>
pub fn at_hash(algorithm: Algorithm, access_token: &str) -> String {
    let kind = if algorithm == Algorithm::EdDsa { &digest::SHA512 } else { &digest::SHA256 };
    let hash = digest::digest(kind, access_token.as_bytes());
    let (half, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    b64::encode(half)
}

#[cfg(test)]
mod tests {
    use super::{JwsError, at_hash, parse, sign};
    use crate::{Algorithm, PublicKey, SigningKey, b64};

    #[test]
    fn every_algorithm_signs_what_its_public_key_verifies() {
        for algorithm in Algorithm::ALL {
            let made = SigningKey::generate(algorithm).unwrap();
            let key = SigningKey::from_pkcs8(algorithm, made.to_pkcs8().unwrap().expose()).unwrap();
            let public = PublicKey::from_jwk(&key.public_jwk()).unwrap();
            let token = sign(&key, "JWT", b"{}").unwrap();
            let compact = parse(&token).unwrap();

            assert_eq!(compact.kid(), Some(public.thumbprint().as_str()));
            assert_eq!(compact.verify(&public, &[algorithm]).unwrap(), b"{}");
            let changed = token.replacen(&b64::encode(b"{}"), &b64::encode(b"[]"), 1);
            assert_eq!(
                parse(&changed).unwrap().verify(&public, &[algorithm]).unwrap_err(),
                JwsError::Signature
            );
        }
    }

    #[test]
    fn rule_11_an_algorithm_that_was_not_agreed_is_refused() {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let public = PublicKey::from_jwk(&key.public_jwk()).unwrap();
        let token = sign(&key, "JWT", b"{}").unwrap();
        assert_eq!(
            parse(&token).unwrap().verify(&public, &[Algorithm::Es256]).unwrap_err(),
            JwsError::Algorithm
        );
        for alg in ["none", "HS256", "rs256"] {
            let header = b64::encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes());
            let forged = format!("{header}.e30.{}", token.rsplit_once('.').unwrap().1);
            assert_eq!(
                parse(&forged).unwrap().verify(&public, &Algorithm::ALL).unwrap_err(),
                JwsError::Algorithm
            );
        }
    }

    #[test]
    fn rule_11_a_critical_extension_is_refused() {
        let header = b64::encode(br#"{"alg":"RS256","crit":["exp"],"exp":1}"#);
        assert_eq!(parse(&format!("{header}.e30.AA")).unwrap_err(), JwsError::Critical);
    }

    #[test]
    fn a_header_with_a_member_twice_is_refused() {
        let token = |header: &str| format!("{}.e30.AA", b64::encode(header.as_bytes()));
        assert!(parse(&token(r#"{"alg":"ES256","kid":"a"}"#)).is_ok());
        for header in [r#"{"alg":"ES256","kid":"a","kid":"b"}"#, r#"{"alg":"ES256","x":1,"x":2}"#] {
            assert_eq!(parse(&token(header)).unwrap_err(), JwsError::Malformed, "{header}");
        }
        assert_eq!(
            parse(&token("{\"alg\":\"ES256\",\"kid\":\"a\\u0000\"}")).unwrap_err(),
            JwsError::Malformed
        );
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let big = "a".repeat(20_000);
        for token in ["", ".", "..", "a.b", "a.b.c.d", "!.e30.AA", "e30.e30.AA", "e30.e30.A", &big] {
            assert_eq!(parse(token).unwrap_err(), JwsError::Malformed, "{token:.20}");
        }
    }

    #[test]
    fn the_at_hash_of_the_core_specification() {
        let hash = at_hash(Algorithm::Rs256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEFz0z9vFXnXiDa");
        assert_eq!(hash.len(), 22);
        assert_eq!(at_hash(Algorithm::EdDsa, "x").len(), 43);
    }
}
