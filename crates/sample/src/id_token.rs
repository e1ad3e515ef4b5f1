//! Whether an ID token is to be believed.

use crypto::{Algorithm, PublicKey, at_hash};
use serde_json::Value;

use crate::Claims;

/// Why an ID token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenProblem {
    /// Not a compact JWS whose payload is a JSON object.
    #[error("the ID token is malformed")]
    Malformed,
    /// No key has the id that the header names.
    #[error("the ID token was signed with a key that the issuer does not publish")]
    Key,
    /// Not signed by the algorithm that the key is for, or not with this key.
    #[error("the ID token's signature does not verify")]
    Signature,
    /// `iss` is not the issuer.
    #[error("the ID token is from another issuer")]
    Issuer,
    /// `aud` is not this application alone.
    #[error("the ID token is for another application")]
    Audience,
    /// `exp` has passed, `iat` lies ahead, or one of them is missing.
    #[error("the ID token is not valid now")]
    Time,
    /// `nonce` is not the one that was sent.
    #[error("the ID token belongs to another login")]
    Nonce,
    /// `at_hash` is not the access token's.
    #[error("the ID token does not fit the access token")]
    AccessToken,
    /// `sub` is missing or too long.
    #[error("the ID token has no subject")]
    Subject,
}

/// What the token must say.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) access_token: &'a str,
    /// Unix seconds.
    pub(crate) now: i64,
}

/// How far two clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// Verifies a token with the issuer's key set and gives its claims.
///
/// Spec: OpenID Connect Core 1.0 §3.1.3.7 <https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation>
pub(crate) fn verify(token: &str, jwks: &Value, expected: &Expected<'_>) -> Result<Claims, IdTokenProblem> {
    let (claims, algorithm) = signed(token, jwks)?;
    check(&claims, algorithm, expected)?;
    Ok(claims)
}

/// Verifies the signature alone; gives the claims, and the algorithm, which the header and the key agree on.
pub(crate) fn signed(token: &str, jwks: &Value) -> Result<(Claims, Algorithm), IdTokenProblem> {
    let compact = crypto::parse(token).map_err(|_| IdTokenProblem::Malformed)?;
    let jwk = jwk(jwks, compact.kid().ok_or(IdTokenProblem::Key)?)?;
    let key = PublicKey::from_jwk(jwk).map_err(|_| IdTokenProblem::Key)?;
    let named = jwk.get("alg").and_then(Value::as_str);
    let algorithm = compact.algorithm().filter(|it| named.is_none_or(|named| named == it.as_str()));
    let algorithm = algorithm.ok_or(IdTokenProblem::Signature)?;
    let payload = compact.verify(&key, &[algorithm]).map_err(|_| IdTokenProblem::Signature)?;
    let claims = serde_json::from_slice(payload).map_err(|_| IdTokenProblem::Malformed)?;
    Ok((claims, algorithm))
}

fn jwk<'a>(jwks: &'a Value, kid: &str) -> Result<&'a Value, IdTokenProblem> {
    let keys = jwks.get("keys").and_then(Value::as_array).ok_or(IdTokenProblem::Key)?;
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut fitting = keys.iter().filter(|key| {
        text(key, "kid").as_deref() == Some(kid) && text(key, "use").is_none_or(|it| it == "sig")
    });
    match (fitting.next(), fitting.next()) {
        (Some(jwk), None) => Ok(jwk),
        _ => Err(IdTokenProblem::Key),
    }
}

fn check(claims: &Claims, algorithm: Algorithm, expected: &Expected<'_>) -> Result<(), IdTokenProblem> {
    let is = |name: &str, value: &str| claims.text(name) == Some(value);
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let lasts = time("exp").is_some_and(|exp| expected.now < exp + LEEWAY);
    // Core §3.1.3.6: optional beside a code.
    let fits = |hash: &Value| hash.as_str() == Some(&at_hash(algorithm, expected.access_token));
    let has_begun = time("iat").is_some_and(|iat| iat <= expected.now + LEEWAY);
    let checks = [
        (is("iss", expected.issuer), IdTokenProblem::Issuer),
        (is_for(claims.get("aud"), expected.client_id), IdTokenProblem::Audience),
        (lasts && has_begun, IdTokenProblem::Time),
        (is("nonce", expected.nonce), IdTokenProblem::Nonce),
        (claims.get("at_hash").is_none_or(fits), IdTokenProblem::AccessToken),
        (claims.text("sub").is_some_and(|it| it.len() <= 255), IdTokenProblem::Subject),
    ];
    match checks.into_iter().find(|(holds, _)| !holds) {
        Some((_, problem)) => Err(problem),
        None => Ok(()),
    }
}

