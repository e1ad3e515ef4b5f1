//! A request to a domain, taken apart once: which issuer, when, in which language, with which cookies.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use oidc::{Params, ParamsError};
use provider::{Call, Issuer, Refusal, TraceId};
use texts::{Cause, Locale};

use crate::{
    App,
    cookies::Cookies,
    entrance::{ClientAddress, Confidential},
    respond::{
        error::refusal_at,
        page::{answer, moved},
    },
};

/// What a handler knows of the request beside its parameters.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) call: Call,
    pub(crate) cookies: Cookies,
    /// The language that the person chose on a page, with this request or before.
    pub(crate) chosen: Option<Locale>,
    /// Chosen with this very request, so to be remembered.
    pub(crate) chosen_now: Option<Locale>,
    pub(crate) accept_language: Option<String>,
    /// The `Origin` header, when a browser sent one.
    pub(crate) origin: Option<String>,
    pub(crate) authorization: Option<String>,
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
}

/// The host that the request is for: HTTP/2 has it in the URI, HTTP/1.1 in a header.
pub(crate) fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    // RFC 9112 §3.2: a request with more than one Host is refused.
    if headers.get_all(header::HOST).iter().count() > 1 {
        return None;
    }
    uri.authority().map(|it| it.as_str().to_owned()).or_else(|| text(headers, header::HOST))
}

/// What came in clear text to a domain that is reached over TLS: a browser is sent to the same address there,
/// anything with a body is refused, because whoever sends secrets in clear text shall notice.
fn elsewhere(parts: &Parts, issuer: &str) -> Response {
    if matches!(parts.method, Method::GET | Method::HEAD)
        && !parts.headers.contains_key(header::AUTHORIZATION)
    {
        let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        return moved(&format!("{issuer}{target}"));
    }
    answer(StatusCode::FORBIDDEN, "this address is reached over https only\n")
}

fn chosen_in(query: Option<&str>) -> Option<Locale> {
    Params::parse(query.unwrap_or_default()).ok()?.get("lang").and_then(Locale::parse)
}

/// The language of a page: what the person chose, what the application asked, what the browser prefers.
pub(crate) fn locale(chosen: Option<Locale>, ui_locales: &[String], accept_language: Option<&str>) -> Locale {
    chosen.unwrap_or_else(|| Locale::choose(ui_locales, accept_language))
}

impl Visit {
    pub(crate) fn locale(&self, ui_locales: &[String]) -> Locale {
        locale(self.chosen, ui_locales, self.accept_language.as_deref())
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let trace = parts.extensions.get::<TraceId>().copied();
        let call = Call {
            now: (app.clock)(),
            trace: trace.unwrap_or_else(|| TraceId::new(app.provider.random())),
            from: parts.extensions.get::<ClientAddress>().map(|it| it.0),
        };
        let accept_language = text(&parts.headers, header::ACCEPT_LANGUAGE);
        let chosen_now = chosen_in(parts.uri.query());
        let page_locale = locale(chosen_now, &[], accept_language.as_deref());
        let refuse = |refusal: Refusal| refusal_at(parts.uri.path(), &refusal, page_locale, &call);
        let host = host(&parts.uri, &parts.headers).ok_or_else(|| refuse(Refusal::NotFound))?;
        let issuer = app.provider.issuer(&host, &call).await.map_err(refuse)?;
        let in_clear = parts.extensions.get::<Confidential>().is_some_and(|it| !it.0);
        if issuer.is_https() && in_clear {
            return Err(elsewhere(parts, issuer.url()));
        }
        let cookies = Cookies::read(&parts.headers, issuer.is_https());
        Ok(Self {
            chosen: chosen_now.or(cookies.language),
            chosen_now,
            cookies,
            issuer,
            call,
            accept_language,
            origin: text(&parts.headers, header::ORIGIN),
            authorization: text(&parts.headers, header::AUTHORIZATION),
        })
    }
}

/// What is wrong with parameters that could not be read at all.
pub(crate) const fn unreadable(error: &ParamsError) -> Cause {
    match error {
        ParamsError::TooMany => Cause::RequestTooLarge,
        ParamsError::Malformed => Cause::RequestMalformed,
    }
}
