//! The table of all routes.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use provider::{Refusal, Refused, RequestContext, Seat, TraceId};
use texts::Cause;
use tower::ServiceExt;

use crate::{
    App, ClientAddress, PublicSandboxSite, SampleSite, SimulatorSite, Site,
    domain_request::{DomainRequest, host},
    headers::{SEC_FETCH_DEST, is_ambiguous},
    op::{
        assets, authorize, criipto_configuration, discovery, eids, errors, login, logout, mobile, statements,
        token, turn::frame, userinfo,
    },
    public_sandbox,
    respond::{
        error::{cause_page, in_our_words, preferred, refusal_at},
        page::{going_on_by_itself, is_too_long, keep_opener_of_logins},
    },
    sample, sandbox,
};

/// The longest request target, in bytes.
const LONGEST_URI: usize = 32 * 1024;
/// How long a request may take, its body and what we ask of others included.
const LONGEST_WAIT: Duration = Duration::from_secs(45);
/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Where applications prove who they are, or bring a token.
const FOR_APPLICATIONS: [&str; 5] =
    ["/oauth2/token", "/oauth2/userinfo", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke"];

/// The routes of every domain; the host decides which one.
pub fn op_router(app: App) -> Site {
    let routes = Router::new()
        .route("/", get(statements::landing))
        .route("/privacy", get(statements::privacy))
        .route("/accessibility", get(statements::accessibility))
        .route("/eids", get(eids::list).options(discovery::preflight))
        .route("/errors", get(errors::list))
        .route("/errors/{id}", get(errors::show))
        .route("/assets/{name}", get(assets::show))
        .route("/.well-known/openid-configuration", get(discovery::show).options(discovery::preflight_about))
        .route(
            "/with/{acr}/.well-known/openid-configuration",
            get(discovery::show_for_acr).options(discovery::preflight_about),
        )
        .route(
            "/.well-known/criipto-configuration",
            get(criipto_configuration::show).options(discovery::preflight_about),
        )
        .route("/.well-known/jwks", get(discovery::keys).options(discovery::preflight))
        .route("/.well-known/jwks.json", get(discovery::keys).options(discovery::preflight))
        .route("/.well-known/apple-app-site-association", get(mobile::apple))
        .route("/.well-known/assetlinks.json", get(mobile::android))
        .route("/ios/callback", get(mobile::back_on_ios))
        .route("/android/callback", get(mobile::back_on_android))
        .route("/oauth2/authorize", get(authorize::by_get).post(authorize::by_post))
        .route(
            "/with/{acr}/oauth2/authorize",
            get(authorize::by_get_for_acr).post(authorize::by_post_for_acr),
        )
        .route("/oauth2/token", post(token::create).options(token::preflight))
        .route("/oauth2/par", post(token::push).options(token::preflight))
        .route("/oauth2/introspect", post(token::introspect))
        .route("/oauth2/revoke", post(token::revoke).options(token::preflight))
        .route("/oauth2/userinfo", get(userinfo::show).post(userinfo::show).options(token::preflight))
        .route("/oauth2/logout", get(logout::show).post(logout::create))
        .route("/login/{login}", get(login::show))
        .route("/login/{login}/with/{eid}", get(login::choose))
        .route("/login/{login}/choose", get(login::choose_another))
        .route("/login/{login}/back", get(login::back))
        .route("/login/{login}/restart", get(login::restart))
        .route("/login/{login}/consent", post(login::consent))
        .route("/login/{login}/sign-in", post(login::sign_in))
        .route("/callback/{eid}", get(login::callback))
        .route("/novippslogin/callback", get(login::vipps_callback))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), at_the_door))
        .with_state(app);
    // Routing looks at the path, so the path is folded before it.
    Router::new().fallback_service(tower::util::MapRequest::new(routes, fold))
}

/// The routes of a simulated eID.
pub fn simulator_router(site: Arc<SimulatorSite>) -> Site {
    Router::new()
        .route("/assets/{name}", get(assets::show))
        .route("/simulator/decision", post(sandbox::decide))
        .route("/simulator/people", get(sandbox::new_person).post(sandbox::add_person))
        .route("/simulator/keys", post(sandbox::rotate_key))
        .fallback(sandbox::answer)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(site)
}

/// The routes of the sandbox of all tenants; it answers at its own host only.
pub fn public_sandbox_router(site: Arc<PublicSandboxSite>) -> Site {
    Router::new()
        .route("/assets/{name}", get(assets::show))
        .fallback(public_sandbox::answer)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(at_the_sandbox))
        .with_state(site)
}

