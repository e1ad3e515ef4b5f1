//! How a client says who it is at the token endpoint.

use std::fmt;

use crypto::{Secret, b64};

use crate::Params;

/// The credentials contradict each other or cannot be read: `invalid_request`, or `invalid_client` for a
/// broken header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCredentials {
    /// More than one method, or two different client ids (RFC 6749 §2.3).
    #[error("more than one way of client authentication")]
    Several,
    /// The `Authorization` header is not Basic, or not base64 of `id:secret`.
    #[error("the Authorization header is malformed")]
    Header,
    /// Nothing says which client this is.
    #[error("client_id is missing")]
    Missing,
}

/// A client id with a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The client id.
    pub client_id: String,
    /// The secret that was presented.
    pub secret: Secret<String>,
}

/// What was presented; nothing is checked yet.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientCredentials {
    /// `client_secret_basic`: the ways in which the header can be read, the specified one first.
    Basic(Vec<Pair>),
    /// `client_secret_post`
    Post(Pair),
    /// `private_key_jwt`
    Assertion {
        /// `client_id`, when it came too; must agree with the assertion.
        client_id: Option<String>,
        /// The compact JWS.
        assertion: String,
    },
    /// A public client: only its id.
    None(String),
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic(_) => "Basic",
            Self::Post(_) => "Post",
            Self::Assertion { .. } => "Assertion",
            Self::None(_) => "None",
        })
    }
}

/// How many colons of a Basic header are tried as the border between id and secret.
const MOST_BORDERS: usize = 4;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Each half as it stands and form-decoded (`+` is a space), the specified way first; without repetition.
fn readings(half: &str) -> Vec<String> {
    let text = format!("v={}", half.replace('&', "%26"));
    let decoded = form_urlencoded::parse(text.as_bytes()).next().map(|(_, value)| value.into_owned());
    let fine = decoded.filter(|it| !it.contains(|it: char| it.is_control() || it == '\u{fffd}'));
    let mut all: Vec<String> = fine.into_iter().chain([half.to_owned()]).collect();
    all.dedup();
    all
}

/// Reads a Basic header in the specified way (each half form-urlencoded) and as clients send it: as it is, or with one
/// half encoded and the other not. Client ids may be URNs and secrets may have colons, so each of up to four colons may
/// be the border; of more than four the first and the last. At most 16 pairs.
fn basic(header: &str) -> Option<Vec<Pair>> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(b64::decode_standard(encoded.trim())?).ok()?;
    let colons: Vec<(usize, &str)> = text.match_indices(':').collect();
    let borders: Vec<(usize, &str)> = match colons.as_slice() {
        [first, .., last] if colons.len() > MOST_BORDERS => vec![*first, *last],
        all => all.to_vec(),
    };
    let mut pairs: Vec<Pair> = Vec::new();
    // From the last one: a generated secret has no colon, and an id may be a URN.
    for (border, _) in borders.into_iter().rev() {
        let (client_id, secret) = (text.get(..border)?, text.get(border + 1..)?);
        for client_id in readings(client_id).into_iter().filter(|it| !it.is_empty()) {
            for secret in readings(secret) {
                let pair = Pair { client_id: client_id.clone(), secret: Secret::new(secret) };
                if !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
        }
    }
    (!pairs.is_empty()).then_some(pairs)
}

