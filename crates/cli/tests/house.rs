//! An installation in a temporary directory: its files, its process, and clients that come to it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use authority::{Caller, Permission, Permit};
use console::{Console, NewDomain, Tenant};
use crypto::{Random, SealKey, b64};
use http_body_util::BodyExt as _;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use model::{Environment, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use serde_json::Value;
use store::{DatabaseLocation, Store, domains::Scheme};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The host of the domain that every installation here has.
pub(crate) const HOST: &str = "login.example";

/// Leave to do something, which the one who asks here has.
pub(crate) fn may(tenant: &Tenant, permission: Permission) -> Permit {
    tenant.permit(permission).unwrap()
}

/// An installation that has not been started.
pub(crate) struct Installation {
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn write_secret(path: &Path, text: &str) {
    let aside = path.with_extension("new");
    let open = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside);
    std::io::Write::write_all(&mut open.unwrap(), text.as_bytes()).unwrap();
    fs::rename(aside, path).unwrap();
}

impl Installation {
    /// One with a tenant that has a domain, reached over https.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let random = Random::system();
        let master = SealKey::generate(&random);
        write_secret(&folder.path().join("master.key"), &b64::encode(master.expose()));
        let place = DatabaseLocation::Sqlite(folder.path().join("portvakt.db"));
        let store = Store::open(place, store::Settings::default()).unwrap();
        let console = Console::new(store.clone(), master, random);
        let now = Timestamp::from_seconds(1_700_000_000);
        let tenant = console
            .ensure_tenant(
                &console.installation(&Caller::operator("test"), Permission::CreateTenants).unwrap(),
                "tenant",
                now,
            )
            .await
            .unwrap();
        let domain = NewDomain {
            host: HOST.to_owned(),
            scheme: Scheme::Https,
            environment: Environment::Test,
            name: "test".to_owned(),
        };
        console.ensure_domain(&may(&tenant, Permission::ManageDomains), None, &domain, now).await.unwrap();
        store.close().await;
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration: what everybody needs, and `listen` in its section.
    pub(crate) fn configure(&self, listen: &str) {
        let text = format!(
            "[database]\nsqlite = \"portvakt.db\"\n[master_key]\nfile = \"master.key\"\n[operator]\nlisten = \"127.0.0.1:0\"\n\
             [log]\nformat = \"json\"\n[listen]\naddresses = [\"127.0.0.1:0\"]\n{listen}\n"
        );
        fs::write(self.path("portvakt.toml"), text).unwrap();
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portvakt"));
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_remove("PORTVAKT_LOG").env_remove("PORTVAKT_MASTER_KEY");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// What `serve` says when it does not start; panics if it does.
    pub(crate) fn refusal(&self) -> String {
        self.refusal_with(&[])
    }

    /// The same, with more words.
    pub(crate) fn refusal_with(&self, words: &[&str]) -> String {
        let output = self.run(&[&["serve", "--config", "portvakt.toml"], words].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let folder = fs::canonicalize(self.folder.path()).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let said: Vec<&str> = said.lines().filter(|it| !it.starts_with('{')).collect();
        said.join("\n").replace(folder.to_str().unwrap(), "FOLDER")
    }

    /// Starts `serve` and waits until it is ready.
    pub(crate) fn start(&self) -> Server {
        self.start_with(&[])
    }

    /// The same, with more words.
    pub(crate) fn start_with(&self, words: &[&str]) -> Server {
        let words = [&["serve", "--config", "portvakt.toml"], words].concat();
        let mut child = self.command(&words).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, log) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let mut server =
            Server { child, log, public: ([0, 0, 0, 0], 0).into(), operator: ([0, 0, 0, 0], 0).into() };
        let ready = server.logged("ready");
        let address = |name: &str| ready[name].as_str().unwrap().parse().unwrap();
        (server.public, server.operator) = (address("public"), address("operator"));
        server
    }
}

/// Writes behind the program's back, at about this time.
pub(crate) async fn meddle<T: Send + 'static>(
    installation: &Installation,
    write: impl FnOnce(&mut store::WriteTx<'_>, Timestamp) -> Result<T, store::StoreError> + Send + 'static,
) {
    let written = fs::metadata(installation.path("portvakt.db")).unwrap().modified().unwrap();
    let seconds = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = Timestamp::from_seconds(i64::try_from(seconds).unwrap());
    let place = DatabaseLocation::Sqlite(installation.path("portvakt.db"));
    let store = Store::open(place, store::Settings::default()).unwrap();
    store.write(move |tx| write(tx, now)).await.unwrap();
    store.close().await;
}

/// Works as the console of another node does, in the tenant of the installation and its domain.
pub(crate) async fn beside<T>(
    installation: &Installation,
    work: impl AsyncFnOnce(&Console, &Tenant, model::DomainId) -> T,
) -> T {
    let key = fs::read_to_string(installation.path("master.key")).unwrap();
    let master = SealKey::from_slice(&b64::decode(key.trim()).unwrap()).unwrap();
    let place = DatabaseLocation::Sqlite(installation.path("portvakt.db"));
    let store = Store::open(place, store::Settings::default()).unwrap();
    let console = Console::new(store.clone(), master, Random::system());
    let (tenant, domain) = console.domain(&Caller::operator("test"), HOST).await.unwrap();
    let done = work(&console, &tenant, domain.id).await;
    store.close().await;
    done
}

/// Adds a signing key to the domain that nobody can open.
pub(crate) async fn break_signing_key(installation: &Installation) {
    let broken = |tx: &mut store::WriteTx<'_>, now| {
        let domain = store::domains::find_by_host(tx, HOST)?.unwrap();
        let key = store::signing_keys::SigningKey {
            id: "broken".to_owned(),
            tenant_id: domain.tenant_id,
            domain_id: domain.id,
            algorithm: "ES256".to_owned(),
            public_jwk: "{}".to_owned(),
            sealed_private_key: vec![0; 60],
            published_at: now,
            active_at: now,
            retired_at: None,
            withdrawn_at: None,
        };
        store::signing_keys::insert(tx, &key)
    };
    meddle(installation, broken).await;
}

/// A running `serve`; killed when a test ends without having stopped it.
pub(crate) struct Server {
    child: Child,
    log: mpsc::Receiver<String>,
    pub(crate) public: SocketAddr,
    pub(crate) operator: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Waits for a record with this message, and gives it.
    pub(crate) fn logged(&self, message: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut before = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.log.recv_timeout(left) else {
                panic!("nothing says {message:?}; before it came {before:#?}")
            };
            let record: Value = serde_json::from_str(&line).unwrap_or_default();
            if record["message"] == message {
                return record;
            }
            before.push(line);
        }
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the process's end; gives its exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let mut code = None;
        until(async || {
            let status = self.child.try_wait().unwrap();
            code = status.and_then(|it| it.code());
            status.is_some()
        })
        .await;
        code
    }

    /// What one of the operator's addresses answers.
    pub(crate) async fn operator(&self, path: &str) -> (u16, String) {
        let stream = TcpStream::connect(self.operator).await.unwrap();
        let answer = ask(stream, false, get(path, &[])).await;
        (answer.status().as_u16(), answer.into_body())
    }

    pub(crate) async fn plain(&self) -> TcpStream {
        TcpStream::connect(self.public).await.unwrap()
    }

    /// Shakes hands for this name, whatever the certificate; `alpn` chooses the HTTP.
    pub(crate) async fn tls(&self, name: &str, alpn: &[u8]) -> TlsStream<TcpStream> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anything))
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.to_vec()];
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, self.plain().await).await.unwrap()
    }

    /// The certificate that is shown to whoever asks for this name.
    pub(crate) async fn certificate(&self, name: &str) -> CertificateDer<'static> {
        let stream = self.tls(name, b"http/1.1").await;
        stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
    }
}

