//! What userinfo answers: JSON, a signed token, or what only the application itself can read.

use outbound::Response;
use serde_json::Value;

use crate::{
    Claims, SampleError, Step,
    id_token::{is_for, signed},
};

/// Why nothing of userinfo can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoUserinfo {
    /// The application does not ask it.
    #[error("it is off for this application, whose ID token has every claim")]
    Off,
    /// It came encrypted.
    #[error("it is encrypted to a key that only the application has")]
    Encrypted,
}

/// What userinfo said.
#[derive(Clone, Debug)]
pub enum Userinfo {
    /// These claims.
    Claims(Claims),
    /// Nothing that can be shown.
    Unavailable(NoUserinfo),
}

impl Userinfo {
    /// The claims, when there are any.
    pub const fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Claims(claims) => Some(claims),
            Self::Unavailable(_) => None,
        }
    }

    /// Why there are none.
    pub const fn unavailable(&self) -> Option<NoUserinfo> {
        match self {
            Self::Claims(_) => None,
            Self::Unavailable(why) => Some(*why),
        }
    }
}

/// Reads an answer.
///
/// Spec: OpenID Connect Core 1.0 §5.3.2 <https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse>
pub(crate) fn read(
    response: &Response,
    jwks: &Value,
    (issuer, client_id): (&str, &str),
) -> Result<Userinfo, SampleError> {
    let nonsense = |what| SampleError::Nonsense { step: Step::Userinfo, what };
    if response.content_type != "application/jwt" {
        let claims = serde_json::from_slice(&response.body);
        return claims.map(Userinfo::Claims).map_err(|_| nonsense("the answer is no JSON"));
    }
    let token = std::str::from_utf8(&response.body).map_err(|_| nonsense("the answer is no token"))?.trim();
    // RFC 7516 §9: five parts are an encrypted token, three a signed one.
    if token.split('.').count() == 5 {
        return Ok(Userinfo::Unavailable(NoUserinfo::Encrypted));
    }
    let (claims, _) = signed(token, jwks).map_err(|_| nonsense("the signature does not verify"))?;
    if claims.text("iss") != Some(issuer) || !is_for(claims.get("aud"), client_id) {
        return Err(nonsense("the signed answer is another issuer's or for another application"));
    }
    Ok(Userinfo::Claims(claims))
}

#[cfg(test)]
mod tests {
    use super::{NoUserinfo, Userinfo, read};
    use crypto::{Algorithm, SigningKey, sign};
    use outbound::Response;
    use serde_json::{Value, json};

    const US: (&str, &str) = ("http://localhost:1", "app");

    fn jwt(body: &str) -> Response {
        Response {
            status: 200,
            content_type: "application/jwt".into(),
            location: None,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_signed_answer_is_verified_and_decoded() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let jwks = json!({"keys": [key.public_jwk()]});
        let answer = |claims: Value| jwt(&sign(&key, "JWT", claims.to_string().as_bytes()).unwrap());
        let good = answer(json!({"iss": US.0, "aud": US.1, "sub": "s"}));
        assert_eq!(read(&good, &jwks, US).unwrap().claims().unwrap().text("sub"), Some("s"));
        assert!(read(&good, &json!({"keys": []}), US).is_err(), "an unknown key");
        let other = answer(json!({"iss": US.0, "aud": "other", "sub": "s"}));
        assert!(read(&other, &jwks, US).is_err(), "for another application");
    }

    #[test]
    fn an_encrypted_answer_is_told_from_a_broken_one() {
        let jwks = json!({"keys": []});
        assert!(matches!(
            read(&jwt("a.b.c.d.e"), &jwks, US),
            Ok(Userinfo::Unavailable(NoUserinfo::Encrypted))
        ));
        assert!(read(&jwt("a.b.c"), &jwks, US).is_err());
        let plain = Response { content_type: "application/json".into(), ..jwt(r#"{"sub":"s"}"#) };
        assert_eq!(read(&plain, &jwks, US).unwrap().claims().unwrap().text("sub"), Some("s"));
    }
}
