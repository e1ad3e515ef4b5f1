//! The door of the console: every request gets a name and a line in the log, is matched with its row, and is let in or not.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use provider::{Refusal as ProviderRefusal, RequestContext, TraceId};
use tower::ServiceExt;

use super::{
    access::{Access, SignedIn},
    answer::{not_found, refused, session_over, sign_in_first, sign_in_lately, told},
    file_turns::{FileTurn, FileTurns},
    filled::Filled,
    orders::colleagues,
    route::{ConsoleRoute, Form},
    routes::{find, is_other_method},
    site::ConsoleSite,
    upload::{Upload, body_of, is_multipart, taken_apart},
    visit::{Entered, Visit, enter},
};
use crate::{
    ClientAddress, Site,
    cookies::{Cookies, console_cookie},
    domain_request::{chosen_in, clear_text, locale},
    door::{LONGEST_URI, LONGEST_WAIT, empty, host_of, word_of},
    headers::{self, is_ambiguous, text},
    own_form::FormSource,
    respond::page::moved,
    routes as domain_routes,
};

/// The largest form, in bytes: long lists of addresses fit.
const LARGEST_FORM: usize = 64 * 1024;

/// The console's site. At its host, what is an address of a domain is answered by `domains`: there its members log in. At other
/// hosts everything is.
pub fn console_router(site: Arc<ConsoleSite>, domains: Site) -> Site {
    let choose = move |request: Request| {
        let is_own = host_of(&request).is_some_and(|it| it.eq_ignore_ascii_case(&site.address.host));
        let is_domains = !is_own
            || (find_any(request.uri().path()).is_none() && domain_routes::is_in_table(request.uri().path()));
        let (site, domains) = (Arc::clone(&site), domains.clone());
        async move {
            if is_domains { domains.oneshot(request).await } else { Ok(answer(State(site), request).await) }
        }
    };
    Router::new().fallback_service(tower::service_fn(choose))
}

fn find_any(path: &str) -> Option<()> {
    super::routes::is_known(path).then_some(())
}

/// What is known of a request before anything is looked up.
struct Asked {
    method: Method,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    context: RequestContext,
    is_in_clear: bool,
}

async fn answer(State(site): State<Arc<ConsoleSite>>, request: Request) -> Response {
    let now = (site.clock)();
    let from = request.extensions().get::<ClientAddress>().map(|it| it.0);
    let context = RequestContext { now, trace: TraceId::new(site.provider.random()), from };
    let method = request.method().clone();
    let pattern = find(&method, request.uri().path()).map_or("unknown", |(route, _)| route.path);
    let mut response = match tokio::time::timeout(LONGEST_WAIT, handled(&site, request, context)).await {
        Ok(response) => response,
        Err(_) => empty(StatusCode::REQUEST_TIMEOUT),
    };
    let headers = response.headers_mut();
    if let Ok(trace) = HeaderValue::from_str(&context.trace.to_string()) {
        headers.insert("trace-id", trace);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let (trace, method, status) = (context.trace, word_of(&method), response.status().as_u16());
    tracing::info!(%trace, method, path = pattern, status, "console request");
    response
}

async fn handled(site: &Arc<ConsoleSite>, request: Request, context: RequestContext) -> Response {
    let target = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    if is_ambiguous(request.uri(), request.headers()) {
        return empty(StatusCode::BAD_REQUEST);
    }
    if target > LONGEST_URI {
        return empty(StatusCode::URI_TOO_LONG);
    }
    if let Err(ProviderRefusal::TooMany(..)) = site.provider.admit_address(&context) {
        return empty(StatusCode::TOO_MANY_REQUESTS);
    }
    let (parts, body) = request.into_parts();
    let asked = Asked {
        method: if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() },
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        is_in_clear: site.is_https() && clear_text(&parts.extensions),
        headers: parts.headers,
        context,
    };
    if asked.is_in_clear {
        let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        return match asked.method {
            Method::GET => moved(&format!("{}{target}", site.origin())),
            _ => empty(StatusCode::FORBIDDEN),
        };
    }
    visited(site, asked, body).await
}

/// What is wrong with a form that is not looked at any further.
enum NotRead {
    NotOurs,
    TooLarge,
}

/// Turns of colleagues with a link, and of those who are signed in.
static TURNS_OF_LINKS: FileTurns = FileTurns::new(4);
static TURNS_OF_MEMBERS: FileTurns = FileTurns::new(8);
/// Forms that are smaller, in bytes, need no turn.
const SMALL: usize = 1024 * 1024;

/// Whether the files of a form are read.
enum Files {
    /// Nobody sends any who may.
    Unread,
    /// They are, and this is the turn of who sends them; small ones need none.
    Read(Option<FileTurn>),
    /// Others have all turns, or who sends them has one.
    Busy,
}

/// Of nobody who is not known, and when it is their turn.
async fn files_of(visit: &Visit, form: Form, headers: &HeaderMap) -> Files {
    if !is_multipart(headers) || !sends_files(visit, form).await {
        return Files::Unread;
    }
    match turn_of(visit, form) {
        None => Files::Read(None),
        Some((turns, sender)) => match turns.take(sender).await {
            Some(turn) => Files::Read(Some(turn)),
            None => Files::Busy,
        },
    }
}

/// Whose turn is needed for a form with files.
fn turn_of(visit: &Visit, form: Form) -> Option<(&'static FileTurns, String)> {
    match form {
        Form::LinkFiles(_) => Some((&TURNS_OF_LINKS, visit.param("id").to_owned())),
        Form::Files(most) if most > SMALL => {
            let member = visit.session.as_ref().and_then(|it| it.member);
            Some((&TURNS_OF_MEMBERS, member.map(|it| it.to_string()).unwrap_or_default()))
        }
        Form::Files(_) | Form::Fields => None,
    }
}

