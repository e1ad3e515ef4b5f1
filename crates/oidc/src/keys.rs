//! A JWK Set, and the choice of a key from it.

use crypto::{Algorithm, Compact, PublicKey};
use serde_json::Value;

/// Why no key was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyChoiceError {
    /// No key fits: the issuer may have rotated, fetch the set again (at most once a minute).
    #[error("no key of the set fits the token")]
    Unknown,
    /// More than one key fits and the token does not say which.
    #[error("the token names no key and several fit")]
    Ambiguous,
}

/// The usable signature keys of a JWK Set; others in it are passed over.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    kid: Option<String>,
    algorithm: Option<String>,
    key: PublicKey,
}

impl KeySet {
    /// Reads a set of at most 100 keys; `None` when the value is no JWK Set.
    ///
    /// Spec: RFC 7517 §5 <https://www.rfc-editor.org/rfc/rfc7517#section-5>
    pub fn parse(set: &Value) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?;
        let entries = keys.iter().take(100).filter_map(|jwk| {
            let word = |name| jwk.get(name).and_then(Value::as_str).map(str::to_owned);
            if word("use").is_some_and(|it| it != "sig") {
                return None;
            }
            // §5: keys of kinds that are not understood are ignored.
            let key = PublicKey::from_jwk(jwk).ok()?;
            Some(Entry { kid: word("kid"), algorithm: word("alg"), key })
        });
        Some(Self(entries.collect()))
    }

    /// Chooses the one key that can have signed this token.
    ///
    /// # Errors
    /// [`KeyChoiceError`]: do not believe the token.
    pub fn choose(&self, token: &Compact<'_>) -> Result<&PublicKey, KeyChoiceError> {
        let algorithm = token.algorithm().ok_or(KeyChoiceError::Unknown)?;
        let mut fitting = self.0.iter().filter(|entry| entry.fits(algorithm, token.kid()));
        let first = fitting.next().ok_or(KeyChoiceError::Unknown)?;
        if fitting.next().is_some() { Err(KeyChoiceError::Ambiguous) } else { Ok(&first.key) }
    }

    /// Says whether no key is usable.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Entry {
    fn fits(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        self.key.fits(algorithm)
            && self.algorithm.as_deref().is_none_or(|it| it == algorithm.as_str())
            && kid.is_none_or(|kid| self.kid.as_deref() == Some(kid))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyChoiceError, KeySet};
    use crypto::{Algorithm, SigningKey};
    use serde_json::json;

    #[test]
    fn rule_11_a_key_is_chosen_only_without_ambiguity() {
        let (one, two) = (
            SigningKey::generate(Algorithm::Es256).unwrap(),
            SigningKey::generate(Algorithm::Es256).unwrap(),
        );
        let set =
            KeySet::parse(&json!({"keys": [one.public_jwk(), two.public_jwk(), {"kty": "oct"}]})).unwrap();
        let token = crypto::sign(&two, "JWT", b"{}").unwrap();
        let chosen = set.choose(&crypto::parse(&token).unwrap()).unwrap();
        assert_eq!(chosen.thumbprint(), two.kid());

        let mut nameless = [one.public_jwk(), two.public_jwk()];
        nameless.iter_mut().for_each(|jwk| jwk["kid"] = json!("same"));
        let set = KeySet::parse(&json!({"keys": nameless})).unwrap();
        assert_eq!(set.choose(&crypto::parse(&token).unwrap()).unwrap_err(), KeyChoiceError::Unknown);
        let header = crypto::b64::encode(br#"{"alg":"ES256","kid":"same"}"#);
        let ambiguous = format!("{header}.e30.AA");
        assert_eq!(set.choose(&crypto::parse(&ambiguous).unwrap()).unwrap_err(), KeyChoiceError::Ambiguous);
    }
}
