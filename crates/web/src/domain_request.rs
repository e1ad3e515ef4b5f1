//! A request to a domain, taken apart once: which issuer, when, in which language, with which cookies.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{
        Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts,
        uri::PathAndQuery,
    },
    response::Response,
};
use oidc::{Params, ParamsError};
use pages::Frame;
use provider::{
    BrowserRequest, ClientRequest, DpopHeader, Issuer, Refusal, Refused, RequestContext, TraceId,
};
use texts::{Cause, Locale};

use crate::{
    App,
    arrival::{Arrived, ClientAddress, ClientCertificate, Peer},
    cookies::{Cookies, write_language},
    frame::{frame, in_languages},
    headers::{self, text},
    own_form::FormSource,
    respond::{
        error::{cause_page, refusal_at, refusal_page},
        page::{moved, see_other},
    },
    route::{Audience, Route},
};

/// What a handler knows of the request beside its parameters.
#[derive(Clone)]
pub(crate) struct DomainRequest {
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) context: RequestContext,
    pub(crate) cookies: Cookies,
    /// The language that the person chose on a page, with this request or before.
    pub(crate) chosen: Option<Locale>,
    /// Chosen with this very request, so to be remembered.
    pub(crate) chosen_now: Option<Locale>,
    pub(crate) accept_language: Option<String>,
    /// The `Origin` header, when a browser sent one.
    pub(crate) origin: Option<String>,
    /// What is known of a form in the body.
    pub(crate) form: FormSource,
    /// Whether a script of a page asks, and reads the answer or does not.
    pub(crate) is_by_script: bool,
    again: Again,
    /// The path and query, for a form that is answered by the same address.
    address: Option<PathAndQuery>,
    pub(crate) authorization: Option<String>,
    dpop: Vec<HeaderValue>,
    certificate: Option<ClientCertificate>,
}

impl DomainRequest {
    /// What the provider is told of it.
    pub(crate) fn by_browser(&self) -> BrowserRequest<'_> {
        BrowserRequest { issuer: &self.issuer, cookies: &self.cookies.brought, context: &self.context }
    }

    /// What an application sent with this form.
    pub(crate) fn by_client<'a>(&'a self, params: &'a Params) -> ClientRequest<'a> {
        ClientRequest {
            params,
            authorization: self.authorization.as_deref(),
            dpop: DpopHeader::of(self.dpop.iter().map(HeaderValue::as_bytes)),
            certificate: self.certificate.as_ref().map(|it| &*it.0),
            context: &self.context,
        }
    }

    /// What surrounds a page that leads nowhere: the domain's brand and statements, and the other languages. Where the
    /// page cannot be asked for again, they lead to what there is to know of its cause.
    pub(crate) fn frame_of(&self, cause: Cause) -> Frame {
        // Then the same request may be answered, and lead to where no form of ours may.
        let may_pass = matches!(cause, Cause::TooManyRequests | Cause::Busy | Cause::Internal);
        match &self.again {
            Again::ByLink(here) => frame(&self.issuer, Some(here)),
            Again::ByForm if !may_pass => {
                Frame { chooses_language_by_form: true, ..frame(&self.issuer, Some("")) }
            }
            Again::ByForm | Again::Not => frame(&self.issuer, Some(&format!("/errors/{}", cause.id()))),
        }
    }

    /// The answer to the form with which a page is had in another language: the choice is kept, and the browser goes to the
    /// address of the page once more. `None` for any other body.
    pub(crate) fn in_another_language(&self, body: &str) -> Option<Response> {
        let locale = Locale::parse(body.strip_prefix("lang=")?)?;
        self.form.read(body).ok()?;
        let mut response = see_other(self.address.as_ref()?.as_str());
        write_language(response.headers_mut(), locale, self.issuer.is_https());
        Some(response)
    }

    /// A refusal as a page of this domain.
    pub(crate) fn refusal_page(&self, refusal: &Refusal) -> Response {
        refusal_page(self.frame_of(refusal.cause()), refusal, self.locale(&[]), &self.context)
    }

    /// A cause as a page of this domain.
    pub(crate) fn cause_page(&self, told: (StatusCode, Cause)) -> Response {
        cause_page(self.frame_of(told.1), told, self.locale(&[]), &self.context)
    }
}

/// How the page of a refusal is had again, in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Again {
    /// By a link to this path.
    ByLink(String),
    /// By a form that posts to the address of the page: what came with a request is repeated by no link.
    ByForm,
    /// Not at all: that would do something.
    Not,
}

fn again(parts: &Parts, route: Option<&Route>) -> Again {
    let (path, is_get) = (parts.uri.path(), parts.method == Method::GET);
    let is_bare = without_language(parts.uri.query().unwrap_or_default()).is_empty();
    let here = || Again::ByLink(path.to_owned());
    match route.map(|it| it.class) {
        // What was refused is refused again, and the person reads why.
        Some("authorize" | "logout") if is_get && !is_bare => Again::ByForm,
        // Asked without anything, it offers to log out.
        Some("logout") => here(),
        // The answer of an eID is taken once.
        Some("callback") => Again::Not,
        // A login's own address shows where it stands; those below it take it further.
        Some("login") if path.split('/').count() != 3 => Again::Not,
        _ if is_get && is_bare => here(),
        _ => Again::Not,
    }
}

/// A query without the choice of a language.
pub(crate) fn without_language(query: &str) -> String {
    let kept = query.split('&').filter(|it| !it.is_empty() && !it.starts_with("lang="));
    kept.collect::<Vec<_>>().join("&")
}