/// Another audience beside us is not trusted (§3.1.3.7 step 3).
pub(crate) fn is_for(audience: Option<&Value>, client_id: &str) -> bool {
    match audience {
        Some(Value::Array(many)) => !many.is_empty() && many.iter().all(|it| it.as_str() == Some(client_id)),
        Some(one) => one.as_str() == Some(client_id),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Expected, IdTokenProblem, verify};
    use crypto::{Algorithm, SigningKey, at_hash, sign};
    use serde_json::{Value, json};

    const EXPECTED: Expected<'_> = Expected {
        issuer: "http://localhost:1",
        client_id: "app",
        nonce: "n",
        access_token: "token",
        now: 1_000,
    };

    fn good() -> Value {
        json!({"iss": "http://localhost:1", "sub": "s", "aud": "app", "exp": 1_100, "iat": 1_000,
               "nonce": "n", "at_hash": at_hash(Algorithm::Rs256, "token")})
    }

    fn signed(key: &SigningKey, claims: &Value) -> String {
        sign(key, "JWT", claims.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_good_token_gives_its_claims() {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let jwks = json!({"keys": [key.public_jwk()]});
        let claims = verify(&signed(&key, &good()), &jwks, &EXPECTED).unwrap();
        assert_eq!(claims.text("sub"), Some("s"));
    }

    #[test]
    fn a_claim_that_is_not_right_refuses_the_token() {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let jwks = json!({"keys": [key.public_jwk()]});
        for (name, value, problem) in [
            ("iss", json!("http://localhost:2"), IdTokenProblem::Issuer),
            ("aud", json!("other"), IdTokenProblem::Audience),
            ("aud", json!(["app", "other"]), IdTokenProblem::Audience),
            ("exp", json!(940), IdTokenProblem::Time),
            ("iat", json!(1_061), IdTokenProblem::Time),
            ("exp", json!(null), IdTokenProblem::Time),
            ("nonce", json!("x"), IdTokenProblem::Nonce),
            ("at_hash", json!("x"), IdTokenProblem::AccessToken),
            ("sub", json!(""), IdTokenProblem::Subject),
        ] {
            let mut claims = good();
            claims[name] = value;
            assert_eq!(verify(&signed(&key, &claims), &jwks, &EXPECTED), Err(problem), "{name}");
        }
    }

    #[test]
    fn a_token_without_at_hash_is_believed() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let mut claims = good();
        claims.as_object_mut().unwrap().remove("at_hash");
        let jwks = json!({"keys": [key.public_jwk()]});
        assert!(verify(&signed(&key, &claims), &jwks, &EXPECTED).is_ok(), "Core 3.1.3.6: it is optional");
    }

    #[test]
    fn a_token_is_verified_by_the_algorithm_of_its_key() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let mut claims = good();
            claims["at_hash"] = json!(at_hash(algorithm, "token"));
            let token = signed(&key, &claims);
            let mut jwk = key.public_jwk();
            assert!(verify(&token, &json!({"keys": [jwk]}), &EXPECTED).is_ok(), "{algorithm:?}");
            // PS256 fits the same keys as RS256, and a key is for one of them.
            jwk["alg"] = json!(if algorithm == Algorithm::Rs256 { "PS256" } else { "RS256" });
            assert_eq!(verify(&token, &json!({"keys": [jwk]}), &EXPECTED), Err(IdTokenProblem::Signature));
        }
    }

    #[test]
    fn only_a_published_key_is_believed() {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let other = SigningKey::generate(Algorithm::Rs256).unwrap();
        let jwks = json!({"keys": [key.public_jwk()]});
        let token = signed(&other, &good());
        assert_eq!(verify(&token, &jwks, &EXPECTED), Err(IdTokenProblem::Key));
        assert_eq!(verify("a.b.c", &jwks, &EXPECTED), Err(IdTokenProblem::Malformed));
    }
}
