//! What happens before routing: who the client is, how it came, how much it may send, and what is counted.
//!
//! A listener says who is at the other end of the connection ([`Peer`]); from a proxy that the operator trusts,
//! the forwarded headers are believed, from everybody else they are removed unread.

use std::{
    net::IpAddr,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::Response,
};

use crypto::Random;
use provider::{Refused, TraceId};
use texts::Cause;

use crate::{
    Site,
    arrival::{Arrived, ClientAddress, Peer},
    console::takes_files,
    headers::{SEC_FETCH_SITE, elements, host, is_ambiguous},
    respond::{error::unhandled, page::keep_opener},
    route::Route,
    routes::find,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// What proxies say of the hops before them.
const FORWARDED: [HeaderName; 4] = [FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST, header::FORWARDED];
/// A year; not for subdomains, which may be somebody else's.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TurnedAway {
    status: StatusCode,
    /// None: what the status says.
    cause: Option<Cause>,
}

impl From<StatusCode> for TurnedAway {
    fn from(status: StatusCode) -> Self {
        Self { status, cause: None }
    }
}

impl TurnedAway {
    const fn because(status: StatusCode, cause: Cause) -> Self {
        Self { status, cause: Some(cause) }
    }
}

/// What is kept of a request for the case that it is turned away.
struct ReceivedHead {
    route: Route,
    /// Those that choose the words.
    headers: HeaderMap,
    host: Option<String>,
    peer: Option<IpAddr>,
}

impl ReceivedHead {
    fn of(request: &Request) -> Self {
        let sent = request.headers();
        // As long as a host name may be: it is for the log.
        let lossy = |it: &HeaderValue| String::from_utf8_lossy(it.as_bytes()).chars().take(255).collect();
        let in_header = || sent.get(header::HOST).map(lossy);
        let languages = sent.get_all(header::ACCEPT_LANGUAGE).iter();
        Self {
            route: find(request.uri().path()),
            headers: languages.map(|it| (header::ACCEPT_LANGUAGE, it.clone())).collect(),
            host: request.uri().authority().map(ToString::to_string).or_else(in_header),
            peer: request.extensions().get::<Peer>().map(|it| it.address),
        }
    }
}

/// What was answered, for counting.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// Which kind of address; one of a few words, never anything that came from outside.
    pub class: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// From the headers to the answer.
    pub took: Duration,
}

/// A request that was answered before it belonged to a domain, or could be read.
#[derive(Clone, Debug)]
pub struct UnreadRequest {
    /// What it is found by.
    pub trace: TraceId,
    /// Why.
    pub cause: Cause,
    /// The host that it was for, as far as that could be read.
    pub host: Option<String>,
    /// Who sent it: a client, or the proxy in front.
    pub peer: Option<IpAddr>,
}

/// What the operator decides about requests.
#[derive(Clone)]
pub struct Entrance {
    /// Says whether a peer is a proxy whose forwarded headers are believed.
    pub trusts: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// Says that plain HTTP comes from trusted proxies only.
    pub proxies_only: bool,
    /// The largest request line and headers together, in bytes.
    pub largest_headers: usize,
    /// The largest body, in bytes.
    pub largest_body: usize,
    /// How long a client may take for its body.
    pub body_for: Duration,
    /// Is told of every answer.
    pub observe: Arc<dyn Fn(Observed) + Send + Sync>,
    /// Is told of every request that was turned away.
    pub turned_away: Arc<dyn Fn(UnreadRequest) + Send + Sync>,
}

/// Puts the entrance in front of a site.
pub fn with_entrance(site: Site, entrance: Entrance) -> Site {
    // A layer on a router would run after routing has read the host; this one runs before anything.
    Router::new().fallback_service(site).layer(middleware::from_fn_with_state(entrance, enter))
}

