//! What went over the wire, as text for people who want to see it; secrets are left out.

use std::fmt;

use outbound::Response;
use serde_json::Value;
use url::Url;

use crate::{Claims, short::short};

/// A step of a login as the application sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The discovery document is fetched.
    Discovery,
    /// The browser goes to the authorization endpoint and comes back with a code.
    Authorize,
    /// The code is exchanged for tokens.
    Token,
    /// The keys are fetched.
    Keys,
    /// Userinfo is asked.
    Userinfo,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discovery => "discovery",
            Self::Authorize => "authorization",
            Self::Token => "token endpoint",
            Self::Keys => "keys",
            Self::Userinfo => "userinfo",
        })
    }
}

/// A request and its answer as text: line, headers, an empty line, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which step.
    pub step: Step,
    /// What was sent, without secrets; code, verifier and tokens are cut short.
    pub request: String,
    /// What came, likewise.
    pub response: String,
}

/// The members and parameters that are cut short wherever they are shown.
const SHORTENED: [&str; 5] = ["code", "code_verifier", "access_token", "id_token", "refresh_token"];

/// Parameters, one a line, decoded, those that are worth something cut short.
pub(crate) fn parameters<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let line = |(name, value): (&str, &str)| {
        let value = if SHORTENED.contains(&name) { short(value) } else { value.to_owned() };
        format!("{name}={value}")
    };
    pairs.map(line).collect::<Vec<_>>().join("\n&")
}

/// The request line and `Host` of a call.
pub(crate) fn line(method: &str, url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return format!("{method} {url} HTTP/1.1") };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|it| format!(":{it}")).unwrap_or_default();
    format!("{method} {} HTTP/1.1\nHost: {host}{port}", url.path())
}

/// An answer: status, content type, and the body as JSON over several lines.
pub(crate) fn answer(response: &Response) -> String {
    let body = match serde_json::from_slice::<Claims>(&response.body) {
        Ok(members) => members.shortened(&SHORTENED).pretty(),
        Err(_) => serde_json::from_slice::<Value>(&response.body)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or_else(|_| String::from_utf8_lossy(&response.body).chars().take(400).collect()),
    };
    format!("HTTP/1.1 {}\nContent-Type: {}\n\n{body}", response.status, response.content_type)
}

#[cfg(test)]
mod tests {
    use super::{answer, line, parameters};
    use outbound::Response;

    #[test]
    fn tokens_and_codes_are_cut_short() {
        let body = br#"{"token_type":"Bearer","access_token":"abcdefghijklmnopqrstuvwxyz"}"#.to_vec();
        let text =
            answer(&Response { status: 200, content_type: "application/json".into(), location: None, body });
        assert!(text.starts_with("HTTP/1.1 200\nContent-Type: application/json\n\n{"), "{text}");
        assert!(text.contains(r#""access_token": "abcdefghijkl…""#), "{text}");

        let text = parameters([("code", "abcdefghijklmnopqrstuvwxyz"), ("state", "s")].into_iter());
        assert_eq!(text, "code=abcdefghijkl…\n&state=s");
    }

    #[test]
    fn a_request_line_names_host_and_port() {
        assert_eq!(line("GET", "http://localhost:1/a?b=c"), "GET /a HTTP/1.1\nHost: localhost:1");
    }
}
