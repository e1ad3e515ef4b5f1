//! The language of the sample application, the mailbox and the simulators: what the person chose on a page stands in place of
//! what their browser prefers.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, Uri, header},
    middleware::Next,
    response::Response,
};
use pages::Language;
use texts::Locale;

use crate::{
    arrival::Arrived,
    cookies::{Cookies, write_language},
    domain_request::{chosen_in, without_language},
};

/// The languages that these sites have.
const LOCALES: [Locale; 2] = [Locale::Nb, Locale::En];

/// A page in each language; `target` is its path and query, or empty for the page that is shown.
pub(crate) fn in_languages(target: &str) -> Vec<Language> {
    let and = if target.contains('?') { '&' } else { '?' };
    let language =
        |locale: Locale| Language { locale, href: format!("{target}{and}lang={}", locale.as_str()) };
    LOCALES.map(language).to_vec()
}

/// Takes the choice out of a request, so that no simulator reads it, and remembers it.
pub(crate) async fn choose_language(mut request: Request, next: Next) -> Response {
    let https = request.extensions().get::<Arrived>() == Some(&Arrived::Confidential);
    let chosen_now = match request.method() {
        &Method::GET => chosen_in(request.uri().query()),
        _ => None,
    };
    let chosen = chosen_now.or_else(|| Cookies::read(request.headers(), https).language);
    if let Some(locale) = chosen {
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(locale.as_str()));
    }
    if chosen_now.is_some() {
        let without = address_without_language(request.uri());
        *request.uri_mut() = without;
    }
    let mut response = next.run(request).await;
    if let Some(locale) = chosen_now {
        write_language(response.headers_mut(), locale, https);
    }
    response
}

fn address_without_language(uri: &Uri) -> Uri {
    let target = match without_language(uri.query().unwrap_or_default()) {
        kept if kept.is_empty() => uri.path().to_owned(),
        kept => format!("{}?{kept}", uri.path()),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = target.parse().ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::address_without_language;

    #[test]
    fn the_language_is_taken_out_of_an_address_and_nothing_else_is() {
        for (given, wanted) in [
            ("/a?lang=en", "/a"),
            ("/a?x=1&lang=en&y=2", "/a?x=1&y=2"),
            ("http://h.localhost/a?lang=nb&x=1", "http://h.localhost/a?x=1"),
            ("/a?slang=en", "/a?slang=en"),
        ] {
            assert_eq!(address_without_language(&given.parse().unwrap()), wanted, "{given}");
        }
    }
}