async fn enter(State(entrance): State<Entrance>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let asked = ReceivedHead::of(&request);
    let class = asked.route.class;
    let arrived = match arrive(&entrance, &mut request) {
        Ok(arrived) => arrived,
        Err(why) => {
            let (response, unread) = turned_away(why, &asked);
            (entrance.turned_away)(unread);
            return counted(&entrance, (class, started), response);
        }
    };
    let mut response = match with_body(&entrance, request).await {
        Ok(request) => next.run(request).await,
        Err(status) => {
            let (mut response, unread) = turned_away(status.into(), &asked);
            (entrance.turned_away)(unread);
            // The rest of the body is still on the way; nothing sensible can follow on this connection.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    };
    if arrived == Arrived::Confidential {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    counted(&entrance, (class, started), response)
}

/// An answer to a request that no handler saw. It has a trace, our words and a line in the log as every other; the
/// operator of the proxy in front finds there what it sent.
fn turned_away(why: TurnedAway, asked: &ReceivedHead) -> (Response, UnreadRequest) {
    let trace = TraceId::new(&Random::system());
    let mut response = unhandled((why.status, why.cause), (asked.route.audience, &asked.headers), trace);
    let cause = response.extensions().get::<Refused>().map_or(Cause::RequestMalformed, |it| it.cause);
    let (status, host) = (why.status.as_u16(), asked.host.as_deref());
    let unread = UnreadRequest { trace, cause, host: asked.host.clone(), peer: asked.peer };
    let (cause, peer) = (cause.id(), asked.peer.map(|it| it.to_string()));
    tracing::info!(%trace, status, cause, host, peer, "a request was turned away at the entrance");
    keep_opener(&mut response, asked.route);
    if let Ok(trace) = HeaderValue::from_str(&trace.to_string()) {
        response.headers_mut().insert("trace-id", trace);
    }
    (response, unread)
}

/// Makes what is answered before a request could be read at all, as HTTP/1.1 has it on the wire, after which the
/// connection is closed: a page, because the request is unknown.
pub fn unreadable(status: u16, peer: IpAddr) -> (Vec<u8>, UnreadRequest) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let asked = ReceivedHead { route: Route::OTHER, headers: HeaderMap::new(), host: None, peer: Some(peer) };
    let (response, unread) = turned_away(status.into(), &asked);
    let (parts, body) = response.into_parts();
    // It is in memory, so it is there at the first look.
    let body = match pin!(to_bytes(body, usize::MAX)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(body)) => body,
        Poll::Ready(Err(_)) | Poll::Pending => Bytes::new(),
    };
    let (code, reason) = (status.as_u16(), status.canonical_reason().unwrap_or_default());
    let mut answer = format!("HTTP/1.1 {code} {reason}\r\n").into_bytes();
    for (name, value) in &parts.headers {
        answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    answer.extend(format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()).into_bytes());
    answer.extend(&body);
    (answer, unread)
}

fn counted(entrance: &Entrance, (class, started): (&'static str, Instant), response: Response) -> Response {
    (entrance.observe)(Observed { class, status: response.status().as_u16(), took: started.elapsed() });
    response
}

/// Finds out who the client is and how it came; puts both into the request.
fn arrive(entrance: &Entrance, request: &mut Request) -> Result<Arrived, TurnedAway> {
    // Without a listener there are no connections.
    let Some(peer) = request.extensions().get::<Peer>().copied() else {
        return Err(StatusCode::INTERNAL_SERVER_ERROR.into());
    };
    if size_of_head(request) > entrance.largest_headers {
        return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into());
    }
    let trusted = (entrance.trusts)(peer.address);
    if !peer.is_tls && entrance.proxies_only && !trusted {
        return Err(TurnedAway::because(StatusCode::FORBIDDEN, Cause::ProxyNotTrusted));
    }
    if is_ambiguous(request.uri(), request.headers()) {
        return Err(TurnedAway::because(StatusCode::BAD_REQUEST, Cause::HeaderInvalid));
    }
    let client = if trusted {
        forwarded_for(request.headers(), peer.address, &*entrance.trusts)
    } else {
        peer.address
    };
    let arrived = how(peer, trusted, request.headers())?;
    let forwarded = if trusted { single(request.headers(), &FORWARDED_HOST)? } else { None };
    if let Some(host) = forwarded.map(str::to_owned) {
        set_host(request, &host)?;
    }
    for name in FORWARDED {
        request.headers_mut().remove(name);
    }
    if host(request.uri(), request.headers(), None).is_none() {
        return Err(TurnedAway::because(StatusCode::BAD_REQUEST, Cause::HeaderInvalid));
    }
    request.extensions_mut().insert(ClientAddress(client.to_canonical()));
    request.extensions_mut().insert(arrived);
    Ok(arrived)
}

/// How much was sent before the body, in bytes, as HTTP/1.1 has it.
fn size_of_head(request: &Request) -> usize {
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    request.uri().path_and_query().map_or(0, |it| it.as_str().len()) + fields.sum::<usize>()
}

/// How a request came. Browsers send fetch metadata over what they take for secure only, so a request that has it in
/// clear text came over TLS to a proxy.
fn how(peer: Peer, trusted: bool, headers: &HeaderMap) -> Result<Arrived, TurnedAway> {
    let said = if trusted { single(headers, &FORWARDED_PROTO)? } else { None };
    Ok(match said {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => Arrived::Confidential,
        None if peer.is_tls => Arrived::Confidential,
        None if trusted => Arrived::Unsaid,
        _ if headers.contains_key(SEC_FETCH_SITE) => Arrived::Unsaid,
        _ => Arrived::Clear,
    })
}

/// The rightmost address that no trusted proxy has: whatever stands further left, anybody can have written.
fn forwarded_for(headers: &HeaderMap, peer: IpAddr, trusts: &dyn Fn(IpAddr) -> bool) -> IpAddr {
    let mut nearest = peer;
    for hop in elements(headers, &FORWARDED_FOR, b',').rev() {
        // A hop that cannot be read ends the chain at the last one that could.
        let Some(address) = hop.and_then(hop_address) else { return nearest };
        nearest = address;
        if !trusts(address) {
            return nearest;
        }
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`: proxies write them all.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.parse().ok();
    bare.or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|it| it.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// The value of a header that a proxy sets once. Two of them are a smuggler's, not a proxy's.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, TurnedAway> {
    const INVALID: TurnedAway = TurnedAway::because(StatusCode::BAD_REQUEST, Cause::ForwardedHeaderInvalid);
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) if !text.contains(',') => Ok(Some(text.trim())),
            _ => Err(INVALID),
        },
        (Some(_), Some(_)) => Err(INVALID),
    }
}

/// Lets the request be for `host`, as if it had come to it directly.
fn set_host(request: &mut Request, host: &str) -> Result<(), TurnedAway> {
    let value = HeaderValue::from_str(host).map_err(|_| StatusCode::BAD_REQUEST)?;
    request.headers_mut().insert(header::HOST, value);
    // HTTP/2 has the host in the URI, where it would win.
    let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let uri: Uri = path.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    *request.uri_mut() = uri;
    Ok(())
}

/// Reads the body within its limits of size and time, so that no handler waits for a slow client.
async fn with_body(entrance: &Entrance, request: Request) -> Result<Request, StatusCode> {
    // The console reads these itself, once it knows who sends them.
    if takes_files(request.method(), request.uri().path()) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(Request::from_parts(parts, body));
    }
    let most = entrance.largest_body;
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(entrance.body_for, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Ok(Err(error)) if is_too_large(&error) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|it| it.is::<http_body_util::LengthLimitError>())
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, forwarded_for, single};
    use std::net::IpAddr;

    fn client(chain: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in chain {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        let trusts = |it: IpAddr| it.to_string().starts_with("10.");
        forwarded_for(&headers, "10.0.0.1".parse().unwrap(), &trusts).to_string()
    }

    #[test]
    fn the_client_is_the_rightmost_address_that_no_trusted_proxy_has() {
        assert_eq!(client(&[]), "10.0.0.1");
        assert_eq!(client(&["192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(&["6.6.6.6, 192.0.2.7, 10.0.0.9"]), "192.0.2.7");
        assert_eq!(client(&["6.6.6.6", "192.0.2.7:4711", "10.0.0.9"]), "192.0.2.7");
        assert_eq!(client(&["6.6.6.6, [2001:db8::1]:443, 10.0.0.9"]), "2001:db8::1");
        assert_eq!(client(&["6.6.6.6, [2001:db8::2]"]), "2001:db8::2");
        assert_eq!(client(&["6.6.6.6, unknown, 10.0.0.9"]), "10.0.0.9");
        assert_eq!(client(&["10.0.0.8, 10.0.0.9"]), "10.0.0.8");
    }

    #[test]
    fn a_doubled_header_is_not_a_proxys() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-host", HeaderValue::from_static("a.example"));
        let name = super::FORWARDED_HOST;
        assert_eq!(single(&headers, &name), Ok(Some("a.example")));
        headers.append("x-forwarded-host", HeaderValue::from_static("b.example"));
        assert!(single(&headers, &name).is_err());
        headers.insert("x-forwarded-host", HeaderValue::from_static("a.example, b.example"));
        assert!(single(&headers, &name).is_err());
    }
}
