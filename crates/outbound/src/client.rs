//! The one HTTP client.

use std::{borrow::Cow, fmt, sync::OnceLock, time::Duration};

use crate::{
    OutboundError, OutboundProblem,
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
    /// [`OutboundProblem::ClientCertificate`]: report it to the one who configured it; whether the key belongs to it shows at the
    /// first call.
    pub fn from_pem(pem: &[u8]) -> Result<Self, OutboundProblem> {
        reqwest::Identity::from_pem(pem).map(Self).map_err(|_| OutboundProblem::ClientCertificate)
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

/// How a resource is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a body.
    Post,
    /// Sends a body that replaces what is there.
    Put,
}

/// A call to make.
#[derive(Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where; an absolute URL.
    pub url: String,
    /// Header names (lower case) and values beside `content-type`.
    pub headers: Vec<(Cow<'static, str>, String)>,
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
        self.headers.push((Cow::Borrowed(name), value));
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
    /// Where a redirect leads, as the header says it.
    pub location: Option<String>,
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

    fn client(&self, reach: Reach) -> Result<&reqwest::Client, OutboundProblem> {
        let reached = if reach == Reach::Any { &self.any } else { &self.public };
        reached.get_or_init(|| build(&self.settings, reach).ok()).as_ref().ok_or(OutboundProblem::Client)
    }

    /// Calls and reads the whole answer.
    ///
    /// # Errors
    /// [`OutboundError`] with the host that was called.
    pub async fn send(&self, request: Request) -> Result<Response, OutboundError> {
        let url = url::Url::parse(&request.url);
        let host = url.as_ref().ok().and_then(|url| url.host_str()).unwrap_or_default().to_owned();
        let answer = match url {
            Ok(url) => self.call(url, request).await,
            Err(_) => Err(OutboundProblem::NotAllowed),
        };
        answer.map_err(|problem| OutboundError { host, problem })
    }

    async fn call(&self, url: url::Url, request: Request) -> Result<Response, OutboundProblem> {
        let reach = guard::reach(&self.settings.allowed, &url).ok_or(OutboundProblem::NotAllowed)?;
        let client = self.client(reach)?;
        let call = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
            Method::Put => client.put(url),
        };
        let call = request.headers.into_iter().fold(call, |call, (name, value)| call.header(&*name, value));
        let call = match request.body {
            Some((content_type, bytes)) => call.header("content-type", content_type).body(bytes),
            None => call,
        };
        read(call.send().await.map_err(|error| OutboundProblem::of(&error))?).await
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

async fn read(mut answer: reqwest::Response) -> Result<Response, OutboundProblem> {
    let content_type =
        answer.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let status = answer.status().as_u16();
    let location = answer.headers().get("location").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| OutboundProblem::of(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(OutboundProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, content_type, location, body })
}
