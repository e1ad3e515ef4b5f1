//! Which redirect URIs may be registered, and which one a request may use.

use url::{Host, Url};

use crate::{ApplicationKind, Environment, Profile};

/// Why a URI may not be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUriError {
    /// Not an absolute URI of at most 512 printable ASCII characters.
    Malformed,
    /// It has a fragment (RFC 6749 §3.1.2), user name or password.
    Parts,
    /// It looks like a pattern, and addresses are compared whole.
    Wildcard,
    /// A browser goes elsewhere than it looks.
    Disguised,
    /// Its scheme is not allowed for this kind of application in this environment.
    Scheme,
    /// A private scheme that others may have too.
    SchemeWithoutDot,
}

fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

fn is_localhost(host: Option<Host<&str>>) -> bool {
    matches!(host, Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost"))
}

/// Says whether the host of an address with two slashes is written in letters that hosts have.
pub(crate) fn has_plain_host(address: &str) -> bool {
    let authority =
        address.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    authority.is_some_and(|it| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
    })
}

/// Says whether an http or https address is written as a browser goes there: what is before the query is not corrected
/// but for letters' case in the host and the slash of an empty path.
fn is_as_it_looks(uri: &str, url: &Url) -> bool {
    let before = uri.split('?').next().unwrap_or_default();
    let Some((_, rest)) = before.split_once("://") else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) =
        match authority.rfind(':').filter(|at| authority.rfind(']').is_none_or(|end| *at > end)) {
            Some(at) => authority.split_at(at),
            None => (authority, ""),
        };
    let port = port.strip_prefix(':');
    let is_port = |text: &str| url.port_or_known_default().is_some_and(|it| it.to_string() == text);
    has_plain_host(uri)
        && url.host_str().is_some_and(|it| it.eq_ignore_ascii_case(host))
        && port.is_none_or(is_port)
        && (path.is_empty() || path == url.path())
}

/// Schemes that are not an app's own: those of the WHATWG URL standard with a meaning, and those that browsers and
/// phones treat specially.
const TAKEN_SCHEMES: [&str; 20] = [
    "http",
    "https",
    "ws",
    "wss",
    "ftp",
    "file",
    "javascript",
    "vbscript",
    "data",
    "blob",
    "about",
    "filesystem",
    "view-source",
    "intent",
    "mailto",
    "tel",
    "sms",
    "capacitor",
    "ionic",
    "exp",
];

/// Says whether a scheme can be an app's own (RFC 8252 §7.1).
fn is_private_scheme(scheme: &str) -> bool {
    let is_rest = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'+' | b'-' | b'.');
    scheme.starts_with(|it: char| it.is_ascii_lowercase())
        && scheme.bytes().all(is_rest)
        && !TAKEN_SCHEMES.contains(&scheme)
}

/// Says whether a URI is one of the addresses at which frameworks for phones serve their own pages.
pub(crate) fn is_of_app_framework(uri: &str) -> bool {
    ["capacitor://localhost", "ionic://localhost"]
        .iter()
        .any(|own| uri.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])))
}

/// Checks a URI before it is registered: it can match a request, and it is what it looks like.
///
/// # Errors
/// [`RedirectUriError`]: refuse the registration.
///
/// Spec: RFC 8252 §7, RFC 9700 §2.1 <https://www.rfc-editor.org/rfc/rfc8252#section-7>
pub fn check_redirect_uri(
    uri: &str,
    (kind, profile): (ApplicationKind, Profile),
    environment: Environment,
) -> Result<(), RedirectUriError> {
    if uri.len() > 512 || !uri.bytes().all(|it| it.is_ascii_graphic()) {
        return Err(RedirectUriError::Malformed);
    }
    let url = Url::parse(uri).map_err(|_| RedirectUriError::Malformed)?;
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectUriError::Parts);
    }
    if uri.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    if matches!(url.scheme(), "http" | "https") && uri.starts_with(url.scheme()) && !is_as_it_looks(uri, &url)
    {
        return Err(RedirectUriError::Disguised);
    }
    let native = kind == ApplicationKind::Native;
    // The scheme must be written as it is compared: a mixed-case one is not the same string.
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let fine = match scheme {
        // `https://localhost` is where frameworks for phones serve their own pages: an origin, and no way back.
        "https" => url.has_host() && url.host_str() != Some("localhost"),
        "http" => {
            (native && is_loopback(url.host()))
                || (environment == Environment::Test && (is_localhost(url.host()) || is_loopback(url.host())))
        }
        "exp" => native,
        "capacitor" | "ionic" => native && is_of_app_framework(uri),
        // RFC 8252 §7.1: a private scheme is a reversed domain name. Elsewhere customers have others.
        private if native && is_private_scheme(private) => {
            if !private.contains('.') && profile != Profile::Compatible {
                return Err(RedirectUriError::SchemeWithoutDot);
            }
            true
        }
        _ => false,
    };
    if fine { Ok(()) } else { Err(RedirectUriError::Scheme) }
}