impl ClientCredentials {
    /// Reads what a request presents.
    ///
    /// # Errors
    /// [`MalformedCredentials`]: refuse the request, spend nothing.
    ///
    /// Spec: RFC 6749 §2.3.1, RFC 7521 §4.2 <https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>
    pub fn pick(authorization: Option<&str>, params: &Params) -> Result<Self, MalformedCredentials> {
        let client_id = params.get("client_id").map(str::to_owned);
        let assertion = params.get("client_assertion");
        let secret = params.get("client_secret");
        if [authorization.is_some(), assertion.is_some(), secret.is_some()]
            .into_iter()
            .filter(|it| *it)
            .count()
            > 1
        {
            return Err(MalformedCredentials::Several);
        }
        if let Some(header) = authorization {
            let pairs = basic(header).ok_or(MalformedCredentials::Header)?;
            // The id in the body must be the one in the header.
            let pairs: Vec<Pair> = match &client_id {
                Some(id) => pairs.into_iter().filter(|pair| pair.client_id == *id).collect(),
                None => pairs,
            };
            return if pairs.is_empty() {
                Err(MalformedCredentials::Several)
            } else {
                Ok(Self::Basic(pairs))
            };
        }
        if let Some(assertion) = assertion {
            return if params.get("client_assertion_type") == Some(ASSERTION_TYPE) {
                Ok(Self::Assertion { client_id, assertion: assertion.to_owned() })
            } else {
                Err(MalformedCredentials::Missing)
            };
        }
        let client_id = client_id.ok_or(MalformedCredentials::Missing)?;
        Ok(match secret {
            Some(secret) => Self::Post(Pair { client_id, secret: secret.into() }),
            None => Self::None(client_id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientCredentials, MalformedCredentials, Pair};
    use crate::Params;
    use crypto::b64;

    fn header(text: &str) -> String {
        format!("Basic {}", b64::encode_standard(text.as_bytes()))
    }

    fn pairs(text: &str) -> Vec<Pair> {
        match ClientCredentials::pick(Some(&header(text)), &Params::default()) {
            Ok(ClientCredentials::Basic(pairs)) => pairs,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_urn_works_encoded_and_plain() {
        assert_eq!(
            pairs("urn%3Amy%3Aapp:s%2Bx")[0],
            Pair { client_id: "urn:my:app".into(), secret: "s+x".into() }
        );
        assert_eq!(
            pairs("urn:my:app:secret")[0],
            Pair { client_id: "urn:my:app".into(), secret: "secret".into() }
        );
    }

    #[test]
    fn neg_14_two_ways_or_two_ids_are_refused() {
        let pick =
            |header: Option<&str>, body| ClientCredentials::pick(header, &Params::parse(body).unwrap());
        let basic = header("a:b");
        assert_eq!(
            pick(Some(&basic), "client_secret=x&client_id=a").unwrap_err(),
            MalformedCredentials::Several
        );
        assert_eq!(pick(Some(&basic), "client_id=other").unwrap_err(), MalformedCredentials::Several);
        assert!(pick(Some(&basic), "client_id=a").is_ok());
        assert_eq!(pick(Some("Bearer x"), "").unwrap_err(), MalformedCredentials::Header);
        assert_eq!(pick(Some("Basic !!"), "").unwrap_err(), MalformedCredentials::Header);
        assert_eq!(pick(None, "").unwrap_err(), MalformedCredentials::Missing);
    }

    #[test]
    fn an_encoded_id_with_a_raw_secret_is_among_the_readings() {
        let has = |text: &str, client_id: &str, secret: &str| {
            pairs(text).contains(&Pair { client_id: client_id.into(), secret: secret.into() })
        };
        assert!(has("urn%3Amy%3Aapp:a+b/c=", "urn:my:app", "a+b/c="), "base64 as it is");
        assert!(has("urn%3Amy%3Aapp:a+b/c=", "urn:my:app", "a b/c="), "or encoded");
        assert!(has("shop:with:colons", "shop", "with:colons"));
        assert!(has("urn:my:app:one:two:three", "urn", "my:app:one:two:three"), "the first of many colons");
        assert!(has("urn:my:app:one:two:three", "urn:my:app:one:two", "three"), "and the last");
        assert!(has("spa:", "spa", ""));
        assert!(pairs("%41%41:%42%42:%43%43:%44%44:%45%45").len() <= 16);
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_answered_without_a_panic(text in ".{0,200}") {
            let _ = ClientCredentials::pick(Some(&text), &Params::default());
            let _ = ClientCredentials::pick(Some(&header(&text)), &Params::default());
        }
    }
}