/// Asks again and again until it is so.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let mut turn = tokio::time::interval(Duration::from_millis(20));
    let asked = async {
        while !is_so().await {
            turn.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it became so in time");
}

/// A GET for our domain.
pub(crate) fn get(path: &str, headers: &[(&str, &str)]) -> Request<String> {
    let request = Request::get(path);
    let named = headers.iter().any(|(name, _)| *name == "host");
    let request = if named { request } else { request.header("host", HOST) };
    headers.iter().fold(request, |it, (name, value)| it.header(*name, *value)).body(String::new()).unwrap()
}

/// Sends one request; HTTP/2 puts the host into the URI.
pub(crate) async fn ask<S>(stream: S, second: bool, mut request: Request<String>) -> Response<String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(stream);
    let response = if second {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        let host = request.headers_mut().remove("host").unwrap();
        let path = request.uri().path_and_query().unwrap();
        *request.uri_mut() = format!("https://{}{path}", host.to_str().unwrap()).parse().unwrap();
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Response::from_parts(parts, String::from_utf8_lossy(&bytes).into_owned())
}

/// An authority that signs certificates for the tests.
pub(crate) struct Authority(Issuer<'static, KeyPair>);

/// A certificate with its key.
pub(crate) struct Signed {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        Self(Issuer::new(params, KeyPair::generate().unwrap()))
    }

    pub(crate) fn sign(&self, host: &str) -> Signed {
        self.sign_until(host, 4000)
    }

    /// Signs one that expires when this year begins.
    pub(crate) fn sign_until(&self, host: &str, year: i32) -> Signed {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Signed { der: certificate.der().clone(), chain: certificate.pem(), key: key.serialize_pem() }
    }
}

impl Signed {
    /// Writes both files, `NAME.pem` and `NAME.key`.
    pub(crate) fn write(&self, installation: &Installation, name: &str) {
        fs::write(installation.path(&format!("{name}.pem")), &self.chain).unwrap();
        write_secret(&installation.path(&format!("{name}.key")), &self.key);
    }
}

/// Believes every certificate: the tests compare it themselves.
#[derive(Debug)]
struct Anything;

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
