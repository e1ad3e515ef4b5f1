//! What a relying party checks of an ID token, and of what userinfo answers.

use crypto::{Algorithm, JwsError};
use serde_json::{Map, Value};

use crate::{KeyChoiceError, KeySet, numeric_date};

/// Seconds of clock difference that are forgiven, and no more.
const SKEW: i64 = 60;

/// Why an ID token is not believed. Every variant means *refuse the login*; none may be shown to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// No key was chosen; after [`KeyChoiceError::Unknown`] the set may be fetched again once.
    #[error(transparent)]
    Key(#[from] KeyChoiceError),
    /// The signature, the algorithm or the form of the token.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The payload is not a JSON object with the required claims of the right types.
    #[error("a required claim is missing or of the wrong type")]
    Claims,
    /// `iss` is another issuer.
    #[error("the token speaks for another issuer")]
    Issuer,
    /// `aud` lacks us or names others that we do not trust, or `azp` is not us.
    #[error("the token is for another audience")]
    Audience,
    /// `nonce` is missing or not the one that we sent.
    #[error("the nonce is not ours")]
    Nonce,
    /// Userinfo is about another person than the ID token.
    #[error("userinfo is about somebody else")]
    Person,
    /// `exp`, `iat` or `nbf` against our clock.
    #[error("the token is not valid now")]
    Time,
    /// `at_hash` does not belong to the access token.
    #[error("at_hash does not fit the access token")]
    AccessToken,
}

/// What the token must be. Times are seconds since 1970, UTC; 60 s of clock difference are forgiven.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The issuer, byte for byte.
    pub issuer: &'a str,
    /// Our client id there.
    pub client_id: &'a str,
    /// The nonce that we sent.
    pub nonce: Option<&'a str>,
    /// The access token that came with it, to check `at_hash` when the token has one.
    pub access_token: Option<&'a str>,
    /// The algorithms that were agreed with this issuer.
    pub algorithms: &'a [Algorithm],
}

/// Verifies an ID token and gives all its claims as received.
///
/// `token`: compact JWS, ASCII, at most 16 KiB. `now`: seconds since 1970, UTC.
/// Shape: `sub` is 1 to 255 printable ASCII characters; `iat`, `exp`, and `nbf` and `auth_time` where they stand, are
/// what [`numeric_date`](crate::numeric_date()) reads. No text has control characters, and no member stands twice ([`crypto::read_json`]).
///
/// # Errors
/// [`IdTokenError`]: refuse the login.
///
/// Spec: OpenID Connect Core 1.0 §3.1.3.7
/// <https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation>
pub fn verify_id_token(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: i64,
) -> Result<Map<String, Value>, IdTokenError> {
    let compact = crypto::parse(token)?;
    let key = keys.choose(&compact)?;
    let claims = compact.verify_claims(key, expected.algorithms)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);

    // "The Issuer Identifier … MUST exactly match the value of the iss (issuer) Claim."
    if text("iss") != Some(expected.issuer) {
        return Err(IdTokenError::Issuer);
    }
    check_audience(&claims, expected.client_id)?;
    if !text("sub").is_some_and(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii()) {
        return Err(IdTokenError::Claims);
    }
    // "If a nonce value was sent …, a nonce Claim MUST be present and its value checked".
    if expected.nonce.is_some() && text("nonce") != expected.nonce {
        return Err(IdTokenError::Nonce);
    }
    check_times(&claims, now)?;
    time(&claims, "auth_time")?;
    if let (Some(given), Some(access_token)) = (claims.get("at_hash"), expected.access_token) {
        let algorithm = compact.algorithm().ok_or(IdTokenError::AccessToken)?;
        if given.as_str() != Some(&crypto::at_hash(algorithm, access_token)) {
            return Err(IdTokenError::AccessToken);
        }
    }
    Ok(claims)
}

fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), IdTokenError> {
    // "The ID Token MUST be rejected if … it contains additional audiences not trusted by the Client."
    let only_us = match claims.get("aud") {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(many)) => !many.is_empty() && many.iter().all(|it| it.as_str() == Some(client_id)),
        _ => false,
    };
    let authorized = claims.get("azp").is_none_or(|azp| azp.as_str() == Some(client_id));
    if only_us && authorized { Ok(()) } else { Err(IdTokenError::Audience) }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, IdTokenError> {
    claims.get(name).map(|value| numeric_date(value).ok_or(IdTokenError::Claims)).transpose()
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), IdTokenError> {
    time(claims, "exp")?.ok_or(IdTokenError::Claims)?;
    time(claims, "iat")?.ok_or(IdTokenError::Claims)?;
    check_times_present(claims, now)
}

fn check_times_present(claims: &Map<String, Value>, now: i64) -> Result<(), IdTokenError> {
    let expired = time(claims, "exp")?.is_some_and(|expires| now > expires + SKEW);
    let starts = time(claims, "iat")?.into_iter().chain(time(claims, "nbf")?);
    if expired || starts.into_iter().any(|starts| starts > now + SKEW) {
        Err(IdTokenError::Time)
    } else {
        Ok(())
    }
}