/// Says whether a requested URI is a registered one: the same string, byte for byte. Only for a native
/// application's loopback IP literal, and its `http://localhost` (registered on test domains only), may the port differ.
///
/// Spec: RFC 9700 §2.1, §4.1.3; RFC 8252 §7.3 <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>
pub fn matches_redirect_uri(registered: &str, requested: &str, kind: ApplicationKind) -> bool {
    if registered == requested {
        return true;
    }
    if kind != ApplicationKind::Native {
        return false;
    }
    let without_port = |uri: &str| {
        let rest = uri.strip_prefix("http://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let host =
            ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| authority.starts_with(host))?;
        let port = authority.get(host.len()..)?;
        let digits = port.strip_prefix(':').unwrap_or("");
        let fine = port.is_empty()
            || (!digits.is_empty() && digits.parse::<u16>().is_ok() && !digits.starts_with('+'));
        fine.then(|| (host, tail.to_owned()))
    };
    match (without_port(registered), without_port(requested)) {
        (Some(registered), Some(requested)) => registered == requested,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{RedirectUriError, check_redirect_uri, matches_redirect_uri};
    use crate::{
        ApplicationKind::{Native, Web},
        Environment::{Production, Test},
        Profile,
    };

    #[test]
    fn neg_01_only_the_port_of_a_native_loopback_literal_may_differ() {
        let matches = |requested| matches_redirect_uri("http://127.0.0.1/cb", requested, Native);
        assert!(matches("http://127.0.0.1/cb") && matches("http://127.0.0.1:49152/cb"));
        for wrong in [
            "http://localhost/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:80@evil/",
            "http://127.0.0.1:80@evil/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:99999/cb",
            "https://127.0.0.1/cb",
            "http://127.0.0.1/cb/",
            "http://127.0.0.2/cb",
        ] {
            assert!(!matches(wrong), "{wrong}");
        }
        assert!(!matches_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", Web));
    }

    #[test]
    fn neg_03_and_neg_04_a_uri_is_compared_byte_by_byte() {
        let matches = |requested| matches_redirect_uri("https://a.example/cb", requested, Web);
        assert!(matches("https://a.example/cb"));
        for wrong in [
            "https://aXexample/cb",
            "https://A.example/cb",
            "HTTPS://a.example/cb",
            "https://a.example/CB",
            "https://a.example/cb/",
            "https://a.example/cb?",
            "https://a.example:443/cb",
            "https://a.example/x/../cb",
            "https://a.example/%63b",
            "https://a.example/cb#",
            " https://a.example/cb",
        ] {
            assert!(!matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_private_scheme_without_a_dot_is_refused_but_in_the_compatible_profile() {
        let compatible = |uri| check_redirect_uri(uri, (Native, Profile::Compatible), Production);
        for fine in ["myapp:/cb", "my-app+1://auth", "com.example.app:/cb"] {
            assert_eq!(compatible(fine), Ok(()), "{fine}");
        }
        for taken in [
            "javascript:x",
            "vbscript:x",
            "data:x",
            "blob:x",
            "about:x",
            "filesystem:x",
            "view-source:x",
            "intent:x",
            "mailto:x",
            "tel:x",
            "sms:x",
            "ws://x",
            "wss://x",
            "ftp://x",
            "file:///x",
            "MyApp:/cb",
        ] {
            assert_eq!(compatible(taken), Err(RedirectUriError::Scheme), "{taken}");
        }
    }

    #[test]
    fn the_port_of_a_native_applications_localhost_may_differ() {
        let matches = |requested, kind| matches_redirect_uri("http://localhost/cb", requested, kind);
        assert!(matches("http://localhost:49152/cb", Native) && !matches("http://localhost:49152/cb", Web));
        for wrong in
            ["http://localhost.evil.example/cb", "http://127.0.0.1/cb", "http://localhost:80@evil/cb"]
        {
            assert!(!matches(wrong, Native), "{wrong}");
        }
    }

    #[test]
    fn rule_01_what_may_be_registered() {
        let check = |uri, kind, environment| check_redirect_uri(uri, (kind, Profile::Modern), environment);
        assert_eq!(check("https://a.example/cb", Web, Production), Ok(()));
        for fine in [
            "https://a.example",
            "https://A.example:443/cb?x=y",
            "https://[2001:db8::1]:8443/cb",
            "https://a_b.example/%C3%A6",
        ] {
            assert_eq!(check(fine, Web, Production), Ok(()), "{fine}");
        }
        assert_eq!(check("http://localhost:3000/cb", Web, Test), Ok(()));
        assert_eq!(check("http://shop.localhost:3000/cb", Web, Test), Ok(()));
        assert_eq!(check("com.example.app:/cb", Native, Production), Ok(()));
        assert_eq!(check("exp://127.0.0.1:19000", Native, Test), Ok(()));
        assert_eq!(check("http://127.0.0.1/cb", Native, Production), Ok(()));
        assert_eq!(check("http://localhost/cb", Native, Test), Ok(()));
        for uri in ["capacitor://localhost", "ionic://localhost/cb"] {
            assert_eq!(check(uri, Native, Production), Ok(()), "{uri}");
        }
        for (uri, kind, environment, error) in [
            ("http://a.example/cb", Web, Test, RedirectUriError::Scheme),
            ("http://localhost/cb", Web, Production, RedirectUriError::Scheme),
            ("http://localhost.evil.example/cb", Web, Test, RedirectUriError::Scheme),
            ("javascript:alert(1)", Web, Test, RedirectUriError::Scheme),
            ("jAvAsCrIpT:alert(1)", Native, Test, RedirectUriError::Scheme),
            ("data:text/html,x", Native, Test, RedirectUriError::Scheme),
            ("com.example.app:/cb", Web, Production, RedirectUriError::Scheme),
            ("myapp:/cb", Native, Production, RedirectUriError::SchemeWithoutDot),
            ("https://localhost/cb", Native, Test, RedirectUriError::Scheme),
            ("capacitor://evil/cb", Native, Test, RedirectUriError::Scheme),
            ("capacitor://localhost.evil/cb", Native, Test, RedirectUriError::Scheme),
            ("capacitor://localhost/cb", Web, Test, RedirectUriError::Scheme),
            ("\u{1}https://a.example/", Web, Test, RedirectUriError::Malformed),
            ("https://a.example/cb#x", Web, Test, RedirectUriError::Parts),
            ("https://u:p@a.example/cb", Web, Test, RedirectUriError::Parts),
            ("/cb", Web, Test, RedirectUriError::Malformed),
            ("https://*.a.example/cb", Web, Test, RedirectUriError::Wildcard),
            ("https://a.example/*", Web, Test, RedirectUriError::Wildcard),
            ("https:a.example/cb", Web, Test, RedirectUriError::Disguised),
            ("https:///cb", Web, Test, RedirectUriError::Disguised),
            ("https://///a.example/cb", Web, Test, RedirectUriError::Disguised),
            ("https:\\\\a.example/cb", Web, Test, RedirectUriError::Disguised),
            ("https://a.example\\@b.example/cb", Web, Test, RedirectUriError::Disguised),
            ("https://2130706433/cb", Web, Production, RedirectUriError::Disguised),
            ("https://%61.example/cb", Web, Production, RedirectUriError::Disguised),
            ("https://a.example:/cb", Web, Production, RedirectUriError::Disguised),
            ("https://a.example:0443/cb", Web, Production, RedirectUriError::Disguised),
            ("https://a.example/x/../cb", Web, Production, RedirectUriError::Disguised),
            ("https://a.example/x/%2e%2e/cb", Web, Production, RedirectUriError::Disguised),
            ("https://a.example/{tenant}/cb", Web, Production, RedirectUriError::Disguised),
        ] {
            assert_eq!(check(uri, kind, environment), Err(error), "{uri}");
        }
    }
}
