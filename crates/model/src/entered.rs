//! What people may enter as a name, a host or a secret: refused where it is entered, with the reason.

use std::net::Ipv4Addr;

use crate::Environment;

/// The longest name, in characters.
pub(crate) const LONGEST_NAME: usize = 100;
/// The shortest secret that somebody brings for an application, in characters.
pub(crate) const SHORTEST_SECRET: usize = 16;

/// What cannot be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnteredError {
    /// A name that cannot be read or typed.
    Name,
    /// A name that is not what it looks like.
    HiddenInName,
    /// A host that no browser could be sent to.
    Host,
    /// A port that no browser sends, because it is the scheme's own.
    Port,
    /// The host of the simulators.
    Sandbox,
    /// Plain http where others can listen in.
    PlainHttp,
    /// A secret that can be guessed.
    Secret,
}

/// Says whether a character is not seen, or changes how others are seen: format characters of Unicode, fillers, blanks
/// that are no spaces. The two joiners are left, which some scripts need within words.
pub(crate) const fn is_hidden(it: char) -> bool {
    matches!(it,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

const fn is_joiner(it: char) -> bool {
    matches!(it, '\u{200c}' | '\u{200d}')
}

/// Says whether there is anything to see in a text.
pub(crate) fn is_visible(text: &str) -> bool {
    text.chars().any(|it| !it.is_whitespace() && !is_hidden(it) && !is_joiner(it))
}

/// Says whether a text has characters that are not seen, or change how others are seen. The two joiners count for nothing.
pub fn has_hidden(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// Checks a name of a tenant, domain or application that people see.
///
/// # Errors
/// [`EnteredError::Name`], [`EnteredError::HiddenInName`].
pub fn check_name(name: &str) -> Result<(), EnteredError> {
    if name.is_empty() || name.trim() != name || name.chars().count() > LONGEST_NAME {
        return Err(EnteredError::Name);
    }
    if name.chars().any(char::is_control) {
        return Err(EnteredError::Name);
    }
    if has_hidden(name) || !is_visible(name) { Err(EnteredError::HiddenInName) } else { Ok(()) }
}

/// What names are compared by where they must be unique: surrounding space and case make no difference.
///
/// The lower case is Unicode's, without regard to a language; letters that only look alike stay different.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Checks a secret that somebody brings in clear for an application.
///
/// # Errors
/// [`EnteredError::Secret`]
///
/// Spec: RFC 6749 §10.10 <https://www.rfc-editor.org/rfc/rfc6749#section-10.10>
pub fn check_client_secret(secret: &str) -> Result<(), EnteredError> {
    if secret.chars().count() >= SHORTEST_SECRET { Ok(()) } else { Err(EnteredError::Secret) }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Says whether browsers take the name for an IPv4 address, however it is written (WHATWG URL, "ends in a number").
fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    hex || (!last.is_empty() && last.bytes().all(|it| it.is_ascii_digit()))
}

/// Checks the host of a domain, with the port where it is not the scheme's own: it is compared with what browsers send.
///
/// `sandbox`: the host of the simulators, when there is one.
///
/// # Errors
/// [`EnteredError`]: `Host`, `Port`, `Sandbox`, `PlainHttp`.
pub fn check_domain_host(
    host: &str,
    (is_https, environment): (bool, Environment),
    sandbox: Option<&str>,
) -> Result<(), EnteredError> {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_port = |text: &str| {
        text.bytes().all(|it| it.is_ascii_digit())
            && text.parse::<u16>().is_ok_and(|it| it > 0)
            && !text.starts_with('0')
    };
    let is_name = name.split('.').all(is_label)
        && (!ends_in_a_number(name) || name.parse::<Ipv4Addr>().is_ok_and(|it| it.to_string() == name));
    if host.len() > 253 || !is_name || !port.is_none_or(is_port) {
        return Err(EnteredError::Host);
    }
    if port == Some(if is_https { "443" } else { "80" }) {
        return Err(EnteredError::Port);
    }
    let own = sandbox.map(|it| it.strip_suffix(":443").unwrap_or(it));
    if own.is_some_and(|it| it.eq_ignore_ascii_case(host)) {
        return Err(EnteredError::Sandbox);
    }
    let is_loopback = name == "localhost" || name.ends_with(".localhost");
    let may_be_plain = is_loopback && environment == Environment::Test;
    if !is_https && !may_be_plain {
        return Err(EnteredError::PlainHttp);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{EnteredError, check_client_secret, check_domain_host, check_name, name_key};
    use crate::Environment::{Production, Test};

    #[test]
    fn a_name_that_nobody_sees_or_that_looks_like_another_is_refused() {
        for name in ["Shop", "Håndverk & Sønn", "日本", "a\u{200d}b"] {
            assert_eq!(check_name(name), Ok(()), "{name:?}");
        }
        for name in ["\u{200b}", "\u{200d}", "\u{2060}\u{feff}", "Shop\u{200b}", "\u{202e}pohS", "\u{3164}"] {
            assert_eq!(check_name(name), Err(EnteredError::HiddenInName), "{name:?}");
        }
        for name in ["", " ", "Shop ", "a\u{7}", &"a".repeat(101)] {
            assert_eq!(check_name(name), Err(EnteredError::Name), "{name:?}");
        }
    }

    #[test]
    fn a_domain_has_no_port_that_browsers_leave_out_and_no_host_that_they_write_otherwise() {
        let https = |host| check_domain_host(host, (true, Production), Some("sandbox.example:443"));
        for host in ["login.example.no", "login.example.no:8443", "login.example.no:80", "10.0.0.1"] {
            assert_eq!(https(host), Ok(()), "{host}");
        }
        assert_eq!(https("login.example.no:443"), Err(EnteredError::Port));
        assert_eq!(check_domain_host("localhost:80", (false, Test), None), Err(EnteredError::Port));
        assert_eq!(https("sandbox.example"), Err(EnteredError::Sandbox));
        for host in [
            "Login.example",
            "login.example:0443",
            "login.example:+443",
            "login.example:",
            "login.example.",
            "a..b",
            "*.example",
            "010.0.0.1",
            "0x7f.1",
            "2130706433",
            "login.example/x",
        ] {
            assert_eq!(https(host), Err(EnteredError::Host), "{host}");
        }
        assert_eq!(check_domain_host("login.example", (false, Test), None), Err(EnteredError::PlainHttp));
    }

    #[test]
    fn a_secret_of_five_characters_is_refused() {
        assert_eq!(check_client_secret("12345"), Err(EnteredError::Secret));
        assert_eq!(check_client_secret("0123456789abcdef"), Ok(()));
    }

    #[test]
    fn names_are_compared_by_the_lower_case_of_every_alphabet() {
        for (one, other) in
            [("Acme", "ACME"), ("Ærlig Øl AS", "ærlig øl as"), ("ΑΚΜΗ", "ακμη"), (" Acme", "acme")]
        {
            assert_eq!(name_key(one), name_key(other));
        }
        assert_ne!(name_key("Acme"), name_key("Acne"));
    }
}
