//! The one HTTP client.

use std::{fmt, sync::OnceLock, time::Duration};

use crate::{
    guard::{self, Allowed, Reach},
    name::Resolver,
};

/// The largest answer that is read, in bytes, after decoding.
const LARGEST: usize = 256 * 1024;
/// The longest a call may take, from name resolution to the last byte.
const LONGEST: Duration = Duration::from_secs(10);

/// What the operator decides about calls.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Hosts and ports beyond public https.
    pub allowed: Vec<Allowed>,
    /// PEM certificates of authorities to trust beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// What is shown to servers that ask for a client certificate (RFC 8446 §4.3.2).
    pub certificate: Option<ClientCertificate>,
    /// A shorter limit than ten seconds for a whole call, for tests.
    pub timeout: Option<Duration>,
}

/// A certificate with its chain, and its private key, by which we show the other side who we are. `Debug` shows
/// nothing of it.
#[derive(Clone)]
pub struct ClientCertificate(reqwest::Identity);

impl ClientCertificate {
    /// Reads PEM: the certificate first, then its chain, and the private key (PKCS #8, SEC1 or PKCS #1) anywhere.
    ///
    /// # Errors
    /// [`OutboundError::Certificate`]: report it to the one who configured it; whether the key belongs to it shows at the first call.
    pub fn from_pem(pem: &[u8]) -> Result<Self, OutboundError> {
        reqwest::Identity::from_pem(pem).map(Self).map_err(|_| OutboundError::Certificate)
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(…)")
    }
}

impl Settings {
    /// Says whether an address may be called at all; whether its name leads to a public address shows only then.
    pub fn permits(&self, url: &str) -> bool {
        url::Url::parse(url).is_ok_and(|url| guard::reach(&self.allowed, &url).is_some())
    }
}

/// Why a call gave nothing. One text for all refusals, so that nothing about our network can be learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address may not be called, or does not answer.
    #[error("the address cannot be reached")]
    Unreachable,
    /// Ten seconds have passed.
    #[error("the answer took too long")]
    TimedOut,
    /// More than 256 KiB came.
    #[error("the answer is too large")]
    TooLarge,
    /// The client certificate cannot be read.
    #[error("the client certificate is no PEM with a certificate and its private key")]
    Certificate,
    /// The client itself could not be made; stop.
    #[error("the HTTP client could not be made")]
    Client,
}

/// How a resource is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a body.
    Post,
}

/// A call to make.
#[derive(Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where; an absolute URL.
    pub url: String,
    /// Header names (lower case) and values beside `content-type`.
    pub headers: Vec<(&'static str, String)>,
    /// Content type and bytes.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// Headers and bodies carry credentials and tokens, and a query may.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let without_query = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &without_query)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// A GET.
    pub const fn get(url: String) -> Self {
        Self { method: Method::Get, url, headers: Vec::new(), body: None }
    }

    /// A POST of a form.
    pub fn form(url: String, form: String) -> Self {
        let body = Some(("application/x-www-form-urlencoded", form.into_bytes()));
        Self { method: Method::Post, url, headers: Vec::new(), body }
    }

    /// A POST of JSON. `json`: the text.
    pub fn json(url: String, json: String) -> Self {
        let body = Some(("application/json", json.into_bytes()));
        Self { method: Method::Post, url, headers: Vec::new(), body }
    }

    /// The call with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// An answer of at most 256 KiB, whatever its status.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status; redirects are not followed.
    pub status: u16,
    /// The media type without parameters, in lower case.
    pub content_type: String,
    /// The whole body.
    pub body: Vec<u8>,
}

/// A body may be a token or a person.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// Makes calls within the rules.
#[derive(Debug)]
pub struct Outbound {
    settings: Settings,
    /// For public addresses, and for those that the operator allows: each resolves names within its reach.
    public: Reached,
    any: Reached,
}

type Reached = OnceLock<Option<reqwest::Client>>;

impl Outbound {
    /// Takes the settings; the client itself is made at the first call.
    pub const fn new(settings: Settings) -> Self {
        Self { settings, public: OnceLock::new(), any: OnceLock::new() }
    }

    fn client(&self, reach: Reach) -> Result<&reqwest::Client, OutboundError> {
        let reached = if reach == Reach::Any { &self.any } else { &self.public };
        reached.get_or_init(|| build(&self.settings, reach).ok()).as_ref().ok_or(OutboundError::Client)
    }

    /// Calls and reads the whole answer.
    ///
    /// # Errors
    /// [`OutboundError`]; all but `Client` may pass: the other side is down, slow or nonsensical.
    pub async fn send(&self, request: Request) -> Result<Response, OutboundError> {
        let url = url::Url::parse(&request.url).map_err(|_| OutboundError::Unreachable)?;
        let reach = guard::reach(&self.settings.allowed, &url).ok_or(OutboundError::Unreachable)?;
        let client = self.client(reach)?;
        let call = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
        };
        let call = request.headers.into_iter().fold(call, |call, (name, value)| call.header(name, value));
        let call = match request.body {
            Some((content_type, bytes)) => call.header("content-type", content_type).body(bytes),
            None => call,
        };
        read(call.send().await.map_err(why)?).await
    }
}

fn build(settings: &Settings, reach: Reach) -> Result<reqwest::Client, reqwest::Error> {
    // Fails only when another part of the process installed one before; then that one serves.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let roots = settings.extra_roots.iter().filter_map(|pem| reqwest::Certificate::from_pem(pem).ok());
    let builder = reqwest::Client::builder();
    let builder = match &settings.certificate {
        Some(ClientCertificate(identity)) => builder.identity(identity.clone()),
        None => builder,
    };
    builder
        .user_agent("portvakt")
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Resolver(reach))
        .connect_timeout(settings.timeout.unwrap_or(LONGEST).min(Duration::from_secs(5)))
        .timeout(settings.timeout.unwrap_or(LONGEST))
        .pool_idle_timeout(Duration::from_secs(30))
        .tls_certs_merge(roots)
        .build()
}

fn why(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() { OutboundError::TimedOut } else { OutboundError::Unreachable }
}

async fn read(mut answer: reqwest::Response) -> Result<Response, OutboundError> {
    let content_type =
        answer.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(why)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, content_type, body })
}
