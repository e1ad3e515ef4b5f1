//! Reading request headers: those that may come once, those that are lists, and where a form was sent from.
//!
//! One bad element never discards the rest of a line that others share with us, and of two values of a header that
//! may come once neither is believed.

use axum::http::{HeaderMap, HeaderName, Uri, header};

/// By browsers only, and only where the connection is secure: from where a request came.
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// By browsers only: for what the answer is, "empty" where a script asks.
pub(crate) const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Headers that we act on and that may come once.
const ONCE: [HeaderName; 5] =
    [header::HOST, header::ORIGIN, header::AUTHORIZATION, header::CONTENT_TYPE, SEC_FETCH_SITE];

/// The value of a header that may come once.
pub(crate) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
}

/// Says whether a header that may come once came twice, or cannot be read, or whether two hosts are named.
///
/// Spec: RFC 9110 §5.3, <https://www.rfc-editor.org/rfc/rfc9110#section-5.3>;
/// RFC 9112 §3.2, <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
pub(crate) fn is_ambiguous(uri: &Uri, headers: &HeaderMap) -> bool {
    let in_header = headers.get(header::HOST).map(|it| it.as_bytes());
    let named_twice = uri
        .authority()
        .zip(in_header)
        .is_some_and(|(uri, header)| !uri.as_str().as_bytes().eq_ignore_ascii_case(header));
    named_twice
        || ONCE.iter().any(|name| {
            let mut values = headers.get_all(name).iter();
            let first = values.next();
            first.is_some_and(|it| it.to_str().is_err()) || values.next().is_some()
        })
}

/// The elements of a list, over all lines with this name; `None` stands for one that is not readable ASCII.
pub(crate) fn elements<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    separator: u8,
) -> impl DoubleEndedIterator<Item = Option<&'a str>> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|it| it.as_bytes()).collect();
    lines.into_iter().flat_map(move |line| line.split(move |it| *it == separator)).map(readable)
}

fn readable(element: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(element).ok()?.trim();
    text.bytes().all(|it| (0x20..0x7f).contains(&it)).then_some(text)
}

/// Name and value of every readable cookie, in the order in which they came.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    elements(headers, &header::COOKIE, b';').flatten().filter_map(|it| it.split_once('='))
}

/// The languages that a browser prefers, without what cannot be read.
pub(crate) fn accept_language(headers: &HeaderMap) -> Option<String> {
    let readable: Vec<&str> =
        elements(headers, &header::ACCEPT_LANGUAGE, b',').flatten().filter(|it| !it.is_empty()).collect();
    (!readable.is_empty()).then(|| readable.join(", "))
}

/// Says whether a form was sent from a page of `own`, an origin: it says so exactly, or it names no origin and the
/// browser says that it is the same. Nothing that came without either is from a page of ours.
///
/// Spec: Fetch Metadata Request Headers §2.2, <https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>
pub(crate) fn is_from_own_page(headers: &HeaderMap, own: &str) -> bool {
    let says = |name: &HeaderName, wanted: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().is_some_and(|it| it.as_bytes() == wanted.as_bytes()) && values.next().is_none()
    };
    if headers.contains_key(header::ORIGIN) {
        says(&header::ORIGIN, own)
    } else {
        says(&SEC_FETCH_SITE, "same-origin")
    }
}