/// Bounds what is looked at and how long it takes, and writes one line about what happened; never the query.
async fn at_the_sandbox(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let target = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    let mut response = if is_ambiguous(request.uri(), request.headers()) {
        empty(StatusCode::BAD_REQUEST)
    } else if target > LONGEST_URI {
        empty(StatusCode::URI_TOO_LONG)
    } else {
        match tokio::time::timeout(LONGEST_WAIT, next.run(request)).await {
            Ok(response) => response,
            Err(_) => empty(StatusCode::REQUEST_TIMEOUT),
        }
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let status = response.status();
    // Where something answered, the path is one of its own.
    let path = (status.is_success() || status.is_redirection()).then_some(path);
    tracing::info!(method = word_of(&method), path, status = status.as_u16(), "sandbox request");
    response
}

/// One site for requests to `host`, another for all others.
pub fn by_host(host: String, site: Site, others: Site) -> Site {
    let choose = move |request: Request| {
        let asked = host_of(&request);
        let is_it = asked.is_some_and(|asked| asked.eq_ignore_ascii_case(&host));
        let chosen = if is_it { site.clone() } else { others.clone() };
        async move { chosen.oneshot(request).await }
    };
    Router::new().fallback_service(tower::service_fn(choose))
}

/// The routes of the sample application.
pub fn sample_router(site: Arc<SampleSite>) -> Site {
    Router::new()
        .route("/", get(sample::start))
        .route("/login/{id}", get(sample::login))
        .route("/callback", get(sample::callback))
        .route("/result/{name}", get(sample::show))
        .route("/browser", get(sample::browser))
        .route("/assets/{name}", get(assets::show))
        .with_state(site)
}

/// Path words are case-insensitive and one final slash is tolerated; what is not a word (a base64 acr, the name
/// of a login, an asset) stays as it is. A base64 acr in front of a word moves behind `/with/`.
fn folded(path: &str) -> Option<String> {
    let path = match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => path,
    };
    let (_, rest) = path.split_once('/')?;
    let (first, tail) = rest.split_once('/').unwrap_or((rest, ""));
    let lower = path.to_ascii_lowercase();
    Some(match first.to_ascii_lowercase().as_str() {
        "assets" | "with" => path.to_owned(),
        "login" => match tail.split_once('/') {
            Some((name, word)) => format!("/login/{name}/{}", word.to_ascii_lowercase()),
            None => format!("/login/{tail}"),
        },
        _ if tail.is_empty() => lower,
        ".well-known" | "oauth2" | "callback" | "novippslogin" | "errors" | "ios" | "android" => lower,
        _ => format!("/with/{first}/{}", tail.to_ascii_lowercase()),
    })
}

