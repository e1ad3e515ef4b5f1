//! Parameters of a query or form body, read once and strictly.

use std::fmt;

/// Why parameters were refused before anything looked at their meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// More than 100 parameters.
    #[error("more than 100 parameters")]
    TooMany,
    /// Broken percent-encoding, not UTF-8, or a control character.
    #[error("the parameters are not well-formed")]
    Malformed,
}

/// The parameters that OAuth and OpenID Connect define, and our own: what may come once. Others, and `resource` and
/// `audience`, which are defined to repeat (RFC 8707 §2, RFC 8693 §2.1), may come as often as they like.
const ONCE: [&str; 45] = [
    "access_token",
    "acr_values",
    "assertion",
    "claims",
    "claims_locales",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "decision",
    "display",
    "dpop_jkt",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "grant_type",
    "id_token",
    "id_token_hint",
    "iss",
    "lang",
    "login_hint",
    "logout_hint",
    "max_age",
    "nonce",
    "password",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "session_state",
    "state",
    "token",
    "token_type_hint",
    "ui_locales",
];

/// Parameters in order; an empty value counts as absent (RFC 6749 §3.1).
#[derive(Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    duplicate: bool,
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params").field("count", &self.pairs.len()).finish_non_exhaustive()
    }
}

const MOST: usize = 100;

fn well_encoded(raw: &str) -> bool {
    let mut rest = raw.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%' {
            match tail {
                [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    rest = after
                }
                _ => return false,
            }
        }
    }
    true
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// [`ParamsError`]: answer 400 and look no further.
    pub fn parse(raw: &str) -> Result<Self, ParamsError> {
        if !well_encoded(raw) {
            return Err(ParamsError::Malformed);
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut duplicate = false;
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            let strange = |it: char| it.is_control() || it == '\u{fffd}';
            // JSON may be laid out over lines; it goes into no header and no page.
            let layout = |it: char| name == "claims" && matches!(it, '\t' | '\r' | '\n');
            if name.contains(strange) || value.chars().any(|it| strange(it) && !layout(it)) {
                return Err(ParamsError::Malformed);
            }
            if pairs.len() == MOST {
                return Err(ParamsError::TooMany);
            }
            duplicate |= pairs.iter().any(|(known, _)| *known == name);
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self { pairs, duplicate })
    }

    /// Gives the value, `None` when absent or empty. With duplicates, the first.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|it| !it.is_empty())
    }

    /// Says whether any parameter came twice, whatever its name: for answers of eIDs.
    pub const fn has_duplicate(&self) -> bool {
        self.duplicate
    }

    /// Says whether a parameter that has a meaning came twice: RFC 6749 §3.1 and §3.2 forbid it.
    pub fn has_registered_duplicate(&self) -> bool {
        self.duplicate && ONCE.iter().any(|name| self.is_duplicate(name))
    }

    /// Says whether this one came twice.
    pub fn is_duplicate(&self, name: &str) -> bool {
        self.pairs.iter().filter(|(known, _)| known == name).count() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Params, ParamsError};

    #[test]
    fn values_are_decoded_and_empty_ones_are_absent() {
        let params = Params::parse("a=b+c%2F&d=&e").unwrap();
        assert_eq!((params.get("a"), params.get("d"), params.get("e")), (Some("b c/"), None, None));
    }

    #[test]
    fn neg_14_a_parameter_that_comes_twice_is_seen_even_when_empty() {
        assert!(Params::parse("a=&b=1&a=").unwrap().has_duplicate());
        assert!(!Params::parse("a=1&b=1").unwrap().has_duplicate());
    }

    #[test]
    fn what_has_no_meaning_here_or_is_meant_to_repeat_may_repeat() {
        for fine in ["resource=a&resource=b", "audience=a&audience=b", "utm=1&utm=2&state=x"] {
            assert!(!Params::parse(fine).unwrap().has_registered_duplicate(), "{fine}");
        }
        for wrong in ["state=a&state=a", "utm=1&utm=2&nonce=a&nonce=", "code_verifier=&code_verifier=x"] {
            assert!(Params::parse(wrong).unwrap().has_registered_duplicate(), "{wrong}");
        }
    }

    #[test]
    fn malformed_text_is_refused() {
        for raw in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "a=x%0d%0aSet-Cookie:y", "%0a=1"] {
            assert_eq!(Params::parse(raw).unwrap_err(), ParamsError::Malformed, "{raw}");
        }
        assert_eq!(Params::parse(&"a=1&".repeat(101)).unwrap_err(), ParamsError::TooMany);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(raw in ".{0,400}") {
            let _ = Params::parse(&raw);
        }
    }
}
