//! What is kept, sealed, beside an event of a login: what the operator needs to see why a request was refused.

use serde::{Deserialize, Serialize};

/// The most characters that are kept of anything that a request brought.
const LONGEST: usize = 300;

/// Why an application did not prove who it is. For the operator only: the application is told one text for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthenticationFailure {
    /// No application of the domain has the client id.
    ClientUnknown,
    /// The application has a secret, and sent none.
    NothingSent,
    /// The secret is none of the application's.
    SecretWrong,
    /// The secret was one of the application's, and has expired.
    SecretExpired,
    /// The secret was one of the application's, and somebody ended it.
    SecretEnded,
    /// The application authenticates by another method than is registered.
    OtherMethod,
    /// The assertion is signed with a key that is not registered.
    KeyUnknown,
    /// The assertion cannot be read, is not about the application, or its signature is wrong.
    AssertionInvalid,
}

/// What is kept. Nothing of a query, and no credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventDetails {
    /// The return address as it was sent, without query, fragment and user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_uri: Option<String>,
    /// The client id as it was sent, where no application has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Why the application did not prove who it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<AuthenticationFailure>,
    /// The host that was asked for, where no domain has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The path that was asked for, where nothing is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl EventDetails {
    /// Says whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As bytes, to be sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads what [`EventDetails::to_bytes`] gave, of this version or another; `None` for anything else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Shortens what a request brought to what is kept of it.
pub fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// A return address as it is kept and shown: without query and fragment, which may have codes and names, and without a user.
pub fn shown_uri(uri: &str) -> String {
    let bare = uri.split(['?', '#']).next().unwrap_or_default();
    let bare = match bare.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => bare.to_owned(),
    };
    let more = if bare.len() < uri.len() && uri.contains('?') { "?…" } else { "" };
    format!("{}{more}", shortened(&bare))
}

#[cfg(test)]
mod tests {
    use super::{AuthenticationFailure, EventDetails, shown_uri};

    #[test]
    fn a_return_address_was_kept_with_the_code_in_its_query() {
        for (sent, kept) in [
            ("https://shop.example/cb?code=abc#x", "https://shop.example/cb?…"),
            ("https://shop.example/cb#code=abc", "https://shop.example/cb"),
            ("https://kari:secret@shop.example/cb", "https://shop.example/cb"),
            ("app:/cb?x", "app:/cb?…"),
            ("https://shop.example", "https://shop.example"),
        ] {
            assert_eq!(shown_uri(sent), kept);
        }
        assert_eq!(shown_uri(&"x".repeat(1_000)).len(), 300);
    }

    #[test]
    fn details_of_a_later_version_are_read_as_far_as_they_are_known() {
        let failure = Some(AuthenticationFailure::SecretExpired);
        let details = EventDetails { authentication: failure, ..EventDetails::default() };
        assert_eq!(details.to_bytes(), br#"{"authentication":"secret-expired"}"#);
        let later = br#"{"authentication":"secret-expired","later":1}"#;
        assert_eq!(EventDetails::parse(later), Some(details));
    }
}
