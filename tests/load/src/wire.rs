//! Connections as browsers and applications make them: TLS, HTTP/1.1 or 2, kept open, opened again.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::tally::{Again, Tally};

/// For how long a connection that is refused may be tried again.
const AGAIN_FOR: Duration = Duration::from_secs(2);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Waits. Nothing else here may.
pub(crate) async fn pause(span: Duration) {
    let _ = tokio::time::timeout(span, std::future::pending::<()>()).await;
}

/// Which HTTP somebody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

/// A host of the installation and the socket behind it.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseLocation {
    /// With its port, as in an address.
    pub(crate) authority: String,
    pub(crate) address: SocketAddr,
}

impl DatabaseLocation {
    fn name(&self) -> ServerName<'static> {
        let host = self.authority.rsplit_once(':').unwrap().0;
        ServerName::try_from(host.to_owned()).unwrap()
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Ask {
    pub(crate) fn get(target: &str) -> Self {
        Self { method: Method::GET, target: target.to_owned(), headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn form(target: &str, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        Self { method: Method::POST, target: target.to_owned(), headers, body }
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }
}

/// Why there was no answer.
enum Trouble {
    /// Nobody listens; nothing was sent.
    Refused,
    /// The connection was closed while hands were shaken; nothing was sent.
    Reset,
    /// The other side had said goodbye; it has not taken the request.
    Unsent,
    /// An older connection ended without an answer.
    Lost(String),
    Other(String),
}

/// TLS for both versions, and where is counted.
pub(crate) struct Network {
    one: TlsConnector,
    two: TlsConnector,
    fresh: TlsConnector,
    pub(crate) tally: Arc<Tally>,
}

fn connector(root: &CertificateDer<'static>, alpn: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    TlsConnector::from(Arc::new(config))
}

impl Network {
    pub(crate) fn trusting(root: &CertificateDer<'static>, tally: Arc<Tally>) -> Arc<Self> {
        let (one, two) = (connector(root, b"http/1.1"), connector(root, b"h2"));
        Arc::new(Self { one, two, fresh: connector(root, b"h2"), tally })
    }

    async fn shake(
        &self,
        place: &DatabaseLocation,
        version: Version,
    ) -> Result<TlsStream<TcpStream>, Trouble> {
        let sort = |error: std::io::Error, step: &str| match error.kind() {
            ErrorKind::ConnectionRefused => Trouble::Refused,
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => Trouble::Reset,
            _ => Trouble::Other(format!("{step}: {error}")),
        };
        let stream = TcpStream::connect(place.address).await.map_err(|it| sort(it, "connect"))?;
        let _ = stream.set_nodelay(true);
        let connector = if version == Version::One { &self.one } else { &self.two };
        connector.connect(place.name(), stream).await.map_err(|it| sort(it, "handshake"))
    }

    async fn open(&self, place: &DatabaseLocation, version: Version) -> Result<Sender, Trouble> {
        let io = TokioIo::new(self.shake(place, version).await?);
        let broken = |error: hyper::Error| Trouble::Other(format!("handshake: {error:?}"));
        Ok(match version {
            Version::One => {
                let (sender, connection) = http1::handshake(io).await.map_err(broken)?;
                tokio::spawn(connection);
                Sender::One(sender)
            }
            Version::Two => {
                let (sender, connection) =
                    http2::handshake(TokioExecutor::new(), io).await.map_err(broken)?;
                tokio::spawn(connection);
                Sender::Two(sender)
            }
        })
    }

    /// The certificate that a newcomer is shown.
    pub(crate) async fn certificate(&self, place: &DatabaseLocation) -> Option<CertificateDer<'static>> {
        let stream = TcpStream::connect(place.address).await.ok()?;
        let stream = self.fresh.connect(place.name(), stream).await.ok()?;
        stream.get_ref().1.peer_certificates()?.first().map(|it| it.clone().into_owned())
    }

    /// Connects and says nothing, as browsers do that expect to need a connection soon.
    pub(crate) async fn ahead(
        &self,
        place: &DatabaseLocation,
        version: Version,
    ) -> Option<TlsStream<TcpStream>> {
        self.shake(place, version).await.ok()
    }
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Sender {
    async fn send(
        &mut self,
        place: &DatabaseLocation,
        ask: &Ask,
        was_open: bool,
    ) -> Result<Response<Incoming>, Trouble> {
        let body = Full::new(Bytes::from(ask.body.clone()));
        let request = Request::builder().method(ask.method.clone());
        let request = ask.headers.iter().fold(request, |it, (name, value)| it.header(*name, value));
        let unsent = |_| Trouble::Unsent;
        let sent = match self {
            Self::One(sender) => {
                sender.ready().await.map_err(unsent)?;
                let request = request.uri(&ask.target).header("host", &place.authority);
                sender.send_request(request.body(body).unwrap()).await
            }
            Self::Two(sender) => {
                sender.ready().await.map_err(unsent)?;
                let request = request.uri(format!("https://{}{}", place.authority, ask.target));
                sender.send_request(request.body(body).unwrap()).await
            }
        };
        sent.map_err(|error| sort(&error, was_open))
    }
}

fn sort(error: &hyper::Error, was_open: bool) -> Trouble {
    let words = format!("{error:?}");
    // What a server that says goodbye has not taken (RFC 9113, 6.8), and what never left us.
    if error.is_canceled() || words.contains("GoAway(") || words.contains("REFUSED_STREAM") {
        Trouble::Unsent
    } else if was_open && (error.is_incomplete_message() || error.is_closed() || words.contains("Io,")) {
        Trouble::Lost(words)
    } else {
        Trouble::Other(words)
    }
}

/// One side's way to a host: a connection that is kept, and opened again when it has ended.
pub(crate) struct Lane {
    network: Arc<Network>,
    place: DatabaseLocation,
    version: Version,
    sender: Option<Sender>,
}

impl Lane {
    pub(crate) const fn new(network: Arc<Network>, place: DatabaseLocation, version: Version) -> Self {
        Self { network, place, version, sender: None }
    }

    async fn attempt(&mut self, ask: &Ask) -> Result<Answer, Trouble> {
        let was_open = self.sender.is_some();
        let mut sender = match self.sender.take() {
            Some(open) => open,
            None => self.network.open(&self.place, self.version).await?,
        };
        let response = sender.send(&self.place, ask, was_open).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| Trouble::Other(format!("body: {error:?}")))?;
        self.sender = Some(sender);
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Sends and waits for the answer. Tries again, for two seconds, where a browser would: nobody listened, or the
    /// server had not taken the request.
    pub(crate) async fn send(&mut self, ask: &Ask) -> Result<Answer, String> {
        let began = Instant::now();
        let tally = Arc::clone(&self.network.tally);
        loop {
            let attempt = tokio::time::timeout(PATIENCE, self.attempt(ask)).await;
            let trouble = match attempt {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(trouble)) => trouble,
                Err(_) => return Err(format!("no answer in {} s", PATIENCE.as_secs())),
            };
            let why = match trouble {
                Trouble::Refused => Again::Refused,
                Trouble::Reset => Again::Reset,
                Trouble::Unsent => Again::Unsent,
                // RFC 9112, 9.3.1: what changes nothing may be sent again over a new connection.
                Trouble::Lost(_) if ask.method == Method::GET => Again::Lost,
                Trouble::Lost(words) | Trouble::Other(words) => return Err(words),
            };
            tally.again(why);
            if began.elapsed() > AGAIN_FOR {
                return Err(format!("{why:?} for two seconds"));
            }
            if matches!(why, Again::Refused | Again::Reset) {
                pause(Duration::from_millis(20)).await;
            }
        }
    }
}

/// The connections that a program keeps to one host: several of HTTP/1.1, one of HTTP/2 for everybody.
pub(crate) struct Pool {
    network: Arc<Network>,
    place: DatabaseLocation,
    version: Version,
    idle: Mutex<Vec<Sender>>,
}

impl Pool {
    pub(crate) const fn new(network: Arc<Network>, place: DatabaseLocation, version: Version) -> Self {
        Self { network, place, version, idle: Mutex::new(Vec::new()) }
    }

    pub(crate) async fn send(&self, ask: &Ask) -> Result<Answer, String> {
        let mut lane = Lane::new(Arc::clone(&self.network), self.place.clone(), self.version);
        lane.sender = {
            let mut idle = self.idle.lock().unwrap();
            match idle.last() {
                Some(Sender::Two(shared)) => Some(Sender::Two(shared.clone())),
                _ => idle.pop(),
            }
        };
        let answer = lane.send(ask).await;
        let mut idle = self.idle.lock().unwrap();
        idle.retain(|it| match it {
            Sender::One(it) => !it.is_closed(),
            Sender::Two(it) => !it.is_closed(),
        });
        match lane.sender.take() {
            Some(Sender::Two(open)) if idle.is_empty() => idle.push(Sender::Two(open)),
            Some(Sender::One(open)) => idle.push(Sender::One(open)),
            _ => {}
        }
        answer
    }
}