fn fold(mut request: Request) -> Request {
    let Some(path) = folded(request.uri().path()) else { return request };
    if path == request.uri().path() {
        return request;
    }
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(target) = target.parse() {
        parts.path_and_query = Some(target);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// A method as it is logged: anybody can send any word.
fn word_of(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"];
    KNOWN.into_iter().find(|it| *it == method.as_str()).unwrap_or("other")
}

/// Names every request, turns away what is too large to look at, and writes one line about what happened.
async fn at_the_door(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ClientAddress>().map(|it| it.0);
    let context = RequestContext { now: (app.clock)(), trace: TraceId::new(app.provider.random()), from };
    request.extensions_mut().insert(context.trace);
    let target = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // The route, not the path: into that anybody can write a name, a number or a token.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let host = host_of(&request);
    let asked = request.headers().clone();
    let is_sound = host.is_some() && !is_ambiguous(request.uri(), &asked);
    let host = host.unwrap_or_default();
    let seat = if is_sound { let_in(&app, &request, &context) } else { Err(unsound()) };
    let look = only_a_look(&request, (&asked, &context));
    let is_look = look.is_some();
    let mut response = if let Err(refusal) = &seat {
        refusal_at(&path, refusal, preferred(&asked), &context)
    } else if let Some(answer) = look {
        answer
    } else if target > LONGEST_URI {
        empty(StatusCode::URI_TOO_LONG)
    } else {
        // The longest that anything takes is an eID's token and userinfo answers, ten seconds each.
        match tokio::time::timeout(LONGEST_WAIT, next.run(request)).await {
            Ok(response) => response,
            Err(_) => empty(StatusCode::REQUEST_TIMEOUT),
        }
    };
    drop(seat);
    response = in_our_words(response, &path, &asked, &context);
    if is_too_long(&response) {
        let frame = app.provider.issuer(&host, &context).await.ok().map(|issuer| frame(&issuer, None));
        response = going_on_by_itself(response, frame.unwrap_or_default(), preferred(&asked));
    }
    keep_opener_of_logins(&mut response, &path);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && !is_look {
        app.provider.note_busy();
    }
    let trace = response.extensions().get::<TraceId>().copied().unwrap_or(context.trace);
    let headers = response.headers_mut();
    if let Ok(trace) = HeaderValue::from_str(&trace.to_string()) {
        headers.insert("trace-id", trace);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let refused = response.extensions().get::<Refused>();
    let (cause, client_id) =
        (refused.map(|it| it.cause.id()), refused.and_then(|it| it.client_id.as_deref()));
    if let Some(refused) = refused {
        app.provider.note_at_the_door(&host, refused.cause, &context);
    }
    let (method, path) = (word_of(&method), route.as_ref().map_or("unknown", MatchedPath::as_str));
    let status = response.status().as_u16();
    tracing::info!(%trace, method, path, status, cause, client_id, "request");
    response
}

/// Addresses where a GET does something.
const ACTS: [&str; 6] =
    ["/oauth2/authorize", "/oauth2/logout", "/with/", "/login/", "/callback/", "/novippslogin/"];

/// The answer to a request that is no visit, at an address where a visit does something: a HEAD, a prefetch, and what
/// another page asks for as a part of itself. Nothing is done.
fn only_a_look(request: &Request, (headers, context): (&HeaderMap, &RequestContext)) -> Option<Response> {
    let path = request.uri().path();
    if !ACTS.iter().any(|it| path.starts_with(it)) || path.ends_with("/.well-known/openid-configuration") {
        return None;
    }
    if request.method() == Method::HEAD {
        return Some(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    // "prefetch", or "prefetch;prerender" (Fetch standard, "Sec-Purpose"); Safari says `Purpose`.
    let is_prefetch = |name| text(name).is_some_and(|it| it.trim_start().starts_with("prefetch"));
    if is_prefetch("sec-purpose") || is_prefetch("purpose") {
        return Some(empty(StatusCode::SERVICE_UNAVAILABLE));
    }
    let is_visit = match text(SEC_FETCH_DEST.as_str()) {
        None | Some("document" | "iframe") => true,
        // A script may ask in the mode that answers scripts; the provider knows the mode of what was pushed too.
        Some("empty") => {
            request.method() == Method::GET && (path == "/oauth2/authorize" || path.starts_with("/with/"))
        }
        Some(_) => false,
    };
    let cause = (StatusCode::BAD_REQUEST, Cause::NotOpenedAsPage);
    (!is_visit).then(|| cause_page(cause, preferred(headers), context))
}

/// Turns away who comes too often, and whom there is no room for. Where applications prove who they are, only those who
/// do not are counted, by the provider; a style sheet costs nothing.
fn let_in(app: &App, request: &Request, context: &RequestContext) -> Result<Seat, Refusal> {
    let path = request.uri().path();
    if !FOR_APPLICATIONS.contains(&path) && !path.starts_with("/assets/") {
        app.provider.admit_address(context)?;
    }
    app.provider.seat(&host_of(request).unwrap_or_default())
}

fn host_of(request: &Request) -> Option<String> {
    host(request.uri(), request.headers(), request.extensions())
}

const fn unsound() -> Refusal {
    Refusal::Page(Refused { cause: Cause::HeaderInvalid, client_id: None })
}

/// An answer that gets its words at the door.
fn empty(status: StatusCode) -> Response {
    crate::respond::page::answer(status, Body::empty())
}

async fn not_found(visit: DomainRequest, uri: Uri) -> Response {
    refusal_at(uri.path(), &Refusal::NotFound, visit.locale(&[]), &visit.context)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn words_are_folded_and_names_are_not() {
        for (given, wanted) in [
            ("/", "/"),
            ("/OAuth2/Authorize/", "/oauth2/authorize"),
            ("/.well-known/OpenID-Configuration", "/.well-known/openid-configuration"),
            ("/dXJuOmdybg==/OAuth2/Authorize", "/with/dXJuOmdybg==/oauth2/authorize"),
            (
                "/dXJuOmdybg==/.well-known/openid-configuration/",
                "/with/dXJuOmdybg==/.well-known/openid-configuration",
            ),
            ("/Login/AbC/With/no-bankid", "/login/AbC/with/no-bankid"),
            ("/login/AbC", "/login/AbC"),
            ("/NOVippsLogin/Callback", "/novippslogin/callback"),
            ("/callback/no-bankid", "/callback/no-bankid"),
            ("/Privacy", "/privacy"),
        ] {
            assert_eq!(folded(given).as_deref(), Some(wanted), "{given}");
        }
    }
}
