//! TLS of the other side: the name, the time, the issuer and the version must all be right.

use std::sync::Arc;

use outbound::{Allowed, ClientCertificate, Outbound, OutboundProblem, Request, Settings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _},
    server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// An authority that our client trusts.
struct Authority {
    pem: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}

fn params(host: &str, year: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_after = date_time_ymd(year, 1, 1);
    params
}

impl Authority {
    fn new() -> Self {
        let (mut params, key) = (CertificateParams::default(), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = params.self_signed(&key).unwrap().pem().into_bytes();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn sign(&self, host: &str, year: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params(host, year).signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), private(&key))
    }
}

fn self_signed() -> Identity {
    let key = KeyPair::generate().unwrap();
    (params("localhost", 4000).self_signed(&key).unwrap().der().clone(), private(&key))
}

/// Answers one connection with 200 over TLS.
async fn server(identity: Identity) -> u16 {
    serve(identity, Arc::new(NoClientAuth)).await
}

async fn serve((certificate, key): Identity, clients: Arc<dyn ClientCertVerifier>) -> u16 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_client_cert_verifier(clients).with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // A client that does not believe us says so, and leaves.
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
        let _ = stream.shutdown().await;
    });
    port
}

async fn call(authority: &Authority, port: u16) -> Result<u16, OutboundProblem> {
    let outbound = Outbound::new(Settings {
        allowed: vec![Allowed { host: "localhost".to_owned(), port }],
        extra_roots: vec![authority.pem.clone()],
        ..Settings::default()
    });
    let answer = outbound.send(Request::get(format!("https://localhost:{port}/"))).await;
    answer.map(|it| it.status).map_err(|error| error.problem)
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_for_this_name_is_believed() {
    let authority = Authority::new();
    let port = server(authority.sign("localhost", 4000)).await;
    assert_eq!(call(&authority, port).await, Ok(200));
}

#[tokio::test]
async fn neg_39_a_wrong_name_an_expired_and_a_self_signed_certificate_are_refused() {
    let authority = Authority::new();
    let identities = [
        (authority.sign("localhost.example", 4000), OutboundProblem::WrongCertificateName),
        (authority.sign("localhost", 2020), OutboundProblem::ExpiredCertificate),
        (self_signed(), OutboundProblem::UntrustedCertificate),
    ];
    for (identity, problem) in identities {
        let port = server(identity).await;
        assert_eq!(call(&authority, port).await, Err(problem));
    }
}

/// Answers a ClientHello with a ServerHello of TLS 1.1, and gives what the client says to that.
async fn of_yesterday() -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let mut hello = vec![0x16, 0x03, 0x02, 0, 42, 0x02, 0, 0, 38, 0x03, 0x02];
        hello.extend([7; 32]);
        hello.extend([0, 0xc0, 0x13, 0]);
        stream.write_all(&hello).await.unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        said
    });
    (port, answer)
}

#[tokio::test]
async fn neg_39_a_server_that_speaks_tls_1_1_is_refused() {
    let (port, answer) = of_yesterday().await;
    assert_eq!(call(&Authority::new(), port).await, Err(OutboundProblem::Tls));
    // A fatal alert: protocol_version.
    assert!(answer.await.unwrap().ends_with(&[2, 70]));
}

/// A server that lets in only whom this authority knows.
async fn for_known_clients(authority: &Authority) -> u16 {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&authority.pem).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    serve(authority.sign("localhost", 4000), clients).await
}

#[tokio::test]
async fn a_server_that_asks_for_a_client_certificate_is_shown_ours() {
    let authority = Authority::new();
    let key = KeyPair::generate().unwrap();
    let ours = params("us.example", 4000).signed_by(&key, &authority.issuer).unwrap();
    let certificate = ClientCertificate::from_pem((ours.pem() + &key.serialize_pem()).as_bytes()).unwrap();
    for (certificate, status) in [(Some(certificate), Ok(200)), (None, Err(OutboundProblem::Tls))] {
        let port = for_known_clients(&authority).await;
        let outbound = Outbound::new(Settings {
            allowed: vec![Allowed { host: "localhost".to_owned(), port }],
            extra_roots: vec![authority.pem.clone()],
            certificate,
            ..Settings::default()
        });
        let call = Request::json(format!("https://localhost:{port}/"), "{}".to_owned());
        let answer = outbound.send(call).await;
        assert_eq!(answer.map(|it| it.status).map_err(|error| error.problem), status);
    }
    assert_eq!(ClientCertificate::from_pem(b"no PEM").unwrap_err(), OutboundProblem::ClientCertificate);
}

#[tokio::test]
async fn what_does_not_answer_is_told_from_what_is_not_there() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_eq!(call(&Authority::new(), closed).await, Err(OutboundProblem::Refused));
    let outbound = Outbound::new(Settings::default());
    let unknown = outbound.send(Request::get("https://no-such-name.invalid/".to_owned())).await.unwrap_err();
    let text = "no-such-name.invalid: the name is unknown: no DNS server has an address for it";
    assert_eq!(unknown.to_string(), text);
    let private = outbound.send(Request::get("https://127.0.0.1/".to_owned())).await.unwrap_err();
    assert_eq!(private.problem, OutboundProblem::NotAllowed);
}