/// Says whether a body may be a form: it says so, or it does not say what it is.
pub(crate) fn may_be_form(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The host that the request is for, in small letters and without the port that its scheme has anyway; HTTP/2 has it
/// in the URI, HTTP/1.1 in a header. `confidential`: whether the client came over TLS, where that is known.
///
/// Spec: RFC 3986 §6.2.3, <https://www.rfc-editor.org/rfc/rfc3986#section-6.2.3>
pub(crate) fn host(uri: &Uri, headers: &HeaderMap, confidential: Option<bool>) -> Option<String> {
    let in_uri = uri.authority().map(|it| it.as_str().to_ascii_lowercase());
    let in_header = text(headers, &header::HOST).map(|it| it.to_ascii_lowercase());
    let host = in_uri.or(in_header)?;
    let port = match confidential {
        Some(true) => [":443", ":443"],
        Some(false) => [":80", ":80"],
        None => [":443", ":80"],
    };
    let bare = port.into_iter().find_map(|port| host.strip_suffix(port)).map(str::to_owned);
    Some(bare.unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

    use super::{accept_language, cookies, host, is_ambiguous, is_from_own_page, may_be_form};

    fn headers(pairs: &[(&str, &[u8])]) -> HeaderMap {
        let one = |(name, value): &(&str, &[u8])| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value).unwrap())
        };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn one_unreadable_element_does_not_discard_the_line_that_others_share() {
        let sent = headers(&[
            ("cookie", b"theirs=bl\xe5b\xe6r; ours=1;x"),
            ("cookie", b"more=2"),
            ("accept-language", b"\xff, nn;q=0.5"),
        ]);
        assert_eq!(cookies(&sent).collect::<Vec<_>>(), [("ours", "1"), ("more", "2")]);
        assert_eq!(accept_language(&sent).as_deref(), Some("nn;q=0.5"));
    }

    #[test]
    fn a_form_is_ours_by_its_exact_origin_or_by_the_browsers_word_without_one() {
        let own = "https://id.example";
        let ours: [&[(&str, &[u8])]; 2] =
            [&[("origin", b"https://id.example")], &[("sec-fetch-site", b"same-origin")]];
        for sent in ours {
            assert!(is_from_own_page(&headers(sent), own), "{sent:?}");
        }
        let foreign: [&[(&str, &[u8])]; 6] = [
            &[],
            &[("origin", b"null")],
            &[("origin", b"https://id.example.evil")],
            &[("origin", b"https://evil.example"), ("sec-fetch-site", b"same-origin")],
            &[("origin", b"https://id.example"), ("origin", b"https://evil.example")],
            &[("sec-fetch-site", b"same-site")],
        ];
        for sent in foreign {
            assert!(!is_from_own_page(&headers(sent), own), "{sent:?}");
        }
    }

    #[test]
    fn of_two_values_of_a_header_that_comes_once_none_is_believed() {
        for name in ["host", "origin", "authorization", "content-type"] {
            let is_ambiguous = |sent: &[(&str, &[u8])]| is_ambiguous(&Uri::from_static("/"), &headers(sent));
            assert!(!is_ambiguous(&[(name, b"a"), ("cookie", b"a=b"), ("cookie", b"c=d")]));
            assert!(is_ambiguous(&[(name, b"a"), (name, b"a")]), "{name}");
            assert!(is_ambiguous(&[(name, b"\xe5")]), "{name}");
        }
        let uri = Uri::from_static("https://a.example/");
        assert!(is_ambiguous(&uri, &headers(&[("host", b"b.example")])));
        assert!(!is_ambiguous(&uri, &headers(&[("host", b"A.example")])));
    }

    #[test]
    fn the_port_that_a_scheme_has_anyway_is_no_part_of_a_host() {
        for (sent, confidential, wanted) in [
            ("ID.example:443", Some(true), "id.example"),
            ("id.example:443", None, "id.example"),
            ("id.example:443", Some(false), "id.example:443"),
            ("id.example:80", Some(false), "id.example"),
            ("id.example:80", Some(true), "id.example:80"),
            ("id.example:8443", Some(true), "id.example:8443"),
            ("[::1]:443", Some(true), "[::1]"),
        ] {
            let (uri, headers) = (Uri::from_static("/"), headers(&[("host", sent.as_bytes())]));
            assert_eq!(host(&uri, &headers, confidential).as_deref(), Some(wanted), "{sent}");
        }
        assert_eq!(host(&Uri::from_static("/"), &HeaderMap::new(), None), None);
    }

    #[test]
    fn a_body_that_says_it_is_something_else_is_no_form() {
        let of = |kind: &'static [u8]| may_be_form(&headers(&[(header::CONTENT_TYPE.as_str(), kind)]));
        assert!(
            of(b"application/x-www-form-urlencoded; charset=utf-8")
                && of(b"Application/X-WWW-Form-Urlencoded")
        );
        assert!(may_be_form(&HeaderMap::new()));
        assert!(!of(b"application/json") && !of(b"multipart/form-data; boundary=x") && !of(b"text/plain"));
    }
}