/// Whether files are read of who sends this form.
async fn sends_files(visit: &Visit, form: Form) -> bool {
    match form {
        Form::Fields => false,
        Form::Files(_) => visit.session.is_some(),
        Form::LinkFiles(_) => colleagues::may_send_certificate(visit).await,
    }
}

/// Reads a form of ours into the visit.
async fn read_form(
    visit: &mut Visit,
    route: &ConsoleRoute,
    (headers, body): (&HeaderMap, Body),
    files: &Files,
) -> Result<(), NotRead> {
    let source = FormSource::of(headers, &visit.site.origin());
    if let (Some(most), true) = (route.form.largest_upload(), is_multipart(headers))
        && source.is_own_page()
    {
        let most = if matches!(files, Files::Read(_)) { most } else { 0 };
        match body_of(body, most).await.map_err(|_| NotRead::NotOurs)? {
            Some(body) => {
                (visit.form, visit.upload) = taken_apart(headers, body).await.ok_or(NotRead::NotOurs)?;
            }
            None => visit.upload.is_too_large = true,
        }
        return Ok(());
    }
    let body = to_bytes(body, LARGEST_FORM).await.map_err(|_| NotRead::TooLarge)?;
    match std::str::from_utf8(&body) {
        Ok(text) if source.is_trusted() => {
            visit.form = Filled::parse(text);
            Ok(())
        }
        _ => Err(NotRead::NotOurs),
    }
}

/// Reads cookies and form, finds the session, asks the route's row, and calls its handler.
async fn visited(site: &Arc<ConsoleSite>, asked: Asked, body: Body) -> Response {
    let Asked { method, path, query, headers, context, .. } = asked;
    let https = site.is_https();
    let kept = Cookies::read(&headers, https).language;
    let chosen_now = chosen_in(query.as_deref());
    let accepted = headers::accept_language(&headers);
    let locale = locale(chosen_now.or(kept), &[], accepted.as_deref());
    let cookie = |name| console_cookie(&headers, name, https);
    let Some((route, params)) = find(&method, &path) else {
        let status =
            if is_other_method(&path) { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
        return not_found(status, locale);
    };
    let mut visit = Visit {
        site: Arc::clone(site),
        path,
        params,
        query: Filled::parse(query.as_deref().unwrap_or_default()),
        form: Filled::default(),
        upload: Upload::default(),
        session: None,
        token: cookie(crate::cookies::CONSOLE_SESSION),
        pending: cookie(crate::cookies::CONSOLE_SIGN_IN),
        trial: cookie(crate::cookies::CONSOLE_TRIAL),
        phone: cookie(crate::cookies::CONSOLE_PHONE),
        colleague: cookie(crate::cookies::CONSOLE_COLLEAGUE),
        entered: Entered::Nothing,
        locale,
        browser: text(&headers, &header::USER_AGENT).unwrap_or_default(),
        context,
    };
    if let Some(token) = &visit.token {
        match site.console.session(token, context.now).await {
            Ok(session) => visit.session = session,
            Err(refusal) => return refused(&visit, &refusal),
        }
    }
    let mut turn = None;
    if method == Method::POST {
        let files = files_of(&visit, route.form, &headers).await;
        match read_form(&mut visit, route, (&headers, body), &files).await {
            Ok(()) if matches!(files, Files::Busy) => {
                return told(&visit, StatusCode::SERVICE_UNAVAILABLE, "console-files-busy");
            }
            Ok(()) => {}
            Err(NotRead::NotOurs) => return told(&visit, StatusCode::FORBIDDEN, "console-not-from-here"),
            Err(NotRead::TooLarge) => return empty(StatusCode::PAYLOAD_TOO_LARGE),
        }
        if let Files::Read(own) = files {
            turn = own;
        }
    }
    let mut response = let_in(visit, route, &method).await;
    // It ends when nothing has the files in memory any more.
    drop(turn);
    if let Some(language) = chosen_now {
        crate::cookies::write_language(response.headers_mut(), language, https);
    }
    response
}

/// The page on which a request began: its own address, or of a form that has no page, the nearest above it.
fn page_of(visit: &Visit, method: &Method) -> String {
    if *method == Method::GET {
        return visit.address();
    }
    let mut path = visit.path.as_str();
    while find(&Method::GET, path).is_none() {
        path = path.rsplit_once('/').map_or("", |(above, _)| above);
        if path.is_empty() {
            return "/".to_owned();
        }
    }
    path.to_owned()
}

async fn let_in(mut visit: Visit, route: &ConsoleRoute, method: &Method) -> Response {
    let is_signed_in = visit.session.is_some();
    if route.access != Access::Anyone && !is_signed_in {
        return if *method == Method::GET { sign_in_first(&visit) } else { session_over(&visit) };
    }
    if let Err(refusal) = enter(&mut visit, route.access).await {
        return refused(&visit, &refusal);
    }
    let is_fresh = visit.session.as_ref().is_some_and(|it| it.is_fresh(visit.now()));
    if route.signed_in == SignedIn::Lately && !is_fresh {
        return sign_in_lately(&visit, &page_of(&visit, method));
    }
    let shown = visit.clone();
    match (route.handle)(visit).await {
        Ok(response) => response,
        Err(refusal) => refused(&shown, &refusal),
    }
}