/// The host that a request is for, normalised.
pub(crate) fn host(uri: &Uri, headers: &HeaderMap, extensions: &Extensions) -> Option<String> {
    let confidential = match extensions.get::<Arrived>() {
        Some(Arrived::Confidential) => Some(true),
        Some(Arrived::Clear) => Some(false),
        Some(Arrived::Unsaid) | None => None,
    };
    headers::host(uri, headers, confidential)
}

/// Whether a request is known to have come in clear text.
pub(crate) fn clear_text(extensions: &Extensions) -> bool {
    extensions.get::<Arrived>() == Some(&Arrived::Clear)
}

/// What came in clear text to a domain that is reached over TLS: a browser is sent to the same address there,
/// anything with a body is refused, so that a client that sends secrets in clear text notices. Where a proxy ended TLS
/// and does not say so, being sent there would lead back here for ever.
fn elsewhere(parts: &Parts, issuer: &str, context: &RequestContext) -> Result<Response, Refusal> {
    let refuse = |cause| Err(Refusal::Page(Refused::new(cause)));
    if parts.extensions.get::<Arrived>() == Some(&Arrived::Unsaid) {
        let (trace, cause) = (context.trace, Cause::ProxySchemeMissing);
        let peer = parts.extensions.get::<Peer>().map(|it| it.address.to_string());
        tracing::warn!(%trace, cause = cause.id(), host = issuer, peer, "{}", cause.description());
        return refuse(cause);
    }
    if matches!(parts.method, Method::GET | Method::HEAD)
        && !parts.headers.contains_key(header::AUTHORIZATION)
    {
        let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        return Ok(moved(&format!("{issuer}{target}")));
    }
    refuse(Cause::ClearText)
}

pub(crate) fn chosen_in(query: Option<&str>) -> Option<Locale> {
    Params::parse(query.unwrap_or_default()).ok()?.get("lang").and_then(Locale::parse)
}

/// The language of a page: what the person chose, what the application asked, what the browser prefers.
pub(crate) fn locale(chosen: Option<Locale>, ui_locales: &[String], accept_language: Option<&str>) -> Locale {
    chosen.unwrap_or_else(|| Locale::choose(ui_locales, accept_language))
}

impl DomainRequest {
    pub(crate) fn locale(&self, ui_locales: &[String]) -> Locale {
        locale(self.chosen, ui_locales, self.accept_language.as_deref())
    }
}

/// The language that a browser chose before.
fn kept_language(parts: &Parts, issuer: &Issuer) -> Option<Locale> {
    Cookies::read(&parts.headers, issuer.is_https()).language
}

impl FromRequestParts<App> for DomainRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let trace = parts.extensions.get::<TraceId>().copied();
        let context = RequestContext {
            now: (app.clock)(),
            trace: trace.unwrap_or_else(|| TraceId::new(app.provider.random())),
            from: parts.extensions.get::<ClientAddress>().map(|it| it.0),
        };
        let accept_language = headers::accept_language(&parts.headers);
        let chosen_now = chosen_in(parts.uri.query());
        let page_locale = locale(chosen_now, &[], accept_language.as_deref());
        let audience = parts.extensions.get::<Route>().map_or(Audience::Browser, |it| it.audience);
        let unknown = Frame { languages: in_languages(""), is_unknown_host: true, ..Frame::default() };
        let refuse = |refusal: Refusal| {
            let is_unknown = matches!(refusal, Refusal::NotFound);
            let frame = if is_unknown { unknown.clone() } else { Frame::default() };
            refusal_at((audience, frame), &refusal, page_locale, &context)
        };
        let host = host(&parts.uri, &parts.headers, &parts.extensions);
        let host = host.ok_or_else(|| refuse(Refusal::NotFound))?;
        let issuer = app.provider.issuer(&host, &context).await.map_err(refuse)?;
        let in_clear = parts.extensions.get::<Arrived>().is_some_and(|it| *it != Arrived::Confidential);
        if issuer.is_https() && in_clear {
            return Err(elsewhere(parts, issuer.url(), &context).unwrap_or_else(refuse));
        }
        let route = parts.extensions.get::<Route>();
        // Programs are answered by the endpoints, each in its own way.
        if issuer.is_off() && (route.is_some_and(|it| it.keeps_opener) || parts.uri.path() == "/") {
            let page_locale =
                locale(chosen_now.or(kept_language(parts, &issuer)), &[], accept_language.as_deref());
            let refused = Refusal::Page(Refused::new(Cause::DomainDisabled));
            let shown = frame(&issuer, Some(parts.uri.path()));
            return Err(refusal_at((audience, shown), &refused, page_locale, &context));
        }
        let cookies = Cookies::read(&parts.headers, issuer.is_https());
        let own = issuer.url().to_owned();
        Ok(Self {
            chosen: chosen_now.or(cookies.language),
            chosen_now,
            cookies,
            issuer,
            context,
            accept_language,
            origin: text(&parts.headers, &header::ORIGIN),
            form: FormSource::of(&parts.headers, &own),
            is_by_script: text(&parts.headers, &headers::SEC_FETCH_DEST).is_some_and(|it| it == "empty"),
            again: again(parts, parts.extensions.get::<Route>()),
            address: parts.uri.path_and_query().cloned(),
            authorization: text(&parts.headers, &header::AUTHORIZATION),
            dpop: parts.headers.get_all("dpop").iter().cloned().collect(),
            certificate: parts.extensions.get::<ClientCertificate>().cloned(),
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