/// Verifies what userinfo said about the person of an ID token: `sub` is the same, and `iss`, `aud`, `exp`, `iat` and
/// `nbf` are what they must be where they stand. Whether it was signed is the caller's to say.
///
/// # Errors
/// [`IdTokenError`]: refuse the login.
///
/// Spec: OpenID Connect Core 1.0 §5.3.2, §5.3.4
/// <https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponseValidation>
pub fn verify_userinfo(
    claims: &Map<String, Value>,
    subject: Option<&str>,
    expected: &Expected<'_>,
    now: i64,
) -> Result<(), IdTokenError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token".
    if subject.is_none() || text("sub") != subject {
        return Err(IdTokenError::Person);
    }
    if claims.contains_key("iss") && text("iss") != Some(expected.issuer) {
        return Err(IdTokenError::Issuer);
    }
    let ours = |audience: &Value| audience.as_str() == Some(expected.client_id);
    let for_us = claims.get("aud").is_none_or(|audience| match audience {
        Value::Array(many) => many.iter().any(ours),
        one => ours(one),
    });
    if !for_us {
        return Err(IdTokenError::Audience);
    }
    check_times_present(claims, now)
}

#[cfg(test)]
mod tests {
    use super::{Expected, IdTokenError, verify_id_token};
    use crate::KeySet;
    use crypto::{Algorithm, JwsError, SigningKey, at_hash};
    use serde_json::{Value, json};

    const NOW: i64 = 1_768_473_701;

    struct Upstream(SigningKey, KeySet);

    fn upstream() -> Upstream {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let set = KeySet::parse(&json!({"keys": [key.public_jwk()]})).unwrap();
        Upstream(key, set)
    }

    impl Upstream {
        fn judge(&self, changes: Value) -> Result<(), IdTokenError> {
            let mut claims = json!({"iss": "https://i", "aud": "us", "azp": "us", "sub": "s", "nonce": "n",
                "iat": NOW, "exp": NOW + 300, "at_hash": at_hash(Algorithm::Es256, "at")});
            for (name, value) in changes.as_object().unwrap() {
                claims[name] = value.clone();
            }
            claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let token = crypto::sign(&self.0, "JWT", claims.to_string().as_bytes()).unwrap();
            let expected = Expected {
                issuer: "https://i",
                client_id: "us",
                nonce: Some("n"),
                access_token: Some("at"),
                algorithms: &[Algorithm::Es256],
            };
            verify_id_token(&token, &self.1, &expected, NOW).map(|_| ())
        }
    }

    #[test]
    fn rule_10_each_claim_is_checked() {
        use IdTokenError::{AccessToken, Audience, Claims, Issuer, Nonce};
        let upstream = upstream();
        assert_eq!(upstream.judge(json!({})), Ok(()));
        assert_eq!(upstream.judge(json!({"aud": ["us"], "azp": null, "at_hash": null})), Ok(()));
        for (changes, error) in [
            (json!({"iss": "https://i/"}), Issuer),
            (json!({"iss": null}), Issuer),
            (json!({"aud": "them"}), Audience),
            (json!({"aud": ["us", "them"]}), Audience),
            (json!({"aud": []}), Audience),
            (json!({"azp": "them"}), Audience),
            (json!({"sub": ""}), Claims),
            (json!({"sub": "x".repeat(256)}), Claims),
            (json!({"sub": 7}), Claims),
            (json!({"exp": null}), Claims),
            (json!({"iat": "now"}), Claims),
            (json!({"at_hash": "AAAA"}), AccessToken),
            (json!({"nonce": "other"}), Nonce),
            (json!({"nonce": null}), Nonce),
        ] {
            assert_eq!(upstream.judge(changes.clone()), Err(error), "{changes}");
        }
    }

    #[test]
    fn an_id_token_with_a_member_twice_a_control_character_or_an_impossible_instant_is_refused() {
        let upstream = upstream();
        for changes in [json!({"sub": "a\n"}), json!({"bankid_altsub": "9578-1\u{0}"})] {
            assert_eq!(
                upstream.judge(changes.clone()),
                Err(IdTokenError::Jws(JwsError::Payload)),
                "{changes}"
            );
        }
        for changes in [json!({"exp": 1e300}), json!({"iat": -1}), json!({"auth_time": 1e18})] {
            assert_eq!(upstream.judge(changes.clone()), Err(IdTokenError::Claims), "{changes}");
        }
        assert_eq!(upstream.judge(json!({"exp": NOW as f64 + 0.9, "iat": NOW as f64 + 0.9})), Ok(()));
        let twice =
            format!(r#"{{"iss":"https://i","aud":"us","sub":"s","sub":"t","iat":{NOW},"exp":{NOW}}}"#);
        let token = crypto::sign(&upstream.0, "JWT", twice.as_bytes()).unwrap();
        let expected = Expected {
            issuer: "https://i",
            client_id: "us",
            nonce: None,
            access_token: None,
            algorithms: &[Algorithm::Es256],
        };
        assert!(verify_id_token(&token, &upstream.1, &expected, NOW).is_err());
    }

    #[test]
    fn neg_17_sixty_seconds_are_forgiven_and_sixty_one_are_not() {
        let upstream = upstream();
        for (changes, fine) in [
            (json!({"exp": NOW - 60}), true),
            (json!({"exp": NOW - 61}), false),
            (json!({"iat": NOW + 60}), true),
            (json!({"iat": NOW + 61}), false),
            (json!({"nbf": NOW + 60}), true),
            (json!({"nbf": NOW + 61}), false),
        ] {
            assert_eq!(upstream.judge(changes.clone()).is_ok(), fine, "{changes}");
        }
    }

    #[test]
    fn rule_11_another_key_does_not_verify() {
        let (ours, theirs) = (upstream(), upstream());
        let mixed = Upstream(theirs.0, ours.1);
        assert!(matches!(mixed.judge(json!({})), Err(IdTokenError::Key(_))));
    }
}
